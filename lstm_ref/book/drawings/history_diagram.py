"""The network of 1997: one block with one cell, and what its gates see."""

from matplotlib.axes import Axes

from lstm_ref.book.drawings.cell_diagram import ADD, BELT, BUS, EXIT, LAYER, MIDDLE, STACK, X
from lstm_ref.book.drawings.shapes import (
    FRAME,
    INK,
    PALE,
    arrow,
    box,
    canvas,
    dot,
    gap,
    label,
    layer,
    operator,
)
from lstm_ref.book.style import GATES

WIDE = {"c_tilde": r"$4\sigma - 2$", "i": "σ", "o": "σ"}
TOP = LAYER + 0.49


def unit(ax: Axes) -> Axes:
    """Draw one block of one cell of 1997; returns ax.

    The weight of the carousel is 1.0, no gate stands on it. All hidden units of the step before,
    gates too, go into every layer. The figure should be about 4.8 by 3.6 inches.
    """
    canvas(ax, 8.0, 5.95)
    box(ax, 4.05, 3.2, 6.3, 4.6, color=PALE, fill=FRAME, lw=1.2, back=True)
    _belt(ax)
    _inputs(ax)
    for name, activation in WIDE.items():
        color = GATES[name]["color"]
        layer(ax, X[name], LAYER, GATES[name]["label"], activation, color, w=1.0)
    _writing(ax)
    _output(ax)
    _back(ax)
    return ax


def _belt(ax):
    """c_{t-1} goes to c_t with weight 1.0; what is written is added."""
    arrow(ax, [(0.1, BELT), (ADD - 0.22, BELT)], lw=3)
    arrow(ax, [(ADD + 0.22, BELT), (7.9, BELT)], lw=3)
    operator(ax, ADD, BELT, "+")
    box(ax, X["f"], BELT, 0.66, 0.42, "1.0", size=10, round=0.06)
    label(ax, 0.1, BELT + 0.32, "$c_{t-1}$", size=13, ha="left")
    label(ax, 7.9, BELT + 0.32, "$c_t$", size=13, ha="right")


def _inputs(ax):
    """One column: what the cells said, what the gates said, and the input."""
    h, entry = BUS + 0.2, LAYER - 0.5
    arrow(ax, [(0.1, h), (STACK - 0.36, h)])
    arrow(ax, [(STACK, 0.02), (STACK, BUS - 0.58)], zorder=2.6)
    box(ax, STACK, BUS, 0.66, 1.12, "$h$\n$i,\\,o$\n$x$", size=10, round=0.05)
    arrow(ax, [(STACK + 0.34, BUS), (X["o"], BUS), (X["o"], entry)])
    for name in ("i", "c_tilde"):
        arrow(ax, [(X[name], BUS), (X[name], entry)])
        dot(ax, X[name], BUS)
    label(ax, 0.1, h + 0.32, "$h_{t-1}$", size=13, ha="left")
    label(ax, STACK - 0.15, 0.2, "$x_t$", size=13, ha="right")


def _writing(ax):
    """What is written: i ⊙ c̃, carried up to the belt."""
    for name, side in (("i", -0.22), ("c_tilde", 0.22)):
        way = [(X[name], TOP), (X[name], MIDDLE), (ADD + side, MIDDLE)]
        arrow(ax, way, GATES[name]["color"], lw=2.2)
    operator(ax, ADD, MIDDLE, "⊙", GATES["i"]["color"])
    arrow(ax, [(ADD, MIDDLE + 0.22), (ADD, BELT - 0.22)])


def _output(ax):
    """What is read: the state squashed to (-1, 1), times o; out to the right and up."""
    x, color = X["o"], GATES["o"]["color"]
    arrow(ax, [(x, TOP), (x, MIDDLE - 0.22)], color, lw=2.2)
    dot(ax, x, BELT)
    arrow(ax, [(x, BELT), (x, BELT - 0.33)])
    box(ax, x, BELT - 0.52, 1.06, 0.38, r"$2\sigma - 1$", size=10, round=0.19)
    arrow(ax, [(x, BELT - 0.71), (x, MIDDLE + 0.22)])
    operator(ax, x, MIDDLE, "⊙", color)
    arrow(ax, [(x + 0.22, MIDDLE), (EXIT, MIDDLE)], head=False)
    arrow(ax, [(EXIT, MIDDLE), (EXIT, BUS), (7.9, BUS)])
    dot(ax, EXIT, MIDDLE)
    gap(ax, EXIT, BELT)
    arrow(ax, [(EXIT, MIDDLE), (EXIT, 5.9)], zorder=2.6)
    label(ax, EXIT + 0.18, 5.72, "$h_t$", size=13, ha="left")
    label(ax, 7.9, BUS + 0.32, "$h_t$", size=13, ha="right")


def _back(ax):
    """The gates of the step before, into the same column."""
    y = BUS - 0.36
    arrow(ax, [(0.1, y), (STACK - 0.36, y)], INK)
    label(ax, 0.1, y - 0.3, "$(i, o)_{t-1}$", size=11, ha="left")
