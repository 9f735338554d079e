"""One plain training loop: a cell, an output layer on every step, cross-entropy, clipping, Adam.

It is the shortest that works, made for reading. `loop.fit` has the rest: other losses, lengths,
layers, truncation, an early stop, checkpoints, buffers that are used again.
"""

import numpy as np

from lstm_ref.learn import optim, output_layer
from lstm_ref.learn.network import start

__all__ = ["accuracy", "fit", "gradients", "predict", "start"]


def predict(cell, params, x):
    """Scores y (T, K, B) for a sequence x (T, D, B), with outputs h and the tape."""
    h, _, tape = cell.forward({name: params[name] for name in cell.SHAPES}, x)
    return output_layer.scores(params, h), h, tape


def gradients(cell, params, x, target, mask=None):
    """Loss and its gradients, a dict like params.

    x (T, D, B); target (T, B) class numbers; mask (T, B): which steps count, None for all.
    """
    y, h, tape = predict(cell, params, x)
    loss, dy = output_layer.cross_entropy(y, target, mask)
    d_output_layer, dh = output_layer.scores_backward(params, h, dy)
    d_cell, _, _ = cell.backward({name: params[name] for name in cell.SHAPES}, tape, dh)
    return loss, {**d_cell, **d_output_layer}


def accuracy(cell, params, x, target, mask=None):
    """Share of right answers among the steps that count."""
    y, _, _ = predict(cell, params, x)
    right = y.argmax(axis=1) == target
    return float(right.mean() if mask is None else right[mask].mean())


def fit(cell, params, batches, learning_rate, clip=1.0):
    """Train on an iterable of (x, target, mask); return (new params, losses (n,)).

    learning_rate: step size of Adam; clip: largest norm of all gradients together.
    Raises FloatingPointError, with what to try, when the loss is no longer a number.
    """
    state, losses = optim.adam_start(params), []
    for x, target, mask in batches:
        loss, grads = gradients(cell, params, x, target, mask)
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss} after {len(losses)} updates; try a smaller learning rate "
                f"than {learning_rate} or a smaller clip than {clip}"
            )
        grads, _ = optim.clip_by_norm(grads, clip)
        params, state = optim.adam_step(params, grads, state, learning_rate)
        losses.append(loss)
    return params, np.array(losses)
