"""The files of a sweep's images in each format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.cbf import Pixels, cut_short
from sweepwright.simulate.header import Told, header_lines
from sweepwright.simulate.imgcif import imgcif
from sweepwright.simulate.minicbf import minicbf
from sweepwright.simulate.specification import Specification, Sweep


def written(sweep: Sweep) -> list[int]:
    """Numbers of the images that are written."""
    return [number for number in sweep.numbers() if number not in sweep.faults.missing]


def template(specification: Specification, sweep: Sweep) -> str:
    """What leads to all images of a sweep: #### for the number, or the master file."""
    if specification.format_of(sweep) == "nxmx":
        return f"{sweep.name}_master.h5"
    return f"{sweep.name}_####.cbf"


def image_files(specification: Specification, sweep: Sweep) -> list[str]:
    """Names of all files of a sweep."""
    if specification.format_of(sweep) == "nxmx":
        return [template(specification, sweep), f"{sweep.name}_000001.h5"]
    return [_cbf_name(sweep, number) for number in written(sweep)]


def write_images(
    folder: Path, told: Told, pixels: Callable[[int], Pixels], dead: NDArray[np.bool_]
) -> None:
    """Writes the images of a sweep; ``pixels`` makes the one with an index from 0.

    ``dead`` is the mask (slow, fast) of the pixels that record nothing.
    """
    sweep = told.sweep
    kind = told.specification.format_of(sweep)
    if kind == "nxmx":
        from sweepwright.simulate.nxmx import write_nxmx

        master, data = (folder / name for name in image_files(told.specification, sweep))
        write_nxmx(master, data, told, map(pixels, range(sweep.images)), dead)
        return
    for number in written(sweep):
        index = number - sweep.first_image
        name = _cbf_name(sweep, number)
        block = name.removesuffix(".cbf")
        if kind == "imgcif":
            file = imgcif(block, told, index, pixels(index))
        else:
            file = minicbf(block, header_lines(told, index), pixels(index))
        if number in sweep.faults.truncated:
            file = cut_short(file)
        (folder / name).write_bytes(file)


def _cbf_name(sweep: Sweep, number: int) -> str:
    return f"{sweep.name}_{number:04d}.cbf"
