"""What an engine does with each key of a job: honoured, approximated, or refused with the reason.

The tables are ``programs/ENGINE/coverage.yaml``. A key that people wrote and the engine refuses is an
error; from a macro it is a warning, since one macro serves several engines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from sweepwright.checks.keywords import keyword_of
from sweepwright.model.diagnostic import Diagnostic, advice, error, warning
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.resolved import Layer, Resolved

_WRITTEN = frozenset(
    {Layer.MACRO, Layer.JOB, Layer.CRYSTAL, Layer.DATASET, Layer.SWEEP, Layer.SET, Layer.USER}
)
_TARGET = re.compile(r"^(?:sweeps|crystals|datasets)\[[^\]]*\]\.")


class Coverage(NamedTuple):
    """What an engine does with a key. ``accepts`` are values that ask for what is done anyway."""

    state: str  # honoured | approximated | refused
    reason: str = ""
    accepts: tuple[str, ...] = ()


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
            found[key] = Coverage(entry["state"], entry["reason"], accepts)
    return found


def check_coverage(job: ResolvedJob) -> Iterator[Diagnostic]:
    """SW-E010: refused. SW-E011: approximated. SW-E012: keywords for another engine's programs."""
    engine = job.engine.known
    written = [leaf for leaf in _leaves(job) if leaf.origin.layer in _WRITTEN]
    if not written:
        return
    seen: set[tuple[str, Any]] = set()
    table = coverage(engine)
    for leaf in written:
        key = _TARGET.sub("", leaf.path)
        if (key, leaf.origin.span) in seen:
            continue
        seen.add((key, leaf.origin.span))
        keyword = keyword_of(key)
        if keyword is not None:
            yield from _keyword(engine, keyword[0], leaf)
        elif key in table:
            yield from _one(engine, key, leaf, table[key])


def _leaves(job: ResolvedJob) -> Iterator[Resolved[Any]]:
    yield from job.leaves.values()
    for group in job.groups:
        yield from group.leaves.values()
        for dataset in group.datasets:
            yield from dataset.leaves.values()
    for sweep in job.sweeps:
        yield from sweep.leaves.values()


def _one(engine: str, key: str, leaf: Resolved[Any], entry: Coverage) -> Iterator[Diagnostic]:
    if entry.state == "honoured" or spelled(leaf.value) in entry.accepts:
        return
    span = leaf.origin.span if leaf.origin.layer is not Layer.SET else None
    if entry.state == "approximated":
        message = f"'{key}' is only approximated by {engine}: {entry.reason}"
        yield advice("SW-E011", message, span)
    elif leaf.origin.layer is Layer.MACRO:
        message = (
            f"{engine} leaves out what macro '{leaf.origin.name}' says of '{key}': {entry.reason}"
        )
        yield warning("SW-E010", message, span)
    else:
        help_ = "Remove it; nothing is ever ignored."
        if entry.accepts:
            help_ = f"Remove it, or write {' or '.join(entry.accepts)}, which is what is done."
        message = f"{engine} cannot do '{key}': {entry.reason}"
        yield error("SW-E010", message, span, help=help_)


def _keyword(engine: str, program: str, leaf: Resolved[Any]) -> Iterator[Diagnostic]:
    """Keywords speak to one engine's programs; for the others they wait."""
    own = {"xds": ("xds", "xscale"), "dials": ("dials",)}[engine]
    if program.split(".", maxsplit=1)[0] not in own:
        message = f"keywords for {program} wait for another engine: {engine} does not use it"
        yield advice("SW-E012", message, leaf.origin.span)


def spelled(value: Any) -> str:
    """A value as the coverage tables spell it."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "id"):
        return str(value.id)
    if isinstance(value, tuple):
        return " ".join(spelled(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
