"""The same images in two sweeps that are merged together would count twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from sweepwright.model.diagnostic import Diagnostic, Related, Span, error
from sweepwright.model.facts import ImageTemplate
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep


def check_duplicates(job: ResolvedJob, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """SW-I010: two sweeps of a group share images, and neither allows it."""
    for group in job.groups:
        alike: dict[ImageTemplate, list[ResolvedSweep]] = {}
        for sweep in group.sweeps:
            alike.setdefault(sweep.template, []).append(sweep)
        for sweeps in alike.values():
            for first, second in combinations(sweeps, 2):
                shared = first.images & second.images
                if shared and not (_allows(first) or _allows(second)):
                    yield error(
                        "SW-I010",
                        f"sweeps {first.name} and {second.name} share images {shared}",
                        spans[second.name],
                        related=(Related("the other sweep", spans[first.name]),),
                        help="Give each its own 'range:'; 'duplicates: allow' if it is meant.",
                    )


def _allows(sweep: ResolvedSweep) -> bool:
    leaf = sweep.leaves.get("duplicates")
    return leaf is not None and leaf.known == "allow"
