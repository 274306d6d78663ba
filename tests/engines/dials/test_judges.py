"""Judges against what DIALS 3.12 really wrote; ``fixtures/README.md`` says how that was made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sweepwright.engines.dials.judge import JUDGES
from sweepwright.model.plan import FileRef, Output, Step
from sweepwright.model.verdict import FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain, known_errors

FIXTURES = Path(__file__).parent / "fixtures"
OUTPUTS = {
    "import": ["imported.expt"],
    "find_spots": ["strong.refl"],
    "generate_mask": ["pixels.mask"],
    "search_beam_position": ["searched.expt"],
    "index": ["indexed.expt", "indexed.refl"],
    "refine": ["refined.expt", "refined.refl"],
    "integrate": ["integrated.expt", "integrated.refl"],
    "symmetry": ["symmetrized.expt", "symmetrized.refl"],
    "cosym": ["symmetrized.expt", "symmetrized.refl"],
    "scale": ["scaled.expt", "scaled.refl", "scaled.mtz"],
    "merge": ["merged.mtz"],
    "export": ["unmerged.mtz"],
    "split_experiments": ["split_0.expt", "split_0.refl"],
}
FAILURES: list[dict[str, Any]] = YAML(typ="safe").load(FIXTURES / "failures.yaml")


def step(program: str, sweeps: int = 1) -> Step:
    references = tuple(
        FileRef(steps=(f"integrate@{i}",), name="integrated.expt") for i in range(sweeps)
    )
    return Step(
        id=f"{program}@A",
        program=f"dials.{program}",
        folder=f"sweeps/A/{program}",
        argv=references,
        outputs=tuple(Output(name=name) for name in OUTPUTS[program]),
    )


def left(case: str, program: str, folder: Path) -> Path:
    """The folder of an attempt as DIALS left it; binary files are stand-ins."""
    shutil.copytree(FIXTURES / case, folder, dirs_exist_ok=True)
    for name in OUTPUTS[program]:
        if not (folder / name).exists():
            (folder / name).write_bytes(b"x")
    return folder


def judged(case: str, program: str, folder: Path, sweeps: int = 1) -> Verdict:
    return JUDGES[f"dials.{program}"](step(program, sweeps), left(case, program, folder), 0)


def states(verdict: Verdict) -> dict[str, FindingState]:
    return {finding.code: finding.state for finding in verdict.findings}


def test_there_is_a_judge_for_every_program() -> None:
    assert {name.removeprefix("dials.") for name in JUDGES} == {
        *OUTPUTS,
        "orientations",
        "ice",
        "several_lattices",
    }


@pytest.mark.parametrize(
    ("case", "program", "values"),
    [
        ("import", "import", {"images": 40, "image_range": [1, 40]}),
        ("find_spots", "find_spots", {"spots": 5808, "images": 40}),
        ("search_beam", "search_beam_position", {"shift_px": [9.2, 2.1]}),
        ("index", "index", {"fraction_indexed": 1.0, "space_group": "P 1", "lattices": 1}),
        ("refine", "refine", {"rmsd_px": [0.047385, 0.044169]}),
        ("integrate", "integrate", {"reflections": 9438, "predicted": 10256}),
        ("symmetry", "symmetry", {"space_group": "P 41 21 2", "enantiomorph": "P 43 21 2"}),
        ("absences", "symmetry", {"space_group": "P 41 21 2", "enantiomorph": "P 43 21 2"}),
        ("scale", "scale", {"completeness": 75.0, "r_meas": 0.084, "d_suggested": 1.85}),
        ("rescale", "scale", {"completeness": 98.0, "r_meas": 0.082, "cc_anom": 0.984}),
        ("merge", "merge", {"reflections": 2433, "completeness": 98.0}),
        ("export", "export", {"observations": 6713}),
    ],
)
def test_success_with_its_numbers(
    case: str, program: str, values: dict[str, Any], tmp_path: Path
) -> None:
    verdict = judged(case, program, tmp_path)
    assert verdict.outcome is Outcome.SUCCESS, verdict
    assert values.items() <= verdict.values.items()
    assert verdict.message


def test_every_sweep_is_on_the_common_indexing(tmp_path: Path) -> None:
    verdict = judged("cosym", "cosym", tmp_path, sweeps=2)
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.values["space_group"] == "P 4 2 2"


def test_a_sweep_that_cosym_left_out_is_a_failure(tmp_path: Path) -> None:
    verdict = judged("cosym", "cosym", tmp_path, sweeps=3)
    assert verdict.outcome is Outcome.FAILURE
    assert "2 of 3 sweeps" in verdict.message


@pytest.mark.parametrize("failure", FAILURES, ids=[row["name"] for row in FAILURES])
def test_every_failure_is_explained_and_helped(failure: dict[str, Any], tmp_path: Path) -> None:
    for name in ("stdout", "stderr"):
        (tmp_path / name).write_text(failure.get(name, ""), encoding="utf-8")
    program = failure["program"]
    verdict = JUDGES[f"dials.{program}"](step(program), tmp_path, failure["exit_code"])
    assert verdict.outcome is Outcome.FAILURE
    assert failure["says"] in verdict.message
    assert verdict.help
    assert "report this" not in verdict.message


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_files_that_are_there_do_not_excuse_an_exit_code(name: str, tmp_path: Path) -> None:
    for output in OUTPUTS[name]:
        (tmp_path / output).write_bytes(b"x")
    verdict = JUDGES[f"dials.{name}"](step(name), tmp_path, 1)
    assert verdict.outcome is Outcome.FAILURE
    assert "exit code 1" in verdict.message


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_exit_code_zero_without_files_is_a_failure(name: str, tmp_path: Path) -> None:
    for output in OUTPUTS[name]:
        (tmp_path / output).touch()
    verdict = JUDGES[f"dials.{name}"](step(name), tmp_path, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert OUTPUTS[name][0] in verdict.message


@pytest.mark.parametrize("exit_code", [-9, 137])
def test_a_killed_program_is_told_as_such(exit_code: int, tmp_path: Path) -> None:
    verdict = JUDGES["dials.integrate"](step("integrate"), tmp_path, exit_code)
    assert "SIGKILL" in verdict.message
    assert "memory" in verdict.help


def test_files_that_cannot_be_read_are_a_failure(tmp_path: Path) -> None:
    folder = left("index", "index", tmp_path)
    (folder / "indexed.expt").write_text('{"crystal": [')
    verdict = JUDGES["dials.index"](step("index"), folder, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert "cannot be read" in verdict.message


def test_a_shifted_beam_is_a_finding(tmp_path: Path) -> None:
    assert states(judged("search_beam", "search_beam_position", tmp_path)) == {
        "SW-Q020": FindingState.SEEN
    }


def test_a_lattice_that_fits_by_chance_is_a_failure(tmp_path: Path) -> None:
    """A beam centre 12 px off: 53.9 % of the spots "indexed", 0.48 images of one degree off."""
    verdict = judged("index_by_chance", "index", tmp_path)
    assert verdict.outcome is Outcome.FAILURE
    assert "0.48 images off" in verdict.message


def test_models_that_dials_has_otherwise_fail_the_import(tmp_path: Path) -> None:
    folder = left("import", "import", tmp_path)
    expected = json.loads((folder / "expected.json").read_text())
    (folder / "expected.json").write_text(json.dumps(expected | {"wavelength_A": 1.0}))
    verdict = JUDGES["dials.import"](step("import"), folder, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert "wavelength_A is 0.9795 where 1 was compiled" in verdict.message


def test_two_sweeps_of_one_template_are_a_failure(tmp_path: Path) -> None:
    folder = left("import", "import", tmp_path)
    models = json.loads((folder / "imported.expt").read_text())
    models["experiment"] *= 2
    (folder / "imported.expt").write_text(json.dumps(models))
    verdict = JUDGES["dials.import"](step("import"), folder, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert "2 sweeps" in verdict.message


def test_a_trusted_range_from_zero_would_lose_every_empty_pixel(tmp_path: Path) -> None:
    folder = left("import", "import", tmp_path)
    for name in ("imported.expt", "expected.json"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace("-0.5", "0"))
    verdict = JUDGES["dials.import"](step("import"), folder, 0)
    assert verdict.outcome is Outcome.FAILURE
    assert "no photon" in verdict.message


def test_too_few_spots_are_a_failure_though_dials_is_content(tmp_path: Path) -> None:
    verdict = judged("find_spots_blank", "find_spots", tmp_path)
    assert verdict.outcome is Outcome.FAILURE
    assert "only 0 spots" in verdict.message


def test_empty_images_are_found(tmp_path: Path) -> None:
    folder = left("find_spots", "find_spots", tmp_path)
    said = (folder / "stdout").read_text()
    line = next(line for line in said.splitlines() if line.endswith("on image 7"))
    (folder / "stdout").write_text(said.replace(line, "Found 3 strong pixels on image 7"))
    (finding,) = JUDGES["dials.find_spots"](step("find_spots"), folder, 0).findings
    assert (finding.state, finding.values) == (FindingState.SEEN, {"images": [7]})


def test_few_indexed_spots_are_doubtful_and_very_few_a_failure(tmp_path: Path) -> None:
    doubtful = judged("index_wrong_cell", "index", tmp_path / "a")
    assert doubtful.outcome is Outcome.SOFT_FAILURE
    assert states(doubtful) == {"SW-Q002": FindingState.SEEN}
    nonsense = judged("index_reversed_axis", "index", tmp_path / "b")
    assert nonsense.outcome is Outcome.FAILURE
    assert "rotation axis" in nonsense.help


def test_screw_axes_without_reflections_are_not_judged(tmp_path: Path) -> None:
    verdict = judged("symmetry_blind", "symmetry", tmp_path)
    assert verdict.values["space_group"] == "P 4 21 2"
    assert states(verdict) == {"SW-Q013": FindingState.NOT_JUDGED}


def test_wavelengths_that_merge_kept_apart_are_a_failure(tmp_path: Path) -> None:
    folder = left("merge", "merge", tmp_path)
    (folder / "stdout").write_text("Multiple wavelengths found: \n  Wavlength: 0.97930")
    assert JUDGES["dials.merge"](step("merge"), folder, 0).outcome is Outcome.FAILURE


def test_known_errors_are_complete_and_sourced() -> None:
    rows = YAML(typ="safe").load(
        FIXTURES.parents[3] / "compiler/sweepwright/programs/dials/errors.yaml"
    )
    assert len(rows) == len(known_errors("dials"))
    for row, error in zip(rows, known_errors("dials"), strict=True):
        assert set(row) == {"pattern", "meaning", "try", "source"}
        groups = error.pattern.groupindex
        assert error.meaning.format(**dict.fromkeys(groups, "")) is not None


def test_an_unknown_text_is_not_explained() -> None:
    assert explain("dials", ["all is well"]) == ("", "")
