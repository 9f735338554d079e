"""NumPy in a declaration: what its functions are called here. NumPy itself is not needed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

# What NumPy does when one of its numbers meets an operand: np.float64(2) * h[t].
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "true_divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
}
SAME = ("tanh", "exp", "log", "sin", "cos", "sinh", "cosh", "sqrt", "mean", "sum", "dot", "outer")
WORDS = {name: name for name in (*SAME, "diag")} | {
    "absolute": "abs",
    "fabs": "abs",
    "maximum": "max",
    "minimum": "min",
    "fmax": "max",
    "fmin": "min",
    "arctan": "atan",
    "inner": "dot",
    "vdot": "dot",
    "norm": "norm",
    "average": "mean",
    "nanmean": "mean",
    "nansum": "sum",
    "einsum": "dot, outer or @",
    "tensordot": "dot, outer or @",
    "expit": "sigma",
    "softmax": "softmax",
    "log_expit": "logsigmoid",
}
JOINED = (
    "side by side is what a product with each of them is: W.hh @ h[t-1] + W.hx @ x[t] is "
    "W [h, x] with W = [W_hh W_hx]"
)
SAID = {
    **dict.fromkeys(("concatenate", "hstack", "vstack", "stack", "append", "block"), JOINED),
    **dict.fromkeys(("max", "amax", "min", "amin"), "no largest unit; max(a, b) is of two vectors"),
    **dict.fromkeys(("var", "std"), "write it out: d[t] = a[t] - mean(a[t]), then mean(d[t]**2)"),
    "logaddexp": "softplus(v) is log(1 + exp(v)), and so log(exp(a) + exp(b)) is b + softplus(a-b)",
    "clip": "write max(low, min(v, high))",
    "where": "no conditions; a mask comes in as an input: m[t] * a[t] + (1 - m[t]) * b[t]",
    "matmul": "write @: W.hx @ x[t]",
    "transpose": "W.hh.T @ v is the transposed matrix",
    "square": "write v**2",
    "float_power": "write v**2",
    "reciprocal": "write 1 / v",
    "log1p": "write log(1 + v), or softplus(v) for log(1 + exp(v))",
    "expm1": "write exp(v) - 1",
    "logical_not": "write 1 - m[t] for a mask",
    "array": JOINED,
}


def is_array(value: Any) -> bool:
    """Whether a value is an array of NumPy and not one number of it."""
    return hasattr(type(value), "dtype") and value.shape != ()


def plain(value: Any) -> Any:
    """A number of NumPy as one of Python; anything else as it is."""
    return value.item() if hasattr(type(value), "dtype") and not is_array(value) else value


def refused(name: str, inputs: Sequence[Any]) -> str:
    """Why a function of NumPy cannot stand in a declaration, and the word that can."""
    if name in OPERATORS or any(is_array(value) for value in inputs):
        return (
            "an array of numbers cannot stand in an equation; declare it as given, not learned: "
            "a family A: fixed after the star, then A.bar @ v, and its numbers come with the others"
        )
    word = WORDS.get(name, "")
    if word.isidentifier():
        cure = f"write {word}(...): from lstm_ref import {word}"
    else:
        cure = f"write {word}" if word else SAID.get(name, "it has no word in a declaration")
    return f"{name} of NumPy computes with numbers, a declaration with symbols; {cure}"
