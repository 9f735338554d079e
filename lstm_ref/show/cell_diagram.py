"""The LSTM cell as a drawing, path by path, and the chain of cells."""

from lstm_ref.show.shapes import INK, PALE, arrow, box, canvas, dot, label, operator
from lstm_ref.show.style import GATES

# Where the four layers stand, in the order f, i, c̃, o.
X = {"f": 1.6, "i": 2.85, "c_tilde": 4.1, "o": 5.65}
ACTIVATION = {"f": "σ", "i": "σ", "c_tilde": "tanh", "o": "σ"}
BELT, MIDDLE, LAYER, BUS = 4.6, 3.55, 2.2, 1.05  # heights
PATHS = ("f", "i", "c_tilde", "c", "o")


def cell(ax, highlight=None):
    """Draw the LSTM cell of eq-forget to eq-hidden on `ax`; returns ax.

    highlight: one of f, i, c_tilde, c, o, or a tuple of them: these paths in colour, the rest
    pale; None draws everything in colour. Draw it on a figure of about 4.8 by 3.9 inches.
    """
    lit = PATHS if highlight is None else highlight
    lit = (lit,) if isinstance(lit, str) else tuple(lit)
    unknown = [name for name in lit if name not in PATHS]
    if unknown:
        raise ValueError(f"highlight: expected some of {', '.join(PATHS)}, got {unknown}")
    canvas(ax, 8.0, 6.4)
    box(ax, 4.05, 3.1, 6.5, 4.7, color=PALE, fill="#f7f7f7", lw=1.2, back=True)
    _belt(ax, _ink("c" in lit))
    _bus(ax)
    for name in ("f", "i", "c_tilde", "o"):
        _layer(ax, name, name in lit)
    _writing(ax, lit)
    _output(ax, "o" in lit)
    return ax


def _ink(on, color=INK):
    return color if on else PALE


def _belt(ax, color):
    """The cell state: c_{t-1} enters at the left, is scaled by f, added to, and leaves as c_t."""
    arrow(ax, [(0.1, BELT), (X["f"] - 0.22, BELT)], color, lw=3)
    arrow(ax, [(X["f"] + 0.22, BELT), (3.25, BELT)], color, lw=3)
    arrow(ax, [(3.69, BELT), (7.9, BELT)], color, lw=3)
    label(ax, 0.1, BELT + 0.3, "$c_{t-1}$", color, ha="left")
    label(ax, 7.9, BELT + 0.3, "$c_t$", color, ha="right")
    operator(ax, 3.47, BELT, "+", color, r=0.22, size=13)


def _bus(ax):
    """h_{t-1} and x_t, the two arguments of all four layers."""
    arrow(ax, [(0.1, BUS), (X["o"], BUS)], head=False)
    arrow(ax, [(1.05, 0.15), (1.05, BUS)], head=False)
    dot(ax, 1.05, BUS)
    label(ax, 0.1, BUS + 0.3, "$h_{t-1}$", ha="left")
    label(ax, 1.25, 0.25, "$x_t$", ha="left")
    for name in ("f", "i", "c_tilde"):
        dot(ax, X[name], BUS)


def _layer(ax, name, on):
    """One learned layer: weighted input, then its activation; its letter stands beside it."""
    x, color = X[name], _ink(on, GATES[name]["color"])
    arrow(ax, [(x, BUS), (x, LAYER - 0.31)], _ink(on))
    box(ax, x, LAYER, 0.95, 0.6, ACTIVATION[name], color, lw=2.4)
    label(ax, x - 0.3, LAYER + 0.62, GATES[name]["label"], _ink(on), size=13)
    end = {"f": BELT - 0.24, "i": MIDDLE, "c_tilde": MIDDLE, "o": MIDDLE - 0.24}[name]
    if name in ("f", "o"):
        arrow(ax, [(x, LAYER + 0.31), (x, end)], color)
    if name == "f":
        operator(ax, x, BELT, "⊙", color, r=0.22, size=13)


def _writing(ax, lit):
    """What is written: i ⊙ c̃, carried up to the belt."""
    both = "i" in lit or "c_tilde" in lit
    for name, side in (("i", -0.24), ("c_tilde", 0.24)):
        color = _ink(name in lit, GATES[name]["color"])
        arrow(ax, [(X[name], LAYER + 0.31), (X[name], MIDDLE), (3.47 + side, MIDDLE)], color)
    operator(ax, 3.47, MIDDLE, "⊙", _ink(both), r=0.22, size=13)
    arrow(ax, [(3.47, MIDDLE + 0.22), (3.47, BELT - 0.24)], _ink(both or "c" in lit))


def _output(ax, on):
    """What is read: tanh of the cell state, times o; out to the right and up."""
    x, color = X["o"], _ink(on)
    dot(ax, x, BELT, color)
    arrow(ax, [(x, BELT), (x, BELT - 0.3)], color, head=False)
    box(ax, x, BELT - 0.46, 0.75, 0.34, "tanh", color, size=9, lw=1.4)
    arrow(ax, [(x, BELT - 0.63), (x, MIDDLE + 0.22)], color)
    operator(ax, x, MIDDLE, "⊙", _ink(on, GATES["o"]["color"]), r=0.22, size=13)
    arrow(ax, [(x + 0.22, MIDDLE), (6.75, MIDDLE)], color, head=False)
    arrow(ax, [(6.75, MIDDLE), (6.75, BUS), (7.9, BUS)], color)
    dot(ax, 6.75, MIDDLE, color)
    arrow(ax, [(6.75, MIDDLE), (6.75, 6.1)], color)
    label(ax, 7.9, BUS + 0.3, "$h_t$", color, ha="right")
    label(ax, 6.95, 6.0, "$h_t$", color, ha="left")


def lstm_unrolled(ax, T=3):
    """T copies of the cell in a row, both states handed on; the same weights in every copy."""
    canvas(ax, 1.2 + 2.3 * T, 3.6)
    for t in range(1, T + 1):
        x = 2.3 * t - 0.55
        box(ax, x, 1.8, 1.3, 1.5, "LSTM", fill="#f4f4f4")
        arrow(ax, [(x - 1.65, 2.25), (x - 0.66, 2.25)], lw=2.6)
        arrow(ax, [(x - 1.65, 1.35), (x - 0.66, 1.35)], GATES["o"]["color"])
        arrow(ax, [(x, 0.35), (x, 1.04)])
        arrow(ax, [(x + 0.35, 2.56), (x + 0.35, 3.2)], GATES["o"]["color"])
        label(ax, x - 1.15, 2.52, f"$c_{t - 1}$")
        label(ax, x - 1.15, 1.62, f"$h_{t - 1}$", GATES["o"]["color"])
        label(ax, x, 0.15, f"$x_{t}$")
        label(ax, x + 0.35, 3.42, f"$h_{t}$", GATES["o"]["color"])
    x = 2.3 * T + 0.1
    arrow(ax, [(x, 2.25), (x + 1, 2.25)], lw=2.6)
    arrow(ax, [(x, 1.35), (x + 1, 1.35)], GATES["o"]["color"])
    label(ax, x + 0.5, 2.52, f"$c_{T}$")
    label(ax, x + 0.5, 1.62, f"$h_{T}$", GATES["o"]["color"])
    return ax
