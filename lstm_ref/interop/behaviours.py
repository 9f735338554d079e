"""Ways to misread a set of vectors: what a program does that takes the gates in another order,
transposes a matrix, starts from zero states, and the like.

Each behaviour is the right cell on other arguments, so what it computes is found by running the
cell. Vectors that give the same outputs cannot tell it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check.values import tree_of
from lstm_ref.derive import tree
from lstm_ref.types import Arrays, Params, State

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table
    from lstm_ref.interop.nets import Part

MOST = 4  # gates whose orders are all tried; of more of them, every exchange of two


@dataclass(frozen=True)
class Behaviour:
    """kind: what all of its sort are called; what: in words, "W_fh transposed"; whole: of
    `outcome`."""

    kind: str
    what: str
    params: Arrays
    x: Any
    state0: State
    whole: bool = False


def every(part: Part) -> Iterator[Behaviour]:
    """All behaviours that are tried on a part of a net."""
    cell, params, x, state0 = part.cell, part.params, part.x, part.state0
    kinds = {"orders": _orders(cell, params), "transposes": _matrices(params)}
    for kind, ways in {**kinds, "vectors": _vectors(cell, params)}.items():
        for what, changed in ways:
            yield Behaviour(kind, what, {**params, **changed}, x, state0)
    for what, other_state in _states(cell, state0):
        yield Behaviour("states", what, params, x, other_state)
    for what, other_x in _sequences(cell, x):
        yield Behaviour("sequences", what, params, other_x, state0)
    if len({steps for _, steps, _ in part.runs}) > 1:
        yield Behaviour("sequences", "steps after the end are read", params, x, state0, True)


def outcome(part: Part, params: Params, x: Any, state0: State, whole: bool = False) -> Arrays:
    """What comes out of a part of a net on other arguments: outputs (T, n, B) and last states.

    whole: every sequence is taken to have T steps.
    """
    cell = part.cell
    with np.errstate(all="ignore"):
        other = part.on(params, x, state0, whole)
        last = {f"{s}_T": other.last(s) for s in cell.states}
        return {cell.output: other.over_time(cell.output), **last}


def change(right: Arrays, other: Arrays) -> float:
    """The largest difference of two outcomes, as a share of the largest entry of an array."""
    found = 0.0
    for name, want in right.items():
        off = np.max(np.abs(other[name] - want)) / max(float(np.max(np.abs(want))), 1e-300)
        found = max(found, float(off) if np.isfinite(off) else np.inf)
    return found


def own_parameters(cell: Cell | Table) -> dict[str, tuple[list[str], list[str]]]:
    """Equation -> (matrices, vectors) that it alone reads, in the order in which it reads them."""
    read = {
        name: {part.name for part in tree.walk(tree_of(e.net)) if isinstance(part, tree.Parameter)}
        for name, e in cell.equations.items()
    }
    shared = {p for a, b in itertools.combinations(read.values(), 2) for p in a & b}
    return {
        name: (
            [m for m in cell.matrices if m in mine - shared],
            [v for v in cell.vectors if v in mine - shared],
        )
        for name, mine in read.items()
    }


def _orders(cell, params):
    """Equations of one form in another order: their matrices, and vectors where these match."""
    groups: dict[tuple[str, ...], list[str]] = {}
    own = own_parameters(cell)
    for name, (matrices, _) in own.items():
        if matrices:
            groups.setdefault(tuple(cell.letters[m] for m in matrices), []).append(name)
    for names in groups.values():
        for order in _permutations(names):
            changed: Arrays = {}
            for to, source in zip(names, order, strict=True):
                pairs = [own[to], own[source]]
                letters = [[cell.letters[v] for v in vectors] for _, vectors in pairs]
                kinds = (0, 1) if letters[0] == letters[1] else (0,)
                for kind in kinds:
                    taken = zip(own[to][kind], own[source][kind], strict=True)
                    changed |= {a: params[b] for a, b in taken}
            yield f"order {', '.join(order)}", changed


def _permutations(names):
    if len(names) <= MOST:
        yield from itertools.islice(itertools.permutations(names), 1, None)
        return
    for i, j in itertools.combinations(range(len(names)), 2):
        order = list(names)
        order[i], order[j] = order[j], order[i]
        yield order


def _matrices(params):
    square = [n for n, v in params.items() if n[0].isupper() and v.shape[0] == v.shape[1] > 1]
    for name in square:
        yield f"{name} transposed", {name: params[name].T}
    if len(square) > 1:
        turned = {name: params[name].T for name in square}
        yield "every square matrix transposed", turned


def _vectors(cell, params):
    """Biases, peepholes and other vectors: ignored, and two of a kind exchanged."""
    vectors = [v for v in params if not v[0].isupper()]
    for name in vectors:
        yield f"{name} ignored", {name: np.zeros_like(params[name])}
    for a, b in itertools.combinations(vectors, 2):
        if cell.letters[a] == cell.letters[b] and a[:2] == b[:2]:
            yield f"{a} and {b} exchanged", {a: params[b], b: params[a]}


def _states(cell, state0):
    for k, name in enumerate(cell.states):
        zero = np.zeros_like(state0[k])
        yield f"{name}_0 ignored", (*state0[:k], zero, *state0[k + 1 :])
        if state0[k].shape[-1] > 1:
            rolled = np.roll(state0[k], 1, axis=-1)
            yield f"{name}_0 of other samples", (*state0[:k], rolled, *state0[k + 1 :])
    for i, j in itertools.combinations(range(len(state0)), 2):
        if state0[i].shape == state0[j].shape:
            swapped = list(state0)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield f"{cell.states[i]}_0 and {cell.states[j]}_0 exchanged", tuple(swapped)


def _sequences(cell, x):
    given = dict(x) if isinstance(x, dict) else {cell.input: x}
    for name, value in given.items():
        for what, changed in _turns(value):
            other = changed if not isinstance(x, dict) else {**x, name: changed}
            yield f"{name} {what}", other
    for a, b in itertools.combinations(given, 2):
        if given[a].shape == given[b].shape:
            yield f"{a} and {b} exchanged", {**x, a: x[b], b: x[a]}


def _turns(x):
    """An input (T, n, B) read along the wrong axis or in the wrong direction."""
    T, n, B = x.shape
    if T > 1:
        yield "from the last step to the first", x[::-1]
        yield "of the first step at every step", np.broadcast_to(x[:1], x.shape)
    if B > 1:
        yield "of other samples", np.roll(x, 1, axis=2)
    if B > 1 and n > 1:
        mixed = np.ascontiguousarray(x.transpose(0, 2, 1)).reshape(x.shape)
        yield "reshaped instead of transposed", mixed
    if n > 1:
        yield "with its units from the last to the first", x[:, ::-1]
    yield "ignored", np.zeros_like(x)
