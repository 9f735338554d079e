"""Cells written by `lstm_ref.derive`: the catalogue as NumPy source, kept as files.

Each module has SHAPES, STATES, `init`, `forward` and `backward`, as in `lstm_ref.cells`.
Using them does not load SymPy. `python -m lstm_ref derive --list` names them, with small letters
they are the modules here. `make generate` writes them; a test derives them again and compares.
"""
