"""YAML to `Job`: load, validate, compose. Everything a user typed keeps its place in the file."""
