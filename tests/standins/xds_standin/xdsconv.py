"""The stand-in of XDSCONV: a text file of intensities, merged unless MERGE=FALSE."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xds_standin import inputs as given_inputs
from xds_standin import reflections, statistics
from xds_standin.inputs import Inputs
from xds_standin.logs import Log

_FORMATS = ("SHELX", "CCP4_I")
_F2MTZ = """\
TITLE f2mtz input of a stand-in of XDSCONV
FILE {name}
SYMMETRY    {group}
CELL {cell}
LABOUT  H K L {labels}
CTYPOUT H H H {types}
END
"""


def xdsconv(path: Path, log: Log) -> None:
    log("\n ========== CONTROL CARDS ==========\n")
    for line in path.read_text(encoding="latin-1").splitlines():
        log(f" {line[:80]}")
    given = Inputs(given_inputs.read(path, "xdsconv"))
    source = Path(given.words("INPUT_FILE", "XDS_ASCII.HKL")[0])
    name, kind = [*given.words("OUTPUT_FILE", "temp.hkl"), "CCP4_I"][:2]
    if kind not in _FORMATS:
        raise log.error(f"THE STAND-IN WRITES {' AND '.join(_FORMATS)} ONLY")
    try:
        read = reflections.read(source)
    except (OSError, ValueError):
        raise log.error(f'CANNOT OPEN OR READ "{source}"') from None
    law = read.head.get("FRIEDEL'S_LAW", "TRUE").startswith("TRUE")
    friedel = given.truth("FRIEDEL'S_LAW", default=law)
    merge = given.truth("MERGE", default=True)
    group = given.integer("SPACE_GROUP_NUMBER") or int(read.head["SPACE_GROUP_NUMBER"])
    cell = read.head["UNIT_CELL_CONSTANTS"]
    log(f"\n\n SPACE_GROUP_NUMBER={group:5d}\n UNIT_CELL_CONSTANTS= {cell}")
    log(f" FRIEDEL'S_LAW={str(friedel).upper()}\n MERGE={str(merge).upper()}")
    items = read.items
    cut = given.number("NEGATIVE_INTENSITY_CUTOFF", -3)
    good = (items["SIGMA(IOBS)"] > 0) & (items["IOBS"] >= cut * items["SIGMA(IOBS)"])
    log(f" NUMBER OF REFLECTION RECORDS ON INPUT FILE{len(good):12d}")
    log(f" NUMBER OF IGNORED REFLECTIONS (I< -3.0*SIGMA){np.count_nonzero(~good):9d}")
    log(f" NUMBER OF REFLECTIONS ACCEPTED FROM INPUT FILE{np.count_nonzero(good):8d}\n")
    rows, means, errors = read.indices()[good], items["IOBS"][good], items["SIGMA(IOBS)"][good]
    if merge:
        unique = statistics.asymmetric(rows, group, friedel=friedel)
        rows = np.unique(unique, axis=0)
        means, errors, _ = statistics.merged(statistics.numbered(unique), means, errors)
    for what in ("ASSIGNED TO TEST SET", "INHERITED", "NEWLY GENERATED"):
        start = "NUMBER OF UNIQUE" + (" REFLECTIONS" if "SET" in what else " TEST REFLECTIONS")
        log(f" {start} {what}".ljust(48) + f"{0:9d}")
    scale = 1.0
    if kind == "SHELX":
        scale = min(1.0, 9999.0 / float(max(means.max(), 1.0)))
        log(f"\n  SCALING FACTOR APPLIED TO SHELX-OUTPUT DATA={scale:11.4f}")
    _write(Path(name), kind, rows, means * scale, errors * scale)
    if kind == "CCP4_I":
        text = _F2MTZ.format(
            name=name, group=group, cell=cell, labels="IMEAN SIGIMEAN", types="J Q"
        )
        Path("F2MTZ.INP").write_text(text, encoding="utf-8")
    log(f" NUMBER OF REFLECTION RECORDS ON OUTPUT FILE{len(rows):11d}")
    log(f" NUMBER OF RECORDS ASSIGNED TO WORKING SET{len(rows):13d}")
    log(f" NUMBER OF RECORDS ASSIGNED TO TEST SET{0:16d}\n")


def _write(
    path: Path,
    kind: str,
    rows: statistics.Ints,
    means: statistics.Floats,
    errors: statistics.Floats,
) -> None:
    form = (
        "{:4d}{:4d}{:4d}{:8.2f}{:8.2f}\n"
        if kind == "SHELX"
        else "{:6d}{:6d}{:6d}{:12.4E}{:12.4E}\n"
    )
    with path.open("w", encoding="utf-8") as file:
        for index, mean, error in zip(rows, means, errors, strict=True):
            file.write(form.format(*index, mean, error))
        if kind == "SHELX":
            file.write(form.format(0, 0, 0, 0.0, 0.0))
