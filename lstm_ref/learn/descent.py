"""The updates of a training run, one after the other: what `loop.fit` goes through.

Batch k of a run is drawn with np.random.default_rng([seed, k]), so it does not depend on what was
drawn before. That is why a run that was stopped and taken up again gives the numbers, bit for
bit, of one that was never stopped, on the same machine and with the same libraries. A checkpoint
says which (`numerics`) and is refused elsewhere.

The state of a run, `now`, is a dict: n updates and m measurements done; place, the batch and the
piece that come next; params; optimiser, its state; state, the cell's; solved; seconds. It is never
changed, only replaced, so that whoever interrupts finds a whole one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.learn import network, optim
from lstm_ref.types import Batch, CellLike, Params, Workspace

Place = tuple[int, int]  # number of the batch, number of the piece

GOALS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def generator(seed: int, k: int) -> np.random.Generator:
    """The generator of batch k."""
    return np.random.default_rng([seed, k])


def updates(
    cell: CellLike,
    batch: Callable[[np.random.Generator], Batch],
    rules: dict[str, Any],
    measure: Callable[[Params], float] | None,
    now: dict[str, Any],
    history: dict[str, list[Any]],
) -> Iterator[dict[str, Any]]:
    """The state of the run after each update; what belongs to it in `history` stands there too."""
    workspace: Workspace = {}
    update = optim.OPTIMISERS[rules["optimiser"]][1]
    clock = time.process_time()
    for place, after, piece in pieces(batch, rules, now["place"]):
        state0 = now["state"] if place[1] or rules["carry"] else None
        if not piece[2].any():
            state = network.last_state(cell, now["params"], piece, state0)
            now = now | {"place": after, "state": state}
            continue
        with np.errstate(all="ignore"):  # numbers that are not finite are looked for below
            loss, grads, state = network.gradients(cell, now["params"], piece, state0, workspace)
            clipped, norm = optim.clip_by_norm(grads, rules["clip"] or np.inf)
            params, inner = update(now["params"], clipped, now["optimiser"], rules["learning_rate"])
        for name, value in params.items():
            arguments.finite(name, value, FloatingPointError)
        kept = state if rules["truncate"] or rules["carry"] else None
        new = now | dict(n=now["n"] + 1, place=after, params=params, optimiser=inner, state=kept)
        history["loss"].append(loss)
        history["norm"].append(norm)
        if measure is not None and new["n"] % rules["every"] == 0:
            score = float(measure(params))
            history["update"].append(new["n"])
            history["score"].append(score)
            reached = rules["goal"] and GOALS[rules["goal"][0]](score, rules["goal"][1])
            new |= {"m": now["m"] + 1, "solved": new["n"] if reached else None}
        now = new | {"seconds": now["seconds"] + time.process_time() - clock}
        yield now
        clock = time.process_time()


def pieces(
    batch: Callable[[np.random.Generator], Batch], rules: dict[str, Any], place: Place
) -> Iterator[tuple[Place, Place, Batch]]:
    """Endless (place, place after it, piece): the batches one after the other, cut if asked.

    A place is (number of the batch, number of the piece).
    """
    (k, first), n = place, rules["truncate"]
    while True:
        x, target, mask, lengths = network.taken_apart(batch(generator(rules["seed"], k)))
        if not mask.any():
            raise ValueError(f"batch: no step of batch {k} counts")
        if n is not None and lengths is not None:
            raise ValueError("truncate: sequences with lengths cannot be cut")
        starts = range(0, len(x), n or len(x))
        for j in range(first, len(starts)):
            part = slice(starts[j], starts[j] + n) if n else slice(None)
            after = (k, j + 1) if j + 1 < len(starts) else (k + 1, 0)
            yield (k, j), after, (x[part], target[part], mask[part], lengths)
        k, first = k + 1, 0
