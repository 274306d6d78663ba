"""Our own steps by the name that stands behind ``sweepwright:`` in a plan."""

from __future__ import annotations

from collections.abc import Mapping

from sweepwright.run import StepCall, StepFunction


def _manifest(call: StepCall) -> None:
    from sweepwright.steps.manifest import manifest

    manifest(call)


def _resolution(call: StepCall) -> None:
    from sweepwright.steps.decisions import resolution

    resolution(call)


def _anomalous(call: StepCall) -> None:
    from sweepwright.steps.decisions import anomalous

    anomalous(call)


def _finish(call: StepCall) -> None:
    from sweepwright.steps.finish import finish

    finish(call)


#: each loads what it needs when it is called: numpy and gemmi cost time that a check need not pay
FUNCTIONS: Mapping[str, StepFunction] = {
    "manifest": _manifest,
    "resolution": _resolution,
    "anomalous": _anomalous,
    "finish": _finish,
}
