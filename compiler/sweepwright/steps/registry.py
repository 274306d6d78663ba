"""Our own steps by the name that stands behind ``sweepwright:`` in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from sweepwright.run import StepCall, StepFunction

#: function -> the module of this package that it stands in
_MODULES = {
    "manifest": "manifest",
    "unpack": "unpack",
    "resolution": "decisions",
    "anomalous": "decisions",
    "beam_centres": "beam_centres",
    "carried": "carried",
    "carried_models": "carried",
    "cut_back": "damage",
    "zero_dose": "damage",
    "cut": "damage",
    "orientations": "orientations",
    "ice": "ice",
    "several_lattices": "lattices",
    "point_group": "point_group",
    "space_group": "space_group",
    "again": "cycles",
    "best": "cycles",
    "merge": "merge",
    "finish": "finish",
}


def _late(module: str, name: str) -> StepFunction:
    """A function that loads its module when it is called: numpy and gemmi cost time to import."""

    def call(step: StepCall) -> None:
        getattr(import_module(f"sweepwright.steps.{module}"), name)(step)

    return call


FUNCTIONS: Mapping[str, StepFunction] = {
    name: _late(module, name) for name, module in _MODULES.items()
}
