"""Multi-record MTZ files: H K L M/ISYM BATCH I SIGI FRACTIONCALC XDET YDET ROT LP FLAG."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ccp4_standin.logs import NOTICE, StopError
from ccp4_standin.observations import Columns, Floats, Names, Run, Unmerged, indices

COLUMNS = {
    "H": "H",
    "K": "H",
    "L": "H",
    "M/ISYM": "Y",
    "BATCH": "B",
    "I": "J",
    "SIGI": "Q",
    "FRACTIONCALC": "R",
    "XDET": "R",
    "YDET": "R",
    "ROT": "R",
    "LP": "R",
    "FLAG": "I",
}


def write(path: str, data: Unmerged, title: str) -> None:
    """Sorted by H K L M/ISYM BATCH."""
    from iotbx import mtz

    data = _sorted(data)
    made = mtz.object()
    made.set_title(title[:70])
    made.add_history(f"From the {NOTICE}")
    made.set_space_group_info(data.group.info())
    base = made.add_crystal("HKL_base", "HKL_base", data.cell()).add_dataset("HKL_base", 0.0)
    base.set_id(0)
    sets: dict[Names, Any] = {}
    for run in data.runs:
        if run.names not in sets:
            crystal = made.add_crystal(run.names.crystal, run.names.project, run.cell)
            sets[run.names] = crystal.add_dataset(run.names.dataset, run.wavelength)
        _add_batches(made, sets[run.names].id(), run, data.columns.batch)
    first = next(iter(sets.values()))
    columns = data.columns
    made.adjust_column_array_sizes(len(columns.hkl))
    made.set_n_reflections(len(columns.hkl))
    for label in ("H", "K", "L", "M_ISYM"):
        base.add_column(label, COLUMNS.get(label, "Y")).set_values(
            _single(np.zeros(len(columns.hkl)))
        )
    made.replace_original_index_miller_indices(indices(columns.hkl))
    x, y, rot = columns.place.T
    values = {
        "BATCH": columns.batch,
        "I": columns.intensity,
        "SIGI": columns.error,
        "FRACTIONCALC": columns.fraction,
        "XDET": x,
        "YDET": y,
        "ROT": rot,
        "LP": np.ones(len(x)),
        "FLAG": columns.flag,
    }
    for label, numbers in values.items():
        first.add_column(label, COLUMNS[label]).set_values(_single(numbers))
    made.get_column("M_ISYM").set_label("M/ISYM")
    made.write(path)


def _single(numbers: Any) -> Any:
    from cctbx.array_family import flex

    return flex.double(np.ascontiguousarray(numbers, float)).as_float()


def _sorted(data: Unmerged) -> Unmerged:
    from cctbx import miller

    unique = indices(data.columns.hkl)
    # M/ISYM is odd for I+; the mates of a pair stand apart, I+ first
    signed = indices(data.columns.hkl)
    miller.map_to_asu(data.group.type(), False, unique)
    miller.map_to_asu(data.group.type(), True, signed)
    hkl, mates = (
        each.as_vec3_double().as_numpy_array().reshape(-1, 3) for each in (unique, signed)
    )
    minus = (hkl != mates).any(axis=1)
    return data.select(np.lexsort([data.columns.batch, minus, *hkl.T[::-1]]))


def _add_batches(made: Any, dataset: int, run: Run, present: Floats) -> None:
    """A head for each batch that has reflections, as POINTLESS makes them."""
    from scitbx.array_family import flex

    def floats(numbers: Any) -> Any:
        return flex.float([float(x) for x in np.ravel(numbers)])

    first, last = run.batches()
    turn = _orientation(run.axes)[0]
    for number in np.unique(present[(present >= first) & (present <= last)]):
        batch = made.add_batch()
        start = run.phi[0] + run.width * (int(number) - first)
        batch.set_num(int(number))
        batch.set_title(f"Batch {int(number) - run.offset} of {run.file}"[:70])
        batch.set_nbsetid(dataset)
        batch.set_ncryst(1)
        batch.set_ngonax(1)
        batch.set_jumpax(3)
        batch.set_jsaxs(1)
        batch.set_ldtype(2)
        batch.set_ndet(1)
        batch.set_phistt(start)
        batch.set_phiend(start + run.width)
        batch.set_phirange(run.width)
        batch.set_time1(start)
        batch.set_time2(start + run.width)
        batch.set_alambd(run.wavelength)
        batch.set_cell(floats(run.cell))
        batch.set_umat(floats(turn.T))
        batch.set_scanax(floats(run.spindle))
        batch.set_so(floats(run.beam))
        batch.set_source(floats(run.beam))
        batch.set_bscale(1.0)


def _orientation(axes: Floats) -> tuple[Floats, Floats]:
    """U and B of the reciprocal axes, B as Busing and Levy have it."""
    reciprocal = np.linalg.inv(axes)
    q, r = np.linalg.qr(reciprocal)
    signs = np.diag(np.sign(np.diag(r)))
    return q @ signs, signs @ r


def _axes(turn: Floats, cell: tuple[float, ...]) -> Floats:
    from cctbx import uctbx

    metric = uctbx.unit_cell(cell).reciprocal_metrical_matrix()
    a, b, c, d, e, f = metric
    b_matrix = np.linalg.cholesky(np.array([[a, d, e], [d, b, f], [e, f, c]])).T
    return np.asarray(np.linalg.inv(turn @ b_matrix), float)


def read(path: str) -> Unmerged:
    """Runs begin where batches leave a gap of ten, or another data set begins."""
    from iotbx import mtz

    try:
        made = mtz.object(file_name=path)
    except (RuntimeError, OSError):
        raise StopError(f"Cannot open MTZ file {path}") from None
    if not made.n_batches():
        raise StopError(f"MTZ file {path} is not multi-record")
    names, sets = {}, {}
    for crystal in made.crystals():
        for dataset in crystal.datasets():
            names[dataset.id()] = Names(crystal.project_name(), crystal.name(), dataset.name())
            sets[dataset.id()] = (dataset.wavelength(), crystal.unit_cell_parameters())
    runs: list[Run] = []
    for batch in sorted(made.batches(), key=lambda one: one.num()):
        number, there = batch.num(), batch.nbsetid()
        turn = np.array(batch.umat()).reshape(3, 3).T
        if runs and runs[-1].names == names[there] and number - runs[-1].images[1] <= 10:
            before = runs[-1]
            runs[-1] = replace(
                before, images=(before.images[0], number), phi=(before.phi[0], batch.phiend())
            )
            continue
        runs.append(
            Run(
                file=path,
                names=names[there],
                offset=0,
                images=(number, number),
                phi=(batch.phistt(), batch.phiend()),
                wavelength=sets[there][0],
                cell=tuple(sets[there][1]),
                axes=_axes(turn, tuple(batch.cell())),
                spindle=np.array(batch.scanax()),
                beam=np.array(batch.so()),
            )
        )
    return Unmerged(made.space_group(), tuple(runs), _columns(made, runs))


def _columns(made: Any, runs: list[Run]) -> Columns:
    def of(label: str, default: float = 0.0) -> Floats:
        if not made.has_column(label):
            return np.full(made.n_reflections(), default)
        return np.array(made.get_column(label).extract_values().as_double().as_numpy_array())

    hkl = made.extract_original_index_miller_indices().as_vec3_double().as_numpy_array()
    batch = of("BATCH").astype(int)
    starts = [run.images[0] for run in runs]
    return Columns(
        hkl=np.rint(hkl.reshape(-1, 3)).astype(int),
        intensity=of("I"),
        error=of("SIGI"),
        run=np.searchsorted(starts, batch, side="right") - 1,
        batch=batch,
        place=np.stack([of("XDET"), of("YDET"), of("ROT")], axis=1),
        fraction=of("FRACTIONCALC", 1.0),
        flag=of("FLAG").astype(int),
    )
