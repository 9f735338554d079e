"""Tasks with an answer at every step: the parity so far, the letter that was marked last."""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target

LETTERS = 4
MARKED = 0.1  # share of the steps with a mark


def parity(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """Random bits; say at every step whether the number of ones so far is odd.

    Returns x (T, 1, B) of 0 and 1, target (T, B), 1 for odd, mask (T, B), True at every step.
    Example, T = 6:

        input     1  0  1  1  0  1
        target    1  1  0  1  1  0

    Chance: one half. Source: an old exercise, here at every step.
    """
    common.enter(rng, T, B)
    bits = rng.integers(0, 2, (T, 1, B))
    return bits.astype(float), bits[:, 0].cumsum(axis=0) % 2, np.ones((T, B), bool)


def latest_marked(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """One of four letters at every step, one in ten with a mark; say which was marked last.

    Returns x (T, 5, B), one-hot letters and 1 for a mark, target (T, B), mask (T, B), True at every
    step. The first letter is always marked. Example, T = 6:

        input     a* c  b  d* d  a
        target    a  a  a  d  d  d

    Chance: one in four. Source: made for this book.
    """
    common.enter(rng, T, B)
    letter, mark = rng.integers(0, LETTERS, (T, B)), rng.random((T, B)) < MARKED
    mark[0] = True
    last = np.maximum.accumulate(np.where(mark, np.arange(T)[:, None], 0), axis=0)
    x = np.concatenate([common.one_hot(letter, LETTERS), mark[:, None, :]], axis=1)
    return x, np.take_along_axis(letter, last, axis=0), np.ones((T, B), bool)
