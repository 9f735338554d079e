"""Pictures of chapter "Checking gradients": which check sees which mistake, and what is wrong.

The kill matrix takes arrays; formulas are derived: the terms of a cell's right backward pass are
compared with those of a mistake, what is missing is struck out and what stands in its place is
framed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lstm_ref.optional import needs

with needs(__name__):
    from matplotlib.axes import Axes

from lstm_ref.check.summands import recipe
from lstm_ref.derive import tree
from lstm_ref.derive.expressions import at
from lstm_ref.derive.typeset import latex, lines
from lstm_ref.derive.typeset.lines import Line
from lstm_ref.derive.typeset.summands import Writer
from lstm_ref.mistakes.edits import Mistake

SEEN, BLIND = "#332288", "#f1e9d8"


def kill_matrix(ax: Axes, mistakes: Sequence[str], checks: Sequence[str], seen: ArrayLike) -> Axes:
    """Which check sees which mistake: a dark field with a dot is seen, a pale one with a ring not.

    mistakes: n names, from top to bottom; checks: m names, from left to right, short words (a
    space breaks the line); seen (n, m): True where the check would tell. Above each column stands
    how many it sees. The figure should be 4.8 inches wide and 0.2 high per mistake.
    Returns ax. Raises ValueError for other shapes.
    """
    seen = np.asarray(seen, dtype=bool)
    if seen.shape != (len(mistakes), len(checks)):
        shape = len(mistakes), len(checks)
        raise ValueError(f"seen: expected shape {shape}, got {seen.shape}")
    for row, column in np.ndindex(seen.shape):
        _field(ax, column, row, seen[row, column])
    ax.set_xlim(-0.5, len(checks) - 0.5)
    ax.set_ylim(len(mistakes) - 0.5, -0.5)
    ax.set_yticks(range(len(mistakes)), mistakes)
    counts = (f"{count}/{len(mistakes)}" for count in seen.sum(axis=0))
    heads = [f"{name}\n{n}".replace(" ", "\n") for name, n in zip(checks, counts, strict=True)]
    ax.set_xticks(range(len(checks)), heads)
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _field(ax, x, y, seen):
    """Told apart without colour too: a full dot on dark, an empty ring on pale ground."""
    ax.bar(x, 0.9, bottom=y - 0.45, width=0.94, color=SEEN if seen else BLIND)
    face, edge = ("white", "white") if seen else ("none", "#8a7a55")
    ax.plot(x, y, "o", ms=4.5, markerfacecolor=face, markeredgecolor=edge, markeredgewidth=1.2)


def equation(mistake: Mistake) -> latex.Formula:
    """The error terms that a mistake changes, as a `latex.Formula`.

    mistake: a `mistakes.Mistake` of the backward pass. A summand or a slope that it leaves out is
    struck out; what it puts there instead is framed. Raises ValueError if it changes neither
    terms nor slopes: mistakes in sums over steps, in the forward pass, at the ends.
    """
    cell, right = mistake.cell, recipe(mistake.cell)
    wrong = mistake.edit(right) if mistake.edit and mistake.wrong == "backward" else right
    found = {name: _marked(cell, name, right, wrong) for name in reversed(cell.equations)}
    rows = [Line(tree.Delta(name), (node,)) for name, node in found.items() if node is not None]
    if not rows:
        raise ValueError(f"mistake: {mistake.name} changes no error term")
    return latex.aligned(rows, latex.printer(cell))


def _marked(cell, name, right, wrong):
    """δ of a signal with the changes marked, None if there are none."""
    old, new = right.terms[name], wrong.terms[name]
    slopes = right.slopes[name], wrong.slopes[name]
    if old == new and slopes[0] == slopes[1]:
        return None
    writer = Writer(cell)
    found: list[tree.Node] = [tree.Outside()] if name == cell.output else []
    kept = {_place(term): term for term in new}
    for term in old:
        node, other = writer.term(term), kept.pop(_place(term), None)
        found.append(node if other == term else struck(node))
        if other not in (term, None):
            found.append(framed(writer.term(other)))
    found += [framed(writer.term(term)) for term in kept.values()]
    return _with_slope(found, *(_slope(writer, value, name) for value in slopes))


def _slope(writer, value, name):
    return None if value in (None, 1) else writer.expression_of(value, at(name))


def _with_slope(parts, old, new):
    """The summands times the slope of the activation, a changed slope struck out."""
    if old == new:
        return tree.total(parts) if old is None else lines.times(parts, old)
    factors = [struck(old)] if old is not None else []
    factors += [framed(new)] if new is not None else []
    return lines.times(parts, tree.product(*factors))


def _place(term):
    return term.by, term.lag, str(term.via)


def struck(node: tree.Node) -> tree.Marked:
    """Something that is missing."""
    return tree.Marked("cancel", node)


def framed(node: tree.Node) -> tree.Marked:
    """Something that stands there and should not."""
    return tree.Marked("boxed", node)
