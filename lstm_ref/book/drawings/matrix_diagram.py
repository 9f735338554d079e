"""Matrices as fields of colour: a weight gradient as a product, and weights that are all alike.

Signs are told by a diverging scale, zero is white; gates by the strip at the left and its letter.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from lstm_ref.book.drawings.shapes import INK, canvas, label
from lstm_ref.book.style import GATES

SCALE = "PuOr_r"  # purple is negative, orange is positive
LETTERS = {"f": "f", "i": "i", "c": "c_tilde", "o": "o"}


def field(ax: Axes, x: float, y: float, values: ArrayLike, w: float, h: float, top: float) -> None:
    """A matrix as a field of w by h, its upper left corner at (x, y); full colour from `top` on."""
    values = np.asarray(values, dtype=float)
    ax.imshow(
        values,
        cmap=SCALE,
        vmin=-top,
        vmax=top,
        extent=(x, x + w, y - h, y),
        interpolation="none",
        aspect="equal",
        zorder=2,
    )
    ax.add_patch(Rectangle((x, y - h), w, h, fill=False, edgecolor=INK, lw=1, zorder=4))


def gates(ax: Axes, x: float, y: float, h: float, order: str = "fico") -> None:
    """Strips of the gates' colours at the left of a stacked matrix of height h, with letters."""
    for k, letter in enumerate(order):
        gate, part = GATES[LETTERS[letter]], h / len(order)
        low = y - (k + 1) * part
        ax.add_patch(Rectangle((x - 0.16, low), 0.12, part, color=gate["color"], lw=0, zorder=3))
        label(ax, x - 0.4, low + part / 2, gate["label"], size=12)


def product(ax: Axes, gradient: ArrayLike, Delta: ArrayLike, X: ArrayLike, B: int) -> Axes:
    """The gradient of a stacked matrix as the product of error terms and inputs; returns ax.

    gradient (4H, D), Delta (4H, T B), X (D, T B), gates in the order f, i, c̃, o; B columns of
    Delta belong to one step. The figure should be 4.8 by 3.6 inches.
    """
    gradient, Delta, X = (np.asarray(a, dtype=float) for a in (gradient, Delta, X))
    D, TB, unit = gradient.shape[1], Delta.shape[1], 0.235
    canvas(ax, 9.6, 7.2)
    h, w, n, top = 5.4, D * unit, TB * unit, 6.1
    first, second = 0.75, 0.75 + D * unit + 0.85
    third = second + n + 0.6
    for x, values, wide, high in (
        (first, gradient, w, h),
        (second, Delta, n, h),
        (third, X.T, w, n),
    ):
        field(ax, x, top, values, wide, high, 0.6 * np.abs(values).max())
    gates(ax, first, top, h)
    _steps(ax, second, top, h, TB // B, B * unit)
    _rows(ax, third, top, w, TB // B, B * unit)
    label(ax, (first + w + second) / 2, top - h / 2, "=", size=16)
    label(ax, (second + n + third) / 2, top - n / 2, "·", size=20)
    for x, wide, text in ((first, w, "$dW_x$: known"), (second, n, "Δ: wanted")):
        label(ax, x + wide / 2, top + 0.75, text)
    label(ax, third + w / 2, top + 0.75, "$X^\\top$: chosen")
    for x, wide, text in ((first, w, f"{D} inputs"), (second, n, f"{TB} columns")):
        label(ax, x + wide / 2, top - h - 0.35, text, size=10)
    label(ax, third + w / 2, top - n - 0.35, f"{D} inputs", size=10)
    return ax


def _steps(ax, x, top, h, T, wide):
    """Thin lines between the steps of Delta, and their numbers above."""
    for t in range(T):
        label(ax, x + (t + 0.5) * wide, top + 0.22, f"{t + 1}", size=9)
        if t:
            ax.plot([x + t * wide] * 2, [top, top - h], color=INK, lw=0.8, zorder=3)


def _rows(ax, x, top, w, T, high):
    for t in range(T):
        label(ax, x + w + 0.25, top - (t + 0.5) * high, f"{t + 1}", size=9)
        if t:
            ax.plot([x, x + w], [top - t * high] * 2, color=INK, lw=0.8, zorder=3)
