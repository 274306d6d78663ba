"""What DIALS, or this release with it, cannot do of a job."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.engines.keyword_checks import given_keywords, without_step
from sweepwright.model.diagnostic import Diagnostic, Related, error
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob

#: dials.split_experiments takes wavelengths for one that differ by less than this part
_SAME_WAVELENGTH = 1e-4
#: one centred face, whatever the axes are called
_ONE_FACE = str.maketrans("AB", "CC")


def check(job: ResolvedJob) -> list[Diagnostic]:
    """Diagnostics SW-E0xx of the ``dials`` engine."""
    found = [item for group in job.groups for item in _near_wavelengths(group)]
    found += [item for group in job.groups for item in _lattices(group)]
    given = given_keywords(job, ("dials",))
    if given:
        from sweepwright.engines.dials.plan import plan  # few jobs have keywords

        found += without_step(given, {s.program for s in plan(job).steps if s.judge == s.program})
    return found


def _lattices(group: ResolvedGroup) -> Iterator[Diagnostic]:
    """SW-E016: a sweep is to have a lattice that is not the one of its space group."""
    symbol = group.leaves["space_group"]
    asked = [sweep.leaves["processing.indexing.lattice"] for sweep in group.sweeps]
    if symbol.value is None or all(leaf.value is None for leaf in asked):
        return
    import gemmi

    known = gemmi.SpaceGroup(symbol.known)
    system = known.crystal_system_str()
    letter = {"triclinic": "a", "trigonal": "h"}.get(system, system[0])
    lattice = letter + known.hm[0].translate(_ONE_FACE)
    same = ("mC", "mI") if lattice in ("mC", "mI") else (lattice,)  # by choice of axes
    for sweep, leaf in zip(group.sweeps, asked, strict=True):
        if leaf.value is not None and leaf.value not in same:
            message = f"sweep {sweep.name}: 'processing.indexing.lattice' is {leaf.value}, but {known.hm} is {lattice}"
            related = (
                (Related("the space group", symbol.origin.span),) if symbol.origin.span else ()
            )
            help_ = "Remove one of them; with 'enforce: false' the space group is a hint."
            yield error("SW-E016", message, leaf.origin.span, related=related, help=help_)


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
