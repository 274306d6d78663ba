"""DIALS: one step a program, every parameter written out, judged by positive evidence."""
