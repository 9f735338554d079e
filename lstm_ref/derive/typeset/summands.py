"""Summands of error terms and of gradients as trees: the list of `derive.terms` in formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive import terms, tree
from lstm_ref.derive.expressions import ONES, SPREAD, Size, at
from lstm_ref.derive.typeset.arrange import Arranger, fraction
from lstm_ref.derive.typeset.ranks import of_names, rank

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

ALL = tree.Known("ones")


class Writer:
    """Writes the formulas of one cell."""

    def __init__(self, cell: Cell) -> None:
        self.cell, self.names = cell, of_names(cell)

    def equation(self, name: str) -> tree.Node:
        """The right side of an equation, as it was written where that is known."""
        equation = self.cell.equations[name]
        written: tree.Node | None = getattr(equation, "written", None)
        return self._of(name).node(equation.expr) if written is None else written

    def expression(self, expr: sympy.Expr, by: str) -> tree.Node:
        """An expression in the order in which the equation `by` was written."""
        return self._of(by).node(expr)

    def _of(self, by):
        return Arranger(self.cell.equations[by].reads, self.names)

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

    def term(self, term: terms.Term) -> tree.Node:
        """One `terms.Term`: the error it carries, times its factors, its sign outside."""
        arranger = self._of(term.by)
        inner, mean = _mean(term)
        sign, number, above, below = arranger.parts(inner)
        outer_sign, outer_number, outer, outer_below = arranger.parts(term.outer)
        error = tree.Delta(term.by)
        if term.via is None:
            factors, under = [error, *above, *outer], [*below, *outer_below]
        else:
            G = fraction(1, 1, self._ordered([error, *above]), below)
            factors = [self._through(term.via, G, arranger, mean), *outer]
            under = outer_below
        factors = self._ordered(factors)
        factors = self._summed(term.of, factors, under)
        under = [] if self._is_summed(factors) else under
        node = fraction(sign * outer_sign, number * outer_number, factors, under)
        return tree.later(node, term.lag)

    def _ordered(self, factors):
        """Numbers that never change first, then what is one number, then vectors and matrices."""
        vectors = any(self.rank(factor) for factor in factors)
        return sorted(factors, key=lambda f: 0 if _literal(f) else 1 + (vectors and self.rank(f)))

    def _through(self, via, G, arranger, mean):
        """What an operator makes of the error G behind it."""
        if via == ONES:
            return tree.Call("mean" if mean else "sum", (G,))
        if via == SPREAD:
            return tree.Call("gather", (G,))
        kind = type(via).__name__
        inside: Any = arranger.node(via.args[0]) if via.args and not via.is_Indexed else None
        if kind == "Transposed":
            return tree.Apply(inside, G)
        if kind == "Row":
            return tree.Outer(G, inside)
        if kind == "Column":
            return tree.Outer(inside, G)
        if kind == "Right":
            return tree.Apply(G, ALL if via.args[0] == 1 else inside)
        if kind == "Left":
            return tree.Apply(tree.Transposed(G), ALL if via.args[0] == 1 else inside)
        return tree.Apply(tree.Transposed(arranger.node(via)), G)

    def _summed(self, of, factors, under):
        """Factors of the error at `of`: summed over units for a number, the same in every unit of a
        vector where they are a number."""
        have = max(self.rank(factor) for factor in (*factors, *under))
        want = min(self.names.get(of, 1), 2)
        if want == have or (want and have):
            return factors
        if want:
            return [*factors, ALL]
        numbers = [f for f in factors if not self.rank(f)]
        vectors = [f for f in factors if self.rank(f)]
        if under or have == 2 or len(vectors) < 2:
            return [*numbers, tree.Call("sum", (fraction(1, 1, vectors, under),))]
        return [*numbers, tree.Dot(vectors[0], tree.product(*vectors[1:]))]

    def _is_summed(self, factors):
        last = factors[-1]
        return isinstance(last, tree.Call) and last.function == "sum"

    def product(self, product: terms.Product) -> tree.Node:
        """One `terms.Product`: an error times the transposed input of its matrix."""
        arranger = self._of(product.by)
        sign, number, above, below = arranger.parts(product.inner)
        error = fraction(1, 1, self._ordered([tree.Delta(product.by), *above]), below)
        v = arranger.node(product.v)
        transposed = getattr(product, "transposed", False)
        outer = tree.Outer(v, error) if transposed else tree.Outer(error, v)
        return fraction(sign, number, [outer], [])


def _literal(node):
    """Is it the same at every step for every cell of this kind: 2, π, log(2), dt?"""
    match node:
        case tree.Known(name):
            return name != "ones"
        case tree.Number() | tree.Constant() | tree.Size():
            return True
        case tree.Power(a, b) | tree.Quotient(a, b):
            return _literal(a) and _literal(b)
        case tree.Call(_, arguments):
            return all(map(_literal, arguments))
    return False


def _mean(term):
    """(inner, True) without the 1/H of a mean over units, (inner, False) where there is none."""
    sizes = [f for f in sympy.Mul.make_args(term.inner) if isinstance(1 / f, Size)]
    if term.via != ONES or len(sizes) != 1:
        return term.inner, False
    return term.inner * (1 / sizes[0]), True
