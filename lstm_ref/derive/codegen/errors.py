"""Derived terms as trees: which errors have a name of their own, and how a term is said with them.

An error that several terms begin with, or that goes back through a matrix, is computed once. A
*point* is δ of an equation times what stands between it and an operator; *carried* is what comes
out of the transposed operator, for several terms that differ in what follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.program import STEP, STEPS, StackedErrors
from lstm_ref.derive.expressions import (
    ONES,
    SPREAD,
    Column,
    Left,
    Right,
    Row,
    Transposed,
    matrix,
)
from lstm_ref.derive.terms import Product, Term, at_product

Signed = tuple[int, tree.Node]  # a summand and its sign
Point = tuple[str, sympy.Expr]  # an equation, and what its error is multiplied with
Carried = tuple[str, sympy.Expr, sympy.Expr, sympy.Expr]  # the same, via and v of a term


class Errors:
    """The errors of a cell that have names, and its terms said with them."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.cell, self.layout = plan, plan.cell, plan.layout
        self.terms, self.products = plan.cell.terms.terms, plan.cell.terms.products
        self._stacked = {(r, W, s.v) for s in self.layout.stacks for r, W in s.pairs}
        self.points: dict[Point, tree.Signal] = {}
        self.carried: dict[Carried, tree.Signal] = {}
        self._name_deltas()
        self._name_points()
        self._name_carried()

    # ---- names

    def _name_deltas(self):
        """δ of every equation, for all steps where something reads all steps together."""
        cell = self.cell
        whole = {item.by for item in self._items() if self._is_whole(item)} | {*self.layout.rows}
        for name in cell.equations:
            when = STEPS if name in whole else STEP
            wish = f"delta_{self._code(name)}"
            self.plan.add_error(wish, self._letters(name), when, f"delta {name}")
        for name in cell.states:
            wish = f"next_{self._code(name)}"
            self.plan.add_error(wish, self._letters(name), STEP, f"next {name}")
        self.plan.add_error("e", self._letters(cell.output), STEPS, "e")

    def _code(self, name):
        return self.plan.variables[name].name

    def _letters(self, name):
        return tuple(self.cell.letters[name])

    def _items(self) -> Iterable[Term | Product]:
        for products in self.products.values():
            yield from products
        for terms in self.terms.values():
            yield from terms

    def _is_whole(self, item):
        """Is it summed, or handed on, when all steps are done?"""
        return isinstance(item, Product) or item.of not in self.cell.equations

    def _is_stacked(self, item):
        if isinstance(item, Product):
            return not item.transposed and (item.by, _symbol(item), item.v) in self._stacked
        return (item.by, item.via, item.v) in self._stacked

    def _name_points(self):
        uses: Counter[Point] = Counter()
        whole: Counter[Point] = Counter()
        for item in self._items():
            if not self._is_stacked(item) and (point := _point(item.by, item.inner)[1])[1] != 1:
                uses[point] += 1
                whole[point] += self._is_whole(item)
        matrices: dict[Point, str] = {}
        for by, product in self.plan.alone:
            if isinstance(matrix(product), sympy.Symbol):
                _, point = _point(by, at_product(self.cell, by, product))
                matrices.setdefault(point, f"delta_{matrix(product)}")
        others = {point: f"part_{self._code(point[0])}" for point, n in uses.items() if n > 1}
        for point, wish in {**matrices, **others, **matrices}.items():  # those first
            if point in uses:
                self._name_point(point, wish, whole[point] > 0)

    def _name_point(self, point, wish, whole):
        letters = self.plan.shapes.of(self.at_point(point)[1])
        self.points[point] = self.plan.add_error(wish, letters, STEPS if whole else STEP)

    def _name_carried(self):
        uses: Counter[Carried] = Counter()
        for name in self.cell.equations:
            for term in self.terms[name]:
                if term.via is not None and not self._is_stacked(term):
                    uses[*_point(term.by, term.inner)[1], term.via, term.v] += 1
        for by, product in self.plan.alone:
            key = *_point(by, at_product(self.cell, by, product))[1], *product.args
            if key in uses and isinstance(matrix(product), sympy.Symbol):
                self._name_one_carried(key, f"back_{matrix(product)}")
        for key, times in uses.items():
            if times > 1 and key not in self.carried:
                self._name_one_carried(key, f"back_{self._code(key[0])}")

    def _name_one_carried(self, key, wish):
        by, inner, via, _ = key
        letters = self.plan.shapes.of(self.through(via, self.error(by, inner)[1]))
        self.carried[key] = self.plan.add_error(wish, letters, STEP)

    # ---- terms as trees

    def delta(self, name: str) -> tree.Signal:
        """The error term of an equation."""
        return tree.Signal(f"delta {name}")

    def at_point(self, point: Point) -> Signed:
        """What a point is: δ times its factor."""
        by, inner = point
        return self.times((1, self.delta(by)), inner, by)

    def error(self, by: str, inner: sympy.Expr) -> Signed:
        """δ of an equation times a factor: by its name, if it has one."""
        sign, point = _point(by, inner)
        named = self.points.get(point)
        sign_of_it, node = (1, named) if named else self.at_point(point)
        return sign * sign_of_it, node

    def times(self, signed: Signed, factor: sympy.Expr, by: str) -> Signed:
        """A summand times a factor from the equation of `by`; the sign of the factor outside."""
        sign, node = signed
        minus, factor = _signed(factor)
        return sign * minus, product(node, self.plan.arranged(factor, by))

    def through(self, via: sympy.Expr, G: tree.Node) -> tree.Node:
        """An error carried back through an operator, see `terms.Term`."""
        show = self.plan.arranged
        if via == ONES:
            return tree.Call("sum", (G,))
        if via == SPREAD:
            return tree.Call("gather", (G,))
        if isinstance(via, Row):
            return tree.Outer(G, show(via.args[0]))
        if isinstance(via, Column):
            return tree.Outer(show(via.args[0]), G)
        if isinstance(via, Right | Left):
            vector = tree.Known("ones") if via.args[0] == 1 else show(via.args[0])
            return tree.Apply(G if isinstance(via, Right) else tree.Transposed(G), vector)
        if isinstance(via, Transposed):
            return tree.Apply(show(via.args[0]), G)
        return tree.Apply(tree.Transposed(show(via)), G)

    def pieces(self, name: str, lag: int, whole: bool = False) -> list[Signed]:
        """The terms of a signal or parameter as summands; those of a stack are one."""
        found: list[Signed] = []
        done: set[Term] = set()
        for term in self.terms[name]:
            if term.lag == lag and term not in done:
                if self._is_stacked(term):
                    node, together = self._of_stack(term)
                    found.append((1, node))
                    done |= together
                else:
                    found.append(self._collapsed(name, self._piece(term, whole)))
        return found

    def _piece(self, term, whole):
        sign, G = self.error(term.by, term.inner)
        if term.via is None:
            return self.times((sign, G), term.outer, term.by)
        sign_of_point, point = _point(term.by, term.inner)
        key = *point, term.via, term.v
        if key in self.carried and not whole:
            return self.times((sign_of_point, self.carried[key]), term.outer, term.by)
        return self.times((sign, self.through(term.via, G)), term.outer, term.by)

    def _collapsed(self, name, signed):
        """Summed over its units, where it belongs to a number."""
        sign, node = signed
        is_number = self.cell.rank(name) == 0
        return (sign, tree.Call("sum", (node,))) if is_number and self.rank(node) else signed

    def rank(self, node: tree.Node) -> int:
        """0 of a number, 1 of a vector, 2 of a matrix."""
        return sum(letter != "1" for letter in self.plan.shapes.of(node))

    def _of_stack(self, term):
        """(tree, its terms): the whole stack if all of its terms are there, else this one alone."""
        stack = self.layout.stack_of(term)
        own = [t for t in self.terms[term.of] if (t.by, t.via) in stack.pairs and t.v == stack.v]
        if len(own) < len(stack.rows) or len(stack.rows) == 1:
            return self.through(term.via, self.delta(term.by)), {term}
        return StackedErrors(stack), set(own)


def _signed(factor):
    """(sign, factor without it); a sum keeps its own signs."""
    negative = not factor.is_Add and factor.could_extract_minus_sign()
    return (-1, -factor) if negative else (1, factor)


def _point(by: str, inner: sympy.Expr) -> tuple[int, Point]:
    """(sign, point) of an error: two that differ in sign are one."""
    sign, factor = _signed(inner)
    return sign, (by, factor)


def _symbol(item: Product) -> sympy.Symbol:
    return sympy.Symbol(item.of)


def product(*nodes: tree.Node) -> tree.Node:
    """The product of trees, flat, what is below a line below one line."""
    above: list[tree.Node] = []
    below: list[tree.Node] = []
    for node in nodes:
        over, under = (node.above, node.below) if isinstance(node, tree.Quotient) else (node, None)
        above += _factors(over)
        below += [] if under is None else _factors(under)
    found = tree.product(*above)
    return tree.Quotient(found, tree.product(*below)) if below else found


def _factors(node):
    return node.factors if isinstance(node, tree.Product) else [node]


def total(pieces: list[Signed]) -> tree.Node | None:
    """The sum of summands, None of none."""
    if len(pieces) == 1 and pieces[0][0] == 1:
        return pieces[0][1]
    return tree.Sum(tuple(pieces)) if pieces else None
