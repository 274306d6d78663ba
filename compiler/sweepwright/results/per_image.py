"""How each image did: its scale, strength and agreement with the merged mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sweepwright.results.merge import in_order, merge
from sweepwright.results.observations import Observations
from sweepwright.results.sweep_batches import SweepBatches


@dataclass(frozen=True, slots=True)
class ImageStatistics:
    """One image. ``batch`` is its number in the file (of several sweeps each has its own stretch).

    ``scale`` is the mean of the file's scale factors (DIALS: intensities were divided by it, so a
    strong image has a large one; None when the file has none). ``mean_i_over_sigma`` is over single
    observations. ``r_merge`` is sum |I - <I>| / sum <I> over the image's observations of reflections
    seen more than once, <I> being the weighted mean with I+ and I- apart; None when there are none.
    """

    batch: int
    observations: int
    scale: float | None
    mean_i_over_sigma: float
    r_merge: float | None

    def to_json(self) -> dict[str, Any]:
        """The image as plain data."""
        return asdict(self)


def per_image(observations: Observations) -> tuple[ImageStatistics, ...]:
    """Statistics of every image that has observations, by batch number."""
    if not len(observations):
        return ()
    ordered = in_order(observations)
    merged = merge(ordered, apart=True)
    several = np.repeat(merged.count > 1, merged.count)
    mean = np.repeat(merged.weighted_mean, merged.count)
    batches, image = np.unique(ordered.batch, return_inverse=True)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(image, weights=values, minlength=len(batches))

    count = np.bincount(image)
    strength = total(ordered.intensity / ordered.sigma) / count
    deviation = total(np.where(several, np.abs(ordered.intensity - mean), 0.0))
    intensity = total(np.where(several, mean, 0.0))
    scale = None if ordered.scale is None else total(ordered.scale) / count
    return tuple(
        ImageStatistics(
            batch=int(batch),
            observations=int(count[i]),
            scale=None if scale is None else float(scale[i]),
            mean_i_over_sigma=float(strength[i]),
            r_merge=float(deviation[i] / intensity[i]) if intensity[i] > 0 else None,
        )
        for i, batch in enumerate(batches)
    )


def per_sweep(
    observations: Observations, sweeps: Sequence[SweepBatches]
) -> tuple[tuple[ImageStatistics, ...], ...]:
    """The same for each sweep of the file, judged against the mean of all of them."""
    images = per_image(observations)
    return tuple(
        tuple(item for item in images if 0 <= item.batch - sweep.offset - sweep.first <= length)
        for sweep in sweeps
        for length in (sweep.last - sweep.first,)
    )
