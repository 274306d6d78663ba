"""Values that pass between stages. Imports nothing of ours and does no input or output."""
