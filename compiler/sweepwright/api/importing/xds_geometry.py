"""Scan and geometry of XDS.INP in the keys of a job: vectors in frame sw, where the detector stands.

Where the beam is along z the file's frame is one that the job language allows, and numbers stay as
they are written. From another frame all vectors are turned: the beam becomes z, and x the part of the
detector's fast direction that is square to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sweepwright.api.importing.draft import Path
from sweepwright.api.importing.pieces import Piece
from sweepwright.api.importing.values import read
from sweepwright.api.importing.work import Work
from sweepwright.geometry.frames import BEAM, XDS, Frame, frame_along, to_sw
from sweepwright.geometry.rotation import Vector, dot, rounded_numbers, unit
from sweepwright.geometry.xds import XdsGeometry, panels_of_xds
from sweepwright.model import geometry_types as g
from sweepwright.model.diagnostic import error
from sweepwright.model.ranges import ImageSet
from sweepwright.programs.xds_input import Statement

_BEAM = "INCIDENT_BEAM_DIRECTION"
_FAST, _SLOW = "DIRECTION_OF_DETECTOR_X-AXIS", "DIRECTION_OF_DETECTOR_Y-AXIS"
_DISTANCE, _ORG, _PIXEL = "DETECTOR_DISTANCE", ("ORGX", "ORGY"), ("QX", "QY")
_VECTORS = {
    "ROTATION_AXIS": ("geometry", "rotation_axis"),
    "POLARIZATION_PLANE_NORMAL": ("geometry", "polarization", "normal"),
}
#: the detector's axes where nothing is said (XDS documentation, "Input Parameters")
_X, _Y = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
GEOMETRY = (_BEAM, _FAST, _SLOW, _DISTANCE, *_ORG, *_PIXEL, *_VECTORS)
SCAN = ("STARTING_ANGLE", "STARTING_FRAME")
#: cosine between the axes of the detector that still counts as square
_SQUARE = 1e-3
#: of numbers in mm, px or without a unit
_LARGEST = 1e9


class Given(NamedTuple):
    """A statement that counts, and its piece of the text. Its values were found to be right."""

    statement: Statement
    piece: Piece

    @property
    def numbers(self) -> tuple[float, ...]:
        return tuple(map(float, self.statement.words))

    @property
    def vector(self) -> Vector:
        x, y, z = self.numbers
        return x, y, z


Statements = Mapping[str, Given]


def _pair(parse: Callable[[Sequence[str]], object]) -> Callable[[str], list[str]]:
    """A reader of words that the language's own parser takes."""

    def reader(text: str) -> list[str]:
        parse(text.split())
        return text.split()

    return reader


_START, _AHEAD = ("geometry", "oscillation", "start"), ("geometry", "distance")
_READERS: Mapping[Path, Callable[[str], object]] = {
    _START: partial(read, "degrees"),
    _AHEAD: partial(read, "millimetres"),
    ("geometry", "orgx_orgy"): _pair(g.orgx_orgy),
    ("geometry", "pixel_size"): _pair(g.pixel_size),
}


def put_scan(given: Mapping[str, Sequence[Given]], work: Work) -> None:
    """The angle at the first image that is used, from that at STARTING_FRAME.

    This is the first image of DATA_RANGE where it is not said.
    """
    angle, frame = (given[name][-1] if name in given else None for name in SCAN)
    if angle is None:
        if frame is not None:
            why = "it says nothing without STARTING_ANGLE; the image header gives the angle"
            work.draft.say(f"{frame.statement}: {why}", [frame.piece])
            work.draft.account([frame.piece], f"not carried over: {why}")
        return
    text = angle.statement.words[0]
    data, used = _images(given, "DATA_RANGE"), _used(given)
    if data and used:
        begins = int(frame.statement.words[0]) if frame is not None else data.first
        steps = used.first - begins
        if steps and "OSCILLATION_RANGE" not in given:
            _refuse("the angle at another image needs OSCILLATION_RANGE", [angle], work)
            return
        if steps:
            width = given["OSCILLATION_RANGE"][-1].numbers[0]
            text = f"{angle.numbers[0] + steps * width:.12g}"
    _put(_START, text, [one for one in (angle, frame) if one is not None], work)


def _used(given: Mapping[str, Sequence[Given]]) -> ImageSet:
    return _images(given, "DATA_RANGE") - _images(given, "EXCLUDE_DATA_RANGE")


def _images(given: Mapping[str, Sequence[Given]], name: str) -> ImageSet:
    pairs = (one.statement.words for one in given.get(name, ()))
    return ImageSet.union((int(first), int(last)) for first, last in pairs)


def put_geometry(given: Statements, work: Work) -> Frame:
    """Puts all that ``GEOMETRY`` says into the draft; the frame that the vectors of the file stand in."""
    odd = [given[name] for name in GEOMETRY if name in given and not _is_usable(given[name])]
    for one in odd:
        _refuse(f"'{one.statement.value}' cannot be", [one], work)
    if odd:
        return XDS
    frame = _frame(given, work)
    for name, path in _VECTORS.items():
        if name in given:
            work.draft.put(path, turned(given[name], frame), [given[name].piece])
    _put_detector(given, frame, work)
    return frame


def turned(one: Given, frame: Frame) -> list[str]:
    """The components of a vector in frame sw; as they are written where that is the file's frame."""
    return one.statement.words if frame is XDS else _texts(to_sw(frame, one.vector))


def _frame(given: Statements, work: Work) -> Frame:
    beam = given.get(_BEAM)
    if beam is None or unit(beam.vector) == BEAM:
        if beam is not None:
            work.draft.account([beam.piece], "written anyway: the beam is along z in every job")
        return XDS
    fast = given[_FAST].vector if _FAST in given else _X
    try:
        frame = frame_along(beam.vector, fast)
    except ValueError as problem:
        _refuse(str(problem), [beam], work)
        return XDS
    note = f"{beam.statement}: all vectors are turned into the frame of the job, with the beam along z."
    work.draft.remarks[("geometry",)] = [note]
    work.draft.account([beam.piece], "turned into z, and all vectors with it")
    return frame


def _put_detector(given: Statements, frame: Frame, work: Work) -> None:
    """Distance and ORG of a detector square to the beam; else its directions and its place."""
    for pair, key in ((_ORG, "orgx_orgy"), (_PIXEL, "pixel_size")):
        told = [given[name] for name in pair if name in given]
        if len(told) == 1:
            _refuse(f"{' and '.join(pair)} belong together, only one is given", told, work)
            return
        if told:
            words = " ".join(word for one in told for word in one.statement.words)
            _put(("geometry", key), words, told, work)
    axes = [given[name] for name in (_FAST, _SLOW) if name in given]
    fast, slow = (
        unit(to_sw(frame, given[name].vector if name in given else usual))
        for name, usual in ((_FAST, _X), (_SLOW, _Y))
    )
    distance = given.get(_DISTANCE)
    if (fast, slow) == (_X, _Y):
        work.draft.account([one.piece for one in axes], "written anyway: square to the beam")
        if distance is not None:
            _put(_AHEAD, distance.statement.words[0], [distance], work)
        return
    _put_place(given, fast, slow, frame, work)


def _put_place(given: Statements, fast: Vector, slow: Vector, frame: Frame, work: Work) -> None:
    """``geometry.detector`` of a detector that is not square to the beam, or seen from behind."""
    used = [given[name] for name in (_FAST, _SLOW, _DISTANCE, *_ORG, *_PIXEL) if name in given]
    lacking = [name for name in (_DISTANCE, *_ORG, *_PIXEL) if name not in given]
    if lacking:
        why = f"the detector is not square to the beam, and its place needs {', '.join(lacking)}"
        _refuse(why, used or list(given.values()), work)
        return
    if abs(dot(fast, slow)) > _SQUARE:
        _refuse("the axes of the detector are not square to each other", used, work)
        return
    numbers = {name: given[name].numbers[0] for name in (_DISTANCE, *_ORG, *_PIXEL)}
    panel = panels_of_xds(
        XdsGeometry(
            size_px=(1, 1),
            pixel_mm=(numbers["QX"], numbers["QY"]),
            x_axis=fast,
            y_axis=slow,
            org_px=(numbers["ORGX"], numbers["ORGY"]),
            distance_mm=numbers[_DISTANCE],
        )
    )[0]
    work.draft.leaves.pop(("geometry", "orgx_orgy"), None)
    pieces = [one.piece for one in used if one.statement.name not in _PIXEL]
    for key, name, usual in (("fast", _FAST, fast), ("slow", _SLOW, slow)):
        value = turned(given[name], frame) if name in given else _texts(usual)
        work.draft.put(("geometry", "detector", key), value, pieces)
    origin = _texts(panel.origin_mm)
    work.draft.put(("geometry", "detector", "origin"), origin, pieces)
    work.draft.account(pieces, "turned into geometry.detector")


def _put(path: Path, text: str, given: Sequence[Given], work: Work) -> None:
    """A value that the job language takes, or why it does not."""
    try:
        value = _READERS[path](text)
    except ValueError as problem:
        _refuse(str(problem), given, work)
        return
    work.draft.put(path, value, [one.piece for one in given])


def _is_usable(one: Given) -> bool:
    """Whether one can compute with the numbers, a vector has a direction, and a length is not 0."""
    largest = max(map(abs, one.numbers))
    may_be_zero = one.statement.name in _ORG
    return largest < _LARGEST and (may_be_zero or largest > 1 / _LARGEST)


def _texts(numbers: Sequence[float]) -> list[str]:
    """Numbers to 12 significant digits."""
    return [f"{number:.12g}" for number in rounded_numbers(numbers)]


def _refuse(why: str, given: Sequence[Given], work: Work) -> None:
    """SW-M014: statements that do not go together, at the first of them."""
    names = ", ".join(one.statement.name for one in given[:3])
    pieces = [one.piece for one in given]
    work.draft.refuse(error("SW-M014", f"{names}: {why}", pieces[0].span), pieces)
