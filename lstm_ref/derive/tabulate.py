"""The `table.Table` of a declared cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import FUNCTIONS, ONES, SPREAD
from lstm_ref.derive.table import Equation, Product, Summand, Table, Via
from lstm_ref.derive.typeset.summands import Writer

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def table(cell: Cell) -> Table:
    """All that `cell.terms` holds, as trees."""
    writer = Writer(cell)
    found = cell.terms
    equations = {
        name: Equation(writer.expression(e.net, name), e.activation and FUNCTIONS[e.activation])
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
        {n: tuple(_summand(writer, t) for t in terms) for n, terms in found.terms.items()},
        {n: tuple(_product(writer, p) for p in pairs) for n, pairs in found.products.items()},
    )


def _summand(writer, term):
    def node(expr):
        return writer.expression(sympy.sympify(expr), term.by)

    return Summand(term.of, term.by, term.lag, node(term.inner), _via(term.via, node),
                   node(term.outer))  # fmt: skip


def _via(via, node):
    if via is None:
        return None
    for word, symbol in (("ones", ONES), ("spread", SPREAD)):
        if via == symbol:
            return Via(word)
    kind = type(via).__name__.lower()
    if kind in ("row", "column", "right", "left"):
        inside = via.args[0]
        return Via(kind, tree.Known("ones") if inside == 1 else node(inside))
    return Via(kind, node(via.args[0])) if kind == "transposed" else Via("matrix", node(via))


def _product(writer, product):
    inner, v = (writer.expression(sympy.sympify(e), product.by) for e in (product.inner, product.v))
    return Product(product.of, product.by, inner, v, product.transposed)
