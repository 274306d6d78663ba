"""Beam centre conventions: two numbers of a header -> corner-based pixels, fast then slow.

A corner-based 0 is the outer edge of the first pixel. A length from the edge, divided by the pixel,
is such a number, so no half pixel is added. The conventions of ADSC detectors are those of the XDS
wiki (1 to 4) and of LABELIT (0, 5, 3, 1); which detector has which is said in site records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sweepwright.model.facts import ImageFacts

Pair = tuple[float, float]

CentreConvention = Literal[
    "minicbf-beam-xy",
    "dectris-beam-center-px",
    "nexus-beam-centre",
    "imgcif-axes",
    "dtrek-spatial-beam-position",
    "dtrek-spatial-distortion-info",
    "mar345-px",
    "raxis",
    "i23-curved",
    "rod-binary-header",
    "marccd-px",
    "marccd-auto-unit",
    "marccd-swapped",
    "smv-px",
    "adsc-1",
    "adsc-2",
    "adsc-3",
    "adsc-4",
    "labelit-5",
    "als-denzo",
    "als-831",
    "adsc-fixed-1530-1530",
    "adsc-fixed",
    "ispyb-mm",
    "rapd-polynomial",
]


@dataclass(frozen=True, slots=True)
class HeaderCentre:
    """What a header says of the centre, in its own order.

    ``beam`` is its pair (mm or px, the convention knows), ``denzo`` the pair of the DENZO keys of
    ADSC headers (mm), ``size_px`` the frame and ``pixel_mm`` the pixel, fast then slow.
    """

    beam: Pair
    size_px: tuple[int, int]
    pixel_mm: Pair
    denzo: Pair | None = None


def centre_px(convention: CentreConvention, said: HeaderCentre) -> Pair | None:
    """The centre by a convention; None where the header's numbers cannot give it."""
    fast_slow = _RULES[convention](said)
    if fast_slow is None:
        return None
    fast, slow = (float(f"{number:.12g}") for number in fast_slow)
    return fast, slow


def header_centre(facts: ImageFacts) -> HeaderCentre | None:
    """What a header says of the centre; None where it lacks the pair, the frame or the pixel.

    The pair is ``beam_mm``, else ``beam_center``; that of the DENZO keys is ``beam_denzo_mm``.
    """
    beam = _pair(facts, "beam_mm") or _pair(facts, "beam_center")
    size, pixel = _pair(facts, "size"), _pair(facts, "pixel_size")
    if beam is None or size is None or pixel is None:
        return None
    whole = int(size[0]), int(size[1])
    return HeaderCentre(beam, whole, pixel, _pair(facts, "beam_denzo_mm"))


def _pair(facts: ImageFacts, name: str) -> Pair | None:
    fact = facts.get(name)
    if fact is None or not isinstance(fact.value, tuple):
        return None
    first, second = fact.value
    return first, second


def as_pixels(said: HeaderCentre) -> Pair:
    """The pair is in pixels already, fast then slow."""
    return said.beam


def adsc_1(said: HeaderCentre) -> Pair:
    """mm; the header's y is along fast, its x along slow (LABELIT 0)."""
    x, y = said.beam
    return y / said.pixel_mm[0], x / said.pixel_mm[1]


def adsc_2(said: HeaderCentre) -> Pair:
    """mm; x counts from the far end of fast, y along slow (LABELIT 5)."""
    x, y = said.beam
    return said.size_px[0] - x / said.pixel_mm[0], y / said.pixel_mm[1]


def adsc_3(said: HeaderCentre) -> Pair:
    """mm; x along fast, y from the far end of slow (LABELIT 3)."""
    x, y = said.beam
    return x / said.pixel_mm[0], said.size_px[1] - y / said.pixel_mm[1]


def adsc_4(said: HeaderCentre) -> Pair:
    """mm; x along fast, y along slow (LABELIT 1)."""
    x, y = said.beam
    return x / said.pixel_mm[0], y / said.pixel_mm[1]


def als_denzo(said: HeaderCentre) -> Pair:
    """The DENZO pair, swapped as in ``adsc_1``; without it the header's pair as in ``adsc_4``."""
    return adsc_4(said) if said.denzo is None else _denzo(said, said.denzo)


def als_831(said: HeaderCentre) -> Pair:
    """The DENZO pair, swapped as in ``adsc_1``; without it x along fast, y from the far end.

    The real header of serial 926 has BEAM_CENTER 154.96 155.91 and DENZO 159.25 154.96 on a frame
    of 315.16 mm, so its second number counts from the far end of slow. (LABELIT names its
    convention 5 here, which would mirror fast.)
    """
    return adsc_3(said) if said.denzo is None else _denzo(said, said.denzo)


def marccd_auto_unit(said: HeaderCentre) -> Pair:
    """Pixels at most places, mm at some: mm where the first number is below a quarter of the frame."""
    x, y = said.beam
    if 0 < x < said.size_px[0] / 4:
        return x / said.pixel_mm[0], y / said.pixel_mm[1]
    return x, y


def marccd_swapped(said: HeaderCentre) -> Pair:
    """As ``marccd_auto_unit``, with the two numbers exchanged."""
    fast, slow = marccd_auto_unit(said)
    return slow, fast


def fixed_1530(said: HeaderCentre) -> Pair | None:
    """1530 1530 on a frame of 3072 px, whatever the header says; other frames are not known."""
    return (1530.0, 1530.0) if said.size_px == (3072, 3072) else None


def unknown(_said: HeaderCentre) -> None:
    """The site took its numbers from elsewhere; the header does not give them."""
    return


def _denzo(said: HeaderCentre, pair: Pair) -> Pair:
    return adsc_1(HeaderCentre(pair, said.size_px, said.pixel_mm))


_OTHERS: Mapping[CentreConvention, Callable[[HeaderCentre], Pair | None]] = {
    "marccd-auto-unit": marccd_auto_unit,
    "marccd-swapped": marccd_swapped,
    "adsc-1": adsc_1,
    "adsc-2": adsc_2,
    "adsc-3": adsc_3,
    "adsc-4": adsc_4,
    "labelit-5": adsc_2,
    "als-denzo": als_denzo,
    "als-831": als_831,
    "adsc-fixed-1530-1530": fixed_1530,
    "adsc-fixed": unknown,
    "ispyb-mm": adsc_4,
    "rapd-polynomial": unknown,
}
#: what is not among these is in pixels already
_RULES: Mapping[CentreConvention, Callable[[HeaderCentre], Pair | None]] = {
    name: _OTHERS.get(name, as_pixels) for name in get_args(CentreConvention)
}
