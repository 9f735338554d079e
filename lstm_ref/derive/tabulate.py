"""The `table.Table` of a declared cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_ref.derive.expressions import FUNCTIONS
from lstm_ref.derive.table import Equation, Table
from lstm_ref.derive.typeset.summands import Writer

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def table(cell: Cell) -> Table:
    """All that `cell.terms` holds, as trees."""
    writer = Writer(cell)
    found = cell.terms
    equations = {
        name: Equation(writer.expression(e.net, name), _word(e.activation))
        for name, e in cell.equations.items()
    }
    slopes = {n: None if s is None else writer.slope(n) for n, s in found.slopes.items()}
    return Table(
        cell.name,
        tuple(cell.inputs),
        tuple(cell.states),
        dict(cell.letters),
        tuple(cell.matrices),
        tuple(cell.vectors),
        tuple(cell.fixed),
        dict(cell.constants),
        equations,
        slopes,
        {n: tuple(map(writer.summand, terms)) for n, terms in found.terms.items()},
        {n: tuple(map(writer.factors, pairs)) for n, pairs in found.products.items()},
    )


def _word(activation: Any) -> str | None:
    return None if activation is None else FUNCTIONS[activation]
