"""DIALS: one step a program, every parameter written out, judged by positive evidence."""

from sweepwright.engines.base import Engine
from sweepwright.engines.dials.checks import check
from sweepwright.engines.dials.judge import JUDGES
from sweepwright.engines.dials.plan import plan

ENGINE = Engine("dials", plan, check, JUDGES)

__all__ = ["ENGINE"]
