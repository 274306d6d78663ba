"""Rules about a resolved job: one function a rule, one code a rule."""
