"""What experiments measure: one number during training, more of them after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_ref.learn import inside, loop, network, output_layer, rule_1997, sequences, tasks
from lstm_ref.learn.tasks import reber
from lstm_ref.types import AnyCell, Batch, Params


def perfect_streams(cell: AnyCell, params: Params, batch: Batch) -> float:
    """Share of the streams of Reber strings in which every prediction is right (criterion 1997)."""
    y, _, _, (steps, *_) = network.scores(cell, params, batch)  # without padding that all have
    return float(reber.right(y, batch[0][steps]).all(axis=0).mean())


# name -> function of (cell, params, batch), and of what the `rule` of a condition says
MEASURES: dict[str, Callable[..., float]] = {
    "accuracy": network.accuracy,
    "squared error": network.loss,
    "perfect streams": perfect_streams,
    "distance to the rule of 1997": rule_1997.distance,
}


def stream(
    cell: AnyCell,
    run: loop.Training,
    condition: dict[str, Any],
    T: int = 5000,
    B: int = 16,
    piece: int = 100,
) -> dict[str, Any]:
    """A trained net on B streams of T symbols of continual Reber strings.

    Returns errors (wrong predictions of all T B), perfect (streams without one), critical (share
    of right critical predictions), and after every `piece` steps the mean and the largest |c|.
    """
    x, _, _ = tasks.continual_reber(np.random.default_rng(98), T, B)
    params = run.params
    own = {name: params[name] for name in cell.SHAPES}
    state, y, mean, largest = None, [], [], []
    for k in range(0, T, piece):
        h, state, _ = sequences.run(cell, own, x[k : k + piece].astype(params["b_y"].dtype), state)
        y.append(output_layer.scores(params, h))
        c = np.abs(state[list(cell.STATES).index("c")])
        mean.append(float(c.mean()))
        largest.append(float(c.max()))
    right = reber.right(np.concatenate(y), x)
    return {
        "symbols": T * B,
        "errors": int((~right).sum()),
        "perfect": int(right.all(axis=0).sum()),
        "critical": float(right[reber.critical(x)].mean()),
        "steps": list(range(piece, T + 1, piece)),
        "mean |c|": mean,
        "largest |c|": largest,
    }


ITEMS, DELAYS = (1, 2, 4, 8, 16), (0, 10, 50, 100, 400)


def recall(
    cell: AnyCell, run: loop.Training, condition: dict[str, Any], B: int = 200
) -> dict[str, Any]:
    """Share of right bits by number of items and delay: {"items", "delays", "right"}.

    right: one row for each number of items, one column for each delay.
    """
    right = []
    for items in ITEMS:
        row = []
        for delay in DELAYS:
            rng = np.random.default_rng(98)
            batch = tasks.recall(rng, 2 * items + delay, B, items, condition["options"]["items"])
            row.append(network.accuracy(cell, run.params, batch))
        right.append(row)
    return {"items": list(ITEMS), "delays": list(DELAYS), "right": right}


PHRASES = (0, 2, 4, 8, 16, 32)


def distance(
    cell: AnyCell, run: loop.Training, condition: dict[str, Any], B: int = 256
) -> dict[str, Any]:
    """Share of right verbs by the phrases, of three words each, between subject and verb.

    Returns {"phrases", "right"}: one number for each of PHRASES. One sentence a sample.
    """
    rng, right = np.random.default_rng(98), []
    for n in PHRASES:
        batch = tasks.subject_verb(rng, 2 + 3 * n, B, n)
        right.append(network.accuracy(cell, run.params, batch))
    return {"phrases": list(PHRASES), "right": right}


WORDS_BETWEEN = (0, 10, 30, 60, 120, 240)


def country(
    cell: AnyCell, run: loop.Training, condition: dict[str, Any], B: int = 128
) -> dict[str, Any]:
    """Share of right languages by the words between country and question.

    Returns {"words", "right"}: one number for each of WORDS_BETWEEN.
    """
    rng, right = np.random.default_rng(98), []
    for n in WORDS_BETWEEN:
        right.append(network.accuracy(cell, run.params, tasks.country_language(rng, B, n)))
    return {"words": list(WORDS_BETWEEN), "right": right}


def longer(
    cell: AnyCell, run: loop.Training, condition: dict[str, Any], T: int = 400, B: int = 50
) -> float:
    """Share of wrong answers in sequences of T steps of the task `latest_marked`."""
    batch = tasks.latest_marked(np.random.default_rng(98), T, B)
    return 1 - network.accuracy(cell, run.params, batch)


LAGS = (1, 2, 5, *range(10, 51, 5))


def error_back(cell: AnyCell, params: Params, batch: Batch) -> list[float]:
    """Norm of dE/dh_t over units and samples for t = T - lag, for each of LAGS, in float64.

    batch: of a task with one number to say at the end, of more than 50 steps.
    A backward pass returns the error at the state with which it began, so it begins there.
    """
    params = {name: value.astype(float) for name, value in params.items()}
    theta = {name: params[name] for name in cell.SHAPES}
    (x, target, _), norms = batch, []
    for lag in LAGS:
        _, state, _ = cell.forward(theta, x[:-lag])
        h, _, tape = cell.forward(theta, x[-lag:], state)
        y = params["W_yh"] @ h[-1] + params["b_y"]
        dh = np.zeros_like(h)
        dh[-1] = params["W_yh"].T @ (2 * (y - target[-1]) / x.shape[2])
        _, _, dstate = cell.backward(theta, tape, dh)
        norms.append(float(np.linalg.norm(dstate[0])))
    return norms


def lags(
    cell: AnyCell, run: loop.Training, condition: dict[str, Any], T: int = 51, B: int = 16
) -> list[float]:
    """`error_back` of the trained net on one batch of the adding problem."""
    return error_back(cell, run.params, tasks.adding(np.random.default_rng(5), T, B))


LAST = 20  # updates


def losses(
    cell: AnyCell, run: loop.Training, condition: dict[str, Any], limit: float = 0.1
) -> dict[str, Any]:
    """How the loss went: {"solved", "last", "mean of 5"}.

    solved: the update at which the mean of the last 20 losses falls below `limit`, or None; last:
    that mean at the end; mean of 5: the losses in fives.
    """
    loss = run.history["loss"]
    mean = np.convolve(loss, np.ones(LAST) / LAST, mode="valid")
    solved = int(np.argmax(mean < limit)) + LAST if (mean < limit).any() else None
    fives = loss[: len(loss) // 5 * 5].reshape(-1, 5).mean(axis=1)
    return {"solved": solved, "last": float(mean[-1]), "mean of 5": fives.round(4).tolist()}


# name -> function of (cell, `loop.Training`, settings), called once when training has ended
AFTER: dict[str, Callable[..., Any]] = {
    "stream": stream,
    "recall": recall,
    "distance": distance,
    "country": country,
    "longer": longer,
    "lags": lags,
    "losses": losses,
    "unit": inside.unit,
    "tested": rule_1997.tested,
}
