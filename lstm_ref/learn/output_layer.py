"""From the state h to scores, and the two losses, each with its gradient.

y_t = W_yh h_t + b_y
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from lstm_ref import arguments
from lstm_ref.types import Array, Arrays, Mask, Params, Target


def init(rng: np.random.Generator, H: int, K: int, dtype: DTypeLike = np.float64) -> Arrays:
    """W_yh (K, H) from U(-1/sqrt(H), 1/sqrt(H)) and b_y (K, 1) = 0: the parameters."""
    k = 1 / np.sqrt(H)
    return {
        "W_yh": rng.uniform(-k, k, (K, H)).astype(dtype),
        "b_y": np.zeros((K, 1), dtype),
    }


def scores(params: Params, h: Array) -> Array:
    """y = W_yh h + b_y: (T, H, B) -> (T, K, B), or (H, B) -> (K, B).

    Raises TypeError or ValueError for parameters that do not fit: a bias (K,) would broadcast.
    """
    sizes = {"H": h.shape[-2]}
    arguments.array('params["W_yh"]', params["W_yh"], "KH", sizes)
    arguments.array('params["b_y"]', params["b_y"], "K1", sizes, params["W_yh"].dtype)
    return params["W_yh"] @ h + params["b_y"]


def scores_backward(params: Params, h: Array, dy: Array) -> tuple[Arrays, Array]:
    """Gradients of `scores`: (dict of W_yh and b_y, summed over steps and samples; dh like h)."""
    steps = h.ndim == 3
    dW = (dy @ h.swapaxes(-1, -2)).sum(axis=0) if steps else dy @ h.T
    db = dy.sum(axis=(0, 2) if steps else 1).reshape(-1, 1)
    return {"W_yh": dW, "b_y": db}, params["W_yh"].T @ dy


def cross_entropy(y: Array, target: Target, mask: Mask | None = None) -> tuple[float, Array]:
    """Mean negative log-probability, in nats, of the target class under softmax(y), and its dy.

    y (T, K, B) scores; target (T, B) integers in 0..K-1; mask (T, B) of booleans says which
    entries count, None for all; what y and target hold elsewhere changes nothing, NaN neither.
    Returns (loss, dy like y). Large scores do no harm as long as their differences can be held:
    beyond that (3.4e38 in float32) the loss is inf, and dy is right all the same.
    """
    mask = classes(y, target, mask)
    if not mask.all():
        y = np.where(mask[:, None, :], y, np.array(0, y.dtype))
    with np.errstate(over="ignore"):  # -inf is the right rounding of what is too large
        shifted = y - y.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    index = np.where(mask, target, 0)[:, None, :]
    n = int(mask.sum())
    loss = -float(np.sum(np.take_along_axis(log_p, index, axis=1)[:, 0, :] * mask)) / n
    dy = np.exp(log_p)
    np.put_along_axis(dy, index, np.take_along_axis(dy, index, axis=1) - 1, axis=1)
    return loss, dy * mask[:, None, :] / np.array(n, y.dtype)


def classes(y: Array, target: Target, mask: Mask | None) -> Mask:
    """Check class numbers and mask against the scores y; return the mask, for None all True.

    Raises TypeError or ValueError.
    """
    arguments.plain("target", target)
    shape = (y.shape[0], y.shape[2])
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(f"target: expected integers, got {target.dtype}")
    if target.shape != shape:
        raise ValueError(f"target: expected shape (T, B) of y {y.shape}, got {target.shape}")
    mask = np.ones(shape, bool) if mask is None else booleans(mask, shape)
    if target[mask].min() < 0 or target[mask].max() >= y.shape[1]:
        raise ValueError(f"target: expected classes 0 to {y.shape[1] - 1}, got others")
    return mask


def booleans(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """The mask (T, B) itself, if it is an array of booleans of this shape with some True.

    Raises TypeError or ValueError.
    """
    arguments.plain("mask", mask, f"an array of booleans {shape}")
    if mask.shape != shape or mask.dtype != bool or not mask.any():
        got = f"{mask.dtype} {mask.shape}" if mask.any() else "no True"
        raise ValueError(f"mask: expected shape {shape} of booleans with some True, got {got}")
    return mask


def squared_error(y: Array, target: Target, mask: Mask | None = None) -> tuple[float, Array]:
    """Mean of (y - target)² over the entries that count, and its dy.

    y and target have the same shape. mask (T, B) for y (T, K, B) says which steps of which samples
    count, None for all; what y and target hold elsewhere changes nothing, NaN neither.
    """
    arguments.plain("target", target)
    if target.dtype == bool:
        raise TypeError("target: expected numbers, got bool")
    if y.shape != target.shape:
        raise ValueError(f"target: expected shape {y.shape} of y, got {target.shape}")
    if mask is None:
        difference = y - target
        return float(np.mean(difference**2)), 2 * difference / np.array(difference.size, y.dtype)
    if y.ndim != 3:
        raise ValueError(f"mask: expected None for y that is not (T, K, B), got y {y.shape}")
    mask = booleans(mask, (y.shape[0], y.shape[2]))
    difference = np.where(mask[:, None, :], y - target, np.array(0, y.dtype))
    n = int(mask.sum()) * y.shape[1]
    return float(np.sum(difference**2)) / n, 2 * difference / np.array(n, y.dtype)


def loss(y: Array, target: Target, mask: Mask | None = None) -> tuple[float, Array]:
    """Loss and dy, by what the target is: class numbers (T, B), cross-entropy; numbers (T, K, B),
    squared error.
    """
    arguments.plain("target", target)
    which = cross_entropy if np.issubdtype(target.dtype, np.integer) else squared_error
    return which(y, target, mask)
