"""Judges of POINTLESS, AIMLESS and CTRUNCATE: by files and XML first, exit code second, text last.

The last line of a log proves little (AIMLESS writes it after a fatal error as well), and old programs
end with 0 after an error. What the program found doubtful in the data is a finding, not a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sweepwright.engines.base import JudgeFunction
from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain

_LOOK = "Look at stdout in the folder of the attempt."
#: what exit codes of AIMLESS say where its text says nothing (its source)
_AIMLESS_CODES = {2: "a keyword is wrong", 3: "its input is wrong", 5: "out of memory"}
_KEPT = {
    "pointless": (
        "best.name", "best.kind", "best.reindex", "best.total_probability", "best.confidence",
        "best.laue_probability", "best.laue_confidence", "best.space_group_confidence", "cell",
        "output_space_group", "twin_fraction", "l_mean",
    ),
    "aimless": (
        "low_resolution", "high_resolution", "n_obs", "n_unique", "rmeas_all", "rmeas_within",
        "rpim_all", "i_over_sigma", "cc_half", "completeness_percent", "multiplicity",
        "cc_anomalous", "anomalous_slope", "anomalous_on", "space_group", "cell",
    ),
    "ctruncate": (
        "wilson_b", "l_mean", "l_test_fraction", "tncs", "ice_rings", "n_reflections",
        "n_rejected", "anisotropic_delta_b",
    ),
}  # fmt: skip

Values = Mapping[str, Any]
Findings = Callable[[str, Values], Iterator[Finding]]


def _judge(program: str, is_done: Callable[[Values], bool], find: Findings) -> JudgeFunction:
    """A judge; ``is_done`` tells from what was read whether the program has a result."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        values, broken = _read(program, folder)
        absent = [
            output.name
            for output in step.outputs
            if not output.optional and not _has_content(folder / output.name)
        ]
        hard = str(values.get("error.hard", ""))
        if hard or exit_code != 0:
            return _failure(program, exit_code, hard)
        for wrong in (
            f"{program} did not write {', '.join(absent)}" if absent else "",
            broken,
            "" if is_done(values) else f"{program} ended without a result",
        ):
            if wrong:
                return Verdict(Outcome.FAILURE, wrong, _LOOK)
        subject = step.id.partition("@")[2]
        findings = (*find(subject, values), *_warned(subject, values))
        return Verdict(
            Outcome.SUCCESS, _told(values), findings=findings, values=_kept(program, values)
        )

    return judge


def _read(program: str, folder: Path) -> tuple[dict[str, Any], str]:
    """What log and XML say, the XML above the log; and why the XML cannot be used."""
    values: dict[str, Any] = {}
    for name, kind in (("stdout", f"{program}.log"), (f"{program}.xml", f"{program}.xml")):
        try:
            text = (folder / name).read_text("latin-1")
        except OSError:
            continue
        module = import_module(f"sweepwright.logs.{kind.replace('.log', '').replace('.', '_')}")
        if name.endswith(".xml") and module.recognises(text) is None:
            return values, f"{name} is not what {program} writes"
        reading = module.read(text, kind)
        said = (*values.get("warnings", ()), *reading.values.get("warnings", ()))
        hard = values.get("error.hard")
        values |= reading.values
        values |= {"warnings": tuple(dict.fromkeys(said))} if said else {}
        values |= {"error.hard": hard} if hard else {}
        broken = [str(each) for each in reading.troubles if each.what == "the end of the file"]
        if name.endswith(".xml") and broken:
            return values, f"{name} is not whole: {broken[0]}"
    return values, ""


def _failure(program: str, exit_code: int, hard: str) -> Verdict:
    meaning, advice = explain("ccp4", [hard])
    if hard:
        message = f"{program}: {hard}" + (f": {meaning}" if meaning else "")
        return Verdict(Outcome.FAILURE, message, advice or _LOOK)
    if exit_code < 0:
        return Verdict(Outcome.FAILURE, f"{program} was ended by signal {-exit_code}", _LOOK)
    why = _AIMLESS_CODES.get(exit_code, "") if program == "aimless" else ""
    message = f"{program} ended with exit code {exit_code}" + (f": {why}" if why else "")
    return Verdict(Outcome.FAILURE, message, _LOOK)


def _pointless(subject: str, values: Values) -> Iterator[Finding]:
    name = values.get("best.name")
    if values.get("best.kind") == "point group":
        message = f"the screw axes could not be told: {name} stands for its point group"
        yield Finding("SW-Q013", FindingState.NOT_JUDGED, message, subject)
    if (pair := _mirror_image(name)) and values.get("best.kind") == "space group":
        message = f"space group {name} or its mirror image {pair}: intensities cannot tell the hand"
        yield Finding("SW-Q003", FindingState.SEEN, message, subject)
    yield _finding(
        "SW-Q027", subject, values.get("twinning_suspected"),
        "the data may be twinned", "no sign of twinning",
    )  # fmt: skip
    if centring := values.get("extra_centring.lattice_type"):
        message = f"reflections are absent as in a lattice {centring}: the cell may be too large"
        yield Finding("SW-Q028", FindingState.SEEN, message, subject)


def _aimless(subject: str, values: Values) -> Iterator[Finding]:
    """With several data sets each has its own sentence on the anomalous signal."""
    for key, sentence in values.items():
        if key.rpartition(".")[2] != "anomalous_status":
            continue
        on = values.get(f"{key.removesuffix('status')}on")
        weak = "weak" in str(sentence).lower() if on else None
        if on is not False:
            yield _finding("SW-Q029", subject, weak, str(sentence), str(sentence))


def _ctruncate(subject: str, values: Values) -> Iterator[Finding]:
    twin = values.get("twinning_suspected")
    yield _finding(
        "SW-Q027", subject, twin, "the L-test finds twinning", "the L-test finds no twinning"
    )
    yield _finding(
        "SW-Q028", subject, values.get("tncs"),
        "copies of the molecule are related by a translation (tNCS)", "no translational NCS",
    )  # fmt: skip


def _finding(code: str, subject: str, seen: Any, yes: str, no: str) -> Finding:
    """A finding of something that the program says, denies, or is silent about."""
    if seen is None:
        return Finding(code, FindingState.NOT_JUDGED, "the program does not say", subject)
    state = FindingState.SEEN if seen else FindingState.NOT_SEEN
    return Finding(code, state, yes if seen else no, subject)


def _warned(subject: str, values: Values) -> Iterator[Finding]:
    if said := values.get("warnings"):
        yield Finding("SW-Q026", FindingState.SEEN, "; ".join(map(str, said)), subject)


def _mirror_image(name: Any) -> str:
    """The other group of an enantiomorphic pair; nothing for every other group."""
    import gemmi

    group = gemmi.find_spacegroup_by_name(str(name)) if name else None
    if group is None:
        return ""
    inverted = group.operations()
    inverted.change_basis_forward(gemmi.Op("-x,-y,-z"))
    other = gemmi.find_spacegroup_by_ops(inverted)
    return other.hm if other is not None and other.number != group.number else ""


def _told(values: Values) -> str:
    if "best.name" in values:
        return f"{values.get('best.kind', 'space group')} {values['best.name']}"
    return ""


def _kept(program: str, values: Values) -> dict[str, Any]:
    """The numbers and names worth keeping; of inner, outer and overall the overall."""
    kept = {}
    for key, value in values.items():
        name = key.partition(".")[2].partition(".")[2] if key.startswith("dataset.") else key
        if name in _KEPT[program] and value is not None:
            overall = isinstance(value, tuple) and len(value) == 3
            kept[key] = value[0] if overall else list(value) if isinstance(value, tuple) else value
    return kept


def _has_content(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0


def _symmetry_told(values: Values) -> bool:
    names = "best.name copy_message no_alternative_indexing reindex_written n_columns_written"
    return any(name in values for name in names.split())


JUDGES: Mapping[str, JudgeFunction] = {
    "ccp4.pointless": _judge("pointless", _symmetry_told, _pointless),
    "ccp4.aimless": _judge(
        "aimless",
        lambda values: any(key.rpartition(".")[2] == "cc_half" for key in values),
        _aimless,
    ),
    "ccp4.ctruncate": _judge(
        "ctruncate", lambda values: values.get("normal_termination") is True, _ctruncate
    ),
}
