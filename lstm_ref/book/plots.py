"""Curves with their spread, and gates over the words of a sentence: arrays in, axes out."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lstm_ref.optional import needs

with needs(__name__):
    from matplotlib.axes import Axes
    from matplotlib.ticker import LogLocator

from lstm_ref.book.drawings.shapes import tint
from lstm_ref.book.style import GATES, MODELS, SIGNS, STATES, line

# For curves that are neither gate nor state nor model: told apart by dash and marker too.
OTHERS = (
    dict(color="#332288", linestyle="-", marker="o"),
    dict(color="#882255", linestyle="--", marker="s"),
    dict(color="#8A7A00", linestyle="-.", marker="^"),
    dict(color="#444444", linestyle=":", marker="D"),
)

SIGNED = tuple(entry["label"] for entry in (GATES["c_tilde"], *STATES.values()))


def spread(ax: Axes, x: Sequence[float], runs: ArrayLike, style: str, **changes: Any) -> Axes:
    """Median over seeds as a line, smallest to largest as a band; returns ax.

    x (n,); runs (seeds, n); style: the name of a gate, state or model.
    """
    return _spread(ax, x, runs, **line(style, **{"label": style, **changes}))


def curves(ax: Axes, x: Sequence[float], runs: Mapping[str, ArrayLike]) -> Axes:
    """One median line with its band for each label; returns ax.

    x (n,); runs: dict of label -> (seeds, n). A label that names a gate, state or model ("LSTM")
    gets its colour, dash and marker; the others get the styles of OTHERS that are free, in turn.
    """
    for (label, values), kept in zip(runs.items(), _styles(runs), strict=True):
        few = max(1, len(x) // 8)  # about eight markers: enough to tell, few enough to see the line
        _spread(ax, x, values, **{"markevery": few, **kept, "label": label})
    ax.legend()
    return ax


def lag(ax: Axes, lags: Sequence[float], norms: Mapping[str, ArrayLike]) -> Axes:
    """How a norm goes with the number of steps back, on a logarithmic scale; returns ax.

    lags (n,); norms: dict of label -> (n,) or (seeds, n), positive, for instance the norm of
    the derivative of h_T by h_{T - lag}.
    """
    for (label, values), kept in zip(norms.items(), _styles(norms), strict=True):
        few = max(1, len(lags) // 8)
        _spread(ax, lags, np.atleast_2d(values), **{"markevery": few, **kept, "label": label})
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(numticks=6))
    ax.set_xlabel("steps back")
    ax.legend()
    return ax


def _styles(labels):
    """A style for each label: its own where it has one, a free one of OTHERS where not."""
    known = {**GATES, **STATES, **MODELS}
    taken = {known[label]["color"] for label in labels if label in known}
    free = cycle([style for style in OTHERS if style["color"] not in taken])
    return [line(label) if label in known else next(free) for label in labels]


def _spread(ax, x, runs, **kept):
    runs = np.asarray(runs)
    if runs.ndim != 2 or runs.shape[1] != len(x):
        raise ValueError(f"runs: expected shape (seeds, {len(x)}), got {runs.shape}")
    ax.plot(x, np.median(runs, axis=0), **kept)
    ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=kept["color"], alpha=0.18, lw=0)
    return ax


def gate_tracks(axes: Any, words: Sequence[str], tracks: Mapping[str, ArrayLike]) -> Any:
    """One strip of numbers for each track over the words of a sentence; returns axes.

    axes: one per track, below each other, about 0.45 inches each; words: list of T strings, up to
    twelve or so; tracks: dict of name -> (T,) array, names of gates ("f", "i", "c_tilde", "o") or
    states ("c", "h", "x"). Without words ([]) the strips stand alone. The darker a field, the
    farther its number is from zero; what may be negative has a colour for each sign.
    """
    for ax, (name, values) in zip(np.atleast_1d(axes), tracks.items(), strict=True):
        values = np.asarray(values, dtype=float)
        if values.ndim != 1 or len(words) not in (0, len(values)):
            raise ValueError(f"{name}: expected shape ({len(words)},), got {values.shape}")
        _strip(ax, values, line(name))
    last = np.atleast_1d(axes)[-1]
    last.set_xticks(range(len(words)), words, rotation=45, ha="right", rotation_mode="anchor")
    return axes


def _strip(ax, values, style):
    """Fields with their numbers, the track's letter at the left."""
    signed = style["label"] in SIGNED
    for t, value in enumerate(values):
        color = SIGNS[int(value >= 0)] if signed else style["color"]
        fill = tint(color, 0.06 + 0.84 * min(1.0, abs(value)))
        ax.bar(t, 1, width=0.96, color=fill, edgecolor=style["color"], lw=0.8)
        text = _number(value, signed)
        ax.text(t, 0.48, text, ha="center", va="center", fontsize=10, color=_ink_on(fill))
    ax.set_xlim(-0.55, len(values) - 0.45)
    ax.set_ylim(0, 1)
    ax.set_yticks([0.5], [style["label"]], fontsize=13)
    ax.set_xticks([])
    ax.grid(False)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _number(value, signed):
    """One digit behind the point, none where it would be 0: 0.7, 1; +0.7, −1 where signed."""
    text = f"{value:+.1f}" if signed else f"{value:.1f}"
    text = text.removesuffix(".0").replace("-", "−")
    return "0" if text in ("+0", "−0") else text


def _ink_on(fill):
    """Black or white, whichever has more contrast on a colour (luminance as WCAG 2 has it)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in fill]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"
