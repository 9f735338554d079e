"""A feed-forward net over a window, and the recurrent net, folded and unrolled in time."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from lstm_ref.book.drawings.shapes import FRAME, INK, PALE, arrow, box, canvas, label
from lstm_ref.book.style import STATES

# Weights into, within and out of the state; none of them a colour of a gate.
IN, LOOP, OUT = STATES["x"]["color"], "#7A3FA0", "#00707A"
SENTENCE = ("the", "clouds", "are", "in", "the")


def feedforward(ax: Axes, words: Sequence[str] = SENTENCE, width: int = 2) -> Axes:
    """A net that sees the last `width` of `words` and nothing before them; returns ax.

    The figure should be about 4.8 by 2.3 inches for five words.
    """
    n = len(words)
    centre = 1.6 * (n - width / 2)
    canvas(ax, 1.6 * n, 3.9)
    units = [centre + 0.62 * (k - 1) for k in range(3)]
    for k, word in enumerate(words):
        x, seen = 1.6 * k + 0.8, k >= n - width
        box(ax, x, 0.42, 1.42, 0.64, word, INK if seen else PALE, size=11)
        for unit in units if seen else []:
            arrow(ax, [(x, 0.75), (unit, 1.72)], IN, lw=1.3, head=False)
    for unit in units:
        ax.add_patch(Circle((unit, 1.95), 0.23, lw=1.8, edgecolor=INK, facecolor=FRAME, zorder=3))
        arrow(ax, [(unit, 2.18), (centre, 3.1)], OUT, lw=1.3, head=False)
    box(ax, centre, 3.4, 2.3, 0.62, "next word?", size=11)
    if n > width:
        label(ax, 0.8 * (n - width), 1.1, "outside the window: not seen", "#666666", 10)
    return ax


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
