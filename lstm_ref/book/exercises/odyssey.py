"""Exercises of chapter 14, the Odyssey."""

from math import ceil, log, sqrt

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.study.space import RANGES

TRIALS, TESTS, LEVEL = 50, 24, 0.05
# What five trials of each of two cells measured.
ONE, OTHER = np.array([9.0, 9.2, 9.1, 9.4, 9.3]), np.array([9.3, 9.9, 9.5, 10.3, 9.5])
# Rows: a low and a high learning rate; columns: small and large networks.
GRID = np.array([[0.8, 0.6], [0.2, 0.4]])


@exercise(
    "ex-odyssey-draw",
    wrong={
        TRIALS * (1e-2 - 1e-3) / (1e-2 - 1e-6): "That would be so if the rate were uniform.",
        0.25: "That is the share; how many of 50?",
        TRIALS * 0.75: "That is how many are below 0.001.",
        TRIALS / 3: "How many powers of ten are there between the two ends?",
    },
)
def draw() -> float:
    """How many of 50 trials have a learning rate above 0.001, on average."""
    low, high, _ = RANGES["learning_rate"]
    return TRIALS * log(high / 1e-3) / log(high / low)


@exercise(
    "ex-odyssey-best",
    tol=1e-4,
    wrong={
        20: "With 20 there is one on average; but in more than a third of the searches none.",
        19: "0.05 · 19 = 0.95 adds up what overlaps.",
        58: "With 58 it is 0.949.",
        60: "Near; which is the smallest number?",
        14: "That is for one half.",
    },
)
def best() -> int:
    """Fewest random trials of which, with probability 0.95, one is among the best 5 per cent."""
    return ceil(log(1 - 0.95) / log(1 - 0.05))


@exercise(
    "ex-odyssey-welch",
    tol=2e-3,
    wrong=lambda: {
        (_t(ddof=0), 4 + 4): "A variance of few numbers is divided by n − 1.",
        (_t(), 8.0): "The degrees of freedom are 8 only where both variances are equal.",
        (-_t(), _nu()): "The difference is of OTHER less ONE.",
        (_t() / sqrt(5), _nu()): "The variance of a mean of five is a fifth of that of one.",
    },
)
def welch() -> tuple[float, float]:
    """Welch's t of OTHER against ONE, and the degrees of freedom."""
    return _t(), _nu()


def _t(ddof=1):
    v, w = (values.var(ddof=ddof) / 5 for values in (ONE, OTHER))
    return float((OTHER.mean() - ONE.mean()) / sqrt(v + w))


def _nu():
    v, w = (values.var(ddof=1) / 5 for values in (ONE, OTHER))
    return float((v + w) ** 2 / (v**2 / 4 + w**2 / 4))


@exercise(
    "ex-odyssey-chance",
    tol=2e-3,
    wrong={
        (TESTS * LEVEL, LEVEL): "0.05 is for one test; there are 24.",
        (TESTS * LEVEL, 1.0): "More than 1 is expected, and yet sometimes there is none.",
        (1.0, 1 - (1 - LEVEL) ** TESTS): "The mean is 24 times 0.05.",
        (TESTS * LEVEL, (1 - LEVEL) ** TESTS): "That is the probability of none.",
    },
)
def chance() -> tuple[float, float]:
    """Of 24 tests at 0.05 without any difference: expected number, probability of at least one."""
    return TESTS * LEVEL, 1 - (1 - LEVEL) ** TESTS


@exercise(
    "ex-odyssey-fanova",
    tol=2e-3,
    wrong={
        (0.8, 0.0, 0.0): "What rows and columns leave over is the share of the two together.",
        (1.0, 0.0, 0.0): "If the rate explained all, the two fields of a row would be equal.",
        (0.4, 0.0, 0.2): "Shares are of squares, not of differences.",
        (0.2, 0.0, 0.8): "The other way round: the means of the rows differ most.",
    },
)
def fanova() -> tuple[float, float, float]:
    """Shares of the variance of GRID: of the rows, of the columns, of the two together."""
    return _shares()


def _shares():
    mean = GRID.mean()
    rows, columns = GRID.mean(axis=1) - mean, GRID.mean(axis=0) - mean
    rest = GRID - mean - rows[:, None] - columns
    return tuple(float(np.mean(part**2) / GRID.var()) for part in (rows, columns, rest))
