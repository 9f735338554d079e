"""Exercises of chapter 2, the long-dependency problem."""

import numpy as np

from lstm_ref.book.exercises.exercise import exercise


def _steps(factor: float, limit: float) -> int:
    """The smallest n for which factor^n has passed the limit."""
    return int(np.ceil(np.log(limit) / np.log(factor)))


@exercise(
    "ex-long-lag",
    tol=1e-6,
    wrong={
        65: "After 65 steps it is still a little above one thousandth.",
        44: "That is one hundredth.",
        22: "That is one tenth.",
        3: "It is 0.9 that is multiplied again and again, not 0.1.",
    },
)
def lag():
    """Steps until 0.9^n is below one thousandth."""
    return _steps(0.9, 1e-3)


@exercise(
    "ex-long-explode",
    tol=1e-6,
    wrong={
        144: "After 144 steps it is still a little below.",
        138: "The logarithm of 1.1 is not quite 0.1.",
        139: "The logarithm of 1.1 is not quite 0.1: one must not round it.",
        73: "That is one thousand.",
    },
)
def explode():
    """Steps until 1.1^n is above one million."""
    return _steps(1.1, 1e6)


@exercise(
    "ex-long-share",
    tol=5e-3,
    wrong=lambda: {
        0.1: "So it would be if all steps counted alike.",
        1 - 0.99**10: "That is the share in a sum without end; here there are 100 steps.",
        0.99**10: "That is the weight of one step, ten steps back.",
        float(0.99**90 * (1 - 0.99**10) / (1 - 0.99**100)): "These are the first ten steps.",
    },
)
def share():
    """Share of the last ten of 100 weights 0.99^(T - k)."""
    weights = 0.99 ** np.arange(100)
    return float(weights[:10].sum() / weights.sum())


@exercise(
    "ex-long-sigmoid",
    tol=1e-3,
    wrong={
        0.25: "That is the slope; the product of slope and norm must be below 1.",
        1: "That is tanh, whose slope may be 1.",
        2: "The slope at 0 is one quarter, not one half.",
    },
)
def sigmoid():
    """The norm below which a network with the logistic function vanishes."""
    return 4


def _fixed_point(w: float) -> float:
    h = 1.0
    for _ in range(500):
        h = np.tanh(w * h)
    return float(h)


@exercise(
    "ex-long-scalar",
    tol=5e-3,
    wrong=lambda: {
        1.5: "That is the slope at 0, which repels.",
        _fixed_point(1.5): "That is the stable state itself.",
        1 - _fixed_point(1.5) ** 2: "The chain rule has one factor more: w.",
    },
)
def scalar():
    """Slope of tanh(1.5 h) at its positive stable state."""
    return 1.5 * (1 - _fixed_point(1.5) ** 2)
