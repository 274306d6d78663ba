"""What programs wrote, bytes -> typed readings: one module a kind of file."""
