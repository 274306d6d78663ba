"""What is known of XDS beyond the form of its keywords, on files that are good but for one thing."""

from __future__ import annotations

from pathlib import Path

import gemmi
import pytest

from sweepwright.api.emitted import emitted_wrongly
from sweepwright.model.plan import LineTable, Plan, Step
from sweepwright.programs.probe import build_of
from sweepwright.programs.xds_builds import doubts_of_build
from sweepwright.programs.xds_input import parse
from sweepwright.programs.xds_lint import doubts

GOOD = """\
JOB= XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT
NAME_TEMPLATE_OF_DATA_FRAMES= ../raw/x_????.cbf
DATA_RANGE= 1 900
SPOT_RANGE= 1 450
BACKGROUND_RANGE= 1 10
OSCILLATION_RANGE= 0.5
STARTING_ANGLE= 30
STARTING_FRAME= 1
X-RAY_WAVELENGTH= 0.965
FRACTION_OF_POLARIZATION= 0.99
DETECTOR= PILATUS
SENSOR_THICKNESS= 0.45
ORGX= 1230.5 ORGY= 1265.25
SPACE_GROUP_NUMBER= 96
UNIT_CELL_CONSTANTS= 78 78 37 90 90 90
INCLUDE_RESOLUTION_RANGE= 999 0
"""
XSCALE = "OUTPUT_FILE= a.HKL\nINPUT_FILE= A.HKL\nCRYSTAL_NAME= x1\nDOSE_RATE= 1\n"


def told(text: str, program: str = "xds") -> dict[str, str]:
    """Code -> severity of all that is doubtful."""
    found = doubts(parse(text).statements, program, lambda _: None)
    return {item.code: item.severity.value for item in found}


def of_build(text: str, build: int, program: str = "xds") -> dict[str, str]:
    found = doubts_of_build(parse(text).statements, program, build, lambda _: None)
    return {item.code: item.message for item in found}


def test_a_good_file_is_good() -> None:
    assert told(GOOD) == {}
    assert told(XSCALE, "xscale") == {}
    assert of_build(GOOD, 20230630) == {}


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ("../raw/x", f"/{'d' * 260}/x", "SW-E030", "error"),
        ("../raw/x", f"/{'d' * 140}/x", "SW-E030", "warning"),
        ("x_????", "x_??", "SW-E031", "error"),
        ("x_????.cbf", "x_????.h5", "SW-E031", "error"),
        ("SPOT_RANGE= 1 450", "SPOT_RANGE= 1 45\nSPOT_RANGE= 890 901", "SW-E032", "error"),
        ("BACKGROUND_RANGE= 1", "EXCLUDE_DATA_RANGE= 990 999\nBACKGROUND_RANGE= 1", "SW-E032", "error"),
        ("FRACTION_OF_POLARIZATION= 0.99", "", "SW-E033", "warning"),
        ("X-RAY_WAVELENGTH= 0.965", "X-RAY_WAVELENGTH= 0.0251", "SW-E033", "warning"),
        ("SENSOR_THICKNESS= 0.45", "", "SW-E034", "warning"),
        ("SENSOR_THICKNESS= 0.45", "SENSOR_THICKNESS= 0.45 SILICON= 3.7912", "SW-E035", "warning"),
        ("ORGX=", "SECONDS= 60 MAXIMUM_NUMBER_OF_JOBS= 4 ORGX=", "SW-E036", "error"),
        ("78 78 37", "78 79 37", "SW-E037", "error"),
        ("CONSTANTS= 78 78 37 90 90 90", "CONSTANTS= 78 78 37 90 95 90", "SW-E037", "error"),
        ("NUMBER= 96", "NUMBER= 0\nREFERENCE_DATA_SET= r.HKL", "SW-E038", "warning"),
        ("ORGX=", "BEAM_DIVERGENCE= 0.2 BEAM_DIVERGENCE_E.S.D.= 0.02 ORGX=", "SW-E039", "warning"),
        ("STARTING_FRAME= 1", "", "SW-E040", "warning"),
        ("INCLUDE_RESOLUTION_RANGE= 999 0", "", "SW-E041", "warning"),
        ("ORGY=", "ORGX=", "SW-E042", "error"),
        ("ORGX= 1230.5", "ORGX= 1230.5 ORGX= 1231", "SW-E042", "warning"),
    ],
)  # fmt: skip
def test_one_thing_that_is_wrong(old: str, new: str, code: str, severity: str) -> None:
    assert GOOD.count(old) == 1
    assert told(GOOD.replace(old, new)) == {code: severity}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.965\nFRACTION_OF_POLARIZATION= 0.99", "1.5418"),  # a laboratory source
        ("0.965\nFRACTION_OF_POLARIZATION= 0.99", "0.0251"),  # electrons
        ("SENSOR_THICKNESS= 0.45", "SENSOR_THICKNESS= 0.45 SILICON= 3.5457"),  # XDS's own
        ("SENSOR_THICKNESS= 0.45", "SENSOR_THICKNESS= 0.75 SILICON= 43.7"),  # CdTe
        ("DETECTOR= PILATUS\nSENSOR_THICKNESS= 0.45", "DETECTOR= CCDCHESS"),
        ("UNIT_CELL_CONSTANTS= 78 78 37 90 90 90", "UNIT_CELL_CONSTANTS= <group@x1.cell>"),
        ("DATA_RANGE= 1 900\nSPOT_RANGE= 1 450", "DATA_RANGE= 1 900"),
    ],
)
def test_what_is_right_is_not_told(old: str, new: str) -> None:
    assert GOOD.count(old) == 1
    assert told(GOOD.replace(old, new)) == {}


def test_the_absorption_of_silicon_is_that_of_the_echoes() -> None:
    # IDXREF wrote 3.0743 /mm at 0.920 A and 3.5457 at 0.965 A; tables that differ by 7 % are told of
    for wavelength, own in ((0.920, 3.0743), (0.965, 3.5457)):
        text = GOOD.replace("0.965", f"{wavelength}")
        assert told(f"{text}SILICON= {own}\n") == {}
        assert told(f"{text}SILICON= {1.07 * own}\n") == {"SW-E035": "warning"}


@pytest.mark.parametrize("number", [1, 5, 19, 96, 146, 155, 178, 198, 212])
def test_cells_of_all_lattices_are_taken(number: int) -> None:
    cells = {
        "triclinic": "50 60 70 80 85 95", "monoclinic": "50 60 70 90 95 90",
        "orthorhombic": "50 60 70 90 90 90", "tetragonal": "50 50 70 90 90 90",
        "trigonal": "50 50 70 90 90 120", "hexagonal": "50 50 70 90 90 120",
        "cubic": "50 50 50 90 90 90",
    }  # fmt: skip
    cell = cells[gemmi.find_spacegroup_by_number(number).crystal_system_str()]
    good = GOOD.replace("= 96", f"= {number}").replace("78 78 37 90 90 90", cell)
    assert told(good) == {}


def test_a_name_of_a_crystal_is_no_label() -> None:
    assert told(XSCALE.replace("DOSE_RATE= 1\n", ""), "xscale") == {"SW-E043": "warning"}


@pytest.mark.parametrize(
    ("more", "build", "code", "said"),
    [
        ("LIB= /opt/x.so", 20161231, "SW-E044", "since 2017-06-01"),
        ("SNRC= 2", 20190806, "SW-E044", "SNRC"),
        ("FIXED_SCALE_FACTOR= TRUE", 20200131, "SW-E044", "until 20130330"),
        ("MERGE_TREE= 0.1", 20170601, "SW-E044", "between"),
        ("STRONG_PIXEL= 4", 20250714, "SW-E044", "find STRONG_PIXEL themselves"),
        ("", 20240723, "SW-E045", "biased"),
        ("", 20250119, "SW-E045", "biased"),
    ],
)
def test_what_a_build_does_not_do(more: str, build: int, code: str, said: str) -> None:
    found = of_build(f"{GOOD}{more}\n", build)
    assert list(found) == [code]
    assert said in found[code]


@pytest.mark.parametrize(
    ("more", "build"),
    [
        ("LIB= /opt/x.so", 20170601),
        ("SNRC= 2", 20200131),
        ("FIXED_SCALE_FACTOR= TRUE", 20120101),
        ("MERGE_TREE= 0.1", 20200131),
        ("STRONG_PIXEL= 4", 20230630),
        ("", 20250327),
    ],
)
def test_what_a_build_does(more: str, build: int) -> None:
    assert of_build(f"{GOOD}{more}\n", build) == {}


@pytest.mark.parametrize(
    ("excluded", "stops"),
    [("101 110", True), ("99 110", True), ("102 111", False), ("102 120", True), ("891 900", True)],
)
def test_a_batch_without_images(excluded: str, stops: bool) -> None:
    text = (
        f"{GOOD}DELPHI= 5\nEXCLUDE_DATA_RANGE= {excluded}\n"  # ten images a batch: 1-10, 11-20 ...
    )
    found = doubts_of_build(parse(text).statements, "xds", 20250119, lambda _: None)
    assert any("no image of a batch" in item.message for item in found) is stops


def test_builds_are_told_by_their_banners() -> None:
    assert build_of(" ***** XDS ***** (VERSION Jan 10, 2022  BUILT=20220820)") == 20220820
    assert build_of(" ***** XDS ***** (VERSION  January 10, 2014)") == 20140110
    assert build_of("no such thing") is None


def test_what_a_plan_gives_to_an_old_build_is_told_with_its_file() -> None:
    lines = tuple((line,) for line in (*GOOD.splitlines(), "SNRC= 2") if line)
    step = Step(id="index@A", program="xds_par", folder="sweeps/A/index",
                files=(LineTable(name="XDS.INP", lines=lines, comment="!"),))  # fmt: skip
    text = "".join(f"{line}\n" for (line,) in lines)
    files = {"sweeps/A/index/XDS.INP": text.encode()}
    (found,) = emitted_wrongly(Plan(name="x", steps=(step,)), files, 20190101)
    assert found.code == "SW-E044"
    assert found.message.startswith(f"{Path(next(iter(files)))}: builds of XDS know SNRC since")
