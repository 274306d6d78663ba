"""`import xds`: an XDS.INP becomes a job that compiles to the same XDS.INP, and no statement is dropped."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mangling import mangled
from replayed_facts import compile_replayed, header
from ruamel.yaml import YAML
from shared_samples import XDS_INPUTS, needs_samples

from sweepwright.api.importing.draft import Imported
from sweepwright.api.importing.pieces import Source
from sweepwright.api.importing.xds import FATES, import_file, import_text, summary
from sweepwright.language.lines import Offsets
from sweepwright.language.text import loads
from sweepwright.language.validate import validate
from sweepwright.model.diagnostic import Severity
from sweepwright.programs.keyword_tables import Keyword, table
from sweepwright.programs.xds_difference import Change, difference
from sweepwright.programs.xds_input import parse

#: headers that are wrong in all that a job can say: it must say all that XDS.INP says
WRONG = {
    "pixel_size": (0.3, 0.4),
    "distance": 77.0,
    "beam_center": (1.0, 2.0),
    "wavelength": 3.3,
    "start": 11.0,
    "width": 7.0,
}
#: samples that are no whole input of XDS, and why
NOT_COMPLETE = {
    **{f"{number:03}.XDS.INP": "placeholders for values" for number in (4, 5, 6, 7, 8, 9)},
    **{f"{number:03}.XDS.INP": "placeholders for values" for number in range(27, 36)},
    "010.XDS.INP": "SEGMENT, which a job cannot say; a placeholder in its name of images",
    "025.XDS.INP": "IDXREF's part of an input alone",
    "026.XDS.INP": "IDXREF's part of an input alone",
    "039.XDS.INP": "XXX for values, TEST= with words",
}
#: what the steps write out so that it does not move with the build
RECIPE = {
    "MINIMUM_NUMBER_OF_PIXELS_IN_A_SPOT": "that of the kind of detector",
    "SEPMIN": "that of the kind of detector",
    "CLUSTER_RADIUS": "that of the kind of detector",
    "SPOT_MAXIMUM-CENTROID": "XDS's default, which builds may move",
    "MAX_CELL_AXIS_ERROR": "XDS's default, which builds may move",
    "MAX_CELL_ANGLE_ERROR": "XDS's default, which builds may move",
    "MAXIMUM_ERROR_OF_SPOT_POSITION": "XDS's default, which builds may move",
    "MAXIMUM_ERROR_OF_SPINDLE_POSITION": "XDS's default, which builds may move",
    "MINIMUM_FRACTION_OF_INDEXED_SPOTS": "XDS's default, which builds may move",
    "VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS": "XDS's default, which builds may move",
    "DELPHI": "XDS's default, which builds may move",
    "REFINE(INTEGRATE)": "XDS's default, which builds may move",
    "MINPK": "XDS's default, which builds may move",
    "CUT": "XDS's default, which builds may move",
    "CORRECTIONS": "XDS's default, which builds may move",
    "STRICT_ABSORPTION_CORRECTION": "XDS's default, which builds may move",
    "REFINE(CORRECT)": "XDS's default, which builds may move",
    "MINIMUM_ZETA": "XDS's default, which builds may move",
    "WFAC1": "XDS's default, which builds may move",
    "REJECT_ALIEN": "XDS's default, which builds may move",
}
#: what is written that XDS.INP did not say
WRITTEN_ANYWAY = {
    "MAXIMUM_NUMBER_OF_JOBS": "changes numbers, and its default moved between builds",
    "FRIEDEL'S_LAW": "mates are kept apart until it is decided",
    "BACKGROUND_RANGE": "the first five degrees",
    "SPOT_RANGE": "all images: sources disagree about the default",
    "INCLUDE_RESOLUTION_RANGE": "no limit: the default of 20 A loses reflections",
    "STARTING_ANGLE": "the header's",
    "STARTING_FRAME": "the image that has that angle",
    "DETECTOR": "the family that the header tells",
    "ROTATION_AXIS": "that of the site or the usual one",
    "OSCILLATION_RANGE": "the header's",
    "X-RAY_WAVELENGTH": "the header's",
    "INCIDENT_BEAM_DIRECTION": "frame sw",
    "DIRECTION_OF_DETECTOR_X-AXIS": "square to the beam",
    "DIRECTION_OF_DETECTOR_Y-AXIS": "square to the beam",
    "DETECTOR_DISTANCE": "the header's",
    "ORGX": "the header's beam centre",
    "ORGY": "the header's beam centre",
    **RECIPE,
}
#: what XDS.INP says and a job does not
NOT_CARRIED = {
    "UNIT_CELL_CONSTANTS": "XDS takes no cell without a space group",
    "REFERENCE_DATA_SET": "a job names it as 'reference' of its crystal",
    "X-GEO_CORR": "a job names no such file",
    "Y-GEO_CORR": "a job names no such file",
}
#: what is said in another way
OTHERWISE = {
    "JOB": "a job does all steps from the images on",
    "NAME_TEMPLATE_OF_DATA_FRAMES": "through the links of the run folder, without a format",
    "REFINE(IDXREF)": "DISTANCE is POSITION since 2015",
}
WHOLE = """\
! from a beamline
JOB= XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT
DETECTOR= EIGER  MINIMUM_VALID_PIXEL_VALUE= 0  OVERLOAD= 50000
NX= 1030 NY= 1065  QX= 0.075 QY= 0.075
SENSOR_THICKNESS= 0.45
TRUSTED_REGION= 0.0 1.41
NAME_TEMPLATE_OF_DATA_FRAMES= ../images/x_1_????.cbf CBF
DATA_RANGE= 1 900
EXCLUDE_DATA_RANGE= 1 10
EXCLUDE_DATA_RANGE= 401 450
SPOT_RANGE= 11 100
SPOT_RANGE= 500 600
STARTING_ANGLE= 30 STARTING_FRAME= 1
OSCILLATION_RANGE= 0.2
X-RAY_WAVELENGTH= 0.9795
ROTATION_AXIS= 0 -1 0
INCIDENT_BEAM_DIRECTION= 0 0 40
FRACTION_OF_POLARIZATION= 0.98
POLARIZATION_PLANE_NORMAL= 1 0 0
DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0
DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0
DETECTOR_DISTANCE= 120.5
ORGX= 515.25 ORGY= 532.75
UNTRUSTED_RECTANGLE= 514 517 0 1066
UNTRUSTED_QUADRILATERAL= 1 1 9 1 9 9 1 9
EXCLUDE_RESOLUTION_RANGE= 3.93 3.87
SPACE_GROUP_NUMBER= 96
UNIT_CELL_CONSTANTS= 78.1 78.1 37.2 90 90 90
FRIEDEL'S_LAW= FALSE
INCLUDE_RESOLUTION_RANGE= 50 1.8
REFINE(IDXREF)= BEAM AXIS ORIENTATION CELL
REFINE(CORRECT)=
MAXIMUM_NUMBER_OF_JOBS= 4
MAXIMUM_NUMBER_OF_PROCESSORS= 8
DATA_RANGE_FIXED_SCALE_FACTOR= 1 100 1.0
DELPHI= 4
"""


#: the same in the words of the job language
MEANT = """\
sweepwright: 1
roots: {raw: /data}
crystals: {x1: {space_group: 96, cell: [78.1, 78.1, 37.2, 90, 90, 90]}}
sweeps: [{images: $raw/images/x_1_####.cbf, range: 1-900, exclude: [1-10, 401-450]}]
geometry:
  wavelength: 0.9795 A
  distance: 120.5 mm
  orgx_orgy: [515.25, 532.75]
  rotation_axis: [0, -1, 0]
  overload: 50000
  pixel_size: 0.075 mm
  oscillation: {start: 32 deg, width: 0.2 deg}     # 30 degrees at image 1; 11 is the first used
  polarization: {fraction: 0.98, normal: [1, 0, 0]}
  sensor: {thickness: 0.45 mm}
masks:
  - rectangle: [514, 517, 0, 1066]
  - polygon: [[1, 1], [9, 1], [9, 9], [1, 9]]
  - resolution: [3.93 A, 3.87 A]
processing:
  engine: xds
  anomalous: true
  spots: {images: "11-100, 500-600"}
  indexing: {refine: [beam, axis, orientation, cell]}
  resolution: {high: 1.8 A, low: 50 A}
keywords:
  xds:
    DETECTOR: EIGER
    REFINE(CORRECT): ""
    DATA_RANGE_FIXED_SCALE_FACTOR: ["1 100 1.0"]
    DELPHI: 4
run: {jobs: 4, threads: 8}
"""


def read(text: str, here: str = "/data/run") -> Imported:
    return import_text(Source("XDS.INP", text), here, Path("/jobs"))


def values(job: str | None) -> dict[str, Any]:
    assert job is not None
    loaded, found = loads(job, "job.yaml")
    assert loaded is not None, found
    patch, found = validate(loaded)
    assert patch is not None, found
    return patch.job.model_dump(exclude_unset=True)


def fates(made: Imported) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in made.ledger:
        found.setdefault(one.word.partition("=")[0].strip(), []).append(one.what)
    return found


def replayed(made: Imported, size: tuple[int, int], wrong: Mapping[str, Any] = WRONG) -> str:
    assert made.job is not None, made.diagnostics
    compiled = compile_replayed(made.job, header(size=size, **wrong), Path("/jobs"))
    assert compiled.files, compiled.diagnostics
    return compiled.xds_inp


def test_a_whole_input_becomes_the_job_that_it_means() -> None:
    made = read(WHOLE)
    assert not made.diagnostics
    assert made.job is not None
    assert values(made.job) == values(MEANT)


def test_every_statement_has_its_fate() -> None:
    made = read(WHOLE)
    what = fates(made)
    assert what["ORGX"] == ["turned into geometry.orgx_orgy"]
    assert what["EXCLUDE_DATA_RANGE"] == ["turned into sweeps[1].exclude"] * 2
    assert what["DELPHI"] == ["kept as the keyword DELPHI"]
    assert what["NX"] == ["written anyway: it comes from the image header"]
    assert what["JOB"] == ["written anyway: the plan says which steps run"]
    assert len(made.ledger) == len(parse(WHOLE).statements)
    assert summary(made) == "30 turned into keys, 4 kept as keywords, 8 written anyway"
    assert json.loads(json.dumps(made.to_json()))["words"][0]["what"].startswith("written anyway")


def test_a_whole_input_compiles_back() -> None:
    compiled = replayed(read(WHOLE), (1030, 1065))
    assert {change.name for change in difference(WHOLE, compiled)} - set(RECIPE) == {
        *("BACKGROUND_RANGE", "DATA_RANGE", "EXCLUDE_DATA_RANGE", "NAME_TEMPLATE_OF_DATA_FRAMES"),
    }
    # excluded images at the ends are not in the range that is written
    assert re.search(r"^DATA_RANGE= 11 900\b", compiled, re.M)
    assert re.findall(r"^EXCLUDE_DATA_RANGE= (\d+ \d+)", compiled, re.M) == ["401 450"]
    assert re.search(r"^STARTING_ANGLE= 32\b", compiled, re.M)
    assert re.search(r"^STARTING_FRAME= 11\b", compiled, re.M)


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("DELPHI= 4", "DELPI= 4", "SW-M013", "DELPI"),
        ("DELPHI= 4", "DELPHI= wide", "SW-M013", "wide"),
        ("DELPHI= 4", "DELPHI=", "SW-M004", "DELPHI"),
        ("DELPHI= 4", "$DELPHI", "SW-M018", "$DELPHI"),
        ("QX= 0.075 QY= 0.075", "QX= 0.075", "SW-M014", "QX= 0.075"),
        ("QX= 0.075 QY= 0.075", "QX= 75 QY= 75", "SW-M014", "QX= 75"),
        ("DETECTOR_DISTANCE= 120.5", "DETECTOR_DISTANCE= 0", "SW-M014", "DETECTOR_DISTANCE= 0"),
        ("DETECTOR_DISTANCE= 120.5", "DETECTOR_DISTANCE= -9", "SW-M014", "DETECTOR_DISTANCE= -9"),
        ("ROTATION_AXIS= 0 -1 0", "ROTATION_AXIS= 0 0 0", "SW-M014", "ROTATION_AXIS= 0 0 0"),
        ("ROTATION_AXIS= 0 -1 0", "ROTATION_AXIS= 0 -1", "SW-M013", "0 -1"),
        (
            "INCIDENT_BEAM_DIRECTION= 0 0 40",
            "INCIDENT_BEAM_DIRECTION= 1 0 0",
            "SW-M014",
            "INCIDENT_BEAM_DIRECTION= 1 0 0",
        ),
        ("Y-AXIS= 0 1 0", "Y-AXIS= 1 0 0", "SW-M014", "DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0"),
        ("x_1_????.cbf CBF", "x_1_0001.cbf", "SW-M005", None),
        ("x_1_????.cbf CBF", "x_??_????.cbf", "SW-M005", None),
        ("../images/x", "../im??es/x", "SW-M005", None),
        ("NAME_TEMPLATE_OF_DATA_FRAMES= ../images/x_1_????.cbf CBF\n", "", "SW-M009", None),
        ("DELPHI= 4", "SEGMENT= 1 9 1 9\nSEGMENT_ORGX= 1", "SW-M002", "SEGMENT= 1 9 1 9"),
        ("X-RAY_WAVELENGTH= 0.9795", "X-RAY_WAVELENGTH= 1e-5", "SW-M005", "X-RAY_WAVELENGTH= 1e-5"),
        ("DELPHI= 4", "DELPHI= 4\0", "SW-M011", "\0"),
        ("78.1 78.1 37.2 90", "0 78.1 37.2 90", "SW-M005", None),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    old: str, new: str, code: str, place: str | None
) -> None:
    assert WHOLE.count(old) == 1
    text = WHOLE.replace(old, new)
    made = read(text)
    assert made.job is None
    errors = [item for item in made.diagnostics if item.severity is Severity.ERROR]
    assert [item.code for item in errors] == [code]
    assert summary(made)
    if place is not None:
        assert errors[0].span is not None
        first, last = Offsets(text).of(errors[0].span)
        assert text[first:last] == place


@pytest.mark.parametrize(
    ("old", "new", "name", "what"),
    [
        ("DELPHI= 4", "DELPHI= 4 DELPHI= 5", "DELPHI", "said in a comment: DELPHI= 4: replaced"),
        ("DELPHI= 4", "DELPHI = 4", "DELPHI", "kept as the keyword DELPHI"),
        ("DELPHI= 4", "LIB= /x/plugin.so", "LIB", "not carried over: a job names no plug-in"),
        (
            "DELPHI= 4",
            "CLUSTER_NODES= a b",
            "CLUSTER_NODES",
            "not carried over: a job says how many nodes",
        ),
        ("JOBS= 4", "JOBS= 0", "MAXIMUM_NUMBER_OF_JOBS", "not carried over: with 0 XDS chooses"),
        ("PROCESSORS= 8", "PROCESSORS= 0", "MAXIMUM_NUMBER_OF_PROCESSORS", "written anyway: a job"),
        ("DELPHI= 4", "BFRAC= 1", "BFRAC", "not carried over: XDS does not know it any more"),
        ("NUMBER= 96", "NUMBER= 0", "UNIT_CELL_CONSTANTS", "not carried over: XDS takes no cell"),
        ("THICKNESS= 0.45", "THICKNESS= 0", "SENSOR_THICKNESS", "kept as the keyword SENSOR"),
        ("(IDXREF)= BEAM", "(IDXREF)= ALL !", "REFINE(IDXREF)", "kept as the keyword REFINE(IDX"),
        ("VALUE= 0 ", "VALUE= 1 ", "MINIMUM_VALID_PIXEL_VALUE", "kept as the keyword MINIMUM_"),
        ("STARTING_ANGLE= 30 ", "", "STARTING_FRAME", "not carried over: it says nothing"),
        ("= 50 1.8", "= 2000 0", "INCLUDE_RESOLUTION_RANGE", "written anyway: no limits"),
    ],
)
def test_what_has_no_key_of_its_own(old: str, new: str, name: str, what: str) -> None:
    assert WHOLE.count(old) == 1
    made = read(WHOLE.replace(old, new))
    assert made.job is not None, made.diagnostics
    assert fates(made)[name][0].startswith(what)
    assert fates(made)[name][0].split()[0] in FATES
    if what.startswith("not carried over"):
        assert f"{name}= " in made.job
    if "not carried over" in what and "UNIT_CELL" not in name and "STARTING" not in name:
        assert "SW-M003" in {item.code for item in made.diagnostics}


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("XYCORR INIT COLSPOT IDXREF", "indexing"),
        ("COLSPOT", "indexing"),
        ("DEFPIX INTEGRATE", "integration"),
        ("ALL", None),
        ("!CORRECT", None),
        ("CORRECT", None),
    ],
)
def test_job_says_where_processing_stops(words: str, until: str | None) -> None:
    text = re.sub(r"^JOB=.*", f"JOB= {words}", WHOLE, flags=re.M)
    assert values(read(text).job)["processing"].get("until") == until


@pytest.mark.parametrize(
    ("name", "images"),
    [
        ("/data/a/x_????.cbf", "$raw/a/x_####.cbf"),
        ("x_??????.h5", "$raw/run/x_master.h5"),
        ("./deep/x_????.img SMV DIRECT", "$raw/deep/x_####.img"),
    ],
)
def test_templates_of_images(name: str, images: str) -> None:
    text = WHOLE.replace("../images/x_1_????.cbf CBF", name)
    assert values(read(text).job)["sweeps"][0]["images"] == images


def test_images_below_the_job_are_named_from_it() -> None:
    text = WHOLE.replace("../images/", "images/")
    made = import_text(Source("XDS.INP", text), "/jobs/a", Path("/jobs"))
    assert values(made.job)["sweeps"][0]["images"] == "a/images/x_1_####.cbf"


@pytest.mark.parametrize("beam", [(0.0, 0.0, 1.0), (-0.0001, 0.0043, 1.0), (0.3, -0.5, -0.6)])
@pytest.mark.parametrize("distance", [180.0, -95.0])
def test_a_tilted_detector_in_any_frame_stays_where_it_is(
    beam: tuple[float, float, float], distance: float
) -> None:
    """Distances and angles of beam, axis, cell and pixels are those of the file's own vectors."""
    cos, sin = math.cos(0.3), math.sin(0.3)
    text = re.sub(r"(X-AXIS=) 1 0 0", rf"\1 {-cos} 0 {sin}", WHOLE)
    text = re.sub(r"(DISTANCE=) 120.5", rf"\1 {distance}", text)
    text = text.replace("DIRECTION= 0 0 40", "DIRECTION= " + " ".join(map(str, beam)))
    text += "UNIT_CELL_A-AXIS= 40 -50 45\n"
    compiled = replayed(read(text), (1030, 1065))
    ours, theirs = (_lengths_between(_points(one)) for one in (compiled, text))
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert {change.name for change in difference(text, compiled)} - set(RECIPE) == {
        *("BACKGROUND_RANGE", "DATA_RANGE", "EXCLUDE_DATA_RANGE", "NAME_TEMPLATE_OF_DATA_FRAMES"),
    }
    assert re.search(r"^INCIDENT_BEAM_DIRECTION= 0 0 1\b", compiled, re.M)


def _points(text: str) -> list[tuple[float, ...]]:
    """Ends of vectors from the crystal: three pixels of the detector, beam, axis, normal, cell axis."""
    said = {
        name: [float(word) for word in value.partition("!")[0].split()]
        for name, value in re.findall(r"([A-Z_-]+)= *((?:-?[\d.e-]+[ \n])+)", text)
    }

    def unit(name: str) -> list[float]:
        length = math.sqrt(sum(part**2 for part in said[name]))
        return [part / length for part in said[name]]

    x, y = unit("DIRECTION_OF_DETECTOR_X-AXIS"), unit("DIRECTION_OF_DETECTOR_Y-AXIS")
    n = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]]
    [qx], [qy], [orgx], [orgy] = (said[name] for name in ("QX", "QY", "ORGX", "ORGY"))
    [distance] = said["DETECTOR_DISTANCE"]
    pixels = [
        tuple((ix - orgx) * qx * x[i] + (iy - orgy) * qy * y[i] + distance * n[i] for i in range(3))
        for ix, iy in ((1, 1), (1000, 1), (1, 1000))
    ]
    vectors = ("INCIDENT_BEAM_DIRECTION", "ROTATION_AXIS", "POLARIZATION_PLANE_NORMAL")
    return [*pixels, *(tuple(unit(name)) for name in vectors), tuple(said["UNIT_CELL_A-AXIS"])]


def _lengths_between(points: list[tuple[float, ...]]) -> list[float]:
    """All distances, and the volume of the first three: together they leave only turns in space."""
    (a, b, c), (d, e, f), (g, h, i) = points[:3]
    volume = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return [volume / 1e4, *(math.dist(p, q) for p in points for q in points)]


@needs_samples
def test_every_complete_sample_compiles_back_to_what_it_says() -> None:
    index = YAML(typ="safe").load(XDS_INPUTS / "index.yaml")
    rows = [row for row in index if row["program"] == "XDS"]
    seen: set[str] = set()
    done = []
    for row in rows:
        path = XDS_INPUTS / row["file"]
        made = import_file(str(path), Path("/jobs"))
        if row["file"] in NOT_COMPLETE:
            assert row["status"] != "complete"
            assert made.job is None
            continue
        text = path.read_text(encoding="utf-8")
        said = {one.name: one for one in parse(text).statements}
        compiled = replayed(made, (int(said["NX"].value), int(said["NY"].value)))
        changes = difference(text, compiled)
        if "CORRECT" not in compiled:  # which alone is told of it
            changes = [change for change in changes if change.name != "FRIEDEL'S_LAW"]
        for change in changes:
            assert _is_documented(change, said.keys()), (row["file"], str(change))
        fate = {name: what[-1].split()[0] for name, what in fates(made).items()}
        lost = {change.name for change in changes if change.why == "only in the first"}
        assert {name for name, word in fate.items() if word == "not"} == lost, row["file"]
        assert set(fate) == set(said), row["file"]
        seen |= {change.name for change in changes}
        done.append(row["file"])
    assert len(done) == 15
    assert len(done) + len(NOT_COMPLETE) == len(rows)
    assert seen == {*WRITTEN_ANYWAY, *NOT_CARRIED, *OTHERWISE}


def _is_documented(change: Change, said: Any) -> bool:
    if change.why == "only in the second":
        return change.name in WRITTEN_ANYWAY and change.name not in said
    if change.why == "only in the first":
        return change.name in NOT_CARRIED
    assert change.a is not None
    assert change.b is not None
    if change.name == "JOB":
        steps = set("XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT".split())
        return set(change.b.split()) == steps and set(change.a.split()) <= {*steps, "ALL"}
    if change.name == "NAME_TEMPLATE_OF_DATA_FRAMES":
        name = change.a.split()[0].rpartition("/")[2]
        return change.b.startswith("../../../../roots/raw/") and change.b.endswith(f"/{name}")
    return change.name == "REFINE(IDXREF)" and change.a.replace("DISTANCE", "POSITION") == change.b


@needs_samples
@pytest.mark.parametrize("number", ["002", "012", "036"])
def test_what_was_compiled_is_imported_to_the_same(number: str) -> None:
    """Once more through job and compiler: nothing is left to differ but the place of the images."""
    made = import_file(str(XDS_INPUTS / f"{number}.XDS.INP"), Path("/jobs"))
    first = replayed(made, (1024, 1024)).replace("<at run: threads>", "4")
    again = import_text(Source("XDS.INP", first), "/run/sweeps/A/xds/1", Path("/jobs"))
    assert not [item for item in again.diagnostics if item.code == "SW-M003"]
    second = replayed(again, (1024, 1024))
    assert [change.name for change in difference(first, second)] in (
        [],
        ["NAME_TEMPLATE_OF_DATA_FRAMES"],
    )


def _value(row: Keyword) -> str:
    """A value that a keyword takes."""
    if row.kinds == ("file",):
        return "x_????.cbf"
    if row.words:
        return row.words[-1]
    if row.kinds == ("text",):
        return "A"
    if row.name.startswith("DIRECTION_OF_DETECTOR"):
        return "0.8 0 0.6" if row.name.endswith("X-AXIS") else "0 0.8 0.6"
    if row.name.startswith("UNTRUSTED"):
        return "1 5 1 5" if row.least == 4 else "1 1 9 1 9 9 1 9"
    count = row.least if len(row.kinds) == 1 else len(row.kinds)
    numbers = ["1", "0.5"] if row.range == "0..0.5" else ["0.4", "0.6"]
    plain = [str(number) for number in range(1, count + 1)]
    if row.order.startswith("falling"):
        plain.reverse()
    if count == 1 and row.kinds == ("float",):
        return numbers[1]
    return " ".join(plain)


@pytest.mark.parametrize("name", [name for name in table("xds") if "SEGMENT" not in name])
def test_every_keyword_of_xds_has_a_fate(name: str) -> None:
    text = "NAME_TEMPLATE_OF_DATA_FRAMES= x_????.cbf\nQX=1 QY=1\nORGX=1 ORGY=1 DATA_RANGE= 1 9\n"
    text += "DETECTOR_DISTANCE= 100 "
    made = read(f"{text}{name}= {_value(table('xds')[name])}\n")
    assert made.job is not None, made.diagnostics
    what = fates(made)[name][-1]
    assert what.split()[0] in ("turned", "kept", "written", "not")
    if what.startswith("kept"):
        assert name in values(made.job)["keywords"]["xds"]


def test_folders_files_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "XDS.INP"
    path.write_bytes(b"! \xb5m\x85 in Latin-1\r\n" + WHOLE.replace("\n", "\r\n").encode())
    for name in (tmp_path, path):
        made = import_file(str(name), tmp_path)
        assert values(made.job)["sweeps"][0]["images"] == "$raw/images/x_1_####.cbf"
        assert values(made.job)["roots"] == {"raw": str(tmp_path.parent)}
    for name in ("none", "a\0b", str(tmp_path / "none" / "XDS.INP")):
        [problem] = import_file(name).diagnostics
        assert problem.code == "SW-M012"
    path.write_bytes(b" " * 600_000)
    [problem] = import_file(str(path)).diagnostics
    assert problem.code == "SW-M012"


@settings(max_examples=500, deadline=None)
@given(mangled(WHOLE, ("1e308", "-0.0", "0", "nan", "SEGMENT=", "LIB=", "~/x_????.cbf")))
def test_whatever_stands_in_an_input_is_answered_and_nothing_is_dropped(text: str) -> None:
    made = read(text)
    errors = [item for item in made.diagnostics if item.severity is Severity.ERROR]
    assert (made.job is None) == bool(errors)
    assert not [item for item in made.diagnostics if item.code.startswith("SW-L")]
    left = list(re.sub("![^\n]*", lambda comment: " " * len(comment[0]), text))
    for one in made.ledger:
        first, last = Offsets(text).of(one.span)
        left[first:last] = " " * len(left[first:last])
    assert not "".join(left).strip()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(raw: bytes) -> None:
    for text in (raw.decode("latin-1"), raw.decode("utf-8", errors="replace")):
        made = read(text)
        assert made.job is None
        assert made.diagnostics
