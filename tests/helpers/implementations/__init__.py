"""Implementations as strangers write them, right and wrong, to judge what `diagnose` says of them.

Nothing here uses `lstm_ref.diagnose`, `lstm_ref.mistakes` or `lstm_ref.check`: a cell is read from
its declared equations, run forwards and backwards operation by operation, and a mistake changes
what one operation hands back.
"""
