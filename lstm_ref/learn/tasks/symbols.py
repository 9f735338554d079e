"""Tasks of 1997 with symbols far apart: temporal order, two classes of noisy sequences."""

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
