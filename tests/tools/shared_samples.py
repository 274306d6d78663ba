"""Public files beside the checkout: what is compared with them is skipped where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("SWEEPWRIGHT_SHARED", Path(__file__).resolve().parents[2].parent / "shared")
)
IMAGES = SHARED / "samples/images"
XDS_INPUTS = SHARED / "samples/xds/inp"
needs_samples = pytest.mark.skipif(
    not (SHARED / "samples").is_dir(),
    reason="the samples are not here (../shared or SWEEPWRIGHT_SHARED)",
)
