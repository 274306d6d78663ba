"""Keywords that a program knows and this job still cannot give it as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sweepwright.checks.keywords import keyword_of
from sweepwright.model.diagnostic import Diagnostic, advice
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
            what = f"the keyword {name} has" if name else "these lines have"
            message = f"{what} no effect: {program} does not run in this job"
            help_ = f"Programs that do: {', '.join(sorted(running))}."
            yield advice("SW-E017", message, leaf.origin.span, help=help_)


def _keywords(leaves: Leaves) -> Iterator[Given]:
    for key, leaf in leaves.items():
        parts = keyword_of(key)
        if parts is not None and leaf.edit is not Edit.DEFAULT:
            yield *parts, leaf
