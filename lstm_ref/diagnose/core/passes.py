"""A backward pass by the table, with coefficients that can be changed; see `edited`.

Arrays inside have one axis in front of the units, for many passes side by side (1 where there is
one): an error is (N, n, B), of a matrix (N, n, m, B); coefficients over time (T + 1, 1, n, B).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from lstm_ref.cells import functions
from lstm_ref.derive import tree
from lstm_ref.derive.table import Product, Summand, Table
from lstm_ref.diagnose.core.edits import Edit, Place
from lstm_ref.diagnose.core.given import handed_back
from lstm_ref.diagnose.core.values import Values, value
from lstm_ref.generated.runtime import gather
from lstm_ref.types import Array, Arrays


def over_time(node: Any, values: Values, T: int) -> Array:
    """A formula at all steps as coefficients: (T + 1, 1, n, B), slot 0 left 0."""
    found = value(node, values, slice(1, T + 1))
    if np.ndim(found) < 3:  # a number, or a parameter (n, 1)
        found = np.broadcast_to(found, (T, *(np.shape(found) or (1, 1))))
    found = np.broadcast_to(found, (T, *found.shape[1:]))
    return np.concatenate([np.zeros_like(found[:1]), found])[:, None]


def times(a: Array, b: Array) -> Array:
    """Unit by unit, (N, ...); a number goes with a vector, and with a matrix."""
    if a.ndim != b.ndim:
        small, large = sorted((a, b), key=np.ndim)
        small = small.reshape(small.shape[0], *[1] * (large.ndim - small.ndim), *small.shape[1:])
        a, b = small, large
    return a * b


class Pass:
    """The coefficients of one backward pass, and what it computes.

    table, values: the cell and its forward pass. errors: "e" (T, n, B), and (n, B) each "h" and
    the like for the last states. given: edits of what goes in, see `given`. Change `inner`,
    `outer`, `flipped` (T + 1, N), `slopes`, `enter` by place before `run`.
    """

    def __init__(self, table: Table, values: Values, errors: Mapping[str, Array]) -> None:
        self.table, self.values = table, values
        self.T = len(values[table.input]) - 1
        self.inner: dict[Place, Array] = {}
        self.outer: dict[Place, Array] = {}
        self.v: dict[Place, Array] = {}
        self.slopes: dict[str, Array] = {}
        self.flipped: dict[Place, Array] = {}
        self.changed: set[Place] = set()
        self.source: dict[Place, str] = {}
        self.given: tuple[Edit, ...] = ()
        self.replaced: dict[str, str] = {}
        self.window: int | None = None
        self.enter = {name: np.asarray(e, float) for name, e in errors.items()}
        self.enter["e"] = np.concatenate([self.enter["e"][:1] * 0, self.enter["e"]])[:, None]
        for state in table.states:
            self.enter[state] = self.enter[state][None]
        self.kept: dict[Edit, list[tuple[str, Array]]] = {}
        self._found: dict[Any, Array] = {}
        self.beside: dict[Any, Pass] = {}  # passes with one edit each, side by side

    def copy(self) -> Pass:
        """The same pass, with coefficients that can be changed without changing this one."""
        new = Pass.__new__(Pass)
        new.__dict__.update({k: v for k, v in self.__dict__.items() if k != "right"})
        for name in ("inner", "outer", "v", "slopes", "enter", "source", "flipped", "replaced"):
            setattr(new, name, dict(getattr(self, name)))
        new.changed, new.beside = set(self.changed), {}
        return new

    def formula(self, node: Any) -> Array:
        """A formula over time on these values, (T + 1, 1, n, B), computed once."""
        if node not in self._found:
            self._found[node] = over_time(node, self.values, self.T)
        return self._found[node]

    def inner_of(self, place: Place, item: Summand | Product) -> Array:
        """The factor at the error, (T + 1, N, n, B)."""
        return self.inner[place] if place in self.inner else self.formula(item.inner)

    def outer_of(self, place: Place, item: Summand) -> Array:
        """The factor behind the matrix, (T + 1, N, n, B)."""
        return self.outer[place] if place in self.outer else self.formula(item.outer)

    def slope_of(self, name: str) -> Array | None:
        """The slope of the equation of a signal, (T + 1, N, n, B), None without an activation."""
        if name in self.slopes:
            return self.slopes[name]
        slope = self.table.slopes[name]
        return None if slope is None else self.formula(slope)

    def shape(self, name: str) -> list[int]:
        """Units of a signal or of what else has letters, without samples."""
        return [self.values.sizes[letter] for letter in self.table.letters[name]]

    def terms(self, of: str) -> Iterable[tuple[Place, Summand]]:
        """(place, summand) of a signal, a vector or an input."""
        for k, term in enumerate(self.table.terms.get(of, ())):
            yield ("term", of, k), term

    def run(self) -> dict[str, Array]:
        """δ of every equation: name -> (T + 1, N, n, B)."""
        if self.window is None:
            return self._run()
        return self._windowed(self.window)

    def _windowed(self, back):
        """Every error that enters goes back so many steps and no further."""
        total: dict[str, Array] = {}
        for s in range(1, self.T + 1):
            alone = self.copy()
            alone.window = None
            alone.enter["e"] = np.zeros_like(self.enter["e"])
            alone.enter["e"][s] = self.enter["e"][s]
            if s < self.T:
                alone.enter |= {n: 0 * e for n, e in self.enter.items() if n != "e"}
            for name, array in alone._run().items():
                array[: max(s - back, 0)] = 0
                total[name] = total.get(name, 0) + array
        return total

    def _run(self):
        table = self.table
        found: dict[str, list[Any]] = {n: [None] * (self.T + 1) for n in table.equations}
        for k in range(self.T, 0, -1):
            for name in reversed(table.equations):
                total = self.entering(name, k)
                for place, term in self.terms(name):
                    error = self.error(place, term, found, k)
                    if error is not None:
                        total = total + self.carry(place, term, error, k)
                slope = self.slope_of(name)
                found[name][k] = total if slope is None else times(total, slope[k])
                if name in self.replaced:
                    found[name][k] = self.instead(name, found, k)
        arrays = {}
        for name, steps in found.items():
            widest = np.broadcast_shapes(*(s.shape for s in steps[1:]))
            rest = [np.broadcast_to(s, widest) for s in steps[1:]]
            arrays[name] = np.stack([np.zeros(widest), *rest])
        return arrays

    def error(self, place: Place, term: Summand, delta: Mapping[str, Any], k: int) -> Any:
        """The error that a summand brings to step k: δ_by at step k + lag, None after the end.

        With a `source` another one: "delta i", "net r", "step" (the same step in place of the
        later one).
        """
        kind, _, name = self.source.get(place, "").partition(" ")
        step = k if kind == "step" else k + term.lag
        if step > self.T:
            return None
        if kind == "net":
            return self.values[f"net {name}"][step][None]
        return delta[name if kind == "delta" else term.by][step]

    def instead(self, name: str, delta: Mapping[str, Any], k: int) -> Array:
        """What is taken for the error term of a signal, (N, n, B): "net r", "r", "delta z"."""
        kind, _, other = self.replaced[name].partition(" ")
        if kind == "delta":
            error: Array = delta[other][k]
            return error
        signal: Array = self.values[f"net {other}" if kind == "net" else kind][k]
        return signal[None]

    def entering(self, name: str, k: int) -> Array:
        """The error that comes from outside at step k, (N, n, B)."""
        shape = self.shape(name)
        total: Array = np.zeros((1, *shape, self.values[self.table.input].shape[-1]))
        if name == self.table.output:
            total = total + self.enter["e"][k]
        if k == self.T and name in self.table.states:
            total = total + self.enter[name]
        return total

    def carry(self, place: Place, term: Summand, delta: Array, k: int) -> Array:
        """What a summand brings to step k from δ_by at step k + lag, (N, n, B)."""
        at = min(k + term.lag, self.T)
        error = times(delta, self.inner_of(place, term)[at])
        back = times(self._through(place, term, error, at), self.outer_of(place, term)[at])
        rank = self.table.rank(term.of)
        if rank == 0 and back.ndim > 2:
            total = back.sum(axis=tuple(range(1, back.ndim - 1)))
            return total[:, None, :]
        return back

    def _through(self, place, term, error, at):
        via = term.via
        if via is None:
            return error
        if via.kind == "ones":
            return error.sum(axis=tuple(range(1, error.ndim - 1)))[:, None, :]
        if via.kind == "spread":
            return gather(error, self.values.sizes["G"])
        if via.kind in ("row", "column"):
            v = self.formula(via.node)[at]
            return functions.outer(*((error, v) if via.kind == "row" else (v, error)))
        if via.kind in ("right", "left"):
            v = self.formula(via.node)[at]
            width = error.shape[-2] if via.kind == "right" else error.shape[-3]
            v = np.broadcast_to(v, (*v.shape[:-2], width, v.shape[-1]))
            apply = functions.apply if via.kind == "right" else functions.apply_transposed
            return apply(error, v)
        forth = via.kind == "transposed"
        if place not in self.flipped:
            return self._multiplied(via.node, error, at, forth)
        where = self.flipped[place][at]
        if np.all(where == where[0]):
            return self._multiplied(via.node, error, at, forth != where[0])
        where = where.reshape(
            -1, *[1] * (error.ndim - 1)
        )  # some passes side by side one, some the other
        one, other = (self._multiplied(via.node, error, at, side) for side in (forth, not forth))
        return np.where(where, other, one)

    def _multiplied(self, node, error, at, forth):
        """Matrix times error, or its transpose times it where it is not forth."""
        if isinstance(node, tree.Parameter):
            W = self.values[node.name]
            return (W if forth else np.swapaxes(W, 0, 1)) @ error
        C = self.formula(node)[at]
        return (functions.apply if forth else functions.apply_transposed)(C, error)

    # ---- what comes out

    def gradients(self, delta: Mapping[str, Array]) -> Arrays:
        """Results from error terms: "dW_fx" (N, n, m), "dx" (T, N, n, B), "dh_0" (N, n, B)."""
        table, found = self.table, {}
        for name in (*table.matrices, *table.vectors):
            steps = [s.sum(axis=0) for _, s in self.summed(name, delta)]
            shape = self.values[name].shape
            found[f"d{name}"] = sum(steps, np.zeros((1, *shape)))
        for name in table.inputs:
            key = name if len(table.inputs) > 1 else "x"
            parts = [a for _, a in self.passed(name, delta, 0)]
            shape = self.values[name][1:, None].shape
            found[f"d{key}"] = sum(parts, np.zeros(shape))
        for state in table.states:
            parts = [a for _, a in self.passed(state, delta, 1)]
            shape = self.values[state][0][None].shape
            found[f"d{state}_0"] = sum(parts, np.zeros(shape))
        return handed_back(table, found, self.given)

    def summed(self, name: str, delta: Mapping[str, Array]) -> Iterable[tuple[Place, Array]]:
        """(place, its steps (T, N, n, m)) for each summand of the gradient of a parameter."""
        for k, item in enumerate(self.table.products.get(name, ())):
            place = ("sum", name, k)
            error = np.stack(
                [times(delta[item.by][t], self.inner_of(place, item)[t])
                 for t in range(1, self.T + 1)]
            )  # fmt: skip
            v = (self.v[place] if place in self.v else self.formula(item.v))[1:]
            pair = (v, error) if item.transposed else (error, v)
            yield place, pair[0] @ np.swapaxes(pair[1], -1, -2)
        for k, term in enumerate(self.table.terms.get(name, ())):
            place = ("sum", name, k)
            steps = np.stack(
                [self.carry(place, term, delta[term.by][t], t) for t in range(1, self.T + 1)]
            )
            yield place, steps.sum(axis=-1, keepdims=True)

    def passed(
        self, name: str, delta: Mapping[str, Array], lag: int
    ) -> Iterable[tuple[Place, Array]]:
        """(place, array) for each summand of the error at an input, or at an initial state."""
        for place, term in self.terms(name):
            if term.lag != lag:
                continue
            if lag == 0:
                steps = range(1, self.T + 1)
                errors = [self.error(place, term, delta, t) for t in steps]
                yield (
                    place,
                    np.stack(
                        [self.carry(place, term, e, t) for t, e in zip(steps, errors, strict=True)]
                    ),
                )
                continue
            start = ("start", name, place[2])  # its own edits, if there are any
            place = start if start in self.changed else place
            yield start, self.carry(place, term, self.error(place, term, delta, 0), 0)

    @cached_property
    def right(self) -> Arrays:
        """All results of this pass, without the axis in front: `results` of `run`."""
        return self.results()

    def results(self) -> Arrays:
        """Error terms "delta_f" and gradients of one pass, shapes as in golden vectors."""
        delta = self.run()
        found = {f"delta_{name}": array[1:, 0] for name, array in delta.items()}
        for name, array in self.gradients(delta).items():
            single = array[0] if name[1:] not in (*self.table.inputs, "x") else array[:, 0]
            found[name] = np.array(np.broadcast_to(single, self._shape(name)))
        return found

    def _shape(self, name):
        of = name[1:]
        if of in self.table.inputs or of == "x":
            return self.values[of if of in self.table.inputs else self.table.input][1:].shape
        if of.endswith("_0") and of[:-2] in self.table.states:
            return self.values[of[:-2]][0].shape
        return self.values[of].shape
