"""Judges of POINTLESS, AIMLESS and CTRUNCATE on real logs, and on small ones in their layout."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sweepwright.engines.ccp4.judge import JUDGES
from sweepwright.model.plan import Output, Step
from sweepwright.model.verdict import FindingState, Outcome, Verdict

SAMPLES = (
    Path(
        os.environ.get("SWEEPWRIGHT_SHARED", Path(__file__).resolve().parents[3].parent / "shared")
    )
    / "samples/results/ccp4"
)
SEEN, NOT_SEEN, NOT_JUDGED = FindingState.SEEN, FindingState.NOT_SEEN, FindingState.NOT_JUDGED
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")
NORMAL = "ctruncate: Normal termination\nTimes: User:       0.2s\n</html>\n"
RESULT = """\
<Result><Dataset name="p/c/d">
<CChalf><Overall>0.998</Overall><Inner>0.999</Inner><Outer>0.512</Outer></CChalf>
<RmeasOverall><Overall>0.061</Overall><Inner>0.031</Inner><Outer>1.2</Outer></RmeasOverall>
</Dataset></Result>
"""


def banner(program: str) -> str:
    bars = " ###############################################################\n"
    line = f" ### CCP4 8.0.010: {program.upper():<17} version 1.0.1 : 02/03/22##\n"
    return bars + line + bars + " User: x  Run date:  4/ 5/2022 Run time: 10:00:00\n\n"


def step(program: str, *outputs: str) -> Step:
    return Step(
        id=f"{program}@lyso",
        program=program,
        folder=f"groups/lyso/{program}",
        outputs=tuple(Output(name=output) for output in outputs),
    )


def judged(
    folder: Path, program: str, log: str, xml: str = "", code: int = 0, mtz: bool = True
) -> Verdict:
    """The verdict on an attempt with this log, this XML, this exit code, and data or none."""
    for old in folder.iterdir():
        old.unlink()
    (folder / "stdout").write_text(banner(program) + log)
    if xml:
        root = program.upper()
        (folder / f"{program}.xml").write_text(f"<{root}>\n{xml}\n</{root}>\n")
    if mtz:
        (folder / "out.mtz").write_bytes(b"MTZ ")
    return JUDGES[f"ccp4.{program}"](step(program, "out.mtz"), folder, code)


def on_sample(folder: Path, program: str, name: str) -> Verdict:
    shutil.copy(SAMPLES / name, folder / "stdout")
    return JUDGES[f"ccp4.{program}"](step(program), folder, 0)


def states(verdict: Verdict) -> dict[str, FindingState]:
    return {finding.code: finding.state for finding in verdict.findings}


def best(kind: str, name: str, more: str = "") -> str:
    return f'<BestSolution Type="{kind}"><GroupName>{name}</GroupName></BestSolution>{more}'


@needs_samples
def test_pointless_that_told_the_screw_axes(tmp_path: Path) -> None:
    verdict = on_sample(tmp_path, "pointless", "pointless_1.9.2_x828.log")
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.message == "space group C 2 2 21"
    assert verdict.values["best.total_probability"] == 0.993
    assert verdict.values["cell"] == [83.09, 96.79, 57.95, 90, 90, 90]
    assert states(verdict)["SW-Q027"] is NOT_SEEN
    assert "SW-Q013" not in states(verdict) and "SW-Q003" not in states(verdict)


@needs_samples
def test_pointless_that_could_not_tell_the_screw_axes(tmp_path: Path) -> None:
    verdict = on_sample(tmp_path, "pointless", "pointless_1.9.31_xdsin_p321.log")
    assert verdict.message == "point group P 3 2 1"
    assert states(verdict)["SW-Q013"] is NOT_JUDGED
    assert states(verdict)["SW-Q026"] is SEEN


@needs_samples
def test_a_weak_anomalous_signal_is_a_finding_of_a_real_log(tmp_path: Path) -> None:
    verdict = on_sample(tmp_path, "aimless", "aimless_0.2.17_x828.log")
    assert verdict.outcome is Outcome.SUCCESS
    # overall values of its summary, not those of the inner or the outer shell
    assert verdict.values["rmeas_all"] == 0.057
    assert verdict.values["cc_half"] == 0.999
    assert verdict.values["high_resolution"] == 1.9
    assert states(verdict) == {"SW-Q029": SEEN}


@needs_samples
def test_ctruncate_without_xml_does_not_judge_twinning(tmp_path: Path) -> None:
    verdict = on_sample(tmp_path, "ctruncate", "ctruncate_1.13.13_x828.log")
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.values["wilson_b"] == 29.862
    assert states(verdict) == {"SW-Q027": NOT_JUDGED, "SW-Q028": NOT_SEEN}


def test_a_weak_anomalous_signal_is_a_finding(tmp_path: Path) -> None:
    for sentence, expected in (
        ("Anomalous flag switched ON in input but the anomalous signal is weak", SEEN),
        ("Anomalous flag switched ON in input, strong anomalous signal found", NOT_SEEN),
    ):
        xml = f"<AnomalousStatus>{sentence}</AnomalousStatus>{RESULT}"
        assert states(judged(tmp_path, "aimless", "", xml)) == {"SW-Q029": expected}
    off = "<AnomalousStatus>Anomalous flag switched OFF in input</AnomalousStatus>"
    assert states(judged(tmp_path, "aimless", "", off + RESULT)) == {}


def test_twinning_and_hidden_translations_are_findings(tmp_path: Path) -> None:
    twin = "<TwinWarning>The L-test suggests that the data may be twinned</TwinWarning>"
    centring = "<ExtraLatticeCentering><LatticeType>C</LatticeType></ExtraLatticeCentering>"
    verdict = judged(tmp_path, "pointless", "", best("spacegroup", "P 4 2 2", twin + centring))
    assert states(verdict) == {"SW-Q027": SEEN, "SW-Q028": SEEN, "SW-Q026": SEEN}
    for word, expected in (("yes", SEEN), ("no", NOT_SEEN)):
        xml = (
            f"<Twinning><L-test><Twinned>{word}</Twinned></L-test></Twinning>"
            f"<translationalNCS><detected>{word}</detected></translationalNCS>"
        )
        found = states(judged(tmp_path, "ctruncate", NORMAL, xml))
        assert found == {"SW-Q027": expected, "SW-Q028": expected}


@pytest.mark.parametrize(
    ("group", "pair"),
    [("P 43 21 2", "P 41 21 2"), ("P 31 2 1", "P 32 2 1"), ("P 65", "P 61"), ("C 2 2 21", "")],
)
def test_the_hand_of_a_group_is_a_finding(tmp_path: Path, group: str, pair: str) -> None:
    verdict = judged(tmp_path, "pointless", "", best("spacegroup", group))
    said = [finding.message for finding in verdict.findings if finding.code == "SW-Q003"]
    assert len(said) == bool(pair)
    assert all(f"mirror image {pair}:" in message for message in said)


@pytest.mark.parametrize(
    ("program", "text", "told"),
    [
        ("pointless", "**** Incompatible symmetries ****", "different symmetry"),
        ("pointless", "Stopping because cell discrepancy between files", "cells of the sweeps"),
        ("pointless", "All reflection pairs rejected", "no equivalent reflections"),
        (
            "pointless",
            "FATAL ERROR message: \nResolution range of Reference data and observed data do not overlap",
            "no resolution in common",
        ),
        ("aimless", "**** SYNTAX ERROR: unknown keyword ****", "does not know a keyword"),
        ("aimless", "File must be sorted", "not in the order"),
        ("aimless", "**** Negative scale factor", "a scale became negative"),
        ("aimless", "Scaling has failed to converge", "did not converge"),
        ("aimless", "*** No observations ***", "no observations of a run"),
        (
            "ctruncate",
            " CCP4 library signal library_file:Cannot open file (Error)\n\t raised in ccp4_file_open",
            "not there",
        ),
    ],
)
def test_an_error_is_a_failure_whatever_stands_below_it(
    tmp_path: Path, program: str, text: str, told: str
) -> None:
    """Exit code 0, data, and the last line of a good log do not make up for it."""
    ending = f"\n{text}\n\n{NORMAL if program == 'ctruncate' else f'End of {program} job'}\n"
    xml = {"pointless": best("spacegroup", "P 1"), "aimless": RESULT, "ctruncate": ""}[program]
    verdict = judged(tmp_path, program, ending, xml)
    assert verdict.outcome is Outcome.FAILURE
    assert told in verdict.message
    assert verdict.help


def test_an_error_that_stands_in_the_xml_alone(tmp_path: Path) -> None:
    xml = RESULT + "<FatalErrorMessage>Scaling has failed to converge</FatalErrorMessage>"
    verdict = judged(tmp_path, "aimless", "End of aimless job\n", xml)
    assert verdict.outcome is Outcome.FAILURE
    assert "did not converge" in verdict.message


def test_files_come_before_the_exit_code_and_the_last_line(tmp_path: Path) -> None:
    assert judged(tmp_path, "aimless", "", RESULT).outcome is Outcome.SUCCESS
    verdict = judged(tmp_path, "aimless", "End of aimless job\n", RESULT, mtz=False)
    assert (verdict.outcome, verdict.message) == (
        Outcome.FAILURE,
        "aimless did not write out.mtz",
    )
    verdict = judged(tmp_path, "aimless", "End of aimless job\n", "<OnlyMerge/>")
    assert "without a result" in verdict.message
    assert "out of memory" in judged(tmp_path, "aimless", "", RESULT, code=5).message
    assert "signal 9" in judged(tmp_path, "pointless", "", code=-9).message
    assert "without a result" in judged(tmp_path, "ctruncate", "the log stops here\n").message


def test_half_an_xml_file_is_a_failure(tmp_path: Path) -> None:
    assert judged(tmp_path, "aimless", "", RESULT).outcome is Outcome.SUCCESS
    file = tmp_path / "aimless.xml"
    file.write_text(file.read_text().replace("</AIMLESS>", ""))
    verdict = JUDGES["ccp4.aimless"](step("aimless", "out.mtz"), tmp_path, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert "not whole" in verdict.message
    file.write_text("<POINTLESS></POINTLESS>")
    verdict = JUDGES["ccp4.aimless"](step("aimless", "out.mtz"), tmp_path, 0)
    assert "not what aimless writes" in verdict.message


def test_data_of_another_step_are_not_an_output(tmp_path: Path) -> None:
    judged(tmp_path, "aimless", "", RESULT)
    (tmp_path / "out.mtz").rename(tmp_path / "before.mtz")
    (tmp_path / "out.mtz").symlink_to("before.mtz")
    verdict = JUDGES["ccp4.aimless"](step("aimless", "out.mtz"), tmp_path, 0)
    assert verdict.message == "aimless did not write out.mtz"


@pytest.mark.parametrize(
    ("said", "meaning", "advice"),
    [
        # as the library of CCP4 prints what its tables of errors hold
        (" CCP4 library signal mtz:File not identified as MTZ (Error)\n", "is none", "step that"),
        (
            " CCP4 library signal csym:Cannot find SYMINFO file - no symmetry information (Error)\n",
            "not set up",
            "ccp4.setup-sh",
        ),
        (" CCP4 library signal library_file:Write failed (Error)\n", "written", "disk"),
        (
            " CCP4 library signal mtz:MTZ header is corrupted: missing tokens in COLUMN record (Error)\n",
            "damaged",
            "disk was full",
        ),
        (" Error: label FreeR_flag not found in file!\n", "no column FreeR_flag", "columns"),
        ("Error in LABIN: label IMEAN not found in file!\n", "no column IMEAN", "columns"),
        ("No Symmetry found in Master_Input File: HKLIN1\n", "no space group", "first"),
    ],
)
def test_what_the_library_of_ccp4_says_is_explained(
    said: str, meaning: str, advice: str, tmp_path: Path
) -> None:
    verdict = judged(tmp_path, "ctruncate", said, code=1, mtz=False)
    assert verdict.outcome is Outcome.FAILURE
    assert meaning in verdict.message
    assert advice in verdict.help
