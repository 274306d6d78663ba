"""Judges of POINTLESS, AIMLESS and CTRUNCATE: files and XML first, the exit code second, texts last.

"End of aimless job" and a closed XML prove only that the program came to its end; old programs end
with 0 after an error. So success wants a result in the XML, no error text and exit code 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.engines.base import JudgeFunction
from sweepwright.logs.reading import Reading
from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.errors import explain

_TAIL = 200_000
_LOOK = "Look at stdout in the folder of the attempt."


@dataclass(frozen=True)
class _Ended:
    """A program that ended: its step, what its XML says, and what it printed."""

    step: Step
    xml: Reading
    said: str

    def finding(self, code: str, message: str, **evidence: Any) -> Finding:
        subject = self.step.id.partition("@")[2]
        return Finding(code, FindingState.SEEN, message, subject, evidence)

    @property
    def values(self) -> Mapping[str, Any]:
        return self.xml.values


def _judge(xml: str, closing: str, result: Callable[[_Ended], Verdict]) -> JudgeFunction:
    """A judge of a program that writes ``xml``, and prints ``closing`` when it came to its end."""

    def judge(step: Step, folder: Path, exit_code: int) -> Verdict:
        said = "\n".join(_text(folder / name)[-_TAIL:] for name in ("stdout", "stderr"))
        meaning, advice = explain("ccp4", [said])
        reading = _read(folder / xml)
        if exit_code != 0 or meaning:
            how = f"{step.program} ended with exit code {exit_code}"
            return Verdict(Outcome.FAILURE, meaning or how, advice or _LOOK)
        if reading is None:
            return Verdict(Outcome.FAILURE, f"{xml} is missing or cannot be read", _LOOK)
        if closing not in said:
            message = f"stdout has not the words that end it well: '{closing}'"
            return Verdict(Outcome.FAILURE, message, _LOOK)
        return result(_Ended(step, reading, said))

    return judge


def _read(path: Path) -> Reading | None:
    from sweepwright.logs import aimless_xml, ctruncate_xml, pointless_xml

    reader = {
        "pointless.xml": pointless_xml.read,
        "aimless.xml": aimless_xml.read,
        "ctruncate.xml": ctruncate_xml.read,
    }[path.name]
    text = _text(path)
    reading = reader(text, path.name) if text else None
    return reading if reading is not None and (reading.values or reading.tables) else None


def _pointless(ended: _Ended) -> Verdict:
    """The group that it chose; after a mere copy there is none."""
    name = ended.values.get("best.name")
    given = any("SPACEGROUP" in str(piece) for line in ended.step.files[0].lines for piece in line)
    if not name and not given:
        return Verdict(Outcome.FAILURE, "POINTLESS came to no solution", _LOOK)
    findings = []
    if ended.values.get("twinning_suspected") is True:
        said = "the intensities look like those of a twin (L-test)"
        findings.append(ended.finding("SW-Q025", said, **_twin(ended)))
    if "extra_centring.lattice_type" in ended.values:
        centring = ended.values["extra_centring.lattice_type"]
        said = f"reflections that centring {centring} forbids are absent: the cell may be too large"
        findings.append(ended.finding("SW-Q026", said, centring=centring))
    if not name:
        return Verdict(Outcome.SUCCESS, "sorted", findings=tuple(findings))
    kind = ended.values.get("best.kind") or "group"
    if kind == "point group":
        said = "the screw axes could not be told: too few axial reflections were measured"
        subject = ended.step.id.partition("@")[2]
        findings.append(Finding("SW-Q013", FindingState.NOT_JUDGED, said, subject))
    elif mirror := _mirror_image(ended, str(name)):
        said = f"space group {name} or its mirror image {mirror}: intensities cannot tell the hand"
        findings.append(ended.finding("SW-Q003", said, groups=[name, mirror]))
    values = {key: value for key, value in ended.values.items() if key.startswith("best.")}
    return Verdict(Outcome.SUCCESS, f"{kind} {name}", findings=tuple(findings), values=values)


def _mirror_image(ended: _Ended, name: str) -> str:
    """The group that differs from this one in the hand of its screw axes alone, if there is one."""
    import gemmi

    group = gemmi.find_spacegroup_by_name(name)
    if group is None or not group.is_enantiomorphic():
        return ""
    operations = group.operations()
    operations.change_basis_forward(gemmi.Op("-x,-y,-z"))
    mirror = gemmi.find_spacegroup_by_ops(operations)
    return "" if mirror is None else str(mirror.xhm())


def _twin(ended: _Ended) -> dict[str, Any]:
    keys = ("twin_fraction", "l_mean", "l_test_fraction")
    return {key: ended.values[key] for key in keys if key in ended.values}


def _aimless(ended: _Ended) -> Verdict:
    """The numbers by which people judge scaling; of several data sets those of the first."""
    values: dict[str, Any] = {}
    for name in ("rmeas_all", "rpim_all", "cc_half", "i_over_sigma", "anomalous_slope"):
        key = next((key for key in ended.values if key.rpartition(".")[2] == name), None)
        given = ended.values.get(key) if key else None
        values[name] = given[0] if isinstance(given, tuple | list) else given
    known = {name: value for name, value in values.items() if isinstance(value, int | float)}
    if not known:
        return Verdict(Outcome.FAILURE, "aimless.xml holds no result", _LOOK)
    shown = [f"{name.removesuffix('_all')} {known[name]:g}" for name in known][:3]
    findings = []
    if "all data below threshold" in ended.said:
        said = "AIMLESS calls all data weak: they are below its thresholds in every shell"
        findings.append(ended.finding("SW-Q027", said))
    return Verdict(Outcome.SUCCESS, ", ".join(shown), findings=tuple(findings), values=known)


def _ctruncate(ended: _Ended) -> Verdict:
    wilson = ended.values.get("wilson_b")
    findings = []
    if ended.values.get("twinning_suspected") is True:
        said = "the intensities look like those of a twin (CTRUNCATE)"
        findings.append(ended.finding("SW-Q025", said, **_twin(ended)))
    if not isinstance(wilson, int | float):
        return Verdict(Outcome.SUCCESS, "amplitudes", findings=tuple(findings))
    return Verdict(
        Outcome.SUCCESS,
        f"amplitudes, Wilson B {wilson:.1f} A^2",
        findings=tuple(findings),
        values={"wilson_b": wilson},
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


JUDGES: Mapping[str, JudgeFunction] = {
    "ccp4.pointless": _judge("pointless.xml", "", _pointless),
    "ccp4.aimless": _judge("aimless.xml", "End of aimless job", _aimless),
    "ccp4.ctruncate": _judge("ctruncate.xml", "Normal termination", _ctruncate),
}
