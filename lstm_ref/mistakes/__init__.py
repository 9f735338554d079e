"""Mistakes of backward passes: edits of the summands of a derivation, and what they compute.

evaluate: the numbers of a backward pass with mistakes; edits: what a mistake changes in it;
known: the mistakes of the literature; power: which way of checking sees which of them. labels:
which equation of the book a mistake violates. edits, known and power need SymPy.
"""
