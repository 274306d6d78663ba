"""The stand-ins of XDS: right for a right XDS.INP, wrong for a wrong one, and as XDS in their manner.

The images are simulated; their headers are right in all tests, so that a stand-in which looked at
them would pass with a wrong XDS.INP.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import gemmi
import pytest
from conftest import needs_dials
from dials_python import run_script
from standin_tool import STANDINS, Change, prepare, reading, run
from truth_compare import Comparison, compare

CELL = "UNIT_CELL_CONSTANTS= 45 45 30 90 90 90"
FILES = (
    "XYCORR.LP X-CORRECTIONS.cbf Y-CORRECTIONS.cbf INIT.LP BKGINIT.cbf BLANK.cbf GAIN.cbf "
    "COLSPOT.LP SPOT.XDS IDXREF.LP XPARM.XDS DEFPIX.LP ABS.cbf BKGPIX.cbf "
    "INTEGRATE.LP INTEGRATE.HKL FRAME.cbf CORRECT.LP XDS_ASCII.HKL GXPARM.XDS "
    "GX-CORRECTIONS.cbf GY-CORRECTIONS.cbf DX-CORRECTIONS.cbf DY-CORRECTIONS.cbf "
    "DECAY.cbf MODPIX.cbf ABSORP.cbf"
).split()

pytestmark = pytest.mark.xdist_group("standin")


@pytest.fixture(scope="module")
def data(xds_data: Path) -> Path:
    return xds_data


@pytest.fixture(scope="module")
def right(xds_run: Path) -> Path:
    return xds_run


@pytest.fixture
def again(data: Path, right: Path, tmp_path: Path) -> Callable[..., CompletedProcess[str]]:
    """Runs steps on what the right run left, with changes to XDS.INP, in ``tmp_path``."""

    def do(job: str, changes: Change | None = None, **faults: str) -> CompletedProcess[str]:
        if not (tmp_path / "data").exists():
            prepare(data, tmp_path, {"JOB": job, **(changes or {})})
            for name in FILES:
                if name.endswith((".cbf", ".XDS", ".HKL")):
                    shutil.copy(right / name, tmp_path)
        asked = {f"XDS_STANDIN_{name}": value for name, value in faults.items()}
        return run("xds_par", tmp_path, **asked)

    return do


def against_truth(data: Path, reflections: Path) -> Comparison:
    """Merged by gemmi, misfits left out."""
    read = gemmi.read_xds_ascii(str(reflections))
    intensities = gemmi.Intensities()
    intensities.import_xds(read)
    intensities.merge_in_place(gemmi.DataType.Anomalous)
    merged = reflections.with_suffix(".mtz")
    intensities.prepare_merged_mtz(with_nobs=True).write_to_file(str(merged))
    return compare(data / "data", merged)


@needs_dials
@pytest.mark.dials
def test_a_right_geometry_gives_the_true_intensities(data: Path, right: Path) -> None:
    found = against_truth(data, right / "XDS_ASCII.HKL")
    assert found.cc_intensity > 0.999
    assert found.cc_anomalous is not None
    assert found.cc_anomalous > 0.98
    assert found.cell_deviation < 2e-3
    assert found.space_group == "P 4 2 2"  # CORRECT knows no screw axes


@needs_dials
@pytest.mark.dials
def test_the_files_are_those_of_xds(right: Path) -> None:
    assert [name for name in FILES if not (right / name).exists()] == []
    assert "***** XDS ***** (VERSION" in (right / "stdout").read_text(encoding="utf-8")
    for name in FILES:
        if name.endswith(".LP"):
            assert "STAND-IN, NOT XDS" in (right / name).read_text(encoding="utf-8")


@needs_dials
@pytest.mark.dials
def test_the_readers_of_logs_read_every_file(right: Path) -> None:
    for step in ("XYCORR", "INIT", "COLSPOT", "DEFPIX"):
        reading(right / f"{step}.LP", "xds_steps")
    for name, reader in (
        ("SPOT.XDS", "spot"),
        ("XPARM.XDS", "xparm"),
        ("GXPARM.XDS", "xparm"),
        ("INTEGRATE.HKL", "hkl_records"),
        ("XDS_ASCII.HKL", "hkl_records"),
    ):
        reading(right / name, reader)
    indexed = reading(right / "IDXREF.LP", "idxref")
    assert indexed["idxref.n_indexed"] > 0.95 * indexed["idxref.n_spots_used"]
    assert indexed["idxref.cell"] == pytest.approx((30, 45, 45, 90, 90, 90), rel=2e-3)
    integrated = reading(right / "INTEGRATE.LP", "integrate")
    corrected = reading(right / "CORRECT.LP", "correct")
    assert integrated["integrate.n_saved"] == corrected["correct.n_reflections_in_integrate_hkl"]
    assert corrected["correct.refined.space_group_number"] == 89
    assert corrected["correct.isa"] > 20
    assert corrected["correct.saved.total.r_meas_percent"] < 5
    records = (right / "XDS_ASCII.HKL").read_text(encoding="utf-8").splitlines()
    assert corrected["correct.n_records_written"] == sum(line[0] != "!" for line in records)


@needs_dials
@pytest.mark.dials
@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ROTATION_AXIS": "-1 0 0"}, id="axis reversed"),
        pytest.param({"ORGX": "94.7 ORGY= 245.7"}, id="origin swapped"),
        pytest.param({"DIRECTION_OF_DETECTOR_X-AXIS": "-1 0 0"}, id="detector behind the crystal"),
        pytest.param(
            {"DIRECTION_OF_DETECTOR_Y-AXIS": "0 -1 0", "DETECTOR_DISTANCE": "-60"},
            id="detector mirrored in Y",
        ),
        pytest.param({"OSCILLATION_RANGE": "0.5"}, id="width halved"),
        pytest.param(
            {"ORGX": "257.7 ORGY= 106.7", "SPACE_GROUP_NUMBER": f"96 {CELL}"},
            id="origin shifted with the cell known",
        ),
    ],
)
def test_a_wrong_geometry_cannot_be_indexed(
    again: Callable[..., CompletedProcess[str]], changes: Change
) -> None:
    done = again("IDXREF DEFPIX", changes)
    assert done.returncode == 0
    errors = re.findall(r"!!! ERROR !!! (.*)", done.stdout)
    assert len(errors) == 1, done.stdout + done.stderr
    assert re.match("CANNOT INDEX|CANNOT INTERPRETE LATTICE|INSUFFICIENT", errors[0])
    assert "***** DEFPIX" not in done.stdout


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_a_double_mirror_shows_in_the_anomalous_differences_alone(
    data: Path, right: Path, tmp_path: Path, again: Callable[..., CompletedProcess[str]]
) -> None:
    mirrored = {"DIRECTION_OF_DETECTOR_X-AXIS": "-1 0 0", "DETECTOR_DISTANCE": "-60"}
    done = again("IDXREF DEFPIX INTEGRATE CORRECT", mirrored)
    assert "!!! ERROR !!!" not in done.stdout
    for name, reader in (
        ("idxref.n_indexed", "idxref"),
        ("correct.saved.total.r_meas_percent", "correct"),
        ("correct.saved.total.completeness_percent", "correct"),
    ):
        log = f"{reader.upper()}.LP"
        one, other = (reading(folder / log, reader)[name] for folder in (right, tmp_path))
        assert one == pytest.approx(other, rel=0.01)
    found = against_truth(data, tmp_path / "XDS_ASCII.HKL")
    assert found.cc_intensity > 0.97  # I(+) stands where I(-) should
    assert found.cc_anomalous is not None
    assert found.cc_anomalous < -0.98


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_a_description_turned_as_a_whole_is_right(
    data: Path, tmp_path: Path, again: Callable[..., CompletedProcess[str]]
) -> None:
    """The same set-up in a frame turned by 90 degrees about y: the beam runs along x."""
    turned = {
        "INCIDENT_BEAM_DIRECTION": "1 0 0",
        "ROTATION_AXIS": "0 0 -1",
        "POLARIZATION_PLANE_NORMAL": "0 1 0",
        "DIRECTION_OF_DETECTOR_X-AXIS": "0 0 -1",
        "DIRECTION_OF_DETECTOR_Y-AXIS": "0 1 0",
    }
    done = again("IDXREF DEFPIX INTEGRATE CORRECT", turned)
    assert "!!! ERROR !!!" not in done.stdout
    found = against_truth(data, tmp_path / "XDS_ASCII.HKL")
    assert found.cc_intensity > 0.999
    assert found.cc_anomalous is not None
    assert found.cc_anomalous > 0.98


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_correct_reindexes_to_the_group_and_cell_that_are_given(
    data: Path, tmp_path: Path, again: Callable[..., CompletedProcess[str]]
) -> None:
    done = again("CORRECT", {"SPACE_GROUP_NUMBER": f"96 {CELL}"})
    assert "!!! ERROR !!!" not in done.stdout
    found = against_truth(data, tmp_path / "XDS_ASCII.HKL")
    assert found.same_group
    assert found.cc_intensity > 0.999
    assert reading(tmp_path / "GXPARM.XDS", "xparm")["xparm.space_group_number"] == 96


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_correct_refuses_a_cell_that_does_not_fit(
    again: Callable[..., CompletedProcess[str]],
) -> None:
    given = "96 UNIT_CELL_CONSTANTS= 45 45 37 90 90 90"
    done = again("CORRECT", {"SPACE_GROUP_NUMBER": given})
    assert "!!! ERROR !!! ILLEGAL SPACE GROUP NUMBER OR UNIT CELL" in done.stdout


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_excluded_images_need_not_be_there(
    data: Path, tmp_path: Path, again: Callable[..., CompletedProcess[str]]
) -> None:
    images = tmp_path / "images"
    shutil.copytree(data / "data", images)
    (images / "x_0011.cbf").unlink()
    template = {"NAME_TEMPLATE_OF_DATA_FRAMES": "images/x_????.cbf"}
    done = again("INIT COLSPOT", {**template, "EXCLUDE_DATA_RANGE": "10 12"})
    assert "!!! ERROR !!!" not in done.stdout
    found = (tmp_path / "SPOT.XDS").read_text(encoding="utf-8").splitlines()
    places = [float(line.split()[2]) for line in found]
    assert len(places) > 1000
    assert not [place for place in places if 9 < place < 12]


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_indexing_fails_hard_and_softly_when_asked_to(
    tmp_path: Path, again: Callable[..., CompletedProcess[str]]
) -> None:
    faults = {"IDXREF_FAILS": "1", "SOFT_ERROR": "1"}
    first = again("IDXREF", **faults)
    assert "!!! ERROR !!! CANNOT INDEX REFLECTIONS" in first.stdout
    (tmp_path / "XPARM.XDS").unlink()
    again("IDXREF", **faults)
    log = (tmp_path / "IDXREF.LP").read_text(encoding="utf-8")
    error = "!!! ERROR !!! INSUFFICIENT PERCENTAGE (< 50%) OF INDEXED REFLECTIONS"
    assert 0 < log.index("elapsed wall-clock time") < log.index(error)
    assert reading(tmp_path / "XPARM.XDS", "xparm")["xparm.distance_mm"] == pytest.approx(60, abs=1)


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_a_crash_in_integrate_leaves_half_a_file(
    tmp_path: Path, again: Callable[..., CompletedProcess[str]]
) -> None:
    done = again("INTEGRATE", CRASH="INTEGRATE")
    assert done.returncode == -signal.SIGKILL
    text = (tmp_path / "INTEGRATE.HKL").read_text(encoding="utf-8")
    assert text.startswith("!OUTPUT_FILE=INTEGRATE.HKL")
    assert "!END_OF_DATA" not in text
    assert "SAVED ON FILE" not in (tmp_path / "INTEGRATE.LP").read_text(encoding="utf-8")


@needs_dials
@pytest.mark.dials
@pytest.mark.long
def test_xscale_joins_two_sets_of_one_crystal(data: Path, right: Path, tmp_path: Path) -> None:
    for name in ("first.HKL", "second.HKL"):
        shutil.copy(right / "XDS_ASCII.HKL", tmp_path / name)
    text = "\n".join(
        [
            "OUTPUT_FILE= both.ahkl\nFRIEDEL'S_LAW= FALSE\nMERGE= FALSE",
            "INPUT_FILE= first.HKL\nINCLUDE_RESOLUTION_RANGE= 40 2.7",
            "INPUT_FILE= second.HKL\nINCLUDE_RESOLUTION_RANGE= 40 2.7\n",
        ]
    )
    (tmp_path / "XSCALE.INP").write_text(text, encoding="utf-8")
    done = run("xscale_par", tmp_path)
    assert done.returncode == 0
    assert "!!! ERROR !!!" not in done.stdout, done.stdout + done.stderr
    found = reading(tmp_path / "XSCALE.LP", "xscale")
    assert found["xscale.n_data_sets"] == 2
    assert found["xscale.output.total.cc_half_percent"] > 99
    assert reading(tmp_path / "both.ahkl", "hkl_records")["header.merged"] is False
    compared = against_truth(data, tmp_path / "both.ahkl")
    assert compared.cc_intensity > 0.999
    assert compared.cc_anomalous is not None
    assert compared.cc_anomalous > 0.98
    (tmp_path / "XDSCONV.INP").write_text(
        "INPUT_FILE= both.ahkl\nOUTPUT_FILE= temp.hkl SHELX\n", encoding="utf-8"
    )
    assert "NUMBER OF REFLECTION RECORDS ON OUTPUT FILE" in run("xdsconv", tmp_path).stdout
    *rows, end = (tmp_path / "temp.hkl").read_text(encoding="utf-8").splitlines()
    assert len(rows) > 500
    assert end == "   0   0   0    0.00    0.00"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("SPACEGROUP_NUMBER= 96", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("orgx= 245", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("ROTATION_AXIS= 1 0", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("NX= many", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("FRIEDEL'S_LAW= YES", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("JOB= IDXREF FINISH", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("WEAK= 3", "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE"),
        ("SPOT_RANGE= 30 50", "SPOT_RANGE= IS NOT WITHIN DATA_RANGE="),
        ("EXCLUDE_DATA_RANGE= 0 2", "EXCLUDE_DATA_RANGE= IS NOT WITHIN DATA_RANGE="),
        ("DATA_RANGE= 40 1", "ILLEGAL DATA_RANGE="),
        ("MINIMUM_VALID_PIXEL_VALUE= -1", "INVALID MINIMUM PIXEL VALUE < 0"),
    ],
)
def test_a_bad_line_is_refused(data: Path, tmp_path: Path, line: str, error: str) -> None:
    text = (data / "XDS.INP").read_text(encoding="utf-8") + line + "  ! a comment\n"
    (tmp_path / "XDS.INP").write_text(text, encoding="utf-8")
    done = run("xds_par", tmp_path)
    assert done.returncode == 0
    assert f"!!! ERROR !!! {error}" in done.stdout
    if error.startswith("ILLEGAL (OBS"):
        above = done.stdout.split("!!! ERROR !!!")[0].rstrip()
        assert above.splitlines()[-1].strip() == line
    assert [path.name for path in tmp_path.iterdir()] == ["XDS.INP"]


def test_a_missing_keyword_is_an_error(data: Path, tmp_path: Path) -> None:
    text = (data / "XDS.INP").read_text(encoding="utf-8")
    text = re.sub(r"^DETECTOR_DISTANCE=.*\n", "", text, flags=re.MULTILINE)
    (tmp_path / "XDS.INP").write_text(text, encoding="utf-8")
    assert "!!! ERROR !!! UNDEFINED PARAMETER DETECTOR_DISTANCE=" in run("xds", tmp_path).stdout


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("xds", "CANNOT OPEN OR READ XDS.INP"),
        ("xds_par", "CANNOT OPEN OR READ XDS.INP"),
        ("xscale_par", "CANNOT OPEN OR READ XSCALE.INP"),
        ("xdsconv", 'CANNOT OPEN OR READ "XDSCONV.INP"'),
    ],
)
def test_a_folder_without_input_is_an_error(tmp_path: Path, program: str, error: str) -> None:
    done = run(program, tmp_path)
    assert done.returncode == 0
    assert f"!!! ERROR !!! {error}" in done.stdout


@needs_dials
def test_xscale_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "XSCALE.INP").write_text("OUTPUT_FILE= a\nORGX= 3\n", encoding="utf-8")
    assert "!!! ERROR !!! ILLEGAL" in run("xscale_par", tmp_path).stdout
    (tmp_path / "XSCALE.INP").write_text(
        "OUTPUT_FILE= a\nINPUT_FILE= nowhere.HKL\n", encoding="utf-8"
    )
    assert "!!! ERROR !!! CANNOT OPEN OR READ nowhere.HKL" in run("xscale_par", tmp_path).stdout


@pytest.mark.parametrize("program", ["xds_par", "xscale_par", "xdsconv"])
def test_an_expired_licence_says_one_line_and_writes_nothing(
    data: Path, tmp_path: Path, program: str
) -> None:
    shutil.copy(data / "XDS.INP", tmp_path)
    done = run(program, tmp_path, XDS_STANDIN_LICENCE_EXPIRED="31-Mar-2022")
    assert (done.returncode, done.stdout) == (0, " Sorry, license expired on 31-Mar-2022\n")
    assert [path.name for path in tmp_path.iterdir()] == ["XDS.INP"]


def test_lattice_characters_are_those_of_a_published_log() -> None:
    """Of IDXREF.LP of a tetragonal-looking crystal, BUILT=20200131: character, type, quality, cell."""
    published = [
        (44, "aP", 0.0, (117.1, 121.1, 129.2, 90.0, 90.1, 90.0)),
        (31, "aP", 0.3, (117.1, 121.1, 129.2, 90.0, 89.9, 90.0)),
        (33, "mP", 0.7, (117.1, 121.1, 129.2, 90.0, 90.1, 90.0)),
        (35, "mP", 0.8, (121.1, 117.1, 129.2, 90.1, 90.0, 90.0)),
        (34, "mP", 1.0, (117.1, 129.2, 121.1, 90.0, 90.0, 90.1)),
        (32, "oP", 1.2, (117.1, 121.1, 129.2, 90.0, 90.1, 90.0)),
        (14, "mC", 35.0, (168.4, 168.5, 129.2, 90.0, 90.1, 88.1)),
        (10, "mC", 35.2, (168.4, 168.5, 129.2, 90.0, 90.1, 91.9)),
        (13, "oC", 35.8, (168.4, 168.5, 129.2, 90.0, 90.1, 88.1)),
        (11, "tP", 36.1, (117.1, 121.1, 129.2, 90.0, 90.1, 90.0)),
        (4, "hR", 109.4, (168.5, 174.5, 212.2, 94.6, 88.5, 117.8)),
        (36, "oC", 250.2, (117.1, 283.7, 121.1, 89.9, 90.0, 114.3)),
        (12, "hP", 285.6, (117.1, 121.1, 129.2, 90.0, 90.1, 90.0)),
    ]
    script = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "from xds_standin.lattices import characters\n"
        "cell = (117.104, 121.120, 129.246, 89.956, 89.946, 90.028)\n"
        "print(json.dumps([(c.number, c.bravais, c.quality, c.cell) for c in characters(cell)]))"
    )
    found = {number: rest for number, *rest in run_script(script, [STANDINS], "numpy")}
    assert len(found) == 44
    for number, bravais, quality, cell in published:
        assert found[number][0] == bravais
        assert found[number][1] == pytest.approx(quality, abs=0.3)
        assert found[number][2] == pytest.approx(cell, abs=0.15)
