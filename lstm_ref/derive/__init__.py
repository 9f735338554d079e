"""From the equations of a cell: its error terms, their proof, LaTeX and NumPy code.

Importing this package loads nothing; its parts load SymPy.

    from lstm_ref import cell, sigma, t, tanh
"""
