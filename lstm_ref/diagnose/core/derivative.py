"""Formulas as trees, differentiated unit by unit: the rules of `derive.terms`, without SymPy."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.tree import Call, Node, Number, Power, Quotient, Sum

ONE, TWO = Number(1), Number(2)
OPERATORS = ("spread", "gather", "sum", "mean", "softmax")
Parts = list[tuple[int, tuple[Node, ...]]]  # signed products


def _minus(a: Node, b: Node) -> Node:
    return Sum(((1, a), (-1, b)))


def _logistic(u: Node) -> Node:
    return tree.Product((u, _minus(ONE, u)))


def _box(u: Node) -> tree.Product:
    return tree.Product((Call("step", (u,)), Call("step", (_minus(ONE, u),))))


def _square(u: Node) -> Node:
    return Power(u, TWO)


# word -> the derivative, from the value u and the argument a
SLOPES: dict[str, Callable[[Node, Node], Node]] = {
    "sigma": lambda u, a: _logistic(u),
    "tanh": lambda u, a: _minus(ONE, _square(u)),
    "relu": lambda u, a: Call("step", (u,)),
    "abs": lambda u, a: Call("sign", (a,)),
    "exp": lambda u, a: u,
    "log": lambda u, a: Quotient(ONE, a),
    "sin": lambda u, a: Call("cos", (a,)),
    "cos": lambda u, a: tree.minus(Call("sin", (a,))),
    "atan": lambda u, a: Quotient(ONE, Sum(((1, ONE), (1, _square(a))))),
    "sinh": lambda u, a: Call("cosh", (a,)),
    "cosh": lambda u, a: Call("sinh", (a,)),
    "softplus": lambda u, a: Call("sigma", (a,)),
    "logsigmoid": lambda u, a: Call("sigma", (tree.minus(a),)),
    "step": lambda u, a: Number(0),
    "sign": lambda u, a: Number(0),
    "identity": lambda u, a: ONE,
    "hard sigmoid": lambda u, a: tree.product(Number(0.2), *_box(u).factors),
    "hard sigmoid (1/6)": lambda u, a: tree.product(Number(Fraction(1, 6)), *_box(u).factors),
    "hard tanh": lambda u, a: Call("step", (_minus(ONE, Call("abs", (u,))),)),
    "softsign": lambda u, a: _square(_minus(ONE, Call("abs", (u,)))),
    "scaled tanh": lambda u, a: tree.product(
        Number(1.7159 * 2 / 3), _minus(ONE, _square(Quotient(u, Number(1.7159))))
    ),
    "leaky relu": lambda u, a: Sum(
        ((1, Number(0.01)), (1, tree.Product((Number(0.99), Call("step", (a,))))))
    ),
    "elu": lambda u, a: Call("min", (ONE, Sum(((1, ONE), (1, u))))),
    "4 sigma - 2": lambda u, a: _minus(ONE, _square(Quotient(u, TWO))),
    "2 sigma - 1": lambda u, a: Quotient(_minus(ONE, _square(u)), TWO),
}


def plain(node: Any) -> Any:
    """The same formula without what is only a way of writing: norms, dots, diagonal matrices."""
    found = tree.mapped(node, plain)
    match found:
        case tree.Dot(a, b):
            return Call("sum", (tree.Product((a, b)),))
        case Call("norm", (v,)):
            return Power(Call("sum", (_square(v),)), Number(Fraction(1, 2)))
        case tree.Apply(Call("diag", (v,)), C):
            return tree.Product((tree.Outer(v, ONE), C))
        case tree.Apply(C, Call("diag", (v,))):
            return tree.Product((C, tree.Outer(ONE, v)))
    return found


def _is_operator(node: Any) -> bool:
    word = node.function if isinstance(node, Call) else ""
    return isinstance(node, tree.Apply | tree.Outer) or word in OPERATORS


def operators(node: Any) -> list[Any]:
    """What in a formula does not work unit by unit, each once, none inside another."""
    if _is_operator(node):
        return [node]
    return list(dict.fromkeys(found for part in tree.parts(node) for found in operators(part)))


def slope(node: Node, target: Node) -> Node | None:
    """The derivative unit by unit, other operators held fixed; None for 0."""
    parts = _parts(node, target)
    if not parts:
        return None
    if len(parts) == 1 and parts[0][0] == 1:
        return tree.product(*parts[0][1])
    return Sum(tuple((sign, tree.product(*factors)) for sign, factors in parts))


def _parts(node: Node, target: Node) -> Parts:
    if node == target:
        return [(1, ())]
    match node:
        case Sum(parts):
            return [(s * t, fs) for s, part in parts for t, fs in _parts(part, target)]
        case tree.Product(factors):
            return [
                (s, (*factors[:k], *fs, *factors[k + 1 :]))
                for k, factor in enumerate(factors)
                for s, fs in _parts(factor, target)
            ]
        case Quotient(a, b):
            above = [(s, (Quotient(tree.product(*fs), b),)) for s, fs in _parts(a, target)]
            below: Parts = [
                (-s, (Quotient(tree.product(a, *fs), _square(b)),)) for s, fs in _parts(b, target)
            ]
            return above + below
        case Power(base, Number(n)):
            return [(s, _power(node, base, n, fs)) for s, fs in _parts(base, target)]
        case Call(word, arguments) if not _is_operator(node):
            return _call(node, word, arguments, target)
    return []


def _power(node, base, n, factors):
    if n == 2:
        return (TWO, base, *factors)
    if n == Fraction(1, 2):
        return (Quotient(tree.product(*factors), tree.Product((TWO, node))),)
    return (Number(n), Power(base, Number(n - 1)), *factors)


def _call(node, word, arguments, target):
    found: Parts = []
    for k, a in enumerate(arguments):
        inside = _parts(a, target)
        if not inside:
            continue
        by: Node
        if word in ("max", "min"):
            other = arguments[1 - k]
            pair = (a, other) if word == "max" else (other, a)
            by = Quotient(Sum(((1, ONE), (1, Call("sign", (_minus(*pair),))))), TWO)
        else:
            by = SLOPES[word](node, a)
        if by != Number(0):
            found += [(s, (by, *fs)) for s, fs in inside]
    return found
