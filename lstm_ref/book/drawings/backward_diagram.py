"""Who uses whom in two steps of an LSTM, and the ways an error takes back."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from lstm_ref.book.drawings.shapes import INK, PALE, arrow, canvas, label, tint
from lstm_ref.book.style import GATES, STATES

C, H = STATES["c"]["color"], "#7A3FA0"
ROWS = {"c": 5.0, "h": 1.15}
GATE = {"f": 4.3, "i": 3.5, "c_tilde": 2.7, "o": 1.9}  # heights of the gates of step t + 1
NOW, GATES_AT, NEXT = 0.75, 4.75, 8.65
WIDE, HIGH = 0.62, 0.34  # of a box, from its middle
# What an error is multiplied with on its way back from c_{t+1}, and from h_{t+1} for o.
FACTORS = {"f": r"\odot\, c_t", "i": r"\odot\, \tilde{c}_{t+1}", "c_tilde": r"\odot\, i_{t+1}"}
FACTORS |= {"o": r"\odot \tanh(c_{t+1})"}


def paths(ax: Axes, highlight: str | None = None, back: bool = False) -> Axes:
    """c_t and h_t, the gates of step t + 1, c_{t+1} and h_{t+1}, and who uses whom.

    The thick line is the way along the cell state, the dashed lines lead through h_t and the
    gates. back: the arrows are those of the errors, with what each error is multiplied with.
    highlight: "direct" or "through h" draws the other way pale. The figure should be about 4.8 by
    3.1 inches. Returns ax.
    """
    if highlight not in (None, "direct", "through h"):
        raise ValueError(f'highlight: expected "direct", "through h" or None, got {highlight!r}')
    canvas(ax, 9.5, 6.1)
    direct, through = highlight != "through h", highlight != "direct"
    _direct(ax, C if direct else PALE, back)
    _through(ax, through, back)
    _nodes(ax, through, back)
    if back:
        _factors(ax, direct, through)
    label(ax, GATES_AT, 5.82, "step $t+1$", "#555555", 10)
    label(ax, NOW, 5.82, "step $t$", "#555555", 10)
    return ax


def _way(ax, start, end, back, color, **look):
    arrow(ax, [end, start] if back else [start, end], color, **look)


def _direct(ax, color, back):
    """c_t -> c_{t+1}."""
    _way(ax, (NOW + WIDE, ROWS["c"]), (NEXT - WIDE, ROWS["c"]), back, color, lw=4)


def _through(ax, on, back):
    """c_t -> h_t -> gates of the next step -> c_{t+1} and h_{t+1}."""
    color = H if on else PALE
    for x in (NOW, NEXT):
        ink = color if x == NOW else INK if on else PALE
        down = (x, ROWS["c"] - HIGH), (x, ROWS["h"] + HIGH)
        _way(ax, *down, back, ink, lw=2.2, linestyle="--")
    for name, y in GATE.items():
        line = GATES[name]["color"] if on else PALE
        start = NOW + WIDE, ROWS["h"]
        _way(ax, start, (GATES_AT - 0.4, y), back, color, lw=1.4, linestyle="--")
        end = (NEXT - WIDE, ROWS["c"] - 0.14) if name != "o" else (NEXT - WIDE, ROWS["h"] + 0.1)
        _way(ax, (GATES_AT + 0.4, y), end, back, line, lw=1.6, linestyle="--")


def _nodes(ax, through, back):
    for x, when in ((NOW, "t"), (NEXT, "t+1")):
        for name in ("c", "h"):
            _node(ax, x, ROWS[name], f"${name}_{{{when}}}$", INK)
        color = INK if through else PALE
        _way(ax, (x, ROWS["h"] - HIGH), (x, 0.1), back, color, lw=1.4)
        end = f"$e_{{{when}}}$" if back else "$E$"
        label(ax, x - 0.12, 0.25, end, INK, 11, ha="right")
    for name, y in GATE.items():
        color = GATES[name]["color"] if through else PALE
        _node(ax, GATES_AT, y, GATES[name]["label"], color, tint(color, 0.25), 0.4)


def _factors(ax, direct, through):
    """Each on its arrow."""
    ink = INK if through else "#767676"
    _on(ax, GATES_AT, ROWS["c"], r"$\odot\, f_{t+1}$", INK if direct else "#767676", 12)
    label(ax, NOW + 0.15, 4.22, r"$\odot\, o_t\, \odot$", ink, 10, ha="left")
    label(ax, NOW + 0.15, 3.8, r"$(1 - \tanh^2 c_t)$", ink, 10, ha="left")
    for name, y in GATE.items():
        letter = r"\tilde{c}" if name == "c_tilde" else name
        matrix = "W_{" + letter.replace(r"\tilde{c}", "c") + r"h}^\top"
        share = 0.68
        x = NOW + WIDE + share * (GATES_AT - NOW - WIDE - 0.4)
        _on(ax, x, ROWS["h"] + share * (y - ROWS["h"]), f"${matrix}$", ink)
        end = (ROWS["c"] - 0.14) if name != "o" else ROWS["h"] + 0.1
        share = 0.42
        x = GATES_AT + 0.4 + share * (NEXT - WIDE - GATES_AT - 0.4)
        _on(ax, x, y + share * (end - y), f"${FACTORS[name]}$", ink)


def _on(ax, x, y, text, ink, size=10):
    """Text on an arrow, on white."""
    box = dict(facecolor="white", edgecolor="none", pad=0.8)
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color=ink, bbox=box, zorder=5)


def _node(ax, x, y, text, color, fill="white", wide=WIDE):
    corner = x - wide, y - HIGH
    look = dict(lw=1.8, edgecolor=color, facecolor=fill, zorder=4)
    shape = "round,pad=0,rounding_size=0.3"
    ax.add_patch(FancyBboxPatch(corner, 2 * wide, 2 * HIGH, boxstyle=shape, **look))
    ax.text(x, y, text, ha="center", va="center", fontsize=12, color=INK, zorder=5)
