"""Lattices that a job asks for, beside its space groups and beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.geometry.cells import alike
from sweepwright.model.diagnostic import Diagnostic, Related, error
from sweepwright.model.job_resolved import ResolvedGroup

LATTICE = "processing.indexing.lattice"
#: one centred face, whatever the axes are called
_ONE_FACE = str.maketrans("AB", "CC")


def lattice_of_group(group: ResolvedGroup) -> Iterator[Diagnostic]:
    """SW-E016: a sweep is to have a lattice that is not the one of its space group."""
    symbol = group.leaves["space_group"]
    asked = [sweep.leaves[LATTICE] for sweep in group.sweeps]
    if symbol.value is None or all(leaf.value is None for leaf in asked):
        return
    import gemmi

    known = gemmi.SpaceGroup(symbol.known)
    system = known.crystal_system_str()
    letter = {"triclinic": "a", "trigonal": "h"}.get(system, system[0])
    lattice = letter + known.hm[0].translate(_ONE_FACE)
    same = alike(lattice)
    for sweep, leaf in zip(group.sweeps, asked, strict=True):
        if leaf.value is not None and leaf.value not in same:
            message = (
                f"sweep {sweep.name}: '{LATTICE}' is {leaf.value}, but {known.hm} is {lattice}"
            )
            related = (
                (Related("the space group", symbol.origin.span),) if symbol.origin.span else ()
            )
            help_ = "Remove one of them; with 'enforce: false' the space group is a hint."
            yield error("SW-E016", message, leaf.origin.span, related=related, help=help_)


def one_lattice(group: ResolvedGroup) -> Iterator[Diagnostic]:
    """SW-E052: sweeps that get one point group are to have different lattices."""
    asked = [
        (sweep.name, sweep.leaves[LATTICE])
        for sweep in group.sweeps
        if sweep.leaves[LATTICE].value is not None
    ]
    for name, leaf in asked[1:]:
        first, other = asked[0]
        if leaf.known not in alike(other.known):
            message = (
                f"sweeps {first} and {name} are scaled together, and are to have the lattices "
                f"{other.known} and {leaf.known}"
            )
            span = other.origin.span
            related = (Related("the other one", span),) if span is not None else ()
            help_ = "Give one lattice, or make crystals of them that are merged apart."
            yield error("SW-E052", message, leaf.origin.span, related=related, help=help_)
