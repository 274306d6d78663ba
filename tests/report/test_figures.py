"""Axes have round ticks and true ends; points stand where their values are."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepwright.report.figures import (
    Chart,
    Series,
    image_axis,
    linear_axis,
    logarithmic_axis,
    resolution_axis,
    svg,
    thinned,
)


def test_the_resolution_axis_is_linear_in_one_over_d_squared():
    axis = resolution_axis(50.0, 1.62)
    labels = [label for _, label in axis.ticks]
    assert (labels[0], labels[-1]) == ("50", "1.62")
    assert all(value**-0.5 == pytest.approx(float(label), rel=0.01) for value, label in axis.ticks)
    assert axis.fraction((50.0**-2 + 1.62**-2) / 2) == pytest.approx(0.5)


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5))
def test_a_linear_axis_holds_its_data_between_round_ticks(low, span):
    axis = linear_axis("y", low, low + span)
    assert axis.low <= low + 1e-6 * span
    assert axis.high >= low + span * (1 - 1e-6)
    assert 2 <= len(axis.ticks) <= 8


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_an_image_axis_ends_at_its_images(first, more):
    axis = image_axis(first, first + more)
    labels = [int(label) for _, label in axis.ticks]
    assert (labels[0], labels[-1]) == (first, first + more)
    assert labels == sorted(set(labels))


def test_a_logarithmic_axis_has_powers_of_ten():
    axis = logarithmic_axis("y", 0.3, 210)
    assert [label for _, label in axis.ticks] == ["0.1", "1", "10", "100", "1000"]
    assert axis.fraction(10) == pytest.approx(0.5)


def test_the_svg_is_xml_and_its_points_are_in_the_plot():
    x, y = linear_axis("x", 0, 10), linear_axis("y <&>", 0, 1)
    series = (
        Series("a & b", ((0, 0.0), (5, 0.5), (10, 2.0)), "dots"),
        Series("c", ((0, 1.0), (10, 0.0))),
    )
    chart = Chart("T <&>", x, y, series, levels=((0.3, "0.3"),), cuts=((7, "7"),))
    root = ElementTree.fromstring(svg(chart))
    dots = [dot for dot in root.iter("circle") if dot.get("cy") != "9.0"]
    places = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots[:3]]
    assert places[1][0] == pytest.approx((places[0][0] + places[2][0]) / 2)
    assert places[1][1] == pytest.approx((places[0][1] + places[2][1]) / 2)


def test_thinning_keeps_the_mean_and_the_limit():
    points = [(float(i), float(i)) for i in range(1800)]
    few = thinned(points)
    assert len(few) == 300
    assert sum(y for _, y in few) / 300 == pytest.approx(899.5)
    assert thinned(points[:10]) == tuple(points[:10])
