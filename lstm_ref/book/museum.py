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
from lstm_ref.derive.expressions import at
from lstm_ref.derive.typeset import latex, lines
from lstm_ref.derive.typeset.alphabets import Latex
from lstm_ref.derive.typeset.printing import grouped, show
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
    rows = []
    for name in reversed(cell.equations):
        pieces = _pieces(cell, name, right, wrong)
        if pieces:
            rows.append((Latex().delta(name), [pieces]))
    if not rows:
        raise ValueError(f"mistake: {mistake.name} changes no error term")
    return latex._aligned(rows)


def _pieces(cell, name, right, wrong):
    """Summands of δ of a signal with the changes marked, None if there are none."""
    old, new = right.terms[name], wrong.terms[name]
    slopes = right.slopes[name], wrong.slopes[name]
    if old == new and slopes[0] == slopes[1]:
        return None
    style, found = Latex(), []
    if name == cell.output:
        found.append(style.outside())
    kept = {_place(term): term for term in new}
    for term in old:
        text = lines.term_text(cell, term, style)
        other = kept.pop(_place(term), None)
        _join(found, text if other == term else struck(text))
        if other not in (term, None):
            _join(found, framed(lines.term_text(cell, other, style)))
    for term in kept.values():
        _join(found, framed(lines.term_text(cell, term, style)))
    return found if slopes == (None, None) else _with_slope(name, found, slopes)


def _with_slope(name, pieces, slopes):
    """The summands times the slope of the activation, a changed slope struck out."""
    old, new = (_factor(value, name) for value in slopes)
    style = Latex()
    if old == new:
        return lines.times(pieces, old, style)
    if old:
        pieces = lines.times(pieces, struck(old), style)
    elif len(pieces) > 1:  # brackets without a slope behind them
        left, right = style.wide
        pieces = [left + pieces[0], *pieces[1:-1], pieces[-1] + right]
    return [*pieces, rf"\odot {framed(new)}"] if new else pieces


def _factor(slope, name):
    if slope in (None, 1):
        return ""
    ranked = Latex().ranked([at(name)])
    return show(slope, ranked) if slope.is_Mul else grouped(slope, ranked)


def _place(term):
    return term.by, term.lag, str(term.via)


def _join(pieces, text):
    sign = "" if not pieces else "+ "
    pieces.append(sign + text)


def struck(text: str) -> str:
    """LaTeX of something that is missing."""
    return rf"\cancel{{{text}}}"


def framed(text: str) -> str:
    """LaTeX of something that stands there and should not."""
    return rf"\boxed{{{text}}}"
