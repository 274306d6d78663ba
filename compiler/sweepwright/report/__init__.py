"""How results read: the figures and the page of a run."""
