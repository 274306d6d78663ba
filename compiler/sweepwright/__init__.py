"""sweepwright: a declarative job compiler for macromolecular crystallography."""

__version__ = "0.1.0"
