"""Hypotheses about a forward pass, computed side by side and compared with what is stored.

A node is "net f", a weighted input, or "f", the signal; an equation without an activation has the
second alone. What is stored is put in the place of what was computed, so that a node with all its
neighbours stored stands alone; a group is a stored node with what must be computed for it.
All ways to take the initial states and x are further samples: (T + 1, n, ways B).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import dictionary, families, given, rewrites
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.values import ELEMENTWISE, value
from lstm_ref.diagnose.core.values import given as given_values
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
Changes = dict[str, Any]  # node -> another net, or another word


@dataclass
class Group:
    """A stored node, and what is computed for it; alone: every step from stored states."""

    target: str
    nodes: list[str]
    alone: bool


def nodes_of(table: Table) -> dict[str, set[tuple[str, int]]]:
    """Node -> (node, lag) of what it is computed from, in the order of computation."""
    found: dict[str, set[tuple[str, int]]] = {}
    for name, equation in table.equations.items():
        reads = {r for r in dictionary.reads(equation.net) if r[0] in table.equations}
        if equation.activation:
            found[f"net {name}"] = reads
            reads = {(f"net {name}", 0)}
        found[name] = reads
    return found


class Repertoire:
    """All that may be computed instead, of one cell, worked out once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._others: dict[str, list[Edit]] = {}

    def others(self, node: str) -> list[tuple[Edit, Any]]:
        """(edit, what stands there) of one node."""
        name = node.removeprefix("net ")
        if name not in self._others:
            self._others[name] = rewrites.alternatives(self.table, name)
        of_net = node != name or not self.table.equations[name].activation
        edits = [e for e in self._others[name] if bool(e.other) != of_net]
        return [(e, e.inner if of_net else e.other) for e in edits]

    @cached_property
    def together(self) -> list[Edits]:
        """One mistake in several equations."""
        return list(dict.fromkeys(families.together(self.table)))


class Trial:
    """What is stored, and all ways to take the input.

    ways: of `inputs`. mine: of `forward.read`. Raises nothing: what cannot be computed is no
    explanation.
    """

    def __init__(
        self,
        repertoire: Repertoire,
        arrays: Arrays,
        mine: Mapping[str, Array],
        ways: list[Edits],
        tol: float,
    ) -> None:
        self.repertoire = repertoire
        self.table, self.arrays, self.mine = repertoire.table, arrays, mine
        self.ways, self.tol = ways, tol
        self.reads = nodes_of(self.table)
        x = arrays[self.table.input]
        self.T, self.B = len(x), x.shape[-1]
        self.known = {n: self._tiled(a) for n, a in _by_node(mine).items() if n in self.reads}
        self.base = self._base(arrays)
        self.groups = [self._group(n) for n in self.reads if n in self.known]

    def _tiled(self, a):
        return np.concatenate([a] * len(self.ways), axis=-1)

    def _base(self, arrays):
        """All values, those that are stored put in their places; right equations."""
        given_arrays = [given.taken(self.table, arrays, way) for way in self.ways]
        moving = [*self.table.inputs, *(f"{s}_0" for s in self.table.states)]
        joined = {n: np.concatenate([g[n] for g in given_arrays], axis=-1) for n in moving}
        read = given_values(self.table, {**arrays, **joined})
        for node in self.reads:
            name = node.removeprefix("net ")
            shape = [read.sizes[x] for x in self.table.letters[name]]
            read[node] = np.zeros((self.T + 1, *shape, len(self.ways) * self.B))
            if node in self.table.states:
                read[node][0] = joined[f"{node}_0"]
            if node in self.known:
                read[node][1:] = self.known[node]
        for step in range(1, self.T + 1):
            for node in self.reads:
                self._fill(read, node, slice(step, step + 1), {})
        return read

    def _group(self, target):
        found, todo = {target}, [target]
        while todo:
            for node, _ in self.reads[todo.pop()]:
                if node not in found and not self._whole(node):
                    found.add(node)
                    todo.append(node)
        nodes = [n for n in self.reads if n in found]
        alone = all(lag == 0 or self._whole(r) for n in nodes for r, lag in self.reads[n])
        return Group(target, nodes, alone)

    def _whole(self, node):
        return node in self.known and bool(np.all(np.isfinite(self.known[node])))

    # ---- computing

    def _fill(self, read, node, span, changes):
        """Compute a node at some steps, and keep it where it is not stored."""
        found = self._computed(read, node, span, changes.get(node))
        stored = self.known.get(node)
        if stored is not None:
            part = stored[span.start - 1 : span.stop - 1]
            found = np.where(np.isfinite(part), part, found)
        read[node][span] = found

    def _computed(self, read, node, span, other=None):
        name = node.removeprefix("net ")
        equation = self.table.equations[name]
        if equation.activation and node == name:
            return ELEMENTWISE[other or equation.activation](read[f"net {name}"][span])
        return value(equation.net if other is None else other, read, span)

    def agreeing(self, group: Group, changes: Changes, spans: Iterable[slice]) -> Array:
        """In which ways the group gives what is stored at these steps, (ways,) of bool."""
        spans = list(spans)
        nodes = self._affected(group, changes, len(spans) > 1)
        read = self.base
        if len(spans) > 1 or nodes[0] != group.target:
            read = self.base.but(**{n: self.base[n].copy() for n in nodes})
        good = np.ones(len(self.ways), bool)
        for span in spans:
            for node in nodes[:-1]:
                self._fill(read, node, span, changes)
            found = self._computed(read, group.target, span, changes.get(group.target))
            good &= self._same(group.target, found, span)
            if not np.any(good):
                break
            if len(spans) > 1:
                self._fill(read, group.target, span, changes)
        return good

    def _affected(self, group, changes, later):
        """Nodes of a group that have another value, the target last; later: at later steps too."""
        found = set(changes)
        whole = self._whole(group.target)
        for _ in range(2 if later else 1):
            for node in group.nodes:
                reads = [r for r, lag in self.reads[node] if later or lag == 0]
                if any(r in found for r in reads) and not (whole and node == group.target):
                    found.add(node)
        return [n for n in group.nodes if n in found and n != group.target] + [group.target]

    def _same(self, target, found, span):
        wanted = self.known[target][span.start - 1 : span.stop - 1]
        off = np.abs(found - wanted)
        off = np.where(np.isnan(wanted), 0.0, np.where(np.isfinite(off), off, np.inf))
        top = np.nanmax(np.abs(self.known[target]), initial=1e-300)
        off = off.reshape(-1, off.shape[-1]).max(axis=0)
        return np.all(off.reshape(-1, self.B) <= 10 * self.tol * top, axis=-1)

    def spans(self, group: Group, sieve: bool) -> list[slice]:
        """All steps at once where they stand alone; else step by step, of a sieve the first."""
        if group.alone:
            return [slice(1, self.T + 1)]
        if sieve and np.any(np.isfinite(self.known[group.target][0])):
            return [slice(1, 2)]
        return [slice(k, k + 1) for k in range(1, self.T + 1)]


def _by_node(mine):
    return {("net " + n[4:] if n.startswith("net_") else n): a for n, a in mine.items()}


def restricted(table: Table, edits: Edits, nodes: list[str]) -> tuple[Edits, Changes]:
    """Of edits in several equations those at these nodes, and what stands there."""
    kept: list[Edit] = []
    changes: Changes = {}
    for edit in edits:
        if edit.place == ("given", "gates"):
            pairs = [
                p for p in edit.other.split(", ") if _node(table, p.split(" for ")[1]) in nodes
            ]
            if pairs:
                part = Edit(edit.place, edit.kind, other=", ".join(pairs))
                kept.append(part)
                found = given.renamed(table, part)
                changes |= {_node(table, gate): e.net for gate, e in found.items()}
        else:
            name = edit.place[1]
            node = name if edit.other else _node(table, name)
            if node in nodes:
                kept.append(edit)
                changes[node] = edit.other or edit.inner
    return tuple(kept), changes


def _node(table, name):
    return f"net {name}" if table.equations[name].activation else name
