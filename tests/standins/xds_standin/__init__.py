"""Stand-ins of XDS, XSCALE and XDSCONV for tests: DIALS does the work, the files look like theirs."""
