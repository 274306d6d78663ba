"""Whether the spots of a sweep are those of one lattice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sweepwright.logs.idxref import read as read_idxref
from sweepwright.results.ice import off_rings
from sweepwright.results.second_lattice import on_lattice, second_lattice
from sweepwright.run import StepCall
from sweepwright.steps.decided import write_decision
from sweepwright.steps.orientations import axes_of
from sweepwright.steps.spots import read_spots

#: a second lattice has at least so many spots, this part of all, and this part of those left over (by chance
#: it would have about a tenth of them)
LEAST, OF_ALL, OF_REST = 25, 0.05, 0.3
#: subtrees of IDXREF that are told
_SUBTREES = 5


def several_lattices(call: StepCall) -> None:
    """``lattices``: 1, or 2 where a second orientation explains spots that the first leaves over.

    Spots on rings of ice are left out. With XDS the sizes of IDXREF's subtrees are told as well.
    """
    files = {path.name: path for path in call.inputs}
    spots = read_spots(files)
    axes = axes_of(next(files[name] for name in ("indexed.expt", "XPARM.XDS") if name in files))
    # a spot near a point of the lattice has no indices because it is a little off, not by another lattice
    left_over = ~spots.indexed & off_rings(spots.inverse_d) & ~on_lattice(spots.place, axes)
    rest = spots.place[left_over]
    evidence: dict[str, Any] = {
        "spots": len(spots.indexed),
        "indexed": int(np.count_nonzero(spots.indexed)),
        "left_over": len(rest),
        **_subtrees(files),
    }
    least = max(LEAST, OF_ALL * len(spots.indexed))
    found = second_lattice(rest, axes) if len(rest) >= least else None
    several = found is not None and found.spots >= max(least, OF_REST * len(rest))
    if found is not None:
        evidence |= {"second": found.spots, "turn_deg": found.turn_deg}
    evidence["note"] = _told(evidence, several)
    write_decision(call, {"lattices": 2 if several else 1}, evidence)


def _subtrees(files: Mapping[str, Path]) -> dict[str, Any]:
    if "IDXREF.LP" not in files:
        return {}
    tables = read_idxref(files["IDXREF.LP"].read_text("latin-1"), "IDXREF.LP").tables
    if "idxref.subtrees" not in tables:
        return {}
    return {"subtrees": tables["idxref.subtrees"].column("population")[:_SUBTREES]}


def _told(evidence: Mapping[str, Any], several: bool) -> str:
    said = f"the lattice explains {evidence['indexed']} of {evidence['spots']} spots"
    if not several:
        return said
    turn = evidence["turn_deg"]
    turned = "" if turn is None else f", turned by {turn:.1f} degrees,"
    return f"{said}; a second one{turned} explains {evidence['second']} of those left over"
