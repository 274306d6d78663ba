"""Judges of XDS and XSCALE: by what they print and by the files that they must have written.

Exit codes say nothing: XDS ends with 0 after an error. An error's text may stand behind the timing
lines, and with an expired licence nothing is written at all; so the whole output is searched, and
success wants the closing words of the last step as well as its files, written by this attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweepwright.engines import ice, lattices
from sweepwright.engines.base import JudgeFunction
from sweepwright.engines.orientations import compared
from sweepwright.engines.xds.beam_doubt import believed
from sweepwright.engines.xds.carried import follows
from sweepwright.engines.xds.echo import compare
from sweepwright.engines.xds.left import text_of, what_is_wrong
from sweepwright.logs.xds_banner import banner
from sweepwright.logs.xds_messages import messages
from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain
from sweepwright.programs.xds_input import parse

#: a solution of less than half of the spots is gone on with when spots lie this near to where the
#: lattice puts them: px, and widths of an image (a rule of thumb)
_NEAR_PX, _NEAR_WIDTHS = 2.0, 2.0
#: a last shift slightly over its limit; where it matters the spots do not fit, and that is looked at
_HARMLESS = "REFINEMENT DID NOT CONVERGE"
_LOOK = "Look at stdout in the folder of the attempt."

Told = Mapping[str, Any]
Read = Callable[[Step, Path, Told], Verdict]


def _judge(log: str, proof: str, read: Read, echoed: tuple[str, ...] = ()) -> JudgeFunction:
    """A judge of a step whose log ends well when it holds ``proof``; ``echoed`` repeat the input."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        texts = [text_of(folder / name) for name in ("stdout", "stderr", log)]
        told = messages("\n".join(texts))
        if exit_code != 0 or "error.hard" in told:
            return _failure(step, folder, exit_code, told)
        if proof not in texts[-1]:
            message = f"{log} has not the words that end it well: '{proof}'"
            return Verdict(Outcome.FAILURE, message, _LOOK)
        if wrong := what_is_wrong(step, folder, log):
            return Verdict(Outcome.FAILURE, wrong, "Run the step again, in a folder of its own.")
        verdict = read(step, folder, told)
        repeated = _repeated(step, folder, echoed)
        doubtful = "error.soft" in told or (repeated and repeated.state is FindingState.SEEN)
        if doubtful and verdict.outcome is Outcome.SUCCESS:
            verdict = replace(verdict, outcome=Outcome.SOFT_FAILURE)
        more = [
            one
            for one in (
                repeated,
                _built(step, texts[-1]),
                _spread(step, folder),
                _warned(step, told, verdict),
            )
            if one is not None
        ]
        return replace(verdict, findings=(*verdict.findings, *more))

    return judge


def _failure(step: Step, folder: Path, exit_code: int, told: Told) -> Verdict:
    """What went wrong, in the words of the process that failed where XDS had started several."""
    hard = str(told.get("error.hard", ""))
    if hard:
        parts = [text_of(path) for path in sorted(folder.glob("LP_*.tmp"))]
        inner = [str(said["error.hard"]) for said in map(messages, parts) if "error.hard" in said]
        meaning, advice = explain("xds", [*inner, hard])
        line = told.get("error.offending_line")
        shown = "; ".join(dict.fromkeys([*inner, f"{hard} ({line})" if line else hard]))
        return Verdict(
            Outcome.FAILURE, f"{shown}: {meaning}" if meaning else shown, advice or _LOOK
        )
    meaning, advice = explain("xds", [text_of(folder / "stderr")])
    how = (
        f"was ended by signal {-exit_code}"
        if exit_code < 0
        else f"ended with exit code {exit_code}"
    )
    message = f"{step.program} {how}"
    advice = advice or (
        "Look at the memory, at stderr and at the limit of the stack: 'ulimit -s unlimited'."
    )
    return Verdict(Outcome.FAILURE, f"{message}: {meaning}" if meaning else message, advice)


def _repeated(step: Step, folder: Path, logs: tuple[str, ...]) -> Finding | None:
    """Whether the logs repeat the values of XDS.INP; None where nothing can be compared."""
    inp = text_of(folder / "XDS.INP")
    number, differences = 0, []
    for log in logs:
        count, found = compare(inp, text_of(folder / log), log)
        number += count
        differences += [f"{log}: {difference}" for difference in found]
    if not number:
        return None
    state = FindingState.SEEN if differences else FindingState.NOT_SEEN
    message = "; ".join(differences) or f"{number} values of XDS.INP are those of the logs"
    return Finding("SW-Q025", state, message, _subject(step), {"compared": number})


def _built(step: Step, log: str) -> Finding | None:
    """Whether the build is the one that the files were checked for; None where either is not known."""
    said = banner(log)
    if not step.version or said.version is None:
        return None
    build = " ".join(said.version.split()) + (f" BUILT={said.built}" if said.built else "")
    other = build not in step.version
    message = f"{step.program} is {build}"
    message += f", and its files were checked for {step.version}" if other else ""
    return Finding(
        "SW-Q031", FindingState.SEEN if other else FindingState.NOT_SEEN, message, _subject(step)
    )


def _spread(step: Step, folder: Path) -> Finding | None:
    """Whether XDS had the nodes that were asked for; None where one was."""
    wanted = next((hole.most for hole in step.holes if hole.resource == "nodes"), None)
    if wanted is None:
        return None
    given = parse(text_of(folder / "XDS.INP")).statements
    names = [word for one in given if one.name == "CLUSTER_NODES" for word in one.words]
    fewer = len(names) < wanted
    message = f"XDS ran on {len(names)} of the {wanted} nodes that were asked for"
    message += ": start the run within an allocation of so many" if fewer else ""
    state = FindingState.SEEN if fewer else FindingState.NOT_SEEN
    return Finding("SW-Q032", state, message, _subject(step), {"nodes": len(names)})


def _warned(step: Step, told: Told, verdict: Verdict) -> Finding | None:
    """Warnings of the program, and an error that it went on after if nothing else tells of it."""
    said = [str(text) for text in told.get("warnings", ()) if not str(text).startswith(_HARMLESS)]
    if "error.soft" in told and verdict.usable and not verdict.findings:
        said.insert(0, str(told["error.soft"]))
    if not said:
        return None
    meaning, advice = explain("xds", said)
    message = "; ".join(said) + (f": {meaning}. {advice}" if meaning else "")
    return Finding("SW-Q026", FindingState.SEEN, message, _subject(step))


def _index(step: Step, folder: Path, told: Told) -> Verdict:
    """The lattice; less than half of the spots in it is no failure where they fit well."""
    from sweepwright.logs.idxref import read

    reading = read(text_of(folder / "IDXREF.LP"), "IDXREF.LP")
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
    width = values.get("idxref.input.oscillation_range_deg")
    near = (
        isinstance(off_px, float)
        and isinstance(off_deg, float)
        and isinstance(width, int | float)
        and off_px < _NEAR_PX
        and off_deg < _NEAR_WIDTHS * width
    )
    if not near:
        meaning, advice = explain("xds", [str(told["error.soft"])])
        return Verdict(Outcome.FAILURE, f"{message}, and these do not fit: {meaning}", advice)
    finding = Finding(
        "SW-Q002", FindingState.SEEN,
        f"XDS indexed {100 * indexed / spots:.0f} % of the spots; those fit", _subject(step),
        {"indexed": indexed, "spots": spots},
    )  # fmt: skip
    return Verdict(Outcome.SOFT_FAILURE, message, findings=(finding,), values=_numbers(values))


def _plain(step: Step, folder: Path, told: Told) -> Verdict:
    """Nothing more is asked."""
    return Verdict(Outcome.SUCCESS, str(told.get("warning") or ""))


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if isinstance(value, int | float)}


def _subject(step: Step) -> str:
    return step.id.partition("@")[2]


_INDEXED = _judge(
    "IDXREF.LP", "elapsed wall-clock time", _index, ("INIT.LP", "COLSPOT.LP", "IDXREF.LP")
)


def _own(read: Callable[[Path, str], Verdict], failure: str) -> JudgeFunction:
    """A judge of our own step: what it wrote, or that it failed."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        if exit_code != 0:
            return Verdict(Outcome.FAILURE, failure)
        return read(folder, _subject(step))

    return judge


JUDGES: Mapping[str, JudgeFunction] = {
    "xds.index": follows(_INDEXED),
    "xds.index_searched": follows(believed(_INDEXED)),
    "xds.orientations": _own(compared, "the orientations could not be compared"),
    "xds.several_lattices": _own(lattices.judged, "no second lattice could be looked for"),
    "xds.ice": _own(ice.judged, "ice could not be looked for"),
    "xds.integrate": _judge(
        "INTEGRATE.LP",
        'REFLECTIONS SAVED ON FILE "INTEGRATE.HKL"',
        _plain,
        ("INTEGRATE.LP",),
    ),
    "xds.correct": _judge(
        "CORRECT.LP", 'STATISTICS OF SAVED DATA SET "XDS_ASCII.HKL"', _plain, ("CORRECT.LP",)
    ),
    "xds.xscale": _judge("XSCALE.LP", "STATISTICS OF SCALED OUTPUT DATA SET", _plain),
}
