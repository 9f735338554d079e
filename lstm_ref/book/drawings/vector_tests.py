"""What test vectors cannot tell: the weights in them, and which altered LSTMs pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lstm_ref.book.drawings.matrix_diagram import field, gates
from lstm_ref.book.drawings.shapes import canvas, label
from lstm_ref.book.museum import BLIND, SEEN
from lstm_ref.types import Array

ROW, SIDE, FIELD = 8, 0.3, 3.0  # squares in a line, of a square, of a matrix
LEFT = 7.2  # where the squares begin


def weights(ax: Axes, found: Mapping[str, Array], order: str = "iofc") -> Axes:
    """Stacked matrices W, (4H, D), side by side as fields of colour; returns ax.

    found: name -> matrix, gates in this order. The figure should be 4.8 by 2.2 inches for three.
    """
    canvas(ax, 9.6, FIELD + 1.2)
    for k, (name, W) in enumerate(found.items()):
        left = 1.2 + k * 3.1
        field(ax, left, FIELD + 0.5, W, 1.7, FIELD, np.abs(W).max())
        gates(ax, left, FIELD + 0.5, FIELD, order)
        label(ax, left + 0.85, FIELD + 0.85, name)
        label(ax, left + 0.85, 0.2, f"{len(W)} × {W.shape[1]}", size=10)
    return ax


def passing(
    ax: Axes, kinds: Mapping[str, Sequence[str]], sets: Mapping[str, Mapping[str, Sequence[str]]]
) -> Axes:
    """A square for each alteration, by kind and set of tests; returns ax.

    kinds: kind -> names; sets: name of the tests -> kind -> names of those that pass. An altered
    LSTM that is refused is a dark square with a dot, one that passes a pale one with a ring.
    The figure should be 4.8 by 2.8 inches.
    """
    lines = [-(-len(names) // ROW) for names in kinds.values()]
    high = sum(lines) * (SIDE + 0.02) + 0.25 * len(lines) + 0.6
    canvas(ax, 15.3, high + 0.1)
    for n, name in enumerate(sets):
        label(ax, LEFT + 2.8 * n + ROW * SIDE / 2, high - 0.15, name)
    y = high - 0.6
    for (kind, names), count in zip(kinds.items(), lines, strict=True):
        label(ax, LEFT - 0.25, y - count * SIDE / 2, kind, size=9, ha="right")
        for n, told in enumerate(sets.values()):
            _squares(ax, LEFT + 2.8 * n, y, [name in told[kind] for name in names])
        y -= count * (SIDE + 0.02) + 0.25
    return ax


def _squares(ax, x, y, passed):
    for k, blind in enumerate(passed):
        left, low = x + (k % ROW) * SIDE, y - (k // ROW + 1) * SIDE
        fill = BLIND if blind else SEEN
        ax.add_patch(Rectangle((left, low), 0.26, 0.26, facecolor=fill, edgecolor="none", zorder=3))
        face, edge = ("none", "#8a7a55") if blind else ("white", "white")
        ax.plot(left + 0.13, low + 0.13, "o", ms=3, mfc=face, mec=edge, mew=1, zorder=4)
