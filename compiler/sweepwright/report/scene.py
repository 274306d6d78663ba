"""What is believed of an instrument, gathered from the resolved values of one sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweepwright.geometry.goniostat import GoniostatAxis, orientation
from sweepwright.geometry.rotation import Vector, apply, unit
from sweepwright.model.facts import PanelFact

#: fast from, to, slow from, to in px, counted from 0, the end exclusive
Strip = tuple[int, int, int, int]
#: the gaps of a detector by the size of its frames
GapsOf = Callable[[tuple[int, int]], Iterable[Strip]]


@dataclass(frozen=True, slots=True)
class DrawnAxis:
    """An axis of the goniostat as it stands when the sweep begins, in frame sw."""

    name: str
    vector: Vector
    scanned: bool
    setting_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One sweep's instrument, frame sw. ``masks`` are kind and numbers as in the job.

    ``panel`` holds the pixels of the whole image; ``panels`` are it, or those that it stands for.
    """

    sweep: str
    panel: PanelFact
    panels: tuple[PanelFact, ...]
    beam_center_px: tuple[float, float]
    wavelength_a: float
    distance_mm: float
    two_theta_deg: float
    axis: Vector
    start_deg: float
    width_deg: float
    axes: tuple[DrawnAxis, ...]
    masks: tuple[tuple[str, tuple[float, ...]], ...]
    gaps: tuple[Strip, ...]


def scene_of(sweep: str, values: Mapping[str, Any], gaps_of: GapsOf) -> Scene:
    """The scene of a sweep from its values, keyed as in a lock without ``sweeps[NAME].``"""
    fast, slow, origin = (tuple(values[f"detector.{key}"]) for key in ("fast", "slow", "origin"))
    size, pixel = (tuple(values[f"geometry.{key}"]) for key in ("size", "pixel_size"))
    axis = tuple(values["scan.axis"])
    panel = PanelFact(fast, slow, origin, size, pixel)
    parts = values.get("detector.panels") or ()
    return Scene(
        sweep=sweep,
        panel=panel,
        panels=tuple(_panel(part) for part in parts) or (panel,),
        beam_center_px=tuple(values["geometry.beam_center"]),
        wavelength_a=values["geometry.wavelength"],
        distance_mm=values["geometry.distance"],
        two_theta_deg=values.get("geometry.two_theta") or 0.0,
        axis=axis,
        start_deg=values["scan.start"],
        width_deg=values["scan.width"],
        axes=_axes(axis, values),
        masks=tuple((mask["kind"], tuple(mask["numbers"])) for mask in values.get("masks") or ()),
        gaps=tuple(gaps_of(size)),
    )


def _panel(values: Mapping[str, Any]) -> PanelFact:
    return PanelFact(**{name: tuple(numbers) for name, numbers in values.items()})


def _axes(axis: Vector, values: Mapping[str, Any]) -> tuple[DrawnAxis, ...]:
    """The chain with its settings; the scanned axis alone where the device or a setting is unknown.

    The scanned one is that of the chain which its settings bring to ``scan.axis``.
    """
    chain = [
        GoniostatAxis(item["name"], tuple(item["vector"]))
        for item in values.get("goniostat.axes") or ()
    ]
    given = {axis.name: values.get(f"settings.{axis.name}") for axis in chain}
    scanned = next((name for name, setting in given.items() if setting is None), None)
    settings = {name: setting or 0.0 for name, setting in given.items()}
    if scanned is None or sum(setting is None for setting in given.values()) > 1:
        return (DrawnAxis("rotation axis", axis, True),)
    settings[scanned] = values["scan.start"]
    return tuple(
        DrawnAxis(
            item.name, _standing(chain, i, settings), item.name == scanned, settings[item.name]
        )
        for i, item in enumerate(chain)
    )


def _standing(chain: Sequence[GoniostatAxis], i: int, settings: Mapping[str, float]) -> Vector:
    """An axis turned by those nearer the base."""
    return unit(apply(orientation(chain[:i], settings), chain[i].vector))
