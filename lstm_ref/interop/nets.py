"""Layers, both directions and sequences of unequal length, evaluated for golden vectors.

A net is one declared cell in each of its parts. A part has a prefix: "" if it is the only one,
"1." and "2." of layers, "forward." and "reverse." of directions, "2.reverse." of both: those of
`learn.layers`. Each part and, where lengths are given, each sequence by itself is run with
`summands`; nothing here is fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check import summands, witnesses
from lstm_ref.types import Array, Arrays, Params, State

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table


@dataclass(frozen=True)
class Net:
    """layers: how many; both: two directions; lengths: of the sequences, None for T everywhere."""

    cell: Cell | Table
    layers: int = 1
    both: bool = False
    lengths: tuple[int, ...] | None = None

    @property
    def prefixes(self) -> list[list[str]]:
        """Of each layer the prefixes of its parts."""
        ways = ("forward.", "reverse.") if self.both else ("",)
        of = [f"{k}." for k in range(1, self.layers + 1)] if self.layers > 1 else [""]
        return [[layer + way for way in ways] for layer in of]

    def pieces(self, T: int) -> list[tuple[slice, int]]:
        """(samples, steps) of which each is run by itself."""
        if self.lengths is None:
            return [(slice(None), T)]
        return [(slice(b, b + 1), n) for b, n in enumerate(self.lengths)]


@dataclass(frozen=True)
class Part:
    """One cell of a net, and what it computed. x: what it was given, in the order of time.

    runs: (samples, steps, values of `summands.forward`); a reverse part's begin at the end.
    """

    prefix: str
    cell: Cell | Table
    params: Arrays
    x: Any
    state0: State
    runs: list[tuple[slice, int, Arrays]]

    @property
    def reverse(self) -> bool:
        """Does it read from the end?"""
        return self.prefix.endswith("reverse.")

    def over_time(self, name: str) -> Array:
        """A signal or net, (T, n, B) in the order of time, zero after the end of a sequence."""
        pieces = [(samples, steps, values[name][1:]) for samples, steps, values in self.runs]
        return self.joined(pieces)

    def joined(self, pieces: list[tuple[slice, int, Array]]) -> Array:
        """Arrays (steps, n, samples) in the order of the part, as one (T, n, B) in that of time."""
        T, B = _given(self.x).shape[0], _given(self.x).shape[-1]
        found = np.zeros((T, *pieces[0][2].shape[1:-1], B), pieces[0][2].dtype)
        for samples, steps, value in pieces:
            found[:steps, ..., samples] = turned(value, self.reverse)
        return found

    def last(self, state: str) -> Array:
        """The state after the last step of each sequence, (n, B)."""
        return np.concatenate([values[state][-1] for _, _, values in self.runs], axis=-1)

    def on(self, params: Params, x: Any, state0: State, whole: bool = False) -> Part:
        """The same part on other arguments; whole: every sequence is taken to have all steps."""
        pieces = [(samples, steps) for samples, steps, _ in self.runs]
        if whole:
            pieces = [(slice(None), len(_given(x)))]
        dtype = self.runs[0][2][self.cell.output].dtype
        return run(self.prefix, self.cell, params, x, state0, pieces, dtype)


def run(
    prefix: str,
    cell: Cell | Table,
    params: Params,
    x: Any,
    state0: State,
    pieces: list[tuple[slice, int]],
    dtype: Any = np.float64,
) -> Part:
    """Run a part, piece by piece."""
    runs = []
    for samples, steps in pieces:
        seen = cut(x, steps, samples, prefix.endswith("reverse."))
        start = tuple(state[..., samples] for state in state0)
        runs.append((samples, steps, summands.forward(cell, params, seen, start, dtype)))
    return Part(prefix, cell, dict(params), x, state0, runs)


def turned(value: Array, reverse: bool) -> Array:
    """From the last step to the first if reverse."""
    return value[::-1] if reverse else value


def _given(x):
    return next(iter(x.values())) if isinstance(x, dict) else x


def forward(net: Net, tensors: Params, dtype: Any = np.float64) -> list[list[Part]]:
    """Of each layer its parts. tensors: parameters and initial states with prefixes, and x."""
    x = witnesses.split(net.cell, {**_own(net.cell, tensors, net.prefixes[0][0]), **tensors})[1]
    found: list[list[Part]] = []
    for prefixes in net.prefixes:
        parts = [_part(net, prefix, tensors, x, dtype) for prefix in prefixes]
        x = np.concatenate([part.over_time(net.cell.output) for part in parts], axis=1)
        found.append(parts)
    return found


def output(net: Net, parts: list[list[Part]]) -> Array:
    """The outputs of the last layer, of both directions on top of each other."""
    return np.concatenate([part.over_time(net.cell.output) for part in parts[-1]], axis=1)


def _own(cell, tensors, prefix):
    """Parameters and initial states of a part, without its prefix."""
    names = [*cell.SHAPES, *cell.FIXED, *(f"{s}_0" for s in cell.states)]
    return {name: tensors[prefix + name] for name in names}


def _part(net, prefix, tensors, x, dtype):
    own = _own(net.cell, tensors, prefix)
    params = {name: own[name] for name in (*net.cell.SHAPES, *net.cell.FIXED)}
    state0 = tuple(own[f"{s}_0"] for s in net.cell.states)
    return run(prefix, net.cell, params, x, state0, net.pieces(len(_given(x))), dtype)


def cut(x: Any, steps: int, samples: slice, reverse: bool) -> Any:
    """The first steps of some samples, in the order in which a part reads them."""
    if isinstance(x, dict):
        return {name: cut(value, steps, samples, reverse) for name, value in x.items()}
    return turned(x[:steps][..., samples], reverse)


@dataclass(frozen=True)
class Back:
    """The way back through one part, all in the order of time.

    error: that enters at its outputs, (T, n, B). deltas: signal -> (T, n, B). gradients: of its
    parameters, its inputs and its initial states, by their names without a prefix.
    """

    error: Array
    deltas: Arrays
    gradients: Arrays


def backward(net: Net, parts: Sequence[Sequence[Part]], errors: Params) -> tuple[Arrays, Arrays]:
    """(deltas, gradients), names with prefixes: "1.f", "1.W_fx", "1.h_0", and "x" or the inputs.

    errors: "e" (T, n, B), and for each part and state "1.h": the error at the last state.
    """
    of, names = by_part(net, parts, errors), witnesses.inputs(net.cell)
    first = [of[prefix].gradients for prefix in net.prefixes[0]]
    inputs: dict[str, Any] = {name: sum(own[name] for own in first) for name in names}
    prefixes = [prefix for prefixes in net.prefixes for prefix in prefixes]
    deltas = {p + name: value for p in prefixes for name, value in of[p].deltas.items()}
    gradients = {
        p + name: value
        for p in prefixes
        for name, value in of[p].gradients.items()
        if name not in names
    }
    return deltas, in_order(net, {**gradients, **inputs})


def by_part(net: Net, parts: Sequence[Sequence[Part]], errors: Params) -> dict[str, Back]:
    """Prefix -> `Back` of that part. errors: as of `backward`."""
    recipe = summands.recipe(net.cell)
    found: dict[str, Back] = {}
    error: Any = errors["e"]
    for layer in reversed(parts):
        rows = np.split(error, len(layer), axis=1)
        for part, own in zip(layer, rows, strict=True):
            found[part.prefix] = Back(own, *_part_backward(recipe, part, own, errors))
        source = witnesses.inputs(net.cell)[0]
        error = sum(found[part.prefix].gradients[source] for part in layer)
    return found


def in_order(net: Net, tensors: Params) -> Arrays:
    """Parameters of all parts, then the inputs, then initial states, as of one cell."""
    inputs = witnesses.inputs(net.cell)
    ends = {f"{s}_0" for s in net.cell.states}
    states = [n for n in tensors if n.rpartition(".")[2] in ends]
    first = [n for n in tensors if n not in inputs and n not in states]
    return {name: tensors[name] for name in (*first, *inputs, *states)}


def _part_backward(recipe, part, error, errors):
    cell = part.cell
    over_time: dict[str, list[tuple[slice, int, Array]]] = {}
    inputs, starts = witnesses.inputs(cell), [f"{s}_0" for s in cell.states]
    sums: dict[str, Any] = {}
    ends: dict[str, list[Array]] = {name: [] for name in starts}
    for samples, steps, values in part.runs:
        last = tuple(errors[part.prefix + s][..., samples] for s in cell.states)
        entering = {"dh": turned(error[:steps][..., samples], part.reverse), "dstate_T": last}
        own, found = summands.backward(recipe, values, entering)
        for name, value in {**own, **{f"d{n}": found.pop(n) for n in inputs}}.items():
            over_time.setdefault(name, []).append((samples, steps, value))
        for name in starts:
            ends[name].append(found.pop(name))
        sums = {name: sums[name] + value if sums else value for name, value in found.items()}
    joined = {name: part.joined(pieces) for name, pieces in over_time.items()}
    results = {**sums, **{n: joined.pop(f"d{n}") for n in inputs}}
    return joined, {**results, **{n: np.concatenate(v, axis=-1) for n, v in ends.items()}}
