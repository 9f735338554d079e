"""Equations, error terms and gradients of a cell as LaTeX or as text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lstm_ref.derive.typeset import jacobian as jacobians
from lstm_ref.derive.typeset import lines, rules
from lstm_ref.derive.typeset.alphabets import Latex, Text
from lstm_ref.derive.typeset.lines import Line
from lstm_ref.derive.typeset.ranks import of_names

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

LETTERS = 30  # on a line before it is broken: what fits on a phone
COLUMNS = 79  # of plain text
CONVENTIONS = "Taken for granted"


class Formula(str):
    """LaTeX that a notebook renders."""

    def _repr_latex_(self):
        return f"$$\n{self}\n$$"


def equations(cell: Cell, colour: bool = False, width: int | None = LETTERS) -> Formula:
    """The forward pass as an `aligned` block; colour=True: gates in the colours of the book.

    Below it stand what it takes for granted: derivatives at a kink, values of named numbers.
    width, here and below: about how many letters fit on a line; None: lines are not broken.
    """
    style = printer(cell, colour, width)
    return _block([*_rows(lines.equations(cell), style), *rules.rows(cell, style)])


def error_terms(
    cell: Cell,
    names: Iterable[str] | None = None,
    colour: bool = False,
    width: int | None = LETTERS,
) -> Formula:
    """δ of every signal, or of `names`: definition, chain rule, result, in an `aligned` block."""
    return aligned(lines.error_terms(cell, names), printer(cell, colour, width))


def results(
    cell: Cell,
    names: Iterable[str] | None = None,
    colour: bool = False,
    width: int | None = LETTERS,
) -> Formula:
    """δ of every signal, or of `names`, without the steps in between."""
    return aligned(lines.results(cell, names), printer(cell, colour, width))


def gradients(cell: Cell, colour: bool = False, width: int | None = LETTERS) -> Formula:
    """∂E/∂W of every parameter, summed over time, in an `aligned` block."""
    return aligned(lines.gradients(cell), printer(cell, colour, width))


def passed_on(cell: Cell, colour: bool = False, width: int | None = LETTERS) -> Formula:
    """∂E/∂x_t for the layer below, and the error at the initial state, in an `aligned` block."""
    return aligned(lines.passed_on(cell), printer(cell, colour, width))


def jacobian(cell: Cell, colour: bool = False, width: int | None = LETTERS) -> Formula:
    """∂s_t/∂r_{t-1} of every pair of states through one step; ValueError for a matrix as state."""
    return aligned(jacobians.lines(cell), printer(cell, colour, width))


def jacobian_as_text(cell: Cell, width: int | None = COLUMNS) -> str:
    """The same as plain text."""
    return _plain(jacobians.lines(cell), cell, width)


def text(cell: Cell, width: int | None = COLUMNS) -> dict[str, str]:
    """Everything as plain text: {heading: text}; lines of at most `width` letters, None: any."""
    found = {heading: _plain(rows(cell), cell, width) for heading, rows in PARTS.items()}
    if said := rules.sentences(cell, Text(of_names(cell))):
        wrapped = said if width is None else [w for one in said for w in textwrap.wrap(one, width)]
        found[CONVENTIONS] = "\n".join(wrapped)
    return found


def equations_as_text(cell: Cell, width: int | None = None) -> str:
    """The forward pass as plain text, one line for each equation unless a width is given."""
    return _plain(lines.equations(cell), cell, width)


def document(cell: Cell, width: int | None = LETTERS) -> dict[str, Formula]:
    """Everything as LaTeX: {heading: aligned block}."""
    style = printer(cell, False, width)
    found = {heading: aligned(rows(cell), style) for heading, rows in PARTS.items()}
    said = rules.rows(cell, style)
    return found | ({CONVENTIONS: _block(said)} if said else {})


PARTS: dict[str, Callable[[Cell], Iterable[Line]]] = {
    "Equations": lines.equations,
    "Error terms": lines.error_terms,
    "Weight gradients": lines.gradients,
    "Error passed on": lines.passed_on,
}


def printer(cell: Cell, colour: bool = False, width: int | None = LETTERS) -> Latex:
    """The printer of a cell's formulas."""
    return Latex(of_names(cell), width, colour=colour)


def aligned(lines: Iterable[Line], style: Latex) -> Formula:
    """Lines as an `aligned` block."""
    return _block(_rows(lines, style))


def _block(rows):
    body = " \\\\\n".join(rows)
    return Formula(f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}")


def _rows(lines, style):
    for line in lines:
        here = style.at_start() if line.start else style
        left = here.line(line.left)
        for right in line.rights:
            first, *more = here.lines(right)
            yield f"{left} &= {first}"
            yield from (f"&\\quad {part}" for part in more)
            left = ""


def _plain(rows, cell, width):
    found = []
    for line in rows:
        style = Text(of_names(cell), start=line.start)
        left = style.line(line.left)
        room = None if width is None else max(width - len(left) - 3, 20)
        indent = " " * len(left)
        for right in line.rights:
            first, *more = Text(style.names, room, line.start).lines(right)
            found += [f"{left} = {first}", *(f"{indent}   {part}" for part in more)]
            left = indent
    return "\n".join(found)
