"""A memory block: several cells behind one set of gates."""

from matplotlib.axes import Axes

from lstm_ref.book.drawings.shapes import (
    FRAME,
    PALE,
    arrow,
    box,
    canvas,
    label,
    layer,
    operator,
    tint,
)
from lstm_ref.book.style import GATES

X = {"i": 1.85, "f": 3.45, "o": 6.3}  # where the gates act
ADD, STORE, ROW = 2.75, 4.55, 1.3


def block(ax: Axes, cells: int = 3) -> Axes:
    """Several cells with one input, one forget and one output gate for all of them; returns ax.

    Each gate is one number for the whole block; each cell has its own candidate and its own state.
    A stripe hands a gate to every ⊙ that stands on it; what crosses a stripe passes untouched.
    The figure should be about 4.8 by 3.1 inches for three cells.
    """
    top = ROW * cells + 0.15
    canvas(ax, 8.0, top + 1.05)
    box(ax, 4.1, top / 2 + 0.05, 5.8, top, color=PALE, fill=FRAME, lw=1.2, back=True)
    for k in range(cells):
        _cell(ax, top - 0.95 - ROW * k, k + 1)
    lowest = top - 0.95 - ROW * (cells - 1)
    for name, x in X.items():
        color = GATES[name]["color"]
        layer(ax, x, top + 0.52, GATES[name]["label"], "σ", color, w=0.8, h=0.86)
        end = lowest + (0.52 if name == "f" else 0)
        ax.plot([x, x], [top + 0.1, end], color=tint(color, 0.4), lw=9, zorder=0.5)
    return ax


def _cell(ax, y, number):
    """One row: candidate, write, add to what is kept, read."""
    loop = y + 0.52
    arrow(ax, [(0.15, y), (X["i"] - 0.19, y)], GATES["c_tilde"]["color"], lw=2.2)
    arrow(ax, [(X["i"] + 0.19, y), (ADD - 0.19, y)])
    arrow(ax, [(ADD + 0.19, y), (STORE - 0.46, y)])
    arrow(ax, [(STORE, y + 0.27), (STORE, loop), (X["f"] + 0.19, loop)])
    arrow(ax, [(X["f"] - 0.19, loop), (ADD, loop), (ADD, y + 0.19)])
    arrow(ax, [(STORE + 0.46, y), (X["o"] - 0.19, y)])
    arrow(ax, [(X["o"] + 0.19, y), (7.85, y)])
    operator(ax, X["i"], y, "⊙", GATES["i"]["color"], r=0.19)
    operator(ax, ADD, y, "+", r=0.19)
    operator(ax, X["f"], loop, "⊙", GATES["f"]["color"], r=0.19)
    operator(ax, X["o"], y, "⊙", GATES["o"]["color"], r=0.19)
    box(ax, STORE, y, 0.92, 0.54, f"$c^{{({number})}}$", fill="white")
    box(ax, 5.55, y, 0.72, 0.36, "tanh", size=9, round=0.18)
    label(ax, 0.15, y + 0.3, f"$\\tilde{{c}}^{{({number})}}$", ha="left")
    label(ax, 7.85, y + 0.3, f"$h^{{({number})}}$", ha="right")
