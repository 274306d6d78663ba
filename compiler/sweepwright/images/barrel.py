"""The PILATUS 12M of beamline I23: 24 rows of modules on a half cylinder about the crystal.

Its mini-CBF headers give the shift of the whole barrel: Detector_distance is an offset along the beam,
Beam_xy where the beam meets the image. Where the rows stand in the barrel is from the drawings of the
detector (cctbx/dxtbx:src/dxtbx/format/FormatCBFMiniPilatusDLS12M.py); a row of five modules is one
panel there, as here.
"""

from __future__ import annotations

from math import cos, radians, sin

from sweepwright.geometry.detector import beam_center_px, main_plane, signed_distance_mm
from sweepwright.geometry.rotation import combine, rounded, rounded_numbers
from sweepwright.model.facts import Fact, PanelFact

SIZE = (2463, 5071)
_PIXEL_MM = (0.172, 0.172)
_ROWS, _ROW_PX, _GAP_PX = 24, 195, 17
_RADIUS_MM = 250.0
#: from the middle of a row, which the radius meets, to its first corner: along fast, along slow
_CORNER_MM = (184.9, 16.8)
#: degrees from the first edge of the first row on; a row covers so many, and the gap behind it
_FIRST_DEG, _ROW_DEG, _GAP_DEG = -12.2, 7.903, 0.441
#: Beam_xy of a barrel in its place
_CENTRED_PX = (1075.0, 2594.0)
#: the system of the barrel in frame sw
_X, _Y, _Z = (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)


def place(fields: dict[str, Fact]) -> tuple[PanelFact, ...]:
    """The panels; distance and beam centre in ``fields`` become those of the one in the beam.

    Empty, and the two are taken away, where one of them is not said, or the crystal would not be inside.
    """
    offset, centre = (fields.pop(name, None) for name in ("distance", "beam_center"))
    if offset is None or centre is None or not isinstance(centre.value, tuple):
        return ()
    along = float(str(offset.value))
    if abs(along) >= _RADIUS_MM:
        return ()
    panels = tuple(_row(number, along, *centre.value) for number in range(_ROWS))
    plane = main_plane(panels)
    try:
        meets = beam_center_px(plane)
    except ValueError:
        return ()
    fast, slow, distance = rounded_numbers((*meets, signed_distance_mm(plane)))
    key = f"{offset.key} and {centre.key} of the barrel"
    fields["distance"] = Fact(distance, key)
    fields["beam_center"] = Fact((fast, slow), key)
    return panels


def _row(number: int, offset_mm: float, x_px: float, y_px: float) -> PanelFact:
    angle = radians(_FIRST_DEG + _ROW_DEG / 2 + number * (_ROW_DEG + _GAP_DEG))
    slow = combine((sin(angle), _Y), (cos(angle), _Z))
    normal = combine((-cos(angle), _Y), (sin(angle), _Z))
    (x, y), (qx, qy) = _CENTRED_PX, _PIXEL_MM
    corner = combine(
        (qx * (x - x_px) - _CORNER_MM[0], _X),
        (qy * (y - y_px), _Y),
        (offset_mm, _Z),
        (_RADIUS_MM, normal),
        (-_CORNER_MM[1], slow),
    )
    first = (0, number * (_ROW_PX + _GAP_PX))
    return PanelFact(_X, rounded(slow), rounded(corner), (SIZE[0], _ROW_PX), _PIXEL_MM, first)
