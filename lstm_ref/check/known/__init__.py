"""The known mistakes, registered: what was seen in public, as changes of a right backward pass.

terms, slopes, sums: in error terms, slopes, sums over steps and samples. published: whole backward
passes with several mistakes. forward: another model than was meant. `lstm_ref.check.mutants` gives
them out.
"""
