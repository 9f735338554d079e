"""What only the notebooks use: one style of figures, drawings, exercises, stored results."""

from lstm_ref.book.exercise import cell_fault, verdict

__all__ = ["cell_fault", "verdict"]
