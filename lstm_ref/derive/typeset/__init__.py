"""A derivation in letters: lines, and the alphabets in which they are printed.

Printing a tree needs no SymPy; `arrange` and `summands`, which make trees of SymPy's, do.
"""
