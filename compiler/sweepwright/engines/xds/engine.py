"""The `xds` engine as the registry gives it."""

from sweepwright.engines.base import Engine
from sweepwright.engines.xds.plan import plan

ENGINE = Engine("xds", plan, dict)
