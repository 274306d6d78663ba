"""INTEGRATE.HKL, XDS_ASCII.HKL and the files of XSCALE: written, and read again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xds_standin.geometry import Geometry, unit, vector
from xds_standin.images import template_of
from xds_standin.inputs import Inputs
from xds_standin.logs import NOTICE, VERSION, today
from xds_standin.parameters import Lattice

Floats = NDArray[np.float64]
INTEGRATED = "H K L IOBS SIGMA XCAL YCAL ZCAL RLP PEAK CORR MAXC XOBS YOBS ZOBS ALF0 BET0 ALF1 BET1 PSI ISEG".split()
CORRECTED = "H K L IOBS SIGMA(IOBS) XD YD ZD RLP PEAK CORR PSI".split()
_KEY = re.compile(r"([A-Z][A-Z0-9_'.-]*)=")


@dataclass(frozen=True)
class Reflections:
    """A reflection file: its head by keyword, its records by item."""

    head: dict[str, str]
    items: dict[str, Floats]

    def numbers(self, key: str) -> tuple[float, ...]:
        return tuple(float(word) for word in self.head[key].split())

    def indices(self) -> NDArray[np.int64]:
        return np.stack([self.items[name] for name in "HKL"], axis=1).astype(int)

    def images(self) -> tuple[int, int]:
        first, last = self.numbers("DATA_RANGE")
        return int(first), int(last)

    def lattice(self) -> Lattice:
        a, b, c = (vector(self.numbers(f"UNIT_CELL_{name}-AXIS")) for name in "ABC")
        return Lattice(int(self.head["SPACE_GROUP_NUMBER"]), (a, b, c))

    def geometry(self) -> Geometry:
        def one(key: str) -> float:
            return self.numbers(key)[0]

        return Geometry(
            start_frame=int(one("STARTING_FRAME")),
            start_angle=one("STARTING_ANGLE"),
            width=one("OSCILLATION_RANGE"),
            axis=unit(self.numbers("ROTATION_AXIS")),
            wavelength=one("X-RAY_WAVELENGTH"),
            beam=unit(self.numbers("INCIDENT_BEAM_DIRECTION")),
            size=(int(one("NX")), int(one("NY"))),
            pixel=(one("QX"), one("QY")),
            org=(one("ORGX"), one("ORGY")),
            distance=one("DETECTOR_DISTANCE"),
            x_axis=unit(self.numbers("DIRECTION_OF_DETECTOR_X-AXIS")),
            y_axis=unit(self.numbers("DIRECTION_OF_DETECTOR_Y-AXIS")),
        )


def read(path: Path, default_items: Sequence[str] = INTEGRATED) -> Reflections:
    """Raises ValueError for a file that is not complete or no such file."""
    head: dict[str, str] = {}
    items: list[str] = []
    records: list[str] = []
    ended = False
    for line in path.read_text(encoding="latin-1").splitlines():
        if line.startswith("!ITEM_"):
            items.append(line[6:].split("=")[0])
        elif line.startswith("!NAME_TEMPLATE"):
            head["NAME_TEMPLATE_OF_DATA_FRAMES"] = line.split("=", 1)[1].strip()
        elif line.startswith("! ISET"):
            continue  # of one data set of XSCALE
        elif line.startswith("!"):
            keys = list(_KEY.finditer(line))
            ends = [*(key.start() for key in keys[1:]), len(line)][: len(keys)]
            head |= {
                key[1]: line[key.end() : end].strip() for key, end in zip(keys, ends, strict=True)
            }
            ended |= line.startswith("!END_OF_DATA")
        else:
            records.append(line)
    names = items or list(default_items)
    if not ended or not records:
        raise ValueError(f"{path} is not complete")
    table = np.array([[float(word) for word in record.split()] for record in records])
    if table.shape[1] != len(names):
        raise ValueError(f"{path} has other items than it says")
    return Reflections(head, dict(zip(names, table.T, strict=True)))


def description(inputs: Inputs, geometry: Geometry, lattice: Lattice) -> list[str]:
    """Lines that both files have; the rest of the geometry is in ``detector_lines``."""
    first, last = inputs.numbers("DATA_RANGE")[:2]
    cell = lattice.cell()
    lines = [
        f"!NAME_TEMPLATE_OF_DATA_FRAMES={template_of(inputs)} CBF",
        f"!DATA_RANGE={first:8.0f}{last:8.0f}",
        "!ROTATION_AXIS=" + _row(geometry.axis, 10, 6),
        f"!OSCILLATION_RANGE={geometry.width:10.6f}",
        f"!STARTING_ANGLE={geometry.start_angle:10.3f}",
        f"!STARTING_FRAME={geometry.start_frame:8d}",
        f"!SPACE_GROUP_NUMBER={lattice.group:5d}",
        "!UNIT_CELL_CONSTANTS=" + _row(cell[:3], 10, 3) + _row(cell[3:], 8, 3),
    ]
    axes = zip("ABC", lattice.axes, strict=True)
    lines += [f"!UNIT_CELL_{name}-AXIS=" + _row(axis, 10, 3) for name, axis in axes]
    return [
        *lines,
        f"!X-RAY_WAVELENGTH={geometry.wavelength:10.6f}",
        "!INCIDENT_BEAM_DIRECTION=" + _row(geometry.beam, 10, 6),
    ]


def detector_lines(inputs: Inputs, geometry: Geometry) -> list[str]:
    nx, ny = geometry.size
    return [
        f"!DETECTOR={inputs.text('DETECTOR'):<48}",
        f"!OVERLOAD={inputs.number('OVERLOAD', 1_048_500):10.0f}",
        f"!NX={nx:6d}  NY={ny:6d}    QX={geometry.pixel[0]:10.6f}  QY={geometry.pixel[1]:10.6f}",
        f"!ORGX={geometry.org[0]:10.2f}  ORGY={geometry.org[1]:10.2f}",
        f"!DETECTOR_DISTANCE={geometry.distance:10.3f}",
        "!DIRECTION_OF_DETECTOR_X-AXIS=" + _row(geometry.x_axis, 10, 5),
        "!DIRECTION_OF_DETECTOR_Y-AXIS=" + _row(geometry.y_axis, 10, 5),
    ]


def beam_lines(inputs: Inputs) -> list[str]:
    normal = inputs.numbers("POLARIZATION_PLANE_NORMAL", 0, 0, 0)[:3]
    return [
        f"!FRACTION_OF_POLARIZATION={inputs.number('FRACTION_OF_POLARIZATION', 0.5):8.3f}",
        "!POLARIZATION_PLANE_NORMAL=" + _row(normal, 10, 6),
        f"!SENSOR_THICKNESS={inputs.number('SENSOR_THICKNESS'):10.6f}",
    ]


def spreads(sigma_b: float, sigma_m: float) -> list[str]:
    """Beam divergence and mosaicity, degrees."""
    return [
        f"!BEAM_DIVERGENCE_E.S.D.={sigma_b:10.3f}",
        f"!REFLECTING_RANGE_E.S.D.={sigma_m:10.3f}",
    ]


def write_integrated(lines: Sequence[str], items: dict[str, Floats]) -> None:
    head = [
        f"!OUTPUT_FILE=INTEGRATE.HKL    DATE={today()}",
        f"!Generated by INTEGRATE   ({VERSION})  {NOTICE}",
        *lines,
        "!PROFILE_FITTING= TRUE ",
        "!VARIANCE_MODEL=  4.000E+00  1.000E-04",
        f"!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD={len(INTEGRATED)}",
        "!" + ",".join(INTEGRATED[:12]) + ",",
        "!             " + ",".join(INTEGRATED[12:]),
        "!Items are separated by a blank and can be read in free-format",
    ]
    form = (
        "{:.0f} {:.0f} {:.0f} {:.3E} {:.3E} {:.1f} {:.1f} {:.1f} {:.5f} {:.5f} {:.0f} {:.0f} "
        "{:.1f} {:.1f} {:.1f} {:.2f} {:.2f} {:.2f} {:.2f} {:.2f} {:.0f} "
    )
    _write(Path("INTEGRATE.HKL"), head, form, items, INTEGRATED)


def write_corrected(
    path: Path,
    lines: Sequence[str],
    items: dict[str, Floats],
    *,
    friedel: bool,
    program: str = "CORRECT",
    merged: bool = False,
) -> None:
    """XDS_ASCII.HKL, or an OUTPUT_FILE of XSCALE with the items that it has."""
    names = list(items)
    head = [
        f"!FORMAT=XDS_ASCII    MERGE={'TRUE ' if merged else 'FALSE'}    "
        f"FRIEDEL'S_LAW={'TRUE ' if friedel else 'FALSE'}",
        f"!OUTPUT_FILE={path.name}        DATE={today()}",
        f"!Generated by {program}   ({VERSION})  {NOTICE}",
        "!PROFILE_FITTING= TRUE ",
        *lines,
        f"!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD={len(names)}",
        *(f"!ITEM_{name}={number}" for number, name in enumerate(names, 1)),
    ]
    forms = {
        **dict.fromkeys("HKL", "{:6.0f}"),
        **dict.fromkeys(("IOBS", "SIGMA(IOBS)"), "{:11.3E}"),
        **dict.fromkeys(("XD", "YD"), "{:8.1f}"),
        "ZD": "{:9.1f}",
        "RLP": "{:10.5f}",
        "PEAK": "{:4.0f}",
        "CORR": "{:4.0f}",
        "PSI": "{:8.2f}",
        "ISET": "{:4.0f}",
    }
    _write(path, head, "".join(forms[name] for name in names), items, names)


def _write(
    path: Path, head: Iterable[str], form: str, items: dict[str, Floats], names: Sequence[str]
) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in (*head, "!END_OF_HEADER"))
        for record in zip(*(items[name] for name in names), strict=True):
            file.write(form.format(*record) + "\n")
        file.write("!END_OF_DATA\n")


def _row(values: Sequence[float], width: int, decimals: int) -> str:
    return "".join(f"{value:{width}.{decimals}f}" for value in values)
