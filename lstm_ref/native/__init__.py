"""Generated C, compiled on first use."""
