"""Which equation of the book a mistake violates. Needs no SymPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

# Equation labels of the book: of chapter 5 for the LSTM, of chapter 1 for the Elman network.
LABELS = {
    "o": "eq-delta-o",
    "c": "eq-delta-c",
    "f": "eq-delta-f",
    "i": "eq-delta-i",
    "c_tilde": "eq-delta-ct",
    "h": "eq-delta-h",
    "": "eq-bptt-wfh",
}
FORWARD = {"f": "forget", "i": "input", "c_tilde": "candidate", "c": "cell", "o": "output"}
FORWARD = {name: f"eq-{word}" for name, word in (FORWARD | {"h": "hidden"}).items()}


class Equations(Protocol):
    """A declared cell, or its table."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def equations(self) -> Mapping[str, Any]:
        """By the signal on the left."""


def equation(cell: Equations, of: str, wrong: str = "backward") -> tuple[str, int]:
    """(label, chapter) of the book's equation about δ of a signal, or about the weight sums."""
    if cell.name == "ELMAN":
        return ("eq-elman" if wrong == "forward" else f"eq-rnn-{'delta' if of else 'gradients'}"), 1
    if not {"c", "h"} <= set(cell.equations) or cell.name == "SRU":
        return "", 6
    if wrong == "forward":
        return FORWARD.get(of, ""), 4
    return LABELS.get(of, ""), 5
