"""The GRU as a drawing, with the reset gate before or after the product with W_hh."""

from matplotlib.axes import Axes

from lstm_ref.book.drawings.shapes import (
    FRAME,
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
from lstm_ref.book.drawings.variant_diagram import LAYER, MARK, TOP

X = {"z": 1.75, "r": 3.1, "h": 6.3}  # where the layers stand
LETTERS = {"z": ("$z$", "σ"), "r": ("$r$", "σ"), "h": (r"$\tilde{h}$", "tanh")}
BELT, WRITE, BUS, LOW = 4.4, 3.62, 1.5, 0.9  # heights: the state, (1 - z) ⊙ h̃, h below, x
GREY = "#666666"  # the gates of a GRU are not those of an LSTM: none of their colours


def gru(ax: Axes, reset: str = "before") -> Axes:
    """Draw the GRU with the reset gate before or after the product with W_hh; returns ax.

    Reset and product, whose order differs, lie on yellow. About 4.8 by 3.3 inches.
    """
    if reset not in ("before", "after"):
        raise ValueError(f'reset: expected "before" or "after", got {reset!r}')
    canvas(ax, 8.0, 5.5)
    box(ax, 4.05, 2.85, 6.5, 4.3, color=PALE, fill=FRAME, lw=1.2, back=True)
    _inputs(ax)
    _reset(ax, reset)
    _state(ax)
    return ax


def _inputs(ax):
    """h_{t-1} on its own line, x_t on another one below it."""
    entry = LAYER - 0.5
    arrow(ax, [(0.1, BELT), (X["z"] - 0.22, BELT)], lw=3)
    dot(ax, 1.05, BELT)
    arrow(ax, [(1.05, BELT), (1.05, BUS), (X["r"], BUS)], head=False)
    arrow(ax, [(X["z"] + 0.22, 0.1), (X["z"] + 0.22, entry)], zorder=2.6)
    arrow(ax, [(X["z"] + 0.22, LOW), (X["h"] + 0.22, LOW), (X["h"] + 0.22, entry)])
    arrow(ax, [(X["r"] + 0.22, LOW), (X["r"] + 0.22, entry)], zorder=2.6)
    for x in (X["z"], X["r"]):
        arrow(ax, [(x - 0.22, BUS), (x - 0.22, entry)])
        dot(ax, x - 0.22, BUS)
        dot(ax, x + 0.22, LOW)
        gap(ax, x + 0.22, BUS)
    for name, x in X.items():
        layer(ax, x, LAYER, *LETTERS[name], GREY)
    label(ax, 0.1, BELT + 0.32, "$h_{t-1}$", size=13, ha="left")
    label(ax, X["z"] + 0.4, 0.25, "$x_t$", size=13, ha="left")


def _reset(ax, reset):
    """The two things between h_{t-1} and the candidate, in one order or the other."""
    at_r, at_W = (4.25, 5.15) if reset == "before" else (5.25, 4.35)
    edges = sorted([(at_r - 0.22, at_r + 0.22), (at_W - 0.4, at_W + 0.4)])
    box(ax, 4.75, BUS, 2.05, 0.84, color=MARK, fill=MARK, back=True)
    arrow(ax, [(X["r"], BUS), (edges[0][0], BUS)])
    arrow(ax, [(edges[0][1], BUS), (edges[1][0], BUS)], head=False)
    x = X["h"] - 0.22
    arrow(ax, [(edges[1][1], BUS), (x, BUS), (x, LAYER - 0.5)])
    box(ax, at_W, BUS, 0.8, 0.5, "$W_{hh}$", round=0.01)
    operator(ax, at_r, BUS, "⊙")
    turn = TOP + 0.26
    arrow(ax, [(X["r"], TOP), (X["r"], turn), (at_r, turn), (at_r, BUS + 0.22)])


def _state(ax):
    """z ⊙ h_{t-1} + (1 - z) ⊙ h̃, along the top."""
    z, h = X["z"], X["h"]
    arrow(ax, [(z + 0.22, BELT), (h - 0.22, BELT)], lw=3)
    arrow(ax, [(h + 0.22, BELT), (7.9, BELT)], lw=3)
    arrow(ax, [(z, TOP), (z, BELT - 0.22)])
    arrow(ax, [(z, WRITE), (h - 0.22, WRITE)])
    dot(ax, z, WRITE)
    box(ax, 3.9, WRITE, 0.62, 0.36, "1 −", size=10, round=0.18)
    arrow(ax, [(h, TOP), (h, WRITE - 0.22)])
    arrow(ax, [(h, WRITE + 0.22), (h, BELT - 0.22)])
    operator(ax, z, BELT, "⊙")
    operator(ax, h, WRITE, "⊙")
    operator(ax, h, BELT, "+")
    dot(ax, 6.9, BELT)
    arrow(ax, [(6.9, BELT), (6.9, 5.45)])
    label(ax, 7.9, BELT + 0.32, "$h_t$", size=13, ha="right")
    label(ax, 7.08, 5.25, "$h_t$", size=13, ha="left")
