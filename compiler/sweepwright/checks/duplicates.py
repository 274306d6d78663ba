"""The same images in two sweeps that are merged together would count twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from sweepwright.model.diagnostic import Diagnostic, Related, Span, error
from sweepwright.model.job_resolved import ResolvedJob


def check_duplicates(job: ResolvedJob, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """SW-I010: two sweeps of a group share images."""
    for group in job.groups:
        for first, second in combinations(group.sweeps, 2):
            shared = first.images & second.images
            if first.template == second.template and shared:
                yield error(
                    "SW-I010",
                    f"sweeps {first.name} and {second.name} share images {shared}",
                    spans[second.name],
                    related=(Related("the other sweep", spans[first.name]),),
                    help="Give each its own 'range:', or remove one of them.",
                )
