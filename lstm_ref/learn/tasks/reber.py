"""Strings of the embedded Reber grammar, one by one and as a stream without end.

A string is B, T or P, a string of the inner grammar, the same T or P again, E. The inner grammar
goes from state to state, at each one with a choice of at most two symbols:

    0: B -> 1           3: T -> 3 or V -> 5     5: P -> 4 or V -> 6
    1: T -> 2 or P -> 3 4: X -> 3 or S -> 6     6: E, the end
    2: S -> 2 or X -> 4

Source: Reber 1967 for the inner grammar; Hochreiter & Schmidhuber 1997, experiment 1, for the
embedded one and the criterion.
"""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target

SYMBOLS = ("B", "T", "P", "S", "X", "V", "E")
SHORTEST = 8  # steps: the shortest string has 9 symbols, and the last one is only a target

INNER = (("B1",), ("T2", "P3"), ("S2", "X4"), ("T3", "V5"), ("X3", "S6"), ("P4", "V6"), ("E7",))

# States of the whole grammar: 0 and 1 before the branch, 2 to 8 and 10 to 16 the inner grammar
# in its two copies, 9 and 17 where the second T or P is due, 18 before the last E, 19 the end.
BRANCH = {"T": 2, "P": 10}
LAST, END = 18, 19


def _tables():
    """(symbol, next state) of each state and choice (20, 2); one way only stands there twice."""
    ways = {0: ("B1",) * 2, 1: tuple(f"{s}{k}" for s, k in BRANCH.items()), LAST: (f"E{END}",) * 2}
    for symbol, first in BRANCH.items():
        for k, way in enumerate(INNER):
            ways[first + k] = tuple(f"{w[0]}{first + int(w[1:])}" for w in (way * 2)[:2])
        ways[first + 7] = (f"{symbol}{LAST}",) * 2
    ways[END] = ways[0]  # in a stream the next string begins
    symbols = [[SYMBOLS.index(w[0]) for w in ways[k]] for k in range(END + 1)]
    return np.array(symbols), np.array([[int(w[1:]) for w in ways[k]] for k in range(END + 1)])


SYMBOL, NEXT = _tables()


def _walk(rng, T, B):
    """Symbols (T, B) of a walk from the start, and the states (T, B) after each of them."""
    coins = rng.integers(0, 2, (T, B))
    words, states, state = np.empty((T, B), int), np.empty((T, B), int), np.zeros(B, int)
    for t in range(T):
        words[t], state = SYMBOL[state, coins[t]], NEXT[state, coins[t]]
        states[t] = state
    return words, states


def embedded_reber(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """One string for each sample; say at each step the next symbol.

    Returns x (T, 7, B), one-hot over SYMBOLS, target (T, B), the next symbol, mask (T, B), True
    inside the string. Strings that need more than T steps are drawn again. Example, T = 9:

        input     B  P  B  T  X  S  E  P  -
        target    P  B  T  X  S  E  P  E  -

    At most steps two symbols are possible, so nobody can always be right: `legal` says what is
    possible, `critical` where the long dependency is, the second T or P.
    Chance: one half at the critical step. T: at least 8.
    Source: Hochreiter & Schmidhuber 1997, experiment 1.
    """
    common.enter(rng, T, B, SHORTEST)
    words, states = _walk(rng, T + 1, B)
    while (bad := np.flatnonzero(~(states == END).any(axis=0))).size:
        words[:, bad], states[:, bad] = _walk(rng, T + 1, len(bad))
    last = (states == END).argmax(axis=0)  # the place of the final E, which is no input
    mask = np.arange(T)[:, None] < last
    return common.one_hot(np.where(mask, words[:-1], -1), 7), words[1:] * mask, mask


def continual_reber(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """Strings one after the other without a mark where one ends; say the next symbol.

    Returns x (T, 7, B), target (T, B), mask (T, B), all True. Example, T = 12:

        input     B  P  B  T  X  S  E  P  E  B  T  B
        target    P  B  T  X  S  E  P  E  B  T  B  P

    Chance: one half at the critical steps, see `critical`.
    Source: Gers, Schmidhuber & Cummins 2000.
    """
    common.enter(rng, T, B)
    words, _ = _walk(rng, T + 1, B)
    return common.one_hot(words[:-1], 7), words[1:], np.ones((T, B), bool)


def _states(x):
    """States (T, B) after each symbol of x (T, 7, B), read from the start; -1 in the padding."""
    words, inside = x.argmax(axis=1), x.any(axis=1)
    states, state = np.empty(words.shape, int), np.zeros(words.shape[1], int)
    for t, word in enumerate(words):
        right = word[:, None] == SYMBOL[state]
        if not right[inside[t]].any(axis=1).all():
            raise ValueError(f"x: expected a string of the grammar, got another at step {t}")
        state = np.where(inside[t], NEXT[state, right.argmax(axis=1)], state)
        states[t] = np.where(inside[t], state, -1)
    return states


def legal(x: Array) -> Mask:
    """Which symbols may come next: (T, 7, B) of booleans for x (T, 7, B); none in the padding.

    x must begin at the start of a string. Raises ValueError if it is not of the grammar.
    """
    states = _states(x)
    allowed = (SYMBOL[states][..., None] == np.arange(7)).any(axis=2)  # (T, B, 7)
    return (allowed & (states >= 0)[..., None]).transpose(0, 2, 1)


def critical(x: Array) -> Mask:
    """Where the next symbol is the second T or P: (T, B) of booleans for x (T, 7, B)."""
    return np.isin(_states(x), [first + 7 for first in BRANCH.values()])


def right(y: Array, x: Array) -> Mask:
    """Where the legal symbols have the highest scores: (T, B) of booleans, True in the padding.

    y (T, 7, B) scores for x (T, 7, B). This is the criterion of 1997: where two symbols may come
    next, both of them must be more active than all others.
    """
    allowed = legal(x)
    lowest = np.where(allowed, y, np.inf).min(axis=1)
    return lowest > np.where(allowed, -np.inf, y).max(axis=1)
