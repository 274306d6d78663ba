"""Macros: what they set, how parameters reach their patch, and every way to get one wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweepwright.api.macros import expand_macro
from sweepwright.language.compose import ComposedJob, compose
from sweepwright.language.folders import MacroFolders
from sweepwright.language.layers import gather
from sweepwright.language.macros import read_macro
from sweepwright.language.naming import Entry
from sweepwright.language.text import loads
from sweepwright.language.validate import validate
from sweepwright.model.choice_types import Grouping
from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.image_types import Sampled
from sweepwright.resources import macros_folder

JOB = "sweepwright: 1\nsweeps:\n  - images: x_####.cbf\n"
MACRO = "macro: {name}\ndoc: For a test.\nset:\n  {set}\n"
BUILT_IN = {
    "anomalous", "no-anomalous", "large-anomalous", "scale-with-xscale", "cut-on-cc-half",
    "no-high-resolution-cut", "classic-limits", "low-resolution-or-tricky", "fast",
    "spots-sampled", "screening", "many-crystals", "exclude-ice", "radiation-damage",
    "report-inlined",
}  # fmt: skip


def composed(
    text: str, folder: Path | None = None, *settings: str
) -> tuple[ComposedJob | None, list[Diagnostic]]:
    loaded, found = loads(text, "job.yaml")
    assert loaded is not None, found
    patch, found = validate(loaded)
    assert patch is not None, found
    layers, found = gather(patch, settings, MacroFolders(folder))
    if found:
        return None, found
    return compose(layers, [Entry(i, sweep) for i, sweep in enumerate(patch.job.sweeps or ())])


def job_of(text: str, folder: Path | None = None, *settings: str) -> ComposedJob:
    job, found = composed(text, folder, *settings)
    assert job is not None, found
    return job


def problem(text: str, folder: Path | None = None) -> Diagnostic:
    _, found = composed(text, folder)
    assert len(found) == 1, found
    return found[0]


def write(folder: Path, name: str, body: str) -> None:
    (folder / "macros").mkdir(exist_ok=True)
    (folder / "macros" / f"{name}.yaml").write_text(MACRO.format(name=name, set=body))


def test_the_shipped_set_is_that_of_the_design() -> None:
    assert {path.stem for path in macros_folder().glob("*.yaml")} == BUILT_IN


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_shipped_macro_reads_says_what_it_is_for_and_composes(name: str) -> None:
    macro, found = read_macro(macros_folder() / f"{name}.yaml", name)
    assert found == []
    assert macro is not None
    assert (macro.name, macro.doc[-1]) == (name, ".")
    assert not macro.caveat.endswith(".")
    assert job_of(JOB + f"macros: [{name}]\n").macros[0].name == name
    shown, _ = expand_macro(name, Path("job.yaml"))
    assert shown is not None
    assert shown.settings


def test_a_macro_lies_below_the_job_and_above_the_defaults() -> None:
    job = job_of(JOB + "macros: [no-anomalous]\nprocessing: {anomalous: true}\n")
    stack = job.stacks["processing.anomalous"]
    assert [(w.value, str(w.origin)) for w in stack] == [
        (True, "job processing.anomalous"),
        (False, "macro no-anomalous processing.anomalous"),
    ]


def test_of_two_macros_the_later_one_wins() -> None:
    stack = job_of(JOB + "macros: [anomalous, no-anomalous]\n").stacks["processing.anomalous"]
    assert [w.value for w in stack] == [False, True]


def test_parameters_have_defaults_and_can_be_given() -> None:
    plain = job_of(JOB + "macros: [spots-sampled]\n").stacks["processing.spots.images"][0]
    given = job_of(JOB + "macros:\n  - spots-sampled: {total: 20 deg, ranges: 2}\n")
    assert plain.value == Sampled(10.0, 4, 180.0)
    assert given.stacks["processing.spots.images"][0].value == Sampled(20.0, 2, 180.0)


def test_set_can_add_a_macro() -> None:
    job = job_of(JOB + "macros: [anomalous]\n", None, "+macros=[exclude-ice]")
    assert [macro.name for macro in job.macros] == ["anomalous", "exclude-ice"]


def test_an_own_macro_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    write(tmp_path, "ours", "processing: {wavelengths: {decimals: 4}}")
    for use in ("ours", "./macros/ours.yaml", "macros/ours.yaml"):
        job = job_of(JOB + f"macros: [{use}]\n", tmp_path)
        assert job.stacks["processing.wavelengths"][0].value == Grouping("decimals", 4)


def test_a_macro_speaks_to_every_sweep_and_the_job_has_the_last_word(tmp_path: Path) -> None:
    write(tmp_path, "far", "sweeps[*]: {geometry: {distance: 200}, +exclude: [1]}")
    text = (
        JOB + "    exclude: [5]\n  - images: y_####.cbf\ngeometry: {distance: 300}\nmacros: [far]\n"
    )
    first, second = job_of(text, tmp_path).sweeps
    assert [w.value for w in first.stacks["geometry.distance"]] == [300, 200]
    assert [str(w.edit) for w in second.stacks["exclude"]] == ["append"]


@pytest.mark.parametrize(
    ("use", "code", "words"),
    [
        ("anomalos", "SW-L038", "anomalos"),
        ("spots-sampled: {totl: 3}", "SW-L041", "no parameter 'totl'"),
        ("spots-sampled: {total: 3 mm}", "SW-L041", "angle"),
        ("spots-sampled: {total: 3 deg, within: 1 deg}", "SW-L012", "do not fit"),
        ("spots-sampled: 3", "SW-L012", "mapping"),
        ("../outside.yaml", "SW-L039", "outside the folder of the job"),
        ("macros/nothing.yaml", "SW-L001", "nothing.yaml"),
        ("clash", "SW-L008", "unknown key 'nonsense'"),
        ("anomalous", "SW-L037", "two macros called 'anomalous'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_macro_is_said(
    use: str, code: str, words: str, tmp_path: Path
) -> None:
    write(tmp_path, "clash", "nonsense: 3")
    if code == "SW-L037":
        write(tmp_path, "anomalous", "processing: {anomalous: true}")
    text = JOB + f"macros:\n  - {use}\n"
    if code == "SW-L012" and use.endswith(" 3"):
        loaded, _ = loads(text, "job.yaml")
        assert loaded is not None
        found = validate(loaded)[1][0]
    else:
        found = problem(text, tmp_path)
    assert found.code == code
    assert words in found.message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("sweeps: [{images: x_#.cbf}]", "SW-L034"),
        ("sweeps[A]: {range: 1-3}", "SW-L034"),
        ("sweeps[*]: {name: B}", "SW-L034"),
        ("name: x", "SW-L040"),
        ("roots: {raw: /etc}", "SW-L040"),
    ],
)
def test_a_macro_does_not_say_what_job_it_is(body: str, code: str, tmp_path: Path) -> None:
    write(tmp_path, "bad", body)
    assert problem(JOB + "macros: [bad]\n", tmp_path).code == code


def test_text_of_a_parameter_is_never_a_template(tmp_path: Path) -> None:
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros/t.yaml").write_text(
        "macro: t\ndoc: A test.\nparameters:\n  x: {type: text, default: plain}\n"
        "set:\n  keywords: {xds: {NAME: $x, OTHER: a$x}}\n"
    )
    job = job_of(JOB + 'macros:\n  - t: {x: "{{ 7 * 7 }}"}\n', tmp_path)
    assert job.stacks["keywords[xds].NAME"][0].value == "{{ 7 * 7 }}"
    assert job.stacks["keywords[xds].OTHER"][0].value == "a$x"
