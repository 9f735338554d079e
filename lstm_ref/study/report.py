"""What `lstm-ref study report` prints: tables as text, or all numbers as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from lstm_ref.study import compare
from lstm_ref.study.compare import Row
from lstm_ref.study.objectives import OBJECTIVES
from lstm_ref.study.stored import Stored
from lstm_ref.study.tasks import TASKS

HEAD = "cell trials diverged unlearned best tenth 25% 50% 75% mean deviation".split()
TESTED = ["difference", "from", "to", "freedom", "p", "Holm", ""]
EXPLAINED = """
diverged: the loss was not finite. unlearned: no epoch was better on the validation set than before
training. Measures are those of the test set, the smaller the better. tenth: how many trials are
the best tenth on the validation set; quartiles, mean and deviation are of these. difference of the
mean from VANILLA's, its 95 % interval, degrees of freedom and p: Welch's t-test. Holm: p corrected
for the cells of the task; better or worse where that is below 0.05."""
IMPORTANCE = """
% of the variance of the validation measure over the ranges of the search that each setting explains
alone, each pair beyond that, and the rest: fANOVA of {seeds} forests of {trees} trees, deviation
between the forests. all: the trials of all cells together."""


def text(study: Stored, found: dict[str, Any] | None = None) -> Iterator[str]:
    """The lines of the report. found: the fANOVA, where it is to be had."""
    for command in study.commands:
        yield f"$ {command}"
    hours = sum(each["seconds"] for each in study.told.values()) / 3600
    yield f"{len(study.told)} trials, {hours:.2g} hours of processor time"
    for task in study.tasks:
        rules = ", ".join(f"{name} {value}" for name, value in study.rules[task].items())
        yield f"\n{task}: {measure(task)}; {rules}"
        rows = compare.table(study, task).values()
        yield from aligned([HEAD + TESTED, *map(_cells, rows)])
        if found is not None and found["tasks"].get(task):
            yield ""
            yield from aligned([*_shares(found["tasks"][task])])
    yield EXPLAINED
    if found is not None:
        yield IMPORTANCE.format(**found)


def numbers(study: Stored, found: dict[str, Any] | None = None) -> dict[str, Any]:
    """The same as JSON has it; what is not finite is None."""
    tasks = {
        task: {
            "measure": measure(task),
            "rules": study.rules[task],
            "cells": [_as_json(row) for row in compare.table(study, task).values()],
            "curves": {c: compare.curves(study, task, c).tolist() for c in study.cells(task)},
        }
        for task in study.tasks
    }
    return {"commands": study.commands, "tasks": _finite(tasks), "importance": found}


def measure(task: str) -> str:
    """What a task is judged by, in words."""
    return OBJECTIVES[TASKS[task].objective].measure if task in TASKS else "the measure"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines with columns side by side, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        line = "  ".join(f"{each:>{n}}" for each, n in zip(rest, widths[1:], strict=True))
        yield f"{first:<{widths[0]}}  {line}".rstrip()


def _shares(cells: dict[str, Any]) -> Iterator[list[str]]:
    """Rows: settings, pairs, the rest; a column for all cells with its deviation, and for each."""
    yield ["% of the variance", "deviation", *cells]
    first = next(iter(cells.values()))["shares"]
    for name in sorted(first, key=lambda name: (name == "rest", "," in name, -first[name]["mean"])):
        each = [f"{100 * cell['shares'][name]['mean']:.1f}" for cell in cells.values()]
        yield [name.replace(",", " × "), f"{100 * first[name]['deviation']:.1f}", *each]


def _cells(row: Row) -> list[str]:
    shown = [row.test, len(row.tenth), *row.quartiles, row.mean, row.deviation]
    found = [row.cell, str(row.trials), str(row.diverged), str(row.unlearned), *map(short, shown)]
    if row.against is None or row.holm is None:
        return found + [""] * len(TESTED)
    test = row.against
    compared = [test.difference, test.low, test.high, test.freedom, test.p, row.holm]
    return [*found, *map(short, compared), row.verdict()]


def short(value: float) -> str:
    """Three or four digits, as many as such a measure has; "-" for what cannot be had."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "-"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.4g}"


def _as_json(row):
    against = None if row.against is None else row.against._asdict()
    return asdict(row) | {"against": against, "verdict": row.verdict()}


def _finite(value):
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
