"""Engines: how a resolved job becomes a plan for XDS and CCP4, or for DIALS. One package each."""
