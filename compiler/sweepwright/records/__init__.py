"""What a run leaves behind: lock, keys, journal, ends of steps, and scripts that repeat it."""
