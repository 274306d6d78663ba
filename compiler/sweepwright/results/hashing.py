"""Numbers that look random but are the same on every machine: a hash of reflection indices.

splitmix64 (Steele, Lea & Flood, OOPSLA 2014; the finaliser of Stafford's Mix13) on 64-bit unsigned
integers. Used for free flags and for the first draw of random halves, never for secrets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_BITS = 21
_OFFSET = 1 << (_BITS - 1)


def pack(hkl: NDArray[Any]) -> NDArray[np.int64]:
    """Indices (n, 3), each within +-2^20, as one integer each (n,) that sorts as (h, k, l) does."""
    h, k, l = (hkl[:, axis].astype(np.int64) + _OFFSET for axis in range(3))  # noqa: E741
    packed: NDArray[np.int64] = (h << 2 * _BITS) | (k << _BITS) | l
    return packed


def splitmix64(words: Words) -> Words:
    """64 well mixed bits for each of 64 bits (n,); arithmetic is modulo 2^64."""
    mixed = words + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def hash_indices(hkl: NDArray[Any], seed: int) -> Words:
    """A hash (n,) of indices (n, 3) keyed by a seed."""
    key = splitmix64(np.array([seed % 2**64], dtype=np.uint64))
    return splitmix64(pack(hkl).astype(np.uint64) ^ key)
