"""Independent witnesses for hand-written gradients."""
