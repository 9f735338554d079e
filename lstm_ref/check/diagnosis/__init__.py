"""How `lstm_ref.check.diagnose` finds the mistake.

spelling, blocks, layout_guess: what somebody's arrays are and how they are laid out. comparison:
which of them agree. families, sums, multiples, gallery: every small mistake, and what it computes.
search: which of them give these numbers. explain, report, advice: the answer, in words.
"""
