"""What the formulas of a cell take for granted, said below them: kinks, numbers, what is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import FUNCTIONS

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.typeset.printer import Printer

# Word -> (left, right) of a line of LaTeX, a sentence.
KINKS = {
    "relu": (
        r"\operatorname{relu}'(0)",
        "0",
        "The derivative of relu is step: 1 for a positive argument, else 0, at 0 too.",
    ),
    "abs": (
        r"\operatorname{abs}'(0)",
        "0",
        "The derivative of abs is sign, the sign of its argument, and 0 at 0.",
    ),
    "max": (
        r"\frac{\partial \max(u, v)}{\partial u}",
        r"\frac{1}{2} \text{ where } u = v",
        "Where the arguments of max are equal, each gets half of the derivative.",
    ),
    "min": (
        r"\frac{\partial \min(u, v)}{\partial u}",
        r"\frac{1}{2} \text{ where } u = v",
        "Where the arguments of min are equal, each gets half of the derivative.",
    ),
}


def kinks(cell: Cell) -> list[str]:
    """The words of those functions in the equations that have a kink, in the order of `KINKS`."""
    used = {FUNCTIONS.get(call) for e in cell.equations.values() for call in _calls(e.expr)}
    return [word for word in KINKS if word in used]


def _calls(expr):
    yield expr.func
    for argument in expr.args:
        yield from _calls(argument)


def sentences(cell: Cell, style: Printer, quote: str = "") -> list[str]:
    """Everything in words, a sentence each; quote: what stands before and behind a formula."""
    found = [KINKS[word][2] for word in kinks(cell)]
    values = [
        f"{quote}{style.line(left)} = {style.line(tree.Number(value))}{quote}"
        for left, value in _constants(cell)
    ]
    if values:
        found.append(f"Numbers with a name: {', '.join(values)}.")
    if cell.fixed:
        names = (quote + style.line(tree.Parameter(name)) + quote for name in cell.fixed)
        found.append(f"Given, not learned: {', '.join(names)}.")
    return found


def rows(cell: Cell, style: Printer) -> list[str]:
    """The same as lines of an `aligned` block."""
    found = [f"{KINKS[word][0]} &= {KINKS[word][1]}" for word in kinks(cell)]
    for left, value in _constants(cell):
        found.append(f"{style.line(left)} &= {style.line(tree.Number(value))}")
    for name in cell.fixed:
        found.append(rf"{style.line(tree.Parameter(name))} &\quad \text{{is given}}")
    return found


def _constants(cell):
    return [(tree.Constant(name), value) for name, value in cell.constants.items()]
