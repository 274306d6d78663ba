"""Every template of ``templates/dials`` is PHIL that the program takes as it was meant."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sweepwright.emit.templates import environment
from sweepwright.resources import templates_folder

sys.path.insert(0, str(Path(__file__).parent))

from samples import CONTEXTS, EXPECTED, FULL, expected_file, phil_file

CASES = [(name, "little") for name in CONTEXTS] + [(name, "much") for name in FULL]
#: templates whose program has another name, and those whose parameters cannot be read from outside
PROGRAMS = {"absences": "symmetry", "search_beam": "search_beam_position", "mask": "generate_mask"}
HIDDEN = {"split"}
_ASSIGNMENT = re.compile(r"^ *([a-z_0-9.]+) *= *(.*?)(?: # .*)?$")

needs_dials = pytest.mark.skipif(
    shutil.which("dials.import") is None, reason="dials.import is not on PATH"
)


def text(name: str, case: str) -> str:
    return phil_file(name, (CONTEXTS if case == "little" else FULL)[name])


def assignments(phil: str) -> dict[str, list[str]]:
    """Names and values of a file, scopes written out, comments gone."""
    found: dict[str, list[str]] = {}
    scope = ""
    for line in phil.splitlines():
        if line.endswith("{"):
            scope = line.rstrip(" {") + "."
        elif line == "}":
            scope = ""
        elif hit := _ASSIGNMENT.match(line):
            found.setdefault(scope + hit[1], []).append(hit[2].strip())
    return found


def test_every_template_has_a_sample() -> None:
    names = {
        path.name.removesuffix(".phil.j2") for path in templates_folder().glob("dials/*.phil.j2")
    }
    assert names == set(CONTEXTS)


@pytest.mark.parametrize("name", sorted(CONTEXTS))
def test_no_line_of_a_template_is_more_than_a_leaf_and_its_name(name: str) -> None:
    source = environment().loader.get_source(environment(), f"dials/{name}.phil.j2")[0]
    for line in source.splitlines():
        assert line.isascii()
        assert len(line) <= 100
        assert line.startswith(("#", "{%")) or line.lstrip().startswith("#") or "#" not in line
        assert not line.endswith("\\")


def test_spots_are_looked_for_on_the_ranges_alone() -> None:
    assert assignments(text("find_spots", "much"))["spotfinder.scan_range"] == ["1,10", "13,40"]


def test_the_limit_of_symmetry_is_automatic_unless_given() -> None:
    assert assignments(text("symmetry", "little"))["d_min"] == ["Auto"]
    assert assignments(text("symmetry", "much"))["d_min"] == ["2"]


def test_without_a_sensor_nothing_is_corrected() -> None:
    bare = phil_file("import", CONTEXTS["import"] | {"sensor_thickness": None})
    assert assignments(bare)["geometry.detector.panel.parallax_correction"] == ["False"]
    full = assignments(text("import", "little"))
    assert full["geometry.detector.panel.parallax_correction"] == ["True"]


def test_expected_models_are_json_with_units_in_the_names() -> None:
    expected = json.loads(expected_file())
    assert expected["wavelength_A"] == EXPECTED["wavelength"]
    assert expected["origin_mm"] == list(EXPECTED["origin"])
    assert json.loads(expected_file(EXPECTED | {"trusted_range": None}))["trusted_range"] is None


@pytest.fixture(scope="module")
def as_read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[list[str]]]]:
    """All files as DIALS reads them; one start of its python for all, since it takes seconds."""
    folder = tmp_path_factory.mktemp("phil")
    arguments = []
    for name, case in CASES:
        if name in HIDDEN:
            continue
        path = folder / f"{name}.{case}.phil"
        path.write_text(text(name, case), encoding="utf-8")
        arguments.append(f"{PROGRAMS.get(name, name)}={path.name}")
    reader = Path(__file__).with_name("read_phil.py")
    done = subprocess.run(
        [dials_python(), str(reader), *arguments],
        cwd=folder, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found: dict[str, dict[str, list[list[str]]]] = json.loads(done.stdout)
    return found


def dials_python() -> str:
    """The python that runs DIALS, from the first line of one of its programs."""
    program = Path(shutil.which("dials.import") or "")
    first = program.read_bytes().split(b"\n")[0].decode("utf-8", "replace")
    return first.removeprefix("#!").strip() if "python" in first else "dials.python"


@needs_dials
@pytest.mark.dials
@pytest.mark.parametrize(("name", "case"), [item for item in CASES if item[0] not in HIDDEN])
def test_dials_knows_every_name_and_reads_every_value(
    name: str, case: str, as_read: dict[str, dict[str, list[list[str]]]]
) -> None:
    found = as_read[f"{name}.{case}.phil"]
    assert found["unknown"] == []
    values: dict[str, list[str]] = {}
    for path, value in found["values"]:
        values.setdefault(path, []).append(value)
    for path, written in assignments(text(name, case)).items():
        assert path in values, f"{path} is not the full name"
        # a keyword straight through comes last, and the last one counts
        last = [written[-1]] if len(set(written)) > len(values[path]) else written
        for value in last:
            assert any(same(value, read) for read in values[path]), (path, value, values[path])


def same(written: str, read: str) -> bool:
    """Whether a value written is what DIALS has; a choice is read as its list with stars."""
    chosen = {word.lstrip("*") for word in read.split() if word.startswith("*")}
    if chosen:
        return chosen == set(written.replace("*", "").split("+"))
    if "None" in (written, read):
        return written == read or (written == "None" and len(read.split()) > 1)
    return written == read or written.strip('"') == read.strip('"')
