"""DIALS: one step a program, every parameter written out, judged by positive evidence."""

from collections.abc import Mapping

from sweepwright.engines.base import Engine, JudgeFunction
from sweepwright.engines.dials.checks import check
from sweepwright.engines.dials.plan import plan


def _judges() -> Mapping[str, JudgeFunction]:
    """Loaded when something runs; compiling does without them."""
    from sweepwright.engines.dials.judge import JUDGES

    return JUDGES


ENGINE = Engine("dials", plan, check, _judges)

__all__ = ["ENGINE"]
