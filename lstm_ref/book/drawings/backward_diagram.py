"""Who depends on whom in two steps of an LSTM: the ways an error takes back."""

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from lstm_ref.book.drawings.shapes import INK, PALE, arrow, canvas, label, tint
from lstm_ref.book.style import GATES, STATES

C, H = STATES["c"]["color"], "#7A3FA0"
ROWS = {"c": 4.6, "h": 0.95}
GATE = {"f": 4.05, "i": 3.3, "c_tilde": 2.55, "o": 1.8}  # heights of the gates of step t + 1
NOW, GATES_AT, NEXT, R = 1.1, 4.1, 7.0, 0.36


def paths(ax: Axes, highlight: str | None = None) -> Axes:
    """c_t and h_t, the gates of step t + 1, c_{t+1} and h_{t+1}; an arrow: is used by.

    The thick line is the way along the cell state, the dashed lines lead through h_t and the
    gates. highlight: "direct" or "through h" draws the other way pale. The figure should be about
    4.8 by 3.5 inches. Returns ax.
    """
    if highlight not in (None, "direct", "through h"):
        raise ValueError(f'highlight: expected "direct", "through h" or None, got {highlight!r}')
    canvas(ax, 8.2, 5.8)
    direct = C if highlight != "through h" else PALE
    through = highlight != "direct"
    _direct(ax, direct)
    _through(ax, through)
    _nodes(ax, through)
    return ax


def _direct(ax, color):
    """c_t -> c_{t+1}, with f_{t+1} on it."""
    arrow(ax, [(NOW + R, ROWS["c"]), (NEXT - R, ROWS["c"])], color, lw=4)
    ink = INK if color == C else "#767676"
    label(ax, GATES_AT, ROWS["c"] + 0.38, r"$\odot\, f_{t+1}$", ink, 12)


def _through(ax, on):
    """c_t -> h_t -> gates of the next step -> c_{t+1} and h_{t+1}."""
    color = H if on else PALE
    arrow(ax, [(NOW, ROWS["c"] - R), (NOW, ROWS["h"] + R)], color, lw=2.2, linestyle="--")
    for name, y in GATE.items():
        line = GATES[name]["color"] if on else PALE
        arrow(ax, [(NOW + R, ROWS["h"]), (GATES_AT - R, y)], color, lw=1.4, linestyle="--")
        end = (NEXT - R, ROWS["c"] - 0.12) if name != "o" else (NEXT - R, ROWS["h"] + 0.1)
        arrow(ax, [(GATES_AT + R, y), end], line, lw=1.6, linestyle="--")
    last = INK if on else PALE
    arrow(ax, [(NEXT, ROWS["c"] - R), (NEXT, ROWS["h"] + R)], last, lw=1.4, linestyle="--")
    ink = H if on else "#767676"
    label(ax, NOW - 0.12, 2.8, r"$o_t \odot$", ink, 11, ha="right")
    label(ax, NOW - 0.12, 2.35, r"$\tanh'(c_t)$", ink, 9, ha="right")
    label(ax, 2.45, 1.05, r"$W_{\cdot h}$", ink, 12)


def _nodes(ax, through):
    for x, when in ((NOW, "t"), (NEXT, "t+1")):
        for name in ("c", "h"):
            _node(ax, x, ROWS[name], f"${name}_{{{when}}}$", INK)
        color = INK if through else PALE
        arrow(ax, [(x, ROWS["h"] - R), (x, 0.15)], color, lw=1.4)
        label(ax, x + 0.15, 0.25, f"$e_{{{when}}}$", INK, 11, ha="left")
    for name, y in GATE.items():
        color = GATES[name]["color"] if through else PALE
        _node(ax, GATES_AT, y, GATES[name]["label"], color, tint(color, 0.25), size=12)
    arrow(ax, [(NEXT + R, ROWS["c"]), (8.1, ROWS["c"])], INK, lw=1.4)
    arrow(ax, [(NEXT + R, ROWS["h"]), (8.1, ROWS["h"])], INK, lw=1.4)
    label(ax, GATES_AT, 5.5, "step $t+1$", "#555555", 10)


def _node(ax, x, y, text, color, fill="white", size=13):
    radius = R if fill == "white" else 0.31
    ax.add_patch(Circle((x, y), radius, lw=1.8, edgecolor=color, facecolor=fill, zorder=4))
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color=INK, zorder=5)
