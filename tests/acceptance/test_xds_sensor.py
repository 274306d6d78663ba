"""How strongly sensors absorb, against what XDS itself prints and against NIST's tables."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from sweep_tool import command
from tiny_images import write_series

from sweepwright.engines.xds.sensor import absorbed_per_mm

SYSTEM_PYTHON = "/usr/bin/python3"
#: NIST's coefficients (Hubbell and Seltzer), as dxtbx takes them for its parallax
SCRIPT = """
import json, sys
from cctbx.eltbx.attenuation_coefficient import get_table
table = get_table(sys.argv[1])
print(json.dumps([table.mu_at_angstrom(float(w)) / table.density() for w in sys.argv[2:]]))
"""
#: g per cm3: mass of the formula over volume of the cell, worked out by hand
DENSITY = {"CdTe": 5.853, "GaAs": 5.317}


@pytest.mark.parametrize(("wavelength", "of_xds"), [(0.920, 3.0743), (0.965, 3.5457)])
def test_for_silicon_it_is_what_xds_has(wavelength: float, of_xds: float) -> None:
    """SILICON= as two CORRECT.LP print it that were given none."""
    assert absorbed_per_mm("Si", wavelength) == pytest.approx(of_xds, rel=0.01)


@pytest.mark.parametrize("material", ["CdTe", "GaAs"])
def test_nist_counts_scattering_too(material: str) -> None:
    """So its mass coefficients are larger: by up to 8 %."""
    wavelengths = (0.7, 0.92, 0.9795, 1.3, 1.54)
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", SCRIPT, material, *map(str, wavelengths)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"{SYSTEM_PYTHON} has no cctbx")
    for wavelength, nist_cm2_g in zip(wavelengths, json.loads(done.stdout), strict=True):
        ours = 10 * absorbed_per_mm(material, wavelength) / DENSITY[material]
        assert 0.92 < ours / nist_cm2_g < 1.0, (wavelength, ours, nist_cm2_g)


def test_edges_are_where_they_are() -> None:
    """The K edge of gallium is at 10.367 keV, 1.196 A: beyond it GaAs absorbs a third."""
    before, after = absorbed_per_mm("GaAs", 1.19), absorbed_per_mm("GaAs", 1.20)
    assert before > 2 * after


def line(folder: Path, more: str) -> list[str]:
    (folder / "job.yaml").write_text(
        "sweepwright: 1\nsweeps: [{name: A, images: data/x_####.cbf}]\nprocessing: {engine: xds}\n"
        + more
    )
    done = command("compile", "job.yaml", "-o", "run", folder=folder)
    assert done.returncode == 0, done.stderr
    text = (folder / "run/sweeps/A/index/XDS.INP").read_text()
    return [one for one in text.splitlines() if one.startswith("SILICON=")]


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ("", None),
        ("geometry: {sensor: {material: Si}}\n", None),
        ("geometry: {sensor: {material: CdTe}, wavelength: 0.92 A}\n", 34.6),
        ("geometry: {sensor: {material: GaAs}, wavelength: 0.92 A}\n", 64.0),
        ("geometry: {sensor: {material: CdTe}}\nkeywords: {xds: {SILICON: 40.5}}\n", 40.5),
        ("geometry: {sensor: {material: CdTe}, wavelength: 0.0251 A}\n", None),
    ],
)
def test_it_is_written_for_what_is_not_silicon(
    tmp_path: Path, more: str, value: float | None
) -> None:
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    found = line(tmp_path, more)
    if value is None:
        assert found == []
    else:
        (one,) = found
        number, _, origin = one.removeprefix("SILICON=").partition("!")
        assert float(number) == pytest.approx(value, rel=0.002)
        assert "sensor.material" in origin or "keywords" in origin
