"""mini-CBF files of a PILATUS. Grammar: DECTRIS, "PILATUS CBF header specification" 1.4."""

from __future__ import annotations

from collections.abc import Sequence

from sweepwright.simulate.cbf import Pixels, cbf


def minicbf(name: str, header: Sequence[str], pixels: Pixels) -> bytes:
    """A complete file; ``header`` are the lines without their ``# ``, ``name`` the data block's."""
    return cbf(name, header_contents(header), pixels)


def header_contents(header: Sequence[str]) -> list[str]:
    """The CIF items that hold the header lines."""
    return [
        '_array_data.header_convention "PILATUS_1.2"',
        "_array_data.header_contents",
        ";",
        *(f"# {line}" for line in header),
        ";",
    ]
