"""sweepwright for Python callers: check, compile, run, report, simulate. No text, no exit codes."""
