"""Optimisers as small functions on dicts of arrays."""

import numpy as np


def clip_by_norm(gradients, limit):
    """Scale all gradients together so that their joint norm is at most `limit`.

    gradients: dict of arrays. Returns (clipped dict, norm before clipping).
    Source: Pascanu, Mikolov & Bengio 2013, section 3.2.
    """
    if not limit > 0:
        raise ValueError(f"limit: expected a positive number, got {limit!r}")
    norm = float(np.sqrt(sum(np.sum(np.square(g)) for g in gradients.values())))
    if norm <= limit:
        return gradients, norm
    return {name: g * (limit / norm) for name, g in gradients.items()}, norm


def adam_start(params):
    """The state of Adam before its first step: (0, zeros, zeros)."""
    zeros = {name: np.zeros_like(value) for name, value in params.items()}
    return 0, zeros, dict(zeros)


def adam_step(params, gradients, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam (Kingma & Ba 2015, algorithm 1); nothing is changed in place.

    params, gradients: dicts of arrays with the same names. rate: step size.
    Returns (new params, new state).
    """
    if set(params) != set(gradients):
        raise ValueError(f"gradients: expected {sorted(params)}, got {sorted(gradients)}")
    k, mean, square = state
    k += 1
    mean = {n: beta1 * mean[n] + (1 - beta1) * g for n, g in gradients.items()}
    square = {n: beta2 * square[n] + (1 - beta2) * g * g for n, g in gradients.items()}
    scale = rate * np.sqrt(1 - beta2**k) / (1 - beta1**k)
    eps_k = eps * np.sqrt(1 - beta2**k)  # the paper's eps, moved past the bias correction
    new = {n: value - scale * mean[n] / (np.sqrt(square[n]) + eps_k) for n, value in params.items()}
    # A float64 scale must not turn float32 parameters into float64.
    new = {n: value.astype(params[n].dtype, copy=False) for n, value in new.items()}
    return new, (k, mean, square)
