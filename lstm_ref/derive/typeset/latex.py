"""Equations, error terms and gradients of a cell as LaTeX or as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lstm_ref.derive.typeset import lines
from lstm_ref.derive.typeset.alphabets import Latex, Text

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

LINE = 30  # letters on a line before it is broken: what fits on a phone


class Formula(str):
    """LaTeX that a notebook renders."""

    def _repr_latex_(self):
        return f"$$\n{self}\n$$"


def equations(cell: Cell, colour: bool = False) -> Formula:
    """The forward pass as an `aligned` block; colour=True: gates in the colours of the book."""
    return _aligned(lines.equations(cell, Latex(colour=colour)))


def error_terms(cell: Cell, names: Iterable[str] | None = None, colour: bool = False) -> Formula:
    """δ of every signal, or of `names`: definition, chain rule, result, in an `aligned` block."""
    return _aligned(lines.error_terms(cell, Latex(colour=colour), names))


def results(cell: Cell, names: Iterable[str] | None = None, colour: bool = False) -> Formula:
    """δ of every signal, or of `names`, without the steps in between."""
    rows = lines.error_terms(cell, Latex(colour=colour), names)
    return _aligned((left, rights[-1:]) for left, rights in rows)


def gradients(cell: Cell, colour: bool = False) -> Formula:
    """∂E/∂W of every parameter, summed over time, in an `aligned` block."""
    return _aligned(lines.gradients(cell, Latex(colour=colour)))


def passed_on(cell: Cell, colour: bool = False) -> Formula:
    """∂E/∂x_t for the layer below, and the error at the initial state, in an `aligned` block."""
    return _aligned(lines.passed_on(cell, Latex(colour=colour)))


def text(cell: Cell) -> dict[str, str]:
    """Everything as plain text: {heading: text}."""
    style = Text()
    return {heading: _plain(rows(cell, style)) for heading, rows in _PARTS.items()}


def equations_as_text(cell: Cell) -> str:
    """The forward pass as plain text."""
    return _plain(lines.equations(cell, Text()))


def document(cell: Cell) -> dict[str, Formula]:
    """Everything as LaTeX: {heading: aligned block}."""
    return {heading: _aligned(rows(cell, Latex())) for heading, rows in _PARTS.items()}


_PARTS = {
    "Equations": lines.equations,
    "Error terms": lines.error_terms,
    "Weight gradients": lines.gradients,
    "Error passed on": lines.passed_on,
}


def _aligned(rows):
    lines = []
    for left, rights in rows:
        for right in rights:
            first, *more = _broken(right)
            lines += [f"{left} &= {first}", *(f"&\\quad {piece}" for piece in more)]
            left = ""
    body = " \\\\\n".join(lines)
    return Formula(f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}")


def _broken(pieces):
    """Pieces joined to lines that are not too long."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        joined = f"{lines[-1]} {piece}"
        if _letters(joined) <= LINE:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def _letters(latex):
    """About how many letters wide a formula is on the page."""
    latex = re.sub(r"\\frac\{(.*?)\}\{\\partial", r"\1", latex)  # only the upper part counts
    latex = re.sub(r"\\(class\{[^}]*\}|mathrm|left|right|bigl|bigr|tilde|,)", "", latex)
    latex = re.sub(r"\\[a-z]+ ?", "x", latex)
    return len(re.sub(r"[{}_^ ]", "", latex))


def _plain(rows):
    lines = []
    for left, rights in rows:
        indent = " " * len(left)
        for k, right in enumerate(rights):
            lines.append(f"{indent if k else left} = {' '.join(right)}")
    return "\n".join(lines)
