"""Every way in which the list of terms of a cell could be wrong, and what becomes of each.

An `Edit` is another list for the same cell: a summand gone, counted twice, moved to another step,
read through another matrix, one too many at a pair that no equation reads, and so on. `judge` asks
the proof about it. Whether an edit changes anything is asked elsewhere: `Gradients` evaluates both
lists in plain NumPy, which knows nothing of the proof.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy

from lstm_ref.check import summands
from lstm_ref.derive import proof
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import ONES, SPREAD, Column, Left, Right, Row, Transposed, at, move
from lstm_ref.derive.terms import ONE, Term, Terms

STEPS, SIZES = 4, {"1": 1, "D": 3, "H": 4, "G": 2, "P": 5, "Q": 6, "R": 7, "B": 2}
LEAST = 200  # edits of a cell; what single ones lack, pairs of them make up


@dataclass(frozen=True)
class Edit:
    """kind: its row in the table. where: (field of Terms, name). what: the new entry there."""

    kind: str
    where: tuple[str, str]
    what: Any

    def of(self, right: Terms) -> Terms:
        """The list with this edit."""
        part, name = self.where
        return replace(right, **{part: {**getattr(right, part), name: self.what}})


def edits(cell: Cell) -> list[tuple[Edit, ...]]:
    """Every single edit, and pairs at two places until there are LEAST. The same in every run."""
    seen = dict.fromkeys(_single(cell))
    found = [(edit,) for edit in seen]
    rng = random.Random(cell.name)
    places = {edit.where for edit in seen}
    while len(found) < LEAST and len(places) > 1:
        pair = tuple(rng.sample(list(seen), 2))
        if pair[0].where != pair[1].where and pair not in found:
            found.append(pair)
    return found


def _single(cell):
    right = cell.terms
    for part, lists in (("terms", right.terms), ("products", right.products)):
        for name, items in lists.items():
            for place, item in enumerate(items):
                for kind, new in _changed(cell, item):
                    what = (*items[:place], *new, *items[place + 1 :])
                    if what != items:
                        yield Edit(kind, (part, name), what)
    for name, items in right.terms.items():
        for kind, term in _unread(cell, name, items):
            yield Edit(kind, ("terms", name), (*items, term))
    for name, slope in right.slopes.items():
        for kind, new in _slopes(cell, name, slope):
            if new != slope:
                yield Edit(kind, ("slopes", name), new)


def _changed(cell, item):
    """(kind, what stands in the place of an item) for everything that can be wrong about it."""
    yield "dropped", ()
    yield "counted twice", (item, item)
    places = ("inner", "outer") if isinstance(item, Term) else ("inner", "v")
    for place in places:
        for kind, new in _expressions(cell, getattr(item, place)):
            yield kind, (replace(item, **{place: new}),)
    for by in _alike(cell, item.by, cell.equations):
        yield "another error", (replace(item, by=by),)
    if isinstance(item, Term):
        yield from ((kind, (new,)) for kind, new in _term(cell, item))
    elif cell.letters[item.of] == cell.letters[item.of][::-1]:
        yield "transposed", (replace(item, transposed=not item.transposed),)


def _term(cell, term):
    lags = {0, 1, 2} if term.of in (*cell.inputs, *cell.equations) else {0, 1}
    for lag in sorted(lags - {term.lag}):
        yield "another step", replace(term, lag=lag)
    if term.inner != term.outer:
        yield "inner and outer exchanged", replace(term, inner=term.outer, outer=term.inner)
    if term.via is None:
        return
    yield "no matrix", replace(term, via=None)
    for kind, new in _expressions(cell, term.v):
        yield f"argument: {kind}", replace(term, v=new)
    via = term.via
    if isinstance(via, Row | Column | Right | Left):
        other = {Row: Column, Column: Row, Right: Left, Left: Right}[via.func]
        yield "transposed", replace(term, via=other(*via.args))
        for kind, new in _expressions(cell, via.args[0]):
            yield kind, replace(term, via=via.func(new))
    elif via not in (ONES, SPREAD):
        yield "transposed", replace(term, via=Transposed(via))
        for name in _alike(cell, str(via), [*cell.matrices, *cell.fixed]):
            yield "another matrix", replace(term, via=sympy.Symbol(name))


def _expressions(cell, expr):
    """(kind, expression) for what could stand in the place of a factor."""
    yield "sign", -expr
    yield "number", 2 * expr
    for factor in sympy.Mul.make_args(expr):
        if factor != 1:
            yield "factor forgotten", expr / factor
            yield "factor squared", expr * factor
        for part in factor.args if factor.is_Add else ():
            yield "part forgotten", expr / factor * (factor - part)
    symbols = sorted(expr.atoms(sympy.Indexed), key=str)
    for symbol in symbols:
        for steps in (-1, 1):
            yield "another step", expr.xreplace({symbol: move(symbol, steps)})
        name = symbol.base.label.name
        for other in _alike(cell, name, [*cell.inputs, *cell.equations]):
            moved = sympy.IndexedBase(other)[symbol.indices[0]]
            yield "another signal", expr.xreplace({symbol: moved})
    for symbol in sorted(expr.atoms(sympy.Symbol), key=str):
        for other in _alike(cell, symbol.name, cell.SHAPES):
            yield "another parameter", expr.xreplace({symbol: sympy.Symbol(other)})


def _alike(cell, name, names):
    """Other names of the same shape."""
    letters = cell.letters.get(name)
    return [n for n in names if n != name and cell.letters[n] == letters]


def _unread(cell, name, items):
    """Terms at pairs that no equation reads."""
    is_signal = name in (*cell.inputs, *cell.equations)
    read = {(term.by, term.lag) for term in items}
    shape = cell.letters[name].replace("1", "")
    for by in cell.equations:
        for lag in (0, 1):
            if (by, lag) not in read and cell.letters[by].replace("1", "") == shape:
                factor = at(name, 1) if is_signal else ONE
                yield "one too many", Term(name, by, lag, factor)


def _slopes(cell, name, slope):
    if slope is None:
        yield "slope", at(name)
        yield "slope", 1 - at(name) ** 2
        return
    yield "slope", None
    for _, new in _expressions(cell, slope):
        yield "slope", new


def edited(cell: Cell, edit: tuple[Edit, ...]) -> Terms:
    """The list of the cell with an edit, or a pair, in it."""
    found = cell.terms
    for each in edit:
        found = each.of(found)
    return found


def judge(cell: Cell, edit: tuple[Edit, ...]) -> str:
    """What the proof says: the worst verdict that an identity gets."""
    verdicts = {identity.verdict for identity in proof.prove(cell, edited(cell, edit))}
    order = (proof.WRONG, proof.NOT_SHOWN, proof.SHOWN)
    return next(verdict for verdict in order if verdict in verdicts)


class Gradients:
    """The gradients of a cell in NumPy, for random numbers; T, B and sizes are small."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.cases = [self._case(scale) for scale in (0.7, 2.5)]  # kinks want large numbers, too

    def _case(self, scale):
        """(what the forward pass gives, the errors from outside, the right gradients)."""
        cell, rng = self.cell, np.random.default_rng(1)

        def draw(letters, *front):
            return rng.normal(size=(*front, *(SIZES[k] for k in letters))) * scale

        params = {n: draw(word) for n, word in {**cell.SHAPES, **cell.FIXED}.items()}
        x = {name: draw(word[1:], STEPS) for name, word in cell.INPUTS.items()}
        state0 = tuple(draw(word) for word in cell.STATES.values())
        errors = {"dh": draw(cell.OUTPUT[1:], STEPS)}
        errors["dstate_T"] = tuple(draw(word) for word in cell.STATES.values())
        with np.errstate(all="ignore"):
            values = summands.forward(cell, params, x, state0)
            # step 0 of what is no state: any number, where an edit reads it and it cancels
            values = {k: np.where(np.isnan(v), 0.3, v) for k, v in values.items()}
            return values, errors, self._of(cell.terms, values, errors)

    def _of(self, terms, values, errors):
        recipe = summands.Recipe(self.cell, terms.terms, terms.products, terms.slopes)
        return summands.backward(recipe, values, errors)[1]

    def same(self, terms: Terms) -> bool:
        """Does this list give the gradients of the right one? No, if it cannot be evaluated."""
        for values, errors, right in self.cases:
            try:
                with np.errstate(all="ignore"):
                    found = self._of(terms, values, errors)
                close = [np.allclose(found[k], v, 1e-9, 1e-12, True) for k, v in right.items()]
            except (ValueError, KeyError, IndexError, AttributeError, TypeError):
                return False
            if not all(close):
                return False
        return True


def judged(cell: Cell, chosen: list[tuple[Edit, ...]]) -> list[tuple[tuple[Edit, ...], str]]:
    """Each edit with what becomes of it: a verdict, or "no edit" where no number changes.

    Only what is not refuted can be none: what the proof calls wrong counts as refused.
    """
    found, gradients = [], None
    for edit in chosen:
        verdict = judge(cell, edit)
        if verdict != proof.WRONG:
            gradients = gradients or Gradients(cell)
            verdict = "no edit" if gradients.same(edited(cell, edit)) else verdict
        found.append((edit, verdict))
    return found
