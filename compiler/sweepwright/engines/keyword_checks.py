"""Keywords that a program knows and this job still cannot give it as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sweepwright.checks.keywords import keyword_of
from sweepwright.model.diagnostic import Diagnostic, Related, advice, error
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.resolved import Edit, Leaves, Resolved

Given = tuple[str, str, Resolved[Any]]


def given_keywords(job: ResolvedJob, families: Collection[str]) -> list[Given]:
    """Program, keyword and leaf of all keywords for the programs of an engine, one for each place.

    ``families`` are first words of programs: ``xds``, ``xscale``, ``dials``.
    """
    found: dict[tuple[str, str, Any], Given] = {}
    for leaves in (job.leaves, *(sweep.leaves for sweep in job.sweeps)):
        for program, name, leaf in _keywords(leaves):
            if program.partition(".")[0] in families:
                found.setdefault((program, name, leaf.origin.span), (program, name, leaf))
    return list(found.values())


def without_step(given: list[Given], running: Collection[str]) -> Iterator[Diagnostic]:
    """SW-E017: keywords for a program that this job does not run."""
    for program, name, leaf in given:
        if program not in running:
            message = f"the keyword {name} has no effect: {program} does not run in this job"
            help_ = f"Programs that do: {', '.join(sorted(running))}."
            yield advice("SW-E017", message, leaf.origin.span, help=help_)


def one_file(leaves: Leaves, running: Collection[str]) -> Iterator[Diagnostic]:
    """SW-E019: XDS.INP serves all steps, so what is said of one step holds for all that read it.

    ``leaves`` are those of one sweep.
    """
    from sweepwright.programs.keyword_tables import table

    uses: dict[str, list[Given]] = {}
    for program, name, leaf in _keywords(leaves):
        if program in running and name in table("xds"):
            uses.setdefault(name, []).append((program, name, leaf))
    for name, (given, *others) in uses.items():
        row, step, span = table("xds")[name], given[0].partition(".")[2], given[2].origin.span
        also = [r.upper() for r in row.reads if step and r != step and f"xds.{r}" in running]
        if others and not row.repeat:
            message = f"{name} stands under {given[0]} and under {others[0][0]}, but XDS.INP can hold it once"
            related = (Related("the other one", span),) if span else ()
            yield error("SW-E019", message, others[0][2].origin.span, related=related)
        elif also:
            message = f"{name} is said for {step.upper()} alone, but XDS.INP serves all steps yet: {', '.join(also)} may read it too"
            yield advice("SW-E019", message, span)


def _keywords(leaves: Leaves) -> Iterator[Given]:
    for key, leaf in leaves.items():
        parts = keyword_of(key)
        if parts is not None and leaf.edit is not Edit.DEFAULT:
            yield *parts, leaf
