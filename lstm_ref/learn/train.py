"""One plain training loop: gradients of a batch, clipping, Adam. It is made for reading.

`loop.fit` has the rest: other optimisers, truncation, an early stop, checkpoints, buffers that are
used again.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lstm_ref.learn import network, optim
from lstm_ref.types import AnyCell, Array, Batch, Params


def fit(
    cell: AnyCell,
    params: Params,
    batches: Iterable[Batch],
    learning_rate: float,
    clip: float = 1.0,
) -> tuple[Params, Array]:
    """Train on an iterable of batches, see `network`; return (new params, losses (n,)).

    learning_rate: step size of Adam; clip: largest norm of all gradients together.
    Raises FloatingPointError, with what to try, when the numbers are no longer finite.
    """
    state = optim.adam_start(params)
    losses: list[float] = []
    for batch in batches:
        try:
            loss, grads, _ = network.gradients(cell, params, batch)
        except FloatingPointError as error:
            cure = f"a smaller learning rate than {learning_rate} or a smaller clip than {clip}"
            raise FloatingPointError(f"{error}, after {len(losses)} updates; try {cure}") from None
        clipped, _ = optim.clip_by_norm(grads, clip)
        params, state = optim.adam_step(params, clipped, state, learning_rate)
        losses.append(loss)
    return params, np.array(losses)
