"""Small synthetic rotation data sets with known truth.

``Specification`` says what to make (usually read from YAML), ``simulate`` makes it: mini-CBF, full
imgCIF or NXmx images that any reader accepts, ``truth.json`` and ``truth.mtz``.
"""

from sweepwright.simulate.simulator import SimulationError, simulate
from sweepwright.simulate.specification import Specification
from sweepwright.simulate.truth import Truth

__all__ = ["SimulationError", "Specification", "Truth", "simulate"]
