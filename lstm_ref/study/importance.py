"""Which setting matters, and which two together: the fANOVA of a study, stored beside it.

`lstm-ref study importance FILE` writes it with scikit-learn; NumPy alone reads it. For each task,
for each cell and for "all" cells together, whose differences are then a part of the rest:
`shares` of the variance of the validation measure over the ranges of `space`, logarithms where
the search had them: of each setting ("size"), of each pair ("learning_rate,size"), and "rest", of
three and four together. Each has a mean and a deviation over the forests of SEEDS: what other
trials would change, the nine cells tell better. `marginals`: the measure by one setting, averaged
over the others, with the deviation over the trees. `pairs`: by two, the rows are the first's.

    found = importance.read()
    found["tasks"]["speech"]["all"]["shares"]["learning_rate"]["mean"]
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref.io import files, header
from lstm_ref.study import fanova, space
from lstm_ref.study.columns import StoredError, exactly
from lstm_ref.study.stored import FILE, Stored

ALL = "all"  # cells together
NAMES = sorted(space.RANGES)  # the columns of settings, in Optuna's order
PAIRS = ("learning_rate,size",)  # drawn
SEEDS = 5
FEWEST = 20  # trials, for a forest
PLACES = 25  # of a marginal
DIGITS = 5
FORMAT, VERSION = "lstm_ref study importance", 1
LARGEST = 20 * 2**20  # bytes that are read
PARTS = {"format", "version", "of", "versions", "trees", "seeds", "tasks"}


def beside(path: str | Path = FILE) -> Path:
    """Where the fANOVA of a stored study lies: study.json -> study.importance.json."""
    return Path(path).with_suffix(".importance.json")


def compute(study: Stored) -> dict[str, Any]:
    """The fANOVA, as it is stored. Raises ModuleNotFoundError without scikit-learn."""
    from importlib.metadata import version

    from lstm_ref.study import forest

    return {
        "format": FORMAT,
        "version": VERSION,
        "of": study.digest,
        "versions": {name: version(name) for name in ("numpy", "scikit-learn")},
        "trees": forest.TREES,
        "seeds": SEEDS,
        "tasks": {task: _task(study, task) for task in study.tasks},
    }


def _task(study, task):
    trials = {cell: study.trials(task, cell) for cell in study.cells(task)}
    trials = {ALL: [each for own in trials.values() for each in own], **trials}
    return {cell: found for cell, own in trials.items() if (found := _cell(own))}


def _cell(trials):
    """None for too few trials, or where all measures are the same."""
    from lstm_ref.study import forest

    trials = [each for each in trials if np.isfinite(each["valid"])]
    y = np.array([each["valid"] for each in trials])
    if len(trials) < FEWEST or not np.ptp(y):
        return None
    x = np.array([[space.share(name, each["settings"][name]) for name in NAMES] for each in trials])
    forests = [forest.fit(x, y, seed) for seed in range(SEEDS)]
    found = [_named(fanova.shares(trees)) for trees in forests]
    spread = {name: [each[name] for each in found] for name in found[0]}
    return {
        "trials": len(trials),
        "shares": {
            name: {"mean": short(np.mean(each)), "deviation": short(np.std(each, ddof=1))}
            for name, each in spread.items()
        },
        "marginals": {name: _marginal(forests, name) for name in NAMES},
        "pairs": {pair: _pair(forests, pair) for pair in PAIRS},
    }


def _named(found):
    named = {",".join(NAMES[k] for k in which): value for which, value in found.items()}
    return named | {"rest": 1 - sum(named.values())}


def _marginal(forests, name):
    shares = np.linspace(0, 1, PLACES)
    every = [tree for trees in forests for tree in trees]
    found = fanova.marginal(every, NAMES.index(name), shares)
    return {
        "at": short(space.value(name, shares)),
        "mean": short(found.mean(axis=0)),
        "deviation": short(found.std(axis=0)),
    }


def _pair(forests, pair):
    names = pair.split(",")
    shares = np.linspace(0, 1, PLACES)
    every = [tree for trees in forests for tree in trees]
    columns = NAMES.index(names[0]), NAMES.index(names[1])
    mean = fanova.marginal_of_two(every, columns, (shares, shares))
    return {"at": [short(space.value(name, shares)) for name in names], "mean": short(mean)}


def short(values: Any) -> Any:
    """Numbers with DIGITS digits, as lists."""
    if np.ndim(values):
        return [short(each) for each in values]
    return float(f"{values:.{DIGITS}g}")


def write(path: str | Path, found: dict[str, Any]) -> None:
    """Write it, whole or not at all. Raises OSError."""
    head = {name: found[name] for name in found if name != "tasks"}
    tasks = [
        f"{json.dumps(task)}: {{\n"
        + ",\n".join(f"{json.dumps(cell)}: {json.dumps(each)}" for cell, each in cells.items())
        + "\n}"
        for task, cells in found["tasks"].items()
    ]
    text = json.dumps(head, indent=1)[:-2] + ',\n "tasks": {\n' + ",\n".join(tasks) + "\n}}\n"
    files.write_whole(path, lambda file: file.write(text.encode("ascii")))


def read(path: str | Path | None = None) -> dict[str, Any]:
    """What `compute` gave: of the book's study, or from a file.

    Raises FileNotFoundError; StoredError for what is something else.
    """
    path = beside() if path is None else path
    try:
        text = files.read(path, LARGEST, StoredError).decode("ascii")
        found = header.parse(text, "the fANOVA", StoredError)
        header.check(found, FORMAT, VERSION, StoredError)
        return exactly(found, "the fANOVA", PARTS)
    except (StoredError, UnicodeDecodeError) as error:
        raise StoredError(f"{files.cut(path, 100)}: {error}") from None
