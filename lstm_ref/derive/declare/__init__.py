"""The language in which a cell is declared, and what it refuses."""

from lstm_ref.optional import needs

with needs(__name__):
    import sympy  # noqa: F401
