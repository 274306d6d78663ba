"""The images that each job of ``examples/jobs`` speaks of, as tiny series: what headers would say."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tiny_images import write_series

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/jobs"
Series = Mapping[str, Any]


def _clock(minutes: int) -> str:
    return f"2026-03-05T{10 + minutes // 60:02d}:{minutes % 60:02d}:00.000"


def _wave(wavelength: float, **more: str) -> dict[str, str]:
    return {"Wavelength": f"{wavelength} A", **more}


def _omega(kappa: float, phi: float) -> dict[str, str]:
    return {
        "Omega": "0.0000 deg.",
        "Omega_increment": "0.5000 deg.",
        "Kappa": f"{kappa:.4f} deg.",
        "Phi": f"{phi:.4f} deg.",
    }


#: eight wedges of 30 degrees: 0-30, 180-210, 30-60, 210-240 ...
_WEDGES = [
    {
        "template": f"raw/semet_w{n}_####.cbf",
        "numbers": "1-30",
        "start": 30.0 * ((n - 1) // 2) + 180.0 * ((n - 1) % 2),
        "width": 1.0,
        "time": _clock(n),
        "header": _wave(0.97918),
    }
    for n in range(1, 9)
]

#: example -> its series; keys are those of `tiny_images.write_series`
IMAGES: Mapping[str, Sequence[Series]] = {
    "lysozyme": [{"template": "lyso_####.cbf", "numbers": "1-8"}],
    "first-job": [{"template": "data/lyso_####.cbf", "numbers": "1-360"}],
    "inverse-beam-sad": _WEDGES,
    "mad": [
        {"template": f"{name}_####.cbf", "numbers": numbers, "header": _wave(wavelength)}
        for name, numbers, wavelength in (
            ("pk1", "1-20", 0.97925),
            ("pk2", "1-20", 0.97926),
            ("inf", "1-20", 0.97942),
            ("rem", "1-20", 0.95373),
        )
    ],
    "kappa": [
        {"template": "a_####.cbf", "numbers": "1-20", "header": _omega(0, 0)},
        {"template": "b_####.cbf", "numbers": "1-20", "header": _omega(-60, 90)},
    ],
    "wrong-beam-centre": [
        {
            "template": "data/x_####.cbf",
            "numbers": "1-3",
            "header": {
                "Detector": "PILATUS 2M, S/N 24-9999",
                "Beam_xy": "(733.50, 845.50) pixels",
            },
            "size": (1475, 1679),
        }
    ],
    "many-crystals": [
        {"template": f"grid/x{n:02d}/x{n:02d}_####.cbf", "numbers": "1-20", "start": 9.0 * n}
        for n in range(1, 41)
    ],
    "bad-middle": [
        {"template": "scan1/test_####.cbf", "numbers": "1-900", "width": 0.1},
        {"template": "scan2/test_####.cbf", "numbers": "1-900", "width": 0.1, "start": 90.0},
    ],
    "reference-data": [{"template": "raw/frag17_####.cbf", "numbers": "1-20"}],
    "screening": [
        {"template": "scr_####.cbf", "numbers": "1-10"},
        {"template": "scr_####.cbf", "numbers": "11-20", "start": 90.0},
    ],
    "low-resolution": [{"template": "big_####.cbf", "numbers": "1-20"}],
    "interleaved-mad": [
        {
            "template": f"tm_1_E{n}_###.cbf",
            "numbers": f"{first}-{first + 14}",
            "start": first - 1.0,
            "width": 1.0,
            "time": _clock(n + first // 5),
            "header": _wave(wavelength),
        }
        for first in range(1, 91, 15)
        for n, wavelength in ((1, 0.97925), (2, 0.95373), (3, 0.97942))
    ],
    "helical": [
        {"template": f"ins_1_{n}_####.cbf", "numbers": "1-235", "start": 20.0 * n, "width": 0.1}
        for n in (7, 9, 11, 13)
    ],
    "repeat-at-home": [{"template": "disk/ins/ins_####.cbf", "numbers": "1-20"}],
    "from-a-lims": [{"template": "raw/lyso_A7_1_####.cbf", "numbers": "1-180"}],
}

#: what the command line of an example must say on this machine
OPTIONS: Mapping[str, Sequence[str]] = {"repeat-at-home": ["--bind", "raw=disk"]}


def write_story(name: str, folder: Path) -> Path:
    """The example and its images in a folder; the path of the job."""
    for series in IMAGES[name]:
        write_series(folder, **series)
    return Path(shutil.copy(EXAMPLES / f"{name}.yaml", folder / f"{name}.yaml"))
