"""Figures of a study: each function draws into axes of Matplotlib that it is given, and returns
them. `files` writes all of them as SVG, the same bytes on every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref.io import files as whole
from lstm_ref.optional import needs
from lstm_ref.study import compare, importance, report, space
from lstm_ref.study.stored import Stored

with needs(__name__):
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PALE, OTHER = "#332288", "#bbbbbb", "#882255"  # told apart by the colour-blind, and no gates
WIDTH = 4.8  # inches, readable on a phone
RC: dict[Any, Any] = {
    "font.size": 11,
    "svg.fonttype": "path",  # the same letters on every machine
    "svg.hashsalt": "lstm_ref",  # the same ids on every run
    "axes.spines.top": False,
    "axes.spines.right": False,
}
WORDS = {
    "learning_rate": "learning rate",
    "one_minus_momentum": "1 − momentum",
    "noise": "noise",
    "size": "size",
}


def tenths(ax: Axes, study: Stored, task: str) -> Axes:
    """The best tenth of each cell: test measures as points, a box from 25 to 75 %, the median.

    A grey band is VANILLA's box. Filled points: the mean differs by Welch's test with Holm's p
    below 0.05. A word instead of points where a measure of the tenth is not finite.
    """
    rows = compare.table(study, task)
    for place, row in enumerate(rows.values()):
        _tenth(ax, place, row)
    ax.set_yticks(range(len(rows)), [*rows])
    ax.invert_yaxis()
    ax.set_xlabel(report.measure(task))
    ax.set_title(task)
    return ax


def _tenth(ax, place, row):
    low, middle, high = row.quartiles
    if not np.isfinite(row.tenth).all():
        ax.annotate("diverged", (0.02, place), xycoords=("axes fraction", "data"), va="center")
        return
    if row.cell == compare.AGAINST:
        ax.axvspan(low, high, color="#e8e8e8", zorder=0)
    colour = OTHER if row.verdict() else INK
    face = colour if row.verdict() else "white"
    ax.barh(place, high - low, left=low, height=0.6, fill=False, edgecolor=colour)
    ax.plot([middle, middle], [place - 0.3, place + 0.3], color=colour, linewidth=2)
    ax.plot(row.tenth, [place] * len(row.tenth), "o", color=colour, mfc=face, markersize=5)


def shares(ax: Axes, found: dict[str, Any], task: str) -> Axes:
    """The fANOVA of a task: a point for each cell, bars to their median.

    found: `importance.read()`. The last two bars are all pairs, and three and more together.
    """
    cells = found["tasks"][task]
    alone = [_summed(each["shares"]) for cell, each in cells.items() if cell != importance.ALL]
    names = [*alone[0]]
    for place, name in enumerate(names):
        each = [100 * cell[name] for cell in alone]
        ax.barh(place, np.median(each), height=0.6, color=PALE)
        ax.plot(each, [place] * len(each), "o", color=INK, mfc="white", markersize=5)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("% of the variance")
    ax.set_title(task)
    return ax


def _summed(found):
    alone = {WORDS[name]: found[name]["mean"] for name in WORDS}
    pairs = sum(each["mean"] for name, each in found.items() if "," in name)
    return alone | {"pairs": pairs, "three and more": found["rest"]["mean"]}


def curves(ax: Axes, study: Stored, task: str, cell: str) -> Axes:
    """Learning curves of the best tenth: median and a band from 25 to 75 %, VANILLA's dashed."""
    found = compare.curves(study, task, cell)
    low, middle, high = np.where(np.isfinite(found), found, np.nan)
    epochs = np.arange(len(middle))
    ax.fill_between(epochs, low, high, color=INK, alpha=0.2, linewidth=0)
    ax.plot(epochs, middle, color=INK)
    if cell != compare.AGAINST and compare.AGAINST in study.cells(task):
        plain = compare.curves(study, task, compare.AGAINST)[1]
        ax.plot(np.arange(len(plain)), plain, "--", color=OTHER)
    ax.set_title(cell)
    return ax


def setting(
    ax: Axes,
    study: Stored,
    found: dict[str, Any],
    task: str,
    name: str = "learning_rate",
    cell: str = compare.AGAINST,
) -> Axes:
    """Trials of a cell by one setting, those of the others grey, and what its forests say.

    A line with the deviation of the trees: the measure averaged over the other settings.
    """
    for each in study.cells(task):
        x, y = study.column(task, each, name), study.column(task, each, "valid")
        own = each == cell
        ax.plot(x, y, "o", color=INK if own else PALE, markersize=4 if own else 2, zorder=2 + own)
    marginal = found["tasks"][task][cell]["marginals"][name]
    at, mean, deviation = (np.array(marginal[part]) for part in ("at", "mean", "deviation"))
    ax.fill_between(at, mean - deviation, mean + deviation, color=INK, alpha=0.2, linewidth=0)
    ax.plot(at, mean, color=INK)
    if space.RANGES[name][2]:
        ax.set_xscale("log")
    ax.set_xlabel(WORDS[name])
    ax.set_ylabel(report.measure(task), fontsize=9)
    ax.set_title(f"{task}, {cell}")
    return ax


def rate_and_size(ax: Axes, found: dict[str, Any], task: str, cell: str = compare.AGAINST) -> Axes:
    """The measure of a cell by learning rate and size, from its forests; points: the best rate of
    a size."""
    pair = found["tasks"][task][cell]["pairs"]["learning_rate,size"]
    rates, sizes = pair["at"]
    mean = np.array(pair["mean"])
    filled = ax.contourf(rates, sizes, mean.T, levels=12, cmap="cividis_r")
    ax.figure.colorbar(filled, ax=ax).set_label(report.measure(task), fontsize=9)
    best = np.array(rates)[mean.argmin(axis=0)]
    ax.plot(best, sizes, "o", color=OTHER, markersize=4, mfc="white")
    ax.set(xscale="log", yscale="log", xlabel=WORDS["learning_rate"], ylabel=WORDS["size"])
    ax.set_yticks([20, 50, 100, 200], ["20", "50", "100", "200"])
    ax.minorticks_off()
    ax.set_title(f"{task}, {cell}")
    return ax


def files(study: Stored, found: dict[str, Any] | None, folder: str | Path) -> Iterator[Path]:
    """Write the figures of all tasks, those of the fANOVA where it is given; yields their names."""
    for task in study.tasks:
        with mpl.rc_context(RC):
            figures = {"cells": _one(tenths, study, task), "curves": _panels(study, task)}
            if found is not None and compare.AGAINST in found["tasks"].get(task, {}):
                figures["shares"] = _one(shares, found, task)
                figures["rate"] = _one(setting, study, found, task)
                figures["rate-size"] = _one(rate_and_size, found, task)
            for name, figure in figures.items():
                path = Path(folder) / f"{task}-{name}.svg"
                whole.write_whole(path, partial(_save, figure))
                yield path


def _save(figure, file):
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _one(function, *arguments):
    figure = Figure(figsize=(WIDTH, 3.2), layout="constrained")
    function(figure.subplots(), *arguments)
    return figure


def _panels(study, task):
    """Learning curves of all cells, three in a row."""
    cells = study.cells(task)
    rows = -(-len(cells) // 3)
    figure = Figure(figsize=(WIDTH, 0.5 + 1.5 * rows), layout="constrained")
    axes = figure.subplots(rows, 3, sharex=True, sharey=True, squeeze=False)
    for ax in axes.flat[len(cells) :]:
        ax.set_axis_off()
    for ax, cell in zip(axes.flat, cells, strict=False):
        curves(ax, study, task, cell)
    figure.supxlabel("epoch")
    figure.supylabel(report.measure(task))
    return figure
