"""Intensities by resolution: normalised, and how far the signal goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccp4_standin.observations import Floats

_PER_SHELL = 100


def falls_below(array: Any, signal: float) -> float:
    """The resolution (A) of the first shell whose mean I/sigma is below this, or that of the data."""
    spacing = array.d_spacings().data().as_numpy_array()
    ratio = array.data().as_numpy_array() / np.maximum(array.sigmas().as_numpy_array(), 1e-9)
    order = np.argsort(-spacing)
    for shell in np.array_split(order, max(1, len(order) // _PER_SHELL)):
        if ratio[shell].mean() < signal:
            return float(spacing[shell].max())
    return float(spacing.min()) - 1e-6


def normalised(array: Any) -> tuple[Floats, Floats]:
    """Intensities and errors over the mean intensity at their resolution."""
    square = array.d_star_sq().data().as_numpy_array()
    values, errors = array.data().as_numpy_array(), array.sigmas().as_numpy_array()
    order = np.argsort(square)
    shells = np.array_split(order, max(1, len(order) // _PER_SHELL))
    middles = np.array([square[shell].mean() for shell in shells])
    means = np.array([max(values[shell].mean(), 1e-3) for shell in shells])
    scale = np.exp(np.interp(square, middles, np.log(means)))
    return values / scale, errors / scale
