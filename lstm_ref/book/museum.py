"""The museum of chapter "Checking gradients": wrong equations, with the change marked in them.

In the right equation, what a mistake leaves out is struck out, and what it has instead is framed.
The marks are those of `diagnose`: of what it has read, or of what it knows about a known mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lstm_ref.derive import catalogue, tree
from lstm_ref.derive import table as tables
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.typeset import latex
from lstm_ref.derive.typeset.alphabets import Latex
from lstm_ref.diagnose import naming
from lstm_ref.diagnose.diagnosis import diagnose
from lstm_ref.diagnose.wording import Formula, formulas
from lstm_ref.diagnose.wording.formulas import Formulas, Theirs, subject

SIZES = {"T": 4, "B": 2, "D": 9, "H": 10}  # of the vectors on which an edit is written out
MOST = 3  # equations of one mistake that are all shown
DOTS = r"\dots"
SEEN, BLIND = "#332288", "#f1e9d8"  # colours of what a check sees and of what it misses
NOTHING = "`diagnose`: *all numbers agree.*"

# What is no edit of single places, typed: in an LSTM, the first of the equations that change.
TYPED = {
    "bias-of-o-in-f-and-i": r"f_t = \sigma(\dots + \cancel{b_f} \boxed{b_o})",
    "state-is-tanh-c": r"c_t = \boxed{\tanh}(f_t \odot c_{t-1} + i_t \odot \tilde{c}_t)",
    "output-not-squashed-backward-is": r"h_t = o_t \odot \cancel{\tanh(c_t)} \boxed{c_t}",
    "h-path-without-carousel": (
        r"\delta_{h,t} = \dots + W_{fh}^\top\,\bigl(\cancel{\delta_{c,t+1}} "
        r"\boxed{\delta_{h,t+1} \odot o_{t+1} \odot \dots} \odot \dots\bigr)"
    ),
    "dh-overwritten": (
        r"\delta_{c,t} = \dots + f_{t+1} \odot "
        r"\bigl(\cancel{\delta_{h,t+1}} \boxed{\delta_{h,t}} \odot \dots\bigr)"
    ),
    "published-gate-formulas": (
        r"\delta_{i,t} = \delta_{c,t+1} \odot f_{t+1} \odot \tilde{c}_t \odot "
        r"\cancel{i_t \odot (1 - i_t)} + \dots"
    ),
    "exercise-notebook": (
        r"\delta_{f,t} = \delta_{c,t} \odot c_{t-1} \odot "
        r"\cancel{f_t \odot \left(1 - f_t\right)} \boxed{\sigma(f_t)}"
    ),
    "slopes-with-bias-of-o": (
        r"\delta_{f,t} = \delta_{c,t} \odot c_{t-1} \odot \sigma'(W_{fh}\,h_{t-1} + W_{fx}\,x_t + "
        r"\cancel{b_f} \boxed{b_o})"
    ),
    "bias-copied": (
        r"\frac{\partial E}{\partial b_i} = \sum_t \cancel{\delta_{i,t}} \boxed{\delta_{f,t}}"
    ),
    "last-cell-error-ignored": r"\delta_{c,T} = \dots + \cancel{e_c}",
    "last-state-error-ignored": r"\delta_{h,T} = e_T + \cancel{e_h}",
    "errors-overwritten": r"e_t \leftarrow \boxed{\frac{\partial E}{\partial x_t}}",
}


def equations(name: str, cell: Cell | str = "LSTM") -> latex.Formula:
    """The equations that a known mistake of a cell changes, as an `aligned` block.

    Raises ValueError for no such name, and for a mistake that changes no single equation.
    """
    found = _written(name, cell)
    if not found:
        raise ValueError(f"name: {name} changes no single equation")
    return _block(found)


def short(name: str, cell: Cell | str = "LSTM") -> str:
    """The first of these equations on one line of LaTeX, dots for summands that stay the same.

    Raises ValueError as `equations`; for an LSTM every known mistake has one.
    """
    cell = catalogue.declared(cell)
    if cell.name == "LSTM" and name in TYPED:
        return TYPED[name]
    found = _written(name, cell)
    if not found:
        raise ValueError(f"name: {name} changes no single equation")
    formula = found[0]
    style = Latex(formula.names, start=formula.start)
    theirs = formula.theirs[0]
    when = rf" \quad ({theirs.when.removeprefix('at ')})" if theirs.when else ""
    return f"{style.line(formula.left)} = {_shortened(style, theirs.right)}{when}"


def _written(name, cell):
    """The equations of a mistake, from the edits that are stored of it."""
    table = tables.of_catalogue(catalogue.declared(cell).name)
    stored = zip(naming.known(table), naming.edits_of(table, SIZES), strict=True)
    every = next((edits for one, edits in stored if one.name == name), None)
    if every is None:
        raise ValueError(f"name: no edits are stored of {name!r} in {table.name}")
    names = ["e", *table.equations, *table.matrices, *table.vectors, *table.inputs]
    edits = sorted((e for e in every if subject(table, e)), key=lambda e: names.index(e.place[1]))
    return formulas(table, edits, SIZES) or _scaled(table, every)


def _scaled(table, edits):
    """The equation of the first gradient that is multiplied with a number."""
    scales = [edit for edit in edits if edit.place[0] == "scale"]
    if not scales:
        return []
    writer = Formulas(table, SIZES)
    name = min(scales[0].place[1], key=len).removeprefix("d")
    right = writer.of(("gradient", name), ())
    summed: Any = right.right
    theirs = tree.SumOverTime(writer.weighted(summed.body, scales[0].weight))
    return [replace(right, theirs=(Theirs("", theirs),))]


def _shortened(style, node):
    if isinstance(node, tree.Product) and isinstance(node.factors[0], tree.Sum):
        first, *more = node.factors
        factors = [rf"\left({_shortened(style, first)}\right)", *map(style.line, more)]
        return r" \odot ".join(factors)
    if not isinstance(node, tree.Sum):
        return style.line(node)
    shown, dots = "", ""
    for sign, part in node.parts:
        if shown or not _changed(part):
            dots = rf" + {DOTS}" if shown else rf"{DOTS} + "
        else:
            shown = dots + ("-" if sign < 0 else "") + style.line(part)
            dots = ""
    return shown + dots


def _changed(node):
    return any(isinstance(part, tree.Changed) for part in tree.walk(node))


def _block(found):
    return latex.Formula("\\begin{aligned}\n" + " \\\\\n".join(_rows(found)) + "\n\\end{aligned}")


def _rows(found: list[Formula]) -> Iterator[str]:
    for formula in found:
        style = Latex(formula.names, latex.LETTERS, formula.start)
        left = style.line(formula.left)
        for theirs in formula.theirs:
            first, *more = style.lines(theirs.right)
            last = rf" \quad ({theirs.when.removeprefix('at ')})" if theirs.when else ""
            rows = [f"{left} &= {first}", *(f"&\\quad {part}" for part in more)]
            yield from rows[:-1]
            yield rows[-1] + last


class Read:
    """What `diagnose` reads in the numbers of a program, for a notebook.

    Each mistake is a sentence, and its equations with the change marked where it has read them;
    equations=False: the sentences alone. mine: as for `diagnose`.
    """

    def __init__(self, mine: Any, equations: bool = True) -> None:
        self.report, self.equations = diagnose(mine), equations
        found: tuple[Any, ...] = self.report.mistakes[:1]
        self.told = [told for one in found for told in one.mistakes]

    def _repr_markdown_(self):
        return "\n\n".join(self._parts())

    def _parts(self):
        for told in self.told:
            name = f" `{told.name}`" if told.name else ""
            yield f"`diagnose`: *{told.text.splitlines()[0].partition(' [')[0]}*{name}"
            found = told.formulas if len(told.formulas) <= MOST else told.formulas[:1]
            if found and self.equations:
                yield f"$$\n{_block(found)}\n$$"
        yield from (f"`diagnose`: *{sentence}.*" for sentence in self.report.unexplained)
        if self.report.ok:
            yield NOTHING

    def __repr__(self):
        told = [one.text.splitlines()[0] for one in self.told]
        return "\n".join([*told, *self.report.unexplained] or [NOTHING])
