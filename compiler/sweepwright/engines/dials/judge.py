"""Judges of DIALS's programs: by the files that must be there and by the numbers they tell.

The exit code alone says little: dials.import and dials.scale print their help and exit 0 when they
are given nothing, dials.find_spots exits 0 with one spot, dials.index with 5 % of them and a cell of
nonsense. So each judge first wants exit code 0 and every declared output, and then reads evidence from
what was written. A soft failure has usable files and says what is doubtful.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.engines import ice, lattices
from sweepwright.engines.dials.carried import follows
from sweepwright.engines.dials.models import compare_models
from sweepwright.engines.dials.said import (
    cell_of,
    group_of,
    last,
    number,
    rmsd,
    shown_cell,
    statistics,
    text_of,
)
from sweepwright.engines.orientations import compared
from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain

#: spots below which nothing can be indexed
FEWEST_SPOTS = 20
#: an image with less than this part of the usual number of strong pixels is called empty
EMPTY_IMAGE = 0.02
#: below this part of the spots indexing is a failure, below the next it is doubtful
INDEXED_FAILURE, INDEXED_FINDING = 0.25, 0.5
#: a lattice that leaves more than a quarter of the spots and has the others so far off, in images and
#: in degrees, fits by chance: dials.index takes what is within 0.3 of an index for indexed
INDEXED_LOOSE, LOOSE_IMAGES, LOOSE_DEG = 0.75, 0.4, 0.25
#: how far the search may move the beam centre before the given one is doubtful, in pixels
LARGE_SHIFT_PX = 2.0
#: largest distance of a spot from where it should be that a good model leaves, in pixels
LARGE_RMSD_PX = 1.0
#: below this part of the predicted reflections with a fitted profile something hides them
FITTED_FINDING = 0.5

_LOOK = "Look at stdout and stderr in the folder of the attempt."
_GEOMETRY = (
    "Check beam centre, distance and the direction of the rotation axis; look for several "
    "lattices; give 'space_group' and 'cell' if you know them."
)

Judge = Callable[[Step, Path, int], Verdict]


@dataclass(frozen=True)
class Ended:
    """What a step left behind."""

    step: Step
    folder: Path
    said: str

    @property
    def subject(self) -> str:
        """The sweep or group."""
        return self.step.id.partition("@")[2]

    def experiments(self, name: str) -> dict[str, Any]:
        """The content of a .expt file; raises ValueError where it is no JSON."""
        content: dict[str, Any] = json.loads((self.folder / name).read_bytes())
        return content

    def finding(self, code: str, seen: bool, message: str, **values: Any) -> Finding:
        """A finding that was looked for."""
        state = FindingState.SEEN if seen else FindingState.NOT_SEEN
        return Finding(code, state, message, self.subject, values)


def _judge(read: Callable[[Ended], Verdict]) -> Judge:
    """The common part: exit code and declared outputs first, then what the program tells."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        absent = [
            output.name
            for output in step.outputs
            if not output.optional and not _has_content(folder / output.name)
        ]
        if exit_code != 0 or absent:
            return _failure(step, folder, exit_code, absent)
        try:
            return read(Ended(step, folder, text_of(folder / "stdout")))
        except (ValueError, KeyError, IndexError) as damage:
            what = f"the files of {step.program} cannot be read: {damage!r}"[:300]
            return Verdict(Outcome.FAILURE, what, "Run the step again; is the disk full?")

    judge.__name__ = f"judge{read.__name__}"
    return judge


def _failure(step: Step, folder: Path, exit_code: int, absent: list[str]) -> Verdict:
    texts = [text_of(folder / name) for name in ("stderr", "stdout")]
    meaning, advice = explain("dials", texts)
    if not meaning:
        meaning, advice = _unknown(step, exit_code, absent, texts)
    return Verdict(Outcome.FAILURE, meaning, advice, values={"exit_code": exit_code})


def _unknown(step: Step, exit_code: int, absent: list[str], texts: list[str]) -> tuple[str, str]:
    """What can be said of a failure that no known text explains."""
    name = _signal(exit_code)
    if name:
        advice = "With SIGKILL memory is the usual reason: run with fewer threads (--threads 1)."
        return f"{step.program} was ended by {name}", advice
    if exit_code == 0:
        helped = any("Usage:" in text or "usage:" in text for text in texts)
        why = "; it printed its help, so it found no input" if helped else ""
        return f"{step.program} did not write {', '.join(absent)}{why}", _LOOK
    last = next((line for line in reversed(texts[0].splitlines()) if line.strip()), "").strip()
    said = re.sub(r"Please report this error to \S+ ", "", last)[:200]
    return f"{step.program} ended with exit code {exit_code}" + (f": {said}" if said else ""), _LOOK


def _signal(exit_code: int) -> str:
    """The signal that ended a process, as Python (-9) or a shell (137) tells it."""
    number = -exit_code if exit_code < 0 else exit_code - 128
    return signal.Signals(number).name if number in set(signal.Signals) else ""


def _import(ended: Ended) -> Verdict:
    """One sweep, and every model as it was compiled."""
    experiments = ended.experiments("imported.expt")
    count = len(experiments["experiment"])
    if count != 1:
        return Verdict(
            Outcome.FAILURE,
            f"DIALS took the images for {count} sweeps: an image is missing or the angle jumps",
            "Make a sweep of each part with 'range:' in the job.",
        )
    expected = json.loads((ended.folder / "expected.json").read_bytes())
    differences = compare_models(experiments, expected)
    if differences:
        return Verdict(
            Outcome.FAILURE,
            "DIALS has other models than were compiled: " + "; ".join(map(str, differences)),
            "This is a fault of sweepwright or of this release of DIALS; please report it.",
            values={"differences": [difference.quantity for difference in differences]},
        )
    lowest = experiments["detector"][0]["panels"][0]["trusted_range"][0]
    if lowest >= 0:
        return Verdict(
            Outcome.FAILURE,
            f"counts are trusted above {lowest:g} only, so pixels with no photon would be left out",
            "DIALS up to 3.12 leaves out both ends of the trusted range: begin it below 0.",
        )
    first, last = experiments["scan"][0]["image_range"]
    values = {"images": last - first + 1, "image_range": [first, last]}
    return Verdict(Outcome.SUCCESS, f"{values['images']} images, models as compiled", values=values)


def _find_spots(ended: Ended) -> Verdict:
    """Enough spots, and no empty images among the others."""
    spots = int(number(r"^Saved (\d+) reflections? to", ended.said))
    rows = re.findall(r"Found (\d+) strong pixels? on image (\d+)", ended.said)
    pixels = {int(image): int(count) for count, image in rows}
    values = {"spots": spots, "images": len(pixels)}
    if spots < FEWEST_SPOTS:
        return Verdict(
            Outcome.FAILURE,
            f"only {spots} spots were found on {len(pixels)} images",
            "Look at an image: is there diffraction, is the beam on, are the images of this crystal?",
            values=values,
        )
    usual = sorted(pixels.values())[len(pixels) // 2] if pixels else 0
    empty = sorted(image for image, count in pixels.items() if count <= EMPTY_IMAGE * usual)
    said = f"{len(empty)} of {len(pixels)} images show next to nothing"
    finding = ended.finding("SW-Q010", bool(empty), said, images=empty)
    return Verdict(Outcome.SUCCESS, f"{spots} spots", findings=(finding,), values=values)


def _mask(ended: Ended) -> Verdict:
    """Nothing more to ask: the file is there."""
    return Verdict(Outcome.SUCCESS, "pixels masked")


def _search_beam(ended: Ended) -> Verdict:
    """How far the search moved the beam centre: an honest header and a good crystal move it little."""
    centres = re.findall(r"^(?:Old|New) beam centre: .* mm \((\S+), (\S+) px\)", ended.said, re.M)
    if len(centres) != 2:
        return Verdict(Outcome.FAILURE, "the search of the beam centre told no result", _LOOK)
    x, y = (float(new) - float(old) for old, new in zip(*centres, strict=True))
    off = max(abs(x), abs(y))
    message = f"the search puts the beam centre {off:.1f} px from where it was given"
    values = {"shift_px": [round(x, 1), round(y, 1)]}
    finding = ended.finding("SW-Q020", off > LARGE_SHIFT_PX, message, **values)
    return Verdict(Outcome.SUCCESS, message, findings=(finding,), values=values)


def _loose(experiments: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether spots come at other angles than the lattice has them: one that fits by chance."""
    if "rmsd_images" not in told:
        return False
    width = abs(experiments["scan"][0]["oscillation"][1])
    return bool(told["rmsd_images"] * width > max(LOOSE_IMAGES * width, LOOSE_DEG))


def _index(ended: Ended) -> Verdict:
    """Most spots explained by the lattice, where it has them; DIALS itself does not mind how few."""
    table = ended.said.rpartition("# indexed")[2]
    rows = re.findall(r"\|\s+\d+ \|\s+(\d+) \|\s+(\d+) \|\s+[\d.]+%\s+\|", table)
    indexed, others = (sum(int(row[side]) for row in rows) for side in (0, 1))
    fraction = indexed / (indexed + others) if indexed + others else 0.0
    experiments = ended.experiments("indexed.expt")
    crystals, told = experiments["crystal"], rmsd(ended.said)
    cell, group = cell_of(crystals[0]), group_of(crystals[0])
    values = {
        "indexed": indexed,
        "fraction_indexed": round(fraction, 4),
        "cell": cell,
        "space_group": group,
        "lattices": len(crystals),
        **told,
    }
    message = f"{100 * fraction:.1f} % of the spots indexed, {group}, cell {shown_cell(cell)}"
    if fraction < INDEXED_FAILURE:
        return Verdict(Outcome.FAILURE, message, _GEOMETRY, values=values)
    if fraction < INDEXED_LOOSE and _loose(experiments, told):
        message += f"; but they are {told['rmsd_images']:.2f} images off (rms), as by chance"
        return Verdict(Outcome.FAILURE, message, _GEOMETRY, values=values)
    doubtful = fraction < INDEXED_FINDING
    finding = ended.finding("SW-Q002", doubtful, message, fraction_indexed=round(fraction, 4))
    outcome = Outcome.SOFT_FAILURE if doubtful else Outcome.SUCCESS
    return Verdict(outcome, message, _GEOMETRY if doubtful else "", (finding,), values)


def _refine(ended: Ended) -> Verdict:
    """Spots lie where the model puts them."""
    crystal = ended.experiments("refined.expt")["crystal"][0]
    values = {"cell": cell_of(crystal), **rmsd(ended.said)}
    if "rmsd_px" not in values:
        return Verdict(Outcome.SUCCESS, "refined", values=values)
    x, y = values["rmsd_px"]
    message = f"spots are {x:.2f}, {y:.2f} px and {values['rmsd_images']:.2f} images off (rms)"
    finding = ended.finding("SW-Q011", max(x, y) > LARGE_RMSD_PX, message, rmsd_px=[x, y])
    return Verdict(Outcome.SUCCESS, message, findings=(finding,), values=values)


def _integrate(ended: Ended) -> Verdict:
    """Reflections were integrated, most of them with a profile."""
    count = int(number(r"^Saving (\d+) reflections? to", ended.said))
    if count == 0:
        return Verdict(Outcome.FAILURE, "no reflection was integrated", _GEOMETRY)
    predicted = int(number(r"unintegrated reflections of (\d+) total", ended.said, count))
    values = {"reflections": count, "predicted": predicted}
    rows = re.findall(r"processed with profile fitting +\|\s+(\d+)\s+\|", ended.said)
    if not rows:
        return Verdict(Outcome.SUCCESS, f"{count} reflections integrated", values=values)
    values["profile_fitted"] = int(rows[-1])
    part = int(rows[-1]) / max(predicted, 1)
    message = f"{count} of {predicted} reflections integrated, {100 * part:.0f} % with a profile"
    finding = ended.finding("SW-Q012", part < FITTED_FINDING, message, fraction=round(part, 4))
    return Verdict(Outcome.SUCCESS, message, findings=(finding,), values=values)


def _symmetry(ended: Ended) -> Verdict:
    """The group, its mirror image, and the screw axes that nothing was measured of."""
    crystal = ended.experiments("symmetrized.expt")["crystal"][0]
    group = last(r"Recommended space group: (.+)", ended.said) or group_of(crystal)
    pair = last(r"equivalent score \(enantiomorphic pair\): (.+)", ended.said)
    probability = number(r"^Laue group probability: ([\d.]+)", ended.said, -1.0)
    values = {
        "space_group": group,
        "enantiomorph": pair,
        "cell": cell_of(crystal),
        "laue_group": last(r"Best solution: (.+)", ended.said),
        "laue_probability": None if probability < 0 else probability,
    }
    message = f"space group {group}" + (f" or its mirror image {pair}" if pair else "")
    findings = [ended.finding("SW-Q003", True, f"{message}: intensities cannot tell the hand")]
    return Verdict(
        Outcome.SUCCESS,
        message,
        findings=(*(findings if pair else ()), *_screw_axes(ended)),
        values=values,
    )


def _screw_axes(ended: Ended) -> tuple[Finding, ...]:
    """A screw axis whose row was not measured is taken for absent: that is no judgement."""
    rows = re.findall(r"^\| (\d\d[a-c]) +\| +[-\d.]+ \| +(\d+) \| +(\d+) \|", ended.said, re.M)
    blind = [axis for axis, present, absent in rows if int(present) == 0 or int(absent) == 0]
    if not blind:
        return ()
    said = f"screw axes {', '.join(blind)} could not be judged: their reflections were not measured"
    return (Finding("SW-Q013", FindingState.NOT_JUDGED, said, ended.subject, {"axes": blind}),)


def _cosym(ended: Ended) -> Verdict:
    """Every sweep is on the common indexing; one that DIALS left out must not vanish in silence."""
    experiments = ended.experiments("symmetrized.expt")
    kept = len(experiments["experiment"])
    given = sum(item.name.endswith(".expt") for item in ended.step.references)
    space_group = group_of(experiments["crystal"][0])
    # with a reference its group is taken, and none is decided
    group = last(r"Best solution: (.+)", ended.said) or space_group
    values = {
        "laue_group": group,
        "space_group": space_group,
        "cell": cell_of(experiments["crystal"][0]),
        "sweeps": kept,
    }
    message = f"Laue group {group}, {kept} of {given} sweeps on one indexing"
    if kept < given:
        return Verdict(
            Outcome.FAILURE,
            f"{message}: DIALS left out sweeps whose cell or lattice differs",
            "Are all sweeps of one crystal form? Name 'crystals:' in the job, one for each.",
            values=values,
        )
    return Verdict(Outcome.SUCCESS, message, values=values)


def _scale(ended: Ended) -> Verdict:
    """Scaled, with the numbers by which people judge it."""
    values: dict[str, Any] = dict(statistics(ended.said))
    suggested = number(r"Resolution limit suggested from CC.*: ([\d.]+)", ended.said, 0.0)
    if suggested:
        values["d_suggested"] = suggested
    shown = [f"{name} {values[name]:g}" for name in ("r_meas", "cc_half") if name in values]
    return Verdict(Outcome.SUCCESS, ", ".join(shown) or "scaled", values=values)


def _merge(ended: Ended) -> Verdict:
    """One merged set; several wavelengths would become several in one file."""
    if "Multiple wavelengths found" in ended.said:
        return Verdict(
            Outcome.FAILURE,
            "DIALS kept sweeps of slightly different wavelength apart within one data set",
            "Set one wavelength under 'geometry:' of the sweeps, or make data sets of them.",
        )
    count = int(number(r"^Number of Miller indices: (\d+)", ended.said))
    values: dict[str, Any] = {"reflections": count, **statistics(ended.said)}
    return Verdict(Outcome.SUCCESS, f"{count} reflections merged", values=values)


def _export(ended: Ended) -> Verdict:
    """Observations were written."""
    count = int(number(r"^Saving (\d+) integrated reflections? to", ended.said))
    if count == 0:
        return Verdict(Outcome.FAILURE, "no observation was written", _LOOK)
    return Verdict(Outcome.SUCCESS, f"{count} observations", values={"observations": count})


def _split(ended: Ended) -> Verdict:
    """Nothing more to ask: the files are there."""
    return Verdict(Outcome.SUCCESS, f"{len(ended.step.outputs) // 2} data sets")


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _own(read: Callable[[Path, str], Verdict]) -> Callable[[Ended], Verdict]:
    """What a step of our own wrote, read by what both engines share."""
    return lambda ended: read(ended.folder, ended.subject)


_PLAIN: Mapping[str, Judge] = {
    f"dials.{name}": _judge(read)
    for name, read in {
        "import": _import,
        "find_spots": _find_spots,
        "generate_mask": _mask,
        "search_beam_position": _search_beam,
        "index": _index,
        "refine": _refine,
        "integrate": _integrate,
        "symmetry": _symmetry,
        "cosym": _cosym,
        "scale": _scale,
        "merge": _merge,
        "export": _export,
        "split_experiments": _split,
        "orientations": _own(compared),
        "several_lattices": _own(lattices.judged),
        "ice": _own(ice.judged),
    }.items()
}
#: judge by the name that a step's ``judge`` gives
JUDGES: Mapping[str, Judge] = {**_PLAIN, "dials.index": follows(_PLAIN["dials.index"])}
