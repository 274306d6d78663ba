"""Smooth curves through shell statistics that make no assumption beyond smoothness and falloff."""

from __future__ import annotations

import numpy as np

from sweepwright.results.observations import Floats


def tanh_fit(x: Floats, y: Floats, weights: Floats) -> Floats:
    """CC1/2 against x = 1/d^2, all arrays (n,): the fitted A (1 - tanh((x - x0)/r)) / 2 at each x.

    The form is that of dials.estimate_resolution, with the height A (0 < A <= 1) fitted too, so
    that data with CC1/2 of 0.9 at low resolution are followed. x0 and r come from a search on a
    grid that is refined until it is below any meaningful difference (no start value, no divergence);
    A is the exact least-squares value for each of them.
    """
    low, high = float(x.min()), float(x.max())
    span = high - low
    x0_range, log_r_range = (low, high + span), (np.log(span / 50), np.log(2 * span))
    best = (0.0, 0.0)
    for _ in range(12):
        x0 = np.linspace(*x0_range, 25)[:, None, None]
        log_r = np.linspace(*log_r_range, 25)[None, :, None]
        shape = (1 - np.tanh((x - x0) / np.exp(log_r))) / 2
        height = _height(shape, y, weights)
        loss = (weights * (y - height * shape) ** 2).sum(axis=-1)
        i, j = np.unravel_index(int(loss.argmin()), loss.shape)
        best = (float(x0[i, 0, 0]), float(log_r[0, j, 0]))
        x0_range = _around(best[0], x0_range)
        log_r_range = _around(best[1], log_r_range)
    shape = (1 - np.tanh((x - best[0]) / np.exp(best[1]))) / 2
    fitted: Floats = _height(shape, y, weights)[..., 0] * shape
    return fitted


def smooth(y: Floats, weights: Floats, stiffness: float = 1.0) -> Floats:
    """The Whittaker smoother: the z (n,) that makes sum w (y - z)^2 + k sum (z'')^2 least.

    Second differences are over shells, evenly numbered. Where the weight is 0 the curve runs on
    smoothly, straight at the ends. Eilers, Anal. Chem. 75 (2003) 3631.
    """
    second = np.diff(np.eye(len(y)), n=2, axis=0)
    scale = weights / weights.max()
    z: Floats = np.linalg.solve(np.diag(scale) + stiffness * second.T @ second, scale * y)
    return z


def _height(shape: Floats, y: Floats, weights: Floats) -> Floats:
    """The best height within 0.01 to 1 of each shape (..., n), kept as (..., 1)."""
    norm = np.maximum((weights * shape**2).sum(axis=-1, keepdims=True), 1e-30)
    height: Floats = np.clip((weights * y * shape).sum(axis=-1, keepdims=True) / norm, 0.01, 1.0)
    return height


def _around(centre: float, limits: tuple[float, float]) -> tuple[float, float]:
    """A range of a quarter the width about the best point so far."""
    quarter = (limits[1] - limits[0]) / 8
    return centre - quarter, centre + quarter
