"""The catalogue of rules: what each diagnostic code means, why it matters, what to write instead."""
