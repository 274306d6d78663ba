"""The scales that AIMLESS would refine, by DIALS; its choice of model follows SCALES."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccp4_standin.inputs import Entry, Given
from ccp4_standin.logs import StopError
from ccp4_standin.observations import Floats, Run, Unmerged, indices
from xds_standin.scaling import run_dials

_DUMMY_WIDTH = 0.1
"""degrees an image, where nothing is known of them"""


def factors(given: Given, data: Unmerged, *, anomalous: bool) -> tuple[Floats, str]:
    """What each intensity is multiplied by, nan where there is no scale, and a name of the model."""
    size = len(data.columns.hkl)
    wanted = given.last("SCALES")
    constant = wanted is not None and wanted.says("CONSTANT")
    used = sorted(set(data.columns.run.tolist()))
    if "ONLYMERGE" in given or (constant and len(used) == 1):
        return np.ones(size), "no scaling" if "ONLYMERGE" in given else "constant"
    text = _constant() if constant else _physical(wanted)
    try:
        found = _refined(data, used, text + f"\nanomalous={anomalous}")
    except (RuntimeError, ValueError, AssertionError) as problem:
        print(f" ({' '.join(str(problem).split())})")
        raise StopError("Scaling has failed to converge") from None
    return found, "constant" if constant else "smooth"


def _constant() -> str:
    return "model=KB\nKB.decay_correction=False\noutput.html=None\noutput.json=None"


def _physical(wanted: Entry | None) -> str:
    lines = ["model=physical", "output.html=None", "output.json=None"]
    decay = wanted is None or not wanted.says("BFACTOR") or wanted.after("BFACTOR")[0].upper() == "ON"
    absorption = wanted is None or wanted.says("SECONDARY", "ABSORPTION")
    lines += [f"physical.decay_correction={decay}", f"physical.absorption_correction={absorption}"]
    if wanted is not None:
        for word, name in (("ROTATION", "scale_interval"), ("BROTATION", "decay_interval")):
            if spacing := _spacing(wanted, word):
                lines.append(f"physical.{name}={spacing}")
        order = (wanted.after("SECONDARY") or wanted.after("ABSORPTION"))[:1]
        if absorption and order and order[0].isdigit():
            lines.append(f"physical.lmax={max(2, int(order[0]) // 2 * 2)}")
    return "\n".join(lines)


def _spacing(wanted: Entry, word: str) -> float | None:
    words = wanted.after(word)
    if len(words) > 1 and words[0].upper() in ("SPACING", "SPAC"):
        return float(words[1])
    return None


def _refined(data: Unmerged, used: list[int], text: str) -> Floats:
    from dxtbx.model.experiment_list import ExperimentList

    made, tables = ExperimentList(), []
    for number in used:
        one = _experiment(data.runs[number], data.group, str(number))
        made.append(one)
        tables.append(_table(data, number, one))
    scaled, _ = run_dials(made, tables, text)
    found = np.full(len(data.columns.hkl), np.nan)
    for number, one in zip(used, scaled, strict=True):
        mine = data.columns.run == number
        # DIALS leaves its outliers out; whether they are outliers is decided elsewhere
        found[mine] = np.where(one.factors > 0, one.factors, np.nan)
    return found


def _experiment(run: Run, group: Any, identifier: str) -> Any:
    from dxtbx.model import BeamFactory, Crystal, Detector, Experiment, GoniometerFactory, ScanFactory

    width = run.width or _DUMMY_WIDTH
    first, last = run.batches()
    detector = Detector()
    panel = detector.add_panel()
    panel.set_frame((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (100.0, 0.0, 0.0))
    panel.set_pixel_size((0.1, 0.1))
    panel.set_image_size((1000, 1000))
    axes = (tuple(map(float, axis)) for axis in run.axes)
    return Experiment(
        beam=BeamFactory.make_beam(
            sample_to_source=tuple(-run.beam), wavelength=run.wavelength or 1.0
        ),
        detector=detector,
        goniometer=GoniometerFactory.known_axis(tuple(run.spindle)),
        scan=ScanFactory.make_scan(
            (first, last), 0.0, (run.phi[0], width), dict.fromkeys(range(first, last + 1), 0.0)
        ),
        crystal=Crystal(*axes, space_group=group),
        identifier=identifier,
    )


def _table(data: Unmerged, number: int, one: Any) -> Any:
    from dials.array_family import flex

    columns = data.columns.select(data.columns.run == number)
    run = data.runs[number]
    size = len(columns.hkl)

    def real(values: Floats) -> Any:
        return flex.double(np.ascontiguousarray(values, float))

    made = flex.reflection_table()
    made["id"] = flex.int(size, 0)
    made["row"] = flex.int(range(size))
    made["miller_index"] = indices(columns.hkl)
    made["panel"] = flex.size_t(size, 0)
    x, y, rotation = columns.place.T
    z = columns.batch - 0.5
    if run.width:
        z = run.batches()[0] - 1 + (rotation - run.phi[0]) / run.width
        z = np.clip(z, run.batches()[0] - 1, run.batches()[1])
    for name in ("xyzobs.px.value", "xyzcal.px"):
        made[name] = flex.vec3_double(real(x), real(y), real(z))
    for kind in ("sum", "prf"):
        made[f"intensity.{kind}.value"] = real(columns.intensity)
        made[f"intensity.{kind}.variance"] = real(columns.error**2)
    for name in ("lp", "qe", "partiality"):
        made[name] = flex.double(size, 1.0)
    made["s1"] = flex.vec3_double(*(real(column) for column in _directions(run, columns.hkl, rotation).T))
    made["d"] = one.crystal.get_unit_cell().d(made["miller_index"])
    made["flags"] = flex.size_t(size, 0)
    made.set_flags(flex.bool(size, True), made.flags.integrated_sum | made.flags.integrated_prf)
    made.experiment_identifiers()[0] = str(number)
    return made


def _directions(run: Run, hkl: Any, rotation: Floats) -> Floats:
    """Diffracted beams, of the length of the incident one."""
    there = hkl @ np.linalg.inv(run.axes).T
    angle = np.radians(rotation)[:, None]
    axis = np.asarray(run.spindle)
    along = (there @ axis)[:, None] * axis
    turned = along + np.cos(angle) * (there - along) + np.sin(angle) * np.cross(axis, there)
    wave = 1 / (run.wavelength or 1.0)
    made = turned + np.asarray(run.beam) * wave
    return np.asarray(made / np.linalg.norm(made, axis=1)[:, None] * wave)
