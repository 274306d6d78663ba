"""XDS and XSCALE: one XDS run for a sweep, one XSCALE run for a group."""

from sweepwright.engines.xds.plan import ENGINE

__all__ = ["ENGINE"]
