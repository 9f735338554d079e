"""Equations as trees, differentiated: the summands of an equation that somebody has altered.

The same rules as in `derive.terms`, without SymPy, for trees. What does not work unit by unit is
held fixed and passed through by a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Equation, Product, Summand, Table, Via
from lstm_ref.derive.tree import Call, Node, Quotient, Signal
from lstm_ref.diagnose.core.derivative import ONE, SLOPES, operators, plain, slope

# ---- the summands of one equation


def through(table: Table, net: Node, name: str, by: str, lag: int) -> Iterator[Summand]:
    """Summands of ∂E/∂name through the equation of `by`, whose net this is; see `plain`."""
    target = tree.Parameter(name) if name in table.vectors else Signal(name, lag)
    inner = slope(net, target)
    if inner is not None:
        yield Summand(name, by, lag, inner)
    operator: Any
    for operator in operators(net):
        carried = slope(net, operator)
        if carried is not None and has(operator, target):
            yield from _through(table, Summand(name, by, lag, carried), operator, target, net)


def has(node: Any, target: Node) -> bool:
    """Whether a formula has this in it."""
    return any(part == target for part in tree.walk(node))


def _turned(matrix: Any) -> tuple[Any, bool]:
    """(the matrix itself, whether it is transposed)."""
    turned = isinstance(matrix, tree.Transposed)
    return (matrix.matrix if turned else matrix), turned


def _through(table, term, operator, target, net):
    match operator:
        case tree.Apply(A, v):
            inside, turned = _turned(A)
            if inside == target:
                yield replace(term, via=Via("column" if turned else "row", v))
            if (outer := slope(v, target)) is not None:
                yield replace(term, via=Via("transposed" if turned else "matrix", inside),
                              outer=outer)  # fmt: skip
        case tree.Outer(a, b):
            ones = tree.Known("ones")
            if (outer := slope(a, target)) is not None:
                yield replace(term, via=Via("right", ones if b == ONE else b), outer=outer)
            if (outer := slope(b, target)) is not None:
                yield replace(term, via=Via("left", ones if a == ONE else a), outer=outer)
        case Call("spread", (v,)):
            if (outer := slope(v, target)) is not None:
                yield replace(term, via=Via("spread"), outer=outer)
        case Call("softmax", (v,)):
            if (outer := slope(v, target)) is not None:
                inner = tree.product(term.inner, operator)
                yield replace(term, inner=inner, outer=outer)
                other = tree.minus(tree.product(operator, outer))
                yield replace(term, inner=inner, via=Via("ones"), outer=other)
        case Call("sum" | "mean", (v,)):
            if (outer := slope(v, target)) is not None:
                yield _summed(table, term, operator, outer, net)


def _summed(table, term, operator, outer, net):
    size, inner = tree.Size(letter(table, operator.arguments[0])), term.inner
    if operator.function == "mean":
        inner = Quotient(inner, size)
    numbers = {n for n in _names(net) if not table.rank(n)}
    if term.of in numbers and _names(outer) <= numbers:  # the same number in every unit
        outer = tree.product(outer, size)
    via = Via("ones") if table.rank(term.by) else None
    return replace(term, inner=inner, via=via, outer=outer)


def _names(node: Any) -> set[str]:
    """Signals and parameters in a formula."""
    return {part.name for part in tree.walk(node) if isinstance(part, Signal | tree.Parameter)}


def letter(table: Table, node: Any) -> str:
    """The letter of the width of a vector, "" of a number."""
    match node:
        case Signal(name, _) | tree.Parameter(name):
            return table.letters[name][0] if table.rank(name) else ""
        case tree.Apply(A, _) if not isinstance(A, Call):
            inside, turned = _turned(A)
            return table.letters[inside.name][turned]
        case Call("spread", _):
            return "H"
        case Call("sum" | "mean", _):
            return ""
    return next((found for part in tree.parts(node) if (found := letter(table, part))), "")


# ---- a whole table


def rederived(table: Table, changed: Mapping[str, Equation]) -> Table:
    """The table with other equations of some signals, and all that follows from them."""
    equations = {n: changed.get(n, e) for n, e in table.equations.items()}
    nets = {n: plain(e.net) for n, e in changed.items()}
    vectors = (*table.inputs, *equations, *table.vectors)
    terms: dict[str, list[Summand]] = {n: [] for n in vectors}
    for lag in (0, 1):
        for by in equations:
            for name in vectors if lag == 0 else (*table.inputs, *equations):
                if by in changed:
                    terms[name] += through(table, nets[by], name, by, lag)
                else:
                    kept = table.terms.get(name, ())
                    terms[name] += [t for t in kept if (t.by, t.lag) == (by, lag)]
    products: dict[str, list[Product]] = {n: [] for n in table.matrices}
    for by in equations:
        for name in table.matrices:
            if by not in changed:
                products[name] += [p for p in table.products.get(name, ()) if p.by == by]
        for product in operators(nets[by]) if by in changed else ():
            if isinstance(product, tree.Apply):
                _add(products, nets[by], by, product)
    slopes = dict(table.slopes)
    for name, equation in changed.items():
        word, net = equation.activation, tree.Net(name)
        slopes[name] = SLOPES[word](Signal(name), net) if word else None
    return replace(
        table,
        equations=equations,
        slopes=slopes,
        terms={n: tuple(found) for n, found in terms.items()},
        products={n: tuple(found) for n, found in products.items()},
    )


def _add(products, net, by, product):
    A, turned = _turned(product.matrix)
    if isinstance(A, tree.Parameter) and A.name in products:
        inner = slope(net, product)
        if inner is not None:
            products[A.name].append(Product(A.name, by, inner, product.vector, turned))
