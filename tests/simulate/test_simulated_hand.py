"""The hand: Friedel mates differ as the atoms say, and mirrors turn it round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest
from predicting import crossings
from simulated import BASE, specification
from slow_minicbf import header, pixels

from sweepwright.geometry.detector import normal
from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.hand import Hand, Setting, compare_hands
from sweepwright.simulate import Truth, simulate
from sweepwright.simulate.placement import place
from sweepwright.simulate.setup import told_setup, true_setup

QUIET = {"noise": False, "background": 0, "counts": 20000}
U = np.array(
    [[-0.7399126800, 0.4548751726, -0.4955984294],
     [0.6632822600, 0.3704510779, -0.6502481386],
     [-0.1121867615, -0.8098484893, -0.5758120831]]
)  # fmt: skip
#: what a detector mirrored along its slow direction does to the world
M = np.diag([1.0, -1.0, 1.0])


def amplitudes(truth: Truth, hkl: Any) -> Any:
    """|F| by a plain sum over all atoms and operators."""
    group = gemmi.SpaceGroup(truth.space_group)
    cell = gemmi.UnitCell(*truth.cell)
    sweep = truth.sweeps[0]
    total = np.zeros(len(hkl), complex)
    for atom in truth.atoms:
        stol2 = cell.calculate_1_d2_array(hkl.astype(np.int32)) / 4
        f0 = [gemmi.Element(atom.element).it92.calculate_sf(value) for value in stol2]
        f = np.array(f0, complex)
        if atom.anomalous:
            f += sweep.f_prime + 1j * sweep.f_second
        for op in group.operations():
            site = np.array(op.apply_to_xyz(list(atom.site)))
            total += f * np.exp(-atom.b_factor * stol2) * np.exp(2j * np.pi * (hkl @ site))
    return np.abs(total)


@pytest.fixture(scope="module")
def inverse(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A sweep and its inverse beam: Friedel mates are recorded with the same factors."""
    asked = specification(
        signal=QUIET,
        crystals={"x": {"mosaicity": 0.05}},
        sweeps=[{"name": n, "images": 12, "start": s} for n, s in (("a", 0), ("b", 180))],
    )
    folder = tmp_path_factory.mktemp("hand") / "inverse"
    return folder, simulate(asked, folder)


def test_the_larger_of_two_friedel_mates_is_that_of_the_atoms(
    inverse: tuple[Path, Truth],
) -> None:
    folder, truth = inverse
    mtz = gemmi.read_mtz_file(str(folder / "truth.mtz"))
    hkl = mtz.make_miller_array()[::7]
    plus, minus = (np.array(mtz.column_with_label(f"F({sign})"))[::7] for sign in "+-")
    expected = amplitudes(truth, hkl), amplitudes(truth, -hkl)
    assert np.allclose(plus, expected[0] * np.sqrt(truth.scale), rtol=1e-4, atol=1e-2)
    differing = np.abs(expected[0] - expected[1]) > 0.01 * expected[0]
    assert differing.sum() > 50
    same_sign = (plus - minus) * (expected[0] - expected[1]) > 0
    assert same_sign[differing].all()


def test_the_brighter_of_two_friedel_mates_is_that_of_the_atoms(
    inverse: tuple[Path, Truth],
) -> None:
    folder, truth = inverse
    spots = [_counts(folder, truth, number) for number in (0, 1)]
    pairs = [(h, tuple(-i for i in h)) for h in spots[0] if tuple(-i for i in h) in spots[1]]
    assert len(pairs) > 20
    hkl = np.array([h for h, _ in pairs])
    measured = np.array([(spots[0][h], spots[1][mate]) for h, mate in pairs])
    expected = np.column_stack([amplitudes(truth, hkl), amplitudes(truth, -hkl)]) ** 2
    ratios = measured[:, 0] / measured[:, 1], expected[:, 0] / expected[:, 1]
    assert np.allclose(*ratios, rtol=0.05)
    differing = np.abs(ratios[1] - 1) > 0.1
    assert differing.sum() > 5
    assert ((ratios[0] - 1) * (ratios[1] - 1) > 0)[differing].all()


def _counts(folder: Path, truth: Truth, number: int) -> dict[tuple[int, ...], float]:
    """Counts of the spots of a sweep that stand alone, are wholly on it and not weak."""
    sweep = truth.sweeps[number]
    images = np.array([pixels(folder / f"{sweep.name}_{n:04d}.cbf") for n in sweep.image_numbers])
    near = crossings(truth, sweep, sweep.start_deg - 3, sweep.start_deg + sweep.images + 3)
    found = {}
    for hkl, angle, place_px in zip(*near, strict=True):
        close = np.abs(near.place_px - place_px).max(axis=1) < 11
        alone = (close & (np.abs(near.angle_deg - angle) < 3)).sum() == 1
        x, y = np.floor(place_px).astype(int)
        middle = int(np.floor(angle - sweep.start_deg))
        if alone and 6 <= x < 481 and 6 <= y < 189 and 1 <= middle < sweep.images - 1:
            box = images[middle - 1 : middle + 2, y - 5 : y + 6, x - 5 : x + 6]
            if box.sum() > 2000:
                found[tuple(hkl.tolist())] = float(box.sum())
    return found


def shot(folder: Path, f_second: float, u: Any, **sweep: Any) -> Any:
    """An image of a crystal with an orientation."""
    structure = {**BASE["structure"], "anomalous": {"f_second": f_second}}
    asked = specification(
        structure=structure,
        signal=QUIET,
        crystals={"x": {"orientation": u.tolist()}},
        sweeps=[{"name": "a", "images": 1, "settings": {"kappa": 30, "phi": -50}, **sweep}],
    )
    simulate(asked, folder)
    return pixels(folder / "a_0001.cbf")


def test_a_double_mirror_shows_the_other_hand_in_the_geometry_of_the_header(
    tmp_path: Path,
) -> None:
    """The images are those of the mirrored crystal: its Friedel mates are exchanged."""
    swung = {"two_theta": 12}
    mirrored = shot(tmp_path / "m", 5.0, U, faults={"mirror": True}, **swung)
    believed = shot(tmp_path / "b", -5.0, -M @ U, **swung)
    wrong = shot(tmp_path / "w", 5.0, -M @ U, **swung)
    assert np.abs(mirrored - believed).max() <= 1
    assert np.abs(mirrored - wrong).max() > 20
    assert header(tmp_path / "m" / "a_0001.cbf") == {
        **header(tmp_path / "b" / "a_0001.cbf"),
        **_mime(tmp_path / "m" / "a_0001.cbf"),
    }


def _mime(path: Path) -> dict[str, str]:
    return {key: value for key, value in header(path).items() if key.startswith(("X-", "Content"))}


def test_a_mirrored_detector_stores_the_last_line_first(tmp_path: Path) -> None:
    """About the beam centre that the header tells."""
    detector = {**BASE["detector"], "gaps": False}
    sweep = {"name": "a", "images": 1}
    common = {"signal": QUIET, "crystals": {"x": {"orientation": U.tolist()}}}
    straight = specification(
        **common, detector={**detector, "beam_center": [250, 195 - 80]}, sweeps=[sweep]
    )
    flipped = specification(
        **common,
        detector={**detector, "beam_center": [250, 80]},
        sweeps=[{**sweep, "faults": {"mirrored_detector": True}}],
    )
    for asked, name in ((straight, "s"), (flipped, "f")):
        simulate(asked, tmp_path / name)
    one, other = (pixels(tmp_path / name / "a_0001.cbf") for name in "sf")
    assert one.max() > 100
    assert np.abs(one[::-1] - other).max() <= 1


@pytest.mark.parametrize("vector", [[1, 0, 0], [-1, 0, 0], [0, 1, 0]])
@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ({}, Hand.SAME),
        ({"mirror": True}, Hand.DOUBLE_MIRROR),
        ({"mirrored_detector": True}, Hand.MIRRORED_DETECTOR),
        ({"reversed_axis": True}, Hand.REVERSED_AXIS),
    ],
)
def test_truth_and_header_differ_by_the_fault(
    vector: list[float], fault: dict[str, Any], verdict: Hand
) -> None:
    asked = specification(
        format="imgcif",
        goniostat=[{"name": "omega", "vector": vector}],
        detector={**BASE["detector"], "two_theta": 10, "tilt": [1, 2, 0]},
        sweeps=[{"name": "a", "images": 1, "faults": fault}],
    )
    really, told = (f(asked, asked.sweeps[0]) for f in (true_setup, told_setup))
    # with an axis across the mirror plane a mirrored detector alone changes both
    if vector[1] and "mirrored_detector" in fault:
        verdict = Hand.DOUBLE_MIRROR
    if vector[1] and "mirror" in fault:
        assert really.scan.axis == told.scan.axis
    compared = compare_hands(
        *(
            Setting(s.panel_ahead.fast, s.panel_ahead.slow, BEAM, s.scan.axis)
            for s in (told, really)
        ),
        tolerance_deg=0.5,
    )
    assert compared.verdict is verdict
    turned_away = np.dot(normal(really.panel), normal(told.panel)) < 0
    assert turned_away == ("mirrored_detector" in fault or "mirror" in fault)


def test_predictions_are_blind_to_the_double_mirror() -> None:
    """Truth and header put every reflection on the same pixel at the same angle."""
    asked = specification(
        format="nxmx",
        detector={**BASE["detector"], "two_theta": 10, "tilt": [1, 2, 3]},
        sweeps=[{"name": "a", "images": 1, "settings": {"kappa": 40}, "faults": {"mirror": True}}],
    )
    sweep = asked.sweeps[0]
    placement = place(asked, sweep)
    told = told_setup(asked, sweep)
    q = np.array([0.11, -0.2, 0.15])
    slow = np.array(told.slow) * [1, 1, 0] / np.hypot(*told.slow[:2])
    mirror = np.eye(3) - 2 * np.outer(slow, slow)
    true_axis, told_axis = placement.axis, np.array(told.scan.axis)
    assert np.allclose(true_axis, -mirror @ told_axis)
    fixed = np.array(told.scan.fixed)
    # what the mirrored crystal does in the believed world is the mirror image of what is true
    assert np.allclose(mirror @ placement.fixed @ q, fixed @ mirror @ q)
    assert np.allclose(mirror @ placement.origin_mm, told.panel.origin_mm)
    assert np.allclose(mirror @ placement.panel.fast, told.panel.fast)
    assert np.allclose(mirror @ placement.panel.slow, told.panel.slow)


def test_a_mirror_is_not_mirrored_again() -> None:
    with pytest.raises(ValueError, match="already"):
        specification(
            sweeps=[{"name": "a", "images": 1, "faults": {"mirror": True, "reversed_axis": True}}]
        )
