"""The LSTM cell as a drawing, path by path, and the chain of cells."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from lstm_ref.book.drawings.shapes import (
    FRAME,
    INK,
    PALE,
    arrow,
    box,
    canvas,
    column,
    dot,
    gap,
    label,
    layer,
    operator,
)
from lstm_ref.book.style import GATES, STATES

# Where the four layers stand, in the order f, i, c̃, o.
X = {"f": 2.2, "i": 3.4, "c_tilde": 4.6, "o": 5.8}
ACTIVATION = {"f": "σ", "i": "σ", "c_tilde": "tanh", "o": "σ"}
BELT, MIDDLE, LAYER, BUS = 4.8, 3.62, 2.5, 1.35  # heights
ADD, STACK, EXIT = 4.0, 1.33, 6.8  # where i ⊙ c̃ is added; where h and x are stacked; where h leaves
PATHS = ("f", "i", "c_tilde", "c", "o")


def cell(ax: Axes, highlight: str | Sequence[str] | None = None, labels: bool = True) -> Axes:
    """Draw the LSTM cell of eq-forget to eq-hidden on `ax`; returns ax.

    highlight: one of f, i, c_tilde, c, o, or a tuple of them: these paths in colour, the rest
    pale; None draws everything in colour. labels=False leaves the lines without names, for the
    reader to fill in. Draw it on a figure of about 4.8 by 3.9 inches.
    """
    asked = PATHS if highlight is None else highlight
    lit = (asked,) if isinstance(asked, str) else tuple(asked)
    unknown = [name for name in lit if name not in PATHS]
    if unknown:
        raise ValueError(f"highlight: expected some of {', '.join(PATHS)}, got {unknown}")
    canvas(ax, 8.0, 6.4)
    box(ax, 4.05, 3.15, 6.3, 4.7, color=PALE, fill=FRAME, lw=1.2, back=True)
    _belt(ax, lit)
    _inputs(ax, lit)
    for name in GATES:
        _layer(ax, name, name in lit)
    _writing(ax, lit)
    _output(ax, "o" in lit)
    _key(ax)
    if labels:
        _names(ax, lit)
    return ax


def _ink(on, color=INK):
    return color if on else PALE


def _belt(ax, lit):
    """The cell state: c_{t-1} enters at the left, is scaled by f, added to, and leaves as c_t."""
    color = _ink("c" in lit)
    arrow(ax, [(0.1, BELT), (X["f"] - 0.22, BELT)], color, lw=3)
    arrow(ax, [(X["f"] + 0.22, BELT), (ADD - 0.22, BELT)], color, lw=3)
    arrow(ax, [(ADD + 0.22, BELT), (7.9, BELT)], color, lw=3)
    forget = GATES["f"]["color"] if "f" in lit else _ink("c" in lit)
    operator(ax, X["f"], BELT, "⊙", forget)
    operator(ax, ADD, BELT, "+", _ink({"c", "i", "c_tilde"} & set(lit)))


def _inputs(ax, lit):
    """h_{t-1} above x_t: one column, handed to all four layers."""
    arrow(ax, [(0.1, BUS + 0.24), (STACK - 0.3, BUS + 0.24)])
    arrow(ax, [(STACK, 0.1), (STACK, BUS - 0.5)])
    column(ax, STACK, BUS, 0.54, 0.96, "$h$", "$x$")
    edge, entry = STACK + 0.27, LAYER - 0.5
    end = max((X[name] for name in GATES if name in lit), default=edge)
    arrow(ax, [(edge, BUS), (X["o"], BUS), (X["o"], entry)], _ink("o" in lit))
    if edge < end < X["o"]:
        arrow(ax, [(edge, BUS), (end, BUS)], head=False, zorder=2.2)
    for name in ("f", "i", "c_tilde"):
        arrow(ax, [(X[name], BUS), (X[name], entry)], _ink(name in lit), zorder=2.1)
        dot(ax, X[name], BUS, _ink(X[name] <= end))


def _layer(ax, name, on):
    """One learned layer, and its way up to what it acts on."""
    x, color = X[name], _ink(on, GATES[name]["color"])
    layer(ax, x, LAYER, GATES[name]["label"], ACTIVATION[name], color)
    if name in ("f", "o"):
        end = BELT if name == "f" else MIDDLE
        arrow(ax, [(x, LAYER + 0.49), (x, end - 0.22)], color, lw=2.2)


def _writing(ax, lit):
    """What is written: i ⊙ c̃, carried up to the belt."""
    for name, side in (("i", -0.22), ("c_tilde", 0.22)):
        color = _ink(name in lit, GATES[name]["color"])
        way = [(X[name], LAYER + 0.49), (X[name], MIDDLE), (ADD + side, MIDDLE)]
        arrow(ax, way, color, lw=2.2)
    both = {"i", "c_tilde"} & set(lit)
    operator(ax, ADD, MIDDLE, "⊙", _ink("i" in lit, GATES["i"]["color"]) if both else PALE)
    arrow(ax, [(ADD, MIDDLE + 0.22), (ADD, BELT - 0.22)], _ink(both))


def _output(ax, on):
    """What is read: tanh of the cell state, times o; out to the right and up."""
    x, color = X["o"], _ink(on)
    dot(ax, x, BELT, color)
    arrow(ax, [(x, BELT), (x, BELT - 0.36)], color)
    box(ax, x, BELT - 0.55, 0.86, 0.38, "tanh", color, size=10, lw=1.8, round=0.19)
    arrow(ax, [(x, BELT - 0.74), (x, MIDDLE + 0.22)], color)
    operator(ax, x, MIDDLE, "⊙", _ink(on, GATES["o"]["color"]))
    arrow(ax, [(x + 0.22, MIDDLE), (EXIT, MIDDLE)], color, head=False)
    arrow(ax, [(EXIT, MIDDLE), (EXIT, BUS), (7.9, BUS)], color)
    dot(ax, EXIT, MIDDLE, color)
    gap(ax, EXIT, BELT)
    arrow(ax, [(EXIT, MIDDLE), (EXIT, 6.3)], color, zorder=2.6)


def _names(ax, lit):
    """What runs along each line."""
    state, output = _ink("c" in lit), _ink("o" in lit)
    label(ax, 0.1, BELT + 0.32, "$c_{t-1}$", state, 13, ha="left")
    label(ax, 7.9, BELT + 0.32, "$c_t$", state, 13, ha="right")
    label(ax, 0.1, BUS + 0.56, "$h_{t-1}$", size=13, ha="left")
    label(ax, STACK - 0.15, 0.33, "$x_t$", size=13, ha="right")
    label(ax, 7.9, BUS + 0.32, "$h_t$", output, 13, ha="right")
    label(ax, EXIT + 0.18, 6.05, "$h_t$", output, 13, ha="left")
    label(ax, 3.1, BELT + 0.34, r"$f \odot c_{t-1}$", state, 10)
    both = {"i", "c_tilde"} & set(lit)
    label(ax, ADD + 0.15, 4.24, r"$i \odot \tilde{c}$", _ink(both), 10, ha="left")


def _key(ax):
    """What the three shapes mean."""
    layer(ax, 2.3, 0.33, "", "", "#666666", w=0.3, h=0.34)
    label(ax, 2.52, 0.33, "learned layer", size=9, ha="left")
    box(ax, 4.65, 0.33, 0.4, 0.26, round=0.13)
    label(ax, 4.94, 0.33, "unit by unit", size=9, ha="left")
    dot(ax, 6.85, 0.33)
    label(ax, 7.0, 0.33, "copy", size=9, ha="left")


def lstm_unrolled(ax: Axes, T: int = 3) -> Axes:
    """T copies of the cell in a row, both states handed on; the same weights in every copy.

    The figure should be about 4.8 by 2.2 inches for T = 3. Returns ax.
    """
    canvas(ax, 1.2 + 2.3 * T, 3.8)
    for t in range(1, T + 1):
        x = 2.3 * t - 0.55
        box(ax, x, 1.85, 1.3, 1.6, "LSTM", fill=FRAME, size=12)
        arrow(ax, [(x, 0.4), (x, 1.05)], STATES["x"]["color"])
        arrow(ax, [(x + 0.35, 2.65), (x + 0.35, 3.3)], STATES["h"]["color"])
        label(ax, x, 0.18, f"$x_{t}$", STATES["x"]["color"], 13)
        label(ax, x + 0.35, 3.52, f"$h_{t}$", STATES["h"]["color"], 13)
    for t in range(T + 1):
        x = 2.3 * t + 0.1
        arrow(ax, [(x, 2.3), (x + 1, 2.3)], lw=3)
        arrow(ax, [(x, 1.4), (x + 1, 1.4)], STATES["h"]["color"])
        label(ax, x + 0.42, 2.6, f"$c_{t}$", size=13)
        label(ax, x + 0.42, 1.7, f"$h_{t}$", STATES["h"]["color"], 13)
    return ax
