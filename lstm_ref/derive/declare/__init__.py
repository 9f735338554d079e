"""The language in which a cell is declared, and what it refuses."""
