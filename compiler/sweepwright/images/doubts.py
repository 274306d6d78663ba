"""What a header says but cannot mean, told of a sweep where nobody else says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sweepwright.images.errors import ImageError
from sweepwright.model.diagnostic import Diagnostic, Span, error, warning
from sweepwright.model.facts import Doubt, ImageFacts

#: field -> what to write in the job where the header is wrong, for what processing needs
_INSTEAD: Mapping[str, str] = {
    "beam_center": "geometry: {beam_center: [X px, Y px]}",
    "wavelength": "geometry: {wavelength: 0.9795 A}",
    "distance": "geometry: {distance: 250 mm}",
    "pixel_size": "geometry: {pixel_size: 0.172 mm}",
    "start": "geometry: {oscillation: {start: 0 deg, width: 0.1 deg}}",
    "width": "geometry: {oscillation: {start: 0 deg, width: 0.1 deg}}",
    "scan_axis": "geometry: {rotation_axis: [1, 0, 0]}",
    "rotation_axis": "geometry: {rotation_axis: [1, 0, 0]}",
    "axes": "goniostat: {axes: [{name: omega, vector: [1, 0, 0]}, ...]}",
    "two_theta": "geometry: {two_theta: 0 deg}",
    "panels": "geometry: {detector: {fast: [1, 0, 0], slow: [0, 1, 0], origin: [X mm, Y mm, Z mm]}}",
    "polarization": "geometry: {polarization: {fraction: 0.99}}",
    "sensor_material": "geometry: {sensor: {material: Si}}",
    "sensor_thickness": "geometry: {sensor: {thickness: 0.45 mm}}",
    **{name: f"settings: {{{name}: 0 deg}}" for name in ("omega", "kappa", "phi", "chi")},
}
#: without these nothing can be processed
_NEEDED = frozenset(("beam_center", "wavelength", "distance", "pixel_size", "size"))
_SCAN = frozenset(("width", "start", "scan_axis"))
#: a job that gives the field on the left has no use for those on the right
_SETTLES: Mapping[str, tuple[str, ...]] = {
    "rotation_axis": ("scan_axis", "axes"),
    "axes": ("rotation_axis",),
}


def cannot_be_used(facts: ImageFacts) -> str:
    """What is wrong with the pixels that a header promises; empty if nothing is."""
    return next((doubt.message for doubt in facts.doubts if doubt.field == "data"), "")


def check_usable(facts: ImageFacts) -> ImageFacts:
    """The facts as they are. Raises ImageError when the pixels that they promise are not there."""
    problem = cannot_be_used(facts)
    if problem:
        raise ImageError(problem, "Copy it again.")
    return facts


def doubt_diagnostics(
    sweep: str, header: ImageFacts, given: frozenset[str] = frozenset(), span: Span | None = None
) -> list[Diagnostic]:
    """Diagnostics for the doubts of a header about what is not ``given`` by job or site record.

    SW-I035: no beam centre; SW-I037: the images are no rotation; SW-I036: anything else. A doubt
    about what processing does not need is left to ``headers`` and ``lint-headers``.
    """
    silent = given | {field for name in given for field in _SETTLES.get(name, ())}
    doubts = [
        doubt
        for doubt in header.doubts
        if doubt.field not in silent and (doubt.field in _INSTEAD or doubt.field in _NEEDED)
    ]
    return list(_diagnostics(sweep, span, header, doubts, "width" in given))


def _diagnostics(
    sweep: str, span: Span | None, header: ImageFacts, doubts: list[Doubt], turns: bool
) -> Iterator[Diagnostic]:
    width = header.get("width")
    turns = turns or (width is not None and width.value != 0)
    still = [] if turns else [doubt for doubt in doubts if doubt.field in _SCAN]
    if still:
        told = "; ".join(dict.fromkeys(doubt.message for doubt in still))
        message = f"sweep {sweep}: the header gives no rotation: {told} ({still[0].key})"
        hint = f"If the crystal turned write '{_INSTEAD['width']}'."
        yield error("SW-I037", message, span, help=hint)
    for doubt in doubts:
        if doubt not in still:
            yield _one(sweep, span, header, doubt)


def _one(sweep: str, span: Span | None, header: ImageFacts, doubt: Doubt) -> Diagnostic:
    instead = _INSTEAD.get(doubt.field)
    hint = f"Write '{instead}' with the right value." if instead else None
    name = doubt.field.replace("_", " ").replace("center", "centre")
    used = header.get(doubt.field) is not None
    verb = "is used" if used else "is not used"
    message = f"sweep {sweep}: the header's {name} {verb}: {doubt.message} ({doubt.key})"
    if doubt.field == "beam_center" and not used:
        return error("SW-I035", message, span, help=hint)
    if doubt.field in _NEEDED and not used:
        return error("SW-I036", message, span, help=hint)
    return warning("SW-I036", message, span, help=hint)
