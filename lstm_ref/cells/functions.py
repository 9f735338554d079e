"""What derived cells apply to arrays, by the word that a declaration uses for it.

Each works for float32, float64 and, but for `step` and `sign`, which only the way back uses, for
complex128, which NumPy compares by the real parts: so the complex step goes through them. autograd
differentiates them as they stand: they are made of ufuncs, and nothing is written into an array.
Nothing overflows. The units of a vector are the axis before the last, samples the last.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_ref.cells.activations import sigmoid
from lstm_ref.types import Array


def relu(u: Array) -> Array:
    """u where it is positive, else 0; any shape. Its derivative at 0 is taken to be 0."""
    return np.maximum(u, 0)


def step(u: Array) -> Array:
    """1 where u is positive, else 0; any shape."""
    return np.heaviside(u, np.zeros((), u.dtype))


def sign(u: Array) -> Array:
    """1, 0 or -1; any shape."""
    return np.sign(u)


def absolute(u: Array) -> Array:
    """The absolute value; any shape. Its derivative at 0 is taken to be 0."""
    return np.maximum(u, -u)


def maximum(a: Array | float, b: Array | float) -> Array:
    """The larger of two; shapes that broadcast. Equal ones share the derivative."""
    return np.maximum(a, b)


def minimum(a: Array | float, b: Array | float) -> Array:
    """The smaller of two; shapes that broadcast. Equal ones share the derivative."""
    return np.minimum(a, b)


def softplus(u: Array) -> Array:
    """log(1 + exp(u)); any shape."""
    return relu(u) + np.log1p(np.exp(-absolute(u)))


def logsigmoid(u: Array) -> Array:
    """log σ(u); any shape."""
    return -softplus(-u)


def softmax(v: Array) -> Array:
    """exp(v) / Σ exp(v) over the units, (..., n, B)."""
    powers = np.exp(v - np.max(v, axis=-2, keepdims=True))
    return powers / np.sum(powers, axis=-2, keepdims=True)


def total(v: Array) -> Array:
    """Σ v over the units, (..., n, B) -> (..., 1, B)."""
    return np.sum(v, axis=-2, keepdims=True)


def mean(v: Array) -> Array:
    """The mean of v over the units, (..., n, B) -> (..., 1, B)."""
    return total(v) / v.shape[-2]


def outer(a: Array, b: Array) -> Array:
    """a bᵀ in every sample: (..., n, B), (..., m, B) -> (..., n, m, B)."""
    return a[..., :, None, :] * b[..., None, :, :]


def apply(C: Array, v: Array) -> Array:
    """C v in every sample: (..., n, m, B), (..., m, B) -> (..., n, B)."""
    return np.sum(C * v[..., None, :, :], axis=-2)


def apply_transposed(C: Array, v: Array) -> Array:
    """Cᵀ v in every sample: (..., n, m, B), (..., n, B) -> (..., m, B)."""
    return np.sum(C * v[..., :, None, :], axis=-3)


# word of a declaration -> function
ELEMENTWISE: dict[str, Callable[..., Array]] = {"sigma": sigmoid, "tanh": np.tanh, "relu": relu}
ELEMENTWISE |= {"max": maximum, "min": minimum, "abs": absolute}
ELEMENTWISE |= {"softplus": softplus, "logsigmoid": logsigmoid, "exp": np.exp, "log": np.log}
ELEMENTWISE |= {"sin": np.sin, "cos": np.cos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh}
ELEMENTWISE |= {"step": step, "sign": sign}
