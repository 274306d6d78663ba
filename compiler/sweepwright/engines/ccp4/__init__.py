"""The programs of CCP4 in the plans of the `xds` engine."""
