"""Mistakes of backward passes: edits of the summands of a derivation, and what they compute.

summands: a backward pass as data; evaluate: its numbers; edits: how a mistake changes it;
known: the mistakes of the literature.
"""
