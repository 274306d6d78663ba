"""Counts as a grey picture: what is strong is dark, spots survive although pixels are put together."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: pixels of the picture along its longer side
_SIDE = 1000
#: percentile of the counts that is black
_BLACK = 99.7
_GAP, _WHITE = 214, 250


def image_png(counts: NDArray[np.int64], overload: int | None = None) -> bytes:
    """A PNG of counts (slow, fast); negative ones and those above the overload are gaps."""
    factor = -(-max(counts.shape) // _SIDE)
    valid = (counts >= 0) & (counts <= (overload or np.inf))
    strongest = _blocks(np.where(valid, counts, 0).astype(np.float64), factor).max(axis=(1, 3))
    # gaps are thin: a block is one where most of it is
    gap = _blocks(valid, factor).mean(axis=(1, 3)) < 0.5
    seen = strongest[~gap]
    top = max(float(np.percentile(seen, _BLACK)), 1.0) if seen.size else 1.0
    grey = _WHITE * (1 - np.sqrt(np.clip(strongest / top, 0.0, 1.0)))
    grey[gap] = _GAP
    out = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _blocks(array: NDArray[Any], factor: int) -> NDArray[Any]:
    """The array cut into squares; edges that fill no square are left out."""
    slow, fast = (length // factor for length in array.shape)
    return array[: slow * factor, : fast * factor].reshape(slow, factor, fast, factor)
