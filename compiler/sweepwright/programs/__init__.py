"""What programs accept and say, as tables; and which of them are on this machine."""
