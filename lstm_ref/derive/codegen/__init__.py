"""A derivation as source code."""

from lstm_ref.optional import needs

with needs(__name__):
    import sympy  # noqa: F401
