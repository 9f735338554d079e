"""Edits forwards that belong together, and those that give the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import derived, given, rewrites
from lstm_ref.diagnose.core.edits import Edit

Edits = tuple[Edit, ...]


def states(table: Table) -> list[Edit]:
    """Ways to begin with other initial states."""
    found = []
    if len(table.states) > 1:
        found.append(Edit(("state", "all"), "zero", other="zero"))
    found += [Edit(("state", s), "zero", other="zero") for s in table.states]
    for n, a in enumerate(table.states):
        for b in table.states[n + 1 :]:
            if table.letters[a] == table.letters[b]:
                other = f"{b} for {a}, {a} for {b}"
                found.append(Edit(("state", "all"), "swapped", other=other))
    for a in table.states:
        alike = [o for o in table.states if o != a and table.letters[o] == table.letters[a]]
        found += [Edit(("state", a), "state", other=o) for o in alike]
    if len(table.states) > 1:
        found.append(Edit(("state", "all"), "ones", other="ones"))
    found += [Edit(("state", s), "ones", other="ones") for s in table.states]
    every = [("state", s) for s in (("all",) if len(table.states) > 1 else ())]
    every += [("state", s) for s in table.states]
    return found + [Edit(place, "reshaped", other=given.RESHAPED) for place in every]


def beforehand(table: Table, each: bool) -> list[Edit]:
    """What may be done with all parameters of a kind on the way in; each: or with single ones."""
    single = given.biases(table) if each else []
    found = [Edit(("given", b), "zero", other="zero") for b in single]
    if len(given.biases(table)) > 1:
        found.append(Edit(("given", "biases"), "zero", other="zero"))
    if given.square(table):
        found.append(Edit(("given", "matrices"), "transposed", other="transposed"))
    return found


def sequences(table: Table, arrays: Mapping[str, Any]) -> list[Edit]:
    """Ways to read x: from the end, or its numbers in the order of other axes."""
    found = []
    for name in table.inputs:
        x = np.asarray(arrays[name])
        orders = ["".join(o) for o in permutations(given.AXES)][1:] if x.ndim == 3 else []
        orders.sort(key=lambda o: o != "BTD")
        seen = [x]
        for how in ["reversed", *orders]:
            other = given.sequence(x, how)
            if not any(np.array_equal(other, s) for s in seen):
                seen.append(other)
                kind = "reversed" if how == "reversed" else "reshaped"
                found.append(Edit(("given", name), kind, other=how))
    return found


def together(table: Table) -> Iterator[Edits]:
    """One mistake in several equations: activations, biases, transposes, gates exchanged."""
    for old in ("sigma", "tanh", "relu"):
        mine = [n for n, e in table.equations.items() if e.activation == old]
        for word in rewrites.WORDS if len(mine) > 1 else ():
            if word != old:
                yield tuple(Edit(("forward", n), "activation", other=word) for n in mine)
    yield _all(table, _turned)
    biases = given.biases(table)
    sizes = range(len(biases), 1, -1) if len(biases) <= given.MOST else [len(biases)]
    for size in sizes:
        for some in combinations(biases, size):
            yield _all(table, partial(_without, set(some)))
    yield from ((edit,) for edit in given.orders(table))


def _all(table, change):
    found = []
    for name, equation in table.equations.items():
        net, kind = change(table, equation.net)
        if net != equation.net:
            found.append(Edit(("forward", name), kind, inner=net))
    return tuple(found)


def _without(biases, table, net):
    return _dropped(net, biases), "bias forgotten"


def _dropped(node, biases):
    match node:
        case tree.Sum(parts):
            kept = [(s, _dropped(p, biases)) for s, p in parts
                    if not (isinstance(p, tree.Parameter) and p.name in biases)]  # fmt: skip
            return kept[0][1] if len(kept) == 1 and kept[0][0] == 1 else tree.Sum(tuple(kept))
        case tree.Product(factors):
            return tree.product(*(_dropped(f, biases) for f in factors))
    return node


def _turned(table, net):
    return _transposed(table, net), "transposed"


def _transposed(table, node):
    match node:
        case tree.Apply(tree.Parameter(W), v):
            letters = table.letters[W]
            A = tree.Parameter(W)
            return tree.Apply(tree.Transposed(A) if letters[0] == letters[1] else A, v)
        case tree.Sum(parts):
            return tree.Sum(tuple((s, _transposed(table, p)) for s, p in parts))
        case tree.Product(factors):
            return tree.Product(tuple(_transposed(table, f) for f in factors))
    return node


def cost(edits: Edits) -> int:
    """How many mistakes these edits are: those of one kind in several equations are one."""
    kinds = {(e.kind, e.other) for e in edits if e.place[0] == "forward" and e.kind in SHARED}
    alone = [e for e in edits if e.place[0] != "forward" or e.kind not in SHARED]
    return len(kinds) + len(alone)


SHARED = ("activation", "bias forgotten", "transposed")


def same(table: Table, edits: Edits) -> Iterator[Edits]:
    """Other edits with the same values.

    A bias that is forgotten has no gradient, one that is taken as zero has; where x is read from
    the end, or initial states are swapped, their gradients may be turned back or not.
    """
    biases = [_forgotten(table, e) for e in edits]
    names = [name for found in biases for name in found]
    if names:
        kept = tuple(e for e, found in zip(edits, biases, strict=True) if not found)
        if len(names) > 1 and set(names) == set(given.biases(table)):
            yield (*kept, Edit(("given", "biases"), "zero", other="zero"))
        else:
            yield (*kept, *(Edit(("given", b), "zero", other="zero") for b in names))
    if any(e.other == "reversed" and e.place[0] == "given" for e in edits):  # and so its dx
        yield tuple(replace(e, other=given.AS_READ) if e.place[0] == "given" and
                    e.other == "reversed" else e for e in edits)  # fmt: skip
    if any(e.kind == "swapped" for e in edits):
        yield tuple(replace(e, flipped=True) if e.kind == "swapped" else e for e in edits)


def _forgotten(table, edit):
    """The biases that this edit forgets, if it does nothing else."""
    if edit.place[0] != "forward" or edit.inner is None or edit.other:
        return ()
    net = table.equations[edit.place[1]].net
    own = [b for b in given.biases(table) if edit.inner != net and _dropped(net, {b}) != net]
    for biases in [*((b,) for b in own), tuple(own)]:
        if edit.inner == _dropped(net, set(biases)):
            return biases
    return ()


def settled(table: Table, edits: Edits, gradients: Mapping[str, Any]) -> Edits:
    """Of edits with the same values those that go with somebody's gradients, "db_f" and "dx".

    A bias that is forgotten and has a gradient was taken as zero.
    """
    found: list[Edit] = []
    zero: list[str] = []
    for edit in edits:
        missing = [b for b in _missing(table, edit) if np.any(gradients.get(f"d{b}", 0))]
        zero += missing
        found += _put_back(table, edit, missing) if missing else [edit]
    if len(zero) > 1 and set(zero) == set(given.biases(table)):
        return (*found, Edit(("given", "biases"), "zero", other="zero"))
    return (*found, *(Edit(("given", b), "zero", other="zero") for b in dict.fromkeys(zero)))


def _missing(table, edit):
    """Biases of the right net that the other one does not have."""
    if edit.place[0] != "forward" or edit.inner is None:
        return []
    net = table.equations[edit.place[1]].net
    own = [b for b in given.biases(table) if _dropped(net, {b}) != net]
    return [b for b in own if not derived.has(edit.inner, tree.Parameter(b))]


def _put_back(table, edit, biases):
    """The edit with these biases in its net; nothing where it is right then."""
    net = table.equations[edit.place[1]].net
    kept = {b for b in _missing(table, edit) if b not in biases}
    if edit.inner == _dropped(net, {*kept, *biases}):
        other = _dropped(net, kept)
    else:
        parts = edit.inner.parts if isinstance(edit.inner, tree.Sum) else ((1, edit.inner),)
        other = tree.Sum((*parts, *((1, tree.Parameter(b)) for b in biases)))
        kind = "; ".join(k for k in edit.kind.split("; ") if k != "bias forgotten")
        edit = replace(edit, kind=kind or edit.kind)
    right = other == net
    return [] if right and not edit.other else [replace(edit, inner=None if right else other)]
