"""The card of a cell: all its equations forwards and backwards, in the order of computing.

Everything on it is derived from the declaration. A page shows it as LaTeX (`Card`), and `draw`
sets it on one sheet of paper.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_ref.optional import needs

with needs(__name__):
    import matplotlib as mpl
    from matplotlib.figure import Figure

from lstm_ref.book.style import GATES, RC
from lstm_ref.derive import terms
from lstm_ref.derive.expressions import at
from lstm_ref.derive.typeset import latex, lines
from lstm_ref.derive.typeset.lines import Line

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

# Part of `latex.document` -> its heading on the card, its lines, when it is computed.
BLOCKS = {
    "Equations": ("Forwards", lines.equations, "for $t = 1, \\dots, T$, from $h_0$ and $c_0$"),
    "Error terms": ("Backwards", lines.results, "for $t = T, \\dots, 1$, line by line"),
    "Weight gradients": (
        "Gradients",
        lines.gradients,
        "sums over all steps",
    ),
    "Error passed on": ("Passed on", lines.passed_on, "to the layer below, and to step 0"),
}
STACKED = "All gates at once", "their matrices, biases and error terms on top of each other"
# Where every gate reads h_{t-1} and x_t through a matrix each, and nothing else.
AT_ONCE = (
    (r"\delta_{h,t}", r"e_t + W_h^\top\,\delta_{t+1}"),
    (r"\frac{\partial E}{\partial\,[W_h\;W_x]}", r"\sum_t \delta_t\,[h_{t-1};\,x_t]^\top"),
    (r"\frac{\partial E}{\partial b}", r"\sum_t \delta_t"),
    (r"\frac{\partial E}{\partial x_t}", r"W_x^\top\,\delta_t"),
)
SAID = (
    r"$\delta$ of a gate or the candidate is $\partial E/\partial\mathrm{net}$, that of a state"
    r" $\partial E/\partial h_t$ or $\partial E/\partial c_t$, along all ways.",
    r"$e_t$ enters at $h_t$ from outside, from a loss or from the layer above.",
    r"Behind the last step every $\delta$ is zero; an error at the last states is added to"
    r" $\delta_{h,T}$ and $\delta_{c,T}$.",
    r"$\odot$ is the product unit by unit. In a batch a sample is a column, and a bias sums over"
    r" the columns too.",
    r"To be kept of every step: $x_t$, $h_{t-1}$, $c_{t-1}$, $c_t$, the gates and the candidate.",
)
FRACTION = re.compile(r"\\frac\{(.*?)\}\{(.*)\}")
INK = "#222222"


class Card:
    """All formulas of an LSTM as a notebook renders them; `parts` are those of `latex.document`.

    cell: declared, with states h and c. width: about how many letters fit on a line.
    """

    def __init__(self, cell: Cell, colour: bool = True, width: int | None = latex.LETTERS) -> None:
        style = latex.printer(cell, colour, width)
        self.parts = {
            name: latex.aligned(found(cell), style) for name, (_, found, _) in BLOCKS.items()
        }
        self.at_once = AT_ONCE if can_be_stacked(cell) else ()

    def _repr_markdown_(self):
        blocks = [
            f"**{heading}**, {when}:\n\n$$\n{self.parts[name]}\n$$"
            for name, (heading, _, when) in BLOCKS.items()
        ]
        if self.at_once:
            rows = " \\\\\n".join(f"{left} &= {right}" for left, right in self.at_once)
            heading, when = STACKED
            blocks.append(
                f"**{heading}**, {when}:\n\n$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"
            )
        return "\n\n".join([*blocks, "\n".join(f"- {line}" for line in SAID)])

    def __repr__(self):
        return "\n\n".join(self.parts.values())


def can_be_stacked(cell: Cell) -> bool:
    """Does every gate read h[t-1] and x[t], each through its matrix, and h nothing else read?"""
    gates = {name[0] for name, e in cell.equations.items() if e.activation is not None}
    read = {f"W_{g}{v}": v for g in gates for v in "hx"}
    if {*cell.matrices} != {*read} or {*cell.vectors} != {f"b_{g}" for g in gates}:
        return False
    found = {n: {p.v for p in terms.products(cell, n)} for n in read}
    later = (term for term in terms.of(cell, "h") if term.lag)
    wanted = {"h": {at("h", 1)}, "x": {at("x")}}
    return all(found[n] == wanted[v] for n, v in read.items()) and all(t.via for t in later)


def draw(cell: Cell, foot: str = "") -> Figure:
    """The card of an LSTM on one upright sheet of A4; returns the figure, with the same bytes.

    cell: declared, with states h and c. foot: a line at the bottom.
    Raises ValueError for a cell with more lines than fit on a sheet.
    """
    sheet = Figure(figsize=(8.27, 11.69), layout=None)
    paper = _Paper(sheet, latex.printer(cell, width=None))
    paper.text(f"{cell.name}: all equations, forwards and backwards", 17, 1.6)
    for name, (heading, found, when) in BLOCKS.items():
        rows = [*found(cell)]
        paper.heading(heading, when)
        if name == "Weight gradients":
            paper.gradients(rows)
        else:
            for k, row in enumerate(rows, 1):
                paper.derived(row, k if name == "Error terms" else 0)
        paper.down(0.6)
    if can_be_stacked(cell):
        paper.heading(*STACKED)
        for left, right in AT_ONCE:
            paper.row(left, right)
        paper.down(0.6)
    for line in SAID:
        paper.text(line, 9.5, 0.8)
    if paper.y < 0.045:
        raise ValueError(f"cell: {cell.name} has more lines than fit on a sheet")
    sheet.text(0.07, 0.025, foot, fontsize=8.5, color="#555555")
    return sheet


def write(cell: Cell, path: Path | str, foot: str = "") -> None:
    """The card as a PDF of one page; the same cell gives the same bytes."""
    with mpl.rc_context({**RC, "pdf.fonttype": 42}):
        draw(cell, foot).savefig(path, format="pdf", metadata={"CreationDate": None})


class _Paper:
    """Lines of text and of formulas below each other."""

    LINE = 0.0192  # of the height of the sheet

    def __init__(self, sheet, style):
        self.sheet, self.style, self.y = sheet, style, 0.945

    def down(self, lines):
        self.y -= lines * self.LINE

    def text(self, text, size, lines, x=0.07):
        self.sheet.text(x, self.y, text, fontsize=size, color=INK)
        self.down(lines)

    def heading(self, heading, when):
        self.text(f"{heading}, {when}", 11.5, 1.35)

    def derived(self, line, number=0):
        """A derived line, in the colour of its gate, with its place in the order of computing."""
        if number:
            self.sheet.text(0.07, self.y, f"{number}.", fontsize=10, color="#555555")
        self.row(*self._sides(line), 0.21, _colour(line.left))

    def _sides(self, line: Line) -> tuple[str, str]:
        style = self.style.at_start() if line.start else self.style
        return style.line(line.left), style.line(line.rights[-1])

    def row(self, left, right, x=0.21, color=INK):
        """Both sides of an equation; its sign stands at x."""
        left = FRACTION.sub(r"\1/\2", left)  # on one line, so that all lines are equally high
        right = right.replace(r"\sum_t", r"\Sigma_t\,")
        self.sheet.text(x, self.y, f"${left}$", fontsize=12, ha="right", color=color)
        self.text(f"$= {right}$", 12, 1.3, x + 0.008)

    def gradients(self, rows):
        """Those of one gate beside each other."""
        gates: dict[str, list[Line]] = {}
        for row in rows:
            gates.setdefault(row.left.below.name.partition("_")[2][0], []).append(row)
        for found in gates.values():
            top = self.y
            for k, row in enumerate(found):
                self.y = top
                self.row(*self._sides(row), 0.15 + 0.9 * k / max(3, len(found)))


def _colour(left):
    """The colour of a gate for its own lines."""
    return GATES.get(getattr(left, "name", ""), {"color": INK})["color"]
