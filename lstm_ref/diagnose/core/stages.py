"""The equations of the forward pass, one after the other, where error terms came back.

Every gate has its error term from its own matrix. With the states that were seen, the equation of
δ_o says whether o is right, and which other activation or net it has if not: then c_t follows from
h_t, and f, i, c̃ are read in their turn. Each equation is looked at alone, so that mistakes in
several do not mix; a constant factor of an error term, or a mistake at one step, does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice, product

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Equation, Table
from lstm_ref.diagnose.core import turned
from lstm_ref.diagnose.core.alone import (
    FEWEST,
    Alone,
    Nets,
    Other,
    activated,
    cost,
    words,
)
from lstm_ref.diagnose.core.derivative import SLOPES
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.explanations import merged
from lstm_ref.diagnose.core.known import Known
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.values import ELEMENTWISE, Values, value
from lstm_ref.types import Array

Edits = tuple[Edit, ...]
CHOICES = 4  # explanations of one equation that are carried on
PROPOSALS = 16


class Cell:
    """What is worked out once for a cell. right: a right run of it."""

    def __init__(self, table: Table, right: Values) -> None:
        self.table, self.right, self.nets = table, right, Nets(table)
        self.turns, self.errors = turned.turns(table, right), turned.errors(table, right)

    @cached_property
    def able(self) -> bool:
        """Not with matrices or numbers among the signals."""
        return all(self.table.rank(name) == 1 for name in self.table.equations)

    @cached_property
    def gates(self) -> list[str]:
        """Equations that are read one by one: those with an activation, or with a matrix."""
        equations = self.table.equations
        own = {p.by for items in self.table.products.values() for p in items}
        return [n for n, e in equations.items() if e.activation or n in own]


def known_of(
    base: Pass,
    cell: Cell,
    seen: Mapping[str, Array],
    mine: Mapping[str, Array],
    delta: Mapping[str, Array],
) -> Known:
    """What is known at first: nothing of the gates.

    base: the right pass on the vectors. seen: states as gradients say them,
    (T, n, B), from step 0 on. mine: what is stored, "h", (T, n, B). delta: recovered, (T + 1, 1,
    n, B).
    """
    table, right = cell.table, base.values
    arrays = {n: a for n, a in right.items() if "|" not in n}
    for name in table.inputs:
        arrays[name] = right[name][:, None, None]
    for name, equation in table.equations.items():
        unknown = np.full_like(right[name], np.nan)[:, None, None]
        if name in seen:
            unknown[:-1] = seen[name][:, None, None]
        if name in mine:
            unknown[1:] = mine[name][:, None, None]
        arrays[name] = unknown
        if equation.activation:
            arrays[f"net {name}"] = np.full_like(unknown, np.nan)
    return Known(
        table,
        cell.turns,
        cell.errors,
        Values(arrays, sizes=right.sizes),
        {name: a[:, :, None] for name, a in delta.items()},
        base.enter,
    )


class Stages:
    """The equations with an activation, read one by one."""

    def __init__(self, cell: Cell, known: Known, tol: float) -> None:
        self.nets, self.known, self.tol = cell.nets, known, tol
        self.open = list(cell.gates)
        self.found: dict[str, list[Other]] = {}
        self.known.taken = {n: e for n, e in known.table.equations.items() if n not in self.open}
        self.known.spread()

    def proposals(self) -> Iterator[Edits]:
        """Edits of the forward pass, likelier ones first."""
        while self.open and self._step():
            pass
        for chosen in islice(product(*self.found.values()), PROPOSALS):
            yield merged(e for other in chosen for e in other.edits)

    def _step(self):
        for name in self.open:
            if self._by_value(name) or self._right(name):
                return True
        return any(self._by_error(name) for name in self.open)

    def _take(self, name, others):
        others = sorted(others, key=cost)
        self.found[name] = [o for o in others if cost(o) == cost(others[0])][:CHOICES]
        self.open.remove(name)
        self.known.taken[name] = self.found[name][0].equation
        self.known.spread()
        return True

    def _by_value(self, name):
        y = self.known.read[name][self.known.span]
        if np.isfinite(y).sum() < FEWEST:
            return False
        for first, _ in self.nets.owners(name):
            found = Alone(self.nets, name, self.known.read, self.tol, first).explanations(y)
            if found:
                return self._take(name, found)
        return False

    def _right(self, name):
        for first, owner in self.nets.owners(name):
            edits, net = self.nets.of(name, first)[0]
            equation = replace(self.nets.table.equations[name], net=net)
            tried = self.known.copy()
            tried.taken[name] = equation
            tried.spread()
            if self._held(tried, name, owner)[0]:
                return self._take(name, [Other(edits, equation)])
        return False

    def _by_error(self, name):
        """Activations with nets side by side: those with which the equation of δ_name holds."""
        return any(self._owned(name, *owner) for owner in self.nets.owners(name))

    def _owned(self, name, first, owner):
        right = self.nets.table.equations[name]
        alone = Alone(self.nets, name, self.known.read, self.tol, first)
        A = np.concatenate(alone.arrays, axis=1)
        if owner not in self.known.delta or np.isfinite(A).sum() < FEWEST:
            return False
        others, found = [], []
        for word in words(right):
            edit = activated(name, right, word)
            others += [Other((*edit, *edits), Equation(net, word)) for edits, net in alone.nets]
            found.append((A, *with_slope(word, A)))
        tried = self.known.copy()
        arrays, values, tried.slopes[name] = (
            np.concatenate(p, axis=1) for p in zip(*found, strict=True)
        )
        if right.activation:
            tried.put(f"net {name}", arrays)
        tried.put(name, values)
        tried.spread()
        held = self._held(tried, name, owner)
        best = np.flatnonzero((held == held.max()) & (held > 0))
        return len(best) > 0 and self._take(name, [others[n] for n in best])

    def _held(self, tried, name, owner):
        """At how many steps the equation of δ_name holds, up to a factor, (N,)."""
        if owner not in self.known.delta:
            return np.zeros(1)
        wanted, found = np.broadcast_arrays(self.known.delta[owner][tried.span], tried.error(name))
        there = np.isfinite(wanted) & np.isfinite(found)
        wanted, found = np.where(there, wanted, 0), np.where(there, found, 0)
        axes = (2, 3, 4)
        with np.errstate(all="ignore"):
            factor = (wanted * found).sum(axes) / (found * found).sum(axes)
        off = np.abs(wanted - factor[..., None, None, None] * found).max(axes)
        good = (off <= self.tol * np.abs(wanted).max(axes)) & (there.sum(axes) >= FEWEST)
        return (good & (factor != 0) & np.isfinite(factor)).sum(axis=0)


def with_slope(word: str | None, net: Array) -> tuple[Array, Array]:
    """(value, slope) of an activation."""
    if word is None:
        return net, np.ones_like(net)
    read = Values({"u": ELEMENTWISE[word](net), "net u": net}, sizes={})
    slope = value(SLOPES[word](tree.Signal("u"), tree.Net("u")), read, slice(0, len(net)))
    return read["u"], np.broadcast_to(slope, net.shape)
