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

    def term(self, term: terms.Term) -> tree.Node:
        """One `terms.Term`: the error it carries, times its factors, its sign outside."""
        arranger = self._of(term.by)
        inner, mean = _mean(term, self.cell.letters[term.by])
        error = tree.Delta(term.by)
        sign, number, factors, under = arranger.parts(inner, error)
        if term.via is None:
            outer_sign, outer_number, factors, outer_under = arranger.parts(term.outer, *factors)
        else:
            outer_sign, outer_number, outer, outer_under = arranger.parts(term.outer)
            front, G, under = self._numbers_out(factors, under)
            factors = [*front, self._through(term.via, G, arranger, mean), *outer]
        under = [*under, *outer_under]
        factors, under = self._summed(term.of, self._ordered(factors), under)
        return tree.later(
            fraction(sign * outer_sign, number * outer_number, factors, under), term.lag
        )

    def _numbers_out(self, factors, under):
        """(numbers, error, numbers below the line): operators are applied to what is no number."""
        if not any(self.rank(factor) for factor in factors):
            return [], tree.product(*factors), under
        front = [f for f in factors if not self.rank(f)]
        inside = [f for f in factors if self.rank(f)]
        below = [f for f in under if self.rank(f)]
        return front, fraction(1, 1, inside, below), [f for f in under if not self.rank(f)]

    def _through(self, via, G, arranger, mean):
        """What an operator makes of the error G behind it."""
        if via == ONES:
            return tree.Call("mean", (G,)) if mean else self._sum(G)
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

    def _sum(self, node):
        """The sum over the units of a vector, aᵀ b of a product; over all of a matrix."""
        product = isinstance(node, tree.Product) and self.rank(node) == 1
        if not product or not all(map(self.rank, node.factors)):
            return tree.Call("sum", (node,))
        return tree.Dot(node.factors[0], tree.product(*node.factors[1:]))

    def _ordered(self, factors):
        """Numbers that never change first, then what is one number, then vectors and matrices."""
        vectors = any(self.rank(factor) for factor in factors)
        return sorted(factors, key=lambda f: 0 if _literal(f) else 1 + (vectors and self.rank(f)))

    def _summed(self, of, factors, under):
        """(factors, below) of the error at `of`: summed over units for a number, the same in every
        unit of a vector where they are a number."""
        have = max(self.rank(factor) for factor in (*factors, *under))
        want = min(self.names.get(of, 1), 2)
        if want == have or (want and have):
            return factors, under
        if want:
            return [*factors, ALL], under
        front, inside, under = self._numbers_out(factors, under)
        return [*front, self._sum(inside)], under

    def product(self, product: terms.Product) -> tree.Node:
        """One `terms.Product`: an error times the transposed input of its matrix."""
        arranger = self._of(product.by)
        sign, number, factors, below = arranger.parts(product.inner, tree.Delta(product.by))
        front, error, below = self._numbers_out(self._ordered(factors), below)
        v = arranger.node(product.v)
        outer = tree.Outer(v, error) if product.transposed else tree.Outer(error, v)
        return fraction(sign, number, [*front, outer], below)


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


def _mean(term, letters):
    """(inner, True) without the 1/H of a mean over units, (inner, False) where there is none.

    letters: of the error. The sum of a matrix, or of another width, by H is no mean of it.
    """
    sizes = [f for f in sympy.Mul.make_args(term.inner) if isinstance(1 / f, Size)]
    if term.via != ONES or [str(1 / f) for f in sizes] != [letters]:
        return term.inner, False
    return term.inner * (1 / sizes[0]), True
