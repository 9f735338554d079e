"""Variants of the LSTM as drawings: what was taken out, what was put in.

The parts of a drawing are read from the declaration of the cell, so a reader's own variant is
drawn like those of the catalogue. Three looks: as in `cell_diagram`; taken out, pale and dashed;
put in, on a yellow stripe. The GRU, which has other parts, is in `gru_diagram`.
"""

from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from lstm_ref.book.drawings.cell_diagram import (
    ACTIVATION,
    ADD,
    BELT,
    BUS,
    EXIT,
    LAYER,
    MIDDLE,
    STACK,
    X,
)
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
from lstm_ref.book.style import GATES
from lstm_ref.derive import catalogue
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import at, tanh

MARK = "#f6e05e"  # the stripe under what is new; nothing else has this colour
DASHED = (0, (3, 2))
SIGNALS = {"h", "c", "c_tilde", "f", "i", "o"}
TOP, SIDE = LAYER + 0.49, 0.475  # of a layer: its upper edge; half of its width
PEEP = 4.2  # height of the peepholes of f and i


def parts(cell: Cell) -> set[str]:
    """What a drawing of a declared cell has: gates "f", peepholes "w_fc", "f = 1 - i" and so on.

    Raises ValueError for a cell that is not an LSTM with some parts more or less.
    """
    names = set(cell.equations)
    if names - SIGNALS or not {"h", "c", "c_tilde"} <= names or "S" in cell.letters:
        raise ValueError(f"cell: {cell.name} is not an LSTM with some parts more or less")
    found = {g for g in "fio" if g in names}
    found |= {w for w in cell.vectors if w.startswith("w_")}
    found |= {"R" for name in cell.matrices if name.startswith("R_")}
    if cell.equations["c_tilde"].activation is not None:
        found.add("tanh of candidate")
    if cell.equations["h"].expr.has(tanh(at("c"))):
        found.add("tanh of c")
    if "f" not in names and cell.equations["c"].expr.has(1 - at("i")):
        found.add("f = 1 - i")
    return found


def variant(ax: Axes, name: str | Cell, base: str | Cell = "VANILLA") -> Axes:
    """Draw a variant of the LSTM, with its difference to `base` shown; returns ax.

    name, base: names in the catalogue, or declared cells. What only `base` has is pale and
    dashed, what only the variant has lies on yellow. The figure should be about 4.8 by 3.55 inches.
    """
    new, old = (parts(catalogue.declared(c)) for c in (name, base))
    look = {p: "kept" if p in old else "new" for p in new} | dict.fromkeys(old - new, "gone")
    look["c_tilde"] = "kept"
    canvas(ax, 8.0, 5.92)
    box(ax, 4.05, 3.15, 6.3, 4.7, color=PALE, fill=FRAME, lw=1.2, back=True)
    for draw in (_belt, _inputs, _layers, _writing, _output, _peepholes, _coupling, _recurrence):
        draw(ax, look)
    label(ax, 0.1, BELT + 0.32, "$c_{t-1}$", size=13, ha="left")
    label(ax, 7.9, BELT + 0.32, "$c_t$", size=13, ha="right")
    label(ax, 0.1, BUS + 0.56, "$h_{t-1}$", size=13, ha="left")
    label(ax, STACK - 0.15, 0.2, "$x_t$", size=13, ha="right")
    label(ax, 7.9, BUS + 0.32, "$h_t$", size=13, ha="right")
    label(ax, EXIT + 0.18, 5.7, "$h_t$", size=13, ha="left")
    return ax


def _line(ax, points, look, color=INK, **options):
    """One arrow in its look; look None draws nothing."""
    if look == "gone":
        color, options = PALE, options | {"lw": 1.5, "linestyle": DASHED}
    if look == "new":
        _stripe(ax, points)
    if look is not None:
        arrow(ax, points, color, **options)


def _stripe(ax, points):
    ax.plot(*zip(*points, strict=True), color=MARK, lw=11, zorder=1, solid_capstyle="round")


def _operator(ax, x, y, text, look, color=INK):
    """A round operation; where it was taken out, a dashed ring that lines pass through."""
    if look == "gone":
        ax.add_patch(Circle((x, y), 0.22, lw=1.5, ls=DASHED, ec=PALE, fill=False, zorder=4))
    elif look is not None:
        operator(ax, x, y, text, color)


def _belt(ax, look):
    """c_{t-1} to c_t; the product is there if anything is left that multiplies."""
    factor = "kept" if {"kept", "new"} & {look.get("f"), look.get("f = 1 - i")} else look.get("f")
    stops = [0.1, X["f"], ADD, 7.9] if factor == "kept" else [0.1, ADD, 7.9]
    for k, (start, end) in enumerate(pairwise(stops)):
        left = start + 0.22 * (k > 0)
        arrow(ax, [(left, BELT), (end - 0.22 * (end < 7.9), BELT)], lw=3)
    gate = "f" if look.get("f") in ("kept", "new") else "i"
    _operator(ax, X["f"], BELT, "⊙", factor, GATES[gate]["color"])
    operator(ax, ADD, BELT, "+")


def _inputs(ax, look):
    """h_{t-1} above x_t: one column, handed to the layers that are there."""
    arrow(ax, [(0.1, BUS + 0.24), (STACK - 0.3, BUS + 0.24)])
    arrow(ax, [(STACK, 0.02), (STACK, BUS - 0.5)], zorder=2.6)
    column(ax, STACK, BUS, 0.54, 0.96, "$h$", "$x$")
    edge, entry = STACK + 0.27, LAYER - 0.5
    there = [g for g in X if look.get(g) in ("kept", "new")]
    last = X[there[-1]]
    if look.get("o") == "gone":
        _line(ax, [(last, BUS), (X["o"], BUS), (X["o"], entry)], "gone")
    arrow(ax, [(edge, BUS), (last, BUS), (last, entry)])
    for g in X:
        if X[g] < last and look.get(g):
            _line(ax, [(X[g], BUS), (X[g], entry)], "gone" if look[g] == "gone" else "kept")
            if g in there:
                dot(ax, X[g], BUS)


def _layers(ax, look):
    """The learned layers, and the ways up of f and o."""
    for g, x in X.items():
        if look.get(g) == "gone":
            _ghost(ax, x, LAYER, 2 * SIDE, 0.98, GATES[g]["label"], 14)
        elif g in look:
            if look[g] == "new":
                _stripe(ax, [(x, LAYER - 0.5), (x, LAYER + 0.5)])
            squash = g == "c_tilde" and look.get("tanh of candidate") != "kept"
            text = "" if squash else ACTIVATION[g]
            layer(ax, x, LAYER, GATES[g]["label"], text, GATES[g]["color"])
    squash = look.get("tanh of candidate")
    if squash == "gone":
        _ghost(ax, X["c_tilde"], LAYER - 0.265, 0.8, 0.32, "tanh", 10)
    elif squash == "new":
        box(ax, X["c_tilde"], LAYER - 0.265, 0.8, 0.32, "tanh", fill=MARK, size=10, lw=1)
    for g, end in (("f", BELT), ("o", MIDDLE)):
        if g == "f" and look.get("f") == "gone" and "f = 1 - i" in look:
            end = TOP + 0.4
        _line(
            ax,
            [(X[g], TOP), (X[g], end - 0.22)],
            look.get(g),
            GATES[g]["color"],
            lw=2.2,
            zorder=2.6,
        )


def _ghost(ax, x, y, w, h, text, size):
    """The dashed outline of a box that is no longer there."""
    corner = (x - w / 2, y - h / 2)
    ax.add_patch(Rectangle(corner, w, h, lw=1.5, ls=DASHED, ec=PALE, fc=FRAME, zorder=4.5))
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color="#8a8a8a", zorder=5)


def _writing(ax, look):
    """What is written: i ⊙ c̃, carried up to the belt."""
    c_tilde, i = GATES["c_tilde"]["color"], look.get("i")
    way = [(X["c_tilde"], TOP), (X["c_tilde"], MIDDLE), (ADD + 0.22, MIDDLE)]
    if i in ("kept", "new"):
        arrow(ax, way, c_tilde, lw=2.2)
        arrow(ax, [(ADD, MIDDLE + 0.22), (ADD, BELT - 0.22)])
    else:
        arrow(ax, [*way[:2], (ADD, MIDDLE), (ADD, BELT - 0.22)], c_tilde, lw=2.2)
    side = [(X["i"], TOP), (X["i"], MIDDLE), (ADD - 0.22, MIDDLE)]
    _line(ax, side, i, GATES["i"]["color"], lw=2.2)
    _operator(ax, ADD, MIDDLE, "⊙", i, GATES["i"]["color"])


def _output(ax, look):
    """What is read: tanh of the cell state, times o; out to the right and up."""
    x, squash, o = X["o"], look.get("tanh of c"), look.get("o")
    dot(ax, x, BELT)
    if squash == "gone":
        _ghost(ax, x, BELT - 0.5, 0.86, 0.36, "tanh", 10)
    elif squash is not None:
        arrow(ax, [(x, BELT), (x, BELT - 0.31)])
        fill = MARK if squash == "new" else "white"
        box(ax, x, BELT - 0.5, 0.86, 0.38, "tanh", fill=fill, size=10, round=0.19)
    start = (x, BELT - 0.69 if squash in ("kept", "new") else BELT)
    if o in ("kept", "new"):
        arrow(ax, [start, (x, MIDDLE + 0.22)])
        arrow(ax, [(x + 0.22, MIDDLE), (EXIT, MIDDLE)], head=False)
    else:
        arrow(ax, [start, (x, MIDDLE), (EXIT, MIDDLE)], head=False)
    _operator(ax, x, MIDDLE, "⊙", o, GATES["o"]["color"])
    arrow(ax, [(EXIT, MIDDLE), (EXIT, BUS), (7.9, BUS)])
    dot(ax, EXIT, MIDDLE)
    gap(ax, EXIT, BELT)
    arrow(ax, [(EXIT, MIDDLE), (EXIT, 5.87)], zorder=2.6)


def _peepholes(ax, look):
    """From c_{t-1} into f and i, from c_t into o."""
    start, f, i, o = (1.5, BELT), look.get("w_fc"), look.get("w_ic"), look.get("w_oc")
    way_f = [start, (1.5, PEEP), (X["f"] - 0.33, PEEP), (X["f"] - 0.33, TOP)]
    way_i = [start, (1.5, PEEP), (X["i"] - 0.33, PEEP), (X["i"] - 0.33, TOP)]
    # What was taken out comes first, so that the other lies on the piece they share.
    for its, way in sorted([(f, way_f), (i, way_i)], key=lambda item: item[0] != "gone"):
        _line(ax, way, its)
    if i is not None and {"f", "f = 1 - i"} & set(look):
        gap(ax, X["f"], PEEP, MARK if "new" in (i, look.get("f = 1 - i")) else FRAME)
    turn, end = (5.13, TOP + 0.38), (X["o"] - 0.33, TOP)
    _line(ax, [(5.13, BELT), turn, (end[0], turn[1]), end], o)
    there = ("kept", "new")
    for at_belt, on in ((start, f in there or i in there), ((5.13, BELT), o in there)):
        if on:
            dot(ax, *at_belt)
    if f in there and i in there:
        dot(ax, X["f"] - 0.33, PEEP)


def _coupling(ax, look):
    """The way from i to the product on the belt: 1 - i in place of f."""
    if look.get("f = 1 - i") not in ("kept", "new"):
        return
    x, y = X["f"], TOP + 0.33
    way = [(X["i"], y), (x, y), (x, BELT - 0.22)]
    if look.get("w_ic"):
        gap(ax, X["i"] - 0.33, y, MARK if look["f = 1 - i"] == "new" else FRAME)
    _line(ax, way, look["f = 1 - i"], GATES["i"]["color"], lw=2.2, zorder=2.6)
    dot(ax, X["i"], y, GATES["i"]["color"])
    box(ax, x, 3.77, 0.62, 0.36, "1 −", GATES["i"]["color"], size=10, round=0.18)


def _recurrence(ax, look):
    """The gates of the step before, into all three gates."""
    if look.get("R") not in ("kept", "new"):
        return
    y, entry = 0.5, LAYER - 0.5
    ends = [X[g] + 0.27 for g in "fio" if look.get(g)]
    for x in ends:
        if x < ends[-1]:
            gap(ax, x, BUS)
            _line(ax, [(x, y), (x, entry)], look["R"], zorder=2.6)
            dot(ax, x, y)
    _line(ax, [(0.1, y), (ends[-1], y), (ends[-1], entry)], look["R"], zorder=2.3)
    label(ax, 3.9, 0.2, "$f, i, o$ of the step before", size=10, ha="left")
