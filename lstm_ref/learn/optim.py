"""Optimisers as small functions on dicts of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref.types import Arrays, Params


def clip_by_norm(gradients: Params, limit: float) -> tuple[Params, float]:
    """Scale all gradients together so that their joint norm is at most `limit`.

    gradients: dict of arrays. Returns (clipped dict, norm before clipping). Raises ValueError, and
    FloatingPointError for a norm that is not finite, which nothing can scale down.
    Source: Pascanu, Mikolov & Bengio 2013, section 3.2.
    """
    if not limit > 0:
        raise ValueError(f"limit: expected a positive number, got {limit!r}")
    norm = float(np.sqrt(sum(np.sum(np.square(g)) for g in gradients.values())))
    if not np.isfinite(norm):
        raise FloatingPointError(f"the norm of the gradient is {norm}")
    if norm <= limit:
        return gradients, norm
    return {name: g * (limit / norm) for name, g in gradients.items()}, norm


def clip_by_value(gradients: Params, limit: float) -> Arrays:
    """Cut every entry of every gradient to -limit..limit; the direction changes.

    Raises ValueError.
    Source: Greff et al. 2017, who found that it hurt.
    """
    if not limit > 0:
        raise ValueError(f"limit: expected a positive number, got {limit!r}")
    return {name: np.clip(g, -limit, limit) for name, g in gradients.items()}


def sgd_start(params: Params) -> tuple[()]:
    """The state of gradient descent: none."""
    return ()


def sgd_step(
    params: Params, gradients: Params, state: Any, learning_rate: float
) -> tuple[Arrays, Any]:
    """One step of gradient descent, w - learning_rate · dw; nothing is changed in place.

    Returns (new params, state). Raises ValueError for other names than those of the parameters.
    """
    _same_names(params, gradients)
    return _moved(params, {name: learning_rate * g for name, g in gradients.items()}), state


def momentum_start(params: Params) -> tuple[Arrays]:
    """The state of momentum before its first step: the velocity, zeros."""
    return ({name: np.zeros_like(value) for name, value in params.items()},)


def momentum_step(
    params: Params, gradients: Params, state: Any, learning_rate: float, momentum: float = 0.9
) -> tuple[Arrays, tuple[Arrays]]:
    """One step of gradient descent with momentum: v = momentum · v - learning_rate · dw, w + v.

    momentum: 0 is plain gradient descent; below 1. Returns (new params, new state).
    Source: Polyak 1964; in this form Rumelhart, Hinton & Williams 1986.
    """
    _same_names(params, gradients)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum: expected 0 <= momentum < 1, got {momentum!r}")
    back = {n: learning_rate * g - momentum * state[0][n] for n, g in gradients.items()}
    velocity = {n: (-v).astype(params[n].dtype, copy=False) for n, v in back.items()}
    return _moved(params, back), (velocity,)


def _moved(params, back):
    """params - back, in the dtype of the parameters."""
    return {n: (w - back[n]).astype(w.dtype, copy=False) for n, w in params.items()}


def _same_names(params, gradients):
    if set(params) != set(gradients):
        raise ValueError(f"gradients: expected {sorted(params)}, got {sorted(gradients)}")


def adam_start(params: Params) -> tuple[int, Arrays, Arrays]:
    """The state of Adam before its first step: (0, zeros, zeros)."""
    zeros = {name: np.zeros_like(value) for name, value in params.items()}
    return 0, zeros, dict(zeros)


def adam_step(
    params: Params,
    gradients: Params,
    state: Any,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Arrays, tuple[int, Arrays, Arrays]]:
    """One step of Adam (Kingma & Ba 2015, algorithm 1); nothing is changed in place.

    params, gradients: dicts of arrays with the same names. learning_rate: step size.
    Returns (new params, new state).
    """
    _same_names(params, gradients)
    k, mean, square = state
    k += 1
    mean = {n: beta1 * mean[n] + (1 - beta1) * g for n, g in gradients.items()}
    square = {n: beta2 * square[n] + (1 - beta2) * g * g for n, g in gradients.items()}
    scale = learning_rate * np.sqrt(1 - beta2**k) / (1 - beta1**k)
    eps_k = eps * np.sqrt(1 - beta2**k)  # the paper's eps, moved past the bias correction
    new = {n: value - scale * mean[n] / (np.sqrt(square[n]) + eps_k) for n, value in params.items()}
    # A float64 scale must not turn float32 parameters into float64.
    new = {n: value.astype(params[n].dtype, copy=False) for n, value in new.items()}
    return new, (k, mean, square)


# name -> (start, step): what `loop.fit` can be told
OPTIMISERS = {
    "sgd": (sgd_start, sgd_step),
    "momentum": (momentum_start, momentum_step),
    "adam": (adam_start, adam_step),
}
