"""A derivation in letters: lines, and the alphabets in which they are printed."""
