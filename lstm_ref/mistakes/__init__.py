"""Mistakes of backward passes: edits of the summands of a derivation, and what they compute.

evaluate: the numbers of a backward pass with mistakes; edits: what a mistake changes in it;
known: the mistakes of the literature; power: which way of checking sees which of them.
"""

from lstm_ref.optional import needs

with needs(__name__):
    import sympy  # noqa: F401
