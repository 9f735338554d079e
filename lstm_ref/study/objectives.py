"""What a trial lowers, summed over steps and samples, and what is measured of it.

Each function takes scores y (T, K, B) and returns (loss, its gradient dy like y, measure), all
summed; what the measure is divided by says `count`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstm_ref.types import Array


def one_class(y: Array, target: Array) -> tuple[float, Array, float]:
    """Cross-entropy of one class a sequence, target (B,); measured: how many are wrong.

    The scores of all steps are added up before the softmax, so that every step has a say.
    """
    total = y.sum(axis=0)
    shifted = total - total.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    column = np.arange(len(target))
    dy = np.exp(log_p)
    dy[target, column] -= 1
    loss = -float(log_p[target, column].sum())
    wrong = float((total.argmax(axis=0) != target).sum())
    return loss, np.broadcast_to(dy, y.shape).copy(), wrong


def notes(y: Array, target: Array) -> tuple[float, Array, float]:
    """Negative log-likelihood in nats of the notes that sound, target (T, K, B) of 0 and 1.

    Each note is a probability of its own, sigma(y). The measure is the loss.
    """
    loss = float((np.logaddexp(0, y) - target * y).sum())
    return loss, np.exp(-np.logaddexp(0, -y)) - target, loss


class Objective(NamedTuple):
    """measure: what a trial is judged by, in words, the smaller the better."""

    function: Callable[[Array, Array], tuple[float, Array, float]]
    count: Callable[[Array], int]
    measure: str


OBJECTIVES = {
    "class": Objective(one_class, len, "share of sequences with the wrong class"),
    "notes": Objective(
        notes, lambda target: target.shape[0] * target.shape[2], "negative log-likelihood a step"
    ),
}
