"""Summands of error terms and of gradients as trees: the list of `derive.terms` in formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive import terms, tree
from lstm_ref.derive.expressions import ONES, SPREAD, Size, at
from lstm_ref.derive.table import Product, Summand, Via
from lstm_ref.derive.typeset.arrange import Arranger
from lstm_ref.derive.typeset.carried import ALL, Carrier, Parts
from lstm_ref.derive.typeset.ranks import of_names, rank

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


class Writer:
    """Writes the formulas of one cell."""

    def __init__(self, cell: Cell) -> None:
        self.cell, self.names = cell, of_names(cell)
        self.carrier = Carrier(cell.letters)
        self._arrangers: dict[str, Arranger] = {}

    def equation(self, name: str) -> tree.Node:
        """The right side of an equation, as it was written where that is known."""
        equation = self.cell.equations[name]
        written: tree.Node | None = getattr(equation, "written", None)
        return self._of(name).node(equation.expr) if written is None else written

    def expression(self, expr: sympy.Expr, by: str) -> tree.Node:
        """An expression in the order in which the equation `by` was written."""
        return self._of(by).node(expr)

    def _of(self, by):
        if by not in self._arrangers:
            self._arrangers[by] = Arranger(self.cell.equations[by].reads, self.names)
        return self._arrangers[by]

    def rank(self, node: tree.Node) -> int:
        """0 for a number, 1 for a vector, 2 for a matrix."""
        return rank(node, self.names)

    def slope(self, name: str) -> tree.Node:
        """The slope of an equation's activation, f ⊙ (1 - f)."""
        if (value := terms.slope(self.cell, name)) is None:
            raise ValueError(f"name: {name} has no activation, so it has no slope")
        return self.expression_of(value, at(name))

    def expression_of(self, expr: sympy.Expr, *order: sympy.Basic) -> tree.Node:
        """An expression with its factors in a given order."""
        return Arranger(order, self.names).node(expr)

    def summand(self, term: terms.Term) -> Summand:
        """One `terms.Term` with trees for its factors."""
        inner, outer = (
            self.expression(sympy.sympify(e), term.by) for e in (term.inner, term.outer)
        )
        return Summand(term.of, term.by, term.lag, inner, self._via(term.via, term.by), outer)

    def _factor(self, expr, by):
        return self.expression(sympy.sympify(expr), by)

    def _via(self, via, by):
        if via is None:
            return None
        for word, symbol in (("ones", ONES), ("spread", SPREAD)):
            if via == symbol:
                return Via(word)
        kind = type(via).__name__.lower()
        if kind in ("row", "column", "right", "left"):
            inside = via.args[0]
            return Via(kind, ALL if inside == 1 else self.expression(inside, by))
        if kind == "transposed":
            return Via(kind, self.expression(via.args[0], by))
        return Via("matrix", self.expression(via, by))

    def factors(self, product: terms.Product) -> Product:
        """One `terms.Product` with trees for its factors."""
        inner, v = (
            self.expression(sympy.sympify(e), product.by) for e in (product.inner, product.v)
        )
        return Product(product.of, product.by, inner, v, product.transposed)

    def term(self, term: terms.Term) -> tree.Node:
        """One `terms.Term`: the error it carries, times its factors, its sign outside."""
        arranger = self._of(term.by)
        expr, mean = _mean(term, self.cell.letters[term.by])
        inner = Parts(*arranger.parts(expr, tree.Delta(term.by)))
        before = () if term.via is not None else inner.above
        outer = Parts(*arranger.parts(term.outer, *before))
        return self.carrier.carried(self.summand(term), inner, outer, mean)

    def product(self, product: terms.Product) -> tree.Node:
        """One `terms.Product`: an error times the transposed input of its matrix."""
        inner = Parts(*self._of(product.by).parts(product.inner, tree.Delta(product.by)))
        return self.carrier.multiplied(self.factors(product), inner)


def _mean(term, letters):
    """(inner, True) without the 1/H of a mean over units, (inner, False) where there is none.

    letters: of the error. The sum of a matrix, or of another width, by H is no mean of it.
    """
    sizes = [f for f in sympy.Mul.make_args(term.inner) if isinstance(1 / f, Size)]
    if term.via != ONES or [str(1 / f) for f in sizes] != [letters]:
        return term.inner, False
    return term.inner * (1 / sizes[0]), True
