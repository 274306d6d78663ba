"""Stand-ins of programs of CCP4, for tests alone."""
