"""SPOT.XDS with its 4, 5, 7 or 8 columns."""

from __future__ import annotations

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred
from log_samples import assert_true, samples, text_of

from sweepwright.logs import spot

PLACES = (
    "   1313.97   1301.07     27.44    12345.",
    "    231.82    232.90      7.04     1112.",
    "    163.22    212.27      2.27        0.",
)
SEGMENTS = ("       1", "       2", "       1")
INDICES = ("       3       1       0", "       0       0       0", "      -5      -4      -2")
FOUR = "".join(f"{place}\n" for place in PLACES)
FIVE = "".join(map("{}{}\n".format, PLACES, SEGMENTS))
SEVEN = "".join(map("{}{}\n".format, PLACES, INDICES))
EIGHT = "".join(map("{}{}{}\n".format, PLACES, SEGMENTS, INDICES))


def read(text: str) -> dict[str, object]:
    """Names and values of a text that has no troubles."""
    assert spot.recognises(text) == "SPOT.XDS"
    reading = spot.read(text, "SPOT.XDS")
    assert reading.troubles == ()
    return dict(named(reading))


@pytest.mark.parametrize("file", samples("spot_*"))
def test_samples_of_spots(file: str) -> None:
    assert_true(spot, file)
    for damage in (merged, starred):
        assert_truthful(spot, text_of(file), damage(text_of(file), 20))


@pytest.mark.parametrize(
    ("text", "columns", "segment", "hkl"),
    [
        (FOUR, 4, None, None),
        (FIVE, 5, 1, None),
        (SEVEN, 7, None, (-5, -4, -2)),
        (EIGHT, 8, 1, (-5, -4, -2)),
    ],
)
def test_the_columns_tell_what_they_are(
    text: str, columns: int, segment: int | None, hkl: tuple[int, ...] | None
) -> None:
    found = read(text)
    assert found["spot.n_columns"] == columns
    assert found["spot.n_spots"] == 3
    assert found["spot.z_range_images"] == (2.27, 27.44)
    assert found["spot.n_intensity_below_1"] == 1
    assert found.get("spot.n_indexed") == (None if hkl is None else 2)
    assert found["spot.record_1.x_px"] == 1313.97
    assert found["spot.record_1.intensity"] == 12345.0
    assert found.get("spot.record_3.segment") == segment
    assert found.get("spot.record_3.hkl") == hkl


@pytest.mark.parametrize("text", [FOUR, FIVE, SEVEN, EIGHT])
def test_line_ends_of_spots_do_not_matter(text: str) -> None:
    assert read(text.replace("\n", "\r\n")) == read(text)


@pytest.mark.parametrize("text", [FOUR, FIVE, SEVEN, EIGHT])
@pytest.mark.parametrize("damage", [cut, merged, starred])
def test_damaged_spots_give_no_wrong_number(text: str, damage: object) -> None:
    assert callable(damage)
    # nothing in the file says how many spots there are
    counts = ("n_spots", "n_indexed", "n_intensity_below_1", "z_range_images")
    except_for = [f"spot.{name}" for name in counts if damage is cut]
    assert_truthful(spot, text, damage(text, 400), except_for)


def test_a_file_that_ends_within_a_line_has_no_counts() -> None:
    reading = spot.read(SEVEN[:-5], "SPOT.XDS")
    assert reading.values == {}
    assert [trouble.line for trouble in reading.troubles] == [3]
    assert len(reading.tables["spot.records"].rows) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "1.0 2.0 3.0\n",
        "1 2 3 4\n",
        FOUR + FIVE,
        "   1   2   3    4.00    0.50\n",
        " 1.00 2.00 3.00 4.00 x\n",
        " 1.00 2.00 3.00 4.00 " + "9" * 5000 + "\n",
    ],
)
def test_no_spots(text: str) -> None:
    assert spot.recognises(text) is None
