"""Pictures of a gate: numbers let through, the three switches, matrices side by side, a block."""

import numpy as np

from lstm_ref.show.shapes import arrow, box, canvas, label, operator
from lstm_ref.show.style import GATES

ROLES = {"i": "write", "f": "keep", "o": "read"}


def gate(ax, g, v, color=GATES["f"]["color"]):
    """A gate g in (0, 1) times a vector v, unit by unit: three columns of bars; returns ax.

    g, v: arrays (n,). A bar's length is its number; the number stands beside it.
    """
    g, v = np.asarray(g), np.asarray(v)
    if g.shape != v.shape or g.ndim != 1:
        raise ValueError(f"g and v: expected two vectors of one length, got {g.shape}, {v.shape}")
    n = len(g)
    canvas(ax, 8.6, 0.8 * n + 1.1)
    for x, values, title, ink in (
        (0.2, g, "gate $g$", color),
        (3.2, v, "vector $v$", "#222222"),
        (6.2, g * v, "$g \\odot v$", "#666666"),
    ):
        label(ax, x + 1.0, 0.8 * n + 0.75, title)
        _bars(ax, x, values, ink, filled=x < 3, limit=max(1.0, np.abs(v).max()))
    operator(ax, 2.75, 0.4 * n + 0.2, "⊙")
    label(ax, 5.75, 0.4 * n + 0.2, "=", size=15)
    return ax


def _bars(ax, x, values, ink, filled, limit):
    for k, value in enumerate(values[::-1]):
        y = 0.8 * k + 0.35
        ax.plot([x + 1, x + 1], [y - 0.3, y + 0.3], color="#999999", lw=1)
        start = min(0, value / limit) * 0.9
        ax.add_patch(
            _rectangle(x + 1 + start, y - 0.17, abs(value) / limit * 0.9, 0.34, ink, filled)
        )
        side = -0.08 if value >= 0 else 0.08
        ha = "right" if value >= 0 else "left"
        label(ax, x + 1 + side, y, f"{value:.2f}", size=9, ha=ha)


def _rectangle(x, y, w, h, ink, filled):
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), w, h, edgecolor=ink, facecolor=ink if filled else "#dddddd", lw=1.4)


def switches(ax):
    """The three switches around one memory cell: write (i), keep (f), read (o); returns ax."""
    canvas(ax, 8.4, 4.0)
    box(ax, 4.2, 1.2, 1.5, 0.95, "memory\n$c$", fill="#f4f4f4")
    _switch(ax, 1.2, 2.0, 3.42, "i", "new value $\\tilde{c}$", 0.75)
    _switch(ax, 5.0, 6.0, 7.4, "o", "output $h$", 7.5)
    color = GATES["f"]["color"]
    arrow(ax, [(3.85, 1.7), (3.85, 2.75), (4.15, 2.75)], color, head=False, lw=2.4)
    arrow(ax, [(4.15, 2.75), (4.5, 3.02)], color, head=False, lw=2.4)
    arrow(ax, [(4.58, 2.75), (4.58, 1.72)], color, lw=2.4)
    label(ax, 4.2, 3.4, "keep: $f$", color)
    return ax


def _switch(ax, start, middle, end, name, text, x_text):
    color = GATES[name]["color"]
    arrow(ax, [(start, 1.2), (middle, 1.2)], color, head=False, lw=2.4)
    arrow(ax, [(middle, 1.2), (middle + 0.45, 1.55)], color, head=False, lw=2.4)
    arrow(ax, [(middle + 0.5, 1.2), (end, 1.2)], color, lw=2.4)
    label(ax, middle + 0.25, 1.95, f"{ROLES[name]}: ${name}$", color)
    label(ax, x_text, 0.62, text, size=10)


def concat(ax, D, H):
    """[W_fh W_fx] [h; x]: two matrices side by side times two vectors on top of each other."""
    s = 0.36
    canvas(ax, s * (D + H) + 3.6, s * (D + H) + 1.6)
    top = s * (D + H) + 0.7
    colors = ("#fbe3d6", "#d9eef8")
    _grid(ax, 0.9, top - s * H, H, H, s, colors[0], "$W_{fh}$")
    _grid(ax, 0.9 + s * H, top - s * H, H, D, s, colors[1], "$W_{fx}$")
    x = 0.9 + s * (D + H) + 0.7
    _grid(ax, x, top - s * H, H, 1, s, colors[0], "$h$")
    _grid(ax, x, top - s * (H + D), D, 1, s, colors[1], "$x$")
    label(ax, 0.5, top - s * H / 2, f"$H={H}$", size=9)
    label(ax, 0.9 + s * H / 2, top - s * H - 0.3, f"$H={H}$", size=9)
    label(ax, 0.9 + s * (H + D / 2), top - s * H - 0.3, f"$D={D}$", size=9)
    label(ax, x + s + 0.55, top - s * H / 2, f"$H={H}$", size=9)
    label(ax, x + s + 0.55, top - s * (H + D / 2), f"$D={D}$", size=9)
    return ax


def _grid(ax, x, y, rows, columns, s, fill, text):
    from matplotlib.patches import Rectangle

    for r in range(rows):
        for k in range(columns):
            ax.add_patch(
                Rectangle((x + s * k, y + s * r), s, s, facecolor=fill, edgecolor="white", lw=1)
            )
    outline = Rectangle((x, y), s * columns, s * rows, fill=False, edgecolor="#222222", lw=1.6)
    ax.add_patch(outline)
    label(ax, x + s * columns / 2, y + s * rows / 2, text, size=11)


def block(ax, cells=3):
    """A memory block: several cells behind one input, one forget and one output gate."""
    canvas(ax, 8.0, 1.25 * cells + 1.5)
    top = 1.25 * cells + 0.2
    for k in range(cells):
        y = top - 1.25 * k - 0.4
        arrow(ax, [(0.4, y), (1.75, y)], GATES["c_tilde"]["color"])
        operator(ax, 2.0, y, "⊙", GATES["i"]["color"])
        arrow(ax, [(2.25, y), (3.2, y)])
        box(ax, 4.0, y, 1.5, 0.7, f"$c^{{({k + 1})}}$", fill="#f4f4f4")
        arrow(ax, [(4.76, y), (5.75, y)])
        operator(ax, 6.0, y, "⊙", GATES["o"]["color"])
        arrow(ax, [(6.25, y), (7.6, y)])
        label(ax, 0.75, y + 0.3, f"$\\tilde{{c}}^{{({k + 1})}}$", size=10)
        label(ax, 7.3, y + 0.3, f"$h^{{({k + 1})}}$", size=10)
    for x, name in ((2.0, "i"), (4.0, "f"), (6.0, "o")):
        color = GATES[name]["color"]
        ax.plot([x, x], [top + 0.45, 0.35], color=color, lw=2.4, zorder=1)
        label(ax, x, top + 0.8, f"one gate ${name}$", color, size=10)
    return ax
