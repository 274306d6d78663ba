"""Where the detector of a sweep stands: directions and origin of its panel, in frame sw.

From the job's ``geometry.detector``, else from the vectors that the header gives, else from distance
and beam centre of a detector that is square to the beam and perhaps swung out by two-theta.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sweepwright.geometry.detector import beam_center_px, panel_at, signed_distance_mm, turned
from sweepwright.geometry.rotation import dot, rounded, rounded_numbers, unit
from sweepwright.language.compose import ComposedSweep
from sweepwright.model.diagnostic import Diagnostic, error, warning
from sweepwright.model.facts import ImageFacts, PanelFact
from sweepwright.model.resolved import BY_PEOPLE, Edit, Layer, Origin, Resolved, computed
from sweepwright.sites.schema import SiteRecord
from sweepwright.sites.store import Entry

_FRAME = ("geometry.detector.fast", "geometry.detector.slow", "geometry.detector.origin")
_ORG = "geometry.orgx_orgy"
PLACED_BY = ("geometry.beam_center", "geometry.distance", "geometry.pixel_size")
#: cosine between fast and slow that still counts as square: directions are written with few digits
_SQUARE = 1e-3
_NO_SWING_DEG = 1e-3
#: mm of distance or pixels of beam centre
_SAME_PLACE = 0.01
#: of a detector arm, where no record says it: along the fast direction, as of most goniostats
TWO_THETA_AXIS = (1.0, 0.0, 0.0)
_SQUARE_TO_BEAM = Origin(Layer.DEFAULT, "square to the beam")
_X, _Y = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)

Table = Mapping[str, Resolved[Any]]


def resolve_detector(
    sweep: ComposedSweep, header: ImageFacts, table: Table, entry: Entry | None = None
) -> tuple[dict[str, Resolved[Any]] | None, list[Diagnostic]]:
    """``detector.fast``, ``detector.slow`` and ``detector.origin`` (mm, the first pixel's corner).

    The site record says where the arm's axis is, and how an unusual detector is mounted.
    """
    given = frame_given(table)
    if given:
        return leaves_of_job(sweep, given)
    placed = [table[key] for key in PLACED_BY]
    said = [leaf for leaf in placed if leaf.origin.layer is not Layer.HEADER]
    swing = table["geometry.two_theta"]
    record = entry.record if entry is not None else None
    if header.panels and not said and swing.origin.layer in (Layer.HEADER, Layer.DEFAULT):
        return leaves_of(sweep.name, header.panels[0], placed, "the header's vectors"), []
    try:
        panel = _placed(header, table, swing, record)
    except ValueError as problem:
        return None, [error("SW-G022", f"sweep {sweep.name}: {problem}", sweep.span)]
    told = dict(said_by(record, sweep.name, swing))
    sources, rule = [*placed, *told.values()], "corner of the first pixel"
    if swing.known:
        sources, rule = [*sources, swing], "swung out by two-theta"
    return told | leaves_of(sweep.name, panel, sources, rule), []


def said_by(
    record: SiteRecord | None, sweep: str, swing: Resolved[Any]
) -> Iterator[tuple[str, Resolved[Any]]]:
    """What the record adds to the place of the detector, as leaves of the sweep."""
    if record is None:
        return
    said: dict[str, Any] = {}
    if record.mounting is not None:
        said["mounting"] = record.mounting.fast, record.mounting.slow
    if swing.known and record.two_theta_axis is not None:
        said["two_theta_axis"] = record.two_theta_axis
    for name, value in said.items():
        key = f"detector.{name}"
        yield key, Resolved(f"sweeps[{sweep}].{key}", value, Origin(Layer.SITE, name, record.id))


def _placed(
    header: ImageFacts, table: Table, swing: Resolved[Any], record: SiteRecord | None
) -> PanelFact:
    """The panel that the beam meets at the centre, turned as in the header or by two-theta."""
    center, distance, pixel = (table[key].known for key in PLACED_BY)
    size = table["geometry.size"].known
    if header.panels and swing.origin.layer in (Layer.HEADER, Layer.DEFAULT):
        seen = header.panels[0]
        return panel_at(center, pixel, distance, size, seen.fast, seen.slow)
    mounting = record.mounting if record is not None else None
    directions = (unit(mounting.fast), unit(mounting.slow)) if mounting is not None else (_X, _Y)
    panel = panel_at(center, pixel, distance, size, *directions)
    if abs(swing.known or 0.0) < _NO_SWING_DEG:
        return panel
    arm = (record.two_theta_axis if record is not None else None) or TWO_THETA_AXIS
    return turned(panel, arm, swing.known)


def placed_by_frame(
    sweep: ComposedSweep, table: Table
) -> tuple[dict[str, Resolved[Any]], list[Diagnostic]]:
    """Distance and beam centre of a detector that the job places with ``geometry.detector``.

    They go before what anybody says of them: SW-G033 where that is something else.
    """
    given, pixel = frame_given(table), table.get("geometry.pixel_size")
    if given and len(given) < len(_FRAME):
        message = f"sweep {sweep.name}: fast, slow and origin of the detector belong together"
        help_ = "Give all three, or none and 'distance' and 'beam_center' instead."
        return {}, [error("SW-G021", message, given[0].origin.span, help=help_)]
    if not given or pixel is None or pixel.value is None:
        return {}, []
    fast, slow, origin = (leaf.known for leaf in given)
    panel = PanelFact(unit(fast), unit(slow), origin, (0, 0), pixel.known)
    (distance,) = rounded_numbers([abs(signed_distance_mm(panel))])
    values: dict[str, Any] = {"distance": distance}
    with suppress(ValueError):  # the beam need not meet it
        values["beam_center"] = rounded_numbers(beam_center_px(panel))
    found: dict[str, Resolved[Any]] = {}
    told: list[Diagnostic] = []
    for name, value in values.items():
        key = f"geometry.{name}"
        path, before = f"sweeps[{sweep.name}].{key}", table.get(key)
        sources = [*given, pixel, *([before] if before is not None else [])]
        found[key] = computed(path, value, "where the detector stands", *sources)
        if before is not None:
            told += _without_effect(sweep.name, before, table, value)
    return found, told


def _without_effect(
    sweep: str, said: Resolved[Any], table: Table, stands: Any
) -> Iterator[Diagnostic]:
    """SW-G033: a distance (mm) or beam centre (px) that somebody gives, and that is not so."""
    who = _by_people(said, table)
    if who is None or said.value is None or _same_place(said.known, stands):
        return
    name = said.path.rpartition(".")[2]
    message = f"sweep {sweep}: '{name}: {_shown(said.known)}' has no effect: by 'detector' it is {_shown(stands)}"
    help_ = "Take one of the two out: fast, slow and origin say all of where the detector stands."
    yield warning("SW-G033", message, who.span, help=help_)


def _by_people(leaf: Resolved[Any], table: Table) -> Origin | None:
    """Who gave a leaf, also one that was made from another unit or from ORGX and ORGY."""
    origins = [leaf.origin, *(written.origin for written in leaf.hidden)]
    if _ORG in table and table[_ORG].path in leaf.of:
        origins.append(table[_ORG].origin)
    if leaf.edit is Edit.DEFAULT:
        return None
    return next((origin for origin in origins if origin.layer in BY_PEOPLE), None)


def _same_place(said: Any, stands: Any) -> bool:
    pairs = zip(said, stands, strict=True) if isinstance(stands, tuple) else [(said, stands)]
    return all(abs(one - other) <= _SAME_PLACE for one, other in pairs)


def _shown(value: float | tuple[float, ...]) -> str:
    """A distance in mm or a place in px, as a job writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(f'{number:.8g} px' for number in value)}]"
    return f"{value:.8g} mm"


def frame_given(table: Table) -> list[Resolved[Any]]:
    """What is given of ``geometry.detector``."""
    return [table[key] for key in _FRAME if key in table and table[key].value is not None]


def leaves_of_job(
    sweep: ComposedSweep, given: Sequence[Resolved[Any]]
) -> tuple[dict[str, Resolved[Any]] | None, list[Diagnostic]]:
    """The leaves of a detector whose fast, slow and origin the job gives."""
    fast, slow, origin = (leaf.known for leaf in given)
    if abs(dot(unit(fast), unit(slow))) > _SQUARE:
        message = f"sweep {sweep.name}: the detector's fast and slow directions are not square"
        return None, [error("SW-G022", message, given[0].origin.span)]
    prefix = f"sweeps[{sweep.name}].detector."
    values = (unit(fast), unit(slow), rounded(origin))
    return {
        f"detector.{name}": computed(prefix + name, value, "as given", leaf)
        for name, value, leaf in zip(("fast", "slow", "origin"), values, given, strict=True)
    }, []


def leaves_of(
    name: str, panel: PanelFact, sources: Sequence[Resolved[Any]], rule: str
) -> dict[str, Resolved[Any]]:
    """The leaves of a detector that ``sources`` place."""
    prefix = f"sweeps[{name}].detector."
    values = {"fast": panel.fast, "slow": panel.slow, "origin": panel.origin_mm}
    square = panel.fast == _X and panel.slow == _Y
    return {
        f"detector.{key}": Resolved(prefix + key, value, _SQUARE_TO_BEAM)
        if square and key != "origin"
        else computed(prefix + key, rounded(value), rule, *sources)
        for key, value in values.items()
    }
