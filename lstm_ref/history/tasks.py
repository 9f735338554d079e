"""The tasks of 1997, a sequence at a time: (x (T, inputs), target (T, outputs), asked (T,))."""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import reber
from lstm_ref.types import Array

Sequence = tuple[Array, Array, Array]


def _at_the_end(x, target):
    """A sequence whose target stands behind its last step alone."""
    targets = np.zeros((len(x), len(target)))
    targets[-1] = target
    return x, targets, np.arange(len(x)) == len(x) - 1


def adding(rng: np.random.Generator, T: int) -> Sequence:
    """Experiment 4: add the two marked values; length T to 1.1 T.

    Values uniform in [-1, 1]. A second input marks two of them with 1, see `marked`, is -1 at both
    ends and else 0. The target is 1/2 + (X1 + X2) / 4. A mark on the first step cannot be seen: its
    value counts 0.
    """
    x, counted = _marked_values(rng, T, -1, 0)
    return _at_the_end(x, [0.5 + counted.sum() / 4])


def multiplication(rng: np.random.Generator, T: int) -> Sequence:
    """Experiment 5: as `adding`, with values in [0, 1], and the target X1 X2.

    A mark on the first step counts 1.
    """
    x, counted = _marked_values(rng, T, 0, 1)
    return _at_the_end(x, [counted.prod()])


def _marked_values(rng, T, least, neutral):
    """Inputs (T, 2) and the two values that count."""
    length = int(rng.integers(T, T + T // 10 + 1))
    x = np.zeros((length, 2))
    x[:, 0] = rng.uniform(least, 1, length)
    places = marked(rng, T)
    counted = np.array([neutral if k == 0 else x[k, 0] for k in places])
    x[places, 1] = 1
    x[[0, -1], 1] = -1
    return x, counted


def marked(rng: np.random.Generator, T: int) -> list[int]:
    """Two places: one of the first ten, then one of the first T/2 - 1 that are not marked yet."""
    first = int(rng.integers(0, 10))
    second = int(rng.integers(0, T // 2 - 1))
    return [first, second + (second >= first)]


# Symbols of experiment 6, in the order of the inputs: a, b, c, d, E (begins), B (ends), X, Y.
FILLERS, BEGIN, END, X = 4, 4, 5, 6


def order(rng: np.random.Generator, T: int = 100, marks: int = 2) -> Sequence:
    """Experiment 6: which class was the order of the symbols X and Y? marks 2 (6a) or 3 (6b).

    Length T to 1.1 T. The marks stand at steps 10..20 and 50..60, of three at 10..20, 33..43 and
    66..76, the first step being 1; all else are fillers between E and B. As many classes as orders.
    """
    length = int(rng.integers(T, T + T // 10 + 1))
    ranges = [(10, 20), (50, 60)] if marks == 2 else [(10, 20), (33, 43), (66, 76)]
    symbols = rng.integers(0, FILLERS, length)
    symbols[0], symbols[-1] = BEGIN, END
    which = rng.integers(0, 2, marks)
    for (low, high), mark in zip(ranges, which, strict=True):
        symbols[rng.integers(low - 1, high)] = X + mark
    target = np.zeros(2**marks)
    target[int("".join(map(str, which)), 2)] = 1
    return _at_the_end(np.eye(8)[symbols], target)


def two_sequence(rng: np.random.Generator, T: int = 100, N: int = 3, kind: str = "a") -> Sequence:
    """Experiment 3: of which class was the sequence? Only its first N steps tell.

    Length T to 1.1 T; class 1 or class 2, the first N are 1.0 or -1.0, the others Gaussian with
    variance 0.2. kind "a": the target is 1 or 0; "b": the first N have that noise, too; "c": as "a"
    with targets 0.2 and 0.8, and Gaussian noise of variance 0.1 on them.
    """
    x, first = _two_sequence(rng, T, N, kind == "b")
    if kind != "c":
        return _at_the_end(x, [float(first)])
    return _at_the_end(x, [expected(first) + rng.normal(0, np.sqrt(0.1))])


def two_sequence_clean(rng: np.random.Generator, T: int = 100, N: int = 3) -> Sequence:
    """Experiment 3c as it is tested: its target without the noise."""
    x, first = _two_sequence(rng, T, N, False)
    return _at_the_end(x, [expected(first)])


def expected(first: bool) -> float:
    """The target of experiment 3c without its noise, for class 1 or class 2."""
    return 0.2 if first else 0.8


def _two_sequence(rng, T, N, noisy):
    length = int(rng.integers(T, T + T // 10 + 1))
    first = bool(rng.integers(0, 2))
    x = rng.normal(0, np.sqrt(0.2), (length, 1))
    x[:N] = (1 if first else -1) + (x[:N] if noisy else 0)
    return x, first


def noise_free(rng: np.random.Generator, p: int = 100) -> Sequence:
    """Experiment 2a: y a1 ... a(p-1) y or x a1 ... a(p-1) x; say the next symbol at every step."""
    first = p - 1 + int(rng.integers(0, 2))
    symbols = np.array([first, *range(p - 1), first])
    return _next_symbol(symbols, p + 1)


def random_fillers(rng: np.random.Generator, p: int = 100) -> Sequence:
    """Experiment 2b: as 2a, the a's drawn at random."""
    first = p - 1 + int(rng.integers(0, 2))
    return _next_symbol(np.array([first, *rng.integers(0, p - 1, p - 1), first]), p + 1)


def distractors(rng: np.random.Generator, q: int, p: int) -> Sequence:
    """Experiment 2c: b y a.. a e y or b x a.. a e x; say the last symbol, x or y, at the e.

    p distractors a, at least q of them in a sequence, and one more with probability 9/10 as long
    as that lasts. Inputs in the order a1 ... ap, e, b, x, y. The paper writes distractors up to
    a_q and counts p of them; drawn are all p.
    """
    k = int(rng.geometric(0.1)) - 1
    which = int(rng.integers(0, 2))
    symbols = np.array([p + 1, p + 2 + which, *rng.integers(0, p, q + k), p])
    return _at_the_end(np.eye(p + 4)[symbols], np.eye(2)[which])


def _next_symbol(symbols, K):
    one_hot = np.eye(K)[symbols]
    return one_hot[:-1], one_hot[1:], np.ones(len(symbols) - 1, bool)


def reber_string(rng: np.random.Generator) -> Array:
    """Experiment 1: the symbols of one string of the embedded Reber grammar, drawn by coins."""
    symbols, state = [], 0
    while state != reber.END:
        coin = int(rng.integers(0, 2))
        symbols.append(int(reber.SYMBOL[state, coin]))
        state = int(reber.NEXT[state, coin])
    return np.array(symbols)


def reber_sequence(symbols: Array) -> Sequence:
    """A string as a sequence: say the next symbol at every step."""
    return _next_symbol(symbols, 7)
