"""When a network of today would have counted as trained in 1997.

The networks of 1997 had sigmoid outputs and targets between 0 and 1, and their rules are about
absolute errors of the outputs. Here the error of a number is |y - target|, that of classes
|p - target| of every class, with p = softmax(y) and one-hot targets.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref.learn import loop, network, tasks
from lstm_ref.types import AnyCell, Array, Batch, Mask, Params


def errors(cell: AnyCell, params: Params, batch: Batch) -> tuple[Array, Mask]:
    """Absolute errors (n, K, B) of all outputs at the n steps that count, and their mask (n, B).

    Zero where the mask is False.
    """
    y, target, mask, _ = network.scores(cell, params, batch)
    if np.issubdtype(target.dtype, np.integer):
        e = np.exp(y - y.max(axis=1, keepdims=True))
        y = e / e.sum(axis=1, keepdims=True)
        target = (target[:, None] == np.arange(y.shape[1])[:, None]).astype(y.dtype)
    return np.abs(y - target) * mask[:, None], mask


def distance(
    cell: AnyCell,
    params: Params,
    batch: Batch,
    limit: float,
    wrong: float | None = None,
    mean: float | None = None,
) -> float:
    """How far a net is from the rule: below 1 the rule is met.

    limit: a sequence with an error from there on is wrong. wrong: the share of wrong sequences must
    be smaller; None for no wrong one. mean: the mean of all errors must be smaller. Returns the
    largest of what is to be smaller, divided by what it is to be smaller than.
    """
    found, mask = errors(cell, params, batch)
    worst = found.max(axis=(0, 1))
    far = [worst.max() / limit if wrong is None else (worst >= limit).mean() / wrong]
    if mean is not None:
        far.append(found.sum() / (mask.sum() * found.shape[1]) / mean)
    return float(max(far))


PIECES, PIECE = 10, 256  # 2,560 sequences, as in the paper


def tested(cell: AnyCell, run: loop.Training, condition: dict[str, Any]) -> dict[str, Any]:
    """2,560 sequences that were not there before.

    Returns {"sequences", "wrong", "mean error", "squared error"}: how many have an error from the
    limit of the rule on; means over sequences and outputs.
    """
    rng, make = np.random.default_rng(98), getattr(tasks, condition["task"])
    options = condition["options"] | condition.get("test_options", {})
    wrong, total, squares, n = 0, 0.0, 0.0, 0
    for _ in range(PIECES):
        batch = make(rng, condition["T"], PIECE, **options)
        found, mask = errors(cell, run.params, batch)
        wrong += int((found.max(axis=(0, 1)) >= condition["rule"]["limit"]).sum())
        total, squares = total + float(found.sum()), squares + float((found**2).sum())
        n += int(mask.sum()) * found.shape[1]
    return {
        "sequences": PIECES * PIECE,
        "wrong": wrong,
        "mean error": total / n,
        "squared error": squares / n,
    }
