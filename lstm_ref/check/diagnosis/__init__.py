"""How `lstm_ref.check.diagnose` finds the mistake.

spelling, layout_guess: what somebody's arrays are and how they are laid out. comparison: which of
them agree. families, sums, gallery: every small mistake, and what it computes. search: which of
them give these numbers. explain, report: the answer, in words.
"""
