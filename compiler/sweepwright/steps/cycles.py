"""Whether a sweep of XDS is integrated again, and which of its integrations is gone on with.

CORRECT writes GXPARM.XDS, the geometry refined on all images, only when its refinement is accepted.
The asymptotic I/sigma (ISa; Diederichs, Acta Cryst. D66 (2010) 733) tells which integration has the
smaller systematic errors.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sweepwright.logs.correct import read
from sweepwright.logs.integrate import read as read_integrate
from sweepwright.run import StepCall
from sweepwright.steps.decided import write_decision

_ACCEPTED, _ISA = "correct.refined.accepted", "correct.isa"
#: field of the decision -> what INTEGRATE.LP suggests
_SIZES = {
    f"{size}{esd}": f"{size}{esd}_deg"
    for size in ("beam_divergence", "reflecting_range")
    for esd in ("", "_esd")
}


def again(call: StepCall) -> None:
    """``again``: whether there are a refined geometry and sizes of spots to integrate with.

    The inputs are the CORRECT.LP and the INTEGRATE.LP of the last cycle. The sizes, degrees, have
    fields of their own; XDS wants all four or none.
    """
    accepted = _values(call.inputs[0]).get(_ACCEPTED)
    suggested = read_integrate(call.inputs[1].read_text("latin-1"), "INTEGRATE.LP").values
    sizes = {field: suggested.get(f"integrate.suggested.{name}") for field, name in _SIZES.items()}
    told = all(isinstance(size, float) and size > 0 for size in sizes.values())
    write_decision(
        call,
        {"again": accepted is True and told, **(sizes if told else {})},
        {"refinement_accepted": accepted, "suggested": sizes},
    )


def best(call: StepCall) -> None:
    """``XDS_ASCII.HKL`` of the cycle with the highest ISa; ``cycle``, counted from 1.

    The inputs are the logs of all cycles that ran, then their data, in order.
    """
    half = len(call.inputs) // 2
    logs, data = call.inputs[:half], call.inputs[half:]
    reached = [_values(path).get(_ISA) for path in logs]
    chosen = max(range(half), key=lambda i: (reached[i] or 0.0, -i))
    shutil.copyfile(data[chosen], call.folder / "XDS_ASCII.HKL")
    write_decision(call, {"cycle": chosen + 1}, {"isa": reached})


def _values(path: Path) -> dict[str, Any]:
    return dict(read(path.read_text("latin-1"), "CORRECT.LP").values)
