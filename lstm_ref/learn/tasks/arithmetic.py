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


def adding_1997(
    rng: np.random.Generator, T: int, B: int, shortest: int | None = None
) -> tuple[Array, Target, Mask]:
    """The adding problem as it is printed in 1997: both marks stand in the first half.

    Returns x (T, 2, B): numbers from U(-1, 1), and 1 at the two marks, -1 at the first and the last
    step, else 0; target (T, 1, B), 1/2 + (X1 + X2) / 4; mask (T, B), True at the last step. One
    mark is among the first ten steps, the other anywhere among the first half of `shortest`. The
    first step keeps its -1 where a mark falls on it, and what is marked there counts 0.
    Example, T = 24:

        number    .3 -.9  .1  .5 -.2  .7 ... -.4
        mark      -1   1   0   0   1   0 ...  -1
        target                                .225

    T: at least 20, and so is shortest; lengths are drawn from there to T, 100 and 110 in the paper.
    Chance, as squared error: at most 1/24, saying 1/2; the paper wants every error below 0.04.
    Source: Hochreiter & Schmidhuber 1997, experiment 4.
    """
    x, values, mask = _marked_1997(rng, T, B, shortest, (-1.0, 1.0), 0.0)
    return x, _everywhere(0.5 + values.sum(axis=0) / 4, T), mask


def multiplication_1997(
    rng: np.random.Generator, T: int, B: int, shortest: int | None = None
) -> tuple[Array, Target, Mask]:
    """The multiplication problem as it is printed in 1997: as `adding_1997`, but say X1 X2.

    Returns x (T, 2, B): numbers from U(0, 1), and the marks; target (T, 1, B), mask (T, B). What is
    marked at the first step counts 1. Chance, as squared error: about 0.06, saying 0.28.
    Source: Hochreiter & Schmidhuber 1997, experiment 5.
    """
    x, values, mask = _marked_1997(rng, T, B, shortest, (0.0, 1.0), 1.0)
    return x, _everywhere(values.prod(axis=0), T), mask


def _marked_1997(rng, T, B, shortest, interval, first_step):
    """Inputs, the two marked numbers (2, B), the mask."""
    ends = common.enter(rng, T, B, 20, shortest)
    inside, columns = np.arange(T)[:, None] < ends, np.arange(B)
    numbers = rng.uniform(*interval, (T, B)) * inside
    one = rng.integers(0, 10, B)
    two = rng.integers(0, (T if shortest is None else shortest) // 2 - 1, B)
    two += two >= one  # among those that are not marked yet
    marks = np.zeros((T, B))
    marks[one, columns] = marks[two, columns] = 1
    marks[0] = marks[ends - 1, columns] = -1
    values = np.stack([np.where(k, numbers[k, columns], first_step) for k in (one, two)])
    return np.stack([numbers, marks], axis=1), values, common.at_the_end(ends, T)


def _everywhere(value, T):
    """A number for each sample (B,) as a target (T, 1, B); only the step of the mask counts."""
    return np.broadcast_to(value, (T, 1, len(value))).copy()
