"""Exercises of chapter 12, finite memory."""

from math import log, log2, pi

import numpy as np

from lstm_ref.book.exercises.exercise import exercise


def _half_life(f):
    """Under gates f, an array: by the mean of the logarithms."""
    return log(2) / -np.log(f).mean()


STEPS = np.array([0.99] * 9 + [0.5])


@exercise(
    "ex-memory-mean",
    tol=2e-3,
    wrong=lambda: {
        _half_life(STEPS.mean()): "That is the half-life of the mean gate.",
        _half_life(STEPS[0]): "And the tenth step?",
        np.mean([9 * _half_life(STEPS[0]), 1]) * 2 / 10: "A mean of half-lives is none.",
        -np.log(STEPS).mean(): "That is the mean of minus the logarithm.",
    },
)
def mean() -> float:
    """The half-life of a gate that slips at every tenth step."""
    return _half_life(STEPS)


def _bits(p):
    return 1 + p * log2(p) + (1 - p) * log2(1 - p)


@exercise(
    "ex-memory-bits",
    tol=2e-3,
    wrong=lambda: {
        8 * 0.9: "That is how many answers are right, and nobody knows which.",
        8 * 0.8: "So many more are right than wrong; are those bits?",
        _bits(0.9): "That is one question; there are eight.",
        8 * (1 - _bits(0.9)): "That is what is missing.",
    },
)
def bits() -> float:
    """Bits that eight answers carry at least, each right with probability 0.9."""
    return 8 * _bits(0.9)


@exercise(
    "ex-memory-quarter",
    wrong={
        24: "Every bit moves two digits to the right here.",
        48: "The register with a quarter holds fewer, not more.",
        6: "A quarter is two binary digits, not four.",
        13: "The first one of 13 is rounded away.",
    },
)
def quarter() -> int:
    """Bits that a register with a factor of 1/4 holds in float32."""
    n = 1
    while _all_read(n + 1):
        n += 1
    return n


def _all_read(n, runs=2000):
    """Are all n bits read, that were written into a float32 register with a factor of 1/4?"""
    written = np.random.default_rng(n).choice([-1, 1], (n, runs))
    c = np.zeros(runs, np.float32)
    for bit in written:
        c = np.float32(0.25) * c + bit.astype(np.float32)
    rest = c.astype(float)
    for bit in written[::-1]:
        if ((rest > 0) != (bit > 0)).any():
            return False
        rest = 4 * (rest - bit)
    return True


@exercise(
    "ex-memory-arctan",
    tol=2e-3,
    wrong={
        log(2): "What is 1 - f for a large weighted input?",
        log(2) / pi: "The other way round: 1 - f is small, the half-life long.",
        pi: "How many steps until a half is left, not until 1/e?",
        2 * log(2): "That would be 1 - f = 1 / (2a).",
    },
)
def arctan() -> float:
    """The factor of the half-life of the gate 1/2 + arctan(a) / pi."""
    return pi * log(2)
