"""Space group and cell that were expected, not enforced, beside those that were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sweepwright.results.orientations import Lattice, misset_deg

#: how much the volumes of one lattice may differ: three lengths of 2 %
_VOLUME = 0.06


def compared(hints: tuple[str | None, Sequence[float] | None], group: Any, cell: Any) -> list[str]:
    """In what the hints (Hermann-Mauguin symbol; cell, A and degrees) differ from a group and cell.

    Settings are no difference, nor are mirror images, which intensities cannot tell apart. Cells are
    compared as lattices, whatever their axes: to 2 % in lengths, and as much in angles. Of a cell
    without a group the lattice is taken to be centred as the one that was found. P 1 expects nothing:
    it is what databases have where no group is known.
    """
    import gemmi

    symbol, wanted = hints
    expected = gemmi.SpaceGroup(symbol) if symbol is not None else None
    differences = []
    if expected is not None and expected.number not in (1, group.number, _mirrored(group)):
        kind = "screw axes" if expected.point_group_hm() == group.point_group_hm() else "symmetry"
        differences.append(f"the space group is {group.xhm()}, not {expected.xhm()}: other {kind}")
    if wanted is not None:
        centring = (expected or group).centring_type()
        found = _lattice(gemmi.UnitCell(*cell), group.centring_type())
        if not _same(_lattice(gemmi.UnitCell(*wanted), centring), found):
            shown = (" ".join(f"{number:.4g}" for number in one) for one in (cell, wanted))
            differences.append("the cell is {}, not {}".format(*shown))
    return differences


def _same(one: Lattice, other: Lattice) -> bool:
    """One lattice, not a part of the other: what has the same axes may be a multiple of them."""
    import numpy as np

    larger = abs(np.linalg.det(one) / np.linalg.det(other))
    return bool(abs(larger - 1) < _VOLUME) and misset_deg(one, other) is not None


def _mirrored(group: Any) -> int:
    """The number of the group's mirror image; its own where it has none."""
    import gemmi

    operations = group.operations()
    operations.change_basis_forward(gemmi.Op("-x,-y,-z"))
    mirrored = gemmi.find_spacegroup_by_ops(operations)
    return int((mirrored or group).number)


def _lattice(cell: Any, centring: str) -> Lattice:
    """Shortest axes of the lattice as rows, turned anyhow."""
    import gemmi
    import numpy as np

    vector = gemmi.GruberVector(cell, centring)
    vector.niggli_reduce()
    return np.array(vector.get_cell().orth.mat.tolist(), float).T
