"""Cells compared as in Greff et al. 2017: by the best tenth of the trials of each.

The tenth is chosen by the measure on the validation set, rounded up; what is compared is the
measure on the test set. Smaller is better. A measure that is not finite is the worst.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lstm_ref.study import welch
from lstm_ref.study.stored import Stored
from lstm_ref.types import Array

AGAINST = "VANILLA"
SHARE = 10  # one in ten
QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Row:
    """One cell on one task.

    trials: how many. diverged: of these the loss was not finite. unlearned: no measure was better
    than before training, as where a net blows up. valid, test: both measures of the trial that is
    best in the first; its settings. tenth: test measures of the best tenth, in the order of the
    validation set; mean, deviation and quartiles (25, 50, 75 %) of them. median: of the test
    measures of all.
    against: `welch.welch` of the tenth and that of VANILLA; None for VANILLA itself, and where it
    was not run. holm: its p corrected for the cells of this task.
    """

    cell: str
    trials: int
    diverged: int
    unlearned: int
    valid: float
    test: float
    settings: Mapping[str, float]
    tenth: list[float]
    mean: float
    deviation: float
    quartiles: list[float]
    median: float
    against: welch.Comparison | None = None
    holm: float | None = None

    def verdict(self, p: float = 0.05) -> str:
        """ "better" or "worse" than VANILLA where Holm's p is below `p`, else ""."""
        if self.against is None or self.holm is None or not self.holm < p:
            return ""
        return "better" if self.against.difference < 0 else "worse"


def table(study: Stored, task: str) -> dict[str, Row]:
    """A row for each cell of a task. Raises ValueError for a task without trials."""
    rows = {cell: _row(cell, study.trials(task, cell)) for cell in study.cells(task)}
    if AGAINST not in rows:
        return rows
    tests = {
        cell: welch.welch(row.tenth, rows[AGAINST].tenth)
        for cell, row in rows.items()
        if cell != AGAINST
    }
    corrected = welch.holm([test.p for test in tests.values()])
    for (cell, test), p in zip(tests.items(), corrected, strict=True):
        rows[cell] = replace(rows[cell], against=test, holm=p)
    return rows


def _row(cell, trials):
    best = best_tenth(trials)
    tenth = np.array([each["test"] for each in best])
    finite = bool(np.isfinite(tenth).all())
    return Row(
        cell=cell,
        trials=len(trials),
        diverged=sum(each["ended"].startswith("diverged") for each in trials),
        unlearned=sum(each["best"] == 0 for each in trials),
        valid=best[0]["valid"],
        test=best[0]["test"],
        settings=best[0]["settings"],
        tenth=tenth.tolist(),
        mean=float(tenth.mean()) if finite else math.nan,
        deviation=float(tenth.std(ddof=1)) if finite and len(tenth) > 1 else math.nan,
        quartiles=quartiles(tenth).tolist(),
        median=float(quartiles(np.array([each["test"] for each in trials]))[1]),
    )


def best_tenth(trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best tenth on the validation set, rounded up, the best first; the first of equal ones."""
    keep = -(-len(trials) // SHARE)
    return sorted(trials, key=lambda each: _worst_last(each["valid"]))[:keep]


def _worst_last(value):
    return value if math.isfinite(value) else math.inf


def quartiles(values: Array) -> Array:
    """25, 50 and 75 % of values (n, ...) along their first axis, (3, ...), between two of them
    linearly. What is not finite is infinite."""
    ranked = np.sort(np.where(np.isfinite(values), values, np.inf), axis=0)
    found = []
    for place in (share * (len(ranked) - 1) for share in QUARTERS):
        low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
        with np.errstate(invalid="ignore"):  # between two infinities
            between = low + (high - low) * (place % 1)
        found.append(np.where(low == high, low, between))
    return np.array(found)


def curves(study: Stored, task: str, cell: str) -> Array:
    """Validation measure by epoch of the best tenth: quartiles, (3, 1 + epochs).

    Of a trial the best so far, which is what it keeps: so one that ended early stays there.
    """
    best = best_tenth(study.trials(task, cell))
    epochs = max(len(each["curve"]) for each in study.trials(task, cell))
    padded = [np.pad(each["curve"], (0, epochs - len(each["curve"])), mode="edge") for each in best]
    return quartiles(np.fmin.accumulate(np.array(padded), axis=1))
