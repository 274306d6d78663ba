"""The examples of ``examples/jobs`` on images of their geometry: what their users are promised."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference_mtz import write_reference
from story_images import EXAMPLES, IMAGES, OPTIONS, write_story
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.api.build import compile_job
from sweepwright.api.explaining import explain_file
from sweepwright.api.front import Options
from sweepwright.cli.main import MODULES, application
from sweepwright.model.plan import FileRef, LineTable, Plan
from sweepwright.model.resolved import Layer

#: where data of a sweep come from: the second runs where there is ice
INTEGRATED = ("integrate", "reintegrate")
BOTH = ("dials", "xds")
#: examples that an engine cannot do yet, and says so
ONE_ENGINE = {
    "inverse-beam-sad": ("dials",),  # XDS wants the cell with the group
    "reference-data": ("dials",),  # with XDS this release ends before free flags
}
RUNS = [(name, engine) for name in IMAGES for engine in ONE_ENGINE.get(name, BOTH)]
LAYERS = tuple(layer.value for layer in Layer)


@dataclass(frozen=True)
class Run:
    """A compiled run folder."""

    folder: Path

    @property
    def plan(self) -> Plan:
        return Plan.model_validate_json(self.text("plan.json"))

    @property
    def results(self) -> set[str]:
        return {result.path for result in self.plan.results}

    @property
    def origins(self) -> dict[str, Any]:
        return dict(json.loads(self.text("origins.json")))

    def taken_by(self, step: str) -> list[str]:
        """The steps whose models a step reads."""
        (wanted,) = (one for one in self.plan.steps if one.id == step)
        refs = [word for word in wanted.argv if isinstance(word, FileRef)]
        return [name for ref in refs if ref.name.endswith(".expt") for name in ref.steps]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def value(self, leaf: str) -> Any:
        return json.loads(self.text("job.lock.json"))["values"][leaf]["value"]

    def xds(self, sweep: str) -> list[tuple[str, str]]:
        """Keyword and value of each line of a sweep's XDS.INP."""
        text = self.text(f"sweeps/{sweep}/index/XDS.INP")
        return re.findall(r"^([\w'/-]+)= ([^!\n]*?)\s*(?:!.*)?$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each example, made when it is first asked for."""
    return _Folders(tmp_path_factory.mktemp("stories"))


class _Folders(dict[str, Path]):
    def __init__(self, base: Path) -> None:
        self.base = base

    def __missing__(self, name: str) -> Path:
        self[name] = self.base / name
        write_story(name, self[name])
        return self[name]


def compiled(folder: Path, name: str, engine: str = "dials", *settings: str) -> Run:
    bind = dict(word.split("=") for word in OPTIONS.get(name, ())[1:])
    places = {root: str(folder / place) for root, place in bind.items()}
    done = compile_job(folder / f"{name}.yaml", Options(engine, settings, places))
    assert done.folder is not None, done.diagnostics
    return Run(done.folder)


def check(job: Path, *options: str) -> tuple[int, str]:
    """Exit code and all that ``check`` says."""
    done = CliRunner().invoke(application(), ["check", str(job), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def changed(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The example with a piece of its text changed, beside it."""
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_example_has_images_here() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == set(IMAGES)


@pytest.mark.parametrize(("name", "engine"), RUNS)
def test_each_example_compiles_and_each_emitted_value_says_where_it_is_from(
    stories: dict[str, Path], name: str, engine: str
) -> None:
    run = compiled(stories[name], name, engine)
    origins = run.origins
    seen = 0
    for step in run.plan.steps:
        for table in step.files:
            for piece in (piece for line in table.lines for piece in line):
                if isinstance(piece, str):
                    continue
                seen += 1
                if table.name.endswith((".json", ".expt")):  # has no comments; its values are named
                    assert piece.leaf in origins or piece.leaf.startswith(("groups[", "sweeps["))
                    continue
                assert _says_who(piece.origin), (table.name, piece)
                if piece.leaf in origins and "<-" not in piece.origin:
                    top = origins[piece.leaf][0]
                    assert piece.origin.split(":")[0].split()[0] == top["layer"], piece
    assert seen > 20
    for step in run.plan.steps:
        for table in step.files:
            _explains_all(run.folder / step.folder, table)


def _explains_all(folder: Path, table: LineTable) -> None:
    """`explain --file` names who said each value of each line."""
    told = explain_file(folder / table.name)
    assert told.diagnostics == ()
    explained = {line.number: line.leaves for line in told.lines}
    for number, emitted in enumerate(table.lines, 1):
        values = [piece for piece in emitted if not isinstance(piece, str)]
        leaves = explained.get(number, ())
        assert len(leaves) == len(values), (table.name, emitted)
        assert all(leaf.stack or leaf.said for leaf in leaves), (table.name, emitted)


def _says_who(origin: str) -> bool:
    """Layers are named, with the rule in front where the value was computed from theirs."""
    return all(
        any(re.match(rf"{layer}:? \S", source) for layer in LAYERS)
        for source in origin.rpartition("<- ")[2].split(" + ")
    )


def test_the_first_job_is_understood_on_one_screen(stories: dict[str, Path]) -> None:
    code, told = check(stories["first-job"] / "first-job.yaml")
    assert code == 0
    assert len(told.splitlines()) <= 24
    for line in (
        "images 1-360 (360 x 0.5 = 180 deg)",
        "detector        PILATUS3 6M, S/N 60-0126",
        "distance        300 mm                       header Detector_distance",
        "wavelength      0.97918 A                    header Wavelength",
        "beam centre     8.5 9.25 px                  header Beam_xy",
        "data set w1: 0.97918 A",
    ):
        assert line in told
    assert re.search(r"^first-job: engine (dials|xds) \(machine: .*\)$", told, re.MULTILINE)


def test_a_folder_of_images_gives_the_first_job(stories: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(stories["first-job"] / "data", tmp_path / "data")
    done = CliRunner().invoke(
        application(), ["new", str(tmp_path / "data"), "-o", str(tmp_path / "new.yaml")]
    )
    assert done.exit_code == 0, done.output
    made = (tmp_path / "new.yaml").read_text(encoding="utf-8")
    plain = re.sub(r"^ *#.*\n", "", made, flags=re.MULTILINE)
    assert plain == "sweepwright: 1\nsweeps:\n  - images: data/lyso_####.cbf\n"


def test_inverse_beam_wedges_are_one_data_set(stories: dict[str, Path]) -> None:
    run = compiled(stories["inverse-beam-sad"], "inverse-beam-sad")
    assert run.results == {"results/merged.mtz", "results/unmerged.mtz"}
    starts = [run.value(f"sweeps[W{n}].scan.start") for n in range(1, 9)]
    assert starts == [0, 180, 30, 210, 60, 240, 90, 270]
    wedges = [f"W{n}" for n in range(1, 9)]
    assert run.taken_by("cosym@x1") == [f"{step}@{w}" for w in wedges for step in INTEGRATED]
    assert "anomalous = True" in run.text("groups/x1/scale/scale.phil")


def test_a_key_at_the_wrong_place_is_shown_its_own(stories: dict[str, Path]) -> None:
    job = changed(
        stories["inverse-beam-sad"], "inverse-beam-sad", ("crystals:", "indexing: {}\ncrystals:")
    )
    code, told = check(job)
    assert code == 1
    assert "unknown key 'indexing' in the job" in told
    assert "processing.indexing" in told


def test_one_template_with_two_wedges_is_split_by_discover(tmp_path: Path) -> None:
    write_series(tmp_path, "raw/x_####.cbf", "1-30", start=0, width=1)
    write_series(tmp_path, "raw/x_####.cbf", "31-60", start=180, width=1)
    (tmp_path / "job.yaml").write_text("sweepwright: 1\nsweeps: [{images: raw/x_####.cbf}]\n")
    code, told = check(tmp_path / "job.yaml")
    assert code == 1
    assert "image 31 begins at 180 degrees, not at 30: the angle jumps" in told
    assert "sweepwright discover" in told
    ranges = discovered(tmp_path)
    assert ranges == ["1-30", "31-60"]


def discovered(folder: Path) -> list[str]:
    """The ranges of the sweeps that ``new`` finds in ``raw/``; the job that it writes is good."""
    job = folder / "found.yaml"
    done = CliRunner().invoke(application(), ["new", str(folder / "raw"), "-o", str(job)])
    assert done.exit_code == 0, done.output
    code, told = check(job)
    assert code == 0, told
    return re.findall(r"^ +range: (\S+)$", job.read_text(encoding="utf-8"), re.MULTILINE)


def test_mad_is_merged_apart_at_the_mean_wavelength(stories: dict[str, Path]) -> None:
    run = compiled(stories["mad"], "mad")
    assert run.results == {
        f"results/x1/{name}/{which}.mtz"
        for name in ("peak", "inflection", "remote")
        for which in ("merged", "unmerged")
    }
    assert sum(step.id.startswith("scale@") for step in run.plan.steps) == 1
    _, told = check(stories["mad"] / "mad.yaml")
    assert "data set peak: 0.979255 A (mean), sweeps A, B" in told
    assert "data set remote: 0.95373 A, sweeps D" in told


@pytest.mark.parametrize(
    ("grouping", "code", "said"),
    [
        ("{decimals: 5}", "SW-L045", "0.97925 A and 0.97926 A are 0.00001 A apart"),
        ("{tolerance: 0.0005 A}", "SW-L046", "0.00017 A apart: A (0.97925 A) and C (0.97942 A)"),
    ],
)
def test_near_ties_of_wavelengths_are_warned_of(
    stories: dict[str, Path], grouping: str, code: str, said: str
) -> None:
    names = [(f", dataset: {name}", "") for name in ("peak", "inflection", "remote")]
    job = changed(stories["mad"], "mad", ("{tolerance: 0.00005 A}", grouping), *names)
    _, told = check(job, "--engine", "dials")
    assert f"warning[{code}]" in told
    assert said in told


def test_a_name_that_hides_a_difference_is_warned_of(stories: dict[str, Path]) -> None:
    _, told = check(changed(stories["mad"], "mad", ("dataset: inflection", "dataset: peak")))
    assert "warning[SW-L047]: data set peak holds wavelengths 0.00017 A apart" in told


def test_an_energy_without_its_unit_is_offered_as_a_wavelength(stories: dict[str, Path]) -> None:
    job = changed(stories["mad"], "mad", ("sweeps:", "geometry: {wavelength: 12661}\nsweeps:"))
    code, told = check(job)
    assert code == 1
    assert "write 12661 eV (0.97926 A)" in told  # 12398.4198 eV A / 12661 eV


def rotation(axis: list[float], degrees: float) -> np.ndarray:
    """Rodrigues."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    angle = np.radians(degrees)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def test_kappa_turns_the_crystal_and_not_the_scan_axis(stories: dict[str, Path]) -> None:
    run = compiled(stories["kappa"], "kappa")
    text = run.text("sweeps/B/import/import.phil")
    assert re.search(r"goniometer.axis = 1,0,0 ", text)
    numbers = re.search(r"fixed_rotation = (\S+)", text)
    assert numbers is not None
    turned = rotation([0.913545, 0.406737, 0], -60) @ rotation([1, 0, 0], 90)
    imgcif = np.diag([1.0, -1.0, -1.0])  # its y and z run against those of frame sw
    expected = imgcif @ turned @ imgcif
    assert np.array(numbers[1].split(","), float) == pytest.approx(expected.ravel(), abs=1e-9)
    flat = "fixed_rotation = 1,0,0,0,1,0,0,0,1 "
    assert flat in run.text("sweeps/A/import/import.phil")
    xds = compiled(stories["kappa"], "kappa", "xds")
    axes = [dict(xds.xds(sweep))["ROTATION_AXIS"] for sweep in "AB"]
    assert axes == ["1 0 0", "1 0 0"]


def test_a_scan_about_phi_goes_with_kappa(stories: dict[str, Path], tmp_path: Path) -> None:
    turned = {"Phi_increment": "0.5 deg.", "Kappa": "-60.0 deg.", "Omega": "0.0 deg."}
    write_series(tmp_path, "a_####.cbf", "1-20", header={**turned, "Kappa": "0.0 deg."})
    write_series(tmp_path, "b_####.cbf", "1-20", header=turned)
    shutil.copy(stories["kappa"] / "kappa.yaml", tmp_path)
    job = changed(tmp_path, "kappa", (", settings: {kappa: -60 deg, phi: 90 deg}", ""))
    run = compiled(tmp_path, job.stem, "xds")
    assert dict(run.xds("A"))["ROTATION_AXIS"] == "1 0 0"
    axis = np.array(dict(run.xds("B"))["ROTATION_AXIS"].split(), float)
    assert axis == pytest.approx(rotation([0.913545, 0.406737, 0], -60) @ [1, 0, 0], abs=1e-9)


def test_where_header_and_job_disagree_both_are_shown(stories: dict[str, Path]) -> None:
    _, told = check(changed(stories["kappa"], "kappa", ("kappa: -60", "kappa: -55")))
    assert re.search(r"kappa +-55 deg +sweep settings, header Kappa: -60 deg\n", told)
    job = changed(stories["kappa"], "kappa", ("kappa: -60", "kapa: -60"))
    code, told = check(job)
    assert code == 1
    assert "Did you mean 'kappa'?" in told


def test_a_corrected_beam_centre_keeps_the_headers_word(stories: dict[str, Path]) -> None:
    run = compiled(stories["wrong-beam-centre"], "wrong-beam-centre", "xds")
    text = run.text("sweeps/A/index/XDS.INP")
    assert "ORGX= 742 ORGY= 812.5 " in text  # counted from 1 at the centre of the first pixel
    stack = run.origins["sweeps[A].geometry.beam_center"]
    assert [(level["layer"], level["value"]) for level in stack] == [
        ("job", [741.5, 812.0]),
        ("header", [733.5, 845.5]),
    ]
    _, told = check(stories["wrong-beam-centre"] / "wrong-beam-centre.yaml")
    assert "job geometry.beam_center, header Beam_xy: 733.5 845.5 px" in told


def test_one_line_stands_for_forty_crystals(stories: dict[str, Path]) -> None:
    run = compiled(stories["many-crystals"], "many-crystals")
    names = [f"x{n:02d}" for n in range(1, 41)]
    folders = sorted(path.name for path in (run.folder / "sweeps").iterdir())
    assert folders == names
    assert run.results == {"results/merged.mtz", "results/unmerged.mtz"}
    assert sum(step.id.startswith("scale@") for step in run.plan.steps) == 1
    assert run.taken_by("cosym@all") == [f"{step}@{x}" for x in names for step in INTEGRATED]
    assert run.value("crystals[all].cell") == [120.1, 120.1, 85.2, 90, 90, 120]
    assert run.plan.caveats


def test_a_bad_middle_is_left_out_everywhere(stories: dict[str, Path]) -> None:
    xds = compiled(stories["bad-middle"], "bad-middle", "xds").xds("A")
    ranges = [
        (key, value) for key, value in xds if key.endswith("DATA_RANGE") or key == "SPOT_RANGE"
    ]
    assert ranges == [
        ("DATA_RANGE", "1 600"),
        ("EXCLUDE_DATA_RANGE", "201 400"),
        ("SPOT_RANGE", "1 200"),
        ("SPOT_RANGE", "401 600"),
    ]
    run = compiled(stories["bad-middle"], "bad-middle")
    searched = re.findall(r"scan_range = (\S+)", run.text("sweeps/A/find_spots/find_spots.phil"))
    assert searched == ["1,200", "401,600"]
    left_out = re.search(r"exclude_images = (\S+)", run.text("sweeps/A/integrate/integrate.phil"))
    assert left_out is not None
    assert [int(n) for n in left_out[1].split(",")] == list(range(201, 401))
    assert "exclude_images = 0:201:400 " in run.text("groups/x1/scale/scale.phil")
    steps = {step.id for step in run.plan.steps}
    assert {"index@A", "index@B"} <= steps  # one orientation for all of A
    assert len([step for step in steps if step.startswith("index@")]) == 2


@pytest.mark.parametrize(
    ("exclude", "code", "told_in"),
    [
        (
            '["test_0[2-3]*.cbf"]',
            0,
            "images 1-199, 400-600 (400 x 0.1 = 40 deg), left out: 200-399",
        ),
        ("[1-600]", 1, "no image is left to process"),
        (
            "[700-800]",
            0,
            "advice[SW-I014]: sweep A: images 700-800 are excluded, but not in the range",
        ),
        ("[590-610]", 0, "advice[SW-I014]: sweep A: images 601-610 are excluded"),
    ],
)
def test_exclusions_say_what_they_leave_out(
    stories: dict[str, Path], exclude: str, code: int, told_in: str
) -> None:
    written = "[{images: 201-400, reason: shutter closed}]"
    job = changed(stories["bad-middle"], "bad-middle", (written, exclude))
    assert check(job, "--engine", "dials")[0] == code
    assert told_in in check(job, "--engine", "dials")[1]


def test_another_place_of_the_images_changes_nothing_else(tmp_path: Path) -> None:
    runs = []
    for place in ("beamline", "at home"):
        folder = tmp_path / place
        write_story("repeat-at-home", folder)
        (folder / "disk").rename(folder / "disk of 2025")
        done = compile_job(
            folder / "repeat-at-home.yaml", Options(bind={"raw": str(folder / "disk of 2025")})
        )
        assert done.folder is not None, done.diagnostics
        assert done.folder.name == "insulin-sad"
        runs.append(done.folder)
    names = ["job.lock.json", "plan.json", "sweeps/A/import/import.phil"]
    first, second = ([(run / name).read_bytes() for name in names] for run in runs)
    assert first == second
    assert str(tmp_path).encode() not in b"".join(first)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("enforce: false", "cell: [0, 0, 0, 0, 0, 0]", "a cell of zeros is no cell"),
        ("P1, enforce", "unknown, enforce", "'unknown' is no space group"),
        ("sweeps:", "geometry: {wavelength: -1}\nsweeps:", "geometry.wavelength: "),
        ("lyso_A7_1", "lyso_A8_1", "no file fits 'lyso_A8_1_####.cbf'"),
        ('name: "1"', "name: [1]", "text is wanted here, not a list"),
        ("title: Lysozyme", "title: Lysozym\\xE9", ""),
        ("project: mx2345-1", "project: None", "'project' has no value"),
    ],
)
def test_a_bad_record_of_a_lims_is_told_with_its_key(
    stories: dict[str, Path], old: str, new: str, said: str
) -> None:
    folder = stories["from-a-lims"]
    job = changed(folder, "from-a-lims", (old, new))
    if not said:  # one byte of an 8-bit text
        job.write_bytes(job.read_bytes().replace(b"\\xE9", b"\xe9"))
        said = "is not UTF-8 text"
    code, told = check(job)
    assert code == 1
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize("spelling", ["P 21 21 21", "P212121", "p212121", "19"])
def test_groups_of_a_lims_are_read_in_any_spelling(stories: dict[str, Path], spelling: str) -> None:
    job = changed(stories["from-a-lims"], "from-a-lims", ("P1, enforce: false", spelling))
    run = compiled(job.parent, job.stem)
    assert run.value("crystals[lyso-A7].space_group") == "P 21 21 21"


def test_group_setting_and_flags_of_a_campaign_are_kept(stories: dict[str, Path]) -> None:
    run = compiled(stories["reference-data"], "reference-data")
    assert run.value("crystals[x].space_group") == "P 1 21 1"
    assert run.value("crystals[x].cell") == [40, 50, 45, 90, 90.3, 90]
    assert (
        run.value("crystals[x].processing.free.fraction"),
        run.value("crystals[x].processing.free.seed"),
    ) == (0.05, 1)
    text = (stories["reference-data"] / "reference-data.yaml").read_text(encoding="utf-8")
    folder = stories["reference-data"]
    write_reference(folder / "raw/apo.mtz", "P 1 21 1", (40, 50, 45, 90, 90.3, 90))
    (folder / "with.yaml").write_text(text.replace("# reference:", "reference:"))
    taken = compiled(folder, "with")
    assert taken.value("crystals[x].reference.place") == "roots/raw/apo.mtz"
    finish = taken.plan.step("finish@x").files[0]
    assert any("../../../../roots/raw/apo.mtz" in str(line) for line in finish.lines)


def test_screening_merges_nothing_and_says_so(stories: dict[str, Path]) -> None:
    run = compiled(stories["screening"], "screening")
    assert run.results == set()
    assert {step.id.partition("@")[0] for step in run.plan.steps} <= {
        "manifest", "import", "find_spots", "search_beam", "beam_centres", "carried", "index",
        "refine", "several_lattices", "integrate", "ice", "mask_ice", "reintegrate",
    }  # fmt: skip
    assert any("not for refinement" in caveat for caveat in run.plan.caveats)
    _, told = check(stories["screening"] / "screening.yaml")
    assert "ends after integration: nothing is scaled or merged" in told


def test_what_is_not_attempted_for_weak_data_is_said(stories: dict[str, Path]) -> None:
    _, told = check(stories["low-resolution"] / "low-resolution.yaml", "--engine", "dials")
    assert (
        "dials leaves out what macro 'low-resolution-or-tricky' says of 'processing.integration.cycles'"
        in told
    )
    run = compiled(stories["low-resolution"], "low-resolution")
    assert "sigma_strong = 2" in run.text("sweeps/A/find_spots/find_spots.phil")
    assert run.value("crystals[x].space_group") == "C 1 2 1"
    assert run.value("crystals[x].processing.resolution.criteria.i_over_sigma") == 0.5


def test_interleaved_wavelengths_are_one_sweep_each(stories: dict[str, Path]) -> None:
    run = compiled(stories["interleaved-mad"], "interleaved-mad")
    assert sorted(path.name for path in (run.folder / "sweeps").iterdir()) == ["A", "B", "C"]
    assert len(run.results) == 6
    for sweep in "ABC":
        assert run.value(f"sweeps[{sweep}].range") == [1, 90]


def test_wavelengths_in_one_numbering_are_split_by_discover(tmp_path: Path) -> None:
    for block in range(6):
        for turn, wave in enumerate(("0.97925 A", "0.95373 A", "0.97942 A")):
            first = 1 + 45 * block + 15 * turn
            write_series(
                tmp_path,
                "raw/tm_####.cbf",
                f"{first}-{first + 14}",
                start=15.0 * block,
                width=1.0,
                time=f"2026-03-05T10:{3 * block + turn:02d}:00.000",
                header={"Wavelength": wave},
            )
    assert discovered(tmp_path) == [f"{first}-{first + 14}" for first in range(1, 271, 15)]
    run = compiled(tmp_path, "found")
    assert len(run.results) == 6


def test_runs_along_a_needle_keep_the_order_of_their_numbers(stories: dict[str, Path]) -> None:
    run = compiled(stories["helical"], "helical")
    indexed = [step.id for step in run.plan.steps if step.id.startswith("index@")]
    assert indexed == [f"index@ins_1_{n}" for n in (7, 9, 11, 13)]
    assert run.results == {"results/merged.mtz", "results/unmerged.mtz"}


def test_the_examples_are_in_canonical_form() -> None:
    files = [str(path) for path in sorted(EXAMPLES.glob("*.yaml"))]
    done = CliRunner().invoke(application(), ["fmt", "--check", *files])
    assert done.exit_code == 0, done.output


def test_the_comments_of_the_examples_name_commands_that_exist() -> None:
    known = {word for has in MODULES.values() for word in has.split()}
    for path in EXAMPLES.glob("*.yaml"):
        for quoted in re.findall(r"`sweepwright ([^`]*)`", path.read_text(encoding="utf-8")):
            assert shlex.split(quoted)[0] in known, (path.name, quoted)
