"""Pure numbers: frames, goniostats as chains of axes, detectors, and what engines want of them."""
