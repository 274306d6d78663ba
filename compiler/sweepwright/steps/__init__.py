"""Our own steps by name: each is a function of a folder, input files and parameters."""
