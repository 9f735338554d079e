"""A derivation in letters: lines, and the alphabets in which they are printed."""

from lstm_ref.optional import needs

with needs(__name__):
    import sympy  # noqa: F401
