"""What only the notebooks use: one style of figures, drawings, exercises, stored results."""

from lstm_ref.book.exercises.table import judge

__all__ = ["judge"]
