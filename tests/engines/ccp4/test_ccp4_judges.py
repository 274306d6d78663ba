"""Success and failure of CCP4's programs, by what they leave behind.

XML and texts by hand, after the shapes that the programs' sources and readers of them show.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sweepwright.engines.ccp4.judge import JUDGES
from sweepwright.model.plan import LineTable, Step
from sweepwright.model.verdict import Outcome, Verdict

POINTLESS = """\
<?xml version="1.0"?>
<POINTLESS version="1.12.1" RunTime="Mon Jan  1 10:00:00 2024">
{more}
<BestSolution Type="{kind}">
  <GroupName> {group} </GroupName><ReindexOperator>[h,k,l]</ReindexOperator>
  <Confidence>  0.950</Confidence><TotalProb>  0.960</TotalProb>
</BestSolution>
</POINTLESS>
"""
AIMLESS = """\
<?xml version="1.0"?>
<AIMLESS version="0.7.7" RunTime="Mon Jan  1 10:00:00 2024">
<Result><Dataset name="p/x/d">
  <RmeasOverall><Overall>0.081</Overall><Inner>0.031</Inner><Outer>0.911</Outer></RmeasOverall>
  <CChalf><Overall>0.998</Overall><Inner>0.999</Inner><Outer>0.512</Outer></CChalf>
</Dataset></Result>
</AIMLESS>
"""
CTRUNCATE = """\
<?xml version="1.0"?>
<CTRUNCATE version="1.17.29"><DataStatistics><WilsonB>23.4</WilsonB></DataStatistics></CTRUNCATE>
"""


def judged(folder: Path, program: str, xml: str = "", said: str = "", code: int = 0) -> Verdict:
    script = LineTable(name=f"{program}.inp", lines=(("RUN BYFILE",),))
    step = Step(id=f"{program}@x1", program=program, folder=f"groups/x1/{program}", files=(script,))
    (folder / "stdout").write_text(said)
    (folder / "stderr").write_text("")
    if xml:
        (folder / f"{program}.xml").write_text(xml)
    return JUDGES[f"ccp4.{program}"](step, folder, code)


def pointless(more: str = "", group: str = "P 43 21 2", kind: str = "spacegroup") -> str:
    return POINTLESS.format(more=more, group=group, kind=kind)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def test_the_solution_is_told(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "pointless", pointless())
    assert (verdict.outcome, verdict.message) == (Outcome.SUCCESS, "space group P 43 21 2")
    assert verdict.values["best.total_probability"] == 0.96
    assert codes(verdict) == ["SW-Q003"]
    assert "P 41 21 2" in verdict.findings[0].message


def test_a_point_group_says_that_the_screw_axes_are_open(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "pointless", pointless(group="P 3 2 1", kind="pointgroup"))
    assert verdict.message == "point group P 3 2 1"
    assert codes(verdict) == ["SW-Q013"]


def test_a_twin_is_a_finding(tmp_path: Path) -> None:
    more = "<TwinWarning>twinned</TwinWarning><TwinFraction>0.31</TwinFraction>"
    verdict = judged(tmp_path, "pointless", pointless(more, "C 1 2 1"))
    assert codes(verdict) == ["SW-Q025"]
    assert verdict.findings[0].values == {"twin_fraction": 0.31}


def test_a_cell_that_is_too_large_is_a_finding(tmp_path: Path) -> None:
    more = "<ExtraLatticeCentering><LatticeType>I</LatticeType></ExtraLatticeCentering>"
    assert codes(judged(tmp_path, "pointless", pointless(more, "P 1 21 1"))) == ["SW-Q026"]


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (" FATAL ERROR message:\n no batches left\n", "no batches left"),
        ("Stopping because cell discrepancy between files 2.31\n", "more than TOLERANCE"),
        ("**** Incompatible symmetries ****\n", "does not fit"),
    ],
)
def test_an_error_text_fails_whatever_the_exit_code(
    tmp_path: Path, said: str, meaning: str
) -> None:
    verdict = judged(tmp_path, "pointless", pointless(), said)
    assert verdict.outcome is Outcome.FAILURE
    assert meaning in verdict.message
    assert verdict.help


def test_an_exit_code_fails_whatever_the_files(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "aimless", AIMLESS, "End of aimless job\n", code=4)
    assert (verdict.outcome, verdict.message) == (
        Outcome.FAILURE, "aimless ended with exit code 4",
    )  # fmt: skip


def test_its_end_alone_is_no_success(tmp_path: Path) -> None:
    assert judged(tmp_path, "aimless", "", "End of aimless job\n").outcome is Outcome.FAILURE
    empty = '<AIMLESS version="0.7.7" RunTime="Mon Jan  1 10:00:00 2024"></AIMLESS>'
    assert judged(tmp_path, "aimless", empty, "End of aimless job\n").outcome is Outcome.FAILURE


def test_scaling_tells_its_numbers(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "aimless", AIMLESS, "End of aimless job\n")
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.values == {"rmeas_all": 0.081, "cc_half": 0.998}
    assert verdict.message == "rmeas 0.081, cc_half 0.998"


def test_weak_data_are_a_finding(tmp_path: Path) -> None:
    said = "WARNING: weak data, all data below threshold\nEnd of aimless job\n"
    assert codes(judged(tmp_path, "aimless", AIMLESS, said)) == ["SW-Q027"]


def test_amplitudes_want_a_normal_termination(tmp_path: Path) -> None:
    good = judged(tmp_path, "ctruncate", CTRUNCATE, "ctruncate: Normal termination\n")
    assert (good.outcome, good.message) == (Outcome.SUCCESS, "amplitudes, Wilson B 23.4 A^2")
    assert judged(tmp_path, "ctruncate", CTRUNCATE, "").outcome is Outcome.FAILURE
