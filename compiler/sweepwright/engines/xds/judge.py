"""Judges of XDS and XSCALE: by what they print and by the files that they must have written.

Exit codes say nothing: XDS ends with 0 after an error. An error's text may stand behind the timing
lines, and with an expired licence nothing is written at all; so the whole output is searched, and
success wants the closing words of the last step as well as its files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sweepwright.logs.xds_messages import messages
from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain

#: a solution of less than half of the spots is gone on with when spots lie this near to where the
#: lattice puts them: px, and widths of an image (a rule of thumb)
_NEAR_PX, _NEAR_WIDTHS = 2.0, 2.0
_WIDTH = re.compile(r"OSCILLATION_RANGE=\s*(\S+)")
_TAIL = 200_000

Judge = Callable[[Step, Path, int], Verdict]


def _said(folder: Path, log: str) -> str:
    """Standard output, errors and the log of the step, each once."""
    texts = []
    for name in ("stdout", "stderr", log):
        try:
            texts.append((folder / name).read_text("latin-1")[-_TAIL:])
        except OSError:
            continue
    return "\n".join(texts)


def _judge(log: str, proof: str, read: Callable[[Path, dict[str, Any]], Verdict]) -> Judge:
    """A judge of a step whose log ends well when it holds ``proof``."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        said = _said(folder, log)
        told = messages(said)
        hard = told.get("error.hard")
        if exit_code != 0 or hard:
            return _failure(str(hard or ""), exit_code, step)
        text = _text(folder / log)
        if proof not in text:
            message = f"{log} has not the words that end it well: '{proof}'"
            return Verdict(Outcome.FAILURE, message, "Look at stdout in the folder of the attempt.")
        return read(folder, told)

    return judge


def _failure(hard: str, exit_code: int, step: Step) -> Verdict:
    if hard:
        meaning, advice = explain("xds", [hard])
        return Verdict(Outcome.FAILURE, f"{hard}: {meaning}" if meaning else hard, advice)
    message = (
        f"{step.program} was ended by signal {-exit_code}"
        if exit_code < 0
        else f"{step.program} ended with exit code {exit_code}"
    )
    advice = "Look at the memory and at the limit of the stack: 'ulimit -s unlimited'."
    return Verdict(Outcome.FAILURE, message, advice)


def _index(folder: Path, told: dict[str, Any]) -> Verdict:
    """The lattice; less than half of the spots in it is no failure where they fit well."""
    from sweepwright.logs.idxref import read

    reading = read(_text(folder / "IDXREF.LP"), "IDXREF.LP")
    values = reading.values
    spots, indexed = values.get("idxref.n_spots_used"), values.get("idxref.n_indexed")
    off_px, off_deg = (
        values.get("idxref.sd_spot_position_px"), values.get("idxref.sd_spindle_position_deg")
    )  # fmt: skip
    if not isinstance(spots, int) or not isinstance(indexed, int) or not spots:
        return Verdict(Outcome.FAILURE, "IDXREF.LP does not say how many spots were indexed")
    message = f"{indexed} of {spots} spots indexed"
    if "error.soft" not in told:
        return Verdict(Outcome.SUCCESS, message, values=_numbers(values))
    width = _width(folder)
    near = isinstance(off_px, float) and off_px < _NEAR_PX
    near = near and isinstance(off_deg, float) and off_deg < _NEAR_WIDTHS * width
    if not near:
        meaning, advice = explain("xds", [str(told["error.soft"])])
        return Verdict(Outcome.FAILURE, f"{message}, and these do not fit: {meaning}", advice)
    finding = Finding(
        "SW-Q002", FindingState.SEEN,
        f"XDS indexed {100 * indexed / spots:.0f} % of the spots; those fit", _subject(folder),
        {"indexed": indexed, "spots": spots},
    )  # fmt: skip
    return Verdict(Outcome.SOFT_FAILURE, message, findings=(finding,), values=_numbers(values))


def _plain(log: str) -> Callable[[Path, dict[str, Any]], Verdict]:
    """Nothing more is asked."""

    def read(folder: Path, told: dict[str, Any]) -> Verdict:
        return Verdict(Outcome.SUCCESS, str(told.get("warning") or ""))

    return read


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if isinstance(value, int | float)}


def _width(folder: Path) -> float:
    found = _WIDTH.search(_text(folder / "XDS.INP"))
    return float(found[1]) if found else 0.0


def _subject(folder: Path) -> str:
    return folder.parent.parent.name


def _text(path: Path) -> str:
    try:
        return path.read_text("latin-1")
    except OSError:
        return ""


JUDGES: Mapping[str, Judge] = {
    "xds.index": _judge("IDXREF.LP", "elapsed wall-clock time", _index),
    "xds.integrate": _judge(
        "INTEGRATE.LP", 'REFLECTIONS SAVED ON FILE "INTEGRATE.HKL"', _plain("INTEGRATE.LP")
    ),
    "xds.correct": _judge(
        "CORRECT.LP", 'STATISTICS OF SAVED DATA SET "XDS_ASCII.HKL"', _plain("CORRECT.LP")
    ),
    "xds.xscale": _judge("XSCALE.LP", "STATISTICS OF SCALED OUTPUT DATA SET", _plain("XSCALE.LP")),
}
