"""Which lattices are believed in a search of the beam centre: real logs, the numbers read off by hand."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sweepwright.engines.xds.beam_doubt import believed
from sweepwright.model.plan import Filled, LineTable, Step
from sweepwright.model.verdict import FindingState, Outcome, Verdict

_BESIDE = Path(__file__).resolve().parents[3].parent / "shared"
FOLDER = Path(os.environ.get("SWEEPWRIGHT_SHARED", _BESIDE)) / "samples/xds/logs"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no samples in {FOLDER}")
SAID, LADDER = "beam centre + 0.5", "ladder: the beam centre with x and y exchanged"
#: 609 of 689 spots; refined to 1024.77, 1009.70; second origin 12.8 against 1.2
GOOD, PLACE = "idxref_2016_edna.LP", (1022.83, 1000.58)


def judged(
    folder: Path, log: str, org: tuple[float, float], origin: str, pixel: float = 0.1
) -> Verdict:
    shutil.copy(FOLDER / log, folder / "IDXREF.LP")
    (folder / "XDS.INP").write_text(f"X-RAY_WAVELENGTH= 0.934\nQX= {pixel} QY= {pixel}\n")
    line = tuple(
        Filled(text=str(place), leaf=f"sweeps[A].xds.{key}", origin=origin)
        for key, place in zip(("ORGX", "ORGY"), org, strict=True)
    )
    step = Step(
        id="index@A",
        program="xds_par",
        folder="sweeps/A/index",
        files=(LineTable(name="XDS.INP", lines=(line,)),),
    )
    return believed(lambda *_: Verdict(Outcome.SUCCESS, "indexed"))(step, folder, 0)


def test_the_evidence_is_what_the_log_says(tmp_path: Path) -> None:
    values = judged(tmp_path, GOOD, PLACE, LADDER).values
    assert values["fraction_indexed"] == pytest.approx(609 / 689, abs=1e-4)
    assert values["centre_moved_px"] == pytest.approx(9.32, abs=0.01)
    # 0.934 A * 197.22 mm / 66.628 A / 0.1 mm
    assert values["between_spots_px"] == pytest.approx(27.65, abs=0.01)
    assert values["rival_origin"] == pytest.approx(10.67, abs=0.01)


def test_most_spots_from_the_centre_that_was_said(tmp_path: Path) -> None:
    verdict = judged(tmp_path, GOOD, PLACE, SAID)
    assert verdict.outcome is Outcome.SUCCESS
    (finding,) = verdict.findings
    assert (finding.code, finding.state) == ("SW-Q020", FindingState.NOT_SEEN)


def test_most_spots_from_another_centre_are_a_finding(tmp_path: Path) -> None:
    verdict = judged(tmp_path, GOOD, PLACE, LADDER)
    assert verdict.outcome is Outcome.SUCCESS
    (finding,) = verdict.findings
    assert finding.state is FindingState.SEEN
    assert "with x and y exchanged" in finding.message


def test_a_centre_that_runs_to_the_next_spot_is_not_believed(tmp_path: Path) -> None:
    """With pixels of 0.2 mm half the distance between spots is 6.9 px."""
    verdict = judged(tmp_path, GOOD, PLACE, LADDER, pixel=0.2)
    assert verdict.outcome is Outcome.FAILURE
    assert "more than half of the 13.8 px" in verdict.message


@pytest.mark.parametrize(("origin", "usable"), [(SAID, True), (LADDER, False)])
def test_few_spots_without_a_shift(tmp_path: Path, origin: str, usable: bool) -> None:
    """540 of 2186 spots, the centre unmoved: several lattices, or a wrong centre that was tried."""
    verdict = judged(tmp_path, "idxref_2020_below50.LP", (851.52, 747.33), origin)
    assert verdict.usable is usable


def test_few_spots_and_a_centre_that_moves_are_not_believed(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "idxref_2020_below50.LP", (851.52, 744.0), SAID)
    assert verdict.outcome is Outcome.FAILURE
    assert "75 % of the spots" in verdict.message
    assert "beam_search: off" in verdict.help
