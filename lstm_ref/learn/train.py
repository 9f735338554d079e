"""One plain training loop: a cell, an output layer on every step, cross-entropy, clipping, Adam.

It is the shortest that works, made for reading. `loop.fit` has the rest: other losses, lengths,
layers, truncation, an early stop, checkpoints, buffers that are used again.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lstm_ref.learn import optim, output_layer
from lstm_ref.learn.network import start
from lstm_ref.types import Array, Arrays, Batch, CellLike, Mask, Params, Tape, Target

__all__ = ["accuracy", "fit", "gradients", "predict", "start"]


def predict(cell: CellLike, params: Params, x: Array) -> tuple[Array, Array, Tape]:
    """Scores y (T, K, B) for a sequence x (T, D, B), with outputs h and the tape."""
    h, _, tape = cell.forward({name: params[name] for name in cell.SHAPES}, x)
    return output_layer.scores(params, h), h, tape


def gradients(
    cell: CellLike, params: Params, x: Array, target: Target, mask: Mask | None = None
) -> tuple[float, Arrays]:
    """Loss and its gradients, a dict like params.

    x (T, D, B); target (T, B) class numbers; mask (T, B): which steps count, None for all.
    """
    y, h, tape = predict(cell, params, x)
    loss, dy = output_layer.cross_entropy(y, target, mask)
    d_output_layer, dh = output_layer.scores_backward(params, h, dy)
    d_cell, _, _ = cell.backward({name: params[name] for name in cell.SHAPES}, tape, dh)
    return loss, {**d_cell, **d_output_layer}


def accuracy(
    cell: CellLike, params: Params, x: Array, target: Target, mask: Mask | None = None
) -> float:
    """Share of right answers among the steps that count."""
    y, _, _ = predict(cell, params, x)
    right = y.argmax(axis=1) == target
    return float(right.mean() if mask is None else right[mask].mean())


def fit(
    cell: CellLike,
    params: Params,
    batches: Iterable[Batch],
    learning_rate: float,
    clip: float = 1.0,
) -> tuple[Params, Array]:
    """Train on an iterable of (x, target, mask); return (new params, losses (n,)).

    learning_rate: step size of Adam; clip: largest norm of all gradients together.
    Raises FloatingPointError, with what to try, when the loss is no longer a number.
    """
    state = optim.adam_start(params)
    losses: list[float] = []
    for x, target, mask in batches:
        loss, grads = gradients(cell, params, x, target, mask)
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss} after {len(losses)} updates; try a smaller learning rate "
                f"than {learning_rate} or a smaller clip than {clip}"
            )
        clipped, _ = optim.clip_by_norm(grads, clip)
        params, state = optim.adam_step(params, clipped, state, learning_rate)
        losses.append(loss)
    return params, np.array(losses)
