"""Reading what an implementation computes. NumPy only: no SymPy, no files, no names of others."""
