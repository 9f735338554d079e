"""What somebody writes instead of a factor: the dictionary in which a wrong factor is looked up.

It is generated from the formula itself: each signal one step off, from the wrong end of a list or
another one; each factor, summand and function forgotten or exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.derive.tree import Call, Net, Node, Number, Power, Product, Quotient, Signal, Sum
from lstm_ref.diagnose.core.values import VIEWS

ONE = Number(1)
OTHERS = {"tanh": ("sigma",), "sigma": ("tanh",)}


def others(table: Table, node: Node) -> list[tuple[Node, str]]:
    """(formula, kind) of all that is written instead of this one, likelier ones first."""
    found: dict[Node, str] = {}
    for other, kind in _others(table, node):
        if other != node:
            found.setdefault(other, kind)
    found.pop(node, None)
    if node != ONE:
        found.setdefault(ONE, "forgotten")
    return list(found.items())


def _others(table: Table, node: Node) -> Iterator[tuple[Node, str]]:
    match node:
        case Signal(name, lag):
            yield from _signals(table, name, lag)
        case Net(name, lag):
            yield Signal(name, lag), "signal"
        case Product(factors):
            for k, factor in enumerate(factors):
                yield tree.product(*factors[:k], *factors[k + 1 :]), "forgotten"
                yield from _inside(table, node, "factors", k, factor)
        case Sum(parts):
            yield from _other_slope(parts)
            for k, (sign, part) in enumerate(parts):
                rest = parts[:k] + parts[k + 1 :]
                if rest:
                    yield summed(rest), "forgotten"
                    yield Sum((*parts[:k], (-sign, part), *parts[k + 1 :])), "sign"
                    if not any(isinstance(p, Number) for _, p in parts):
                        yield Sum((*parts[:k], (sign, ONE), *parts[k + 1 :])), "forgotten"
                for other, kind in _others(table, part):
                    yield Sum((*parts[:k], (sign, other), *parts[k + 1 :])), kind
        case Power(base, exponent):
            yield base, "power"
            yield from ((Power(other, exponent), kind) for other, kind in _others(table, base))
        case Quotient(above, below):
            yield above, "forgotten"
            yield from ((Quotient(a, below), kind) for a, kind in _others(table, above))
            yield from ((Quotient(above, b), kind) for b, kind in _others(table, below))
        case Call(word, (inside,)) if word not in ("spread", "gather", "diag"):
            yield inside, "function"
            yield from ((Call(o, (inside,)), "function") for o in OTHERS.get(word, ()))
            yield from ((Call(word, (o,)), kind) for o, kind in _others(table, inside))
        case tree.Apply(A, v):
            if _square(table, A):
                yield v, "forgotten"
            yield from ((tree.Apply(A, o), kind) for o, kind in _others(table, v))


def _square(table, A):
    """Whether a matrix takes vectors to such of the same width."""
    inside = A.matrix if isinstance(A, tree.Transposed) else A
    if not isinstance(inside, tree.Parameter | Signal):
        return True  # diag(v), a product of columns
    first, second = table.letters[inside.name]
    return first == second


def _other_slope(parts):
    """For 1 − u² that of another function, or twice."""
    match parts:
        case ((1, Number(1)), (-1, Power(u, Number(2)))):
            yield _logistic(u), "slope"
            yield tree.product(Sum(parts), Sum(parts)), "twice"


def summed(parts: tuple[tuple[int, Node], ...]) -> Node:
    """The sum of these parts; of one positive part itself."""
    return parts[0][1] if len(parts) == 1 and parts[0][0] == 1 else Sum(parts)


def _inside(table, node, field, k, part):
    parts = getattr(node, field)
    for other, kind in _others(table, part):
        yield replace(node, **{field: (*parts[:k], other, *parts[k + 1 :])}), kind


def _signals(table, name, lag):
    """Another step, another signal; the function forgotten on the way."""
    yield Signal(name, 1 - lag), "lag"
    if lag == 1 and name in table.states:
        for view in VIEWS:
            yield Signal(f"{name}|{view}", 1), view
    elif lag == 0:
        yield Signal(name, -1), "lag"
    if name in table.equations:
        if table.equations[name].activation:
            yield Net(name, lag), "net"
        if name in table.states or not table.equations[name].activation:
            yield Call("tanh", (Signal(name, lag),)), "function"
    letters = table.letters[name]
    for other in (*table.equations, *table.inputs):
        if other != name and table.letters[other] == letters:
            yield Signal(other, lag), "signal"
            if other in table.states and lag == 0:
                yield Signal(other, 1), "signal"


def slopes(table: Table, name: str, slope: Node | None) -> list[tuple[Node, str]]:
    """Slopes that are taken instead of the right one: (formula, kind)."""
    u = Signal(name)
    if slope is None:
        return [(_one_minus_square(u), "slope"), (_logistic(u), "slope")]
    net = Net(name)
    found: dict[Node, str] = {}
    for function in ("sigma", "tanh"):
        at = Call(function, (u,))
        found[{"sigma": _logistic, "tanh": _one_minus_square}[function](at)] = "at the activation"
    found[_logistic(u)] = found[_one_minus_square(u)] = "slope"
    found[_logistic(net)] = found[_one_minus_square(net)] = "at the net"
    found[Product((u, Sum(((1, u), (-1, ONE)))))] = "sign"
    found[ONE] = found[u] = found[Sum(((1, ONE), (-1, u)))] = "bare"
    found[Power(u, Number(2))] = "power"
    found[Call("sigma", (u,))] = found[Call("tanh", (u,))] = "function"
    found[tree.product(slope, slope)] = "twice"
    found |= {node: kind for node, kind in others(table, slope) if node not in found}
    found.pop(slope, None)
    if isinstance(slope, Product | Sum):
        for other, kind in _others(table, slope):
            found.setdefault(other, kind)
    return list(found.items())


def _logistic(u):
    return Product((u, Sum(((1, ONE), (-1, u)))))


def _one_minus_square(u):
    return Sum(((1, ONE), (-1, Power(u, Number(2)))))


def extra(table: Table) -> list[tuple[Node, str]]:
    """Factors that an error gets which should have none: the slope of the output, say."""
    h = Signal(table.output)
    found = [(_one_minus_square(h), "slope"), (_logistic(h), "slope")]
    for name, equation in table.equations.items():
        if equation.activation and table.letters[name] == table.letters[table.output]:
            slope = table.slopes[name]
            if slope is not None:
                found.append((slope, "slope"))
    return found


def reads(node: Any) -> set[tuple[str, int]]:
    """(name, lag) of the signals in a formula."""
    signals = (part for part in tree.walk(node) if isinstance(part, Signal))
    return {(signal.name.partition("|")[0], signal.lag) for signal in signals}
