"""The network of a trial: a cell, in one direction or both, an output layer, an objective."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lstm_ref import native
from lstm_ref.cells.resolve import resolve
from lstm_ref.learn import network, output_layer, sequences
from lstm_ref.learn.layers import BothWays
from lstm_ref.study.objectives import Objective
from lstm_ref.types import Array, Arrays, CellLike, Params, Workspace

START = 0.1  # standard deviation of the first weights, biases too


def cell_of(name: str, both: bool, compiled: bool = True) -> tuple[Any, str]:
    """(the cell, what runs it: "C", or "NumPy" with the reason): native code where it can be had.

    both: a cell for each direction. Without a compiler, or without SymPy that writes the C, NumPy.
    """
    cell, code = resolve(name, fastest=True), "NumPy, as asked"
    if compiled:
        try:
            cell, code = native.compiled(name), "C"
        except (native.NoCompiler, ModuleNotFoundError) as error:
            code = f"NumPy: {error}"
    return (BothWays(cell) if both else cell), code


def start(cell: CellLike, rng: np.random.Generator, D: int, H: int, K: int) -> Arrays:
    """Weights and biases of cell and output layer from N(0, 0.1²), in float32."""
    shapes = network.start(cell, np.random.default_rng(0), D, H, K, dtype=np.float32)
    return {n: rng.normal(0, START, w.shape).astype(np.float32) for n, w in shapes.items()}


def gradients(
    cell: CellLike,
    objective: Objective,
    params: Params,
    x: Array,
    target: Array,
    workspace: Workspace | None = None,
) -> tuple[float, Arrays]:
    """Loss and its gradients for x (T, D, B). Raises FloatingPointError if it is not finite."""
    own = network.own_params(cell, params)
    h, _, tape = sequences.run(cell, own, x, workspace=workspace)
    loss, dy, _ = objective.function(output_layer.scores(params, h), target)
    if not np.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss}")
    outer, dh = output_layer.scores_backward(params, _columns(h), _columns(dy))
    dh = np.ascontiguousarray(dh.reshape(-1, len(x), x.shape[2]).swapaxes(0, 1))
    inner, _, _ = sequences.run_backward(cell, own, tape, dh)
    return loss, {**inner, **outer}


def _columns(steps):
    """(T, K, B) as (K, T B): one product of matrices for all steps, not one for each."""
    return steps.swapaxes(0, 1).reshape(steps.shape[1], -1)


def measure(
    cell: CellLike, objective: Objective, params: Params, batches: Iterable[tuple[Array, Array]]
) -> float:
    """The measure over batches of (x, target). Raises FloatingPointError if it is not finite."""
    own, total, n = network.own_params(cell, params), 0.0, 0
    for x, target in batches:
        h, _, _ = sequences.run(cell, own, x)
        y = output_layer.scores(params, h)
        if not np.isfinite(y).all():
            raise FloatingPointError("scores are not finite")
        total += objective.function(y, target)[2]
        n += objective.count(target)
    return total / n


def nesterov(
    params: Arrays, velocity: Arrays, grads: Params, learning_rate: float, momentum: float
) -> None:
    """One step of gradient descent with Nesterov's momentum, in place.

    v = momentum · v - learning_rate · g. params stand where the momentum has led already, which is
    where g is wanted: they move by momentum · v - learning_rate · g.
    Source: Sutskever et al. 2013; in this form Bengio et al. 2013, equation 7.
    """
    for name, w in params.items():
        step = np.float32(learning_rate) * grads[name]
        v = velocity[name]
        v *= np.float32(momentum)
        v -= step
        w += np.float32(momentum) * v
        w -= step
