"""Trials of 1997 and 2000 beside the published numbers: what was needed, and what was cut off.

A trial that did not meet its rule was cut off after `seen` sequences: it would have needed more.
So a mean with such trials in it is at least the one computed, and a median is known as long as
fewer than half were cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ref.optional import needs

with needs(__name__):
    from matplotlib.axes import Axes

from lstm_ref.book.style import MODELS, SIGNS

OURS, PAPER = MODELS["LSTM"]["color"], SIGNS[0]


@dataclass(frozen=True)
class Needed:
    """Sequences until a rule was met, of n trials: those that met it, those cut off and where."""

    met: tuple[int, ...]
    cut: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """How many trials there were."""
        return len(self.met) + len(self.cut)

    @property
    def mean(self) -> float:
        """The mean; where trials were cut off, what it is at least."""
        return float(np.mean([*self.met, *self.cut]))

    @property
    def error(self) -> float:
        """Standard error of the mean; nan where a trial was cut off, or for a single one."""
        if self.cut or self.n < 2:
            return float("nan")
        return float(np.std(self.met, ddof=1) / np.sqrt(self.n))

    @property
    def median(self) -> float:
        """The median; infinite where it lies among those that were cut off."""
        return float(np.median([*self.met, *[np.inf] * len(self.cut)]))

    def far(self, published: float, trials: int) -> float:
        """How far a published mean of so many trials is, in standard errors of the difference.

        Its spread is taken to be ours, for the papers do not give it. Below zero: we needed fewer.
        nan where a trial was cut off.
        """
        return (self.mean - published) / (self.error * float(np.sqrt(1 + self.n / trials)))


def needed(trials: Sequence[Mapping[str, Any]], stage: str | None = None) -> Needed:
    """What stored trials needed, or needed until one stage of their rule.

    trials: of `results.load`, each with sequences, None where it was cut off, and seen; with
    stage, name of an entry of its stages. Raises ValueError for no trials.
    """
    if not trials:
        raise ValueError("trials: expected at least one")
    found = [(each["stages"][stage] if stage else each)["sequences"] for each in trials]
    cut = [each["seen"] for each, n in zip(trials, found, strict=True) if n is None]
    return Needed(tuple(sorted(n for n in found if n is not None)), tuple(sorted(cut)))


def today(result: Mapping[str, Any], condition: str) -> Needed:
    """The same of one condition of an experiment of `lstm_ref.learn`, which counts updates.

    result: of `results.load`. Raises ValueError for a condition that it has not.
    """
    found = [each for each in result["trials"] if each["condition"] == condition]
    if not found:
        raise ValueError(f"condition: expected one of {', '.join(result['settings'])}")
    B = result["settings"][condition]["B"]
    met = sorted(B * each["solved"] for each in found if each["solved"] is not None)
    cut = sorted(B * each["updates"] for each in found if each["solved"] is None)
    return Needed(tuple(met), tuple(cut))


def shown(value: float, least: bool = False) -> str:
    """A number of sequences as a table has it: three digits, "≥" before what is at least so."""
    if not np.isfinite(value):
        return "cut off"
    unit = 10 ** max(0, int(np.floor(np.log10(max(value, 1)))) - 2)
    return ("≥ " if least else "") + f"{int(round(value / unit) * unit):,}"


def line(label: str, published: int, trials: int, ours: Needed) -> list[str]:
    """A row below HEAD: the paper's mean over so many trials beside ours."""
    mean = shown(ours.mean, least=bool(ours.cut))
    if np.isfinite(ours.error):
        mean += f" ± {shown(ours.error)}"
    apart = ours.far(published, trials)
    return [
        label,
        f"{published:,}",
        mean,
        f"{apart:+.1f}".replace("-", "−") if np.isfinite(apart) else "–",
        spread(ours),
        f"{len(ours.met)} of {ours.n}",
    ]


def spread(ours: Needed) -> str:
    """Median and range as a table has them: "35 (20 to > 90)"."""
    low = min(ours.met, default=None)
    high = f"> {max(ours.cut):,}" if ours.cut else f"{max(ours.met):,}"
    return f"{shown(ours.median)} ({f'{low:,} to {high}' if low is not None else high})"


HEAD = ["", "paper, mean", "ours, mean", "apart", "median (range)", "met the rule"]


def wrong(trials: Sequence[Mapping[str, Any]], stage: str | None = None) -> list[int]:
    """Wrong test sequences of each stored trial that met its rule, or a stage of it."""
    tests = [each["stages"][stage] if stage else each["test"] for each in trials]
    return [test["wrong"] for test in tests if test and test.get("wrong") is not None]


def chart(ax: Axes, rows: Mapping[str, tuple[float | None, Needed]]) -> Axes:
    """Every trial as a dot, the published mean as a bar, one row for each experiment; returns ax.

    rows: label -> (published mean or None, ours), from above. Logarithmic. A trial that was cut
    off is an open triangle where it was. The figure should be 4.8 inches wide and about 0.3 high
    a row.
    """
    for y, (published, ours) in enumerate(rows.values()):
        up = 0.18 * np.sin(2.4 * np.arange(ours.n))  # so that equal ones can be told apart
        ax.plot(ours.met, y + up[: len(ours.met)], "o", color=OURS, ms=4, alpha=0.55, mew=0)
        ax.plot(ours.cut, y + up[len(ours.met) :], ">", color=OURS, ms=5, mfc="none")
        if published is not None:
            ax.plot([published] * 2, [y - 0.42, y + 0.42], color=PAPER, lw=2.5)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xscale("log")
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    return ax
