"""Run the named experiments: every condition with every seed, and what came out as one JSON file.

While an experiment runs, each trial has a checkpoint in a folder beside the result. A run that was
interrupted or killed is taken up by the same command; the folder goes when the result is written.
The folder is claimed: a second run of the same result is refused at once.
Where a condition asks for its weights, they stand beside the result, in a file of the same name.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref import __version__
from lstm_ref.io.claims import claimed
from lstm_ref.io.files import remove_left_overs, writable, write_whole
from lstm_ref.learn import (
    experiments,
    loop,
    measures,
    network,
    numerics,
    storage,
    tasks,
)
from lstm_ref.learn.condition_cells import cell_of
from lstm_ref.types import Array, Batch, Mask, Params, Target

TEST_SEED = 99  # of the sequences for measuring, the same for all trials
POOL_SEED = 1  # of the batches that are made once
OPTIONS = ("optimiser", "clip", "truncate", "every")  # settings that are arguments of `loop.fit`

rng = np.random.default_rng


def recall_any(rng: np.random.Generator, T: int, B: int, items: int) -> tuple[Array, Target, Mask]:
    """`tasks.recall` with 1 to `items` items in as many slots, after a delay of 0 to T steps."""
    n, delay = int(rng.integers(1, items + 1)), int(rng.integers(0, T + 1))
    return tasks.recall(rng, 2 * n + delay, B, n, items)


def country_any(
    rng: np.random.Generator, T: int, B: int, nearest: int
) -> tuple[Array, Target, Mask]:
    """`tasks.country_language` at a distance of `nearest` to T words."""
    return tasks.country_language(rng, B, int(rng.integers(nearest, T + 1)))


def country_language(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """`tasks.country_language` by the number of steps, three more than the distance."""
    return tasks.country_language(rng, B, T - 3)


# Tasks of many lengths, and one in other words.
MIXED: dict[str, Callable[..., Batch]] = {
    "recall_any": recall_any,
    "country_any": country_any,
    "country_language": country_language,
}


def drawn_from(make: Callable[..., Batch], n: int) -> Callable[[np.random.Generator], Batch]:
    """A function of a generator that draws one of n batches; `make` makes them once."""
    source = rng(POOL_SEED)
    made = [make(source) for _ in range(n)]
    return lambda rng: made[rng.integers(n)]


def begin(
    cell: Any,
    init: Callable[..., Any],
    rng: np.random.Generator,
    condition: dict[str, Any],
    D: int,
) -> Params:
    """Fresh parameters by the settings; "spread": T in `start` stands for `spread_biases`."""
    start, H = dict(condition["start"]), condition["H"]
    if "spread" in start:
        init = cell.init
        start |= spread_biases(cell, rng, start.get("G", H), start.pop("spread"))
    how = dict(init=init, dtype=np.dtype(condition["dtype"]), **start)
    return network.start(cell, rng, D, H, condition["K"], **how)


def spread_biases(cell: Any, rng: np.random.Generator, units: int, T: int) -> dict[str, Array]:
    """Start values of the biases of any gated cell, for lags up to T: dict of arrays (units, 1).

    b_f = log U(1, T - 1) and b_i = -b_f, as far as the cell has them, and b_z like b_f.
    Source: Tallec & Ollivier 2018.
    """
    b = np.log(rng.uniform(1, T - 1, (units, 1)))
    return {k: v for k, v in {"b_f": b, "b_i": -b, "b_z": b}.items() if k in cell.SHAPES}


def train(condition: dict[str, Any], seed: int, **how: Any) -> tuple[Any, loop.Training]:
    """Train one condition with one seed: (cell, `loop.Training`).

    condition: settings; how: goes to `loop.fit`.
    """
    cell, init = cell_of(condition["cell"])
    batch, test = batches(condition)
    params = begin(cell, init, rng(seed), condition, test[0].shape[1])
    own = {k: condition[k] for k in ("updates", "learning_rate", *OPTIONS)}
    own["goal"] = tuple(condition["goal"]) if condition["goal"] else None
    rule = condition.get("rule", {})
    measure = partial(measures.MEASURES[condition["measure"]], cell, batch=test, **rule)
    return cell, loop.fit(cell, params, batch, seed=seed, measure=measure, **own, **how)


def batches(condition: dict[str, Any]) -> tuple[Callable[[np.random.Generator], Batch], Batch]:
    """(function of a generator that gives a batch, the batch for measuring) of a condition."""
    name, options = condition["task"], condition["options"]
    make: Callable[..., Batch] = MIXED.get(name) or getattr(tasks, name)
    make = partial(make, T=condition["T"])
    test = options | condition.get("test_options", {})
    batch: Callable[..., Batch] = partial(make, B=condition["B"], **options)
    if n := condition.get("pool"):
        batch = drawn_from(batch, n)
    return batch, make(rng(TEST_SEED), B=condition["test"], **test)


def trial(
    label: str, condition: dict[str, Any], seed: int, nets: dict[Any, Any] | None = None, **how: Any
) -> dict[str, Any]:
    """One condition with one seed: a dict for JSON. A run that diverges is a result too.

    nets: a dict that gets (cell, params) under (label, seed), if the condition asks for weights.
    """
    more = {}
    try:
        cell, run = train(condition, seed, label=f"{label}, seed {seed}", **how)
        if condition["after"]:
            after = measures.AFTER[condition["after"]]
            more = {condition["after"]: after(cell, run, condition)}
        if nets is not None and condition.get("weights"):
            nets[label, seed] = cell, run.params
    except loop.Diverged as error:
        run = error.run._replace(reason=" ".join(str(error).split("\n")))
    norm = run.history["norm"]
    if condition.get("norm") and norm.size:
        more["norm"] = {"largest": float(norm.max()), "update": int(norm.argmax()) + 1}
    # JSON has no infinity, which a measure before a divergence may be.
    scores = [score if math.isfinite(score) else None for score in run.history["score"].tolist()]
    return {
        "condition": label,
        "seed": seed,
        "solved": run.solved,
        "updates": len(run.history["loss"]),
        "seconds": round(run.seconds, 2),
        "reason": run.reason,
        "update": run.history["update"].tolist(),
        "score": scores,
        **more,
    }


class Complete(KeyboardInterrupt):
    """Ctrl-C after the result was written: nothing is left to do."""


def run(
    name: str,
    seeds: int,
    path: str | Path,
    show: bool = False,
    report: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Run an experiment with seeds 0 to seeds - 1 and write the result to `path`; return it.

    show: progress bars; report: called with one line after every trial. Raises ValueError for an
    unknown name, OSError, of which `claims.Busy` is one, `storage.StorageError` where the folder
    has trials of other settings, ImportError for a package that a cell needs, `loop.Interrupted`,
    Complete. What can be refused is refused before the first trial.
    """
    conditions, path = experiments.settings(name), Path(path)
    writable(path)
    for condition in conditions.values():
        cell_of(condition["cell"])
    folder = path.with_name(f".{path.stem}.partial")
    with claimed(folder):
        return _run(name, seeds, path, show, report, conditions, folder)


def _run(name, seeds, path, show, report, conditions, folder):
    trials, files = [], []
    nets: dict = {}
    for k, (label, condition) in enumerate(conditions.items()):
        for seed in range(seeds):
            files.append(folder / f"{k}-{seed}.npz")
            how: dict[str, Any] = dict(nets=nets, checkpoint=files[-1], show=show)
            trials.append(trial(label, condition, seed, **how))
            report(line(condition, trials[-1]))
    experiment = experiments.EXPERIMENTS[name]
    result = {
        "experiment": name,
        "about": experiment.about,
        "expected": experiment.expected,
        "command": f"python -m lstm_ref experiments {name} --seeds {seeds}",
        "versions": versions(),
        "settings": conditions,
        "trials": trials,
    }
    if nets:
        about = {key: result[key] for key in ("experiment", "command", "versions", "settings")}
        storage.save_all(path.with_suffix(".npz"), nets, **about)
    text = json.dumps(result, indent=1, allow_nan=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))
    try:
        _tidy(path, files)
    except KeyboardInterrupt as error:
        _tidy(path, files)  # or the next run would find some of the trials, and do the others again
        raise Complete(f"the result is complete in {path}") from error
    return result


def _tidy(path, files):
    """Remove the checkpoints, and what a process that was killed while saving has left of them."""
    for file in (path, path.with_suffix(".npz"), *files):
        remove_left_overs(file, alone=True)
    for file in files:
        file.unlink(missing_ok=True)


def versions() -> dict[str, str]:
    """What the numbers were made with."""
    return {
        "lstm_ref": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        **numerics.numerics(),
    }


def line(condition: dict[str, Any], trial: dict[str, Any]) -> str:
    """One trial in words."""
    head = f"{trial['condition']}, seed {trial['seed']}: "
    if trial["solved"]:
        return f"{head}solved after {trial['updates']} updates, {trial['seconds']} s"
    if trial["reason"].startswith("diverged") or not trial["score"]:
        return f"{head}{trial['reason']}"
    last = trial["score"][-1]
    score = f"{condition['measure']} {'not finite' if last is None else format(last, '.4g')}"
    return f"{head}{score} after {trial['updates']} updates, {trial['seconds']} s"
