"""Experiment 1 of 1997: sets of strings of the embedded Reber grammar; are they learned?"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Several

import numpy as np

from lstm_ref.history import tasks
from lstm_ref.learn.tasks import reber
from lstm_ref.types import Array

STRINGS = 256  # in a training set, and in the test set that goes with it


def strings(pair: int) -> tuple[list[Array], list[Array]]:
    """A training set and a test set, 256 strings each; no test string is in the training set."""
    rng = np.random.default_rng([1997, pair])
    training = [tasks.reber_string(rng) for _ in range(STRINGS)]
    known = {tuple(each) for each in training}
    test: list[Array] = []
    while len(test) < STRINGS:
        each = tasks.reber_string(rng)
        if tuple(each) not in known:
            test.append(each)
    return training, test


def legal(strings: Several[Array]) -> list[Array]:
    """Which symbols may follow each one but the last, (length - 1, 7) booleans a string."""
    return [
        reber.legal(np.eye(7)[symbols[:-1]][..., None])[..., 0].astype(bool) for symbols in strings
    ]


class Predicted:
    """Are the outputs of legal symbols larger than all others, at every step of every string?"""

    def __init__(self, strings: Several[Array]) -> None:
        self._legal = legal(strings)

    def __call__(self, said: Iterable[Array]) -> bool:
        """said: the outputs (length - 1, 7) for each of the strings."""
        return all(map(_above, said, self._legal))


def _above(out, allowed):
    least = np.where(allowed, out, np.inf).min(axis=1)
    return (least > np.where(allowed, -np.inf, out).max(axis=1)).all()
