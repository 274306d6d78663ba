"""XDS_ASCII.HKL, INTEGRATE.HKL and the output of XSCALE as POINTLESS reads them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from xds_standin import reflections
from xds_standin.reflections import Reflections

from ccp4_standin.logs import StopError
from ccp4_standin.observations import MISFIT, Columns, Floats, Names, Run, Unmerged


def read(path: str, names: Names) -> Unmerged:
    """One run, or one for each data set of XSCALE. Raises StopError for what is no XDS file."""
    try:
        found = reflections.read(Path(path))
    except (OSError, ValueError, UnicodeDecodeError):
        raise StopError(f"Cannot open or read XDS file {path}") from None
    if found.head.get("MERGE", "FALSE").startswith("TRUE"):
        raise StopError(f"XDS file {path} is merged")
    if "ISET" in found.items:
        return _of_xscale(path, names, found)
    sets = np.zeros(len(found.items["H"]), int)
    return _unmerged(found, [_run(path, names, found)], sets)


def header(path: str) -> list[str]:
    with Path(path).open(encoding="latin-1") as file:
        return [
            line.rstrip() for line in file if line.startswith("!") and "END_OF_DATA" not in line
        ]


def _run(path: str, names: Names, found: Reflections) -> Run:
    geometry = found.geometry()
    first, last = found.images()
    start = geometry.start_angle + geometry.width * (first - geometry.start_frame)
    turn = _to_ccp4(np.array(geometry.axis), np.array(geometry.beam))
    return Run(
        file=path,
        names=names,
        offset=0,
        images=(first, last),
        phi=(start, start + geometry.width * (last - first + 1)),
        wavelength=geometry.wavelength,
        cell=found.numbers("UNIT_CELL_CONSTANTS"),
        axes=np.array(found.lattice().axes) @ turn.T,
        spindle=turn @ np.array(geometry.axis),
        beam=turn @ np.array(geometry.beam),
    )


def _of_xscale(path: str, names: Names, found: Reflections) -> Unmerged:
    """Nothing is known of how the images were taken."""
    text = "\n".join(header(path))
    runs, sets = [], found.items["ISET"].astype(int)
    numbers = sorted(set(sets.tolist()))
    cell = found.numbers("UNIT_CELL_CONSTANTS")
    for number in numbers:
        images = found.items["ZD"][sets == number].astype(int) + 1
        wave = re.search(rf"ISET= +{number} +X-RAY_WAVELENGTH= *([\d.]+)", text)
        runs.append(
            Run(
                file=path,
                names=names,
                offset=1000 * len(runs),
                images=(int(images.min()), int(images.max())),
                phi=(0.0, 0.0),
                wavelength=float(wave[1]) if wave else 0.0,
                cell=cell,
                axes=_standard_axes(cell),
                spindle=np.array([0.0, 0, 1]),
                beam=np.array([1.0, 0, 0]),
            )
        )
    return _unmerged(found, runs, np.searchsorted(numbers, sets))


def _unmerged(found: Reflections, runs: list[Run], sets: Floats) -> Unmerged:
    from cctbx import sgtbx

    items = found.items
    corrected = "XD" in items
    errors = items["SIGMA(IOBS)" if corrected else "SIGMA"]
    x, y, z = (
        items[name] for name in (("XD", "YD", "ZD") if corrected else ("XCAL", "YCAL", "ZCAL"))
    )
    width = np.array([run.width for run in runs])[sets]
    start = np.array([run.phi[0] - run.width * (run.images[0] - 1) for run in runs])[sets]
    offset = np.array([run.offset for run in runs])[sets]
    images = np.clip(
        z.astype(int) + 1,
        np.array([run.images[0] for run in runs])[sets],
        np.array([run.images[1] for run in runs])[sets],
    )
    columns = Columns(
        hkl=found.indices(),
        intensity=items["IOBS"],
        error=np.maximum(np.abs(errors), 1e-6),
        run=sets,
        batch=images + offset,
        place=np.stack([x, y, start + width * z], axis=1),
        fraction=items.get("PEAK", np.full(len(z), 100.0)) / 100,
        flag=np.where(errors <= 0, MISFIT, 0),
    )
    group = sgtbx.space_group_info(number=int(found.head["SPACE_GROUP_NUMBER"])).group()
    return Unmerged(group, tuple(runs), columns)


def _to_ccp4(axis: Floats, beam: Floats) -> Floats:
    """The rotation into the frame with z along the spindle and x nearly along the beam."""
    z = axis / np.linalg.norm(axis)
    x = beam - (beam @ z) * z
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])


def _standard_axes(cell: tuple[float, ...]) -> Floats:
    from cctbx import uctbx

    matrix = np.array(uctbx.unit_cell(cell).orthogonalization_matrix()).reshape(3, 3)
    return np.asarray(matrix.T, float)
