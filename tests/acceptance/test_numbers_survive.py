"""Numbers of headers reach the files of both engines as they were written, to 1e-9 of their size."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_bytes_binary import marccd_bytes
from image_bytes_hdf5 import FILEWRITER, Pixels, f32, goniometer, write
from image_bytes_imgcif import AXES, FRAME, SCAN, imgcif_bytes, imgcif_text
from image_bytes_smv import ADSC, smv_bytes
from sweep_tool import SMALLEST
from tiny_images import SIZE, write_series
from xds_input import number, parse_xds_input

from sweepwright.api.build import compile_job
from sweepwright.api.front import Options
from sweepwright.model.diagnostic import Severity

_EXACT = 1e-9
_XDS = "X-RAY_WAVELENGTH DETECTOR_DISTANCE QX QY ORGX ORGY STARTING_ANGLE OSCILLATION_RANGE".split()
#: of the frames whose beam centre is believed only near them, px
_SIZE = (4096, 4096)


@dataclass(frozen=True)
class Header:
    """What is written: A, mm, px from the outer corner of the first pixel, degrees."""

    wavelength: Decimal
    distance: Decimal
    center: tuple[Decimal, Decimal]
    pixel: tuple[Decimal, Decimal]
    start: Decimal
    width: Decimal


class Places(NamedTuple):
    """Decimal places of the numbers that a format can hold; ``oblong``: pixels need not be square."""

    wavelength: int
    distance: int
    center: int
    pixel: int
    start: int
    width: int
    oblong: bool


def minicbf(folder: Path, said: Header) -> str:
    fast, slow = said.pixel
    header = {
        "Wavelength": f"{said.wavelength} A",
        "Detector_distance": f"{said.distance / 1000:f} m",
        "Beam_xy": f"({said.center[0]}, {said.center[1]}) pixels",
        "Pixel_size": f"{fast * 1000:f}e-6 m x {slow * 1000:f}e-6 m",
        "Angle_increment": f"{said.width} deg.",
    }
    write_series(folder, "x_####.cbf", "1-1", start=float(said.start), header=header)
    # pixels are never read: the frame is said to be larger than it is
    path = folder / "x_0001.cbf"
    data = path.read_bytes()
    for which, count, wanted in zip((b"Fastest", b"Second"), SIZE, _SIZE, strict=True):
        data = data.replace(
            b"%s-Dimension: %d" % (which, count), b"%s-Dimension: %d" % (which, wanted)
        )
    path.write_bytes(data)
    return SMALLEST.format(images="x_####.cbf")


def imgcif(folder: Path, said: Header) -> str:
    """The beam centre is where the axis of the rows stands: a length."""
    (fast, slow), (x, y) = said.pixel, said.center
    text = imgcif_text(
        axes=[
            *AXES[:-2],
            f"ELEMENT_Y translation detector DET_X 0 -1 0 {-x * fast} {y * slow} 0",
            AXES[-1],
        ],
        scan=[f"SCAN1 GON_OMEGA {said.start} {said.width} 0", *SCAN[1:]],
        frame=[f"FRAME1 GON_OMEGA {said.start} 0", *FRAME[1:-1], f"FRAME1 DET_Z 0 {said.distance}"],
        steps=[f"ELEMENT_X ELEMENT_X 0 {fast}", f"ELEMENT_Y ELEMENT_Y 0 {slow}"],
        items={"_diffrn_radiation_wavelength.wavelength": str(said.wavelength)},
    )
    (folder / "x_0001.cbf").write_bytes(imgcif_bytes(text))
    return SMALLEST.format(images="x_####.cbf")


def smv(folder: Path, said: Header) -> str:
    """The one pair of an SMV header that says how it is meant is XDS's own."""
    changes = {
        "WAVELENGTH": str(said.wavelength),
        "DISTANCE": str(said.distance),
        "PIXEL_SIZE": str(said.pixel[0]),
        "XDS_ORGX": str(said.center[0] + Decimal("0.5")),
        "XDS_ORGY": str(said.center[1] + Decimal("0.5")),
        "OSC_START": str(said.start),
        "PHI": str(said.start),
        "OSC_RANGE": str(said.width),
    }
    (folder / "x_001.img").write_bytes(smv_bytes(ADSC, changes, length=1024))
    return SMALLEST.format(images="x_###.img")


def marccd(folder: Path, said: Header) -> str:
    """Integers: um, 1/1000 px, nm of a pixel, 1e-5 A, 1/1000 degree of an omega scan."""
    start, end = int(said.start * 1000), int((said.start + said.width) * 1000)
    distance = int(said.distance * 1000)
    ints = {
        1664: (distance, *(int(place * 1000) for place in said.center)),
        1692: (0, start, 0, 0, 45000, 0, 0),
        1720: distance,
        1724: (0, end, 0, 0, 45000, 0, 0),
        1756: (1, int(said.width * 1000)),
        1796: [int(size * 10**6) for size in said.pixel],
        1932: int(said.wavelength * 10**5),
    }
    (folder / "x_001.mccd").write_bytes(marccd_bytes(ints, _SIZE))
    return SMALLEST.format(images="x_###.mccd")


def eiger(folder: Path, said: Header) -> str:
    """Numbers of 32 bits, which hold six decimal digits; angles as a list of them."""
    detector = "entry/instrument/detector"
    nodes = {
        **FILEWRITER,
        "entry/instrument/beam/incident_wavelength": f32(float(said.wavelength), "angstrom"),
        f"{detector}/detectorSpecific/photon_energy": None,
        f"{detector}/beam_center_x": f32(float(said.center[0]), "pixel"),
        f"{detector}/beam_center_y": f32(float(said.center[1]), "pixel"),
        f"{detector}/detector_distance": f32(float(said.distance / 1000), "m"),
        f"{detector}/x_pixel_size": f32(float(said.pixel[0] / 1000), "m"),
        f"{detector}/y_pixel_size": f32(float(said.pixel[1] / 1000), "m"),
        **goniometer("omega", float(said.start), float(said.width), 20),
    }
    write(folder / "series_data_000001.h5", {"entry/data/data": Pixels((20, 1065, 1030))})
    write(folder / "series_master.h5", nodes)
    return SMALLEST.format(images="series_master.h5")


def job(folder: Path, said: Header) -> str:
    """A header of other numbers, all overridden."""
    write_series(folder, "x_####.cbf", "1-1")
    return SMALLEST.format(images="x_####.cbf") + (
        f"    geometry:\n"
        f"      wavelength: {said.wavelength} A\n"
        f"      distance: {said.distance} mm\n"
        f"      beam_center: [{said.center[0]} px, {said.center[1]} px]\n"
        f"      pixel_size: [{said.pixel[0]}, {said.pixel[1]}]\n"
        f"      oscillation: {{start: {said.start}, width: {said.width}}}\n"
    )


Writer = Callable[[Path, Header], str]
#: who says the numbers, by writing images and a job, and how many decimal places are room for
WRITERS: Mapping[Writer, Places] = {
    minicbf: Places(7, 6, 5, 8, 4, 6, True),
    imgcif: Places(7, 6, 5, 8, 6, 6, True),
    smv: Places(7, 6, 5, 8, 6, 6, False),
    marccd: Places(5, 3, 3, 6, 3, 3, True),
    eiger: Places(5, 2, 2, 6, 2, 4, True),
    job: Places(7, 6, 5, 8, 6, 6, True),
}


def compiled(folder: Path, text: str, engine: str) -> Path:
    """The folder of the sweep in the run folder."""
    path = folder / "job.yaml"
    path.write_text(text, encoding="utf-8")
    done = compile_job(path, Options(engine=engine), folder / engine)
    errors = [item for item in done.diagnostics if item.severity is Severity.ERROR]
    assert done.folder is not None and not errors, errors
    return done.folder / "sweeps/A"


def xds_numbers(folder: Path) -> dict[str, float]:
    told = parse_xds_input((folder / "index/XDS.INP").read_text(encoding="utf-8"))
    return {name: number(told, name) for name in _XDS}


def expected_of_xds(said: Header) -> dict[str, float]:
    half = Decimal("0.5")  # XDS counts from 1 at the middle of the first pixel
    numbers = (
        said.wavelength, said.distance, *said.pixel, said.center[0] + half, said.center[1] + half,
        said.start, said.width,
    )  # fmt: skip
    return {name: float(value) for name, value in zip(_XDS, numbers, strict=True)}


def dials_numbers(folder: Path) -> dict[str, Any]:
    """What `dials.import` is told, what is compared afterwards, and the models it starts from."""
    phil = (folder / "import/import.phil").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\s*([\w.]+) = ([-\d.,]+)(?:\s|$)", phil, re.MULTILINE))
    expected, reference = (
        json.loads((folder / "import" / name).read_text(encoding="utf-8"))
        for name in ("expected.json", "reference.expt")
    )
    (panel,) = reference["detector"][0]["panels"]
    return {
        "wavelength": [
            float(told["geometry.beam.wavelength"]),
            expected["wavelength_A"],
            reference["beam"][0]["wavelength"],
        ],
        "oscillation": [_several(told["geometry.scan.oscillation"]), expected["oscillation_deg"]],
        "pixel": [_several(told["pixel_size"]), expected["pixel_size_mm"], panel["pixel_size"]],
        "origin": [_several(told["origin"]), expected["origin_mm"], panel["origin"]],
        "distance": [expected["distance_mm"]],
        "center": [expected["beam_center_px"]],
    }


def _several(text: str) -> list[float]:
    return [float(word) for word in text.split(",")]


def expected_of_dials(said: Header) -> dict[str, Any]:
    (x, y), (fast, slow) = said.center, said.pixel
    return {
        "wavelength": float(said.wavelength),
        "oscillation": [float(said.start), float(said.width)],
        "pixel": [float(fast), float(slow)],
        # x along fast, y against slow, z from the crystal to the source
        "origin": [float(-x * fast), float(y * slow), float(-said.distance)],
        "distance": float(said.distance),
        "center": [float(x), float(y)],
    }


def assert_numbers_survive(writer: Writer, said: Header, folder: Path) -> None:
    text = writer(folder, said)
    of_xds = xds_numbers(compiled(folder, text, "xds"))
    assert of_xds == pytest.approx(expected_of_xds(said), rel=_EXACT, abs=0)
    wanted = expected_of_dials(said)
    for name, found in dials_numbers(compiled(folder, text, "dials")).items():
        for value in found:
            assert value == pytest.approx(wanted[name], rel=_EXACT, abs=0), name


def decimals(low: float, high: float, places: int) -> st.SearchStrategy[Decimal]:
    """Numbers with so many places behind the point, the last one as likely 7 as 0."""
    unit = 10**places
    return st.integers(int(low * unit), int(high * unit)).map(lambda n: Decimal(n) / unit)


def headers(places: Places) -> st.SearchStrategy[Header]:
    """Numbers of macromolecular data as a format can hold them."""
    pixel = decimals(0.05, 0.2, places.pixel)
    pixels = st.tuples(pixel, pixel) if places.oblong else pixel.map(lambda size: (size, size))
    # neither so near to the corner that millimetres could be meant, nor the middle, which is a doubt
    center = st.tuples(decimals(1100, 2040, places.center), decimals(2060, 4000, places.center))
    return st.builds(
        Header,
        decimals(0.5, 2.3, places.wavelength),
        decimals(50, 1500, places.distance),
        center,
        pixels,
        decimals(-180, 360, places.start),
        decimals(0.02, 2, places.width),
    )


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_drawn_numbers_survive(
    writer: Writer, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = data.draw(headers(WRITERS[writer]))
    assert_numbers_survive(writer, said, tmp_path_factory.mktemp("numbers"))


#: two wavelengths close together, and widths with and without a short binary form
KNOWN = [
    (writer, wavelength, width)
    for writer, wavelength, width in itertools.product(
        WRITERS, ("0.97918", "0.97934"), ("0.0333", "0.125")
    )
    if round(Decimal(width), WRITERS[writer].width) == Decimal(width)
]


@pytest.mark.parametrize(
    ("writer", "wavelength", "width"),
    KNOWN,
    ids=[f"{writer.__name__} {wavelength} {width}" for writer, wavelength, width in KNOWN],
)
def test_known_numbers_survive(writer: Writer, wavelength: str, width: str, tmp_path: Path) -> None:
    pixel = Decimal("0.073242")
    said = Header(
        Decimal(wavelength),
        Decimal("182.02"),
        (Decimal("2102.48"), Decimal("2093.17")),
        (pixel, pixel),
        Decimal("12.25"),
        Decimal(width),
    )
    assert_numbers_survive(writer, said, tmp_path)
