"""What one text for several sweeps stands for, and the names made for them."""

import re
import time
from pathlib import Path

import pytest

from sweepwright.images.discover import stands_for_several
from sweepwright.images.several import Match, clean_name, expand, fill, unique


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "job"
    for name in (
        *(f"grid/x{crystal:02d}/x{crystal:02d}_{image:04d}.cbf" for crystal in (2, 10, 1) for image in (1, 2)),
        "grid/x01/snap_0001.jpg",
        "grid/.x99/x99_0001.cbf",
        "grid/y01/x01_0001.cbf",
        "grid/x_notes.txt",
        *(f"data/lyso_{run}_{image:03d}.cbf" for run in (11, 9) for image in (1, 2, 3)),
        "data/lyso_9_00001.cbf",
        "data/below/z_001.cbf",
        "0001.cbf",
    ):  # fmt: skip
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).touch()
    (tmp_path / "x77").mkdir()
    (tmp_path / "x77" / "x77_0001.cbf").touch()
    return base


def images(folder: Path, text: str) -> list[str]:
    return [match.images for match in expand(folder, text)]


def test_a_star_in_folder_and_file(folder: Path) -> None:
    assert expand(folder, "grid/x*/x*_####.cbf") == [
        Match("grid/x01/x01_####.cbf", "x01", "x01", 1),
        Match("grid/x02/x02_####.cbf", "x02", "x02", 2),
        Match("grid/x10/x10_####.cbf", "x10", "x10", 3),
    ]


@pytest.mark.parametrize("text", ["data", "data/", "./data//"])
def test_a_folder_is_every_series_in_it_and_not_below(folder: Path, text: str) -> None:
    assert expand(folder, text) == [
        Match("data/lyso_9_###.cbf", "data", "lyso_9", 1),
        Match("data/lyso_9_#####.cbf", "data", "lyso_9", 2),
        Match("data/lyso_11_###.cbf", "data", "lyso_11", 3),
    ]


def test_the_folder_itself(folder: Path) -> None:
    assert expand(folder, ".") == [Match("####.cbf", "job", "", 1)]


def test_folders_by_a_pattern(folder: Path) -> None:
    assert images(folder, "grid/*/") == [
        "grid/x01/x01_####.cbf",
        "grid/x02/x02_####.cbf",
        "grid/x10/x10_####.cbf",
        "grid/y01/x01_####.cbf",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*/lyso_9_###.cbf", ["data/lyso_9_###.cbf"]),
        ("data/*###.cbf", ["data/lyso_9_###.cbf", "data/lyso_11_###.cbf"]),  # no part of 00001
        ("data/*_???.cbf", ["data/lyso_9_###.cbf", "data/lyso_11_###.cbf"]),
        ("data/*_%05d.cbf", ["data/lyso_9_#####.cbf"]),
        ("data/l*o*_###.*", ["data/lyso_9_###.cbf", "data/lyso_11_###.cbf"]),
        ("grid/x0*/x01_000#.cbf", ["grid/x01/x01_000#.cbf"]),
        ("*_####.cbf", []),
        ("grid/x*_####.cbf", []),  # a star does not stand for '/'
        ("absent/", []),
        ("absent*/x_##.cbf", []),
        ("grid/x_notes.txt/x_##.cbf", []),
    ],
)
def test_what_fits(folder: Path, text: str, wanted: list[str]) -> None:
    assert images(folder, text) == wanted


@pytest.mark.parametrize("text", ["../x*/x*_####.cbf", "grid/../../x77", "/tmp", "..", "a/../.."])
def test_nothing_leads_out(folder: Path, text: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        expand(folder, text)


def test_digits_must_be_marked(folder: Path) -> None:
    with pytest.raises(ValueError, match="one '#' for each digit"):
        expand(folder, "data/*.cbf")
    with pytest.raises(ValueError, match="one run of '#'"):
        expand(folder, "data/lyso_*_##_##.cbf")


def test_many_stars_take_no_time(tmp_path: Path) -> None:
    (tmp_path / ("a" * 240 + "_0001.cbf")).touch()
    begin = time.perf_counter()
    assert expand(tmp_path, "*a" * 100 + "*b_####.cbf") == []
    assert len(expand(tmp_path, "*a" * 100 + "*_####.cbf")) == 1
    assert time.perf_counter() - begin < 0.5


def test_which_texts_stand_for_several() -> None:
    assert stands_for_several("grid/x*/") and stands_for_several("data/")
    assert not stands_for_several("data/x_####.cbf")


def test_words_are_filled_in_and_cleaned() -> None:
    match = Match("grid/x 01/x 01_####.cbf", "x 01", "lyso.a", 3)
    assert fill("{folder}-{n}", match) == "x-01-3"
    assert fill("{stem}", match) == "lyso-a"
    assert fill("A", match) == "A"


@pytest.mark.parametrize("pattern", ["{crystal}", "{}", "{n", "n}", "{{n}}"])
def test_other_words_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        fill(pattern, Match("x_#.cbf", "data", "x", 1))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lyso_1", "lyso_1"),
        ("Se-Met (new)", "Se-Met-new"),
        ("_x", "x"),
        ("Probe ä", "Probe"),
        ("+.-", "sweep"),
        ("", "sweep"),
        ("x" * 90, "x" * 64),
    ],
)
def test_any_text_becomes_a_legal_name(text: str, name: str) -> None:
    assert clean_name(text) == name
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,63}", name)


def test_names_become_unique_in_any_case_of_letters() -> None:
    assert unique(["a", "A", "b", "a", "a-2"]) == ["a", "A-2", "b", "a-3", "a-2-2"]
    long = unique(["x" * 64, "x" * 64])
    assert long == ["x" * 64, "x" * 62 + "-2"]
