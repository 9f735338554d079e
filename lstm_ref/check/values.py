"""The equations of a declared cell, evaluated one by one: no generated code, nothing fast.

Arrays have samples last: a number is (1, B), a vector (n, B), a matrix (n, m, B); over time there
is one axis more in front, with T + 1 slots, where slot 0 holds the initial state. A cell is a
`table.Table` in the order of computation, or a declaration, whose expressions become trees first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.cells import functions
from lstm_ref.derive import tree
from lstm_ref.derive.tree import net_name
from lstm_ref.generated.runtime import spread
from lstm_ref.types import Array, Arrays, Params, State

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table

WORDS = {**functions.ELEMENTWISE, "sum": functions.total, "mean": functions.mean}
WORDS["softmax"] = functions.softmax

Inputs = Array | Mapping[str, Array]  # x, or all inputs by name where a cell has several


def inputs(cell: Cell | Table, x: Inputs) -> dict[str, Array]:
    """The inputs by name, each (T, n, B)."""
    return dict(x) if isinstance(x, Mapping) else {cell.input: x}


def run(cell: Cell | Table, params: Params, x: Inputs, state0: State) -> dict[str, list[Any]]:
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
    steps |= {net_name(name): [None] for name in nets}
    sizes = rows(cell, params, x, state0)
    values: dict[str, Any] = {**cell.constants, **params, **steps}
    for k in range(1, len(steps[cell.input])):
        for name, equation in cell.equations.items():
            value = value_of(equation.net, values, k, sizes)
            if equation.activation:
                values[net_name(name)].append(value)
                value = WORDS[word_of(equation.activation)](value)
            values[name].append(value)
    return steps


def rows(cell: Cell | Table, params: Params, x: Inputs, state0: State) -> dict[str, int]:
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
    cell: Cell | Table, params: Params, x: Inputs, state0: State, dtype: Any = np.float64
) -> Arrays:
    """As `run`, but with arrays of one dtype: name -> (T + 1, n, B), NaN where nothing is.

    The parameters and the constants are among the values, as they came.
    """
    given = {name: np.asarray(value, dtype) for name, value in inputs(cell, x).items()}
    state0 = tuple(np.asarray(value, dtype) for value in state0)
    letters = {net_name(name): word for name, word in cell.letters.items()} | cell.letters
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


def word_of(activation: Any) -> str:
    """The word of the language for an activation of a declaration; a word is one already."""
    if isinstance(activation, str):
        return activation
    from lstm_ref.derive.expressions import FUNCTIONS

    return FUNCTIONS[activation]


def tree_of(expr: Any) -> tree.Node:
    """A tree as it is; an expression of SymPy as a tree."""
    if isinstance(expr, tree.Node):
        return expr
    from lstm_ref.derive import ordered

    return ordered.node(expr)


def value_of(
    expr: Any, values: Mapping[str, Any], step: int | slice, rows: Mapping[str, int]
) -> Any:
    """A tree or an expression at one step, or at many when `step` is a slice.

    Arrays (n, B) or (T, n, B).
    """
    match tree_of(expr):
        case tree.Signal(name, lag):
            if isinstance(step, slice):
                return values[name][step.start - lag : step.stop - lag]
            return values[name][step - lag]
        case tree.Size(letter):
            return rows[letter]
        case tree.Constant(name) | tree.Parameter(name):
            return values[name]
        case tree.Number(number):
            return float(number)
        case tree.Apply(A, v):
            return _times(A, value_of(v, values, step, rows), values, step, rows)
        case node:
            parts = [value_of(part, values, step, rows) for part in _inside(node)]
            return _combined(node, parts, step, rows)


def _inside(node):
    """What a tree is made of; all signs of a sum are 1 in SymPy's order."""
    match node:
        case tree.Sum(parts):
            return [part for _, part in parts]
        case tree.Product(parts) | tree.Call(_, parts):
            return parts
        case tree.Power(a, b) | tree.Outer(a, b):
            return [a, b]
    raise TypeError(f"expr: no value of {node!r:.80}")


def _combined(node, parts, step, rows):
    """The value of a tree from those of its parts."""
    match node:
        case tree.Outer():
            value = functions.outer(*_vectors(parts))  # (n, m, 1) of parameters, at every step
            return value[None] if isinstance(step, slice) and np.ndim(value) == 3 else value
        case tree.Call("spread"):
            return spread(parts[0], rows["H"])
        case tree.Call("sum" | "mean" | "softmax" as word):
            return WORDS[word](*parts)
    parts = aligned(parts) if isinstance(step, slice) else parts
    match node:
        case tree.Sum() | tree.Product():
            total = parts[0]
            for part in parts[1:]:
                total = total + part if isinstance(node, tree.Sum) else total * part
            return total
        case tree.Power():
            return parts[0] ** parts[1]
    return WORDS[node.function](*parts)


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
    turned = isinstance(A, tree.Transposed)
    A = A.matrix if isinstance(A, tree.Transposed) else A
    if isinstance(A, tree.Parameter):
        W = values[A.name]
        return (np.swapaxes(W, 0, 1) if turned else W) @ v
    times = functions.apply_transposed if turned else functions.apply
    return times(value_of(A, values, step, rows), v)
