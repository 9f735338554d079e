"""A backward pass as data, and its plain evaluation: what vectors, mistakes and diagnosis share.

A *recipe* is what `lstm_ref.derive.terms` finds about a cell: the terms of every error term, the
summands of every gradient. `backward` evaluates a recipe, the right one or one with a mistake put
in. Nothing is generated and nothing is fast: each factor is computed for all steps at once, then
the errors go back step by step. Cells may be declared ones of any kind.

Arrays over time have T + 1 slots; slot 0 holds the initial state. Needs SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.cells.functions import ELEMENTWISE
from lstm_ref.check.witnesses import Errors
from lstm_ref.derive import terms
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import FUNCTIONS, SPREAD, Dot, t
from lstm_ref.derive.terms import Product, Term
from lstm_ref.generated.runtime import gather, spread
from lstm_ref.types import Array, Arrays, Params, State

NUMERIC = {function: ELEMENTWISE[word] for function, word in FUNCTIONS.items()}


@dataclass(frozen=True)
class Recipe:
    """How the errors go back.

    terms: signal or vector -> tuple of terms.Term; products: matrix -> tuple of terms.Product;
    slopes: signal -> expression or None. What follows is for mistakes, empty in a right recipe.
    untransposed: terms whose matrix is not transposed. seen: function(values) -> values as the
    backward pass sees them. errors: function(errors) -> those it takes in. sums: parameter ->
    function((T, n, m)) -> (n, m), in place of the sum over steps. after: function(deltas,
    gradients) -> gradients.
    """

    cell: Cell
    terms: dict[str, tuple[Term, ...]]
    products: dict[str, tuple[Product, ...]]
    slopes: dict[str, sympy.Expr | None]
    untransposed: frozenset[Term] = frozenset()
    seen: Callable[[Arrays], Arrays] | None = None
    errors: Callable[[Errors], Errors] | None = None
    sums: dict[str, Callable[[Array], Array]] = field(default_factory=dict)
    after: Callable[[Arrays, Arrays], Arrays] | None = None

    def but(self, **changes: Any) -> Recipe:
        """Another recipe, changed as in dataclasses.replace."""
        return replace(self, **changes)


def recipe(cell: Cell) -> Recipe:
    """The right backward pass of a declared cell."""
    names = [cell.input, *cell.equations, *cell.vectors]
    return Recipe(
        cell,
        {name: tuple(terms.of(cell, name)) for name in names},
        {name: tuple(terms.products(cell, name)) for name in cell.matrices},
        {name: terms.slope(cell, name) for name in cell.equations},
    )


def run(cell: Cell, params: Params, x: Array, state0: State) -> dict[str, list[Any]]:
    """A forward pass, step by step: name -> list of T + 1 values (n, B), "net f" likewise.

    params: dict; x (T, D, B); state0: tuple in the order of cell.states, each (H, B). Slot 0 of
    what is no state is None. Nothing is written into an array, so autograd can follow it.
    """
    steps: dict[str, list[Any]] = {cell.input: [None, *x]} | {
        name: [None] for name in cell.equations
    }
    steps |= {name: [start] for name, start in zip(cell.states, state0, strict=True)}
    nets = [name for name, equation in cell.equations.items() if equation.activation]
    steps |= {terms.net_name(name): [None] for name in nets}
    values: dict[str, Any] = {**params, **steps}
    sizes = rows(cell, params, x, state0)
    for k in range(1, len(x) + 1):
        for name, equation in cell.equations.items():
            value = value_of(equation.net, values, k, sizes)
            if equation.activation:
                values[terms.net_name(name)].append(value)
                value = NUMERIC[equation.activation](value)
            values[name].append(value)
    return steps


def rows(cell: Cell, params: Params, x: Array, state0: State) -> dict[str, int]:
    """Letter -> size, of everything but steps and samples."""
    found = {cell.letters[cell.input]: x.shape[1]}
    for name in (name for name in params if name in cell.letters):
        found |= dict(zip(cell.letters[name], params[name].shape, strict=True))
    return found | {cell.letters[s]: v.shape[0] for s, v in zip(cell.states, state0, strict=True)}


def forward(cell: Cell, params: Params, x: Array, state0: State) -> Arrays:
    """As `run`, but with arrays in float64: name -> (T + 1, n, B), NaN where nothing is.

    The parameters are among the values, as they came.
    """
    x, state0 = np.asarray(x, float), tuple(np.asarray(value, float) for value in state0)
    sizes = {terms.net_name(name): letter for name, letter in cell.letters.items()} | cell.letters
    numbers, values = rows(cell, params, x, state0), dict(params)
    for name, steps in run(cell, params, x, state0).items():
        nothing = np.full((numbers[sizes[name]], x.shape[2]), np.nan)
        values[name] = np.stack([nothing if step is None else step for step in steps])
    return values


def value_of(
    expr: sympy.Expr, values: Mapping[str, Any], step: int | slice, rows: Mapping[str, int]
) -> Any:
    """An expression at one step, or at many when `step` is a slice; arrays (n, B) or (T, n, B)."""
    if isinstance(expr, sympy.Indexed):
        lag = int(t - expr.indices[0])
        if isinstance(step, slice):
            return values[expr.base.label.name][step.start - lag : step.stop - lag]
        return values[expr.base.label.name][step - lag]
    if isinstance(expr, sympy.Symbol):
        return values[expr.name]
    if expr.is_number:
        return float(expr)
    if isinstance(expr, Dot):
        v = value_of(expr.args[1], values, step, rows)
        return spread(v, rows["H"]) if expr.args[0] == SPREAD else values[expr.args[0].name] @ v
    parts = [value_of(a, values, step, rows) for a in expr.args]
    if expr.is_Add or expr.is_Mul:
        total = parts[0]
        for part in parts[1:]:
            total = total + part if expr.is_Add else total * part
        return total
    return parts[0] ** parts[1] if expr.is_Pow else NUMERIC[expr.func](*parts)


class Factors(dict[sympy.Expr, Array]):
    """Factors of terms for all steps at once, (T + 1, n, B) or numbers, computed when needed.

    One object serves many recipes of the same values: what they share is computed once.
    """

    def __init__(self, values, T, rows):
        super().__init__()
        self.read, self.T, self.rows = values, T, rows

    def __missing__(self, expr):
        value = value_of(expr, self.read, slice(1, self.T + 1), self.rows)
        if np.ndim(value) == 3:  # a slot 0, so that value[t] belongs to step t
            value = np.concatenate([np.zeros_like(value[:1]), value])
        else:
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
    if recipe.seen:
        values, factors = recipe.seen(dict(values)), None
    errors = recipe.errors(errors) if recipe.errors else errors
    T = len(errors["dh"])
    rows = {cell.letters[s]: values[s].shape[1] for s in (cell.input, *cell.equations)}
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


def carry(recipe: Recipe, term: Term, delta: Arrays, factors: Factors, k: int | slice) -> Array:
    """What one term brings from step k, (n, B); k may be a slice, then (T, n, B)."""
    error = delta[term.by][k] * factors[term.inner][k]
    if term.via is None:
        return error
    if term.via == SPREAD:
        back = gather(error, factors.rows["G"])
    else:
        W = factors.read[term.via.name]
        back = (W if term in recipe.untransposed else np.swapaxes(W, 0, 1)) @ error
    return back * factors[term.outer][k]


def _gradients(recipe, values, delta, factors, T):
    cell, found = recipe.cell, {}
    every = slice(1, T + 1)
    for name in (n for n in cell.letters if n in cell.matrices or n in cell.vectors):
        shape = values[name].shape
        steps = np.zeros((T, *shape))
        for product in recipe.products.get(name, ()):
            error = delta[product.by][every] * factors[product.inner][every]
            steps = steps + error @ np.swapaxes(factors[product.v][every], 1, 2)
        for term in recipe.terms.get(name, ()):
            carried = carry(recipe, term, delta, factors, every)
            steps = steps + np.sum(carried, axis=2, keepdims=True)
        found[name] = recipe.sums.get(name, lambda a: a.sum(axis=0))(steps)
    found["x"] = _outward(recipe, cell.input, values, delta, factors, T, 0)
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
