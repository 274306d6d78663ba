"""XPARM.XDS and GXPARM.XDS in their two layouts."""

from __future__ import annotations

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred, without_a_line
from log_samples import assert_true, samples, text_of

from sweepwright.logs import xparm

OLD = """\
     3       12.5000    0.2500  0.999998 -0.001000  0.001500
       1.100000       0.002000      -0.003000       0.909083
      3072      3072    0.102588    0.102588
     250.125000    1530.250000    1541.750000
       1.000000       0.000000       0.000000
       0.000000       1.000000       0.000000
       0.000000       0.000000       1.000000
    19     40.1000     50.2000     60.3000  90.000  90.000  90.000
      40.100000       0.000000       0.000000
       0.000000      50.200000       0.000000
       0.000000       0.000000      60.300000
"""
NEW = """\
 XPARM.XDS    VERSION Feb 5, 2021  BUILT=20210323
     1      -30.0000    0.1000 -1.000000  0.000000  0.000000
       0.979500      -0.001000       0.002000       1.020926
     5     90.0100     80.0200     70.0300  90.000 101.250  90.000
      10.500000      20.250000     -87.125000
      80.000000      -1.500000       2.750000
      -3.375000      69.000000      11.875000
         2      1030      1065    0.075000    0.075000
     512.250000     530.500000     -80.125000
       1.000000       0.000000       0.000000
       0.000000       0.707107      -0.707107
       0.000000       0.707107       0.707107
         1         1      1030         1       514
    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000
         2         1      1030       552      1065
-1234.50-2345.25    1.75  0.99619  0.00000  0.08716  0.00000  1.00000  0.00000
"""


def read(text: str) -> dict[str, object]:
    """Names and values of a text that has no troubles."""
    kind = xparm.recognises(text)
    assert kind == "XPARM.XDS"
    reading = xparm.read(text, kind)
    assert reading.troubles == ()
    return dict(named(reading))


@pytest.mark.parametrize("file", samples("*parm*.XDS"))
def test_samples_of_xparm(file: str) -> None:
    assert_true(xparm, file)
    for damage in (cut, merged, starred, without_a_line):
        assert_truthful(xparm, text_of(file), damage(text_of(file), 20))


def test_the_old_layout_has_the_distance_before_the_origin() -> None:
    found = read(OLD)
    assert found["xparm.distance_mm"] == 250.125
    assert found["xparm.origin_px"] == (1530.25, 1541.75)
    assert found["xparm.starting_frame"] == 3
    assert found["xparm.cell"] == (40.1, 50.2, 60.3, 90.0, 90.0, 90.0)
    assert found["xparm.b_axis"] == (0.0, 50.2, 0.0)
    assert found["xparm.pixel_size_mm"] == (0.102588, 0.102588)


def test_the_new_layout_has_the_distance_last_and_segments() -> None:
    found = read(NEW)
    assert found["xparm.distance_mm"] == -80.125
    assert found["xparm.origin_px"] == (512.25, 530.5)
    assert found["xparm.space_group_number"] == 5
    assert found["xparm.n_segments"] == 2
    assert found["xparm.detector_y_axis"] == (0.0, 0.707107, -0.707107)
    assert found["xparm.segment_1.x_range_px"] == (1, 1030)
    assert found["xparm.segment_2.y_range_px"] == (552, 1065)
    assert found["xparm.segment_2.origin_px"] == (-1234.5, -2345.25)  # the columns touch
    assert found["xparm.segment_2.distance_mm"] == 1.75
    assert found["xparm.segment_2.x_axis"] == (0.99619, 0.0, 0.08716)
    assert xparm.read(NEW, "XPARM.XDS").built == 20210323


@pytest.mark.parametrize("text", [OLD, NEW])
def test_line_ends_of_xparm_do_not_matter(text: str) -> None:
    assert read(text.replace("\n", "\r\n")) == read(text) == read(text.rstrip("\n"))


@pytest.mark.parametrize("text", [OLD, NEW])
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_xparm_gives_no_wrong_number(text: str, damage: object) -> None:
    assert callable(damage)
    assert_truthful(xparm, text, damage(text, 400))


def test_an_old_file_below_a_new_banner_is_refused() -> None:
    reading = xparm.read(NEW.split("\n", maxsplit=1)[0] + "\n" + OLD, "XPARM.XDS")
    assert reading.values == {}
    assert [trouble.line for trouble in reading.troubles] == [4]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 2 3 4\n",
        " 1 0.0 1.0 1.0 0.0 0.0\n",
        "!FORMAT=XDS_ASCII    MERGE=FALSE\n",
        OLD[80:],
        "9" * 5000 + OLD,
    ],
)
def test_no_xparm(text: str) -> None:
    assert xparm.recognises(text) is None
