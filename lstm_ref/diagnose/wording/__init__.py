"""A mistake that was found, told: in words, and as an equation with the difference marked in it.

told(table, edits, sizes)       sentences, each with its edits
formulas(table, edits, sizes)   their equations beside the right ones
"""

from lstm_ref.diagnose.wording.formulas import Formula, formulas
from lstm_ref.diagnose.wording.groups import Said, told

__all__ = ["Formula", "Said", "formulas", "told"]
