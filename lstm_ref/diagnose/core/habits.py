"""What people do wrong at once, and every single edit: the moves of a search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Summand
from lstm_ref.derive.tree import Call, Node, Signal
from lstm_ref.diagnose.core import dictionary
from lstm_ref.diagnose.core.alternatives import edits_of, square
from lstm_ref.diagnose.core.edits import Edit, Place
from lstm_ref.diagnose.core.passes import Pass

Move = tuple[Edit, ...]


def moves(base: Pass) -> list[Move]:
    """Habits first: several edits that are one mistake. Then single edits, likely ones first."""
    found = [*_habits(base), *((e,) for e in singles(base))]
    kept: dict[tuple[str, ...], Move] = {}
    for move in found:
        if move:
            kept.setdefault(tuple(sorted(repr(e.key) for e in move)), move)
    return list(kept.values())


def _habits(base: Pass) -> Iterator[Move]:
    table = base.table
    yield tuple(_slope(base, s, "at the activation") for s in _with_slope(base))
    yield tuple(_slope(base, s, None) for s in _with_slope(base))
    for word in ("sigma", "tanh"):
        some = [s for s in _with_slope(base) if table.equations[s].activation == word]
        if some != _with_slope(base):
            yield tuple(_slope(base, s, "at the activation") for s in some)
    for view in ("last", "new", "zero", "ones"):
        yield _viewed(base, table.states, view)
        for state in table.states:
            yield _viewed(base, [state], view)
            yield _viewed(base, [state], view, sums=False)
            yield _viewed(base, [state], view, terms=False)
    for function in ("tanh", "sigma"):
        yield _bare(base, function)
    for state in table.states:
        late = [p for p, term in base.terms(state) if term.lag]
        lost = tuple(Edit(p, "dropped", weight=0.0) for p in late)
        yield lost
        yield (*lost, Edit(("enter", state), "dropped", weight=0.0))  # nothing from later
        through = [p for p, term in base.terms(state) if term.lag and term.via]
        yield tuple(Edit(p, "dropped", weight=0.0) for p in through)
        yield tuple(Edit(p, "transpose", flipped=True) for p in through if _square(base, p))
        for back in range(1, base.T - 1):
            steps = tuple(range(1, base.T - back + 1))
            yield tuple(Edit(p, "window", weight=0.0, steps=steps) for p in late)
    yield tuple(Edit(("enter", s), "dropped", weight=0.0) for s in table.states)
    every = tuple(range(1, base.T + 1))
    for kept in ((base.T,), (1,), every[1:], every[:-1]) if base.T > 1 else ():
        others = tuple(t for t in every if t not in kept)
        yield tuple(Edit(p, "dropped", weight=0.0, steps=others) for p in _sums(base))
    bare = [e for name in (*table.equations, *table.inputs) for p, t in base.terms(name)
            if t.via for e in edits_of(base, p, t) if e.kind == "no slope"]  # fmt: skip
    yield tuple(bare)
    yield tuple(e for e in bare if e.place[1] not in table.inputs)
    left = [Edit(("enter", s), "left over", other="left over") for s in table.states]
    alone = [replace(e, weight=0.0) for e in left]  # in the place of what enters
    yield from (tuple(left), tuple(alone), *((e,) for e in (*left, *alone)))
    for node, kind in dictionary.extra(table):
        yield (Edit(("slope", table.output), kind, inner=node),)
        if table.output in table.states:
            yield tuple(Edit(("enter", n), kind, inner=node) for n in ("e", table.output))


def _sums(base):
    """The places of all summands of parameters' gradients."""
    table = base.table
    for name in (*table.matrices, *table.vectors):
        for k in range(len(table.summands(name))):
            yield ("sum", name, k)


def alone(base: Pass) -> list[Move]:
    """What cannot be computed side by side with others: windows, other things for an error."""
    table = base.table
    found = [Edit(("window", "e"), "window", weight=float(k)) for k in range(1, base.T - 1)]
    for name, equation in table.equations.items():
        alike = [n for n in table.equations if table.letters[n] == table.letters[name]]
        if equation.activation:
            found.append(Edit(("error", name), "net for error", other=f"net {name}"))
            found.append(Edit(("error", name), "signal", other=name))
            order = list(table.equations)
            found += [Edit(("error", name), "copy", other=f"delta {n}") for n in alike
                      if order.index(n) > order.index(name)]  # fmt: skip
    for place, term in _items(base):
        found += [e for e in edits_of(base, place, term) if e.other]
    return [(e,) for e in found]


def masked(base: Pass) -> list[Move]:
    """Single edits that are there at one end of the sequence only, or everywhere else."""
    every = tuple(range(1, base.T + 1))
    if base.T < 2:
        return []
    parts = dict.fromkeys([(1,), (base.T,), every[1:], every[:-1]])
    plain = [e for e in singles(base) if e.steps is None and e.place[0] in ("term", "slope")]
    return [(replace(e, steps=steps),) for e in plain for steps in parts]


def _with_slope(base):
    return [s for s, slope in base.table.slopes.items() if slope is not None]


def _slope(base, name, kind):
    found = dictionary.slopes(base.table, name, base.table.slopes[name])
    if kind is None:
        return Edit(("slope", name), "bare", inner=dictionary.ONE)
    word = base.table.equations[name].activation
    at = [n for n, k in found if k == kind]
    own = [n for n in at if word in repr(n)]
    return Edit(("slope", name), kind, inner=(own or at)[0])


def _items(base: Pass) -> Iterator[tuple[Place, Summand]]:
    for name in base.table.equations:
        yield from base.terms(name)


def _viewed(base, states, view, sums=True, terms=True):
    """At step 1 something else than the initial states, wherever it is read on the way back."""

    def other(node):
        return _replaced(node, {Signal(s, 1): Signal(f"{s}|{view}", 1) for s in states})

    found = []
    if terms:
        for place, term in _items(base):
            changed = {f: other(getattr(term, f)) for f in ("inner", "outer")}
            new = {f: n for f, n in changed.items() if n != getattr(term, f)}
            if new:
                found.append(Edit(place, view, **new))
    if sums:
        for name, items in base.table.products.items():
            for k, item in enumerate(items):
                if (v := other(item.v)) != item.v:
                    found.append(Edit(("sum", name, k), view, v=v))
    return tuple(found)


def _bare(base, function):
    """f(u) without f in the factors of the way back, u raw: 1 − c² for 1 − tanh²(c)."""
    found = []
    for place, term in _items(base):
        other = _without(term.inner, function)
        if other != term.inner:
            found.append(Edit(place, "function", inner=other))
    return tuple(found)


def _replaced(node: Node, new: dict[Node, Node]) -> Node:
    if node in new:
        return new[node]
    return _mapped(node, lambda n: _replaced(n, new))


def _without(node: Node, function: str) -> Node:
    if isinstance(node, Call) and node.function == function:
        return node.arguments[0]
    return _mapped(node, lambda n: _without(n, function))


def _mapped(node, change):
    match node:
        case tree.Sum(parts):
            return tree.Sum(tuple((sign, change(part)) for sign, part in parts))
        case tree.Product(factors):
            return tree.Product(tuple(map(change, factors)))
        case Call(word, arguments):
            return Call(word, tuple(map(change, arguments)))
        case tree.Power(a, b) | tree.Quotient(a, b) | tree.Apply(a, b):
            return type(node)(change(a), change(b))
    return node


def _square(base, place):
    term = base.table.terms[place[1]][place[2]]
    return term.via.kind in ("matrix", "transposed") and square(base.table, term.via.node)


def singles(base: Pass) -> Iterator[Edit]:
    """Every single edit of the way back."""
    table = base.table
    for place, term in _items(base):
        yield Edit(place, "dropped", weight=0.0)
        yield Edit(place, "weight", weight=2.0)
        yield Edit(place, "sign", weight=-1.0)
        yield from (e for e in edits_of(base, place, term) if not e.other)
        if term.lag == 0 and term.inner != dictionary.ONE:
            yield Edit(place, "dropped", weight=0.0, steps=(1,))
            yield Edit(place, "dropped", weight=0.0, steps=(base.T,))
    for name in _with_slope(base):
        for node, kind in dictionary.slopes(table, name, table.slopes[name]):
            if np.all(np.isfinite(base.formula(node))):
                yield Edit(("slope", name), kind, inner=node)
    yield from (Edit(("enter", s), "dropped", weight=0.0) for s in table.states)
    yield Edit(("enter", "e"), "dropped", weight=0.0)
    for node, kind in dictionary.extra(table):
        yield Edit(("enter", "e"), kind, inner=node)
    for how in ("after", "before", "reversed"):
        yield Edit(("enter", "e"), "lag", other=how)
    last = tuple(range(1, base.T))
    yield Edit(("enter", "e"), "dropped", weight=0.0, steps=last)
    yield from _of_sums(base)


def _of_sums(base):
    """What a matrix is multiplied with, everywhere alike: h_t for h_{t−1}."""
    moved: dict[Node, list[Edit]] = {}
    for name, items in base.table.products.items():
        for k, item in enumerate(items):
            if isinstance(item.v, Signal) and item.v.name in base.table.states:
                moved.setdefault(item.v, []).append(
                    Edit(("sum", name, k), "lag", v=replace(item.v, lag=1 - item.v.lag))
                )
    for found in moved.values():
        yield from found
