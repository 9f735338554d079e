"""A backward pass as data, and its plain evaluation: what vectors, mistakes and diagnosis share.

A *recipe* is what `lstm_ref.derive.terms` finds about a cell: the terms of every error term, the
summands of every gradient. `backward` evaluates a recipe, the right one or one with a mistake put
in. Nothing is generated and nothing is fast: each factor is computed for all steps at once, then
the errors go back step by step. Cells may be declared ones of any kind.

Arrays over time have T + 1 slots; slot 0 holds the initial state. A cell is a `table.Table` in the
order of computation, or a declaration, which needs SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.cells import functions
from lstm_ref.check.values import aligned, forward, run, value_of
from lstm_ref.check.witnesses import Errors
from lstm_ref.derive import tree
from lstm_ref.derive.table import Table, Via
from lstm_ref.generated.runtime import gather
from lstm_ref.types import Array, Arrays

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

__all__ = ["Factors", "Recipe", "backward", "carry", "forward", "recipe", "run"]


@dataclass(frozen=True)
class Recipe:
    """How the errors go back.

    terms: signal or vector -> tuple of terms.Term, of a table of table.Summand; products: matrix ->
    tuple of Product of either; slopes: signal -> expression, tree or None. What follows is for
    mistakes, empty in a right recipe. untransposed: terms whose matrix is not transposed. late:
    signals that the backward pass reads one step late, the last for the initial state. errors:
    function(errors) -> those it takes in. sums: parameter -> function((T, n, m)) -> (n, m), in
    place of the sum over steps. after: function(deltas, gradients) -> gradients.
    """

    cell: Cell | Table
    terms: dict[str, tuple[Any, ...]]
    products: dict[str, tuple[Any, ...]]
    slopes: dict[str, Any]
    untransposed: frozenset[Any] = frozenset()
    late: tuple[str, ...] = ()
    errors: Callable[[Errors], Errors] | None = None
    sums: dict[str, Callable[[Array], Array]] = field(default_factory=dict)
    after: Callable[[Arrays, Arrays], Arrays] | None = None

    def but(self, **changes: Any) -> Recipe:
        """Another recipe, changed as in dataclasses.replace."""
        return replace(self, **changes)


def recipe(cell: Cell | Table) -> Recipe:
    """The right backward pass of a declared cell, or of its table in the order of computation."""
    found: Any = cell if isinstance(cell, Table) else cell.terms
    return Recipe(cell, dict(found.terms), dict(found.products), dict(found.slopes))


class Factors(dict[Any, Array]):
    """Factors of terms for all steps at once, (T + 1, n, B) or numbers, computed when needed.

    One object serves many recipes of the same values: what they share is computed once.
    """

    def __init__(self, values, T, rows):
        super().__init__()
        self.read, self.T, self.rows = values, T, rows
        self.dtype = next(v.dtype for v in values.values() if isinstance(v, np.ndarray))

    def __missing__(self, expr):
        value = value_of(expr, self.read, slice(1, self.T + 1), self.rows)
        if np.ndim(value) >= 3:  # a slot 0, so that value[t] belongs to step t
            value = np.broadcast_to(value, (self.T, *value.shape[1:]))
            value = np.concatenate([np.zeros_like(value[:1]), value])
        else:
            value = np.asarray(value, self.dtype)
            value = np.broadcast_to(value, (self.T + 1, *(np.shape(value) or (1, 1))))
        self[expr] = value
        return value


def backward(
    recipe: Recipe, values: Arrays, errors: Errors, factors: Factors | None = None
) -> tuple[Arrays, Arrays]:
    """Evaluate a recipe: (deltas, gradients).

    values: from `forward`. errors: {"dh": (T, H, B), "dstate_T": tuple}. deltas: signal ->
    (T, n, B), δ of its equation at every step, with activation at the net. gradients: parameters,
    then the input, then "h_0" and the like, as in `witnesses`. factors: a `Factors` to share.
    """
    cell = recipe.cell
    if recipe.late:
        values = values | {name: np.roll(values[name], 1, axis=0) for name in recipe.late}
        factors = None
    errors = recipe.errors(errors) if recipe.errors else errors
    T = len(errors["dh"])
    rows = {"1": 1}
    for name in (*cell.inputs, *cell.equations):
        rows |= dict(zip(cell.letters[name], values[name].shape[1:-1], strict=True))
    factors = Factors(values, T, rows) if factors is None else factors
    delta = {name: np.zeros_like(values[name]) for name in cell.equations}
    for k in range(T, 0, -1):
        for name in reversed(cell.equations):
            total = errors["dh"][k - 1] if name == cell.output else np.zeros_like(delta[name][k])
            if k == T and name in cell.states:
                total = total + errors["dstate_T"][cell.states.index(name)]
            for term in recipe.terms[name]:
                if k + term.lag <= T:
                    total = total + carry(recipe, term, delta, factors, k + term.lag)
            slope = recipe.slopes[name]
            delta[name][k] = total if slope is None else total * factors[slope][k]
    gradients = _gradients(recipe, values, delta, factors, T)
    deltas = {name: value[1:] for name, value in delta.items()}
    return deltas, recipe.after(deltas, gradients) if recipe.after else gradients


def carry(recipe: Recipe, term: Any, delta: Arrays, factors: Factors, k: int | slice) -> Array:
    """What one term brings from step k, (n, B); k may be a slice, then (T, n, B)."""
    front = 1 if isinstance(k, slice) else 0
    error = _product(delta[term.by][k], factors[term.inner][k], front)
    back = _carried(recipe, term, error, factors, k, front)
    back = _product(back, factors[term.outer][k], front)
    return back if recipe.cell.rank(term.of) else _summed(back, front)


def _product(a, b, front):
    return np.multiply(*aligned([a, b])) if front else a * b


def _summed(value, front):
    """The sum over all units, (..., 1, B)."""
    units = tuple(range(front, value.ndim - 1))
    total = np.sum(value, axis=units, keepdims=True)
    return total.reshape(*value.shape[:front], 1, value.shape[-1])


def _carried(recipe, term, error, factors, k, front):
    """op(G) of `Term`."""
    via: Any = via_of(term.via)
    if via is None:
        return error
    if via.kind == "ones":
        return _summed(error, front)
    if via.kind == "spread":
        return gather(error, factors.rows["G"])
    if via.kind in ("row", "column"):
        other = factors[via.node][k]
        return functions.outer(*((error, other) if via.kind == "row" else (other, error)))
    if via.kind in ("right", "left"):
        right, other = via.kind == "right", factors[via.node][k]
        other = np.broadcast_to(other, _beside(error, other, right))
        return (functions.apply if right else functions.apply_transposed)(error, other)
    forth = (via.kind == "transposed") != (term in recipe.untransposed)
    if isinstance(via.node, tree.Signal):
        times = functions.apply if forth else functions.apply_transposed
        return times(factors[via.node][k], error)
    W = factors.read[via.node.name]
    return (W if forth else np.swapaxes(W, 0, 1)) @ error


def via_of(via: Any) -> Via | None:
    """`Term.via` with trees inside, as it is of a table."""
    if via is None or isinstance(via, Via):
        return via
    from lstm_ref.derive import ordered

    return ordered.via(via)


def _beside(error, other, right):
    """The shape of a vector that multiplies a matrix, where it is a vector of ones."""
    *steps, rows, columns, samples = error.shape
    return (*steps, columns if right else rows, samples)


def _gradients(recipe, values, delta, factors, T):
    cell, found = recipe.cell, {}
    every = slice(1, T + 1)
    for name in (n for n in cell.letters if n in cell.matrices or n in cell.vectors):
        shape = values[name].shape
        steps = np.zeros((T, *shape), values[name].dtype)
        for product in recipe.products.get(name, ()):
            error = delta[product.by][every] * factors[product.inner][every]
            pair = error, factors[product.v][every]
            left, right = reversed(pair) if product.transposed else pair
            steps = steps + left @ np.swapaxes(right, 1, 2)
        for term in recipe.terms.get(name, ()):
            carried = carry(recipe, term, delta, factors, every)
            steps = steps + np.sum(carried, axis=2, keepdims=True)
        found[name] = recipe.sums.get(name, lambda a: a.sum(axis=0))(steps)
    for name in cell.inputs:
        key = name if len(cell.inputs) > 1 else "x"
        found[key] = _outward(recipe, name, values, delta, factors, T, 0)
    for state in cell.states:
        found[f"{state}_0"] = _outward(recipe, state, values, delta, factors, T, 1)
    return found


def _outward(recipe, name, values, delta, factors, T, lag):
    """The error at the input (lag 0), all steps, or at an initial state (lag 1)."""
    steps = slice(1, T + 1) if lag == 0 else 1
    total = np.zeros_like(values[name][1:] if lag == 0 else values[name][0])
    for term in recipe.terms[name]:
        if term.lag == lag:
            total = total + carry(recipe, term, delta, factors, steps)
    return total
