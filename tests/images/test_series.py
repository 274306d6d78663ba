"""Names to series and headers to wedges, against folders whose content is known."""

import os
import random
import time
from itertools import pairwise
from pathlib import Path

import pytest
from tiny_images import write_series

from sweepwright.images.series import Series, find_series
from sweepwright.images.times import time_of
from sweepwright.images.wedges import READ_ALL, Wedge, spacing, wedges, what_changes
from sweepwright.model.facts import AxisFact, Fact, ImageFacts
from sweepwright.model.ranges import ImageSet, parse_images


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def paths(folder: Path, deep: bool = True) -> list[str]:
    return [f"{series.path} {series.numbers}" for series in find_series(folder, deep)]


def test_files_that_differ_in_their_number_are_one_series(tmp_path: Path) -> None:
    touch(tmp_path, "x_0001.cbf", "x_0002.cbf", "x_0010.cbf", "x_00011.cbf", "x_0003_bg.cbf")
    assert find_series(tmp_path, deep=False) == [
        Series("", "x_", 4, ".cbf", parse_images("1-2, 10")),
        Series("", "x_", 5, ".cbf", parse_images("11")),
        Series("", "x_", 4, "_bg.cbf", parse_images("3")),
    ]


def test_order_is_by_number(tmp_path: Path) -> None:
    touch(tmp_path, *(f"ins_1_{run}_0001.cbf" for run in (13, 7, 11, 9)))
    touch(tmp_path, "s10/a_1.cbf", "s9/a_1.cbf")
    assert paths(tmp_path) == [
        "ins_1_7_####.cbf 1",
        "ins_1_9_####.cbf 1",
        "ins_1_11_####.cbf 1",
        "ins_1_13_####.cbf 1",
        "s9/a_#.cbf 1",
        "s10/a_#.cbf 1",
    ]


def test_images_of_all_formats_are_listed(tmp_path: Path) -> None:
    names = (
        "a_001.img b_001.mar2300 c_001.img.bz2 d_001.cbf.gz e_1_master.h5 f_001.CBF g.0001 g_E1.0001 "
        "h_1_1.rodhypix i_01_0001.sfrm j_001.mccd k_0001.osc l.0001.gz m_002.mar2300.bz2 n_01.smv"
    ).split()
    others = (
        "notes_001.txt",
        "picture_001.jpg",
        "FRAME.cbf",
        "libx.so.1",
        "001",
        "x.12",
        "x.1234567",
    )
    touch(tmp_path, *names, *others)
    assert {series.path for series in find_series(tmp_path, deep=True)} == {
        "a_###.img",
        "b_###.mar2300",
        "c_###.img.bz2",
        "d_###.cbf.gz",
        "e_1_master.h5",
        "f_###.CBF",
        "g.####",
        "g_E1.####",
        "h_1_#.rodhypix",
        "i_01_####.sfrm",
        "j_###.mccd",
        "k_####.osc",
        "l.####.gz",
        "m_###.mar2300.bz2",
        "n_##.smv",
    }


def test_hidden_folders_run_folders_and_second_ways_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "raw/x_01.cbf", ".trash/x_01.cbf", "raw/._x_01.cbf")
    touch(tmp_path, "job/plan.json", "job/y_01.cbf", "job/sweeps/A/z_01.cbf")
    (tmp_path / "raw" / "loop").symlink_to(tmp_path)
    (tmp_path / "raw" / "self").symlink_to(".")
    (tmp_path / "aa").symlink_to("raw")
    (tmp_path / "zz").symlink_to("raw")
    (tmp_path / "dead").symlink_to("nowhere")
    assert paths(tmp_path) == ["raw/x_##.cbf 1"]


def test_without_deep_only_the_folder_itself_is_read(tmp_path: Path) -> None:
    touch(tmp_path, "x_01.cbf", "below/x_01.cbf")
    assert paths(tmp_path, deep=False) == ["x_##.cbf 1"]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    touch(tmp_path, "file")
    for name in ("file", "absent"):
        with pytest.raises(OSError):
            find_series(tmp_path / name, deep=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is open to root")
def test_a_closed_folder_below_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "open/x_1.cbf", "closed/x_1.cbf")
    (tmp_path / "closed").chmod(0)
    told: list[OSError] = []
    found = find_series(tmp_path, deep=True, tell=told.append)
    (tmp_path / "closed").chmod(0o700)
    assert [series.path for series in found] == ["open/x_#.cbf"]
    assert [Path(problem.filename).name for problem in told] == ["closed"]


def test_a_hundred_thousand_files_take_two_seconds(tmp_path: Path) -> None:
    for number in range(100_000):
        os.close(os.open(tmp_path / f"x_{number:06d}.cbf", os.O_CREAT))
    begin = time.perf_counter()
    (series,) = find_series(tmp_path, deep=True)
    assert time.perf_counter() - begin < 2.0
    assert series.numbers == ImageSet(((0, 99_999),))


def cut(folder: Path) -> list[Wedge]:
    (series,) = find_series(folder, deep=False)
    found, broken = wedges(folder, series)
    assert not broken
    return found


def ranges(found: list[Wedge]) -> list[str]:
    return [str(wedge.range) for wedge in found]


def test_one_rotation_is_one_wedge(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-40", start=350.0)  # turns through 360
    (wedge,) = cut(tmp_path)
    assert str(wedge.range) == "1-40"
    assert (wedge.start, wedge.width, wedge.wavelength) == (350.0, 0.5, 0.97918)
    assert str(wedge.time) == "2026-03-05 10:00:00"


def test_numbering_that_runs_on_at_180_degrees_is_cut(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-300", width=0.1)
    write_series(tmp_path, "x_####.cbf", "301-600", start=180.0, width=0.1)
    found = cut(tmp_path)
    assert ranges(found) == ["1-300", "301-600"]
    assert [(wedge.start, wedge.change) for wedge in found] == [(0.0, ""), (180.0, "start")]


@pytest.mark.parametrize("first", range(2, 13))
def test_a_jump_is_found_between_any_two_images(tmp_path: Path, first: int) -> None:
    write_series(tmp_path, "x_##.cbf", f"1-{first - 1}")
    write_series(tmp_path, "x_##.cbf", f"{first}-12", start=(first - 1) * 0.5 + 0.1)
    assert ranges(cut(tmp_path)) == [
        str(ImageSet(((1, first - 1),))),
        str(ImageSet(((first, 12),))),
    ]


def test_wavelengths_that_change_every_15_images_are_cut(tmp_path: Path) -> None:
    truth = []
    for block in range(6):
        first, wavelength = block * 15 + 1, ("0.97925 A", "0.97942 A", "0.95373 A")[block % 3]
        header = {"Wavelength": wavelength}
        start = block // 3 * 15.0
        write_series(tmp_path, "tm_###.cbf", f"{first}-{first + 14}", start, 1.0, header=header)
        truth.append((f"{first}-{first + 14}", float(wavelength[:-2]), start))
    found = cut(tmp_path)
    assert [(str(w.range), w.wavelength, w.start) for w in found] == truth


@pytest.mark.parametrize(
    ("header", "change"),
    [
        ({"Kappa": "-60.0000 deg."}, "kappa"),
        ({"Phi": "90.0000 deg."}, "phi"),
        ({"Chi": "1.0000 deg."}, "chi"),
        ({"Detector_distance": "0.301000 m"}, "distance"),
        ({"Wavelength": "0.97942 A"}, "wavelength"),
        ({"Detector_2theta": "10.0000 deg."}, "two_theta"),
    ],
)
def test_what_must_be_constant_cuts(tmp_path: Path, header: dict[str, str], change: str) -> None:
    zero = dict.fromkeys(("Kappa", "Phi", "Chi", "Detector_2theta"), "0.0000 deg.")
    write_series(tmp_path, "x_##.cbf", "1-10", header=zero)
    write_series(tmp_path, "x_##.cbf", "11-20", start=5.0, header=zero | header)
    found = cut(tmp_path)
    assert [(str(wedge.range), wedge.change) for wedge in found] == [
        ("1-10", ""),
        ("11-20", change),
    ]


def test_the_scanned_axis_may_turn(tmp_path: Path) -> None:
    for number in range(1, 9):
        angle = {"Omega": f"{(number - 1) * 0.5:.4f} deg.", "Kappa": "30.0000 deg."}
        write_series(tmp_path, "x_#.cbf", str(number), start=(number - 1) * 0.5, header=angle)
    assert ranges(cut(tmp_path)) == ["1-8"]


def test_a_gap_does_not_cut_where_the_angle_runs_on(tmp_path: Path) -> None:
    write_series(tmp_path, "x_###.cbf", "1-20")
    write_series(tmp_path, "x_###.cbf", "101-120", start=50.0)
    assert ranges(cut(tmp_path)) == ["1-20, 101-120"]


def test_a_gap_cuts_where_the_angle_does_not_know_of_it(tmp_path: Path) -> None:
    write_series(tmp_path, "x_###.cbf", "1-20")
    write_series(tmp_path, "x_###.cbf", "101-120", start=10.0)
    assert ranges(cut(tmp_path)) == ["1-20", "101-120"]


def test_rounded_angles_of_fine_slices_do_not_cut(tmp_path: Path) -> None:
    for number in range(1, 200):
        begin = (number - 1) / 30
        header = {"Angle_increment": "0.0333 deg."}
        write_series(tmp_path, "x_###.cbf", str(number), round(begin, 2), 1 / 30, header=header)
    assert ranges(cut(tmp_path)) == ["1-199"]


def test_broken_images_are_told_and_left_out(tmp_path: Path) -> None:
    write_series(tmp_path, "x_##.cbf", "1-12")
    (tmp_path / "x_01.cbf").write_bytes(b"")
    (tmp_path / "x_07.cbf").write_bytes((tmp_path / "x_07.cbf").read_bytes()[:900])
    (tmp_path / "x_12.cbf").unlink()
    (tmp_path / "x_12.cbf").symlink_to("nowhere")
    (series,) = find_series(tmp_path, deep=False)
    found, broken = wedges(tmp_path, series)
    assert ranges(found) == ["2-6, 8-11"]
    assert broken == {
        1: "is empty",
        7: "ends within its header: the file is truncated",
        12: "cannot be read: No such file or directory",
    }


def test_nothing_readable_is_no_wedge(tmp_path: Path) -> None:
    touch(tmp_path, "x_1.cbf", "x_2.cbf")
    found, broken = wedges(tmp_path, find_series(tmp_path, deep=False)[0])
    assert found == [] and set(broken) == {1, 2}


@pytest.mark.parametrize("seed", [1, 2])
def test_of_one_header_in_eight_every_wedge_of_eight_images_is_found(
    tmp_path: Path, seed: int
) -> None:
    chance, step = random.Random(seed), 8
    edges = [1]
    while edges[-1] < 2000:
        edges.append(edges[-1] + chance.choice([step, step + 1, 13, 50, 400]))
    edges.append(edges[-1] + step)
    truth = []
    for index, (first, after) in enumerate(pairwise(edges)):
        truth.append(f"{first}-{after - 1}")
        # each begins where none before it ends
        write_series(tmp_path, "x_#####.cbf", truth[-1], start=index * 7.7, width=0.01)
    (series,) = find_series(tmp_path, deep=False)
    found, broken = wedges(tmp_path, series, step)
    assert ranges(found) == truth and not broken


def test_how_many_headers_are_read() -> None:
    assert [spacing(images) for images in (0, 1, READ_ALL, READ_ALL + 1, 10 * READ_ALL)] == [
        1, 1, 1, 2, 10,
    ]  # fmt: skip


def scanned(axis: str, *angles: float) -> ImageFacts:
    """A header with axes, as imgCIF and NXmx tell of them, of a rotation about one by 0.5."""
    axes = zip(("omega", "arc", "phi"), angles, strict=True)
    stated = tuple(AxisFact(name, (1.0, 0.0, 0.0), angle, name) for name, angle in axes)
    start = next(item.angle_deg for item in stated if item.name == axis)
    values = {"start": start, "width": 0.5, "scan_axis": axis}
    return ImageFacts("any", {name: Fact(value, name) for name, value in values.items()}, stated)


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (scanned("omega", 5.0, 20.0, 0.0), ""),
        (scanned("omega", 5.0, 21.0, 0.0), "arc"),
        (scanned("omega", 6.0, 20.0, 0.0), "start"),
        (scanned("phi", 0.0, 20.0, 5.0), "scan_axis"),
    ],
)
def test_axes_of_any_name_are_compared(after: ImageFacts, change: str) -> None:
    assert what_changes(scanned("omega", 0.0, 20.0, 0.0), after, 10) == change


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2017-11-23T15:23:41.880", "2017-11-23 15:23:41.880000"),
        ("2012/Apr/09 20:02:10", "2012-04-09 20:02:10"),
        ("2024-05-06T07:08:09Z", "2024-05-06 07:08:09"),
        ("Tue Jun 26 09:43:09 2007", "2007-06-26 09:43:09"),
        ("Fri_Feb_13_13:23:52_2015", "2015-02-13 13:23:52"),
        ("27-Jan-2015 03:18:35", "2015-01-27 03:18:35"),
        ("031012302006.45", "2006-03-10 12:30:45"),
        ("2003-5-14", "None"),
        ("2015-02-30T00:00:00", "None"),
        ("never", "None"),
    ],
)
def test_times_of_all_formats(text: str, time: str) -> None:
    assert str(time_of(text)) == time
