"""The setting of a space group: XDS and XSCALE know numbers only, so they work in the standard one.

What they wrote is reindexed afterwards to the setting that the job names (P 2 21 21, I 1 2 1).
Operators act on indices: ``l,h,k`` makes h' = l, k' = h, l' = k.
"""

from __future__ import annotations

from typing import Any

from sweepwright.model.job_resolved import ResolvedGroup
from sweepwright.model.resolved import Resolved, computed

_SAME = "h,k,l"


def standard_cell(path: str, group: ResolvedGroup) -> Resolved[Any]:
    """The cell (A, degrees) in the standard setting of the group's number; None where none is given."""
    cell: Resolved[Any] = group.leaves["cell"]
    named = _named(group)
    if cell.value is None or named is None or named.is_reference_setting():
        return cell
    import gemmi

    given = gemmi.UnitCell(*cell.known)
    parameters = given.changed_basis_backward(named.basisop, False).parameters
    numbers = tuple(float(f"{value:.12g}") for value in parameters)
    return computed(path, numbers, "in the standard setting", cell, group.leaves["space_group"])


def to_the_named_setting(path: str, group: ResolvedGroup) -> Resolved[str]:
    """The operator from the standard setting to the one that the job names."""
    named = _named(group)
    operator = _SAME
    if named is not None and not named.is_reference_setting():
        operator = named.basisop.inverse().as_hkl().triplet()
    return computed(path, operator, "to the setting of the job", group.leaves["space_group"])


def _named(group: ResolvedGroup) -> Any:
    symbol = group.leaves["space_group"]
    if symbol.value is None:
        return None
    import gemmi

    return gemmi.SpaceGroup(symbol.known)
