"""What a group takes from its reference data set, and whether the two fit together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sweepwright.geometry.cells import unlike
from sweepwright.model.diagnostic import Diagnostic, Related, advice, error
from sweepwright.model.resolved import Resolved, computed
from sweepwright.resolve.symmetry import find_group

Table = dict[str, Resolved[Any]]


@dataclass(frozen=True)
class ReferenceFacts:
    """What was observed of a reference: where it is below ``roots/``, digest, group, cell (A, deg).

    ``free`` says how its free flags are written, empty where it has none.
    """

    place: str
    sha256: str
    group: str
    cell: tuple[float, ...]
    free: str


def resolve_reference(
    prefix: str, table: Table, facts: ReferenceFacts | None
) -> tuple[Table, list[Diagnostic]]:
    """``space_group`` and ``cell`` where only the reference gives them, ``reference.place``, ``.sha256``."""
    leaf = table.get("reference")
    if leaf is None or leaf.value is None or facts is None:
        return {}, []
    use = leaf.known.use
    found: Table = {
        "reference.place": computed(f"{prefix}reference.place", facts.place, "file", leaf),
        "reference.sha256": computed(f"{prefix}reference.sha256", facts.sha256, "digest", leaf),
    }
    if "free" in use and not facts.free:
        message = f"the reference {facts.place.rpartition('/')[2]} has no free flags to use"
        rest = ", ".join(word for word in use if word != "free") or "cell"
        help_ = f"Name another file, or write 'use: [{rest}]': then flags are made."
        return found, [error("SW-E054", message, leaf.origin.span, help=help_)]
    group, cell = table.get("space_group"), table.get("cell")
    diagnostics: list[Diagnostic] = []
    if group is None or group.value is None:
        if "symmetry" in use:
            found["space_group"] = computed(
                f"{prefix}space_group", facts.group, "of the reference", leaf
            )
    else:
        diagnostics += _groups(group, leaf, facts)
    if cell is None or cell.value is None:
        if "cell" in use:
            found["cell"] = computed(f"{prefix}cell", facts.cell, "of the reference", leaf)
    else:
        diagnostics += _cells(cell, leaf, facts)
    return found, diagnostics


def _groups(group: Resolved[Any], leaf: Resolved[Any], facts: ReferenceFacts) -> list[Diagnostic]:
    """SW-E055: one point group is wanted. SW-E056: within it the job wins."""
    own, other = find_group(str(group.known)), find_group(facts.group)
    if own is None or own.xhm() == other.xhm():
        return []
    related = (Related("the reference", leaf.origin.span),) if leaf.origin.span else ()
    message = f"the space group is {own.xhm()}, that of the reference {other.xhm()}"
    if own.point_group_hm() == other.point_group_hm():
        message += ": the job's is taken"
        return [advice("SW-E056", message, group.origin.span, related=related)]
    help_ = "Correct the space group, or name a reference of this crystal form."
    return [error("SW-E055", message, group.origin.span, related=related, help=help_)]


def _cells(cell: Resolved[Any], leaf: Resolved[Any], facts: ReferenceFacts) -> list[Diagnostic]:
    """SW-E055: one crystal form has one cell, but for a few per cent."""
    differs = unlike(cell.known, facts.cell)
    if not differs:
        return []
    message = f"the cell is not that of the reference: {differs}"
    related = (Related("the reference", leaf.origin.span),) if leaf.origin.span else ()
    help_ = "Correct the cell, or name a reference of this crystal form."
    return [error("SW-E055", message, cell.origin.span, related=related, help=help_)]
