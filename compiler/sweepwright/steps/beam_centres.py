"""Models of DIALS with the detector elsewhere, for beam centres that a header may have meant."""

from __future__ import annotations

import json

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.run import StepCall


def beam_centres(call: StepCall) -> None:
    """``turned_1.expt`` ...: the input with its one panel at each of ``origins`` (imgCIF frame, mm)."""
    models = json.loads(call.inputs[0].read_bytes())
    for number, origin in enumerate(call.parameters["origins"], 1):
        models["detector"][0]["panels"][0]["origin"] = origin
        write_file(call.folder / f"turned_{number}.expt", json_bytes(models))
