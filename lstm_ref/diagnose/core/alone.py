"""One equation of the forward pass, read alone from somebody's own values of all that it reads.

An activation is looked up in a small dictionary and turned round; what is left, the net, is one of
the nets that people write, two of them put together, or the right summands with other weights. So
several mistakes in one equation are read, and those in others do not mix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Equation, Table
from lstm_ref.derive.tree import Node, Number, Sum
from lstm_ref.diagnose.core import dictionary, given, local, rewrites
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.turned import INVERSES
from lstm_ref.diagnose.core.values import Values, value
from lstm_ref.types import Array

Edits = tuple[Edit, ...]
FEWEST = 6  # numbers that an equation must be read from


@dataclass(frozen=True)
class Other:
    """An equation that somebody may have written, and the edits that make it."""

    edits: Edits
    equation: Equation


class Nets:
    """The nets that people write in the equations of a table, each worked out once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._nets: dict[Any, list[tuple[Edits, Node]]] = {}
        self._pairs = {p: None for e in given.orders(table) for p in e.other.split(", ")}

    def owners(self, name: str) -> list[tuple[Edits, str]]:
        """(edits, gate): whose parameters an equation may have, its own first."""
        pairs = [p.split(" for ") for p in self._pairs]
        return [((), name)] + [
            ((Edit(("given", "gates"), "permuted", other=f"{gate} for {of}"),), gate)
            for gate, of in pairs if of == name
        ]  # fmt: skip

    def of(self, name: str, first: Edits = ()) -> list[tuple[Edits, Node]]:
        """The right net, and each single mistake; first: with the parameters of another gate."""
        if (name, first) not in self._nets:
            table = self.table
            for edit in first:
                changed = given.renamed(table, edit)
                table = replace(table, equations={**table.equations, **changed})
            singles = (e for e in rewrites.alternatives(table, name) if e.inner is not None)
            right = table.equations[name].net
            found: list[Any] = [(first, right), *(((*first, e), e.inner) for e in singles)]
            self._nets[name, first] = found
        return self._nets[name, first]


def words(equation: Equation) -> list[str | None]:
    """Activations that people write in an equation, the right one first."""
    if not equation.activation:
        return [None]
    return [equation.activation, *(w for w in rewrites.WORDS if w != equation.activation)]


def activated(name: str, equation: Equation, word: str | None) -> Edits:
    """The edit for another activation."""
    if word == equation.activation:
        return ()
    return (Edit(("forward", name), "activation", other=word or ""),)


class Alone:
    """An equation of a table, and what it may be on these values.

    read: (T + 1, ..., n, B), NaN where not known. tol: of a match, relative. first: of `Nets.of`.
    """

    def __init__(self, nets: Nets, name: str, read: Values, tol: float, first: Edits = ()) -> None:
        self.name, self.read, self.tol = name, read, tol
        self.equation = nets.table.equations[name]
        self.nets = nets.of(name, first)
        self.span = slice(1, len(read[name]))
        self.shape = read[name][self.span].shape
        self.arrays = [self._value(net) for _, net in self.nets]

    def _value(self, net):
        try:
            found = value(net, self.read, self.span)
            return np.broadcast_to(found, self.shape)
        except (ValueError, KeyError, TypeError):
            return np.full(self.shape, np.nan)

    def explanations(self, y: Array) -> list[Other]:
        """Equations that give y (T, ..., n, B), NaN where not known; those with fewest mistakes."""
        for several in (False, True):
            found = [o for word in words(self.equation) for o in self._with(word, y, several)]
            if found:
                least = min(map(cost, found))
                return [o for o in found if cost(o) == least]
        return []

    def _with(self, word, y, several):
        net = y if word is None else INVERSES[word](y) if word in INVERSES else y * np.nan
        known = np.isfinite(net) & np.isfinite(self.arrays[0])
        if known.sum() < FEWEST:
            return
        u = net[known]
        found = self._several(u, known) if several else self._single(u, known)
        for edits, other in found:
            edits = (*activated(self.name, self.equation, word), *edits)
            yield Other(edits, Equation(other, word))

    def _near(self, found, u):
        off = np.abs(found - u).max(axis=-1)
        return off <= self.tol * max(np.abs(u).max(), 1e-300)

    def _single(self, u, known):
        near = self._near(np.stack([a[known] for a in self.arrays]), u)
        yield from (self.nets[n] for n in np.flatnonzero(near))

    def _several(self, u, known):
        first, net = self.nets[0]
        yield from self._weighted(first, net, u, known)
        A = np.stack([a[known] for a in self.arrays])
        changed = [(e[-1].kind, n, at) for n, (e, other) in enumerate(self.nets)
                   if n and (at := rewrites.changed_at(net, other)) is not None]  # fmt: skip
        linear = isinstance(net, Sum)
        for (kind, n, at), (other, m, to) in combinations(changed, 2):
            if at[0] == to[0] or (linear and not self._near(A[n] + A[m] - A[0], u)):
                continue
            two = rewrites.both(net, at, to)
            if linear or self._near(self._value(two)[known], u):
                edit = Edit(("forward", self.name), f"{kind}; {other}", inner=two)
                yield (*first, edit), two

    def _weighted(self, edits, net, u, known):
        """The summands with other weights, some of them missing."""
        if not isinstance(net, Sum):
            return
        A = np.stack([self._value(part)[known] for _, part in net.parts], axis=-1)
        if len(u) < A.shape[1] + FEWEST or not np.all(np.isfinite(A)):
            return
        w = np.linalg.lstsq(A, u, rcond=1e-10)[0]
        w = np.array([local.rounded(x, self.tol) for x in w])
        signs = np.array([sign for sign, _ in net.parts])
        if self._near(A @ w, u) and np.any(w) and np.any(w != signs):
            other = weighted(net, w)
            kinds = "; ".join(_weight_kind(x * s) for x, s in zip(w, signs, strict=True) if x != s)
            yield (*edits, Edit(("forward", self.name), kinds, inner=other)), other


def cost(other: Other) -> int:
    """How many mistakes it is."""
    return sum(1 + edit.kind.count(";") for edit in other.edits)


def weighted(net: Sum, weights: Any) -> Node:
    """The sum with these weights, signs among them."""
    kept: list[tuple[int, Node]] = []
    for w, (_, part) in zip(weights, net.parts, strict=True):
        if w in (1, -1):
            kept.append((int(w), part))
        elif w:
            kept.append((1 if w > 0 else -1, tree.product(Number(abs(float(w))), part)))
    return dictionary.summed(tuple(kept))


def _weight_kind(w):
    return "forgotten" if w == 0 else "sign" if w == -1 else "twice" if w == 2 else "weight"
