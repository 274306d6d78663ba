"""Quantities as people write them."""

import pytest

from sweepwright.model.units import parse_quantity, parse_wavelength


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [("300.2 mm", "length", 300.2), ("0.3002 m", "length", 300.2), ("300.2", "length", 300.2),
     ("95 %", "fraction", 0.95), ("2.1 A", "resolution", 2.1), ("-30 deg", "angle", -30.0)],
)  # fmt: skip
def test_units_lead_to_the_documented_one(text: str, dimension: str, value: float) -> None:
    assert parse_quantity(text, dimension) == pytest.approx(value, rel=1e-15)


def test_energies_become_wavelengths() -> None:
    # 12.6616 keV: the selenium K edge; 0.9792 A in any table
    assert parse_wavelength("12661.6 eV") == pytest.approx(0.97921, abs=1e-5)
    assert parse_wavelength("12.6616 keV") == parse_wavelength("12661.6 eV")
    assert parse_wavelength("Cu") == pytest.approx(1.5406, abs=1e-4)


def test_an_energy_without_unit_is_recognised() -> None:
    with pytest.raises(ValueError, match="12661 eV"):
        parse_wavelength("12661")


def test_a_wrong_dimension_names_the_right_one() -> None:
    with pytest.raises(ValueError, match="length is wanted"):
        parse_quantity("300 deg", "length")
