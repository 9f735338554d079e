"""A network: a cell or layers of cells, an output layer y_t = W_yh h_t + b_y, a loss.

A *batch* is (x, target, mask) or (x, target, mask, lengths), see `tasks`. x and targets that are
numbers are brought to the dtype of the parameters. What the target holds where the mask is False,
and what x holds behind the end of a sequence when lengths are given, changes nothing.
A *cell* is what `resolve` takes: a name, a module, layers, a declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import name_of
from lstm_ref.cells.interface import all_shapes
from lstm_ref.cells.resolve import resolve
from lstm_ref.learn import output_layer, sequences
from lstm_ref.types import (
    AnyCell,
    Array,
    Arrays,
    Batch,
    Mask,
    Params,
    State,
    Target,
    Workspace,
)


def start(
    cell: AnyCell,
    rng: np.random.Generator,
    D: int,
    H: int,
    K: int,
    init: Callable[..., Arrays] | None = None,
    **options: Any,
) -> Arrays:
    """Parameters of a cell with an output layer of K classes or numbers: one dict.

    init: another function than cell.init, for a cell with the same parameters; options go to it.
    """
    cell = resolve(cell, fastest=True)
    if init is None and not hasattr(cell, "init"):
        raise TypeError(f"cell: {name_of(cell)} has no init, so nothing says how it starts")
    params = (init or cell.init)(rng, D, H, **options)
    dtype = next(iter(params.values())).dtype
    return {**params, **output_layer.init(rng, sequences.check(cell, params), K, dtype)}


def own_params(cell: AnyCell, params: Params) -> Arrays:
    """The parameters of the cell among those of a network. Raises TypeError or ValueError."""
    cell = resolve(cell, fastest=True)
    if not hasattr(params, "keys"):
        raise TypeError(f"params: expected a dict of arrays, got {type(params).__name__}")
    sequences.one_input(cell)
    if missing := [name for name in (*all_shapes(cell), "W_yh", "b_y") if name not in params]:
        raise ValueError(f"params: missing {', '.join(missing)}; `start` gives all that are needed")
    return {name: params[name] for name in all_shapes(cell)}


def scores(
    cell: AnyCell,
    params: Params,
    batch: Batch,
    state0: State | None = None,
    workspace: Workspace | None = None,
) -> tuple[Array, Target, Mask, tuple[Any, ...]]:
    """Scores y of the steps that count, and what `gradients` needs.

    Returns (y (n, K, B), target and mask of these n steps, rest): rest is (steps, h, state_T,
    tape). A step counts if the mask is True there for any sample.
    """
    cell, own = resolve(cell, fastest=True), own_params(cell, params)
    x, target, mask, lengths = _parts(own, batch)
    h, state_T, tape = sequences.run(cell, own, x, state0, lengths, workspace)
    steps = np.flatnonzero(mask.any(axis=1))
    if len(steps) < len(h):
        target, mask = target[steps], mask[steps]
    seen = h if len(steps) == len(h) else h[steps]
    return output_layer.scores(params, seen), target, mask, (steps, h, state_T, tape)


def gradients(
    cell: AnyCell,
    params: Params,
    batch: Batch,
    state0: State | None = None,
    workspace: Workspace | None = None,
) -> tuple[float, Arrays, State]:
    """Loss, its gradients (a dict like params, zero for a fixed one), and the last state.

    state0: the state to begin with, None for zeros; no error goes back through it. workspace: a
    dict that calls share, for speed. Raises TypeError or ValueError for a bad batch and
    FloatingPointError if the numbers overflow.
    """
    cell = resolve(cell, fastest=True)
    y, target, mask, (steps, h, state_T, tape) = scores(cell, params, batch, state0, workspace)
    loss, dy = output_layer.loss(y, target, mask)
    if not np.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss}")
    whole = len(steps) == len(h)
    d_output_layer, dh_seen = output_layer.scores_backward(params, h if whole else h[steps], dy)
    dh = dh_seen
    if not whole:
        dh = np.zeros_like(h)
        dh[steps] = dh_seen
    arguments.finite("dh", dh, FloatingPointError)
    own = own_params(cell, params)
    d_cell, _, _ = sequences.run_backward(cell, own, tape, dh)
    fixed = {name: np.zeros_like(own[name]) for name in own if name not in d_cell}
    return loss, {**d_cell, **fixed, **d_output_layer}, state_T


def last_state(cell: AnyCell, params: Params, batch: Batch, state0: State | None = None) -> State:
    """The state after a batch, without a loss."""
    cell, own = resolve(cell, fastest=True), own_params(cell, params)
    x, _, _, lengths = _parts(own, batch)
    return sequences.run(cell, own, x, state0, lengths)[1]


def loss(cell: AnyCell, params: Params, batch: Batch) -> float:
    """The loss: cross-entropy in nats, or the mean squared error."""
    y, target, mask, _ = scores(cell, params, batch)
    return output_layer.loss(y, target, mask)[0]


def accuracy(cell: AnyCell, params: Params, batch: Batch) -> float:
    """Share of right classes among the steps that count. Raises TypeError for other targets."""
    y, target, mask, _ = scores(cell, params, batch)
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(f"target: expected class numbers, got {target.dtype}")
    mask = output_layer.classes(y, target, mask)
    return float((y.argmax(axis=1) == target)[mask].mean())


def _parts(own, batch):
    """(x, target, mask, lengths) with the dtype of the cell's parameters, and with a mask."""
    x, target, mask, lengths = taken_apart(batch)
    dtype = getattr(next(iter(own.values())), "dtype", None)
    if np.issubdtype(x.dtype, np.floating):
        x = x.astype(dtype, copy=False)
    if np.issubdtype(target.dtype, np.floating):
        target = target.astype(dtype, copy=False)
    if lengths is not None:
        lengths = sequences.check_lengths(lengths, x)
        mask = mask & (np.arange(len(x))[:, None] < lengths)
    return x, target, mask, lengths


def taken_apart(batch: Batch) -> tuple[Array, Target, Mask, Any]:
    """A batch as (x, target, mask, lengths): the mask is an array, lengths None if there are none.

    Raises TypeError or ValueError.
    """
    if not isinstance(batch, tuple | list) or len(batch) not in (3, 4):
        got = len(batch) if isinstance(batch, tuple | list) else type(batch).__name__
        raise TypeError(f"batch: expected (x, target, mask) or one with lengths, got {got}")
    x, target, mask, lengths = (*batch, None)[:4]
    if isinstance(x, np.ndarray):
        arguments.plain("x", x)
    x = np.asarray(x)
    if x.ndim < 2:
        raise ValueError(f"x: expected shape (T, D, B), got {x.shape}")
    shape = (len(x), x.shape[-1])
    mask = np.ones(shape, bool) if mask is None else mask
    for name, value in (("target", target), ("mask", mask)):
        arguments.plain(name, value)
    if target.ndim not in (2, 3) or (len(target), target.shape[-1]) != shape:
        T, B = shape
        raise ValueError(
            f"target: expected shape (T, B) or (T, K, B) with T = {T}, B = {B}, got {target.shape}"
        )
    if mask.shape != shape or mask.dtype != bool:
        raise ValueError(f"mask: expected booleans {shape}, got {mask.dtype} {mask.shape}")
    return x, target, mask, lengths
