"""What a formula that `formulas` has read comes to, for one sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_ref.check.formulas import FormulaError, Tree, Values


class Ones:
    """A vector of ones, as long as it has to be, times a number; row: transposed."""

    def __init__(self, factor: float = 1.0, row: bool = False) -> None:
        self.factor, self.row = factor, row


class Filled:
    """The matrix v 𝟏ᵀ, of a column v, or 𝟏 vᵀ, of a row: it fills as much as it has to.

    open: the axis that has no length of its own.
    """

    def __init__(self, array: Any, open: int) -> None:
        self.array, self.open = array, open


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
        if isinstance(inside, Ones):
            return Ones(inside.factor, not inside.row)
        if isinstance(inside, Filled):
            return Filled(inside.array.T, 1 - inside.open)
        if is_number(inside):
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
        return _unit_by_unit(lambda a, b: np.power(np.asarray(a, float), b)[()], base, exponent)
    if kind == "call":
        return _call(parts[0], [value(part, values) for part in parts[1:]])
    if kind == "over time":
        raise FormulaError("a sum over time inside of a formula")
    return values(kind, parts[0], parts[1])


def is_number(a: Any) -> bool:
    """Is it one number, and no vector?"""
    return np.ndim(a) == 0 and not isinstance(a, Ones | Filled)


def _call(word, arguments):
    if word in NUMBERS and (is_number(arguments[0]) or isinstance(arguments[0], Filled)):
        raise FormulaError(f"{word} of a number, or of a matrix of no size")
    return _unit_by_unit(FUNCTIONS[word], *arguments)


def _unit_by_unit(function, *arguments):
    """A function of equal shapes; what fills a matrix gets the shape of the matrix beside it."""
    filled = [a for a in arguments if isinstance(a, Filled)]
    if not filled:
        for other in arguments[1:]:
            _alike(arguments[0], other)
        return function(*arguments)
    whole = [np.shape(a) for a in arguments if not is_number(a) and not isinstance(a, Filled)]
    shape = np.broadcast_shapes(*(a.array.shape for a in filled))
    if {a.open for a in filled} == {0, 1}:
        whole.append(shape)
    if any(1 in each or each != whole[0] for each in whole):
        raise FormulaError(f"shapes {whole} stand unit by unit with a matrix of no size")
    for one in filled:
        if whole and one.array.shape[1 - one.open] != whole[0][1 - one.open]:
            raise FormulaError(f"{one.array.shape} does not fill {whole[0]}")
    value = function(*(a.array if isinstance(a, Filled) else a for a in arguments))
    return value if whole else Filled(value, filled[0].open)


def _alike(a, b):
    if not is_number(a) and not is_number(b) and np.shape(a) != np.shape(b):
        raise FormulaError(f"shapes {np.shape(a)} and {np.shape(b)} stand unit by unit")


def _plus(a, sign, b):
    if isinstance(a, Ones) or isinstance(b, Ones):
        a, b = (part.factor if isinstance(part, Ones) else part for part in (a, b))
    return _unit_by_unit(lambda a, b: a + sign * b, a, b)


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
    return _unit_by_unit((lambda a, b: a / b) if how == "/" else (lambda a, b: a * b), a, b)


def _by_unit(a, b):
    if isinstance(a, Ones) or isinstance(b, Ones):
        a, b = (part.factor if isinstance(part, Ones) else part for part in (a, b))
    return _unit_by_unit(lambda a, b: a * b, a, b)


def _matrix_product(a, b):
    if isinstance(a, Filled) or isinstance(b, Filled):
        raise FormulaError("a product with a matrix of no size")
    if isinstance(b, Ones) and b.row and np.shape(a)[1:] == (1,):
        return Filled(a * b.factor, 1)
    if isinstance(a, Ones) and not a.row and np.shape(b)[:1] == (1,):
        return Filled(a.factor * b, 0)
    if isinstance(b, Ones):
        if b.row:
            raise FormulaError("a row of ones on the right of a matrix")
        return a.sum(axis=1, keepdims=True) * b.factor
    if isinstance(a, Ones):
        raise FormulaError("a vector of ones on the left of a matrix")
    if a.shape[1] != b.shape[0]:
        raise FormulaError(f"a product of shapes {a.shape} and {b.shape}")
    product = a @ b
    return float(product[0, 0]) if a.shape[0] == 1 and b.shape[1] == 1 else product
