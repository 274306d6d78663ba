"""The reference data sets of a composed job, read once each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sweepwright.api.places import locate
from sweepwright.language.compose import ComposedJob
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.resolved import Written
from sweepwright.resolve.reference import ReferenceFacts


def references_of(
    composed: ComposedJob, places: Mapping[str, str]
) -> tuple[dict[str, ReferenceFacts], list[Diagnostic]]:
    """Facts by crystal. SW-E053: a reference that cannot be read."""
    facts: dict[str, ReferenceFacts] = {}
    diagnostics: list[Diagnostic] = []
    for crystal, stacks in composed.crystals.items():
        written = stacks.get("reference", ())
        if not written or written[0].value is None:
            continue
        found, problems = _read(crystal, written[0], places)
        diagnostics += problems
        if found is not None:
            facts[crystal] = found
    return facts, diagnostics


def _read(
    crystal: str, written: Written, places: Mapping[str, str]
) -> tuple[ReferenceFacts | None, list[Diagnostic]]:
    from sweepwright.records.digest import digest_file
    from sweepwright.results.reference import read_reference

    folder, _, name = written.value.file.rpartition("/")
    file = Written(written.value.file, written.origin)
    located, problems = locate(f"the reference of crystal {crystal}", folder, file, places)
    if located is None:
        return None, problems
    root, inner = located
    path = Path(places[root]) / inner / name
    try:
        reference = read_reference(path)
        digest = digest_file(path).sha256
        free = "" if reference.convention is None else str(reference.convention)
    except (ValueError, OSError) as problem:
        why = "it is not there" if not path.exists() else str(problem)
        message = f"the reference of crystal {crystal}, {written.value.file}: {why}"
        help_ = "Name a merged MTZ file with space group and cell."
        return None, [error("SW-E053", message, written.origin.span, help=help_)]
    place = "/".join(part for part in ("roots", root, inner, name) if part)
    group = reference.group.xhm()
    return ReferenceFacts(place, digest, group, reference.cell, free), []
