"""Exercises of chapter 3, gates."""

from typing import Any

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.book.exercises.verdict import verdict
from lstm_ref.cells.activations import sigmoid


@exercise(
    "ex-gates-leaky",
    tol=5e-3,
    wrong={
        0.349: "What did the unit take in at step 1?",
        0.0387: "There are ten zeros, not nine.",
        0.0314: "At step 1 the 1 is taken in, it does not leak yet.",
        0.1: "That is c_1; ten steps more.",
    },
)
def leaky():
    """c_11 of a leaky unit with α = 0.9 after a 1 and ten zeros."""
    alpha, c = 0.9, 0.0
    for z in [1.0, *[0.0] * 10]:
        c = alpha * c + (1 - alpha) * z
    return c


@exercise(
    "ex-gates-half-life",
    tol=2e-3,
    wrong={
        0.99309: "That is the gate; the bias is the weighted input that gives it.",
        4.595: "That is the bias for f = 0.99; one half shall be left after 100 steps.",
        4.605: "That is a time constant of 100 steps, after which 1/e is left.",
        0.692: "That is the half-life of a bias of 0, times something; begin with f^100.",
    },
)
def half_life():
    """The forget bias with a half-life of 100 steps."""
    f = 0.5 ** (1 / 100)
    return float(np.log(f / (1 - f)))


@exercise(
    "ex-gates-latch",
    tol=5e-3,
    wrong={
        0.5: "Two functions stand in the way.",
        0.462: "That is what is stored; the output is read through another function.",
        0.407: "One tanh too many: between the steps there is none.",
        0.216: "The valve is open, not half open.",
    },
)
def latch():
    """What is read of 0.5 in the memory made by hand."""
    return float(np.tanh(np.tanh(0.5)))


def _opens(answer: Any) -> str:
    """Whether three numbers make a gate that opens for (1, 1) only."""
    says = verdict(answer, (1.0, 1.0, 1.0), tol=1e9)  # are they three numbers?
    if says != "right":
        return says
    w_1, w_2, b = np.asarray(answer, dtype=float)
    a = np.array([b, w_2 + b, w_1 + b, w_1 + w_2 + b])
    values = sigmoid(a)
    for place, value in zip(("(0, 0)", "(0, 1)", "(1, 0)"), values, strict=False):
        if not value < 0.01:
            return f"not right: at {place} the gate is {value:.3f}, it should be below 0.01"
    if not values[3] > 0.99:
        return f"not right: at (1, 1) the gate is {values[3]:.3f}, it should be above 0.99"
    return "right"


@exercise(
    "ex-gates-and",
    check=_opens,
    wrong=[
        ((10, 10, -5), "One input alone opens it: the bias must outweigh either weight."),
        ((10, 10, -20), "With both inputs on it is half open: the weighted input is 0."),
        ((1, 1, -1.5), "The place is right, but such small weights leave it near half open."),
        ((10, 10, 0), "Without a bias it is half open when nothing is on."),
    ],
)
def both():
    """A gate that opens if both inputs are on."""
    return (10.0, 10.0, -15.0)
