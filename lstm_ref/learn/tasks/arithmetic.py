"""Tasks with numbers: binary addition, the adding problem, the multiplication problem."""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target


def binary_addition(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """Two binary numbers, least significant digit first; say the digits of their sum.

    Returns x (T, 2, B) of 0 and 1, target (T, B), mask all True. Example, T = 4:

        first number    1 1 0 0      (3)
        second number   1 0 1 0      (5)
        sum             0 0 0 1      (8)

    The digit to say depends on the carry, which is not in the input. Chance: one half.
    Source: made for this book.
    """
    common.enter(rng, T, B)
    digits = rng.integers(0, 2, (T, 2, B))
    carry, target = np.zeros(B, int), np.empty((T, B), int)
    for t in range(T):
        total = digits[t].sum(axis=0) + carry
        target[t], carry = total % 2, total // 2
    return digits.astype(float), target, np.ones((T, B), bool)


def adding(
    rng: np.random.Generator, T: int, B: int, shortest: int | None = None
) -> tuple[Array, Target, Mask]:
    """The adding problem: say at the end the sum of the two marked numbers.

    One mark stands in each half of the sequence. Returns x (T, 2, B): numbers from U(0, 1), marks
    0 or 1; target (T, 1, B); mask (T, B), True at the last step. Example, T = 6:

        number    .3  .9  .1  .5  .2  .7
        mark       0   1   0   0   1   0
        target                        1.1

    shortest: lengths are drawn from there to T. Chance, as squared error: 1/6, the variance of
    the sum; always saying 1 reaches it.
    Source: Hochreiter & Schmidhuber 1997, experiment 4; with these numbers and marks, one in each
    half, in the published code of Arjovsky, Shah & Bengio 2016 (adding_problem.py).
    """
    x, marked, mask = _two_marked(rng, T, B, shortest)
    return x, _everywhere(marked.sum(axis=0), T), mask


def multiplication(
    rng: np.random.Generator, T: int, B: int, shortest: int | None = None
) -> tuple[Array, Target, Mask]:
    """The multiplication problem: as `adding`, but say the product.

    Returns x (T, 2, B), target (T, 1, B), mask (T, B). Example, T = 6:

        number    .3  .9  .1  .5  .2  .7
        mark       0   1   0   0   1   0
        target                        .18

    Chance, as squared error: 7/144, the variance of the product; always saying 1/4 reaches it.
    A net that only adds gets far: the best linear function of the sum has the error 1/144, the
    best quadratic one 1/504, the best of all functions of the sum 1/540 = 0.00185. What is below
    that does not come from the sum alone.
    Source: Hochreiter & Schmidhuber 1997, experiment 5, with the marks of `adding`.
    """
    x, marked, mask = _two_marked(rng, T, B, shortest)
    return x, _everywhere(marked.prod(axis=0), T), mask


def _two_marked(rng, T, B, shortest):
    """Inputs, the two marked numbers (2, B), the mask."""
    ends = common.enter(rng, T, B, 2, shortest)
    inside = np.arange(T)[:, None] < ends
    numbers = rng.random((T, B)) * inside
    half, columns = ends // 2, np.arange(B)
    first, second = rng.integers(0, half), rng.integers(half, ends)
    marks = np.zeros((T, B))
    marks[first, columns] = marks[second, columns] = 1
    x = np.stack([numbers, marks], axis=1)
    return (
        x,
        np.stack([numbers[first, columns], numbers[second, columns]]),
        common.at_the_end(ends, T),
    )


def _everywhere(value, T):
    """A number for each sample (B,) as a target (T, 1, B); only the step of the mask counts."""
    return np.broadcast_to(value, (T, 1, len(value))).copy()
