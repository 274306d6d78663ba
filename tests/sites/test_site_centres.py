"""Beam centre conventions against numbers worked out by hand, and one real header."""

from __future__ import annotations

from typing import get_args

import pytest

from sweepwright.model.facts import Fact, ImageFacts
from sweepwright.resources import sites_folder
from sweepwright.sites.centres import CentreConvention, HeaderCentre, centre_px, header_centre
from sweepwright.sites.store import load_sites

#: a frame that is not square, so that no exchange goes unseen; 0.1 mm and 0.2 mm pixels
SAID = HeaderCentre(beam=(10.0, 24.0), size_px=(300, 200), pixel_mm=(0.1, 0.2))


@pytest.mark.parametrize(
    ("convention", "fast", "slow"),
    [
        ("adsc-1", 240.0, 50.0),  # y along fast, x along slow
        ("adsc-2", 200.0, 120.0),  # 300 - 100, 24 / 0.2
        ("labelit-5", 200.0, 120.0),
        ("adsc-3", 100.0, 80.0),  # 10 / 0.1, 200 - 120
        ("adsc-4", 100.0, 120.0),
        ("ispyb-mm", 100.0, 120.0),
        ("minicbf-beam-xy", 10.0, 24.0),
        ("smv-px", 10.0, 24.0),
        # 10 is below a quarter of 300: mm
        ("marccd-auto-unit", 100.0, 120.0),
        ("marccd-swapped", 120.0, 100.0),
        ("marccd-px", 10.0, 24.0),
    ],
)
def test_a_convention(convention: CentreConvention, fast: float, slow: float) -> None:
    assert centre_px(convention, SAID) == (fast, slow)


def test_the_centre_of_a_header() -> None:
    fields = {"beam_mm": (10.0, 24.0), "size": (300.0, 200.0), "pixel_size": (0.1, 0.2)}

    def said(**more: tuple[float, float]) -> HeaderCentre | None:
        given = {name: Fact(value, name) for name, value in {**fields, **more}.items() if value}
        return header_centre(ImageFacts("smv", given))

    assert said() == SAID
    assert said(beam_denzo_mm=(9.0, 8.0)) == HeaderCentre(
        SAID.beam, SAID.size_px, SAID.pixel_mm, (9.0, 8.0)
    )
    # a pair whose unit the record knows
    assert said(beam_mm=(), beam_center=(10.0, 24.0)) == SAID
    assert said(beam_mm=()) is None
    assert said(pixel_size=()) is None


def test_marccd_pixels_are_left() -> None:
    said = HeaderCentre((1024.5, 1030.0), (2048, 2048), (0.079, 0.079))
    assert centre_px("marccd-auto-unit", said) == (1024.5, 1030.0)
    assert centre_px("marccd-swapped", said) == (1030.0, 1024.5)


def test_serial_926_says_the_same_in_two_ways() -> None:
    """A real header of ALS 8.3.1: 154.96 155.91, DENZO 159.25 154.96, 3072 px of 0.102592 mm."""
    said = HeaderCentre((154.96, 155.91), (3072, 3072), (0.102592, 0.102592), (159.25, 154.96))
    denzo = centre_px("als-831", said)
    assert denzo == pytest.approx((154.96 / 0.102592, 159.25 / 0.102592))
    without = HeaderCentre(said.beam, said.size_px, said.pixel_mm)
    assert denzo == pytest.approx(centre_px("als-831", without), abs=0.2)
    assert centre_px("als-denzo", said) == denzo
    assert centre_px("als-denzo", without) == centre_px("adsc-4", without)


def test_fixed_centres_are_of_one_frame() -> None:
    large = HeaderCentre((1.0, 1.0), (3072, 3072), (0.1, 0.1))
    assert centre_px("adsc-fixed-1530-1530", large) == (1530.0, 1530.0)
    assert centre_px("adsc-fixed-1530-1530", SAID) is None
    assert centre_px("adsc-fixed", SAID) is None
    assert centre_px("rapd-polynomial", SAID) is None


def test_every_convention_has_its_rule_and_its_use() -> None:
    used = {entry.record.beam_centre for entry in load_sites(sites_folder()).all()}
    for convention in get_args(CentreConvention):
        centre_px(convention, SAID)
        assert convention in used or convention in ("adsc-3",), convention
