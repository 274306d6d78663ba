"""Modules of one plane are one panel; others stay apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_bytes_hdf5 import write_nxmx

from sweepwright.images.formats import read_facts


def test_modules_of_one_plane_are_one_panel(tmp_path: Path) -> None:
    # the same detector as one module and cut in two
    whole = read_facts(write_nxmx(tmp_path / "one.nxs"))
    parts = read_facts(write_nxmx(tmp_path / "two.nxs", modules=2, apart=False))
    assert parts.panels == whole.panels
    (panel,) = parts.panels
    assert panel.size_px == (1000, 800)
    assert parts.fields["distance"].value == 200.0
    assert parts.fields["beam_center"].value == pytest.approx((503.0, 407.0), abs=1e-9)
    assert parts.fields["pixel_size"].value == (0.1, 0.1)


def test_modules_behind_each_other_stay_apart(tmp_path: Path) -> None:
    facts = read_facts(write_nxmx(tmp_path / "two.nxs", modules=2))
    assert [panel.origin_mm[2] for panel in facts.panels] == [200.0, 230.0]
