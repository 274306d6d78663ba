"""XDS.INP compiled from real headers against what dxtbx made of the same files, in numbers of space.

XDS.INP may use any frame, so what is compared does not depend on one: where pixels are along the beam,
along the rotation axis and along their product, the angle between the two, and the scan. The samples'
``dxtbx_geometry.json`` has ten digits. Where the two readers differ for a reason, `DOCUMENTED` says what
dxtbx should have said; docs/explanation/images.md and the site records say why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from replayed_facts import Compiled, compile_replayed
from shared_samples import IMAGES, needs_samples
from xds_input import number, numbers, parse_xds_input

from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts
from sweepwright.model.diagnostic import Severity

HERE = IMAGES.is_dir()
pytestmark = needs_samples
_JOB = """\
sweepwright: 1
processing: {{engine: xds}}
{site}sweeps: [{{name: A, images: x_####.cbf, range: 1-1, {geometry}}}]
"""
#: ten significant digits of every number, and sums of them
_ROUNDING = 1e-9
#: numbers of 32 bits: dxtbx gives 0.07500000356, we the decimal that is stored so, 0.075
_SINGLE = 1e-7
SINGLE = {
    "syn_biomax_eiger16m_master.h5",
    "syn_spring8_eiger_E-32-0112_master.h5",
    "syn_raxis_htc_0001.osc",
}
_NO_IMAGE = "no image"
#: what is no sweep on one flat detector for dxtbx, and the code with which we refuse it, if we do; else why not
APART: Mapping[str, Mapping[str, str | None]] = {
    "zero width": {
        "cbflib_template_adscquantum315_3072x3072.cbf": _NO_IMAGE,
        "cbflib_template_mar345_2300x2300.cbf": _NO_IMAGE,
        "cbflib_template_pilatus6m_2463x2527.cbf": _NO_IMAGE,
        "dls_i24_pilatus3_6m_60-0119_grid_0001.cbf": "SW-I037",
        "simtbx_jhsim_001.img": "SW-I037",
        "syn_aps_eiger9m_zero_width_master.h5": "SW-I037",
        "syn_rayonix_zero_axis.0001": "SW-I037",
        # omega_increment says 0.5; dxtbx makes 0 of a list of one angle
        "soleil_eiger9m_E-18-0102_master.h5": None,
    },
    "zero distance": {
        "cbflib_template_adscquantum315_3072x3072.cbf": _NO_IMAGE,
        "cbflib_template_mar345_2300x2300.cbf": _NO_IMAGE,
        "cbflib_template_pilatus6m_2463x2527.cbf": _NO_IMAGE,
    },
    "several panels": {
        # panel by panel in test_segments.py
        "dls_i23_pilatus12m_120-0100_00001.cbf": None,
        "lcls_cspad_multipanel_fel_test1.cbf": _NO_IMAGE,
        # four chips; the site record takes the frame as one, dxtbx lays 4 px between them
        "timepix_su_512_0001.img": None,
    },
    "no scan": {
        "aps_gsecars_pilatus1mf_ceo2.tif": "SW-G001",
        "fit2d_generic.cbf": "SW-I036",
        "lcls_cspad_multipanel_fel_test1.cbf": _NO_IMAGE,
    },
}
_CENTER, _SITE = "SW-I035", "SW-S002"
#: headers that need a word of the job: the beam centre, or which of two site records
ASKED = {
    "adsc_sn442_001.img": {_CENTER, _SITE},
    "adsc_sn901_001.img": {_CENTER},
    "adsc_sn908_001.img": {_CENTER},
    "aps_lscat_eiger9m_E-18-0101_eiger2cbf_000001.cbf": {_CENTER},
    "aps_necat_adsc_hf4m_0001.cbf": {_CENTER},
    "lmb_herb_q315_902_001.img": {_CENTER},
    "ssrl_bl12-2_pilatus6m_60-0101_0001.cbf": {_CENTER},
    "tvips_emmenu_unknown_sn_001.img": {_CENTER},
    "syn_dls_i04_pilatus6m_60-0100_minikappa_00001.cbf": {_SITE},
}
SITES = {
    "adsc_sn442_001.img": "off",
    "syn_dls_i04_pilatus6m_60-0100_minikappa_00001.cbf": "dls-i04-pilatus6m-0100-minikappa",
    # the file was made with the serial of a 16M and the frames of a 9M: no record fits both
    "syn_spring8_eiger_E-32-0112_master.h5": "sp8-eiger-0112",
}
#: image -> what dxtbx should have read: axis in its own frame, beam centre in px, degrees
DOCUMENTED: Mapping[str, Mapping[str, Any]] = {
    # omega turns from -10 by -0.5 about x; 3.12 makes both positive and leaves the axis
    "dls_i19_omega_scan_0001.cbf": {"axis": (-1, 0, 0)},
    # sources of the record disagree, so none is used (SW-S005)
    "adsc_sn458_001.img": {"axis": (1, 0, 0)},
    # CHESS: 130.83, 130.57 mm, counted from the far end of 2084 px of 0.1296 mm
    "adsc_sn471_001.img": {
        "axis": (-1, 0, 0),
        "center": (2084 - 130.83 / 0.1296, 130.57 / 0.1296),
    },
    # ALS 8.3.1: 156.34, 160.78 mm, the second from the far end of 3072 px of 0.102592 mm
    "adsc_sn907_001.img": {"center": (156.34 / 0.102592, 3072 - 160.78 / 0.102592)},
    # ALS 5.0.3: fast, then slow
    "adsc_sn923_001.img": {"center": (156.3 / 0.1024, 157.2 / 0.1024)},
    "adsc_sn928_001.img": {"axis": (-1, 0, 0)},
    "syn_chess_id7b2_eiger2_16m_E-32-0123_000001.cbf": {"axis": (-1, 0, 0)},
    # TWOTHETA= 0.063008, which dxtbx does not read for this serial
    "als_821_q315_905_001.img": {"two_theta": 0.063008},
    "syn_mar345_2300_001.mar2300": {"center": (1151.2, 1148.7)},
    "syn_spring8_eiger_E-32-0112_master.h5": {"start": 30.0},
}
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Geometry:
    """A flat detector, beam and scan in any right-handed frame; mm, A, degrees.

    ``origin`` is the outer corner of the first pixel, ``beam`` and ``axis`` are directions.
    """

    size: tuple[int, int]
    pixel: Array
    fast: Array
    slow: Array
    origin: Array
    beam: Array
    axis: Array
    wavelength: float
    start: float
    width: float

    def at(self, x: float, y: float) -> Array:
        """A place on the detector in px from the corner: components across, along the axis, along the beam."""
        place = self.origin + x * self.pixel[0] * self.fast + y * self.pixel[1] * self.slow
        upright = _unit(self.axis - (self.axis @ self.beam) * self.beam)
        return np.array([np.cross(upright, self.beam), upright, self.beam]) @ place


def _unit(vector: Any) -> Array:
    return np.array(vector, float) / np.linalg.norm(vector)


def _dxtbx() -> dict[str, Any]:
    if not HERE:
        return {}
    read = json.loads((IMAGES / "dxtbx_geometry.json").read_text(encoding="utf-8"))
    return {name: model for name, model in read.items() if name != "_meta" and "error" not in model}


DXTBX = _dxtbx()
SWEEPS = sorted({*DXTBX} - {name for listed in APART.values() for name in listed})


def said_by_dxtbx(model: Mapping[str, Any]) -> Geometry:
    (panel,) = model["detector"]["panels"]
    start, width = model["scan"]["oscillation"]
    return Geometry(
        size=tuple(panel["image_size"]),
        pixel=np.array(panel["pixel_size_mm"]),
        fast=np.array(panel["fast_axis"]),
        slow=np.array(panel["slow_axis"]),
        origin=np.array(panel["origin"]),
        beam=_unit(model["beam"]["s0"]),
        axis=_unit(model["goniometer"]["rotation_axis"]),
        wavelength=model["beam"]["wavelength"],
        start=start,
        width=width,
    )


def mended(said: Geometry, change: Mapping[str, Any]) -> Geometry:
    """What dxtbx should have said, by a row of `DOCUMENTED`."""
    if "axis" in change:
        said = replace(said, axis=np.array(change["axis"], float))
    if "start" in change:
        said = replace(said, start=change["start"])
    if "center" in change:  # of detectors square to the beam
        x, y = np.array(change["center"]) * said.pixel
        foot = (said.origin @ said.beam) * said.beam
        said = replace(said, origin=foot - x * said.fast - y * said.slow)
    if "two_theta" in change:  # the arm turns about the axis of the scan
        cos, sin = np.cos(np.radians(change["two_theta"])), np.sin(np.radians(change["two_theta"]))
        assert list(said.axis) == [1, 0, 0]
        turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
        fast, slow, origin = (turn @ vector for vector in (said.fast, said.slow, said.origin))
        said = replace(said, fast=fast, slow=slow, origin=origin)
    return said


def said_by_xds_inp(text: str) -> Geometry:
    """Of what XDS is told: pixel (IX, IY) = (1, 1) is the middle of the first one, 0.5 its outer edge."""
    told = parse_xds_input(text)
    nx, ny, qx, qy, orgx, orgy = (
        number(told, name) for name in ("NX", "NY", "QX", "QY", "ORGX", "ORGY")
    )
    x, y = (_unit(numbers(told, f"DIRECTION_OF_DETECTOR_{name}-AXIS")) for name in "XY")
    foot = number(told, "DETECTOR_DISTANCE") * np.cross(x, y)
    first, last = numbers(told, "DATA_RANGE")
    assert first == last == number(told, "STARTING_FRAME")
    return Geometry(
        size=(int(nx), int(ny)),
        pixel=np.array([qx, qy]),
        fast=x,
        slow=y,
        origin=foot + (0.5 - orgx) * qx * x + (0.5 - orgy) * qy * y,
        beam=_unit(numbers(told, "INCIDENT_BEAM_DIRECTION")),
        axis=_unit(numbers(told, "ROTATION_AXIS")),
        wavelength=number(told, "X-RAY_WAVELENGTH"),
        start=number(told, "STARTING_ANGLE"),
        width=number(told, "OSCILLATION_RANGE"),
    )


def compiled(name: str, site: str | None = None, geometry: str = "") -> Compiled:
    job = _JOB.format(site=f"site: {site}\n" if site else "", geometry=geometry)
    return compile_replayed(job, read_facts(IMAGES / name), Path("/jobs"))


def refusals(name: str) -> set[str]:
    """The codes with which an image is refused when the job says nothing of it."""
    try:
        found = compiled(name).diagnostics
    except ImageError:
        return {_NO_IMAGE}
    return {item.code for item in found if item.severity is Severity.ERROR}


@pytest.mark.parametrize("name", SWEEPS)
def test_xds_is_told_what_dxtbx_read_or_what_is_documented(name: str) -> None:
    model, geometry, asked = DXTBX[name], "", ASKED.get(name, set())
    if asked:
        assert refusals(name) == asked
    if _CENTER in asked:
        x, y = model["detector"]["panels"][0]["beam_centre_mm"]
        geometry = f"geometry: {{beam_center: [{x} mm, {y} mm]}}"
    done = compiled(name, SITES.get(name), geometry)
    assert done.files, done.diagnostics
    ours = said_by_xds_inp(done.xds_inp)
    theirs = mended(said_by_dxtbx(model), DOCUMENTED.get(name, {}))
    relative = _SINGLE if name in SINGLE else _ROUNDING

    def close(value: Any) -> Any:
        return pytest.approx(value, rel=relative, abs=_ROUNDING)

    assert ours.size == theirs.size
    assert ours.pixel == close(theirs.pixel)
    assert ours.wavelength == close(theirs.wavelength)
    assert (ours.start, ours.width) == close((theirs.start, theirs.width))
    assert ours.beam @ ours.axis == close(theirs.beam @ theirs.axis)
    nx, ny = theirs.size
    for x, y in ((0, 0), (nx, 0), (0, ny), (nx, ny)):
        place = theirs.at(x, y)
        within = relative * np.linalg.norm(place)
        assert ours.at(x, y) == pytest.approx(place, rel=0, abs=within), (x, y)


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_every_documented_difference_is_one(name: str) -> None:
    """Else the row hides nothing and must go."""
    said = said_by_dxtbx(DXTBX[name])
    after = mended(said, DOCUMENTED[name])
    moved = np.abs(after.at(0, 0) - said.at(0, 0)).max()
    assert moved > 0.1 or after.start != said.start


def test_the_lists_are_those_of_dxtbx() -> None:
    listed = {kind: {*names} for kind, names in APART.items()}
    kinds: dict[str, set[str]] = {kind: set() for kind in APART}
    for name, model in DXTBX.items():
        panels = model["detector"].get("panels", []) if model["detector"] else []
        width = (model["scan"] or {}).get("oscillation", (None, None))[1]
        if width is None:
            kinds["no scan"].add(name)
        if width == 0:
            kinds["zero width"].add(name)
        if len(panels) > 1:
            kinds["several panels"].add(name)
        if len(panels) == 1 and panels[0]["distance"] == 0:
            kinds["zero distance"].add(name)
    assert kinds == listed
    assert {*ASKED, *SITES, *DOCUMENTED, *SINGLE} <= {*SWEEPS}


@pytest.mark.parametrize(
    ("name", "code"), sorted({row for listed in APART.values() for row in listed.items()}, key=str)
)
def test_what_is_listed_apart_is_refused_or_has_its_reason(name: str, code: str | None) -> None:
    assert code in refusals(name) if code else not refusals(name)
