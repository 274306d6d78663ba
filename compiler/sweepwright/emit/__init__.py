"""Templates to line tables, line tables to files, files to disk: the last rooms of the compiler."""
