"""What mistakes are made of: changes of a right backward pass.

A mistake is a function Recipe -> Recipe, so two of them can be put together. Terms are told apart
by `key`, not by their factors: a change still finds its term after another one has altered it.

Besides the signals, expressions may read the masks FIRST and LAST, 1 at step 1 and at step T, else
0: some mistakes happen at one end of the sequence only. `evaluate` gives the masks their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.check.summands import Recipe
from lstm_ref.check.witnesses import Errors
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import at
from lstm_ref.derive.terms import Product, Term
from lstm_ref.mistakes.labels import equation
from lstm_ref.types import Array, Arrays

FIRST, LAST = at("first step"), at("last step")  # no signal can have these names

Edit = Callable[[Recipe], Recipe]
Key = tuple[str, str, int, sympy.Symbol | None]  # of a term, see `key`


@dataclass(frozen=True)
class Mistake:
    """One way to get a wrong gradient.

    name: short slug. cell: the declared cell. sentence: for the reader. edit: Recipe -> Recipe.
    of: the signal whose formula is wrong, "" for the sums over time. sources: where it has been
    seen in public, in a cell of this kind unless it says "an LSTM: ...". numbers: of the list of
    errors (E1). wrong: "backward" or "forward"; forward: for the latter the cell that is computed
    instead. second: shows in the second of two runs only; spoil: function(errors, deltas,
    gradients) -> the errors that this second run reads.
    known: seen in public or collected by the book, else made systematically.
    """

    name: str
    cell: Cell
    sentence: str
    edit: Edit | None = None
    of: str = ""
    sources: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    wrong: str = "backward"
    forward: Cell | None = None
    second: bool = False
    spoil: Callable[..., Any] | None = None
    known: bool = True

    @property
    def label(self) -> str:
        """Label of the equation in the book that it violates, "" where the book has none."""
        return equation(self.cell, self.of, self.wrong)[0]

    @property
    def chapter(self) -> int:
        """Number of the chapter that derives it."""
        return equation(self.cell, self.of, self.wrong)[1]


# ---- changes


def key(term: Term) -> Key:
    """What tells a term from the others, whatever its factors: signal, equation, lag, matrix."""
    return term.of, term.by, term.lag, term.via


def chain(*edits: Edit) -> Edit:
    """Several changes, one after the other."""

    def edit(recipe):
        for one in edits:
            recipe = one(recipe)
        return recipe

    return edit


def alter(keys: Iterable[Key], change: Callable[..., Term | None]) -> Edit:
    """Put change(term) in the place of the terms with these keys; None leaves a term out.

    Terms that the recipe does not have stay away: a wrong forward pass may have other ones.
    """
    keys = frozenset(keys)

    def edit(recipe):
        terms, untransposed = dict(recipe.terms), set(recipe.untransposed)
        for of in {k[0] for k in keys} & terms.keys():
            new = {term: change(term) if key(term) in keys else term for term in terms[of]}
            untransposed = {new.get(term, term) for term in untransposed}
            terms[of] = tuple(term for term in new.values() if term is not None)
        return recipe.but(terms=terms, untransposed=frozenset(untransposed - {None}))

    return edit


def drop(keys: Iterable[Key]) -> Edit:
    """Leave terms out."""
    return alter(keys, lambda term: None)


def inner(keys: Iterable[Key], change: Callable[..., Any]) -> Edit:
    """Put change(factor) in the place of the factor `inner` of terms."""
    return alter(keys, lambda term: replace(term, inner=sympy.sympify(change(term.inner))))


def outer(keys: Iterable[Key], change: Callable[..., Any]) -> Edit:
    """Put change(factor) in the place of the factor `outer` of terms."""
    return alter(keys, lambda term: replace(term, outer=sympy.sympify(change(term.outer))))


def untransposed(keys: Iterable[Key]) -> Edit:
    """Multiply by W instead of its transpose."""
    keys = frozenset(keys)

    def edit(recipe):
        found = {term for terms in recipe.terms.values() for term in terms if key(term) in keys}
        return recipe.but(untransposed=recipe.untransposed | found)

    return edit


def terms(of: str, change: Callable[..., Iterable[Term]]) -> Edit:
    """Put change(tuple of terms) in the place of all terms of a signal."""
    return lambda recipe: recipe.but(terms={**recipe.terms, of: tuple(change(recipe.terms[of]))})


def slopes(changes: Mapping[str, Callable[..., sympy.Expr | None]]) -> Edit:
    """Other slopes: signal -> function(slope) -> slope."""

    def edit(recipe):
        new = {name: change(recipe.slopes[name]) for name, change in changes.items()}
        return recipe.but(slopes={**recipe.slopes, **new})

    return edit


def products(name: str, change: Callable[..., Product | None]) -> Edit:
    """Put change(product) in the place of the summands of ∂E/∂name; None leaves one out."""

    def edit(recipe):
        new = tuple(change(product) for product in recipe.products[name])
        kept = tuple(product for product in new if product is not None)
        return recipe.but(products={**recipe.products, name: kept})

    return edit


def sums(names: Iterable[str], function: Callable[[Array], Array]) -> Edit:
    """Sum the steps of these parameters' gradients with function((T, n, m)) -> (n, m)."""
    return lambda recipe: recipe.but(sums={**recipe.sums, **dict.fromkeys(names, function)})


def late(*names: str) -> Edit:
    """Let the backward pass read these signals one step late, the last for the initial state."""
    return lambda recipe: recipe.but(late=(*recipe.late, *names))


def errors(change: Callable[[Errors], Errors]) -> Edit:
    """Take in change(errors) instead of the errors."""

    def edit(recipe):
        old = recipe.errors
        return recipe.but(errors=(lambda e: change(old(e))) if old else change)

    return edit


def after(change: Callable[[Arrays, Arrays], Arrays]) -> Edit:
    """Spoil finished gradients: change(deltas, gradients) -> dict of the gradients it changes."""

    def edit(recipe):
        old = recipe.after

        def both(deltas, gradients):
            gradients = old(deltas, gradients) if old else gradients
            return {**gradients, **change(deltas, gradients)}

        return recipe.but(after=both)

    return edit
