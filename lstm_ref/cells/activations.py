"""The two squashing functions of the book."""

from __future__ import annotations

import numpy as np

from lstm_ref.types import Array


def sigmoid(x: Array) -> Array:
    """Logistic function 1 / (1 + exp(-x)), elementwise, any shape.

    Written with tanh, which is the same function and cannot overflow.
    It works for float32, float64 and complex128 and is differentiated by autograd as it stands.
    The absolute error is of the order of the rounding error of 1;
    below x of about -37 (float64) or -17 (float32) the result is exactly 0.

    Book: equation eq-sigmoid.
    """
    return 0.5 * (1 + np.tanh(0.5 * x))
