"""The `xds` engine as the registry gives it."""

from collections.abc import Mapping

from sweepwright.engines.base import Engine, JudgeFunction
from sweepwright.engines.xds.plan import plan
from sweepwright.engines.xds.whole import whole_inputs


def _judges() -> Mapping[str, JudgeFunction]:
    """Loaded when something runs; compiling does without them."""
    from sweepwright.engines.ccp4.judge import JUDGES as OF_CCP4
    from sweepwright.engines.xds.judge import JUDGES

    return {**JUDGES, **OF_CCP4}


ENGINE = Engine("xds", plan, _judges, whole_inputs)
