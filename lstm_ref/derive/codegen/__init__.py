"""A derivation as source code."""
