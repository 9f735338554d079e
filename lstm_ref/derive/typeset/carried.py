"""Summands of error terms and of gradients as trees, from those of a `table.Table`. No SymPy.

A summand carries an error: op(δ_by ⊙ inner) ⊙ outer. Here it becomes one tree, its sign outside,
numbers in front, fractions as fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Product, Summand
from lstm_ref.derive.tree import Node
from lstm_ref.derive.typeset.ranks import is_matrix, rank

ALL = tree.Known("ones")
ERROR = tree.Known("E")


@dataclass
class Parts:
    """A product taken apart: its sign, its positive number, factors above and below the line."""

    sign: int
    number: Fraction | float
    above: list[Node]
    below: list[Node]

    @property
    def node(self) -> Node:
        """The product again."""
        return fraction(self.sign, self.number, self.above, self.below)


def taken_apart(node: Node) -> Parts:
    """The `Parts` of a tree that `fraction` has made; of another one, itself as the one factor."""
    match node:
        case tree.Sum(((sign, only),)):
            inside = taken_apart(only)
            return Parts(sign * inside.sign, inside.number, inside.above, inside.below)
        case tree.Quotient(tree.Sum(parts), tree.Number()) if len(parts) > 1:
            return Parts(1, Fraction(1), [node], [])
        case tree.Quotient(above, below):
            over, under = taken_apart(above), taken_apart(below)
            number: Any = over.number
            if under.number != 1:
                number = Fraction(over.number) / Fraction(under.number)
            return Parts(over.sign, number, over.above, under.above)
        case tree.Number(value):
            size: Any = abs(value)
            number = size if isinstance(value, float) else Fraction(size)
            return Parts(-1 if value < 0 else 1, number, [], [])
        case tree.Product((tree.Number() as first, *factors)):
            front = taken_apart(first)
            return Parts(front.sign, front.number, list(factors), [])
        case tree.Product(factors):
            return Parts(1, Fraction(1), list(factors), [])
    return Parts(1, Fraction(1), [node], [])


def fraction(
    sign: int, value: Fraction | float, above: Sequence[Node], below: Sequence[Node]
) -> Node:
    """A product with its number in front and what is below the line, its sign outside."""
    down = list(below)
    if isinstance(value, Fraction) and value.denominator != 1 and (above or below):
        down.insert(0, tree.Number(value.denominator))
        value = Fraction(value.numerator)
    node = tree.product(tree.Number(whole(value)), *above)
    if down:
        node = tree.Quotient(node, tree.product(*down))
    return tree.minus(node) if sign < 0 else node


def whole(value: Fraction | float) -> Any:
    """A fraction that is a whole number as that number."""
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


@dataclass(frozen=True)
class Carrier:
    """Writes the summands of a cell. letters: sizes of every signal and parameter."""

    letters: Mapping[str, str]

    @property
    def names(self) -> dict[str, int]:
        """Rank of every name."""
        return {name: len(word.replace("1", "")) for name, word in self.letters.items()}

    def rank(self, node: Node) -> int:
        """0 for a number, 1 for a vector, 2 for a matrix."""
        return rank(node, self.names)

    def summand(self, term: Summand, error: Node | None = None) -> Node:
        """A summand, its sign outside; error: what stands in the place of δ_by at this step."""
        inner, outer = taken_apart(term.inner), taken_apart(term.outer)
        mean = self._mean(term, inner)
        if mean:
            inner.below = [b for b in inner.below if not isinstance(b, tree.Size)]
        inner.above = self._diagonal([error or tree.Delta(term.by), *inner.above])
        if term.via is None:
            outer.above = self._diagonal([*inner.above, *outer.above])
        return self.carried(term, inner, outer, mean)

    def carried(self, term: Summand, inner: Parts, outer: Parts, mean: bool = False) -> Node:
        """A summand from the parts of its factors, the error first in those of `inner`.

        outer: without an operator, of all factors together. mean: of a sum over units, without its
        1/H.
        """
        factors, below = outer.above, inner.below
        if term.via is not None:
            front, G, below = self._numbers_out(inner.above, below)
            factors = [*front, self._through(term.via, G, mean), *outer.above]
        factors, below = self._summed(term.of, self._ordered(factors), [*below, *outer.below])
        number: Any = inner.number * outer.number
        return tree.later(fraction(inner.sign * outer.sign, number, factors, below), term.lag)

    def product(self, item: Product, error: Node | None = None) -> Node:
        """An error times the transposed input of its matrix."""
        inner = taken_apart(item.inner)
        inner.above = self._diagonal([error or tree.Delta(item.by), *inner.above])
        return self.multiplied(item, inner)

    def multiplied(self, item: Product, inner: Parts) -> Node:
        """The same from the parts of the error and its factor."""
        front, G, below = self._numbers_out(self._ordered(inner.above), inner.below)
        outer = tree.Outer(item.v, G) if item.transposed else tree.Outer(G, item.v)
        return fraction(inner.sign, inner.number, [*front, outer], below)

    def _mean(self, term, inner):
        """Whether it is a mean over units: their sum by their number.

        The sum of a matrix, or of another width, by H is no mean of it.
        """
        sizes = [b.letter for b in inner.below if isinstance(b, tree.Size)]
        return term.via is not None and term.via.kind == "ones" and sizes == [self.letters[term.by]]

    def _numbers_out(self, factors, below):
        """(numbers, error, numbers below the line): operators are applied to what is no number."""
        if not any(self.rank(factor) for factor in factors):
            return [], tree.product(*factors), below
        front = [f for f in factors if not self.rank(f)]
        inside = [f for f in factors if self.rank(f)]
        under = [f for f in below if self.rank(f)]
        return front, fraction(1, Fraction(1), inside, under), [f for f in below if f not in under]

    def _through(self, via, G, mean):
        """What an operator makes of the error G behind it."""
        match via.kind:
            case "ones":
                return tree.Call("mean", (G,)) if mean else self._sum(G)
            case "spread":
                return tree.Call("gather", (G,))
            case "transposed":
                return tree.Apply(via.node, G)
            case "row":
                return tree.Outer(G, via.node)
            case "column":
                return tree.Outer(via.node, G)
            case "right":
                return tree.Apply(G, via.node)
            case "left":
                return tree.Apply(tree.Transposed(G), via.node)
        return tree.Apply(tree.Transposed(via.node), G)

    def _sum(self, node):
        """The sum over the units of a vector, aᵀ b of a product; over all of a matrix."""
        product = isinstance(node, tree.Product) and self.rank(node) == 1
        if not product or not all(map(self.rank, node.factors)):
            return tree.Call("sum", (node,))
        return tree.Dot(node.factors[0], tree.product(*node.factors[1:]))

    def _ordered(self, factors):
        """Numbers that never change first, then what is one number, then vectors and matrices."""
        vectors = any(self.rank(factor) for factor in factors)
        return sorted(factors, key=lambda f: 0 if literal(f) else 1 + (vectors and self.rank(f)))

    def _summed(self, of, factors, below):
        """(factors, below) of the error at `of`: summed over units for a number, the same in every
        unit of a vector where they are a number."""
        have = max(self.rank(factor) for factor in (*factors, *below))
        want = min(self.names.get(of, 1), 2)
        if want == have or (want and have):
            return factors, below
        if want:
            return [*factors, ALL], below
        front, inside, below = self._numbers_out(factors, below)
        return [*front, self._sum(inside)], below

    def _diagonal(self, factors):
        """diag(f) C and C diag(f) out of the products with f 1ᵀ and 1 fᵀ.

        Only where something in the product is a matrix: 1 - a 1 fᵀ is none times diag(f).
        """
        outers = [f for f in factors if isinstance(f, tree.Outer) and ALL in (f.left, f.right)]
        if not outers:
            return factors
        numbers = [f for f in factors if not self.rank(f)]
        others = [f for f in factors if f not in outers and f not in numbers]
        if not any(is_matrix(f, self.names) for f in others):
            return [*numbers, *others, *filled(outers)]
        node = tree.product(*others)
        for outer in outers:
            on_left = outer.right == ALL
            diagonal = tree.Call("diag", (outer.left if on_left else outer.right,))
            node = tree.Apply(diagonal, node) if on_left else tree.Apply(node, diagonal)
        return [*numbers, node]


def filled(outers: Sequence[tree.Outer]) -> list[Node]:
    """f 1ᵀ and 1 kᵀ, unit by unit, are f kᵀ."""
    rows = [outer.left for outer in outers if outer.right == ALL]
    columns = [outer.right for outer in outers if outer.left == ALL]
    if len(rows) == len(columns) == 1:
        return [tree.Outer(rows[0], columns[0])]
    return list(outers)


def literal(node: Node) -> bool:
    """Is it the same at every step for every cell of this kind: 2, π, log(2), dt?"""
    match node:
        case tree.Known(name):
            return name != "ones"
        case tree.Number() | tree.Constant() | tree.Size():
            return True
        case tree.Power(a, b) | tree.Quotient(a, b):
            return literal(a) and literal(b)
        case tree.Call(_, arguments):
            return all(map(literal, arguments))
    return False


def times(parts: list[Node], factor: Node) -> Node:
    """A sum times a factor, which may be a product itself."""
    if not parts:
        return tree.Number(0)
    behind = factor.factors if isinstance(factor, tree.Product) else (factor,)
    inside = tree.total(parts)
    if isinstance(inside, tree.Sum) and len(inside.parts) == 1:
        ((sign, only),) = inside.parts
        node = times([only], factor)
        return tree.minus(node) if sign < 0 else node
    before = inside.factors if isinstance(inside, tree.Product) else (inside,)
    return tree.Product((*before, *behind))


def over_time(found: list[Node]) -> Node:
    """Each summed over time, the sign before the sum."""
    parts: list[Node] = []
    for node in found:
        if isinstance(node, tree.Sum) and len(node.parts) == 1:
            ((sign, only),) = node.parts
            parts.append(tree.Sum(((sign, tree.SumOverTime(only)),)))
        else:
            parts.append(tree.SumOverTime(node))
    return tree.total(parts)
