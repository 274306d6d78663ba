"""Space group and cell as the job gives them: any spelling, the setting kept, the cell checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.resolved import Layer, Origin, Resolved, computed

#: how far a cell may be from its lattice: relative in lengths, degrees in angles
LENGTH_TOLERANCE = 0.001
ANGLE_TOLERANCE_DEG = 0.05


def resolve_symmetry(
    prefix: str, table: Mapping[str, Resolved[Any]]
) -> tuple[dict[str, Resolved[Any]], list[Diagnostic]]:
    """``space_group`` (Hermann-Mauguin, with setting), ``space_group_number``, ``cell``; or None."""
    nothing = Origin(Layer.DEFAULT, "not given")
    group, cell = table.get("space_group"), table.get("cell")
    found: dict[str, Resolved[Any]] = {
        key: Resolved(prefix + key, None, nothing)
        for key in ("space_group", "space_group_number", "cell")
    }
    if cell is not None:
        found["cell"] = cell
    if group is None or group.value is None:
        return _enforced(prefix, found, table), []
    known = find_group(str(group.known))
    if known is None:
        message = f"'{group.known}' is no space group"
        return found, [
            error(
                "SW-L021", message, group.origin.span, help="Write e.g. P 21 21 21, P212121 or 19."
            )
        ]
    found["space_group"] = Resolved(group.path, known.xhm(), group.origin, group.hidden)
    found["space_group_number"] = computed(
        prefix + "space_group_number", known.number, "number of the space group", group
    )
    if not known.is_sohncke():
        message = f"a protein crystal cannot have the space group {known.hm}: it has mirrors or inversions"
        return found, [
            error("SW-L022", message, group.origin.span, help="Look for the group without them.")
        ]
    problems = _cell_fits(known, cell) if cell is not None else []
    return _enforced(prefix, found, table), problems


def find_group(text: str) -> Any:
    """The space group (gemmi) of a symbol in any spelling, or of a number; None if there is none.

    Short symbols in full form (P1211, C1211) are read with their blanks put back.
    """
    import gemmi

    if text.isdigit():
        return gemmi.find_spacegroup_by_number(int(text)) if 1 <= int(text) <= 230 else None
    known = gemmi.find_spacegroup_by_name(text)
    if known is not None:
        return known
    plain = re.sub(r"[\s()]", "", text).upper()
    return next((g for g in gemmi.spacegroup_table() if _plain(g) == plain), None)


def _plain(group: Any) -> str:
    """``P 1 21 1`` as ``P1211``, with a hexagonal setting of an R group as H."""
    lattice = "H" if group.ext == "H" else group.hm[0]
    return lattice + "".join(group.hm[1:].split()).upper()


def _enforced(
    prefix: str, found: dict[str, Resolved[Any]], table: Mapping[str, Resolved[Any]]
) -> dict[str, Resolved[Any]]:
    """Hints are left out of what the engines are told."""
    enforce = table["enforce"]
    if enforce.value:
        return found
    hints = {f"hint.{key}": leaf for key, leaf in found.items() if leaf.value is not None}
    silent = {key: computed(prefix + key, None, "a hint is not enforced", enforce) for key in found}
    return {**silent, **{key: leaf.at(prefix + key) for key, leaf in hints.items()}}


def _cell_fits(group: Any, cell: Resolved[Any]) -> list[Diagnostic]:
    """The deviation of a cell from its lattice, found by averaging it over the group's rotations."""
    a, b, c, alpha, beta, gamma = cell.known
    rules = {
        "monoclinic": [("alpha", alpha, 90), ("gamma", gamma, 90)],
        "orthorhombic": [("alpha", alpha, 90), ("beta", beta, 90), ("gamma", gamma, 90)],
        "tetragonal": [("b", b, a), ("alpha", alpha, 90), ("beta", beta, 90), ("gamma", gamma, 90)],
        "trigonal": [("b", b, a), ("alpha", alpha, 90), ("beta", beta, 90), ("gamma", gamma, 120)],
        "hexagonal": [("b", b, a), ("alpha", alpha, 90), ("beta", beta, 90), ("gamma", gamma, 120)],
        "cubic": [
            ("b", b, a),
            ("c", c, a),
            ("alpha", alpha, 90),
            ("beta", beta, 90),
            ("gamma", gamma, 90),
        ],
    }.get(group.crystal_system_str(), [])
    if group.ext == "R":
        rules = [("b", b, a), ("c", c, a), ("beta", beta, alpha), ("gamma", gamma, alpha)]
    if group.crystal_system_str() == "monoclinic" and group.monoclinic_unique_axis() != "b":
        axis = group.monoclinic_unique_axis()
        free = {"a": "alpha", "c": "gamma"}[axis]
        rules = [
            rule
            for rule in (("alpha", alpha, 90), ("beta", beta, 90), ("gamma", gamma, 90))
            if rule[0] != free
        ]
    wrong = [
        f"{what} is {value:g}, not {wanted:g}"
        for what, value, wanted in rules
        if abs(value - wanted)
        > (LENGTH_TOLERANCE * wanted if what in "bc" else ANGLE_TOLERANCE_DEG)
    ]
    if not wrong:
        return []
    message = f"the cell does not fit {group.hm} ({group.crystal_system_str()}): {'; '.join(wrong)}"
    return [
        error("SW-L023", message, cell.origin.span, help="Correct the cell, or the space group.")
    ]
