"""The tasks of the study, from stored data: each the nearest to the paper's that is at hand.

A file data/NAME.npz has the steps of all sequences one after the other, `steps` (N, D); `lengths`
(n,); `split` (n,): 0 training, 1 validation, 2 test; and `target` (n,) where a sequence has a
class. tools/make_study_data.py wrote it and says where the data are from.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_ref.types import Array

FOLDER = Path(__file__).parent / "data"


class Task(NamedTuple):
    """both: the net reads in both directions, as in the paper for its first two tasks."""

    about: str
    objective: str
    both: bool


TASKS = {
    "chorales": Task(
        "which notes sound at the next quarter of a chorale by Bach; the paper had others of them",
        "notes",
        False,
    ),
    "digits": Task(
        "handwritten digits of 8 by 8 pixels, column after column; the paper had lines of writing",
        "class",
        True,
    ),
    "speech": Task(
        "nine speakers say two vowels: who is it? the paper had the sounds of whole sentences",
        "class",
        True,
    ),
}
Pair = tuple[Array, Array]  # x (T, D, B) and the target


class Data(NamedTuple):
    """train: a pair for each sequence. valid, test: a pair for each length, B sequences each."""

    train: list[Pair]
    valid: list[Pair]
    test: list[Pair]
    D: int
    K: int
    objective: str
    both: bool


@cache
def load(name: str, most: int = 0) -> Data:
    """The data of a task, in float32. most: the first of each part, 0 for all.

    Raises ValueError for a name that is not in TASKS.
    """
    if name not in TASKS:
        raise ValueError(f"task: expected one of {', '.join(TASKS)}, got {name!r}")
    task = TASKS[name]
    with np.load(FOLDER / f"{name}.npz") as file:
        stored = {key: file[key] for key in file.files}
    ends = np.cumsum(stored["lengths"])[:-1]
    whole = np.split(stored["steps"].astype(np.float32), ends)
    pairs = _predicting(whole) if task.objective == "notes" else _classes(whole, stored)
    parts = [
        [pairs[k] for k in np.flatnonzero(stored["split"] == part)[: most or None]]
        for part in range(3)
    ]
    D = stored["steps"].shape[1]
    K = D if task.objective == "notes" else int(stored["target"].max()) + 1
    return Data(parts[0], _joined(parts[1]), _joined(parts[2]), D, K, task.objective, task.both)


def _predicting(whole):
    """What sounds next: x is all but the last step, the target all but the first."""
    return [(each[:-1, :, None], each[1:, :, None]) for each in whole]


def _classes(whole, stored):
    """x with mean 0 and deviation 1 on the training set, by feature; a feature that is constant
    there stays 0."""
    train = np.concatenate([x for x, part in zip(whole, stored["split"], strict=True) if part == 0])
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[deviation == 0] = 1
    target = stored["target"].astype(np.int64)
    return [(((x - mean) / deviation)[:, :, None], target[k : k + 1]) for k, x in enumerate(whole)]


def _joined(pairs):
    """Sequences of one length side by side: fewer calls, the same numbers to rounding."""
    by_length: dict[int, list[Pair]] = {}
    for pair in pairs:
        by_length.setdefault(len(pair[0]), []).append(pair)
    return [
        (np.concatenate([x for x, _ in same], axis=-1), np.concatenate([y for _, y in same], -1))
        for _, same in sorted(by_length.items())
    ]
