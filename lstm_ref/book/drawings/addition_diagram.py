"""Binary addition: what a window does not see, and what a trained net keeps of it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from lstm_ref.book.drawings.shapes import INK, canvas, label, tint
from lstm_ref.book.style import MODELS, SIGNS

CARRY = MODELS["RNN"]["color"]
NOT_SEEN = "#767676"


def window(ax: Axes, sums: Sequence[tuple[str, str]], width: int) -> Axes:
    """Two sums of binary digits, last digit first, with a window over the last `width`; returns ax.

    sums: two pairs of strings of equally many digits, ("1101", "1010"). The figure should be about
    4.8 by 2.6 inches for four digits.
    """
    n = len(sums[0][0])
    canvas(ax, 1.9 + 2 * (0.75 * n + 0.7), 4.9)
    for y, text in ((3.7, "first"), (2.95, "second"), (1.75, "carry in"), (0.9, "sum")):
        label(ax, 1.65, y, text, CARRY if text == "carry in" else INK, ha="right")
    for k, (first, second) in enumerate(sums):
        _sum(ax, 2.2 + k * (0.75 * n + 0.7), first, second, width)
    return ax


def _sum(ax, left, first, second, width):
    """Four rows: two numbers, the carry into each digit, the digit of the sum."""
    n, carry = len(first), 0
    edge = left + 0.75 * (n - width) - 0.05
    frame = Rectangle((edge, 2.5), 0.75 * width, 1.65, fill=False, edgecolor=INK, lw=2.2, zorder=3)
    ax.add_patch(frame)
    label(ax, edge + 0.375 * width, 4.5, "window", size=10)
    for t, (a, b) in enumerate(zip(first, second, strict=True)):
        x, ink = left + 0.75 * t + 0.32, INK if t >= n - width else NOT_SEEN
        total = int(a) + int(b) + carry
        for y, digit, color in ((3.7, a, ink), (2.95, b, ink), (1.75, carry, CARRY)):
            label(ax, x, y, str(digit), color, 13)
        if t == n - 1:
            box = Rectangle((x - 0.3, 0.5), 0.6, 0.8, facecolor=tint(CARRY), lw=0, zorder=1)
            ax.add_patch(box)
        label(ax, x, 0.9, str(total % 2), INK if t == n - 1 else NOT_SEEN, 13)
        carry = total // 2


def strips(ax: Axes, digits: Mapping[str, ArrayLike], numbers: Mapping[str, ArrayLike]) -> Axes:
    """Rows of digits above rows of signed numbers, a column for each step; returns ax.

    digits, numbers: label -> (T,). A number has its field in the colour of its sign, the darker
    the farther from zero. The figure should be about 4.8 by 0.33 inches a row for ten steps.
    """
    rows = [*((name, v, False) for name, v in digits.items())]
    rows += [*((name, v, True) for name, v in numbers.items())]
    T = len(np.asarray(rows[0][1]))
    canvas(ax, 0.82 * T + 2.6, 0.62 * len(rows))
    for r, (name, values, signed) in enumerate(rows):
        y = 0.62 * (len(rows) - r) - 0.31
        label(ax, 2.35, y, name, size=10, ha="right")
        for t, value in enumerate(np.asarray(values)):
            x = 2.6 + 0.82 * t
            if signed:
                fill = tint(SIGNS[int(value >= 0)], 0.75 * min(1.0, abs(value)))
                patch = Rectangle((x, y - 0.28), 0.78, 0.56, facecolor=fill, lw=0, zorder=1)
                ax.add_patch(patch)
            dark = signed and abs(value) > 0.6
            text = f"{value:+.1f}".removesuffix(".0") if signed else str(int(value))
            label(ax, x + 0.39, y, text.replace("-", "−"), "white" if dark else INK, 9)
    return ax
