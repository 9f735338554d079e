"""The recurrent net: its weights one by one, as a loop and unrolled in time, and the way back."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from lstm_ref.book.drawings.shapes import FRAME, INK, arrow, box, canvas, label, tint
from lstm_ref.book.style import STATES

# Weights into, within and out of the state; none of them a colour of a gate.
IN, LOOP, OUT = STATES["x"]["color"], "#7A3FA0", "#00707A"
ERROR = "#882255"  # what travels backwards


def unrolled(
    ax: Axes,
    T: int = 3,
    letters: Sequence[str] = ("W_{hx}", "W_{hh}", "W_{yh}"),
    state: str = "h",
    y: str = "y",
) -> Axes:
    """The recurrent net folded (left) and as a chain of T copies with the same weights.

    letters: names of the weights into, within and out of the state; state, y: the letters of
    state and output. `letters=("U", "W", "V"), state="s", y="o"` is how the literature has it.
    The figure should be about 4.8 by 2.8 inches for T = 3. Returns ax.
    """
    within = letters[1]
    canvas(ax, 3.6 + 2.0 * T, 5.0)
    _copy(ax, 0.55, "t", letters, state, y)
    arrow(ax, [(0.93, 2.7), (1.4, 2.7), (1.4, 2.2), (0.95, 2.2)], LOOP)
    label(ax, 1.5, 2.45, f"${within}$", LOOP, ha="left")
    label(ax, 1.0, 1.82, f"${state}_{{t-1}}$", ha="left")
    label(ax, 2.62, 2.45, "=", size=17)
    label(ax, 3.15, 2.45, f"${state}_0$", size=13)
    for t in range(1, T + 1):
        x = 2.8 + 2.0 * t
        _copy(ax, x, t, letters, state, y)
        start = x - 1.38 if t == 1 else x - 1.6  # from h_0, or from the box before
        arrow(ax, [(start, 2.45), (x - 0.38, 2.45)], LOOP)
        label(ax, x - 0.98, 2.75, f"${within}$", LOOP)
    return ax


def _copy(ax, x, t, letters, state, y):
    """One copy of the net at time t: input below, state in the middle, output above."""
    into, _, out = letters
    box(ax, x, 2.45, 0.76, 0.76, f"${state}_{t}$", fill=FRAME, size=13)
    arrow(ax, [(x, 0.65), (x, 2.05)], IN)
    arrow(ax, [(x, 2.84), (x, 4.3)], OUT)
    label(ax, x, 0.35, f"$x_{t}$", size=13)
    label(ax, x, 4.6, f"${y}_{t}$", size=13)
    label(ax, x + 0.1, 1.3, f"${into}$", IN, ha="left")
    label(ax, x + 0.1, 3.55, f"${out}$", OUT, ha="left")


def one_step(ax: Axes, D: int = 2, H: int = 3, K: int = 2) -> Axes:
    """One step of the net in the letters of the literature, a line for each weight; returns ax.

    D, H, K: how many numbers x, s and o have, 2 or 3 each.
    The figure should be about 4.8 by 2.9 inches.
    """
    canvas(ax, 9.6, 5.8)
    x, before = _units(ax, 1.5, 1.0, D, "$x_t$"), _units(ax, 1.5, 3.75, H, "$s_{t-1}$")
    s, o = _units(ax, 5.0, 2.5, H, "$s_t$"), _units(ax, 8.2, 2.5, K, "$o_t$")
    for start, end, color in ((x, s, IN), (before, s, LOOP), (s, o, OUT)):
        for x0, y0 in start:
            for x1, y1 in end:
                arrow(ax, [(x0 + 0.24, y0), (x1 - 0.24, y1)], color, lw=1.3, head=False)
    for place, letter, color in (((3.6, 0.75), "U", IN), ((3.4, 4.35), "W", LOOP)):
        label(ax, *place, f"${letter}$", color, 15)
    label(ax, 6.6, 3.5, "$V$", OUT, 15)
    back = [(5.0, 4.05), (5.0, 5.5), (1.5, 5.5), (1.5, 5.3)]
    arrow(ax, back, LOOP, linestyle=(0, (4, 2)), head=False)
    arrow(ax, [(1.5, 5.3), (1.5, 4.8)], LOOP)
    label(ax, 5.2, 5.0, "at the next step", LOOP, 10, ha="left")
    return ax


def _units(ax, x, y, n, name):
    """n circles above each other around y, with their name at the left or right; the centres."""
    places = [(x, y + 0.75 * (n - 1) / 2 - 0.75 * k) for k in range(n)]
    for place in places:
        ax.add_patch(Circle(place, 0.24, lw=1.8, edgecolor=INK, facecolor=FRAME, zorder=3))
    label(ax, *((x - 0.75, y) if x < 3 else (x, y - 1.45)), name, size=14)
    return places


def way_back(ax: Axes, h: ArrayLike, delta: ArrayLike, slope: ArrayLike) -> Axes:
    """States above, forwards; error terms below, backwards, the paler the smaller; returns ax.

    h, delta: (T, H) numbers, a row of boxes each; slope: (T,) the factor that each error term got.
    The figure should be about 4.8 by 3.0 inches for T = 3 and H = 2.
    """
    states, errors, slopes = (np.asarray(a, float) for a in (h, delta, slope))
    T = len(states)
    share = np.abs(errors).max(axis=1) / np.abs(errors).max()
    canvas(ax, 1.9 + 2.9 * T, 5.6)
    for t in range(T):
        x, ink = 2.9 * t + 1.6, tint(ERROR, 0.3 + 0.7 * share[t])
        _column(ax, x, 4.1, f"$h_{t + 1}$", states[t], FRAME, 1)
        _column(ax, x, 1.5, rf"$\delta_{t + 1}$", errors[t], tint(ERROR, 0.45 * share[t]), -1)
        label(ax, x - 0.15, 2.8, rf"$\times$ {slopes[t]:.3f}", ERROR, 10, ha="right")
        arrow(ax, [(x, 3.33), (x, 2.3)], ink, lw=2.4)
        if t == T - 1:
            arrow(ax, [(x + 1.55, 2.8), (x + 0.75, 2.8), (x + 0.45, 3.3)], ink, lw=2.4)
            label(ax, x + 1.3, 2.45, f"$e_{T}$", ERROR, 14)
            break
        arrow(ax, [(x + 0.7, 4.1), (x + 2.2, 4.1)], LOOP)
        label(ax, x + 1.45, 4.4, "$W_{hh}$", LOOP)
        later = tint(ERROR, 0.3 + 0.7 * share[t + 1])
        arrow(ax, [(x + 2.2, 1.5), (x + 1.2, 1.5), (x + 0.45, 3.3)], later, lw=2.4)
        label(ax, x + 1.5, 1.05, r"$W_{hh}^\top$", ERROR)
    return ax


def _column(ax, x, y, name, values, fill, side):
    """A column of numbers in a box, its name above (side 1) or below (-1)."""
    text = "\n".join(f"{value + 0.0:.3f}".replace("-", "−") for value in values)
    box(ax, x, y, 1.36, 1.5, text, fill=fill, size=10.5)
    label(ax, x, y + 1.08 * side, name, size=14)
