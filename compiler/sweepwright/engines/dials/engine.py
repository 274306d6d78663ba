"""The `dials` engine as the registry gives it."""

from collections.abc import Mapping

from sweepwright.engines.base import Engine, JudgeFunction
from sweepwright.engines.dials.plan import plan


def _judges() -> Mapping[str, JudgeFunction]:
    """Loaded when something runs; compiling does without them."""
    from sweepwright.engines.dials.judge import JUDGES

    return JUDGES


ENGINE = Engine("dials", plan, _judges)
