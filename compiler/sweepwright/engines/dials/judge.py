"""Judges of DIALS's programs: by the files that must be there and by numbers, never by exit code alone.

dials.import exits 0 when nothing matches, dials.index when it explains 5 % of the spots. So each
judge looks for positive evidence in what was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from sweepwright.engines.dials.models import compare_models
from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.dials import explain

FEWEST_SPOTS = 20
#: below this part of the spots indexing is a failure, below the next it is a finding
INDEXED_FAILURE, INDEXED_FINDING = 0.25, 0.5
_TAIL = 100_000

Judge = Callable[[Step, Path, int], Verdict]
Reader = Callable[[Step, Path, str], Verdict]


def _judge(read: Reader) -> Judge:
    """The common part: exit code and declared outputs first, then what the program tells."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        absent = [
            output.name
            for output in step.outputs
            if not output.optional and not (folder / output.name).is_file()
        ]
        if exit_code != 0 or absent:
            return _failure(step, folder, exit_code, absent)
        return read(step, folder, _text(folder / "stdout"))

    return judge


def _failure(step: Step, folder: Path, exit_code: int, absent: list[str]) -> Verdict:
    texts = [_text(folder / name) for name in ("stderr", "stdout")]
    meaning, advice = explain(texts)
    if not meaning:
        last = next((line for line in reversed(texts[0].strip().splitlines()) if line.strip()), "")
        what = (
            f"did not write {', '.join(absent)}"
            if exit_code == 0
            else f"ended with exit code {exit_code}"
        )
        meaning = f"{step.program} {what}" + (f": {last.strip()[:200]}" if last else "")
        advice = "Look at stdout and stderr in the folder of the attempt."
    return Verdict(Outcome.FAILURE, meaning, advice)


def _import(step: Step, folder: Path, said: str) -> Verdict:
    """One sweep, and every model as it was compiled."""
    experiments = json.loads((folder / "imported.expt").read_bytes())
    count = len(experiments.get("experiment", ()))
    if count > 1:
        return Verdict(
            Outcome.FAILURE,
            f"DIALS took the images for {count} sweeps: an image is missing or the angle jumps",
            "Make a sweep of each part with 'range:' in the job.",
        )
    expected = json.loads((folder / "expected.json").read_bytes())
    differences = compare_models(experiments, expected)
    if differences:
        return Verdict(
            Outcome.FAILURE,
            "DIALS has other models than were compiled: " + "; ".join(map(str, differences)),
            "This is a fault of sweepwright or of this version of DIALS; please report it.",
        )
    return Verdict(Outcome.SUCCESS, "models are as compiled")


def _find_spots(step: Step, folder: Path, said: str) -> Verdict:
    spots = _number(r"Saved (\d+) reflections to", said)
    if spots < FEWEST_SPOTS:
        return Verdict(
            Outcome.FAILURE,
            f"only {spots:.0f} spots were found",
            "Look at an image: is there diffraction, is the beam on, are the images of this crystal?",
        )
    return Verdict(Outcome.SUCCESS, f"{spots:.0f} spots", values={"spots": int(spots)})


def _index(step: Step, folder: Path, said: str) -> Verdict:
    rows = re.findall(r"\|\s+\d+ \|\s+(\d+) \|\s+(\d+) \|\s+[\d.]+%\s+\|", said)
    indexed, others = (int(part) for part in rows[-1]) if rows else (0, 0)
    fraction = indexed / (indexed + others) if indexed + others else 0.0
    cell = _crystal(folder / "indexed.expt")
    values = {"fraction_indexed": round(fraction, 4), "cell": cell}
    message = f"{100 * fraction:.1f} % of the spots indexed, cell {_shown(cell)}"
    advice = (
        "Check beam centre, distance and the direction of the rotation axis; look for several "
        "lattices; give 'space_group' and 'cell' if you know them."
    )
    if fraction < INDEXED_FAILURE:
        return Verdict(Outcome.FAILURE, message, advice, values=values)
    state = FindingState.SEEN if fraction < INDEXED_FINDING else FindingState.NOT_SEEN
    finding = Finding("SW-Q002", state, message, _subject(step), values)
    outcome = Outcome.SOFT_FAILURE if state is FindingState.SEEN else Outcome.SUCCESS
    return Verdict(
        outcome, message, advice if state is FindingState.SEEN else "", (finding,), values
    )


def _refine(step: Step, folder: Path, said: str) -> Verdict:
    rows = re.findall(r"\|\s+\d+ \|\s+(\d+) \|\s+([\d.]+) \|\s+([\d.]+) \|\s+([\d.]+) \|", said)
    if not rows:
        return Verdict(Outcome.SUCCESS, "refined")
    used, x, y, z = (float(part) for part in rows[-1])
    values = {"reflections": int(used), "rmsd_px": [x, y], "rmsd_images": z}
    return Verdict(Outcome.SUCCESS, f"rmsd {x:.2f}, {y:.2f} px, {z:.2f} images", values=values)


def _integrate(step: Step, folder: Path, said: str) -> Verdict:
    count = _number(r"Saving (\d+) reflections to integrated", said)
    if count == 0:
        return Verdict(
            Outcome.FAILURE, "no reflection was integrated", "Look at the log of refinement."
        )
    return Verdict(
        Outcome.SUCCESS, f"{count:.0f} reflections integrated", values={"reflections": int(count)}
    )


def _symmetry(step: Step, folder: Path, said: str) -> Verdict:
    group = _last(r"Recommended space group: (.+)", said) or _last(r"in space group (.+)", said)
    pair = _last(r"Space group with equivalent score \(enantiomorphic pair\): (.+)", said)
    message = f"space group {group}" + (f" or its mirror image {pair}" if pair else "")
    finding = Finding(
        "SW-Q003", FindingState.SEEN, f"{message}: intensities cannot tell the hand", _subject(step)
    )
    values = {"space_group": group, "enantiomorph": pair}
    return Verdict(Outcome.SUCCESS, message, findings=(finding,) if pair else (), values=values)


def _cosym(step: Step, folder: Path, said: str) -> Verdict:
    group = _last(r"Best solution: (.+)", said)
    experiments = json.loads((folder / "symmetrized.expt").read_bytes()).get("experiment", ())
    integrated = sum(1 for item in step.references if item.name.endswith(".expt"))
    values = {"laue_group": group, "sweeps": len(experiments)}
    message = f"Laue group {group}, {len(experiments)} of {integrated} sweeps on one indexing"
    if len(experiments) < integrated:
        lost = f"{message}: DIALS left out sweeps whose cell or lattice differs"
        return Verdict(
            Outcome.FAILURE,
            lost,
            "Are all sweeps of one crystal form? Name 'crystals:' in the job, one for each.",
        )
    return Verdict(Outcome.SUCCESS, message, values=values)


def _scale(step: Step, folder: Path, said: str) -> Verdict:
    values = {
        name: _number(rf"^{re.escape(label)}\s+(-?[\d.]+)", said, default=float("nan"))
        for name, label in (
            ("r_meas", "Rmeas(I)"),
            ("cc_half", "CC half"),
            ("completeness", "Completeness"),
        )
    }
    known = {name: value for name, value in values.items() if value == value}  # noqa: PLR0124
    shown = ", ".join(f"{name} {value:g}" for name, value in known.items())
    return Verdict(Outcome.SUCCESS, shown or "scaled", values=known)


def _done(step: Step, folder: Path, said: str) -> Verdict:
    return Verdict(Outcome.SUCCESS, "done")


def _text(path: Path) -> str:
    """The end of a log; logs of long runs are large and say the result last."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _number(pattern: str, text: str, default: float = 0.0) -> float:
    found = re.findall(pattern, text, re.MULTILINE)
    return float(found[-1]) if found else default


def _last(pattern: str, text: str) -> str:
    found = re.findall(pattern, text)
    return str(found[-1]).strip() if found else ""


def _crystal(path: Path) -> list[float]:
    """The cell of the first crystal of a .expt file, from its real-space axes."""
    import numpy as np

    crystals = json.loads(path.read_bytes()).get("crystal", ())
    if not crystals:
        return []
    a, b, c = (np.array(crystals[0][f"real_space_{axis}"]) for axis in "abc")
    lengths = [float(np.linalg.norm(axis)) for axis in (a, b, c)]
    angles = [
        float(np.degrees(np.arccos(x @ y / np.linalg.norm(x) / np.linalg.norm(y))))
        for x, y in ((b, c), (a, c), (a, b))
    ]
    return [round(value, 4) for value in (*lengths, *angles)]


def _shown(cell: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in cell)


def _subject(step: Step) -> str:
    return step.id.partition("@")[2]


#: judge by the name that a step's ``judge`` gives
JUDGES: Mapping[str, Judge] = {
    f"dials.{name}": _judge(read)
    for name, read in {
        "import": _import,
        "find_spots": _find_spots,
        "index": _index,
        "refine": _refine,
        "integrate": _integrate,
        "symmetry": _symmetry,
        "cosym": _cosym,
        "scale": _scale,
        "merge": _done,
        "export": _done,
        "split_experiments": _done,
    }.items()
}
