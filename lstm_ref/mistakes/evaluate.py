"""What a backward pass with mistakes in it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check import summands as recipes
from lstm_ref.check import witnesses
from lstm_ref.check.summands import Factors, Recipe
from lstm_ref.check.witnesses import Errors
from lstm_ref.types import Arrays, Params, State

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table
    from lstm_ref.mistakes.edits import Mistake

    Found = Mistake | tuple[Mistake, ...]  # one mistake, or several at once


@dataclass(frozen=True)
class Numbers:
    """A forward pass of a cell and the errors that enter: what gradients are computed from."""

    cell: Cell | Table
    params: Params
    x: Any  # (T, D, B), or a dict of several inputs
    state0: State
    errors: Errors

    def values(self, cell: Cell | Table | None = None) -> Arrays:
        """Values of the forward pass, of another cell if given, with the masks of `mistakes`."""
        cell = cell or self.cell
        biases = (value for name, value in self.params.items() if name.startswith("b_"))
        zeros = np.zeros_like(next(biases, 0.0))  # for a bias that only the other cell has
        names = {*cell.matrices, *cell.vectors, *cell.fixed}
        params = {n: self.params.get(n, zeros) for n in cell.letters if n in names}
        T = len(self.errors["dh"])
        values = {**self.params, **recipes.forward(cell, params, self.x, self.state0)}
        for name, step in (("first step", 1), ("last step", T)):
            values[name] = np.zeros((T + 1, 1, 1))
            values[name][step] = 1
        for name in cell.equations:
            # Who reads f_{t-1} by mistake finds something at step 1 too: say f_1.
            if name not in cell.states:
                values[name][0] = values[name][1]
        return values


def numbers_of(cell: Cell | Table, vectors: Params) -> Numbers:
    """The `Numbers` of golden vectors (dict name -> array)."""
    last = tuple(vectors[f"e_{s}_T"] for s in cell.states)
    errors: Errors = {"dh": vectors["e"], "dstate_T": last}
    return Numbers(cell, *witnesses.split(cell, vectors), errors)


def gradients(found: Found, numbers: Numbers) -> tuple[Arrays, Arrays]:
    """(deltas, gradients) of one mistake, or of a tuple of them, on these numbers.

    deltas: signal -> (T, n, B); gradients: as in `witnesses`, 0 for what a wrong forward does not
    use.
    """
    found = in_order(found)
    values = numbers.values(found[0].forward if found else None)
    return backward(found, edited(found, derived(numbers.cell)), numbers, values)


def in_order(found: Found) -> tuple[Mistake, ...]:
    """A tuple of mistakes, a wrong forward first: it may bring a backward pass of its own."""
    found = found if isinstance(found, tuple) else (found,)
    return tuple(sorted(found, key=lambda m: m.wrong != "forward"))


def edited(found: tuple[Mistake, ...], right: Recipe) -> Recipe:
    """The recipe with these mistakes in it."""
    for mistake in found:
        right = mistake.edit(right) if mistake.edit else right
    return right


def backward(
    found: tuple[Mistake, ...],
    recipe: Recipe,
    numbers: Numbers,
    values: Arrays,
    factors: Factors | None = None,
) -> tuple[Arrays, Arrays]:
    """As `gradients`, with recipe and values at hand."""
    deltas, result = recipes.backward(recipe, values, numbers.errors, factors)
    for mistake in found:
        if mistake.spoil:
            again = mistake.spoil(numbers.errors, deltas, result)
            deltas, result = recipes.backward(recipe, values, again, factors)
    inputs = numbers.x if isinstance(numbers.x, dict) else {"x": numbers.x}
    shapes = {**numbers.params, **inputs}
    states = numbers.cell.states
    shapes |= {f"{s}_0": v for s, v in zip(states, numbers.state0, strict=True)}
    return deltas, {n: result[n] if n in result else np.zeros_like(v) for n, v in shapes.items()}


def overwritten(errors: Errors, deltas: Arrays, gradients: Arrays) -> Errors:
    """The errors where dx has been written into their array, as far as it has room."""
    dh, dx = errors["dh"].copy(), gradients["x"]
    n = min(dh.shape[1], dx.shape[1])
    dh[:, :n] = dx[:, :n]
    return {**errors, "dh": dh}


_DERIVED: dict[
    int, tuple[Any, Recipe]
] = {}  # id -> (cell, recipe): cells hold dicts, cannot be hashed, and never change


def derived(cell: Cell | Table) -> Recipe:
    """The right recipe of a declared cell, derived once."""
    if id(cell) not in _DERIVED:
        _DERIVED[id(cell)] = cell, recipes.recipe(cell)
    return _DERIVED[id(cell)][1]
