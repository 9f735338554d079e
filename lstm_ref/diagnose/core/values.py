"""The equations of a table, evaluated: formulas for all steps at once, and a forward pass.

Arrays over time have T + 1 slots, slot 0 for the initial state, and samples last: a number is
(T + 1, 1, B), a vector (T + 1, n, B), a matrix (T + 1, n, m, B). Parameters are (n, m).

Somebody may read a state where it is not, at the first step: `Signal("c|last", 1)` is c_{t-1}, and
c_T in the place of c_0, as by a list index -1. VIEWS says which such readings there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_ref.cells import functions
from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.derive.tree import Node
from lstm_ref.generated.runtime import gather, spread
from lstm_ref.types import Array, Arrays

KNOWN = {"pi": np.pi, "e": np.e, "GoldenRatio": (1 + 5**0.5) / 2, "EulerGamma": np.euler_gamma}
MEANS = {"sum": functions.total, "mean": functions.mean, "softmax": functions.softmax}
ELEMENTWISE = {
    **functions.ELEMENTWISE,
    "hard sigmoid": lambda u: np.clip(0.2 * u + 0.5, 0, 1),
    "hard sigmoid (1/6)": lambda u: np.clip(u / 6 + 0.5, 0, 1),
    "hard tanh": lambda u: np.clip(u, -1, 1),
    "softsign": lambda u: u / (1 + np.abs(u)),
    "identity": lambda u: u,
    "scaled tanh": lambda u: 1.7159 * np.tanh(2 * u / 3),
    "leaky relu": lambda u: np.where(u > 0, u, 0.01 * u),
    "elu": lambda u: np.where(u > 0, u, np.expm1(np.minimum(u, 0))),
    "4 sigma - 2": lambda u: 2 * np.tanh(u / 2),
    "2 sigma - 1": lambda u: np.tanh(u / 2),
}

# What somebody finds where the initial state should be: slot 0 of a state's array.
VIEWS = {
    "last": lambda a: a[-1],
    "new": lambda a: a[1],
    "zero": lambda a: np.zeros_like(a[0]),
    "ones": lambda a: np.ones_like(a[0]),
}


class Values(dict[str, Any]):
    """Arrays by name, parameters and constants among them; `c|last` and its like on demand."""

    def __init__(self, *given: Any, sizes: Mapping[str, int]) -> None:
        super().__init__(*given)
        self.sizes = dict(sizes)

    def __missing__(self, name):
        base, bar, view = name.partition("|")
        if not bar:
            raise KeyError(name)
        array = np.array(self[base])
        array[0] = VIEWS[view](array)
        self[name] = array
        return array

    def but(self, **changed: Any) -> Values:
        """The same, with other arrays."""
        kept = {name: value for name, value in self.items() if "|" not in name}
        return Values({**kept, **changed}, sizes=self.sizes)


def value(node: Node, read: Values, step: int | slice) -> Any:
    """A formula at one step, (n, B), or at the steps of a slice, (T, n, B).

    A matrix is (n, m, B) or (T, n, m, B), a parameter or number as it is stored, without steps
    and samples. Raises TypeError for a node that has no value, as an error term.
    """
    match node:
        case tree.Number(number):
            return float(number)
        case tree.Known(name):
            return 1.0 if name == "ones" else KNOWN[name]
        case tree.Constant(name) | tree.Parameter(name):
            return read[name]
        case tree.Size(letter):
            return float(read.sizes[letter])
        case tree.Signal(name, lag):
            return _at(read[name], step, lag)
        case tree.Net(name, lag):
            return _at(read[f"net {name}"], step, lag)
        case tree.Sum(parts):
            total: Any = 0.0
            for sign, part in parts:
                total = _binary(np.add, total, sign * value(part, read, step), step)
            return total
        case tree.Product(factors):
            total = 1.0
            for factor in factors:
                total = _binary(np.multiply, total, value(factor, read, step), step)
            return total
        case tree.Quotient(above, below):
            return _binary(np.divide, value(above, read, step), value(below, read, step), step)
        case tree.Power(base, exponent):
            return _binary(np.power, value(base, read, step), value(exponent, read, step), step)
    return _operator(node, read, step)


def _at(array, step, lag):
    if isinstance(step, slice):
        start, stop = step.start - lag, step.stop - lag
        if start < 0 or stop > len(array):  # a step that is not there: the nearest one
            return array[np.clip(np.arange(start, stop), 0, len(array) - 1)]
        return array[start:stop]
    return array[min(max(step - lag, 0), len(array) - 1)]


def _binary(function, a, b, step):
    """Unit by unit; a number over time (T, 1, B) goes with a matrix (T, n, m, B)."""
    front = 1 if isinstance(step, slice) else 0
    most = max(np.ndim(a), np.ndim(b))
    if most == front + 3:
        a, b = (
            np.reshape(p, (*np.shape(p)[:front], 1, *np.shape(p)[front:]))
            if front and np.ndim(p) == front + 2
            else p
            for p in (a, b)
        )
    return function(a, b)


def _operator(node, read, step):
    match node:
        case tree.Call("spread", (v,)):
            return spread(value(v, read, step), read.sizes["H"])
        case tree.Call("gather", (v,)):
            return gather(value(v, read, step), read.sizes["G"])
        case tree.Call("norm", (v,)):
            return np.sqrt(functions.total(value(v, read, step) ** 2))
        case tree.Call(word, (v,)) if word in MEANS:
            return MEANS[word](value(v, read, step))
        case tree.Call(word, arguments):
            return ELEMENTWISE[word](*(np.asarray(value(a, read, step), float) for a in arguments))
        case tree.Apply(tree.Call("diag", (v,)), C):
            return value(v, read, step)[..., :, None, :] * value(C, read, step)
        case tree.Apply(C, tree.Call("diag", (v,))):
            return value(C, read, step) * value(v, read, step)[..., None, :, :]
        case tree.Apply(A, v):
            return times(A, value(v, read, step), read, step)
        case tree.Outer(a, b):
            return _outer(value(a, read, step), value(b, read, step))
        case tree.Dot(a, b):
            pair = value(a, read, step), value(b, read, step)
            return functions.total(_binary(np.multiply, *pair, step))
    raise TypeError(f"node: no value of {node!r:.80}")


def _outer(a, b):
    """a bᵀ; a 1 among them stands for a vector of ones, which goes with every width."""
    like = a if np.ndim(a) > 1 else b
    a, b = (v if np.ndim(v) > 1 else np.ones((1, like.shape[-1])) for v in (a, b))
    return functions.outer(a, b)


def times(A: Node, v: Any, read: Values, step: int | slice) -> Any:
    """A v, for a parameter, a matrix signal, or the transpose of one."""
    turned = isinstance(A, tree.Transposed)
    inside = A.matrix if isinstance(A, tree.Transposed) else A
    if isinstance(inside, tree.Parameter):
        W = read[inside.name]
        return (np.swapaxes(W, 0, 1) if turned else W) @ v
    C = value(inside, read, step)
    return (functions.apply_transposed if turned else functions.apply)(C, v)


def sizes_of(table: Table, arrays: Mapping[str, Any]) -> dict[str, int]:
    """Letter -> size, of all but steps and samples, from parameters, x and initial states."""
    found = {"1": 1}
    for name, word in table.letters.items():
        whole = "x" if name in table.inputs and name not in arrays else name
        for key, front in ((whole, 1 if name in table.inputs else 0), (f"{name}_0", 0)):
            if key in arrays:
                shape = np.shape(arrays[key])[front:]
                found |= dict(zip(word, shape, strict=False))
    return found


def given(table: Table, arrays: Mapping[str, Any]) -> Values:
    """Parameters, constants, inputs (a slot 0 before them) and slot 0 of the states."""
    names = [*table.matrices, *table.vectors, *table.fixed]
    found: dict[str, Any] = {n: np.asarray(arrays[n], float) for n in names if n in arrays}
    found |= table.constants
    for name in table.inputs:
        x = np.asarray(arrays[name if name in arrays else "x"], float)  # the only input is "x"
        found[name] = np.concatenate([x[:1], x])
    return Values(found, sizes=sizes_of(table, arrays))


def forward(table: Table, arrays: Mapping[str, Any]) -> Values:
    """A forward pass on golden vectors: signals and "net f", (T + 1, n, B) each.

    arrays: parameters, inputs (T, n, B), initial states "h_0". Slot 0 of what is no state repeats
    step 1: who reads f_{t-1} by mistake finds something there.
    """
    read = given(table, arrays)
    T, *_, samples = read[table.input].shape
    shapes = {n: [read.sizes[x] for x in table.letters[n]] for n in table.equations}
    for name in table.equations:
        read[name] = np.zeros((T, *shapes[name], samples))
        if table.equations[name].activation:
            read[f"net {name}"] = np.zeros((T, *shapes[name], samples))
        if name in table.states:
            read[name][0] = arrays[f"{name}_0"]
    for step in range(1, T):
        for name, equation in table.equations.items():
            found = value(equation.net, read, step)
            if equation.activation:
                read[f"net {name}"][step] = found
                found = ELEMENTWISE[equation.activation](found)
            read[name][step] = found
    for name in table.equations:
        for key in (name, f"net {name}") if table.equations[name].activation else (name,):
            if name not in table.states or key != name:
                read[key][0] = read[key][1]
    return read


def steps_of(values: Values, table: Table) -> int:
    """T."""
    return len(values[table.input]) - 1


def signals(table: Table, values: Values) -> Arrays:
    """Signals and nets as golden vectors have them: "f", "net_f", (T, n, B)."""
    found: dict[str, Array] = {}
    for name, equation in table.equations.items():
        if equation.activation:
            found[f"net_{name}"] = values[f"net {name}"][1:]
        found[name] = values[name][1:]
    return found
