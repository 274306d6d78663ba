"""Whether an indexing with a beam centre of its own is believed: a wrong centre can index, wrongly.

A centre that is off by less than the distance between spots often still gives a lattice, with
every index shifted or with part of the spots alone. Such a lattice leaves spots over, and its
refined centre runs away from the one that was assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import hypot
from pathlib import Path
from typing import Any

from sweepwright.engines.base import JudgeFunction
from sweepwright.logs.idxref import read
from sweepwright.logs.reading import Reading
from sweepwright.model.plan import Filled, Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict

#: a lattice found from another centre, or one that moved its centre, explains so many of the spots
MOST = 0.8
#: a centre that the refinement moves by more is not the one that was said, px
MOVED_PX = 2.0
#: an index origin of less than so many times the quality of the best is a rival of it
#: (the rule of xia2, Wrappers/XDS/XDSIdxref.py)
RIVAL = 4.0


def believed(judge: JudgeFunction) -> JudgeFunction:
    """The judge of a ladder that searches the beam centre."""

    def searched(step: Step, folder: Path, exit_code: int) -> Verdict:
        verdict = judge(step, folder, exit_code)
        if not verdict.usable:
            return verdict
        reading = read((folder / "IDXREF.LP").read_text("latin-1"), "IDXREF.LP")
        at = _assumed(step)
        if at is None:
            return verdict
        place, another = at
        evidence = _evidence(reading, place, (folder / "XDS.INP").read_text("latin-1"))
        why = _doubt(evidence, another)
        if why:
            message = f"{verdict.message}; the lattice is not believed: {why}"
            return Verdict(Outcome.FAILURE, message, _HELP, values=verdict.values | evidence)
        state = FindingState.SEEN if another else FindingState.NOT_SEEN
        message = f"indexed with the beam centre {another or 'as it was said'}"
        finding = Finding("SW-Q020", state, message, step.id.partition("@")[2], evidence)
        return replace(
            verdict, findings=(*verdict.findings, finding), values=verdict.values | evidence
        )

    return searched


_HELP = (
    "Check the beam centre on an image and give 'beam_center'; a centre that is sure is kept by "
    "'indexing: {beam_search: off}'."
)


def _assumed(step: Step) -> tuple[tuple[float, float], str] | None:
    """ORGX and ORGY, and why they are not those of the job ("" where they are)."""
    found: dict[str, Filled] = {}
    for table in step.files:
        for line in table.lines:
            for piece in line:
                if isinstance(piece, Filled) and piece.leaf.endswith((".ORGX", ".ORGY")):
                    found[piece.leaf[-4:]] = piece
    if len(found) != 2:
        return None
    _, _, reason = found["ORGX"].origin.partition("ladder: the beam centre ")
    return (float(found["ORGX"].text), float(found["ORGY"].text)), reason


def _evidence(reading: Reading, place: tuple[float, float], said: str) -> dict[str, Any]:
    """Numbers that the rule is applied to; None where the log does not tell one."""
    values: Mapping[str, Any] = reading.values
    spots, indexed = values.get("idxref.n_spots_used"), values.get("idxref.n_indexed")
    refined, cell = values.get("idxref.detector_origin_px"), values.get("idxref.cell")
    distance = values.get("idxref.distance_mm")
    found: dict[str, Any] = dict.fromkeys(
        ("fraction_indexed", "centre_moved_px", "between_spots_px")
    )
    if spots and indexed is not None:
        found["fraction_indexed"] = round(indexed / spots, 4)
    if refined:
        found["centre_moved_px"] = round(hypot(refined[0] - place[0], refined[1] - place[1]), 2)
    if cell and distance:
        apart_mm = _number("X-RAY_WAVELENGTH", said) * abs(distance) / max(cell[:3])
        found["between_spots_px"] = round(apart_mm / _number("QX", said), 2)
    return found | {"rival_origin": _rival(reading)}


def _rival(reading: Reading) -> float | None:
    """Quality of the second index origin over that of the best; None when there is no second."""
    table = reading.tables.get("idxref.origins")
    qualities: list[Any] = sorted(table.column("quality")) if table is not None else []
    return round(qualities[1] / max(qualities[0], 0.1), 2) if len(qualities) > 1 else None


def _doubt(evidence: Mapping[str, Any], another: str) -> str:
    """Why the lattice is not believed, "" if it is."""
    indexed, moved = evidence["fraction_indexed"], evidence["centre_moved_px"]
    between, rival = evidence["between_spots_px"], evidence["rival_origin"]
    if indexed is None or moved is None or between is None:
        return "IDXREF.LP does not tell the spots, the cell and the centre" if another else ""
    few = f"it leaves {100 * (1 - indexed):.0f} % of the spots over"
    away = f"its beam centre came out {moved:.1f} px from the one assumed"
    if not another:
        return f"{few}, and {away}" if indexed < MOST and moved > MOVED_PX else ""
    if indexed < MOST:
        return few
    if moved > between / 2:
        return f"{away}, more than half of the {between:.1f} px between spots"
    if rival is not None and rival < RIVAL:
        return f"another index origin is only {rival:.1f} times less likely"
    return ""


def _number(keyword: str, said: str) -> float:
    """The value of a keyword that every XDS.INP of an index step has."""
    found = re.search(rf"^{keyword}= (\S+)", said, re.MULTILINE)
    assert found
    return float(found[1])
