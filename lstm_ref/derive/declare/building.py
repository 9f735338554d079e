"""Trees of what was typed, one operation at a time, and where an operation stands in the source."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from types import CodeType, FrameType

from lstm_ref.derive import tree
from lstm_ref.derive.declare import algebra

HALF = tree.Number(Fraction(1, 2))


def add(left: tree.Node, sign: int, right: tree.Node) -> tree.Node:
    """left + right or left - right; a + b + c is one sum, and so is a + -b."""
    parts = left.parts if isinstance(left, tree.Sum) else ((1, left),)
    if sign == 1 and (inner := _negated(right)) is not None:
        return tree.Sum((*parts, (-1, inner)))
    return tree.Sum((*parts, (sign, right)))


def flat(node: tree.Node, left: tree.Node) -> bool:
    """Whether a sum or a product was made longer and not deeper."""
    if isinstance(node, tree.Sum) and isinstance(left, tree.Sum):
        return len(node.parts) > len(left.parts)
    return isinstance(node, tree.Product) and isinstance(left, tree.Product)


def times(left: tree.Node, right: tree.Node) -> tree.Node:
    """left * right, in that order; a sign in front stays in front."""
    if (inner := _negated(left)) is not None:
        return negative(times(inner, right))
    factors = [n.factors if isinstance(n, tree.Product) else (n,) for n in (left, right)]
    return tree.Product((*factors[0], *factors[1]))


def over(above: tree.Node, below: tree.Node) -> tree.Node:
    """above / below; a sign in front stays in front."""
    if (inner := _negated(above)) is not None:
        return negative(over(inner, below))
    return tree.Quotient(above, below)


def power(base: tree.Node, exponent: tree.Node) -> tree.Node:
    """base ** exponent; 0.5 is a square root."""
    return tree.Power(base, HALF if exponent == tree.Number(0.5) else exponent)


def negative(node: tree.Node) -> tree.Node:
    """-node."""
    inner = _negated(node)
    return tree.Sum(((-1, node),)) if inner is None else inner


def _negated(node):
    one = isinstance(node, tree.Sum) and len(node.parts) == 1 and node.parts[0][0] < 0
    return node.parts[0][1] if one else None


def leaves(node: tree.Node) -> list[tree.Node]:
    """Signals and parameters of a tree, in order."""
    if isinstance(node, tree.Signal | tree.Parameter):
        return [node]
    return [leaf for part in algebra.parts(node) for leaf in leaves(part)]


@cache
def _positions(code: CodeType) -> list[tuple[int | None, ...]]:
    return list(code.co_positions())


def begins(frame: FrameType) -> tuple | None:
    """Where the operation that a frame is running begins, brackets included.

    (code, line, column), or None where Python was told not to keep columns (-X no_debug_ranges).
    """
    line, _, column, _ = _positions(frame.f_code)[frame.f_lasti // 2]
    return None if column is None else (frame.f_code, line, column)
