"""What XDS is told a detector is, against public XDS.INP files and the manual's names."""

from __future__ import annotations

import pytest

from sweepwright.programs.xds.detectors import family_of


@pytest.mark.parametrize(
    ("format_name", "name", "sensor", "keyword", "minimum", "counting"),
    [
        ("minicbf", "PILATUS3 6M, S/N 60-0125", "Si", "PILATUS", 0, True),
        ("tiff", "PILATUS 1M-F", None, "PILATUS", 0, True),
        ("minicbf", "Dectris EIGER2 Si 16M, S/N E-32-0123", "Si", "EIGER", 0, True),
        ("nxmx", "Eiger 16M", None, "EIGER", 0, True),
        ("nxmx", "SINGLA 1M", "Si", "SINGLA", 0, True),
        ("marccd", "MARCCD", None, "CCDCHESS", 1, False),
        ("marccd", "", None, "CCDCHESS", 1, False),
        ("imgcif", "Rayonix", None, "CCDCHESS", 1, False),
        ("mar345", "mar345", None, "MAR345", 0, False),
        ("raxis", "R-AXIS4, SGI", None, "RAXIS", 0, False),
        ("dtrek", "Saturn944+ (2x2 bin mode)", None, "SATURN", 1, False),
        ("bruker", "CMOS-PHOTONII", None, "BRUKER", 1, False),
        ("bruker", "CCD-PXL-L6000", None, "SMARTCCD", 1, False),
        ("smv", "", None, "ADSC", 1, False),
        ("smv", "", "Si", "ADSC", 0, True),
    ],
)
def test_a_known_family(
    format_name: str, name: str, sensor: str | None, keyword: str, minimum: int, counting: bool
) -> None:
    found = family_of(format_name, name, sensor)
    assert not found.unknown
    assert (found.keyword, found.minimum, found.counting) == (keyword, minimum, counting)


@pytest.mark.parametrize(
    ("sensor", "keyword", "minimum"),
    [("Si", "PILATUS", 0), ("phosphor", "ADSC", 0), (None, "ADSC", 0)],
)
def test_an_unknown_one_is_called_unknown(sensor: str | None, keyword: str, minimum: int) -> None:
    found = family_of("minicbf", "ADSC HF-4M, S/N H401", sensor)
    assert (found.unknown, found.keyword, found.minimum) == (True, keyword, minimum)


@pytest.mark.parametrize(
    ("format_name", "overload"), [("marccd", 65000), ("smv", 65000), ("raxis", None)]
)
def test_counts_where_the_header_has_none(format_name: str, overload: int | None) -> None:
    assert family_of(format_name, "", None).overload == overload
