"""``explain``: every value has an origin, in a job and in each file that is emitted from it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sweep_tool import command
from tiny_images import write_series

from sweepwright.api.explaining import explain_file
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.records.digest import digest_file
from sweepwright.records.ends import EndRecord, write_end

# places below are counted in these texts by hand: line, column of the first letter of a value
MACRO = """\
macro: beam
doc: Our beamline.
set:
  geometry:
    distance: 251 mm
  processing:
    resolution:
      low: 50 A
"""
JOB = """\
sweepwright: 1
name: layers
macros: [./macros/beam.yaml]
crystals:
  x1: {processing: {resolution: {low: 40 A}}}
datasets:
  peak: {processing: {resolution: {high: 2.1 A}}}
geometry:
  distance: 250 mm
sweeps:
  - images: raw/scan_a/x_####.cbf
    name: A
    dataset: peak
    exclude: [11-13]
    geometry:
      beam_center: [8.5 px, 9 px]
  - {name: B, images: raw/scan_b/x_####.cbf, dataset: remote, geometry: {distance: 249.5 mm}}
"""
DISTANCE_OF_A = [
    {"layer": "job", "key": "geometry.distance", "value": 250.0,
     "file": "job.yaml", "line": 9, "column": 13},
    {"layer": "macro", "name": "beam", "key": "geometry.distance", "value": 251.0,
     "file": "macros/beam.yaml", "line": 5, "column": 15},
    {"layer": "header", "key": "Detector_distance", "value": 300.0},
]  # fmt: skip
BOTH = ("dials", "xds")
HOLE = {"leaf": "b", "resource": "threads", "style": "xds", "origin": "machine threads"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The job with its images and macro, and its run folders ``dials`` and ``xds``."""
    folder = tmp_path_factory.mktemp("explain")
    write_series(folder / "raw", "scan_a/x_####.cbf", "1-40")
    write_series(folder / "raw", "scan_b/x_####.cbf", "1-40", header={"Wavelength": "1.0332 A"})
    (folder / "macros").mkdir()
    (folder / "macros/beam.yaml").write_text(MACRO, encoding="utf-8")
    (folder / "job.yaml").write_text(JOB, encoding="utf-8")
    for engine in BOTH:
        done = command("compile", "job.yaml", "--engine", engine, "-o", engine, folder=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def moved(place: Path, tmp_path: Path) -> Path:
    """The run folder of DIALS alone, at another place."""
    return Path(shutil.copytree(place / "dials", tmp_path / "elsewhere", symlinks=True))


def explained(folder: Path, *arguments: object) -> dict[str, Any]:
    done = command("explain", *arguments, "--json", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def by_name(told: dict[str, Any]) -> dict[str, Any]:
    return {leaf["leaf"]: near(leaf) for leaf in told["leaves"]}


def near(leaf: dict[str, Any]) -> dict[str, Any]:
    """Files of the job's folder by their relative names."""
    text = re.sub(r'"/[^"]*/(macros/[^"]*)"', r'"\1"', json.dumps(leaf))
    return dict(json.loads(text))


def walk(leaf: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield leaf
    for source in leaf.get("of", ()):
        yield from walk(source)


def test_a_value_is_told_with_all_that_it_hides(place: Path) -> None:
    told = by_name(explained(place, "job.yaml", "geometry.distance", "--engine", "dials"))
    assert list(told) == ["sweeps[A].geometry.distance", "sweeps[B].geometry.distance"]
    assert told["sweeps[A].geometry.distance"]["stack"] == DISTANCE_OF_A
    top, *hidden = told["sweeps[B].geometry.distance"]["stack"]
    assert (top["layer"], top["value"], top["line"], top["column"]) == ("sweep", 249.5, 17, 84)
    assert hidden == DISTANCE_OF_A


def test_the_command_line_hides_the_job(place: Path) -> None:
    key = "sweeps[A].geometry.distance"
    told = explained(place, "job.yaml", key, "--set", "geometry.distance=260", "--engine", "xds")
    first, second, *_ = by_name(told)[key]["stack"]
    assert (first["layer"], first["value"], "file" in first) == ("set", 260.0, False)
    assert second == DISTANCE_OF_A[0]


def test_what_is_done_to_a_list_is_told(place: Path) -> None:
    key = "sweeps[A].exclude"
    told = explained(place, "job.yaml", key, "--set", "sweeps[A].+exclude=[20]", "--engine", "xds")
    top, below = by_name(told)[key]["stack"]
    assert top["edit"] == "append"
    assert [item["images"] for item in top["value"]] == ["11-13", "20"]
    assert [item["images"] for item in below["value"]] == ["11-13"]
    assert (below["line"], below["column"], "edit" in below) == (14, 14, False)
    text = command("explain", "job.yaml", key, "--set", "sweeps[A].+exclude=[20]", folder=place)
    assert "appends to what is below" in text.stdout


def test_default_takes_back_what_others_said(place: Path) -> None:
    done = command("explain", "job.yaml", "sweeps[A].geometry.distance",
                   "--set", "geometry.distance=default", folder=place)  # fmt: skip
    lines = [re.sub(r" {2,}", " | ", line.strip()) for line in done.stdout.splitlines()]
    assert lines[0] == ("sweeps[A].geometry.distance | 300 | set geometry.distance "
                        "(takes back what is below)")  # fmt: skip
    assert lines[1] == "hides | 250 | job geometry.distance | job.yaml:9:13"
    assert re.fullmatch(r"hides \| 251 \| macro beam .* \| .*macros/beam.yaml:5:15", lines[2])
    assert lines[3] == "hides | 300 | header Detector_distance"


@pytest.mark.parametrize("engine", BOTH)
def test_without_a_key_every_value_of_the_lock_has_an_origin(place: Path, engine: str) -> None:
    told = by_name(explained(place, "job.yaml", "--engine", engine))
    locked = json.loads((place / engine / "job.lock.json").read_text())["values"]
    assert told.keys() == locked.keys()
    for path, leaf in told.items():
        assert leaf["stack"][0]["value"] == locked[path]["value"]
        assert leaf["stack"][0]["layer"] == locked[path]["layer"]
        assert [source["leaf"] for source in leaf.get("of", ())] == locked[path].get("of", [])
        for one in walk(leaf):
            assert one["stack"], one


def test_the_listing_for_people_is_grouped(place: Path) -> None:
    lines = command("explain", "job.yaml", folder=place).stdout.splitlines()
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert heads == ["job", "crystals[x1]", "datasets[x1.peak]", "datasets[x1.remote]", "sweeps[A]",
                     "sweeps[B]"]  # fmt: skip
    row = next(line for line in lines if line.startswith("  processing.resolution.low "))
    assert row.split() == ["processing.resolution.low", "40", "crystal",
                           "processing.resolution.low", "job.yaml:5:39"]  # fmt: skip


def test_a_computed_value_shows_what_it_was_made_from(place: Path) -> None:
    key = "sweeps[A].xds.ORGX"
    told = by_name(explained(place, "job.yaml", key, "--engine", "xds"))[key]
    assert told["stack"][0]["value"] == 9.0  # 8.5 px from the corner, counted from 1 at the centre
    (source,) = told["of"]
    assert source["leaf"] == "sweeps[A].geometry.beam_center"
    assert [(one["layer"], one.get("line"), one.get("column")) for one in source["stack"]] == [
        ("sweep", 16, 20),
        ("header", None, None),
    ]


def test_a_decision_shows_its_step_and_rule(place: Path) -> None:
    key = "crystals[x1].processing.anomalous"
    done = command("explain", "job.yaml", key, "--engine", "dials", folder=place)
    assert "decided by anomalous@x1" in done.stdout
    assert "CC_ano is significant (p < 0.001)" in done.stdout


@pytest.mark.parametrize(
    ("key", "leaves"),
    [
        ("geometry.sensor", ["A geometry.sensor.material", "A geometry.sensor.thickness",
                             "B geometry.sensor.material", "B geometry.sensor.thickness"]),
        ("sweeps[B].scan", ["B scan.axis", "B scan.fixed_rotation", "B scan.spot_images",
                            "B scan.start", "B scan.width"]),
    ],
)  # fmt: skip
def test_the_beginning_of_a_key_means_all_below(place: Path, key: str, leaves: list[str]) -> None:
    told = by_name(explained(place, "job.yaml", key, "--engine", "dials"))
    short = [re.sub(r"sweeps\[(\w)\]\.", r"\1 ", name) for name in told]
    assert sorted(short) == leaves


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("sweeps[A].geometry.distnace", "sweeps[A].geometry.distance"),
        ("geometry.distnace", "geometry.distance'"),
        ("distance", "geometry.distance"),
        ("sweeps[C].geometry.distance", "sweeps["),
    ],
)
def test_an_unknown_key_is_an_error_with_a_proposal(place: Path, key: str, meant: str) -> None:
    done = command("explain", "job.yaml", key, folder=place)
    assert done.returncode == 1
    assert "error[SW-L060]" in done.stderr
    assert f"Did you mean '{meant}" in done.stderr
    assert done.stdout == ""


def test_a_key_that_nobody_gives_is_no_error(place: Path) -> None:
    done = command("explain", "job.yaml", "goniostat.axes", folder=place)
    assert done.returncode == 0
    assert "advice[SW-L061]" in done.stderr


def test_a_wrong_job_is_told_as_by_check(place: Path) -> None:
    done = command("explain", "job.yaml", "--set", "geometry.distance=-3", folder=place)
    assert done.returncode == 1
    assert "error[SW-L012]" in done.stderr


def test_a_code_shows_its_rule() -> None:
    done = command("explain", "SW-L008")
    assert done.returncode == 0
    assert done.stdout.startswith("SW-L008 (error): ")
    assert "never ignored" in done.stdout
    assert command("explain", "sw-l008").stdout == done.stdout
    unknown = command("explain", "SW-L999")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "error[SW-L062]: there is no rule 'SW-L999'" in unknown.stderr


def emitted(run: Path) -> list[Path]:
    files = [file for top in ("sweeps", "groups") for file in sorted((run / top).rglob("*.*"))]
    assert len(files) > 2
    return [file for file in files if file.is_file()]


def gives_a_value(line: str, suffix: str) -> bool:
    if suffix == ".json":
        return re.search(r'^\s*"[^"]*": [^{\s]', line) is not None
    return "=" in line and not line.lstrip().startswith(("!", "#"))


@pytest.mark.parametrize("engine", BOTH)
def test_each_line_of_each_emitted_file_names_its_origin(place: Path, engine: str) -> None:
    seen = 0
    for file in emitted(place / engine):
        told = {one["line"]: one for one in explain_file(file).to_json()["lines"]}
        for number, line in enumerate(file.read_text().split("\n")[:-1], start=1):
            if not gives_a_value(line, file.suffix):
                continue
            assert told[number]["text"] == line
            comment = re.search(r" [#!] (.+)$", line)
            leaves = told[number]["leaves"]
            # what a template says by itself has no origin behind it
            assert bool(leaves) == (comment is not None or file.suffix == ".json"), (file, line)
            for leaf in leaves:
                seen += 1
                names_an_origin(near(leaf), line)
    assert seen > {"dials": 100, "xds": 60}[engine]


def names_an_origin(leaf: dict[str, Any], line: str) -> None:
    """Down to people, headers, defaults or the machine; and it is the value of the line."""
    for one in walk(leaf):
        assert one["stack"], (leaf, line)
        top = one["stack"][0]
        if "of" not in one:
            assert top["layer"] != "computed", (one, line)
        if top["layer"] in ("job", "sweep", "crystal", "dataset", "macro"):
            text = {"job.yaml": JOB, "macros/beam.yaml": MACRO}[top["file"]]
            said = text.splitlines()[top["line"] - 1][top["column"] - 1 :]
            if isinstance(top["value"], float):
                assert float(said.split()[0].rstrip("}")) == top["value"]
    value = leaf["stack"][0]["value"]
    numbers = value if isinstance(value, list) else [value]
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        found = {float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", line)}
        assert found >= {float(one) for one in numbers}, (leaf, line)


def test_a_line_of_an_emitted_file_has_the_places_of_its_value(place: Path) -> None:
    file = "xds/sweeps/A/index/XDS.INP"
    lines = (place / file).read_text().splitlines()
    number = 1 + next(i for i, line in enumerate(lines) if line.startswith("DETECTOR_DISTANCE"))
    (line,) = explained(place, "--file", file, number)["lines"]
    (leaf,) = line["leaves"]
    assert near(leaf) == {"leaf": "sweeps[A].geometry.distance", "stack": DISTANCE_OF_A}
    done = command("explain", "--file", file, number, folder=place)
    shown = [re.sub(r" {2,}", " | ", text.strip()) for text in done.stdout.splitlines()]
    assert shown[0].startswith(f"{number} | DETECTOR_DISTANCE= 250")
    assert shown[1] == "sweeps[A].geometry.distance | 250 | job geometry.distance | job.yaml:9:13"
    assert shown[3] == "hides | 300 | header Detector_distance"


def test_a_line_of_the_template_alone_says_so(place: Path) -> None:
    file = "dials/sweeps/A/import/import.phil"
    lines = (place / file).read_text().splitlines()
    number = 1 + lines.index("identifier_type = uuid")
    assert explained(place, "--file", file, number)["lines"] == [
        {"line": number, "text": "identifier_type = uuid", "leaves": []}
    ]
    done = command("explain", "--file", file, number, folder=place)
    assert "stands so in the template" in done.stdout


def test_a_run_folder_explains_itself_anywhere(place: Path, moved: Path) -> None:
    name = "groups/x1/rescale/rescale.phil"
    here = explained(place, "--file", f"dials/{name}")
    assert explained(moved.parent, "--file", f"elsewhere/{name}") == here
    assert explained(moved / "groups/x1", "--file", "rescale/rescale.phil") == here


def decide(run: Path, step: str, values: dict[str, Any], evidence: dict[str, Any]) -> None:
    """Leaves behind what a step that decided does."""
    folder = f"groups/x1/{step}"
    (run / folder / "1").mkdir()
    decision = run / folder / "1/decision.json"
    decision.write_text(json.dumps({"values": values, "evidence": evidence}))
    record = EndRecord(
        step=f"{step}@x1", folder=folder, attempt=1, rung=0, key="0" * 64, made_from={},
        command=(f"sweepwright:{step}",), threads=1, environment={}, links={}, files={}, inputs=(),
        started="2026-03-05T10:00:00.000+00:00", verdict=Verdict(Outcome.SUCCESS, ""),
        outputs={"decision.json": digest_file(decision)},
    )  # fmt: skip
    write_end(run / folder / "1", record)


def test_after_the_run_a_line_shows_what_was_decided_and_why(moved: Path) -> None:
    name = "groups/x1/rescale/rescale.phil"
    lines = (moved / name).read_text().splitlines()
    number = 1 + next(i for i, line in enumerate(lines) if "<anomalous@x1.anomalous>" in line)
    (line,) = explained(moved, "--file", name, number)["lines"]
    (before,) = line["leaves"]
    assert "decided" not in before
    assert before["stack"][0]["value"]["decided_by"] == "anomalous@x1"
    assert "CC_ano" in before["stack"][0]["value"]["rule"]
    decide(moved, "anomalous", {"anomalous": True}, {"significance": 0.001, "note": "p is 1e-12"})
    (moved / "groups/x1/rescale/1").mkdir()
    filled = (moved / name).read_text().replace('"<anomalous@x1.anomalous>"', "True")
    (moved / "groups/x1/rescale/1/rescale.phil").write_text(filled)
    run = explained(moved, "--file", "groups/x1/rescale/1/rescale.phil", number)
    (line,) = run["lines"]
    assert line["text"].startswith("anomalous = True ")
    assert line["leaves"][0]["decided"] == {
        "value": True,
        "evidence": {"significance": 0.001, "note": "p is 1e-12"},
    }
    assert run["diagnostics"] == []
    done = command("explain", "--file", name, number, folder=moved)
    assert re.search(r"decided\s+true\n\s+because\s+significance: 0.001", done.stdout)


def test_a_decision_that_failed_is_none(moved: Path) -> None:
    decide(moved, "anomalous", {"anomalous": True}, {})
    end = moved / "groups/x1/anomalous/1/end.json"
    end.write_text(end.read_text().replace('"success"', '"failure"'))
    told = explained(moved, "--file", "groups/x1/rescale/rescale.phil")
    leaves = [leaf for line in told["lines"] for leaf in line["leaves"]]
    assert any("decided_by" in str(leaf) for leaf in leaves)
    assert not any("decided" in leaf for leaf in leaves)


@pytest.mark.parametrize(
    ("file", "line", "code", "said"),
    [
        ("job.lock.json", "", "SW-P010", "is not a file that the plan emits"),
        (
            "sweeps/A/import/import.phill",
            "",
            "SW-P010",
            "Did you mean 'sweeps/A/import/import.phil",
        ),
        ("sweeps/A/import", "", "SW-P010", "is not a file that the plan emits"),
        ("../job.yaml", "", "SW-P010", "is not in a run folder"),
        ("sweeps/A/import/import.phil", "0", "SW-P011", "has no line 0"),
        ("sweeps/A/import/import.phil", "50", "SW-P011", "Its lines are 1 to 48"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    moved: Path, file: str, line: str, code: str, said: str
) -> None:
    done = command("explain", "--file", file, *([line] if line else []), folder=moved)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error[{code}]" in done.stderr
    assert said in done.stderr


def test_a_file_that_was_edited_is_explained_as_it_was_compiled(moved: Path) -> None:
    name = "sweeps/A/import/import.phil"
    text = (moved / name).read_text()
    (moved / name).write_text(text.replace("0.97918", "1.5418"))
    told = explained(moved, "--file", name)
    assert [item["code"] for item in told["diagnostics"]] == ["SW-P015"]
    assert [one["text"] for one in told["lines"] if "wavelength" in one["text"]] == [
        line for line in text.splitlines() if "wavelength" in line
    ]


@pytest.mark.parametrize("damage", ["", "[]", '{"a": []}', '{"a": [{"layer": "x"}]}', "[" * 9999])
def test_without_good_origins_the_line_itself_is_shown(moved: Path, damage: str) -> None:
    (moved / "origins.json").write_text(damage)
    told = explained(moved, "--file", "sweeps/A/import/import.phil")
    assert [item["code"] for item in told["diagnostics"]] == ["SW-P014"]
    says = {leaf["leaf"]: leaf["origin"] for line in told["lines"] for leaf in line["leaves"]}
    assert says["sweeps[A].geometry.wavelength"] == "header Wavelength"


def test_a_plan_written_by_hand_is_explained_or_refused(tmp_path: Path) -> None:
    lines = [["two\nlines= ", {"text": "1", "leaf": "a", "origin": "job a"}], ["b= ", HOLE]]
    plan = {"sweepwright_plan": 1, "name": "hand", "engine": "none", "steps": [
        {"id": "one@A", "program": "true", "folder": "a",
         "files": [{"name": "sub/x.inp", "comment": "!", "lines": lines}]},
    ]}  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    told = explained(tmp_path, "--file", "a/7/sub/x.inp")
    assert [[leaf["origin"] for leaf in line["leaves"]] for line in told["lines"]] == [
        ["job a"], ["machine threads"],
    ]  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(plan).replace('"xds"', '"runes"'))
    done = command("explain", "--file", "a/sub/x.inp", folder=tmp_path)
    assert done.returncode == 1
    assert "error[SW-P010]" in done.stderr
    assert "style 'runes'" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--file x.phil line",
        "--file x.phil 3 key",
        "--file x.phil --engine xds",
        "SW-L008 key",
        "job.yaml --engine nonsense",
    ],
)
def test_wrong_use_is_exit_code_2(tmp_path: Path, arguments: str) -> None:
    assert command("explain", *arguments.split(), folder=tmp_path).returncode == 2


def test_a_moved_line_changes_the_origins_alone(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "raw", tmp_path / "raw")
    shutil.copytree(place / "macros", tmp_path / "macros")
    (tmp_path / "job.yaml").write_text(f"# a comment\n{JOB}", encoding="utf-8")
    done = command("compile", "job.yaml", "--engine", "dials", "-o", "run", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    files = {file.relative_to(tmp_path / "run") for file in emitted(tmp_path / "run")}
    for name in ("plan.json", "job.lock.json", *files):
        assert (tmp_path / "run" / name).read_bytes() == (place / "dials" / name).read_bytes()
    key = "sweeps[A].geometry.distance"
    places = json.loads((tmp_path / "run/origins.json").read_text())[key]
    assert [level.get("line") for level in places] == [10, 5, None]
