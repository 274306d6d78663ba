"""What sweepwright knows of DIALS, as data."""
