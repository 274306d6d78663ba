"""What DIALS, or this release with it, cannot do of a job."""

from __future__ import annotations

from sweepwright.engines.keyword_checks import given_keywords, without_step
from sweepwright.engines.lattice_checks import lattice_of_group
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob

#: dials.split_experiments takes wavelengths for one that differ by less than this part
_SAME_WAVELENGTH = 1e-4


def check(job: ResolvedJob) -> list[Diagnostic]:
    """Diagnostics SW-E0xx of the ``dials`` engine."""
    found = [item for group in job.groups for item in _near_wavelengths(group)]
    found += [item for group in job.groups for item in lattice_of_group(group)]
    given = given_keywords(job, ("dials",))
    if given:
        from sweepwright.engines.dials.plan import plan  # few jobs have keywords

        found += without_step(given, {s.program for s in plan(job).steps if s.judge == s.program})
    return found


def _near_wavelengths(group: ResolvedGroup) -> list[Diagnostic]:
    pairs = zip(group.datasets, group.datasets[1:], strict=False)
    return [
        error(
            "SW-E007",
            f"data sets {a.name} ({a.wavelength_a:g} A) and {b.name} ({b.wavelength_a:g} A) are "
            "nearer than DIALS can tell apart",
            help="Set one wavelength under 'geometry:' of the sweeps if they are meant to be equal.",
        )
        for a, b in pairs
        if b.wavelength_a - a.wavelength_a < _SAME_WAVELENGTH * a.wavelength_a
    ]
