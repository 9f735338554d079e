"""Is this backward pass right? Witnesses that know nothing of it, and ways to ask them.

summands: a derivation as data, evaluated term by term.
"""
