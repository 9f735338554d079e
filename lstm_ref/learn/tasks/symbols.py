"""Tasks of 1997 with symbols far apart: order, noisy sequences, the first symbol at the end."""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target

SYMBOLS = ("a", "b", "c", "d", "E", "B", "X", "Y")
FILLERS = 4  # the first four mean nothing

# Where the signals stand, in hundredths of the shortest length; the paper's shortest is 100.
PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}


def temporal_order(
    rng: np.random.Generator, T: int, B: int, signals: int = 3, shortest: int | None = None
) -> tuple[Array, Target, Mask]:
    """Signals X or Y among meaningless symbols; say at the end which came in which order.

    signals: 2 (experiment 6a, 4 classes) or 3 (6b, 8 classes). A sequence starts with E and ends
    with B; the signals stand somewhere in the places of the paper, scaled to the length.
    Returns x (T, 8, B), one-hot over SYMBOLS, target (T, B), mask (T, B), True at the last step.
    The class is the signals read as a binary number, X = 0, Y = 1. Example, T = 12, 2 signals:

        input     E  Y  a  d  b  a  X  c  c  b  d  B
        target                                     Y X = 2

    T: at least 10; shortest: lengths are drawn from there to T, 100 and T = 110 in the paper.
    Chance: one in 4 or one in 8. Source: Hochreiter & Schmidhuber 1997, experiments 6a and 6b.
    """
    if common.whole("signals", signals, 2) not in PLACES:
        raise ValueError(f"signals: expected 2 or 3, got {signals!r}")
    ends = common.enter(rng, T, B, 10, shortest)
    words = rng.integers(0, FILLERS, (T, B))
    columns = np.arange(B)
    words[0], words[ends - 1, columns] = SYMBOLS.index("E"), SYMBOLS.index("B")
    words[np.arange(T)[:, None] >= ends] = -1
    kind = rng.integers(0, 2, (signals, B))
    for (low, high), which in zip(PLACES[signals], kind, strict=True):
        unit = (T if shortest is None else shortest) / 100
        where = rng.integers(int(low * unit), int(high * unit) + 1, B)
        words[where, columns] = SYMBOLS.index("X") + which
    target = 2 ** np.arange(signals)[::-1] @ kind
    x = common.one_hot(words, len(SYMBOLS))
    return x, np.broadcast_to(target, (T, B)).copy(), common.at_the_end(ends, T)


def two_sequence(
    rng: np.random.Generator,
    T: int,
    B: int,
    N: int = 3,
    clue_noise: float = 0.0,
    target_noise: float = 0.0,
    shortest: int | None = None,
) -> tuple[Array, Target, Mask]:
    """Two classes told apart by the first N numbers, all others are noise; say which at the end.

    The first N numbers are +1 for class 1 and -1 for class 0, the others from N(0, 0.2).
    clue_noise: variance of noise on the first N too, 0.2 in experiment 3b. target_noise: variance
    of noise on a target that is then a number, 0.2 or 0.8 (experiment 3c has 0.1).
    Returns x (T, 1, B), target (T, B), or (T, 1, B) with target_noise, mask (T, B), True at the
    last step. Example, T = 8, N = 3:

        input     1  1  1  -.2  .5  .1  -.6  .3
        target                               1

    Chance: one half; with target_noise, as squared error, 0.09 + target_noise (say 0.5 always).
    The paper itself says that guessing weights solves 3a faster than any training.
    Source: Hochreiter & Schmidhuber 1997, experiments 3a, 3b, 3c.
    """
    ends = common.enter(rng, T, B, common.whole("N", N, 1), shortest)
    for name, variance in (("clue_noise", clue_noise), ("target_noise", target_noise)):
        if not (common.is_number(variance) and 0 <= variance < np.inf):
            raise ValueError(f"{name}: expected a variance >= 0, got {variance!r}")
    kind = rng.integers(0, 2, B)
    x = np.sqrt(0.2) * rng.normal(size=(T, 1, B))
    x[:N] = 2 * kind - 1 + np.sqrt(clue_noise) * rng.normal(size=(N, 1, B))
    x *= np.arange(T)[:, None, None] < ends
    target = np.broadcast_to(kind, (T, B)).copy()
    if target_noise:
        target = 0.2 + 0.6 * kind + np.sqrt(target_noise) * rng.normal(size=B)
        target = np.broadcast_to(target, (T, 1, B)).copy()
    return x, target, common.at_the_end(ends, T)


ASKED = ("every step", "the end", "x or y")


def long_lag(
    rng: np.random.Generator, T: int, B: int, random: bool = False, asked: str = "every step"
) -> tuple[Array, Target, Mask]:
    """Symbols of which the last is the first one again, T steps later; say the next one.

    The sequence is x or y, T - 1 others, the same x or y. The others are always the same T - 1 in
    order, or random among them. asked: "every step" as in the paper; "the end", at the last step
    alone; "x or y", there too, and these two are all the classes. Returns x (T, T + 1, B), one-hot,
    x and y last; target (T, B), the next symbol, or x = 0, y = 1; mask (T, B), True where it is
    asked. Example, T = 4:

        input     y  a1 a2 a3
        target    a1 a2 a3 y

    T: at least 2. Chance at the last step: one half. Random symbols do not say when the end comes:
    whoever is asked at every step has to count.
    Source: Hochreiter & Schmidhuber 1997, experiments 2a and 2b.
    """
    if asked not in ASKED:
        raise ValueError(f"asked: expected one of {', '.join(ASKED)}, got {asked!r}")
    common.enter(rng, T, B, 2)
    kind = rng.integers(0, 2, B)
    words = np.empty((T + 1, B), int)
    words[0] = words[-1] = T - 1 + kind
    words[1:-1] = rng.integers(0, T - 1, (T - 1, B)) if random else np.arange(T - 1)[:, None]
    mask = np.ones((T, B), bool)
    mask[:-1] = asked == "every step"
    target = np.broadcast_to(kind, (T, B)).copy() if asked == "x or y" else words[1:]
    return common.one_hot(words[:-1], T + 1), target, mask


GOES_ON = 0.9  # the probability of one more symbol before the trigger comes


def distractors(
    rng: np.random.Generator, T: int, B: int, q: int, p: int | None = None
) -> tuple[Array, Target, Mask]:
    """Which symbol stood at the second place? Asked at a trigger that comes when it likes.

    The sequence is b, x or y, q random ones of p symbols, more of them, each with probability 0.9,
    then the trigger e. p: None for as many as q. Returns x (T, p + 4, B), one-hot: the p symbols,
    e, b, x, y; target (T, B), x = 0, y = 1; mask (T, B), True at the trigger. Example, q = 3:

        input     b  y  a3 a1 a3 a2 e
        target                      1

    The sequence ends T steps at most: those that need more are drawn again, one in 600 where
    T = q + 63. T: at least q + 3. Chance: one half.
    Source: Hochreiter & Schmidhuber 1997, experiment 2c. It prints 1/10 for 0.9, against its own
    sum; and that sum, the expected length, is q + 13 with the last symbol, not q + 14.
    """
    q = common.whole("q", q, 1)
    p = q if p is None else common.whole("p", p, 1)
    common.enter(rng, T, B, q + 3)
    more = rng.geometric(1 - GOES_ON, B) - 1
    while (bad := np.flatnonzero(more > T - q - 3)).size:
        more[bad] = rng.geometric(1 - GOES_ON, bad.size) - 1
    ends, kind = q + 3 + more, rng.integers(0, 2, B)
    words = rng.integers(0, p, (T, B))
    words[0], words[1], words[ends - 1, np.arange(B)] = p + 1, p + 2 + kind, p
    words[np.arange(T)[:, None] >= ends] = -1
    x = common.one_hot(words, p + 4)
    return x, np.broadcast_to(kind, (T, B)).copy(), common.at_the_end(ends, T)
