"""Recurrent cells written by hand: under each forward step its backward step.

``elman``, ``irnn``, ``lstm``, ``gru_before`` and ``gru_after`` are plain and made for reading;
``stacked`` is the same LSTM made for speed. NAME is that of the declared cell with these equations.
`resolve` finds a cell by its name.
"""

from typing import Any

PLAIN = ("elman", "irnn", "lstm", "gru_before", "gru_after")


def name_of(cell: Any) -> str:
    """NAME of a cell: "LSTM" for `lstm`, `stacked` and the generated one; else what Python says."""
    return str(getattr(cell, "NAME", None) or getattr(cell, "__name__", type(cell).__name__))
