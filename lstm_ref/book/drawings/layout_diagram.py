"""How libraries stack the four matrices of an LSTM into one, as blocks in the colours of gates."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lstm_ref.book.drawings.shapes import canvas, label, tint
from lstm_ref.book.style import GATES

BLOCK, WIDTH, BIAS = 0.46, 0.8, 0.2  # of a gate: units, inputs, a bias
CELL = 2.4  # the place of one library
LETTERS = {"f": "f", "i": "i", "c": "c_tilde", "o": "o"}


def layouts(ax: Axes, rows: list[list[tuple[str, str, str, int]]]) -> Axes:
    """Libraries side by side, each with its stacked matrix from x and its biases; returns ax.

    rows: a list of libraries for each row of the drawing: (name, order of the gates such as
    "ifco", "W x" or "x W", number of biases). "W x" has the units as rows, the gates on top of
    each other; "x W" has them side by side. An order with spaces, "f i c o", is four arrays.
    A figure for four libraries a row is 4.8 inches wide, and 1.35 high a row.
    """
    high = 2.7
    canvas(ax, CELL * max(map(len, rows)), high * len(rows))
    for k, row in enumerate(rows):
        top = high * (len(rows) - k)
        for n, (name, order, side, biases) in enumerate(row):
            label(ax, CELL * (n + 0.5), top - 0.25, name, size=10)
            _stack(ax, CELL * (n + 0.5), top - 0.6, order, side, biases)
    return ax


def _stack(ax, x, top, order, side, biases):
    """Blocks downwards from `top` around x, or to the right for "x W"; biases beside them."""
    apart = 0.12 if " " in order else 0.0
    for k, letter in enumerate(order.replace(" ", "")):
        start = k * (BLOCK - apart / 2 + apart)
        size = BLOCK - apart / 2
        if side == "W x":
            left = x - (WIDTH + biases * BIAS) / 2
            _block(ax, left, top - start - size, WIDTH, size, letter)
            for n in range(biases):
                _block(ax, left + WIDTH + 0.06 + n * BIAS, top - start - size, BIAS, size, letter)
        else:
            left = x - 2 * BLOCK + start
            _block(ax, left, top - WIDTH, size, WIDTH, letter)
            for n in range(biases):
                _block(ax, left, top - 0.06 - WIDTH - (n + 1) * BIAS, size, BIAS, letter)


def _block(ax, x, y, w, h, letter):
    """One gate's part, with its letter if there is room for it."""
    gate = GATES[LETTERS[letter]]
    fill = tint(gate["color"], 0.45)
    ax.add_patch(Rectangle((x, y), w, h, facecolor=fill, edgecolor=gate["color"], lw=1.2, zorder=3))
    if min(w, h) > BIAS:
        ax.text(x + w / 2, y + h / 2, gate["label"], ha="center", va="center", zorder=5)
