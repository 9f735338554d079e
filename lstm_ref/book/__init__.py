"""What only the notebooks use: one style of figures, drawings, exercises, stored results."""

from lstm_ref.book.exercises.table import judge
from lstm_ref.book.exercises.verdict import cell_fault, verdict

__all__ = ["cell_fault", "judge", "verdict"]
