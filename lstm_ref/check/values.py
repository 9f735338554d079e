"""The equations of a declared cell, evaluated one by one: no generated code, nothing fast.

Arrays have samples last: a number is (1, B), a vector (n, B), a matrix (n, m, B); over time there
is one axis more in front, with T + 1 slots, where slot 0 holds the initial state. Needs SymPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.cells import functions
from lstm_ref.derive import terms
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    SPREAD,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    Transposed,
    t,
)
from lstm_ref.generated.runtime import spread
from lstm_ref.types import Array, Arrays, Params, State

NUMERIC = {function: functions.ELEMENTWISE[word] for function, word in FUNCTIONS.items()}
OVER_UNITS = {Total: functions.total, Mean: functions.mean, Softmax: functions.softmax}

Inputs = Array | Mapping[str, Array]  # x, or all inputs by name where a cell has several


def inputs(cell: Cell, x: Inputs) -> dict[str, Array]:
    """The inputs by name, each (T, n, B)."""
    return dict(x) if isinstance(x, Mapping) else {cell.input: x}


def run(cell: Cell, params: Params, x: Inputs, state0: State) -> dict[str, list[Any]]:
    """A forward pass, step by step: name -> list of T + 1 values (n, B), "net f" likewise.

    params: dict, fixed ones too; x (T, D, B), or a dict of inputs by name; state0: tuple in the
    order of cell.states, each (H, B). Slot 0 of what is no state is None. Nothing is written into
    an array, so autograd can follow it.
    """
    given = inputs(cell, x)
    steps: dict[str, list[Any]] = {name: [None, *value] for name, value in given.items()}
    steps |= {name: [None] for name in cell.equations}
    steps |= {name: [start] for name, start in zip(cell.states, state0, strict=True)}
    nets = [name for name, equation in cell.equations.items() if equation.activation]
    steps |= {terms.net_name(name): [None] for name in nets}
    sizes = rows(cell, params, x, state0)
    values: dict[str, Any] = {**cell.constants, **params, **steps}
    for k in range(1, len(steps[cell.input])):
        for name, equation in cell.equations.items():
            value = value_of(equation.net, values, k, sizes)
            if equation.activation:
                values[terms.net_name(name)].append(value)
                value = NUMERIC[equation.activation](value)
            values[name].append(value)
    return steps


def rows(cell: Cell, params: Params, x: Inputs, state0: State) -> dict[str, int]:
    """Letter -> size, of everything but steps and samples."""
    found = {"1": 1}
    for name, value in inputs(cell, x).items():
        found[cell.letters[name]] = value.shape[1]
    for name in (name for name in params if name in cell.letters):
        found |= dict(zip(cell.letters[name], params[name].shape, strict=True))
    for state, value in zip(cell.states, state0, strict=True):
        found |= dict(zip(cell.letters[state], value.shape[:-1], strict=True))
    return found


def forward(
    cell: Cell, params: Params, x: Inputs, state0: State, dtype: Any = np.float64
) -> Arrays:
    """As `run`, but with arrays of one dtype: name -> (T + 1, n, B), NaN where nothing is.

    The parameters and the constants are among the values, as they came.
    """
    given = {name: np.asarray(value, dtype) for name, value in inputs(cell, x).items()}
    state0 = tuple(np.asarray(value, dtype) for value in state0)
    letters = {terms.net_name(name): word for name, word in cell.letters.items()} | cell.letters
    numbers = rows(cell, params, given, state0)
    values: dict[str, Any] = {**cell.constants, **params}
    samples = given[cell.input].shape[-1]
    for name, steps in run(cell, params, given, state0).items():
        shape = [numbers[letter] for letter in letters[name]]
        nothing = np.full((*shape, samples), np.nan, dtype)
        whole = [
            nothing if step is None else np.broadcast_to(step, nothing.shape) for step in steps
        ]
        values[name] = np.stack(whole)
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
    if isinstance(expr, Size):
        return rows[expr.name]
    if isinstance(expr, sympy.Symbol):
        return values[expr.name]
    if expr.is_number:
        return float(expr)
    if isinstance(expr, Dot):
        v = value_of(expr.args[1], values, step, rows)
        return _times(expr.args[0], v, values, step, rows)
    parts = [value_of(a, values, step, rows) for a in expr.args]
    if isinstance(expr, Outer):
        value = functions.outer(*_vectors(parts))  # (n, m, 1) of parameters, at every step
        return value[None] if isinstance(step, slice) and np.ndim(value) == 3 else value
    if expr.func in OVER_UNITS:
        return OVER_UNITS[expr.func](*parts)
    return _elementwise(expr, aligned(parts) if isinstance(step, slice) else parts)


def _elementwise(expr, parts):
    if expr.is_Add or expr.is_Mul:
        total = parts[0]
        for part in parts[1:]:
            total = total + part if expr.is_Add else total * part
        return total
    return parts[0] ** parts[1] if expr.is_Pow else NUMERIC[expr.func](*parts)


def aligned(parts: list[Any]) -> list[Any]:
    """Arrays over time, numbers (T, 1, B) among them, made to go with matrices (T, n, m, B)."""
    most = max(np.ndim(part) for part in parts)
    return [
        np.reshape(p, (p.shape[0], *[1] * (most - np.ndim(p)), *p.shape[1:]))
        if 3 <= np.ndim(p) < most
        else p
        for p in parts
    ]


def _vectors(parts):
    """Two vectors; a 1 among them becomes one 1, which goes with every width."""
    like = next(part for part in parts if np.ndim(part) > 1)
    return [part if np.ndim(part) > 1 else np.ones((1, like.shape[-1])) for part in parts]


def _times(A, v, values, step, rows):
    """A v for any kind of matrix."""
    if A == SPREAD:
        return spread(v, rows["H"])
    turned = isinstance(A, Transposed)
    A = A.args[0] if turned else A
    if isinstance(A, sympy.Indexed):
        times = functions.apply_transposed if turned else functions.apply
        return times(value_of(A, values, step, rows), v)
    W = values[A.name]
    return (np.swapaxes(W, 0, 1) if turned else W) @ v
