"""What an engine does with each key of a job: honoured, approximated, or refused with the reason.

The tables are ``programs/ENGINE/coverage.yaml``. A key that a job says and the engine refuses is an
error; from a macro or the user's file it is a warning, since these serve many jobs and every engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from sweepwright.checks.keywords import keyword_of
from sweepwright.model.choice_types import Jobs, SiteChoice
from sweepwright.model.diagnostic import Diagnostic, advice, error, warning
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.resolved import BY_PEOPLE, AtRun, Decision, Edit, Layer, Resolved

_TARGET = re.compile(r"^(?:sweeps|crystals|datasets)\[[^\]]*\]\.")
_CRITERIA = "processing.resolution.criteria."
#: how far processing can go, in its order
_PARTS = ("indexing", "integration", "end")


class Coverage(NamedTuple):
    """What an engine does with a key.

    ``accepts`` are values that ask for what is done anyway; ``part`` is the part of the processing
    (a word of ``processing.until``) before which the key has no effect.
    """

    state: str  # honoured | approximated | refused
    reason: str = ""
    accepts: tuple[str, ...] = ()
    part: str = "indexing"


@cache
def coverage(engine: str) -> Mapping[str, Coverage]:
    """The table of an engine: key -> what becomes of it."""
    from ruamel.yaml import YAML

    text = (files("sweepwright.programs") / engine / "coverage.yaml").read_text(encoding="utf-8")
    found: dict[str, Coverage] = {}
    for key, entry in YAML(typ="safe", pure=False).load(text).items():
        if isinstance(entry, str):
            found[key] = Coverage(entry)
        else:
            accepts = tuple(str(word) for word in entry.get("accepts", ()))
            found[key] = Coverage(**{**entry, "accepts": accepts})
    return found


def check_coverage(job: ResolvedJob) -> Iterator[Diagnostic]:
    """SW-E010: refused. SW-E011: approximated. SW-E012: keywords for another engine's programs.

    SW-E015: exclusion from some steps. SW-E018: without effect because of what else the job says.
    """
    written = _written(job)
    if not written:
        return
    table = coverage(job.engine.known)
    for key, leaf in written:
        keyword = keyword_of(key)
        if keyword is not None:
            yield from _keyword(job.engine.known, keyword[0], leaf)
        elif key in table:
            yield from _one(job.engine.known, key, leaf, table[key])
        if key == "exclude":
            yield from _steps(leaf)
    yield from _criteria(job, table)
    yield from _too_late(job, table, written)


def _written(job: ResolvedJob) -> list[tuple[str, Resolved[Any]]]:
    """Key and leaf of all that people wrote, one for each place; not what they took back.

    ``--set`` has no places; there each value counts.
    """
    found: dict[Any, tuple[str, Resolved[Any]]] = {}
    for leaf in job.all_leaves():
        if leaf.origin.layer in BY_PEOPLE and leaf.edit is not Edit.DEFAULT:
            key = _TARGET.sub("", leaf.path)
            found.setdefault((key, leaf.origin.span, spelled(leaf.value)), (key, leaf))
    return list(found.values())


def _one(engine: str, key: str, leaf: Resolved[Any], entry: Coverage) -> Iterator[Diagnostic]:
    if entry.state == "honoured" or spelled(leaf.value) in entry.accepts:
        return
    layer, span = leaf.origin.layer, leaf.origin.span
    if entry.state == "approximated":
        message = f"'{key}' is only approximated by {engine}: {entry.reason}"
        yield advice("SW-E011", message, span)
    elif layer in (Layer.MACRO, Layer.USER):
        who = f"macro '{leaf.origin.name}'" if layer is Layer.MACRO else "the user's file"
        message = f"{engine} leaves out what {who} says of '{key}': {entry.reason}"
        yield warning("SW-E010", message, span)
    else:
        help_ = "Remove it; nothing is ever ignored."
        if entry.accepts:
            help_ = f"Remove it, or write {' or '.join(entry.accepts)}, which is what is done."
        message = f"{engine} cannot do '{key}': {entry.reason}"
        yield error("SW-E010", message, span, help=help_)


def _keyword(engine: str, program: str, leaf: Resolved[Any]) -> Iterator[Diagnostic]:
    """Keywords speak to one engine's programs; for the others they wait."""
    own = {"xds": ("xds", "xscale", "pointless", "aimless"), "dials": ("dials",)}[engine]
    if program.split(".", maxsplit=1)[0] not in own:
        message = f"keywords for {program} wait for another engine: {engine} does not use it"
        yield advice("SW-E012", message, leaf.origin.span)


def _steps(leaf: Resolved[Any]) -> Iterator[Diagnostic]:
    for exclusion in leaf.known or ():
        if exclusion.steps:
            message = f"'exclude' with 'steps: [{', '.join(exclusion.steps)}]': images cannot be left out of some steps alone yet"
            help_ = "Remove 'steps:' to leave them out of all steps. For the search for spots alone write 'processing: {spots: {images: ...}}'."
            yield error("SW-E015", message, leaf.origin.span, help=help_)


def _criteria(job: ResolvedJob, table: Mapping[str, Coverage]) -> Iterator[Diagnostic]:
    """Where the job gives the limit itself, no criterion decides it."""
    for group in job.groups:
        high = group.leaves["processing.resolution.high"]
        if isinstance(high.value, Decision):
            continue
        for key, leaf in group.leaves.items():
            honoured = key.startswith(_CRITERIA) and table[key].state == "honoured"
            if honoured and leaf.origin.layer in BY_PEOPLE and leaf.edit is not Edit.DEFAULT:
                limit = "off" if high.value is None else f"{high.value:g} A"
                message = f"'{key}' has no effect: 'processing.resolution.high' is {limit}, so nothing is decided"
                help_ = "Remove one of them; 'high: auto' lets the criteria decide."
                yield advice("SW-E018", message, leaf.origin.span, help=help_)


def _too_late(
    job: ResolvedJob, table: Mapping[str, Coverage], written: list[tuple[str, Resolved[Any]]]
) -> Iterator[Diagnostic]:
    """Keys of what comes after the end of a processing that stops early."""
    until = job.leaves["processing.until"]
    done = _PARTS.index(until.known)
    keys = dict.fromkeys(
        key for key, _ in written if key in table and _PARTS.index(table[key].part) > done
    )
    if keys:
        said = ", ".join(f"'{key}'" for key in keys)
        message = f"no effect, since processing stops after {until.known}: {said}"
        yield advice("SW-E018", message, until.origin.span)


def spelled(value: Any) -> str:
    """A value as the coverage tables spell it, and as people write it."""
    if value is None or isinstance(value, Decision | AtRun):
        return "auto"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, SiteChoice):
        return f"{value.id} {value.date}".strip()
    if isinstance(value, Jobs) and value.colspot == value.integrate:
        return str(value.integrate)
    if isinstance(value, tuple):
        return " ".join(spelled(part) for part in value) or "[]"
    return f"{value:g}" if isinstance(value, float) else str(value)
