"""Figures of the book: one style, the drawings, and the code shown on the page."""
