"""What somebody computes instead of an equation: other activations, other nets.

Nets come from the dictionary, which exchanges signals and forgets factors, and from the rules
here: parameters, products and sums, where a gate acts, z and 1 - z.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.derive.tree import Apply, Call, Node, Number, Parameter, Product, Signal, Sum
from lstm_ref.diagnose.core import dictionary, given
from lstm_ref.diagnose.core.edits import Edit

ONE, TWO = Number(1), Number(2)
# In the order in which they are told where two give the same numbers.
WORDS = ("sigma", "tanh", "hard sigmoid", "hard sigmoid (1/6)", "hard tanh", "relu", "identity",
         "softsign", "scaled tanh", "4 sigma - 2", "2 sigma - 1", "softplus", "elu", "leaky relu",
         "atan", "sin")  # fmt: skip


def alternatives(table: Table, name: str) -> list[Edit]:
    """All that may stand in the place of the equation of a signal, each once, likelier first."""
    place, equation = ("forward", name), table.equations[name]
    found = []
    if equation.activation:
        words = [w for w in WORDS if w != equation.activation]
        found += [Edit(place, "activation", other=word) for word in words]
    seen = {equation.net}
    for net, kind in nets(table, name):
        if net not in seen:
            seen.add(net)
            found.append(Edit(place, kind, inner=net))
    return found


def nets(table: Table, name: str) -> Iterator[tuple[Node, str]]:
    """(net, kind) of other nets of an equation, that read only what is there."""
    net = table.equations[name].net
    there = _there(table, name)
    for other, kind in (*_whole(table, net), *_everywhere(table, name, net),
                        *dictionary.others(table, net)):  # fmt: skip
        if there(other):
            yield other, kind


def _there(table, name):
    """Whether a formula can be computed when it is the turn of this equation."""
    order = list(table.equations)
    before = {*table.inputs, *order[: order.index(name)]}

    def ready(node):
        if isinstance(node, tree.Net):
            return False
        if not isinstance(node, Signal):
            return True
        known = before if node.lag == 0 else table.states
        return "|" not in node.name and node.name in known and node.lag in (0, 1)

    return lambda node: all(map(ready, tree.walk(node)))


def _whole(table, net):
    """One gate as its complement, everywhere in the equation."""
    reads = dictionary.reads(net)
    for signal, lag in sorted(reads):
        if lag == 0 and signal in table.equations:
            if table.equations[signal].activation == "sigma":
                yield complement(net, Signal(signal)), "complement"


def complement(node: Any, gate: Node) -> Any:
    """1 - g for g and g for 1 - g, everywhere."""
    other = Sum(((1, ONE), (-1, gate)))
    if node == other:
        return gate
    if node == gate:
        return other
    return tree.mapped(node, lambda part: complement(part, gate))


def _everywhere(table: Table, name: str, node: Node) -> Iterator[tuple[Node, str]]:
    """Every rule at every place of a formula."""
    yield from _rules(table, name, node)
    match node:
        case Sum(parts):
            for k, (sign, part) in enumerate(parts):
                for other, kind in _everywhere(table, name, part):
                    yield Sum((*parts[:k], (sign, other), *parts[k + 1 :])), kind
        case Product(factors):
            for k, factor in enumerate(factors):
                for other, kind in _everywhere(table, name, factor):
                    yield Product((*factors[:k], other, *factors[k + 1 :])), kind
        case Apply(A, v):
            for other, kind in _everywhere(table, name, v):
                yield Apply(A, other), kind
        case Call(word, (inside,)):
            for other, kind in _everywhere(table, name, inside):
                yield Call(word, (other,)), kind


def _rules(table, name, node):
    match node:
        case Parameter(p) if table.rank(p) == 1:
            yield Product((TWO, node)), "twice"
            same = [v for v in table.vectors if v != p and table.letters[v] == table.letters[p]]
            alike = given.biases(table)
            ranked = sorted(same, key=lambda v: (v in alike) != (p in alike))
            yield from ((Parameter(v), "parameter") for v in ranked)
        case Apply(Parameter(W), v) if table.rank(W) == 2:
            letters = table.letters[W]
            if letters[0] == letters[1]:
                yield Apply(tree.Transposed(Parameter(W)), v), "transposed"
            for other in table.matrices:
                if other != W and table.letters[other] == letters:
                    yield Apply(Parameter(other), v), "parameter"
            yield from _outwards(node)
        case Product(factors):
            if len(factors) == 2 and ONE not in factors:
                yield Sum(((1, factors[0]), (1, factors[1]))), "+ for product"
            yield from _inwards(factors)
        case Call(word, (inside,)) if word in WORDS:
            for other in WORDS:
                if other not in (word, "identity"):
                    yield Call(other, (inside,)), "activation"
        case Sum(parts):
            for k, (_, part) in enumerate(parts):
                if isinstance(part, Parameter) and part.name in given.biases(table):
                    yield dictionary.summed(parts[:k] + parts[k + 1 :]), "bias forgotten"
                    yield Sum((*parts, (1, ONE))), "one added"
            if node == table.equations[name].net:
                yield from _round(parts)


def _outwards(node):
    """r (W h) for W (r h)."""
    match node:
        case Apply(A, Product(factors)):
            for k, factor in enumerate(factors):
                rest = tree.product(*factors[:k], *factors[k + 1 :])
                yield Product((factor, Apply(A, rest))), "after the product"


def _inwards(factors):
    """W (r h) for r (W h), a bias kept, ignored or left outside."""
    for k, factor in enumerate(factors):
        rest = tree.product(*factors[:k], *factors[k + 1 :])
        match rest:
            case Apply(A, v):
                yield Apply(A, Product((factor, v))), "before the product"
            case Sum(parts):
                at = [n for n, (_, part) in enumerate(parts) if isinstance(part, Apply)]
                for n in at if len(at) == 1 else ():
                    sign, part = parts[n]
                    own: Any = part
                    inside = Apply(own.matrix, Product((factor, own.vector)))
                    outside = Product((factor, part))
                    others = parts[:n], parts[n + 1 :]
                    yield Sum((*others[0], (sign, inside), *others[1])), "before the product"
                    yield inside, "before the product, bias ignored"
                    yield Sum((*others[0], (sign, outside), *others[1])), "bias outside"


def _round(parts):
    """r (W h + b), or r times all, for r (W h) or W (r h)."""
    gates = []
    for k, (sign, part) in enumerate(parts):
        match part:
            case Product((Signal() as gate, Apply() as own)):
                gates.append((k, sign, gate, own))
            case Apply(A, Product((Signal() as gate, v))):
                gates.append((k, sign, gate, Apply(A, v)))
    for k, sign, gate, own in gates:
        for n, (other_sign, bias) in enumerate(parts):
            if isinstance(bias, Parameter):
                rest = tuple(p for j, p in enumerate(parts) if j not in (k, n))
                both = Product((gate, Sum(((sign, own), (other_sign, bias)))))
                yield Sum((*rest, (1, both))), "bias inside"
        whole = Sum(tuple((s, own if j == k else p) for j, (s, p) in enumerate(parts)))
        yield Product((gate, whole)), "everything inside"


def changed_at(net: Any, other: Any) -> tuple[int, Any] | None:
    """(which part differs, what stands there or None) of two sums or products."""
    field = "parts" if isinstance(net, Sum) else "factors"
    mine = getattr(net, field, ())
    theirs = getattr(other, field) if type(other) is type(net) else ()
    if len(theirs) == len(mine):
        at = [k for k, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
        return (at[0], theirs[at[0]]) if len(at) == 1 else None
    for k in range(len(mine)):
        if theirs == mine[:k] + mine[k + 1 :]:
            return k, None
    return None


def both(net: Any, one: tuple[int, Any], two: tuple[int, Any]) -> Node:
    """The net with two parts exchanged or left out."""
    field = "parts" if isinstance(net, Sum) else "factors"
    changed = dict((one, two))
    parts = [changed.get(k, p) for k, p in enumerate(getattr(net, field))]
    kept: Any = tuple(p for p in parts if p is not None)
    return dictionary.summed(kept) if isinstance(net, Sum) else Product(kept)
