"""What was read of somebody's numbers."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_ref.diagnose.core.edits import Edit


@dataclass(frozen=True)
class Result:
    """edits: what makes the right cell compute his numbers; exact: whether they give every one.

    ties: other edits that give every one. unexplained: (signal, steps) of equations with another
    right side that is not known. layout, notes: further sentences.
    """

    edits: tuple[Edit, ...] = ()
    exact: bool = False
    ties: tuple[tuple[Edit, ...], ...] = ()
    unexplained: tuple[tuple[str, tuple[int, ...]], ...] = ()
    layout: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
