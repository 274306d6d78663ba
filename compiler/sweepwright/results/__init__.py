"""What the data are worth: statistics, the decisions drawn from them, and the files that carry them."""
