"""The picture of ``sweepwright view``: the detector as it is seen, the instrument in space, the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.geometry.projection import resolution_a
from sweepwright.report.detector_view import DetectorView, detector_marks
from sweepwright.report.drawing import Mark, Picture, Word
from sweepwright.report.instrument_view import InstrumentView, instrument_marks
from sweepwright.report.scene import Scene

_SIZE = (980.0, 590.0)
_DETECTOR, _INSTRUMENT = ((48.0, 62.0), 500.0), ((590.0, 62.0), 350.0)
_NUMBERS = (600.0, 446.0)
_LINE = 19.0


def geometry_picture(scene: Scene, image: bytes | None = None) -> Picture:
    """The picture of one sweep; ``image`` is a PNG of its first image, for the detector."""
    return Picture(f"Geometry of sweep {scene.sweep}", _SIZE, tuple(_marks(scene, image)))


def _marks(scene: Scene, image: bytes | None) -> Iterator[Mark]:
    yield Word("title", (24, 26), f"Sweep {scene.sweep}: what the geometry is believed to be")
    yield from detector_marks(DetectorView(scene, *_DETECTOR), image)
    yield from instrument_marks(InstrumentView(scene, *_INSTRUMENT))
    x, y = _NUMBERS
    for i, text in enumerate(_numbers(scene)):
        yield Word("word", (x, y + _LINE * i), text)


def _numbers(scene: Scene) -> Iterator[str]:
    (nx, ny), (qx, qy) = scene.panel.size_px, scene.panel.pixel_mm
    places = ((nx / 2, 0), (nx / 2, ny), (0, ny / 2), (nx, ny / 2))
    edge = max(resolution_a(scene.panel, place, scene.wavelength_a) for place in places)
    corners = ((0, 0), (nx, 0), (0, ny), (nx, ny))
    corner = min(resolution_a(scene.panel, place, scene.wavelength_a) for place in corners)
    yield f"wavelength {scene.wavelength_a:g} Å,  distance {scene.distance_mm:g} mm"
    if scene.two_theta_deg:
        yield f"two-theta {scene.two_theta_deg:g}°"
    yield f"{nx} × {ny} pixels of {qx:g} × {qy:g} mm"
    yield f"resolution {edge:.2f} Å at the nearest edge, {corner:.2f} Å in the corner"
    yield f"rotation axis {' '.join(f'{part:.4g}' for part in scene.axis)} (frame sw)"
    yield f"turns right-handed: {scene.width_deg:g}° an image from {scene.start_deg:g}°"
