"""XPARM.XDS and GXPARM.XDS, in the layout with segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xds_standin.geometry import Geometry, Vector, unit, vector
from xds_standin.logs import NOTICE, VERSION


@dataclass(frozen=True)
class Lattice:
    """A space group by number, and the axes of the cell at spindle angle 0."""

    group: int
    axes: tuple[Vector, Vector, Vector]

    @classmethod
    def of_crystal(cls, crystal: Any, group: int) -> Lattice:
        a, b, c = (vector(axis) for axis in crystal.get_real_space_vectors())
        return cls(group, (a, b, c))

    def crystal(self) -> Any:
        from cctbx import sgtbx
        from dxtbx.model import Crystal

        return Crystal(*self.axes, space_group=sgtbx.space_group_info(number=self.group).group())

    def cell(self) -> tuple[float, ...]:
        return tuple(self.crystal().get_unit_cell().parameters())


def write(name: str, geometry: Geometry, lattice: Lattice) -> None:
    nx, ny = geometry.size
    wave = [x / geometry.wavelength for x in geometry.beam]
    lines = [
        f" XPARM.XDS    {VERSION}  {NOTICE}",
        f"{geometry.start_frame:6d}{geometry.start_angle:14.4f}{geometry.width:10.4f}"
        + _numbers(geometry.axis, 10, 6),
        _numbers([geometry.wavelength, *wave], 15, 6),
        f"{lattice.group:6d}"
        + _numbers(lattice.cell()[:3], 12, 4)
        + _numbers(lattice.cell()[3:], 8, 3),
        *(_numbers(axis, 15, 6) for axis in lattice.axes),
        f"{1:10d}{nx:10d}{ny:10d}" + _numbers(geometry.pixel, 12, 6),
        _numbers([*geometry.org, geometry.distance], 15, 6),
        *(_numbers(axis, 15, 6) for axis in (geometry.x_axis, geometry.y_axis, geometry.normal)),
        f"{1:10d}{1:10d}{nx:10d}{1:10d}{ny:10d}",
        _numbers((0, 0, 0), 8, 2) + _numbers((1, 0, 0, 0, 1, 0), 9, 5),
    ]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(name: str) -> tuple[Geometry, Lattice]:
    """Raises ValueError or IndexError for a file in another layout."""
    lines = Path(name).read_text(encoding="utf-8").splitlines()[1:]
    scan, wave, group, *axes, size, place, x_axis, y_axis = (
        [float(word) for word in line.split()] for line in lines[:10]
    )
    geometry = Geometry(
        start_frame=int(scan[0]),
        start_angle=scan[1],
        width=scan[2],
        axis=unit(scan[3:]),
        wavelength=wave[0],
        beam=unit(wave[1:]),
        size=(int(size[1]), int(size[2])),
        pixel=(size[3], size[4]),
        org=(place[0], place[1]),
        distance=place[2],
        x_axis=unit(x_axis),
        y_axis=unit(y_axis),
    )
    a, b, c = map(vector, axes)
    return geometry, Lattice(max(int(group[0]), 1), (a, b, c))


def _numbers(values: Sequence[float], width: int, decimals: int) -> str:
    return "".join(f"{value:{width}.{decimals}f}" for value in values)
