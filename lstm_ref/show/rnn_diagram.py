"""A feed-forward net over a window, and the recurrent net, folded and unrolled in time."""

from lstm_ref.show.shapes import arrow, box, canvas, label

IN, LOOP, OUT = "#8A5A00", "#D55E00", "#0072B2"  # weights into, within and out of the state


def feedforward(ax, words, width=2):
    """A net that sees the last `width` of `words` and nothing before them; returns ax."""
    n = len(words)
    canvas(ax, 1.6 * n, 3.7)
    for k, word in enumerate(words):
        seen = k >= n - width
        box(ax, 1.6 * k + 0.8, 0.5, 1.45, 0.6, word, "#222222" if seen else "#c9c9c9", size=10)
        if seen:
            arrow(ax, [(1.6 * k + 0.8, 0.82), (1.6 * (n - width / 2), 1.65)], IN)
    box(ax, 1.6 * (n - width / 2), 2.0, 2.0, 0.65, "layer", fill="#f4f4f4")
    arrow(ax, [(1.6 * (n - width / 2), 2.34), (1.6 * (n - width / 2), 3.0)], OUT)
    label(ax, 1.6 * (n - width / 2), 3.25, "next word?")
    return ax


def unrolled(ax, T=3, letters=("W_{hx}", "W_{hh}", "W_{yh}"), state="h", y="y"):
    """The recurrent net folded (left) and as a chain of T copies with the same weights.

    letters: names of the weights into, within and out of the state; state: its letter. The
    figure should be about 4.8 by 2.8 inches for T = 3. Returns ax.
    """
    into, within, out = letters
    canvas(ax, 2.9 + 2.0 * T, 5.0)
    _copy(ax, 0.9, "", letters, state, y)
    arrow(ax, [(1.28, 2.75), (1.75, 2.75), (1.75, 2.25), (1.3, 2.25)], LOOP)
    label(ax, 1.62, 3.02, f"${within}$", LOOP, size=10)
    label(ax, 2.28, 2.5, "=", size=15)
    for t in range(1, T + 1):
        x = 2.15 + 2.0 * t
        _copy(ax, x, t, letters, state, y)
        start = x - 1.15 if t == 1 else x - 1.6  # from h_0, or from the box before
        arrow(ax, [(start, 2.5), (x - 0.4, 2.5)], LOOP)
        label(ax, x - 0.78, 2.78, f"${within}$", LOOP, size=9)
    label(ax, 2.72, 2.5, f"${state}_0$")
    return ax


def _copy(ax, x, t, letters, state, y):
    """One copy of the net at time t: input below, state in the middle, output above."""
    into, _, out = letters
    at = f"_{t}" if t != "" else "_t"
    box(ax, x, 2.5, 0.76, 0.76, f"${state}{at}$", fill="#f4f4f4")
    arrow(ax, [(x, 0.75), (x, 2.1)], IN)
    arrow(ax, [(x, 2.9), (x, 4.2)], OUT)
    label(ax, x, 0.45, f"$x{at}$")
    label(ax, x, 4.5, f"${y}{at}$")
    label(ax, x + 0.08, 1.42, f"${into}$", IN, size=10, ha="left")
    label(ax, x + 0.08, 3.5, f"${out}$", OUT, size=10, ha="left")
