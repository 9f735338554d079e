"""The training loop: one plain loop, with what long runs need.

A run that was stopped and taken up again gives the numbers, bit for bit, of one that was never
stopped; `descent` says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_ref.cells.resolve import resolve
from lstm_ref.learn import checkpoint as checkpoints
from lstm_ref.learn import descent, network, optim, progress, run_state, sequences
from lstm_ref.learn.tasks.common import is_number, whole
from lstm_ref.types import AnyCell, Arrays, Batch, Params

KEPT = {"loss": float, "norm": float, "update": int, "score": float}  # the history


class Training(NamedTuple):
    """What `fit` returns.

    params: dict. history: dict of arrays: loss (n,) of each update, norm (n,) of its gradient
    before clipping, update (m,) and score (m,) of the measurements. solved: the update after which
    the goal was reached, or None. reason: why it ended. seconds: processor time of all parts.
    """

    params: Arrays
    history: dict[str, NDArray[Any]]
    solved: int | None
    reason: str
    seconds: float


class Diverged(FloatingPointError):
    """Training has led to numbers that are not finite; `run` is what there was before."""

    run: Training


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during training; `run` is what there was until then."""

    run: Training


def fit(
    cell: AnyCell,
    params: Params,
    batch: Callable[[np.random.Generator], Batch],
    *,
    updates: int,
    learning_rate: float,
    seed: int = 0,
    optimiser: str = "adam",
    clip: float | None = 1.0,
    truncate: int | None = None,
    carry: bool = False,
    measure: Callable[[Params], float] | None = None,
    goal: tuple[str, float] | None = None,
    every: int = 25,
    checkpoint: str | Path | None = None,
    save_seconds: float = 2.0,
    show: bool = False,
    label: str = "",
) -> Training:
    """Train a cell with an output layer; returns a `Training`.

    cell: a name or a declaration, for which the fastest module is taken; a module; layers. params:
    from `network.start`. batch: a function of a generator that returns (x, target, mask) or
    (x, target, mask, lengths). updates: how many at most. learning_rate: step size. optimiser:
    a name in `optim.OPTIMISERS`. clip: largest norm of all gradients together, None for any.

    truncate: back-propagation goes back that many steps at most: every batch is cut into pieces
    of that length, there is one update for each piece, and the state is carried from piece to
    piece, with carry also from batch to batch (truncated BPTT, Williams & Peng 1990). A piece in
    which no step counts only hands the state on.

    measure: a function of params that returns a number, called after every `every` updates.
    goal: the criterion of the early stop on that number, as in (">=", 0.99).

    checkpoint: .npz file that keeps the run, written every save_seconds, at the end and at
    Ctrl-C; a call with the same file and arguments goes on where the run was, also one with more
    updates. One with fewer than the file has takes nothing back: it returns the run as it is
    in the file, with all its updates. show: a progress bar with this label.

    Raises Diverged, with what to try; Interrupted at Ctrl-C; StorageError for the checkpoint of
    another run, another code of the cell, or another machine; TypeError or ValueError for bad
    arguments.
    """
    cell = resolve(cell, fastest=True)
    rules = dict(
        seed=seed, learning_rate=learning_rate, optimiser=optimiser, clip=clip, truncate=truncate
    )
    rules = _plain(rules | dict(carry=carry, every=every, goal=goal))
    _check(rules, cell, updates)
    _check_goal(rules["goal"], measure)
    _check_calls(batch, measure, save_seconds)
    own, now = _begin(cell, params, batch, rules, checkpoint)
    history = {name: list(values) for name, values in now["history"].items()}

    def save(now):
        if checkpoint is not None:
            checkpoints.save(checkpoint, own, now | {"history": _cut(history, now)})

    bar, saved = progress.bar(show, updates, now["n"], label), time.monotonic()
    try:
        coming = descent.updates(cell, batch, rules, measure, now, history)
        while now["n"] < updates and now["solved"] is None:
            now = next(coming)
            bar.update()
            bar.set_postfix_str(_said(history), refresh=False)
            if time.monotonic() - saved >= save_seconds:
                save(now)
                saved = time.monotonic()
    except KeyboardInterrupt as error:
        save(now)
        raise _with_run(Interrupted("training"), now, history, "interrupted") from error
    except FloatingPointError as error:
        told = Diverged(_advice(error, now["n"], rules))
        raise _with_run(told, now, history, "diverged") from None
    finally:
        bar.close()
    save(now)
    return _run(now, history, _reason(now, history, rules))


def _plain(rules):
    """The rules as JSON has them: no numbers of NumPy, lists for tuples."""
    if isinstance(rules, dict):
        return {name: _plain(value) for name, value in rules.items()}
    if isinstance(rules, tuple | list):
        return [_plain(value) for value in rules]
    return rules.item() if isinstance(rules, np.generic) else rules


def _begin(cell, params, batch, rules, checkpoint):
    """(fingerprint or None, state to begin with: that of the checkpoint if there is one)."""
    network.own_params(cell, params)
    start = optim.OPTIMISERS[rules["optimiser"]][0]
    now = dict(n=0, m=0, place=(0, 0), params=params, optimiser=start(params), state=None)
    now |= dict(
        solved=None, seconds=0.0, history={name: np.zeros(0, d) for name, d in KEPT.items()}
    )
    if checkpoint is None:
        return None, now
    first = batch(descent.generator(rules["seed"], 0))
    network.taken_apart(first)  # refused here, if it is no batch
    own = checkpoints.fingerprint(cell, params, first, rules)
    check = partial(run_state.check, cell=cell, start=now, batch=first)
    return own, checkpoints.load(checkpoint, own, check) or now


def _cut(history, now):
    """The history as arrays, up to the last complete update."""
    ends = {"loss": now["n"], "norm": now["n"], "update": now["m"], "score": now["m"]}
    return {k: np.array(history[k][:end], KEPT[k]) for k, end in ends.items()}


def _run(now, history, reason):
    return Training(now["params"], _cut(history, now), now["solved"], reason, now["seconds"])


def _with_run(error, now, history, reason):
    error.run = _run(now, history, reason)
    return error


def _said(history):
    score = f", score {history['score'][-1]:.4g}" if history["score"] else ""
    return f"loss {history['loss'][-1]:.4g}{score}"


def _reason(now, history, rules):
    if now["solved"] is None:
        return f"all {now['n']} updates are done"
    word, limit = rules["goal"]
    return f"{history['score'][now['m'] - 1]:.4g} {word} {limit} after {now['solved']} updates"


def _advice(error, n, rules):
    clip, learning_rate = rules["clip"], rules["learning_rate"]
    clips = "a clip, 1.0 for instance" if clip is None else f"a smaller clip than {clip}"
    return (
        f"diverged after {n} updates ({error});\n"  # the advice is not to run out of a narrow page
        f"try a smaller learning rate than {learning_rate}, {clips}, or smaller initial weights"
    )


def _check(rules, cell, updates):
    whole("updates", updates, 1)
    whole("seed", rules["seed"], 0)
    whole("every", rules["every"], 1)
    learning_rate, clip, name = rules["learning_rate"], rules["clip"], rules["optimiser"]
    if not (is_number(learning_rate) and 0 < learning_rate < np.inf):
        raise ValueError(f"learning_rate: expected a positive number, got {learning_rate!r}")
    if clip is not None and not (is_number(clip) and clip > 0):
        raise ValueError(f"clip: expected a positive number or None, got {clip!r}")
    if not isinstance(name, str) or name not in optim.OPTIMISERS:
        known = ", ".join(optim.OPTIMISERS)
        raise ValueError(f"optimiser: expected one of {known}, got {name!r}")
    if rules["truncate"] is not None:
        whole("truncate", rules["truncate"], 1)
    if (rules["truncate"] or rules["carry"]) and sequences.reads_backwards(cell):
        raise ValueError("truncate, carry: a cell that reads backwards needs whole sequences")


def _check_goal(goal, measure):
    if goal is None:
        return
    pair = isinstance(goal, list) and len(goal) == 2 and isinstance(goal[0], str)
    if not pair or goal[0] not in descent.GOALS or not is_number(goal[1]) or measure is None:
        raise ValueError(f'goal: expected (">=", 0.99) with a measure, got {goal!r}')


def _check_calls(batch, measure, save_seconds):
    if not callable(batch):
        raise TypeError(f"batch: expected a function of a generator, got {type(batch).__name__}")
    if measure is not None and not callable(measure):
        raise TypeError(f"measure: expected a function of params, got {type(measure).__name__}")
    if not is_number(save_seconds):
        raise ValueError(f"save_seconds: expected a number, got {save_seconds!r}")
