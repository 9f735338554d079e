"""One or two mistakes in a group: the alternatives of slots, each with each, at once.

A slot is a node, or several that one mistake changes together. Arrays have an axis for the
alternatives of each slot after that of time here: (T + 1, N, M, n, B), 1 where all agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from lstm_ref.derive.tree import Product, Sum
from lstm_ref.diagnose.core import dictionary, rewrites
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.trials import Changes, Group, Trial, restricted
from lstm_ref.diagnose.core.values import ELEMENTWISE, Values, value
from lstm_ref.types import Array

Edits = tuple[Edit, ...]
Agreeing = tuple[Edits, Changes, Array]


@dataclass
class Slot:
    """Alternatives of which one is chosen, and the nodes that any of them changes.

    values: node -> of each alternative its value where nothing else is changed.
    """

    alternatives: list[tuple[Edits, Changes]] = field(default_factory=list)
    nodes: set[str] = field(default_factory=set)
    values: dict[str, list[Array]] = field(default_factory=dict)

    def add(self, edits: Edits, changes: Changes) -> None:
        """One more alternative."""
        self.alternatives.append((edits, changes))
        self.nodes |= set(changes)


NOTHING = Slot([((), {})])


class SideBySide:
    """Mistakes of one group that agree with what is stored, as far as it is computed here.

    That is all steps of a group that is alone, else the first; first: no more of any. Everything
    yielded is (edits, changes, ways): in which ways to take the input it agrees, of bool.
    """

    def __init__(self, trial: Trial, group: Group, first: bool = False) -> None:
        self.trial, self.group = trial, group
        first &= bool(np.all(np.isfinite(trial.known[group.target][0])))
        self.T = trial.T if group.alone and not first else 1
        self.span = slice(1, self.T + 1)
        timed = {*trial.table.inputs, *trial.reads}
        kept = {n: a for n, a in trial.base.items() if "|" not in n}
        cut = {n: a[: self.T + 1, None, None] if n in timed else a for n, a in kept.items()}
        self.base = Values(cut, sizes=trial.base.sizes)
        self.reads = {n: {r for r, lag in reads if lag == 0} for n, reads in trial.reads.items()}
        self.slots = list(self._slots())

    @staticmethod
    def able(trial: Trial) -> bool:
        """Not with matrices among the signals."""
        return all(trial.table.rank(n) < 2 for n in trial.table.equations)

    def singles(self) -> Iterator[Agreeing]:
        """One mistake, at one node or of one kind at several."""
        for slot in self.slots:
            yield from self._at_two(slot, NOTHING)

    def pairs(self) -> Iterator[Agreeing]:
        """Two mistakes."""
        for slot in self.slots:
            if len(slot.nodes) == 1:
                yield from self._at_two(self._in_one_equation(slot), NOTHING)
        for first, second in combinations(self.slots, 2):
            if not first.nodes & second.nodes:
                yield from self._at_two(first, second)

    def _slots(self):
        """Every node; every mistake in several equations, those at the same nodes together."""
        shared: dict[Any, list[tuple[Edits, Changes]]] = {}
        for node in self.group.nodes:
            shared[node] = [
                ((e,), {node: other}) for e, other in self.trial.repertoire.others(node)
            ]
        for edits in self.trial.repertoire.together:
            mine, changes = restricted(self.trial.table, edits, self.group.nodes)
            if changes:
                key: Any = frozenset(changes) if len(changes) > 1 else next(iter(changes))
                one = mine[0].place == ("given", "gates") or mine[0].kind == "bias forgotten"
                shared.setdefault(mine[0].kind if one else key, []).append((mine, changes))
        for alternatives in shared.values():
            slot = Slot()
            for edits, changes in alternatives:
                if all(changes != c for _, c in slot.alternatives):
                    slot.add(edits, changes)
            yield self._possible(slot)

    def _possible(self, slot):
        """The slot with those alternatives that can be computed, and their values."""
        kept = Slot(nodes=slot.nodes, values={n: [] for n in slot.nodes})
        for edits, changes in slot.alternatives:
            try:
                found = {n: self._computed(self.base, n, changes.get(n)) for n in slot.nodes}
            except (ValueError, KeyError, TypeError):
                continue
            if all(np.all(np.isfinite(a)) for a in found.values()):
                kept.add(edits, changes)
                for node, a in found.items():
                    kept.values[node].append(a)
        return kept

    def _computed(self, read, node, other=None):
        name = node.removeprefix("net ")
        equation = self.trial.table.equations[name]
        if equation.activation and node == name:
            return ELEMENTWISE[other or equation.activation](read[f"net {name}"][self.span])
        found = value(equation.net if other is None else other, read, self.span)
        width = found.shape[1:3] if np.ndim(found) == 5 else (1, 1)
        return np.broadcast_to(found, (self.T, *width, *self.base[node].shape[3:]))

    def _at_two(self, first, second):
        if not first.alternatives or not second.alternatives:
            return
        changed: set[str] = set()
        read = self.base
        for node in self.group.nodes:
            if node in first.nodes:
                found = self._stacked(read, node, first, 1, changed)
            elif node in second.nodes:
                found = self._stacked(read, node, second, 2, changed)
            elif self.reads[node] & changed:
                found = self._computed(read, node)
            else:
                continue
            changed.add(node)
            read = self._with(read, node, found)
        good = self._good(read, (len(first.alternatives), len(second.alternatives)))
        for n, m in zip(*np.nonzero(np.any(good, axis=-1)), strict=True):
            (e, x), (f, y) = first.alternatives[n], second.alternatives[m]
            yield (*e, *f), {**x, **y}, good[n, m]

    def _stacked(self, read, node, slot, axis, changed):
        """A node with each alternative of its slot, side by side on an axis."""
        found = []
        mixed = [n for n in changed if read[n].shape[axis] > 1]
        for k, (_, changes) in enumerate(slot.alternatives):
            other = changes.get(node)
            if changed and self._read_by(node, other) & changed:
                own = read.but(**{n: read[n].take([k], axis) for n in mixed}) if mixed else read
                found.append(self._computed(own, node, other))
            else:
                found.append(slot.values[node][k])
        width = max(a.shape[3 - axis] for a in found)
        shape = list(found[0].shape)
        shape[3 - axis] = width
        return np.concatenate([np.broadcast_to(a, shape) for a in found], axis=axis)

    def _read_by(self, node, other):
        if other is None or isinstance(other, str):
            return self.reads[node]
        return {name for name, lag in dictionary.reads(other) if lag == 0}

    def _good(self, read, shape):
        """Which hypotheses give the target, (N, M, ways) of bool."""
        target, ways = self.group.target, len(self.trial.ways)
        wanted = self.trial.known[target][: self.T, None, None]
        off = np.abs(read[target][1:] - wanted)
        off = np.where(np.isnan(wanted), 0.0, np.where(np.isfinite(off), off, np.inf))
        top = np.nanmax(np.abs(self.trial.known[target]), initial=1e-300)
        off = off.max(axis=tuple({0, *range(3, off.ndim - 1)}))
        off = off.reshape(*off.shape[:2], ways, -1).max(axis=-1)
        return np.broadcast_to(off <= 10 * self.trial.tol * top, (*shape, ways))

    def _with(self, read, node, array):
        start = np.broadcast_to(self.base[node][:1], (1, *array.shape[1:]))
        return read.but(**{node: np.concatenate([start, array])})

    # ---- two in one equation

    def _in_one_equation(self, slot):
        """Two summands or factors of the same net, exchanged or forgotten."""
        (node,), result = slot.nodes, Slot(nodes=slot.nodes, values={n: [] for n in slot.nodes})
        name = node.removeprefix("net ")
        equation = self.trial.table.equations[name]
        if (node == name and equation.activation) or not isinstance(equation.net, Sum | Product):
            return result
        changed: list[Any] = []
        for (edits, changes), a in zip(slot.alternatives, slot.values[node], strict=True):
            if edits[0].place[0] == "forward":
                changed.append((edits[0], a, rewrites.changed_at(equation.net, changes[node])))
        right = self.base[node][1:]
        for (e, a, at), (f, b, other) in combinations([c for c in changed if c[2]], 2):
            if at[0] == other[0]:
                continue
            net = rewrites.both(equation.net, at, other)
            edit = Edit(("forward", name), f"{e.kind}; {f.kind}", inner=net)
            result.add((edit,), {node: net})
            linear = isinstance(equation.net, Sum)
            found = a + b - right if linear else self._computed(self.base, node, net)
            result.values[node].append(found)
        return result
