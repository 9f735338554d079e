"""What an implementation is given, and what it makes of it before the first step.

Edits with the places ("state", s) and ("given", N); `other` says what is taken:

    ("state", "h")       "zero", "ones", the name of another state, or "reshaped": the numbers of
                         (n, B) read as (B, n)
    ("state", "all")     "zero", "ones", "reshaped", or "c for h, h for c"; flipped: what comes back
                         for c, which stood in the place of h, is called dh_0
    ("given", "x")       "reversed" in time, its gradient turned back; "reversed as read", its
                         gradient not; or "BTD": the numbers of (T, D, B) read as (B, T, D)
    ("given", "b_f")     "zero", "+1", "-1"
    ("given", "biases")  "zero"
    ("given", "matrices")  "transposed": all that are square
    ("given", "gates")   "o for f, f for o": the equation of f with the parameters of o

What comes back, ∂E/∂x and the like, belongs to the arrays that were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Equation, Table
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.types import Array, Arrays

AXES = "TDB"
RESHAPED = "reshaped"
AS_READ = "reversed as read"
MOST = 5  # gates whose orders are all tried


def taken(table: Table, arrays: Mapping[str, Any], edits: Iterable[Edit]) -> Arrays:
    """The arrays with which the first step begins."""
    found = {name: np.asarray(value, float) for name, value in arrays.items()}
    if table.input not in found:
        found[table.input] = found["x"]  # an only input is called x
    for edit in edits:
        kind, name, *_ = edit.place
        if kind == "state":
            for state, other in started(table, edit):
                found[f"{state}_0"] = _state(arrays, state, other)
        elif kind == "given" and name == "biases":
            for bias in biases(table):
                found[bias] = np.zeros_like(found[bias])
        elif kind == "given" and name == "matrices":
            for matrix in square(table):
                found[matrix] = found[matrix].T
        elif kind == "given" and name in table.inputs:
            found[name] = sequence(found[name], edit.other)
        elif kind == "given" and name != "gates":
            found[name] = found[name] * (edit.other != "zero") + _more(edit.other)
    return found


def started(table: Table, edit: Edit) -> list[tuple[str, str]]:
    """(state, what is taken for it) of an edit of initial states."""
    name = edit.place[1]
    if " for " in edit.other:
        return [(a, b) for b, a in (pair.split(" for ") for pair in edit.other.split(", "))]
    return [(s, edit.other) for s in (table.states if name == "all" else (name,))]


def _more(word):
    return {"+1": 1.0, "-1": -1.0}.get(word, 0.0)


def _state(arrays, state, other):
    start = np.asarray(arrays[f"{state}_0"], float)
    if other in ("zero", "ones"):
        return np.full_like(start, other == "ones")
    if other == RESHAPED:
        return np.reshape(start, start.shape[::-1]).T
    return np.asarray(arrays[f"{other}_0"], float)


def sequence(x: Array, how: str) -> Array:
    """x (T, D, B) as it is read."""
    if how in ("reversed", AS_READ):
        return x[::-1]
    order = [AXES.index(letter) for letter in how]
    return np.reshape(x, [x.shape[k] for k in order]).transpose(np.argsort(order))


def _undone(dx, how):
    if how == AS_READ:
        return dx
    if how == "reversed":
        return dx[::-1]
    order = [AXES.index(letter) for letter in how]
    return np.reshape(dx.transpose(order), dx.shape)


def handed_back(table: Table, found: Arrays, edits: Iterable[Edit]) -> Arrays:
    """Gradients of a pass, "dx" (T, N, n, B), as those of what was given."""
    result = dict(found)
    for edit in edits:
        kind, name, *_ = edit.place
        if edit.place == ("given", "matrices"):
            result |= {f"d{W}": np.swapaxes(found[f"d{W}"], -1, -2) for W in square(table)}
        elif kind == "given" and name in table.inputs:
            key = f"d{name}" if f"d{name}" in found else "dx"
            parts = [_undone(dx, edit.other) for dx in np.moveaxis(found[key], 1, 0)]
            result[key] = np.stack(parts, axis=1)
        elif kind == "state":
            for state, other in started(table, edit):
                if other == RESHAPED:
                    back = [np.reshape(a.T, a.shape) for a in found[f"d{state}_0"]]
                    result[f"d{state}_0"] = np.stack(back)
                elif other in table.states and not edit.flipped:
                    result[f"d{other}_0"] = found[f"d{state}_0"]
    return result


def renamed(table: Table, edit: Edit) -> dict[str, Equation]:
    """The equations of gates with the parameters of others."""
    roles = {gate: _roles(table, gate) for gate in table.equations}
    found = {}
    for pair in edit.other.split(", "):
        source, _, gate = pair.partition(" for ")
        names = {n: roles[source][role] for role, n in roles[gate].items() if role in roles[source]}
        equation = table.equations[gate]
        found[gate] = replace(equation, net=_with(equation.net, names))
    return found


def _with(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, tree.Parameter):
        return tree.Parameter(names.get(node.name, node.name))
    return tree.mapped(node, lambda part: _with(part, names))


def _roles(table: Table, gate: str) -> dict[Any, str]:
    """(letters, what it is multiplied with) -> parameter, of one equation."""
    found: dict[Any, str] = {}
    net = table.equations[gate].net
    for part in [p for _, p in net.parts] if isinstance(net, tree.Sum) else [net]:
        for name, what in _read(part, "own" if isinstance(part, tree.Parameter) else "inside"):
            found.setdefault((table.letters[name], what), name)
    return found


def _read(node, what):
    """(parameter, what it goes with) in a formula."""
    match node:
        case tree.Parameter(name):
            yield name, what
        case tree.Apply(tree.Parameter(name), v):
            signals = [s.name for s in _signals(v)]
            yield name, signals[-1] if signals else what
            yield from _read(v, what)
        case tree.Product(factors):
            signals = [f.name for f in factors if isinstance(f, tree.Signal)]
            for factor in factors:
                alone = isinstance(factor, tree.Parameter) and signals
                yield from _read(factor, signals[0] if alone else what)
        case tree.Sum(parts):
            for _, part in parts:
                yield from _read(part, what)
        case tree.Call(_, arguments):
            for part in arguments:
                yield from _read(part, what)


def _signals(node):
    return [part for part in tree.walk(node) if isinstance(part, tree.Signal)]


def biases(table: Table) -> list[str]:
    """Parameters that are added to something: vectors that are no factor."""
    found = []
    for gate in table.equations:
        roles = _roles(table, gate)
        found += [name for (letters, what), name in roles.items()
                  if what in ("own", "inside") and letters.endswith("1")]  # fmt: skip
    return [name for name in table.vectors if name in found]


def square(table: Table) -> list[str]:
    """Matrices that go with their transposes."""
    return [W for W in table.matrices if len(set(table.letters[W])) == 1]


def orders(table: Table) -> list[Edit]:
    """All ways to give gates the parameters of others; exchanges of two first."""
    groups: dict[Any, list[str]] = {}
    for gate in table.equations:
        roles = {r for r in _roles(table, gate) if r[1] in (*table.inputs, *table.states, "own")}
        matrices = frozenset(r for r in roles if len(r[0].replace("1", "")) == 2)
        if matrices:
            groups.setdefault(matrices, []).append(gate)
    found = []
    for gates in groups.values():
        for order in permutations(gates) if len(gates) <= MOST else ():
            moved = [f"{b} for {a}" for a, b in zip(gates, order, strict=True) if a != b]
            if moved:
                found.append((len(moved), Edit(("given", "gates"), "permuted",
                                               other=", ".join(moved))))  # fmt: skip
    return [edit for _, edit in sorted(found, key=lambda pair: pair[0])]
