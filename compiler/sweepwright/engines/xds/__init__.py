"""XDS and XSCALE: one XDS run for a sweep, one XSCALE run for a group."""
