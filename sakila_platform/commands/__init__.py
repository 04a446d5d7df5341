"""What the command line does, one module per command; each is called by `cli` with words already understood."""
