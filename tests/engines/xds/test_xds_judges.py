"""Judges of XDS against logs in the layouts of its builds, and errors as it prints them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sweepwright.engines.xds.echo import compare
from sweepwright.engines.xds.judge import JUDGES
from sweepwright.model.plan import Output, Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain, known_errors
from sweepwright.programs.probe import version_in

REPOSITORY = Path(__file__).resolve().parents[3]
LOGS = REPOSITORY / "tests/logs/data"
#: what idxref_new.LP was made with, to more digits than it repeats
INP = """\
JOB= XYCORR INIT COLSPOT IDXREF
STARTING_ANGLE= 40 STARTING_FRAME= 1
NX= 2463 NY= 2527 QX= 0.172 QY= 0.172
DETECTOR_DISTANCE= 249.9996
ORGX= 1228.004 ORGY= 1267
X-RAY_WAVELENGTH= 0.98
ROTATION_AXIS= 2 0 0
OSCILLATION_RANGE= 0.1
MINIMUM_FRACTION_OF_INDEXED_SPOTS= 0.5
SPACE_GROUP_NUMBER= 16
UNIT_CELL_CONSTANTS= 63.1 74.1 95.1 90 90 90
"""
SOFT = " !!! ERROR !!! SOLUTION IS INACCURATE\n"
SAVED = ' STATISTICS OF SAVED DATA SET "XDS_ASCII.HKL" (DATA_RANGE=       1     900)\n'
CORRECT = (
    " ***** CORRECT ***** (VERSION Feb 5, 2021  BUILT=20210323)   4-Mar-2021\n\n"
    " INPUT PARAMETER VALUES\n ----------------------\n FRIEDEL'S_LAW=FALSE\n"
    " OVERLOAD=   1048500     MINPK=  75.00000    WFAC1=   1.0\n"
    " CORRECTIONS= DECAY MODULATION ABSORPTION                      \n\n" + SAVED
)
DATA = "!FORMAT=XDS_ASCII\n!END_OF_HEADER\n 1 2 3 4.0 1.0\n!END_OF_DATA\n"


def step(name: str, *outputs: str) -> Step:
    return Step(
        id=f"{name}@A",
        program="xds_par",
        folder=f"sweeps/A/{name}",
        outputs=tuple(Output(name=output) for output in outputs),
    )


def index(folder: Path, inp: str = INP, log: str | None = None) -> Verdict:
    """The judge of indexing on idxref_new.LP, without the error at its end."""
    said = (LOGS / "idxref_new.LP").read_text() if log is None else log
    (folder / "XDS.INP").write_text(inp)
    (folder / "IDXREF.LP").write_text(said if log else said.partition(SOFT)[0])
    (folder / "XPARM.XDS").write_text("XPARM.XDS\n")
    return JUDGES["xds.index"](step("index", "XPARM.XDS"), folder, 0)


def correct(folder: Path, log: str = CORRECT, stdout: str = "", exit_code: int = 0) -> Verdict:
    (folder / "XDS.INP").write_text(
        "FRIEDEL'S_LAW= FALSE\nWFAC1= 1\nCORRECTIONS= DECAY MODULATION ABSORPTION\n"
    )
    (folder / "stdout").write_text(stdout)
    if log:
        (folder / "CORRECT.LP").write_text(log)
    if not (folder / "XDS_ASCII.HKL").is_symlink():
        (folder / "XDS_ASCII.HKL").write_text(DATA)
    return JUDGES["xds.correct"](step("correct", "XDS_ASCII.HKL"), folder, exit_code)


def finding(verdict: Verdict, code: str) -> Finding | None:
    return next((one for one in verdict.findings if one.code == code), None)


def test_what_xds_repeats_is_compared_to_its_digits(tmp_path: Path) -> None:
    verdict = index(tmp_path)
    assert verdict.outcome is Outcome.SUCCESS
    found = finding(verdict, "SW-Q025")
    assert found is not None and found.state is FindingState.NOT_SEEN
    assert found.subject == "A"
    assert found.values["compared"] == 15  # all of INP but JOB


@pytest.mark.parametrize(
    ("given", "other", "told"),
    [
        ("249.9996", "249.9994", "DETECTOR_DISTANCE= 249.9994 in XDS.INP, 250.000 in the log"),
        ("1228.004", "1228.006", "ORGX= 1228.006 in XDS.INP, 1228.00 in the log"),
        ("OSCILLATION_RANGE= 0.1", "OSCILLATION_RANGE= 0.12", "OSCILLATION_RANGE"),
        ("ROTATION_AXIS= 2 0 0", "ROTATION_AXIS= -1 0 0", "ROTATION_AXIS"),
        ("63.1 74.1 95.1", "63.1 95.1 74.1", "UNIT_CELL_CONSTANTS"),
    ],
)
def test_a_value_that_xds_did_not_take_is_a_finding(
    tmp_path: Path, given: str, other: str, told: str
) -> None:
    verdict = index(tmp_path, INP.replace(given, other))
    assert verdict.outcome is Outcome.SOFT_FAILURE
    found = finding(verdict, "SW-Q025")
    assert found is not None and found.state is FindingState.SEEN
    assert told in found.message
    assert found.message.count(" in XDS.INP, ") == 1


def test_words_are_compared_as_well() -> None:
    inp = "FRIEDEL'S_LAW= TRUE\nCORRECTIONS= ABSORPTION DECAY MODULATION ! all\n"
    count, differences = compare(inp, CORRECT, "CORRECT.LP")
    assert (count, [each.keyword for each in differences]) == (2, ["FRIEDEL'S_LAW"])
    _, differences = compare("CORRECTIONS= !\n", CORRECT, "CORRECT.LP")
    assert [each.keyword for each in differences] == ["CORRECTIONS"]


def test_stars_of_an_overflow_are_not_compared() -> None:
    log = CORRECT.replace("OVERLOAD=   1048500", "OVERLOAD= *********")
    assert compare("OVERLOAD= 99999999999\n", log, "CORRECT.LP") == (0, [])


def test_few_spots_that_fit_are_gone_on_with(tmp_path: Path) -> None:
    """0.57 px and 0.08 degrees are good enough for images of 0.1 degrees, not for 0.02."""
    log = (LOGS / "idxref_new.LP").read_text()
    assert SOFT in log
    assert index(tmp_path, log=log).outcome is Outcome.SOFT_FAILURE
    narrow = log.replace("OSCILLATION_RANGE=    0.1000", "OSCILLATION_RANGE=    0.0200")
    verdict = index(tmp_path, log=narrow)
    assert verdict.outcome is Outcome.FAILURE
    assert "rotation axis" in verdict.help


def test_warnings_are_findings(tmp_path: Path) -> None:
    plain = correct(tmp_path)
    assert plain.outcome is Outcome.SUCCESS
    assert finding(plain, "SW-Q026") is None
    warning = " !!! WARNING !!! REFINEMENT RESULTS NOT ACCEPTED BECAUSE OF INSUFFICIENT\n"
    verdict = correct(tmp_path, CORRECT + warning)
    assert verdict.outcome is Outcome.SUCCESS
    found = finding(verdict, "SW-Q026")
    assert found is not None and "could not refine the geometry" in found.message


def test_inaccurate_scales_can_be_used_with_care(tmp_path: Path) -> None:
    (tmp_path / "XSCALE.INP").write_text("OUTPUT_FILE= w1.HKL\nINPUT_FILE= A.HKL\n")
    said = (
        " ***** XSCALE ***** (VERSION Feb 5, 2021  BUILT=20210323)   4-Mar-2021\n\n"
        " !!! ERROR !!! INACCURATE SCALING FACTORS.\n"
        "      STATISTICS OF SCALED OUTPUT DATA SET : w1.HKL\n"
    )
    (tmp_path / "XSCALE.LP").write_text(said)
    (tmp_path / "w1.HKL").write_text(DATA)
    verdict = JUDGES["xds.xscale"](step("xscale", "w1.HKL"), tmp_path, 0)
    assert verdict.outcome is Outcome.SOFT_FAILURE
    found = finding(verdict, "SW-Q026")
    assert found is not None and "did not converge well" in found.message
    (tmp_path / "XSCALE.LP").write_text(
        said.replace(
            "INACCURATE SCALING FACTORS.", "INSUFFICIENT NUMBER OF COMMON STRONG REFLECTIONS."
        )
    )
    verdict = JUDGES["xds.xscale"](step("xscale", "w1.HKL"), tmp_path, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert "too few reflections in common" in verdict.message


def test_a_shift_over_its_limit_is_no_finding(tmp_path: Path) -> None:
    log = CORRECT + " !!! WARNING !!! REFINEMENT DID NOT CONVERGE\n"
    assert finding(correct(tmp_path, log), "SW-Q026") is None


def test_an_error_below_the_closing_words_counts(tmp_path: Path) -> None:
    log = CORRECT + " elapsed wall-clock time  1.0 sec\n"
    log += "  !!! ERROR !!! ILLEGAL SPACE GROUP NUMBER OR UNIT CELL\n"
    verdict = correct(tmp_path, log)
    assert verdict.outcome is Outcome.FAILURE
    assert "contradicts the space group" in verdict.message


def test_the_line_that_xds_refuses_is_named(tmp_path: Path) -> None:
    said = " STRONG_PIXEL=5\n  !!! ERROR !!! ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE\n"
    verdict = correct(tmp_path, log="", stdout=said)
    assert verdict.outcome is Outcome.FAILURE
    assert "(STRONG_PIXEL=5)" in verdict.message


def test_an_expired_licence_beats_files_that_look_good(tmp_path: Path) -> None:
    verdict = correct(tmp_path, stdout=" Sorry, license expired on 31-Mar-2022\n")
    assert verdict.outcome is Outcome.FAILURE
    assert "31-Mar-2022" in verdict.message


def test_the_process_that_failed_tells_why(tmp_path: Path) -> None:
    (tmp_path / "LP_01.tmp").write_text(
        " !!! ERROR !!! AUTOMATIC DETERMINATION OF SPOT SIZE PARAMETERS HAS FAILED\n"
    )
    said = " !!! ERROR !!! CANNOT OPEN OR READ FILE bin1_01.tmp\n"
    verdict = correct(tmp_path, stdout=said)
    assert "too few strong spots" in verdict.message
    assert "REFLECTING_RANGE" in verdict.help


def test_logs_and_data_of_another_run_prove_nothing(tmp_path: Path) -> None:
    """Files that were there before, data of another step, half a file, another build, no banner."""
    banner = " ***** XDS ***** (VERSION Jun 30, 2023  BUILT=20230630)   4-Mar-2021\n"
    assert "another version" in correct(tmp_path, stdout=banner).message
    assert "no line that names" in correct(tmp_path, CORRECT[5:].replace("CORRECT", "?", 1)).message
    assert correct(tmp_path).outcome is Outcome.SUCCESS

    judge, data = JUDGES["xds.correct"], tmp_path / "XDS_ASCII.HKL"
    asked = step("correct", "XDS_ASCII.HKL")
    data.write_text(DATA.replace("!END_OF_DATA\n", ""))
    assert "not whole" in judge(asked, tmp_path, 0).message
    data.write_text(DATA)
    began = (tmp_path / "XDS.INP").stat().st_mtime
    os.utime(data, (began - 60, began - 60))
    assert "older" in judge(asked, tmp_path, 0).message
    data.rename(tmp_path / "before.HKL")
    data.symlink_to("before.HKL")
    assert "a link" in judge(asked, tmp_path, 0).message


def test_a_crash_is_told_by_its_signal(tmp_path: Path) -> None:
    verdict = correct(tmp_path, exit_code=-11)
    assert verdict.outcome is Outcome.FAILURE
    assert "signal 11" in verdict.message
    assert "ulimit" in verdict.help


#: texts that XDS, XSCALE and XDSCONV are known to print
TEXTS = """\
Sorry, license expired on 31-Mar-2022
CANNOT OPEN OR READ XDS.INP
CANNOT OPEN OR READ "XDSCONV.INP"
ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE
ILLEGAL KEYWORD OR PARAMETER VALUE
INVALID MINIMUM PIXEL VALUE < 0
forrtl: severe (174): SIGSEGV
Segmentation fault
CANNOT OPEN OR READ FILE LP_01.tmp
CANNOT OPEN OR READ FILE bin1_01.tmp
CANNOT READ IMAGE
INSUFFICIENT PERCENTAGE (< 50%) OF INDEXED REFLECTIONS
SOLUTION IS INACCURATE
CANNOT CONTINUE WITH A TWO DIMENSIONAL LATTICE
CANNOT CONTINUE WITH A TWO-DIMENSIONAL LATTICE
DIMENSION OF DIFFERENCE VECTOR SET LESS THAN 3.
DIMENSION OF DIFFERENCE VECTOR SET LESS THAN 2.
INSUFFICIENT NUMBER OF ACCEPTED SPOTS.
CANNOT INDEX REFLECTIONS
CANNOT INTERPRETE LATTICE BY THE GIVEN UNIT CELL
RETURN CODE IS IER=           0
REDUCE returns IRANK= 3
CANNOT READ SPOT.XDS
REFINEMENT DID NOT CONVERGE
AUTOMATIC DETERMINATION OF SPOT SIZE PARAMETERS HAS FAILED
CANNOT READ XPARM.XDS
"STRONGHKL": ASSERT VIOLATION
"PROCBAT": UNDEFINED DIRECT BEAM
NONE OF THE SPACE GROUPS ABOVE IS ACCEPTABLE.
NO REFLECTIONS TO COMPUTE Rmeas.
REFINEMENT RESULTS NOT ACCEPTED BECAUSE OF INSUFFICIENT
ILLEGAL SPACE GROUP NUMBER OR UNIT CELL
CANNOT OPEN OR READ ../
INSUFFICIENT NUMBER OF COMMON STRONG REFLECTIONS.
USELESS DATA ON INPUT REFLECTION FILE
INACCURATE SCALING FACTORS.
SOME CORRELATION FACTORS ARE DANGEROUSLY SMALL.
"""


def test_every_known_text_has_a_meaning_of_its_own_and_advice() -> None:
    explained = {text: explain("xds", [text]) for text in TEXTS.splitlines()}
    assert [
        text for text, (meaning, advice) in explained.items() if not meaning or not advice
    ] == []
    # one of the cell must not be taken for one of a keyword, nor a missing part for a missing file
    illegal = explained["ILLEGAL SPACE GROUP NUMBER OR UNIT CELL"][0]
    assert illegal != explained["ILLEGAL KEYWORD OR PARAMETER VALUE"][0]
    assert "process" in explained["CANNOT OPEN OR READ FILE LP_01.tmp"][0]
    assert "XDSCONV.INP is" in explained['CANNOT OPEN OR READ "XDSCONV.INP"'][0]


@pytest.mark.parametrize("program", ["xds", "ccp4"])
def test_tables_of_errors_are_whole(program: str) -> None:
    path = REPOSITORY / f"compiler/sweepwright/programs/{program}/errors.yaml"
    rows = YAML(typ="safe").load(path)
    for row, error in zip(rows, known_errors(program), strict=True):
        assert set(row) == {"pattern", "meaning", "try", "source"}
        assert error.meaning.format(**dict.fromkeys(error.pattern.groupindex, "x"))


@pytest.mark.parametrize(
    ("checked_for", "state"),
    [
        ("Feb 5, 2021 BUILT=20210323", FindingState.NOT_SEEN),
        ("Feb 5, 2021 BUILT=20210322", FindingState.SEEN),
        ("Jun 30, 2023 BUILT=20230630", FindingState.SEEN),
        ("", None),
    ],
)
def test_another_build_than_was_checked_for_is_a_finding(
    checked_for: str, state: FindingState | None, tmp_path: Path
) -> None:
    """CORRECT.LP is of Feb 5, 2021, BUILT=20210323."""
    assert correct(tmp_path).outcome is Outcome.SUCCESS
    of_plan = step("correct", "XDS_ASCII.HKL").model_copy(update={"version": checked_for})
    verdict = JUDGES["xds.correct"](of_plan, tmp_path, 0)
    assert verdict.outcome is Outcome.SUCCESS
    found = {one.code: one for one in verdict.findings}
    assert (found["SW-Q031"].state if "SW-Q031" in found else None) == state
    if state is FindingState.SEEN:
        assert "BUILT=20210323" in found["SW-Q031"].message
        assert checked_for in found["SW-Q031"].message


def test_what_a_program_says_of_its_version_is_what_its_logs_say() -> None:
    greetings = {
        " ***** XDS ***** (VERSION Jun 30, 2023  BUILT=20230630)   4-Jul-2023": "Jun 30, 2023 BUILT=20230630",
        " xds (VERSION  March 30, 2013)": "March 30, 2013",
        " ### CCP4 7.0.067: AIMLESS          version 0.7.3 : 15/10/18##": "0.7.3",
    }
    for greeting, said in greetings.items():
        assert version_in(greeting) == said
