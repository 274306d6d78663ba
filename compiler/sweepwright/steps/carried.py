"""The orientation of one sweep of a crystal as it is to be in another: turned by the goniostat."""

from __future__ import annotations

import json

import numpy as np

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.logs.xparm import read
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision

_AXES = tuple(f"{axis}_axis" for axis in "abc")


def carried(call: StepCall) -> None:
    """``a_axis``, ``b_axis``, ``c_axis`` (A, at spindle angle 0), ``space_group_number``, ``cell``.

    The input is the XPARM.XDS of the sweep that is followed; ``turn`` nine numbers in the frame of
    XDS. The cell stays what it is.
    """
    reading = read(call.inputs[0].read_text("latin-1"), "XPARM.XDS")
    try:
        found = {
            key: reading.values[f"xparm.{key}"] for key in (*_AXES, "space_group_number", "cell")
        }
    except KeyError as damage:
        raise StepError("XPARM.XDS cannot be read", "Run the indexing again.") from damage
    before = np.array([found[key] for key in _AXES], float)
    turn = np.reshape(np.array(call.parameters["turn"], float), (3, 3))
    after = np.round(before @ turn.T, 6) + 0.0
    axes = dict(zip(_AXES, after.tolist(), strict=True))
    evidence = {
        "followed": dict(zip(_AXES, before.tolist(), strict=True)),
        "turn": turn.tolist(),
    }
    write_decision(call, found | axes, evidence)


def carried_models(call: StepCall) -> None:
    """``carried.expt``: the models of the first input with the crystal of the second.

    The goniometer of the first turns it; what is known of its accuracy does not hold for these images.
    """
    given, indexed = (json.loads(path.read_bytes()) for path in call.inputs)
    kept = {
        key: value for key, value in indexed["crystal"][0].items() if not key.startswith("B_cov")
    }
    given["crystal"] = [kept]
    given["experiment"][0]["crystal"] = 0
    write_file(call.folder / "carried.expt", json_bytes(given))
