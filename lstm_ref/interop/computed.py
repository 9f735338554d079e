"""Every number of a forward and a backward pass of a net, by name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_ref.derive.tree import net_name
from lstm_ref.interop import nets
from lstm_ref.interop.nets import Net
from lstm_ref.interop.vector_files import VectorsError
from lstm_ref.types import Array, Arrays, Params

SAFE = 10.0  # times the error of a computation in float32 is the tolerance


def rounded(arrays: Params) -> Arrays:
    """Each number the nearest one of float32, kept as float64."""
    return {n: v.astype(np.float32).astype(np.float64) for n, v in arrays.items()}


def arrays(net: Net, tensors: Params, errors: Params) -> Arrays:
    """Everything that a file of vectors holds, by name, in its order.

    tensors, errors: of `drawn.draw`. Raises VectorsError where two things have one name.
    """
    pairs = list(_computed(net, tensors, errors))
    found = {name: np.ascontiguousarray(value, dtype=np.float64) for name, value in pairs}
    if len(found) < len(pairs):
        twice = next(name for k, (name, _) in enumerate(pairs) if name in dict(pairs[:k]))
        raise VectorsError(f"{net.cell.name}: {twice!r} would name two arrays; rename the signal")
    return found


def _computed(
    net: Net, tensors: Params, errors: Params, dtype: Any = np.float64
) -> Iterator[tuple[str, Array]]:
    """(name, array) of everything, in the order of the file."""
    cell = net.cell
    tensors, errors = ({n: v.astype(dtype) for n, v in g.items()} for g in (tensors, errors))
    layers = nets.forward(net, tensors, dtype)
    parts = [part for layer in layers for part in layer]
    deltas, gradients = nets.backward(net, layers, errors)
    yield from tensors.items()
    for part in parts:
        for name in cell.equations:
            if net_name(name) in part.runs[0][2]:
                yield f"{part.prefix}net_{name}", part.over_time(net_name(name))
            yield part.prefix + name, part.over_time(name)
    if len(parts) > 1:
        yield cell.output, nets.output(net, layers)
    if net.lengths is not None:
        yield "mask", np.arange(len(errors["e"]))[:, None] < np.array(net.lengths)
    if net.lengths is not None or net.both:
        yield from ((f"{part.prefix}{s}_T", part.last(s)) for part in parts for s in cell.states)
    yield "e", errors["e"]
    for part in parts:
        yield from ((f"{part.prefix}e_{s}_T", errors[part.prefix + s]) for s in cell.states)
    for kind, found in (("delta_", deltas), ("d", gradients)):
        for name, value in found.items():
            prefix, dot, own = name.rpartition(".")
            yield f"{prefix}{dot}{kind}{own}", value


def tolerance(net: Net, tensors: Params, errors: Params, right: Params) -> float:
    """Ten times the largest error of a computation in float32, rounded up to one digit.

    An error is relative to the largest entry of its array.
    """
    worst = 0.0
    for name, value in _computed(net, tensors, errors, np.float32):
        largest = np.max(np.abs(right[name]))
        if largest > 0:
            worst = max(worst, float(np.max(np.abs(value - right[name])) / largest))
    digit = 10.0 ** math.floor(math.log10(SAFE * worst)) if worst > 0 else 1e-6
    return float(f"{math.ceil(SAFE * worst / digit) * digit:.0e}")
