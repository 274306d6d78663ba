"""The MTZ files that a user keeps: named, sorted, with free flags, and the same bytes every time.

Programs write the time into the history and into the source (COLSRC) of each column, and names of
their own; here both are taken out and the job's names put in. The numbers are not touched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from sweepwright.results.free import Flags

FREE_COLUMN = "FreeR_flag"
#: the flags of reflections (n, 3) of a space group, with the cell (A, degrees) of their crystal
Flagger = Callable[[NDArray[Any], str, tuple[float, ...]], Flags]
_TITLE_LENGTH = 70
_NAME_LENGTH = 64


@dataclass(frozen=True, slots=True)
class SetNames:
    """What a data set of the file is called; wavelength in A."""

    project: str
    crystal: str
    dataset: str
    wavelength_a: float


def finish_merged(
    source: Path, target: Path, *, title: str, sets: Sequence[SetNames], free: Flagger
) -> None:
    """Write a merged MTZ with all columns of ``source`` and the flags of ``free`` in ``FreeR_flag``.

    ``sets`` names the data sets of the file in their order. Raises ValueError when their number
    differs from the file's, or when the file is unmerged or has free flags already.
    """
    mtz = _read(source)
    if mtz.batches:
        raise ValueError(f"{source.name} is not merged")
    if mtz.rfree_column() is not None:
        raise ValueError(f"{source.name} has free flags already: {mtz.rfree_column().label}")
    _name(mtz, source, title, sets)
    mtz.sort(3)
    flags = free(mtz.make_miller_array(), mtz.spacegroup.xhm(), tuple(mtz.cell.parameters))
    last = mtz.datasets[-1].id
    mtz.add_column(FREE_COLUMN, "I", dataset_id=last, expand_data=True)
    mtz.columns[-1].array[:] = flags.astype(np.float32)
    _write(mtz, target)


def tidy_unmerged(source: Path, target: Path, *, title: str, sets: Sequence[SetNames]) -> None:
    """Write an unmerged MTZ sorted by H, K, L, M/ISYM, BATCH, named and without times.

    Raises ValueError when the file is merged or holds another number of data sets than ``sets``.
    """
    mtz = _read(source)
    if not mtz.batches:
        raise ValueError(f"{source.name} is not unmerged: it has no batches")
    _name(mtz, source, title, sets)
    mtz.sort(5)
    _write(mtz, target)


def _read(source: Path) -> Any:
    try:
        return gemmi.read_mtz_file(str(source))
    except (OSError, RuntimeError) as problem:
        raise ValueError(f"{source.name} cannot be read as MTZ: {problem}") from problem


def _name(mtz: Any, source: Path, title: str, sets: Sequence[SetNames]) -> None:
    """Put the names in, take the times out."""
    owners = {column.dataset_id for column in mtz.columns[3:]} | {
        batch.dataset_id for batch in mtz.batches
    }
    named = [item for item in mtz.datasets if item.id in owners and item.id != 0]
    if len(named) != len(sets):
        raise ValueError(
            f"{source.name} holds {len(named)} data sets, names are given for {len(sets)}"
        )
    for item, names in zip(named, sets, strict=True):
        item.project_name = names.project[:_NAME_LENGTH]
        item.crystal_name = names.crystal[:_NAME_LENGTH]
        item.dataset_name = names.dataset[:_NAME_LENGTH]
        item.wavelength = names.wavelength_a
    mtz.title = title[:_TITLE_LENGTH]
    mtz.history = []
    for column in mtz.columns:
        column.source = ""


def _write(mtz: Any, target: Path) -> None:
    """Write to a file beside the target and rename: the target is whole or not there."""
    mtz.update_reso()
    part = target.with_name(target.name + ".part")
    with part.open("wb") as stream:
        stream.write(mtz.write_to_bytes())
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(target)
