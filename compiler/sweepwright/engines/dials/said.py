"""What DIALS says, as numbers: its logs, its tables, and the crystals of its .expt files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: logs say the result last; a longer one is read from here before its end
TAIL = 4_000_000


STATISTICS = {
    "completeness": "Completeness",
    "multiplicity": "Multiplicity",
    "i_over_sigma": "I/sigma",
    "r_merge": "Rmerge(I)",
    "r_meas": "Rmeas(I)",
    "r_pim": "Rpim(I)",
    "cc_half": "CC half",
    "cc_anom": "Anomalous correlation",
}


def statistics(said: str) -> dict[str, float]:
    """Overall numbers of the last table of merging statistics; its columns differ with the limits."""
    table = said.rpartition("Summary of merging statistics")[2]
    header = re.search(r"^ +((?:(?:Suggested|Overall|Low|High) *)+)$", table, re.M)
    columns = header[1].split() if header else []
    found: dict[str, float] = {}
    for name, label in STATISTICS.items():
        row = re.search(rf"^{re.escape(label)} +(.*)$", table, re.M)
        numbers = row[1].split() if row else []
        if len(numbers) == len(columns) > 0:
            found[name] = float(numbers[columns.index("Overall")])
    return found


def cell_of(crystal: Mapping[str, Any]) -> list[float]:
    """The cell of a crystal of a .expt file, from its real-space axes; A and degrees."""
    import numpy as np

    a, b, c = (np.array(crystal[f"real_space_{axis}"], float) for axis in "abc")
    lengths = [float(np.linalg.norm(axis)) for axis in (a, b, c)]
    angles = [
        float(np.degrees(np.arccos(x @ y / np.linalg.norm(x) / np.linalg.norm(y))))
        for x, y in ((b, c), (a, c), (a, b))
    ]
    return [round(value, 4) for value in (*lengths, *angles)]


def group_of(crystal: Mapping[str, Any]) -> str:
    """The Hermann-Mauguin symbol of a crystal of a .expt file; empty for a setting without one."""
    import gemmi

    group = gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(crystal["space_group_hall_symbol"]))
    return "" if group is None else str(group.xhm())


def rmsd(said: str) -> dict[str, Any]:
    """The last table of RMSDs by experiment: pixels, pixels, images."""
    table = said.rpartition("RMSDs by experiment")[2]
    rows = re.findall(r"^\|\s+\d+ \|\s+(\d+) \|\s+(\S+) \|\s+(\S+) \|\s+(\S+) \|", table, re.M)
    if not rows:
        return {}
    used, x, y, z = (float(part) for part in rows[-1])
    return {"refined_against": int(used), "rmsd_px": [x, y], "rmsd_images": z}


def text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def number(pattern: str, text: str, default: float = 0.0) -> float:
    found = re.findall(pattern, text, re.MULTILINE)
    return float(found[-1]) if found else default


def last(pattern: str, text: str) -> str:
    found = re.findall(pattern, text)
    return str(found[-1]).strip() if found else ""


def shown_cell(cell: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in cell)
