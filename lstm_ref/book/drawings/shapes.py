"""The pieces that drawings are made of: boxes, operators, arrows, and a canvas without axes.

One shape for one meaning, in every drawing: a square-cornered box in two parts is a learned
layer, anything round works unit by unit, brackets stack two vectors, a dot is a value used twice,
a gap is a crossing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

Colour = tuple[float, float, float]  # red, green, blue, 0 to 1

INK, PALE, FRAME = "#222222", "#bdbdbd", "#f7f7f7"


def canvas(ax: Axes, width: float, height: float) -> Axes:
    """Make `ax` a drawing board from (0, 0) to (width, height) with equal units, no axes."""
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def tint(color: str | Colour, share: float = 0.2) -> Colour:
    """A pale, opaque version of a colour: `share` of it on white."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(color))
    return red, green, blue


def box(
    ax: Axes,
    x: float,
    y: float,
    w: float,
    h: float,
    text: str = "",
    color: str = INK,
    fill: str | Colour = "white",
    size: float = 11,
    lw: float = 1.8,
    back: bool = False,
    round: float = 0.08,
) -> None:
    """Rounded box centred at (x, y) with text in its middle; back=True puts it behind the lines."""
    patch = FancyBboxPatch(
        (x - w / 2, y - h / 2),
        w,
        h,
        boxstyle=f"round,pad=0,rounding_size={round}",
        linewidth=lw,
        edgecolor=color,
        facecolor=fill,
        zorder=0 if back else 3,
    )
    ax.add_patch(patch)
    if text:
        ink = "#767676" if color == PALE else INK  # still to be read
        ax.text(x, y, text, ha="center", va="center", fontsize=size, color=ink, zorder=5)


def layer(
    ax: Axes,
    x: float,
    y: float,
    letter: str,
    activation: str,
    color: str,
    w: float = 0.95,
    h: float = 0.98,
) -> None:
    """A learned layer: its activation below, where the input enters; its letter above."""
    ink = PALE if color == PALE else INK
    low = Rectangle((x - w / 2, y - h / 2), w, 0.46 * h, facecolor="white", lw=0, zorder=3)
    fill = "white" if color == PALE else tint(color, 0.3)
    high = Rectangle((x - w / 2, y - 0.04 * h), w, 0.54 * h, facecolor=fill, lw=0, zorder=3)
    edge = Rectangle((x - w / 2, y - h / 2), w, h, fill=False, edgecolor=color, lw=2.2, zorder=4)
    for patch in (low, high, edge):
        ax.add_patch(patch)
    ax.text(x, y + 0.23 * h, letter, ha="center", va="center", fontsize=14, color=ink, zorder=5)
    ax.text(x, y - 0.27 * h, activation, ha="center", va="center", fontsize=10, color=ink, zorder=5)


def column(ax: Axes, x: float, y: float, w: float, h: float, top: str, bottom: str) -> None:
    """Two vectors on top of each other, in the brackets of a column."""
    ax.add_patch(Rectangle((x - w / 2, y - h / 2), w, h, facecolor="white", lw=0, zorder=3))
    for side in (-1, 1):
        edge, tip = x + side * w / 2, x + side * (w / 2 - 0.12)
        corners = [(tip, y + h / 2), (edge, y + h / 2), (edge, y - h / 2), (tip, y - h / 2)]
        ax.plot(*zip(*corners, strict=True), color=INK, lw=1.8, zorder=4, solid_joinstyle="miter")
    for up, letter in ((0.24, top), (-0.24, bottom)):
        ax.text(x, y + up * h, letter, ha="center", va="center", color=INK, zorder=5)


def operator(ax: Axes, x: float, y: float, text: str, color: str = INK, r: float = 0.22) -> None:
    """An operation unit by unit, as a circle: "⊙" (a dot inside) or "+"."""
    ax.add_patch(Circle((x, y), r, lw=2, edgecolor=color, facecolor="white", zorder=4))
    if text == "⊙":
        ax.add_patch(Circle((x, y), 0.3 * r, color=color, lw=0, zorder=5))
        return
    d = 0.55 * r
    ax.plot([x - d, x + d], [y, y], color=color, lw=2, zorder=5)
    ax.plot([x, x], [y - d, y + d], color=color, lw=2, zorder=5)


def arrow(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    color: str | Colour = INK,
    lw: float = 1.8,
    head: bool = True,
    linestyle: Any = "-",
    zorder: float = 2,
) -> None:
    """Line through `points` with softly rounded corners, and an arrow head at the last one."""
    patch = FancyArrowPatch(
        path=_rounded(points),
        arrowstyle="-|>" if head else "-",
        mutation_scale=11,
        lw=lw,
        linestyle=linestyle,
        color=color,
        fill=head,
        zorder=zorder,
        capstyle="butt",
    )
    ax.add_patch(patch)


def _rounded(points, r=0.12):
    """Path through axis-parallel or slanted segments, each corner cut by a small curve."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_towards(at, before, r), at, _towards(at, after, r)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _towards(start, end, r):
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = min(r / (dx * dx + dy * dy) ** 0.5, 0.5)
    return start[0] + share * dx, start[1] + share * dy


def gap(ax: Axes, x: float, y: float, fill: str | Colour = FRAME, width: float = 0.1) -> None:
    """Open a horizontal line at (x, y), so that a vertical one passes without touching it."""
    ax.plot([x - width, x + width], [y, y], color=fill, lw=5, solid_capstyle="butt", zorder=2.4)


def dot(ax: Axes, x: float, y: float, color: str = INK) -> None:
    """A junction: the value goes both ways. Crossing lines without a dot do not meet."""
    ax.add_patch(Circle((x, y), 0.08, color=color, lw=0, zorder=5))


def label(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    color: str = INK,
    size: float = 11,
    ha: str = "center",
    va: str = "center",
) -> None:
    """Text without a box."""
    ax.text(x, y, text, ha=ha, va=va, fontsize=size, color=color, zorder=6)
