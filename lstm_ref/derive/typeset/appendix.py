"""A derivation as an appendix of a paper: LaTeX that needs amsmath and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_ref.derive.expressions import SPREAD
from lstm_ref.derive.typeset import latex, rules

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = r"""% {title}
% Derived by lstm_ref. Needs \usepackage{{amsmath}}; goes below a heading of yours."""
NOTATION = (
    r"Vectors are columns; $\odot$ and fractions work unit by unit, and $^\top$ transposes.",
    r"$E$ is the error, and $e_t$ what enters of it at the output of step $t$ from outside.",
    r"$\delta_{u,t}$ is $\partial E / \partial \mathrm{net}_{u,t}$ where $u_t$ is a function of one"
    r" weighted input $\mathrm{net}_{u,t}$, and $\partial E / \partial u_t$ elsewhere.",
    r"All derivatives are total; behind the last step every $\delta$ is zero.",
    r"$\sum_t$ runs over all steps and samples.",
)
ONES = (
    r"$\mathbf{1}$ is a vector of ones, as long as what it goes with; a number beside a matrix"
    r" stands in every entry."
)
S = r"$S$ hands each gate of a block to all cells of that block."


def appendix(cell: Cell, width: int | None = latex.LETTERS, jacobian: bool = False) -> str:
    """The whole derivation as paragraphs with `align*` in them, which break across pages.

    width: about how many letters fit on a line. jacobian: with ∂s_t/∂r_{t-1} of all states.
    """
    blocks = latex.document(cell, width)
    ones = any(r"\mathbf{1}" in block for block in blocks.values())
    notation = [*NOTATION, *[ONES] * ones, *_words(cell)]
    parts = [HEAD.format(title=" ".join(f"{cell.name}: {cell.title}".split()))]
    parts += ["{\\allowdisplaybreaks", _paragraph("Notation", "\n".join(notation))]
    for heading, block in blocks.items():
        if heading in latex.PARTS:
            parts.append(_paragraph(heading, _displayed(block)))
    if jacobian:
        parts.append(_paragraph("One step", _displayed(latex.jacobian(cell, width=width))))
    return "\n\n".join([*parts, "}"])


def _words(cell):
    spreads = any(SPREAD in e.expr.free_symbols for e in cell.equations.values())
    return [S] * spreads + rules.sentences(cell, latex.printer(cell, False, None), quote="$")


def _paragraph(heading, body):
    return f"\\paragraph{{{heading}.}}\n{body}"


def _displayed(block):
    inside = block.removeprefix("\\begin{aligned}").removesuffix("\\end{aligned}")
    return f"\\begin{{align*}}{inside}\\end{{align*}}"
