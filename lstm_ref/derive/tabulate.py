"""The `table.Table` of a declared cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lstm_ref.derive import ordered
from lstm_ref.derive.expressions import FUNCTIONS
from lstm_ref.derive.table import Equation, Product, Summand, Table
from lstm_ref.derive.tree import Node
from lstm_ref.derive.typeset import latex
from lstm_ref.derive.typeset.summands import Writer

if TYPE_CHECKING:
    from lstm_ref.derive import terms
    from lstm_ref.derive.declare import equation as declare
    from lstm_ref.derive.declare.declaration import Cell


def table(cell: Cell) -> Table:
    """All that `cell.terms` holds, as trees, in the order in which formulas are printed."""
    writer = Writer(cell)
    nets = {n: writer.expression(e.net, n) for n, e in cell.equations.items()}
    slopes = {n: None if s is None else writer.slope(n) for n, s in cell.terms.slopes.items()}
    return _table(cell, nets, slopes, writer.summand, writer.factors)


def computed(cell: Cell) -> Table:
    """The same in the order in which numbers are computed, with the equations as text."""
    nets = {n: ordered.node(e.net) for n, e in cell.equations.items()}
    slopes = {n: slope(s) for n, s in cell.terms.slopes.items()}
    return replace(_table(cell, nets, slopes, summand, product), text=text(cell))


def text(cell: Cell) -> tuple[str, ...]:
    """The equations and the constants of a cell, a line each."""
    constants = (f"{name} = {value!r}" for name, value in cell.constants.items())
    return (*latex.equations_as_text(cell).splitlines(), *constants)


def _table(cell, nets, slopes, one, pair):
    found = cell.terms
    return Table(
        cell.name,
        tuple(cell.inputs),
        tuple(cell.states),
        dict(cell.letters),
        tuple(cell.matrices),
        tuple(cell.vectors),
        tuple(cell.fixed),
        dict(cell.constants),
        {n: Equation(nets[n], _word(e.activation)) for n, e in cell.equations.items()},
        slopes,
        {n: tuple(map(one, terms)) for n, terms in found.terms.items()},
        {n: tuple(map(pair, pairs)) for n, pairs in found.products.items()},
    )


def equation(found: declare.Equation) -> Equation:
    """An equation in the order in which numbers are computed."""
    return Equation(ordered.node(found.net), _word(found.activation))


def slope(found: Any) -> Node | None:
    """A slope likewise, None where there is none."""
    return None if found is None else ordered.node(found)


def summand(term: terms.Term) -> Summand:
    """A `terms.Term` likewise."""
    inner, outer = ordered.node(term.inner), ordered.node(term.outer)
    return Summand(term.of, term.by, term.lag, inner, ordered.via(term.via), outer)


def product(found: terms.Product) -> Product:
    """A `terms.Product` likewise."""
    inner, v = ordered.node(found.inner), ordered.node(found.v)
    return Product(found.of, found.by, inner, v, found.transposed)


def _word(activation: Any) -> str | None:
    return None if activation is None else FUNCTIONS[activation]
