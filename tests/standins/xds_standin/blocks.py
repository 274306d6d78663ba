"""Parts that the logs of several steps share: refined parameters and the lattice table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xds_standin.geometry import Geometry, unit
from xds_standin.lattices import Character, cell_of, characters
from xds_standin.logs import Log
from xds_standin.parameters import Lattice

#: a lattice is marked that is no worse than this
MARKED_QUALITY = 20.0
_GROUPS = """
 ****** LATTICE SYMMETRY IMPLICATED BY SPACE GROUP SYMMETRY ******

BRAVAIS-            POSSIBLE SPACE-GROUPS FOR PROTEIN CRYSTALS
  TYPE                     [SPACE GROUP NUMBER,SYMBOL]
  aP      [1,P1]
  mP      [3,P2] [4,P2(1)]
 mC,mI    [5,C2]
  oP      [16,P222] [17,P222(1)] [18,P2(1)2(1)2] [19,P2(1)2(1)2(1)]
  oC      [21,C222] [20,C222(1)]
  oF      [22,F222]
  oI      [23,I222] [24,I2(1)2(1)2(1)]
  tP      [75,P4] [76,P4(1)] [77,P4(2)] [78,P4(3)] [89,P422] [90,P42(1)2]
          [91,P4(1)22] [92,P4(1)2(1)2] [93,P4(2)22] [94,P4(2)2(1)2]
          [95,P4(3)22] [96,P4(3)2(1)2]
  tI      [79,I4] [80,I4(1)] [97,I422] [98,I4(1)22]
  hP      [143,P3] [144,P3(1)] [145,P3(2)] [149,P312] [150,P321] [151,P3(1)12]
          [152,P3(1)21] [153,P3(2)12] [154,P3(2)21] [168,P6] [169,P6(1)]
          [170,P6(5)] [171,P6(2)] [172,P6(4)] [173,P6(3)] [177,P622]
          [178,P6(1)22] [179,P6(5)22] [180,P6(2)22] [181,P6(4)22] [182,P6(3)22]
  hR      [146,R3] [155,R32]
  cP      [195,P23] [198,P2(1)3] [207,P432] [208,P4(2)32] [212,P4(3)32]
          [213,P4(1)32]
  cF      [196,F23] [209,F432] [210,F4(1)32]
  cI      [197,I23] [199,I2(1)3] [211,I432] [214,I4(1)32]
"""


def refined_block(
    log: Log,
    geometry: Geometry,
    lattice: Lattice,
    *,
    sd_px: float,
    sd_deg: float,
    refined: str,
    mosaicity: float,
    from_spots: int | None = None,
    esd: Sequence[float] | None = None,
    turned: bool = False,
) -> None:
    """The lines of refined values; ``turned`` adds those of INTEGRATE, ``esd`` those of CORRECT."""
    if from_spots is not None:
        values = "REFINED VALUES OF DIFFRACTION PARAMETERS DERIVED FROM"
        log(f" {values}{from_spots:10d} INDEXED SPOTS")
    log(f" REFINED PARAMETERS:   {refined}")
    log(f" STANDARD DEVIATION OF SPOT    POSITION (PIXELS){sd_px:9.2f}")
    log(f" STANDARD DEVIATION OF SPINDLE POSITION (DEGREES){sd_deg:8.2f}")
    log(f" SPACE GROUP NUMBER {lattice.group:6d}")
    cell = lattice.cell()
    log(" UNIT CELL PARAMETERS " + _row(cell[:3], 10, 3) + _row(cell[3:], 8, 3))
    if esd is not None:
        log(" E.S.D. OF CELL PARAMETERS " + "".join(f" {value:.1E}" for value in esd))
    axes = np.array(lattice.axes)
    reciprocal = np.linalg.inv(axes).T
    rec = cell_of(reciprocal @ reciprocal.T)
    log(" REC. CELL PARAMETERS  " + _row(rec[:3], 10, 6) + _row(rec[3:], 8, 3))
    for name, axis in zip("ABC", lattice.axes, strict=True):
        log(f" COORDINATES OF UNIT CELL {name}-AXIS" + _row(axis, 10, 3))
    if turned:
        log(" CRYSTAL ROTATION OFF FROM INITIAL ORIENTATION" + _row((0, 0, 0), 10, 3))
        log(" shown as x,y,z components of rotation axis X angle (degrees)")
    log(f" CRYSTAL MOSAICITY (DEGREES){mosaicity:10.3f}")
    log(" LAB COORDINATES OF ROTATION AXIS" + _row(geometry.axis, 10, 6))
    wave = [x / geometry.wavelength for x in geometry.beam]
    log(" DIRECT BEAM COORDINATES (REC. ANGSTROEM) " + _row(wave, 10, 6))
    log(" DETECTOR COORDINATES (PIXELS) OF DIRECT BEAM" + _row(geometry.beam_px(), 11, 2))
    log(" DETECTOR ORIGIN (PIXELS) AT                 " + _row(geometry.org, 11, 2))
    log(f" CRYSTAL TO DETECTOR DISTANCE (mm)    {geometry.distance:10.2f}")
    for name, axis in (("X", geometry.x_axis), ("Y", geometry.y_axis)):
        log(f" LAB COORDINATES OF DETECTOR {name}-AXIS" + _row(unit(axis), 10, 6))
    log("\n")


def lattice_table(
    log: Log, cell: Sequence[float], limits: tuple[float, float], *, reindexing: bool = False
) -> list[Character]:
    """The 44 lattice characters of a reduced cell; returns the marked ones.

    ``limits``: by what part of a length and by how many degrees a marked cell may miss its ideal.
    """
    log(" *********** DETERMINATION OF LATTICE CHARACTER AND BRAVAIS LATTICE ***********\n")
    names = ("MAX_CELL_AXIS_ERROR", "MAX_CELL_ANGLE_ERROR")
    if not reindexing:
        stem = "MAXIMUM_ALLOWED_CELL_"
        names = (f"{stem}AXIS_RELATIVE_ERROR", f"{stem}ANGLE_ERROR")
    log(f" {names[0]}={limits[0]:6.2f}\n {names[1]}={limits[1]:14.1f} (Degrees)\n")
    more = "    REINDEXING TRANSFORMATION" if reindexing else ""
    log(f"  LATTICE-  BRAVAIS-   QUALITY  UNIT CELL CONSTANTS (ANGSTROEM & DEGREES){more}")
    log(" CHARACTER  LATTICE     OF FIT      a      b      c   alpha  beta gamma\n")
    marked = []
    for one in characters(cell):
        good = one.quality < MARKED_QUALITY
        if good:
            marked.append(one)
        row = f" {'*' if good else ' '}{one.number:4d}{one.bravais:>10}{one.quality:13.1f}   "
        row += _row(one.cell[:3], 7, 1) + _row(one.cell[3:], 6, 1)
        if reindexing:
            row += "  " + "".join("{:3d}{:3d}{:3d}  0".format(*numbers) for numbers in one.matrix)
        log(row)
    log(_GROUPS)
    return marked


def _row(values: Sequence[float], width: int, decimals: int) -> str:
    return "".join(f"{value:{width}.{decimals}f}" for value in values)
