"""The drawings of the book, of the shapes in `shapes`."""

from lstm_ref.optional import needs

with needs(__name__):
    import matplotlib  # noqa: F401
