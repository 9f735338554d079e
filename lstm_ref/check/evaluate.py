"""What a formula that `formulas` has read comes to, for one sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_ref.check.formulas import FormulaError, Tree, Values


class Ones:
    """A vector of ones, as long as it has to be, times a number."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor


def _softmax(v):
    e = np.exp(v - v.max())
    return e / e.sum()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "σ": lambda u: 1 / (1 + np.exp(-u)),
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "atan": np.arctan,
    "relu": lambda u: np.where(u > 0, u, 0.0),
    "step": lambda u: np.where(u > 0, 1.0, 0.0),
    "sign": np.sign,
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
    "softplus": lambda u: np.log(1 + np.exp(u)),
    "logsigmoid": lambda u: -np.log(1 + np.exp(-u)),
    "softmax": _softmax,
    "sum": np.sum,
    "mean": np.mean,
    "norm": lambda v: np.sqrt(np.sum(v**2)),
    "diag": lambda v: np.diag(v[:, 0]),
}
NUMBERS = ("sum", "mean", "norm")


def value(tree: Tree, values: Values) -> Any:
    """A number, a column (n, 1), a row (1, n) or a matrix. Raises FormulaError."""
    kind, *parts = tree
    if kind == "number":
        return parts[0]
    if kind == "transposed":
        inside = value(parts[0], values)
        if is_number(inside) or isinstance(inside, Ones):
            raise FormulaError("a number has no transpose")
        return inside.T
    if kind == "sum":
        total = 0.0
        for sign, part in parts:
            total = _plus(total, sign, value(part, values))
        return total
    if kind == "product":
        return _product([(how, value(part, values)) for how, part in parts])
    if kind == "power":
        base, exponent = (value(part, values) for part in parts)
        _alike(base, exponent)
        return np.power(np.asarray(base, float), exponent)[()]
    if kind == "call":
        return _call(parts[0], [value(part, values) for part in parts[1:]])
    if kind == "over time":
        raise FormulaError("a sum over time inside of a formula")
    return values(kind, parts[0], parts[1])


def is_number(a: Any) -> bool:
    """Is it one number, and no vector?"""
    return np.ndim(a) == 0 and not isinstance(a, Ones)


def _call(word, arguments):
    for other in arguments[1:]:
        _alike(arguments[0], other)
    if word in NUMBERS and is_number(arguments[0]):
        raise FormulaError(f"{word} of a number")
    return FUNCTIONS[word](*arguments)


def _alike(a, b):
    if not is_number(a) and not is_number(b) and np.shape(a) != np.shape(b):
        raise FormulaError(f"shapes {np.shape(a)} and {np.shape(b)} stand unit by unit")


def _plus(a, sign, b):
    if isinstance(a, Ones) or isinstance(b, Ones):
        a, b = (part.factor if isinstance(part, Ones) else part for part in (a, b))
    _alike(a, b)
    return a + sign * b


def _product(parts):
    total, unit_by_unit, matrices = parts[0][1], False, False
    for how, factor in parts[1:]:
        if is_number(total) or is_number(factor) or how == "/":
            total = _scaled(total, how, factor)
            unit_by_unit |= how == "/" and not is_number(factor)
        elif how in ("⊙", "·"):
            total, unit_by_unit = _by_unit(total, factor), True
        else:
            total, matrices = _matrix_product(total, factor), True
    if unit_by_unit and matrices:
        raise FormulaError("⊙ or / beside a product of matrices, without brackets")
    return total


def _scaled(a, how, b):
    if isinstance(a, Ones) or isinstance(b, Ones):
        first, second = (part.factor if isinstance(part, Ones) else part for part in (a, b))
        if not is_number(first) or not is_number(second):
            raise FormulaError("a vector beside a vector of ones")
        return Ones(first / second if how == "/" else first * second)
    _alike(a, b)
    return a / b if how == "/" else a * b


def _by_unit(a, b):
    if isinstance(a, Ones) or isinstance(b, Ones):
        a, b = (part.factor if isinstance(part, Ones) else part for part in (a, b))
    _alike(a, b)
    return a * b


def _matrix_product(a, b):
    if isinstance(b, Ones):
        return a.sum(axis=1, keepdims=True) * b.factor
    if isinstance(a, Ones):
        raise FormulaError("a vector of ones on the left of a matrix")
    if a.shape[1] != b.shape[0]:
        raise FormulaError(f"a product of shapes {a.shape} and {b.shape}")
    product = a @ b
    return float(product[0, 0]) if a.shape[0] == 1 and b.shape[1] == 1 else product
