"""Pictures of a gate: numbers let through, the three valves, matrices side by side."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import ArrayLike

from lstm_ref.book.drawings.block_diagram import block
from lstm_ref.book.drawings.shapes import FRAME, INK, box, canvas, label, operator, tint
from lstm_ref.book.style import GATES, STATES

__all__ = ["block", "concat", "gate", "valves"]
FOOT = 0.6  # room below for the shapes
ROLES = {"i": "write", "f": "keep", "o": "read"}


def gate(ax: Axes, g: ArrayLike, v: ArrayLike, color: str = GATES["f"]["color"]) -> Axes:
    """A gate g in (0, 1) times a vector v, unit by unit: three columns of bars; returns ax.

    g, v: arrays (n,). A gate's bar is filled as far as the gate is open; a bar of the product
    lies on the outline of what came in. The figure should be about 4.8 by 2.0 inches for n = 3.
    """
    g, v = np.asarray(g), np.asarray(v)
    if g.shape != v.shape or g.ndim != 1:
        raise ValueError(f"g and v: expected two vectors of one length, got {g.shape}, {v.shape}")
    top = 0.7 * len(g)
    canvas(ax, 9.0, top + 1.25)
    limit = max(1.0, np.abs(v).max())
    columns = ((0.75, "gate", r"$g = \sigma(Wx + b)$"), (4.2, "vector", "$v$"))
    for x, word, formula in (*columns, (7.5, "let through", r"$g \odot v$")):
        label(ax, x + (0.62 if x < 1 else 0), top + 0.98, word)
        label(ax, x + (0.62 if x < 1 else 0), top + 0.5, formula)
    for k in range(len(g)):
        y = top - 0.7 * k - 0.35
        _bar(ax, 0.75, y, g[k], 1.3, color, outline=1.0)
        _bar(ax, 4.2, y, v[k], 0.75 / limit, "#555555", centred=True)
        _bar(ax, 7.5, y, g[k] * v[k], 0.75 / limit, "#555555", outline=v[k], centred=True)
    operator(ax, 2.75, top / 2, "⊙")
    label(ax, 5.85, top / 2, "=", size=17)
    return ax


def _bar(ax, x, y, value, unit, ink, outline=None, centred=False):
    """A number as a bar from x, written at the bar's other side."""
    if outline is not None:
        ax.add_patch(_rectangle(x, y, outline * unit, ink, "none"))
    ax.add_patch(_rectangle(x, y, value * unit, ink, ink, lw=0))
    ax.plot([x, x], [y - 0.27, y + 0.27], color=INK, lw=1.6)
    sign = 1 if value >= 0 or not centred else -1
    text = f"{value:.2f}".replace("-", "−")
    label(ax, x - 0.1 * sign, y, text, size=10, ha="right" if sign > 0 else "left")


def _rectangle(x, y, w, ink, fill, lw=1.2):
    return Rectangle((x, y - 0.18), w, 0.36, edgecolor=ink, facecolor=fill, lw=lw, zorder=1)


def valves(ax: Axes) -> Axes:
    """The three valves around one memory cell: write (i), keep (f), read (o); returns ax.

    All three stand half open. The figure should be about 4.8 by 2.4 inches.
    """
    canvas(ax, 8.4, 4.0)
    box(ax, 4.2, 1.05, 1.7, 1.1, "memory\n$c$", fill=FRAME, lw=2.2)
    _valve(ax, [(0.15, 1.05), (3.1, 1.05)], (1.75, 1.05), "i")
    _valve(ax, [(5.06, 1.05), (8.0, 1.05)], (6.5, 1.05), "o")
    _valve(ax, [(4.75, 1.62), (4.75, 2.75), (3.65, 2.75), (3.65, 1.85)], (4.2, 2.75), "f")
    label(ax, 0.15, 0.5, r"new value $\tilde{c}$", size=10, ha="left")
    label(ax, 8.25, 0.5, "output $h$", size=10, ha="right")
    return ax


def _valve(ax, pipe, at, name):
    """A pipe with an arrow head, and a plate that reaches half across it; the name above."""
    color = GATES[name]["color"]
    xs, ys = zip(*pipe, strict=True)
    for width, ink in ((13, color), (9.5, tint(color, 0.25))):
        ax.plot(xs, ys, color=ink, lw=width, solid_capstyle="butt", solid_joinstyle="round")
    (x0, y0), (x1, y1) = pipe[-2:]
    dx, dy = (x1 - x0) / abs(x1 - x0 + y1 - y0), (y1 - y0) / abs(x1 - x0 + y1 - y0)
    tip = [(x1 - 0.2 * dy, y1 + 0.2 * dx), (x1 + 0.24 * dx, y1 + 0.24 * dy)]
    ax.add_patch(Polygon([*tip, (x1 + 0.2 * dy, y1 - 0.2 * dx)], color=color, lw=0, zorder=3))
    x, y = at
    ax.add_patch(Rectangle((x - 0.07, y), 0.14, 0.5, color=INK, lw=0, zorder=4))
    ax.plot([x - 0.25, x + 0.25], [y + 0.5, y + 0.5], color=INK, lw=2.4, zorder=4)
    label(ax, x, y + 0.85, f"{ROLES[name]}: ${name}$", size=12)


def concat(ax: Axes, D: int, H: int) -> Axes:
    """[W_fh W_fx] [h; x] + b_f = net_f, a square for each number; returns ax.

    D, H: sizes of x and of h. The figure should be about 4.8 by 2.9 inches.
    """
    s = min(0.72, 4.9 / (D + H + 3))
    width, height = s * (D + H + 3) + 3.75, s * (D + H) + 1.75
    canvas(ax, width, height)
    middle, x = FOOT + s * (D + H) / 2, 0.75
    h_color, x_color = STATES["h"]["color"], STATES["x"]["color"]
    low = middle - s * H / 2
    _grid(ax, x, low, H, H, s, h_color, "$W_{fh}$")
    _grid(ax, x + s * H, low, H, D, s, x_color, "$W_{fx}$")
    _size(ax, [(x, low + s * H + 0.18), (x + s * H, low + s * H + 0.18)], f"$H={H}$")
    _size(ax, [(x + s * H, low + s * H + 0.18), (x + s * (H + D), low + s * H + 0.18)], f"$D={D}$")
    _size(ax, [(x - 0.18, low), (x - 0.18, low + s * H)], "$H$")
    label(ax, x + s * (D + H) / 2, 0.25, f"$({H}, {D + H})$")
    x += s * (D + H) + 0.3
    label(ax, x + s / 2, 0.25, f"$({D + H}, 1)$")
    _grid(ax, x, FOOT + s * D, H, 1, s, h_color, "$h$")
    _grid(ax, x, FOOT, D, 1, s, x_color, "$x$")
    for text, name in (("+", "$b_f$"), ("=", "$net_f$")):
        label(ax, x + s + 0.5, middle, text, size=16)
        x += s + 1.0
        _grid(ax, x, low, H, 1, s, GATES["f"]["color"], "")
        label(ax, x + s / 2, low + s * H + 0.4, name, size=12)
        label(ax, x + s / 2, 0.25, f"$({H}, 1)$")
    return ax


def _grid(ax, x, y, rows, columns, s, color, text):
    """A matrix: one square for each number, its name in the middle."""
    for r in range(rows):
        for k in range(columns):
            corner = (x + s * k, y + s * r)
            ax.add_patch(Rectangle(corner, s, s, facecolor=tint(color), edgecolor="white", lw=1.2))
    ax.add_patch(Rectangle((x, y), s * columns, s * rows, fill=False, edgecolor=INK, lw=1.8))
    if text:
        label(ax, x + s * columns / 2, y + s * rows / 2, text, size=13)


def _size(ax, ends, text):
    """A measure with ticks at both ends, and its length."""
    (x0, y0), (x1, y1) = ends
    level = y0 == y1
    ax.plot([x0 + 0.04 * level, x1 - 0.04 * level], [y0, y1], color=INK, lw=1, marker="none")
    for x, y in ends:
        dx, dy = (0, 0.08) if level else (0.08, 0)
        ax.plot([x - dx, x + dx], [y - dy, y + dy], color=INK, lw=1)
    shift = (0, 0.3) if level else (-0.3, 0)
    label(ax, (x0 + x1) / 2 + shift[0], (y0 + y1) / 2 + shift[1], text, size=11)
