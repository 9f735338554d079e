"""What a variant of a cell changes on the way back: struck out and framed against another cell.

Both derivations are compared summand by summand. What is missing is struck out, what is new is
framed, and what both have is left out where it is long, so that the change is what is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lstm_ref.derive import terms, tree
from lstm_ref.derive.expressions import at
from lstm_ref.derive.typeset import latex, lines
from lstm_ref.derive.typeset.lines import Line
from lstm_ref.derive.typeset.summands import Writer

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

WIDTH = 24  # letters on a line: frames take room too
REST = tree.Parameter("⋯")  # summands that both cells have


class Differences:
    """Formulas with changes marked, and the parameters that are gone; a notebook renders it."""

    def __init__(self, rows: list[Line], gone: list[str], style: latex.Latex) -> None:
        self.rows = rows
        self.formula = latex.aligned(rows, style).replace("⋯", r"\cdots") if rows else None
        self.gone = [style.parameter(name) for name in gone]

    def _repr_markdown_(self):
        parts = [f"$$\n{self.formula}\n$$"] if self.formula else []
        if self.gone:
            names = ", ".join(f"${name}$" for name in self.gone)
            parts.append(f"Gone, with their gradients: {names}.")
        return "\n\n".join(parts) or "Nothing changes."

    def __repr__(self):
        return str(self.formula or None)


def differences(new: Cell, base: Cell, colour: bool = True) -> Differences:
    """Error terms and weight gradients in which `new` differs from `base`, with marks.

    δ of the output is left out unless its factors change: there a summand W^T δ comes and goes
    with its layer, and the matrices say that already.
    """
    rows = [line for name in reversed(new.equations) for line in _error_term(name, new, base)]
    rows += _gradients(new, base)
    params = [*new.matrices, *new.vectors]
    gone = [name for name in (*base.matrices, *base.vectors) if name not in params]
    return Differences(rows, gone, latex.printer(new, colour, WIDTH))


def _error_term(name: str, new: Cell, base: Cell) -> Iterator[Line]:
    """δ of a signal with the changes marked, or nothing where there are none."""
    if name not in base.equations:
        yield Line(tree.Delta(name), (framed(lines.total(Writer(new), name)),))
        return
    old = {_place(term): term for term in terms.of(base, name)}
    now = {_place(term): term for term in terms.of(new, name)}
    if name == new.output:  # a layer that has come or gone
        shared = old.keys() & now.keys()
        old, now = ({k: v for k, v in found.items() if k in shared} for found in (old, now))
    slopes = [terms.slope(cell, name) for cell in (base, new)]
    if old == now and slopes[0] == slopes[1]:
        return
    parts = _summands(old, now, Writer(base), Writer(new))
    if name == new.output:
        parts = [REST, *(part for part in parts if part is not REST)]
    yield Line(tree.Delta(name), (_with_slope(parts, name, slopes, Writer(new)),))


def _summands(old, now, before, after):
    """The summands of both: kept ones, or a sign for several of them, then the changed ones."""
    kept = [after.term(now[k]) for k in old if now.get(k) == old[k]]
    found = [REST] if len(kept) > 1 else kept
    for place in [k for k in old if now.get(k) != old[k]]:
        was = before.term(old[place])
        found += changed(was, after.term(now[place])) if place in now else [struck(was)]
    return found + [framed(after.term(now[k])) for k in now if k not in old]


def changed(old: tree.Node, new: tree.Node) -> list[tree.Node]:
    """One summand in place of another: marks at the factors that changed, or at all of both."""
    was, now = _factors(old), _factors(new)
    start = next((k for k, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), None)
    start = min(len(was), len(now)) if start is None else start
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    if start + end == 0:
        return [struck(old), framed(new)]
    gone = [struck(factor) for factor in was[start : len(was) - end]]
    come = [framed(factor) for factor in now[start : len(now) - end]]
    return [tree.product(*was[:start], *gone, *come, *was[len(was) - end :])]


def _factors(node):
    return node.factors if isinstance(node, tree.Product) else (node,)


def _with_slope(parts, name, slopes, writer):
    old, new = (
        None if value is None else writer.expression_of(value, at(name)) for value in slopes
    )
    if old == new:
        return tree.total(parts) if old is None else lines.times(parts, old)
    factors = [struck(old)] if old is not None else []
    factors += [framed(new)] if new is not None else []
    return lines.times(parts, tree.product(*factors))


def _gradients(new: Cell, base: Cell) -> Iterator[Line]:
    """Gradients that are new or another sum than before."""
    before = {line.left: line.rights[-1] for line in lines.gradients(base)}
    for line in lines.gradients(new):
        was, now = before.get(line.left), line.rights[-1]
        if was is None:
            yield Line(line.left, (framed(now),))
        elif was != now:
            yield Line(line.left, (tree.total([struck(was), framed(now)]),))


def _place(term):
    return term.by, term.lag, str(term.via)


def struck(node: tree.Node) -> tree.Marked:
    """Something that only the other cell has."""
    return tree.Marked("cancel", node)


def framed(node: tree.Node) -> tree.Marked:
    """Something that only this cell has."""
    return tree.Marked("boxed", node)
