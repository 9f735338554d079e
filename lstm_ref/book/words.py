"""What a net does at the words of a sentence: gates, memory, and units that matter.

Arrays in, axes out. Nothing is told by colour alone: gates have their place and hatch, groups
their dash, the size of a dot is its value.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lstm_ref.optional import needs

with needs(__name__):
    from matplotlib.axes import Axes

from lstm_ref.book.drawings.shapes import INK, tint
from lstm_ref.book.plots import OTHERS
from lstm_ref.book.style import GATES, STATES

SIGNED = ("c_tilde", "c", "h")  # they may be negative, so their bars start in the middle
HATCH = {"f": "////", "i": "\\\\\\\\", "c_tilde": "xxxx", "o": ".."}


def gate_rows(
    ax: Axes, words: Sequence[str], tracks: Mapping[str, ArrayLike], marks: Iterable[int] = ()
) -> Axes:
    """A sentence read downwards with a bar for each gate and state at each word; returns ax.

    words: T strings; tracks: dict of name -> (T,), names of gates ("f", "i", "c_tilde", "o") or
    states ("c", "h"), one column each from left to right. A gate's bar goes from 0 at the left of
    its column to 1 at the right; the others go from zero in the middle to both sides, c to its
    largest absolute value, which stands at the head of the column. marks: numbers of words set in
    bold. The figure should be 4.8 inches wide and about 0.22 high per word.
    Raises ValueError for an unknown name, another shape, a gate outside 0 to 1.
    """
    for column, (name, values) in enumerate(tracks.items()):
        values = _checked(name, values, len(words))
        largest = max(1.0, float(np.abs(values).max(initial=0)))
        _column(ax, column, name, values / largest)
        head = _style(name)["label"] + (f"\n±{largest:.1f}" if name == "c" else "\n")
        ax.text(column, -0.8, head, ha="center", va="bottom", fontsize=12, linespacing=1.1)
    ax.set_xlim(-0.5, len(tracks) - 0.5)
    ax.set_ylim(len(words) - 0.5, -0.6)
    ax.set_xticks([])
    ax.set_yticks(range(len(words)), words)
    for k in marks:
        ax.get_yticklabels()[k].set_fontweight("bold")
    _bare(ax)
    return ax


def _column(ax, column, name, values):
    """The bars of one track: 0.84 wide for the whole range, on a pale ground."""
    style, rows = _style(name), np.arange(len(values))
    ax.barh(rows, 0.84, 0.74, left=column - 0.42, color=tint(style["color"], 0.08), lw=0)
    start, scale = (column, 0.42) if name in SIGNED else (column - 0.42, 0.84)
    ax.barh(
        rows,
        scale * values,
        0.74,
        left=start,
        facecolor=tint(style["color"], 0.45 if name in GATES else 0.85),
        edgecolor=style["color"],
        hatch=HATCH.get(name, ""),
        lw=0.8,
    )
    if name in SIGNED:
        ax.plot([column, column], [-0.4, len(values) - 0.6], color=style["color"], lw=1)


def _checked(name, values, T):
    values = np.asarray(values, dtype=float)
    _style(name)
    if values.shape != (T,):
        raise ValueError(f"{name}: expected shape ({T},), got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite values")
    if name not in SIGNED and not ((values >= 0) & (values <= 1)).all():
        got = f"{values.min():.3g} to {values.max():.3g}"
        raise ValueError(f"{name}: expected values from 0 to 1, got {got}")
    return values


def _style(name):
    known = {**GATES, **STATES}
    if name not in known:
        raise ValueError(f"name: expected one of {', '.join(known)}, got {name!r}")
    return known[name]


def traces(
    ax: Axes, words: Sequence[str], groups: Mapping[str, ArrayLike], marks: Iterable[int] = ()
) -> Axes:
    """Thin lines over the words of a sentence, one for each net or sentence, and their median.

    words: T strings; groups: dict of label -> (n, T); each group has its own colour, dash and
    marker, those of OTHERS, or its own if the label is the name of a gate or state. marks:
    numbers of words set in bold, with a line up from them. Returns ax; raises ValueError.
    """
    for (label, runs), spare in zip(groups.items(), cycle(OTHERS)):
        runs = np.atleast_2d(np.asarray(runs, dtype=float))
        if runs.ndim != 2 or runs.shape[1] != len(words):
            raise ValueError(f"{label}: expected shape (n, {len(words)}), got {runs.shape}")
        known = {**GATES, **STATES}.get(label, {**spare, "label": label})
        style: dict[str, Any] = {
            key: known[key] for key in ("color", "linestyle", "marker", "label")
        }
        ax.plot(runs.T, color=style["color"], linestyle=style["linestyle"], lw=0.8, alpha=0.45)
        ax.plot(np.median(runs, axis=0), lw=2.6, **style)
    ax.set_xticks(range(len(words)), words, rotation=60, ha="right", rotation_mode="anchor")
    ax.set_xlim(-0.4, len(words) - 0.6)
    for k in marks:
        ax.axvline(k, color=INK, lw=0.8, linestyle=(0, (1, 2)), zorder=0)
        ax.get_xticklabels()[k].set_fontweight("bold")
    if len(groups) > 1:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(groups))
    return ax


def unit_dots(ax: Axes, values: ArrayLike, nets: Sequence[str] | None = None) -> Axes:
    """One dot for each unit of each net, its size the value, 0 to 1; returns ax.

    values (n, H), a row for each net; nets: n names. A ring as large as the value 1 stands around
    the largest dot of each row. Raises ValueError for values outside 0 to 1 or another shape.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or not values.size or not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"values: expected (nets, units) from 0 to 1, got shape {values.shape}")
    names = [str(k) for k in range(len(values))] if nets is None else nets
    if len(names) != len(values):
        raise ValueError(f"nets: expected {len(values)} names, got {len(names)}")
    rows, columns = np.indices(values.shape)
    full = 110  # points², the area of the value 1
    ax.scatter(columns, rows, full * values, color=OTHERS[0]["color"], lw=0)
    best = values.argmax(axis=1)
    ax.scatter(best, range(len(best)), full, facecolor="none", edgecolor="#767676", lw=1)
    ax.set_xlim(-0.7, values.shape[1] - 0.3)
    ax.set_ylim(len(values) - 0.4, -0.6)
    ax.set_yticks(range(len(values)), names)
    ax.set_xticks(range(values.shape[1]))
    ax.tick_params(length=0, labelsize=9)
    return ax


def _bare(ax):
    ax.grid(False)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
