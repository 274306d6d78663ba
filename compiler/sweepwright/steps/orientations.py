"""Sweeps of one crystal, indexed apart: are they turned against each other as the goniostat says?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.logs.xparm import read
from sweepwright.results.orientations import Lattice, misset_deg
from sweepwright.run import StepCall, StepError

_AS_WRITTEN: Lattice = np.eye(3)


def orientations(call: StepCall) -> None:
    """``orientations.json``: how far each sweep is off the first, and which misreading would fit.

    The parameters name the sweeps of the inputs and, for what is believed and for each misreading of
    a setting, the rotation of the crystal by the axes that stand still (nine numbers a sweep).
    """
    asked = call.parameters
    lattices = {
        sweep: axes_of(path, _matrix(asked["believed"][sweep]))
        for sweep, path in zip(asked["sweeps"], call.inputs, strict=True)
    }
    believed = asked["believed"]
    off = _off(lattices, believed, believed)
    others = {
        name: max(misset for misset in found.values() if misset is not None)
        for name, turns in asked["misreadings"].items()
        if all((found := _off(lattices, believed, turns)).values())
    }
    best = min(others, key=lambda name: others[name], default=None)
    content = {
        "misset_deg": off,
        "best_misreading": best,
        "its_misset_deg": None if best is None else others[best],
    }
    write_file(call.folder / "orientations.json", json_bytes(content))


def _off(
    lattices: Mapping[str, Lattice], believed: Mapping[str, Any], turns: Mapping[str, Any]
) -> dict[str, float | None]:
    """Sweep -> by how much it is off the first one, with the settings read as in ``turns``."""
    placed = {
        sweep: lattice @ (_matrix(turns[sweep]).T @ _matrix(believed[sweep])).T
        for sweep, lattice in lattices.items()
    }
    first, *rest = placed
    return {sweep: misset_deg(placed[first], placed[sweep]) for sweep in rest}


def _matrix(nine: Any) -> Lattice:
    return np.reshape(np.array(nine, float), (3, 3))


def axes_of(path: Path, standing: Lattice = _AS_WRITTEN) -> Lattice:
    """The axes of the crystal as it is with all settings at zero.

    A .expt file has them so; in an XPARM.XDS they are turned by the axes that stand still.
    """
    if path.suffix == ".XDS":
        return np.array(_of_xparm(path), float) @ standing
    return np.array(_of_models(path), float)


def _of_xparm(path: Path) -> Any:
    """The axes in the laboratory, at angle 0 of the scanned axis."""
    reading = read(path.read_text("latin-1"), "XPARM.XDS")
    try:
        return [reading.values[f"xparm.{axis}_axis"] for axis in "abc"]
    except KeyError as damage:
        raise StepError(f"{path.name} cannot be read", "Run the indexing again.") from damage


def _of_models(path: Path) -> Any:
    """The axes of the first crystal."""
    try:
        crystal = json.loads(path.read_bytes())["crystal"][0]
        return [crystal[f"real_space_{axis}"] for axis in "abc"]
    except (ValueError, KeyError, IndexError) as damage:
        raise StepError(
            f"{path.name} has no crystal that can be read: {damage!r}", "Run the indexing again."
        ) from damage
