"""The file that a deciding step writes: what was decided, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.run import StepCall


def write_decision(call: StepCall, values: Mapping[str, Any], evidence: Mapping[str, Any]) -> None:
    """``decision.json``: the values fill the holes of later steps."""
    content = {"values": values, "evidence": evidence}
    write_file(call.folder / "decision.json", json_bytes(content))
