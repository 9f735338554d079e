"""Error terms out of weight gradients, and those of signals that no matrix reads.

∂E/∂W = Σ_t,b δ_t,b v_t,bᵀ = Δ Vᵀ with Δ (n, T B) and V (m, T B). Where V has T B independent
columns, Δ = ∂E/∂W pinv(Vᵀ): every error term of every step and sample comes back. The error of a
signal between, δ_h or δ_c of an LSTM, is what its own equation and those that read it agree upon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import alternatives
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.types import Array, Arrays

WORST = 1e5  # condition number of V at which error terms still come back
NONE = 4  # what a neighbour costs that does not agree
CANDIDATES = 4000  # values of one error at one step that are compared
WEIGHTS = (0.0, 2.0, 0.5, -1.0)  # of a summand, that are tried
ANCHOR = 1  # of those that agree one needs no more edits


@dataclass(frozen=True)
class Source:
    """δ of a signal (T + 1, 1, n, B) as the gradient of one matrix has it."""

    parameter: str
    delta: Array


def columns(base: Pass, name: str) -> tuple[str, Array, Array] | None:
    """(by, V (m, T B), inner (T + 1, ..)) of a matrix with one product; None if it has others."""
    products = base.table.products.get(name, ())
    if len(products) != 1 or base.table.rank(products[0].by) != 1:
        return None
    item, place = products[0], ("sum", name, 0)
    v = base.v[place] if place in base.v else base.formula(item.v)
    V = np.moveaxis(v[1:, 0], 0, 1).reshape(v.shape[2], -1)
    return item.by, V, base.inner_of(place, item)


def identifiable(base: Pass, name: str) -> bool:
    """Whether the error terms come back from the gradient of this matrix."""
    found = columns(base, name)
    if found is None:
        return False
    _, V, inner = found
    full = V.shape[0] >= V.shape[1] and np.linalg.cond(V) < WORST
    return bool(full and np.abs(inner[1:]).min() > 1e-6)


def sources(base: Pass, gradients: Mapping[str, Array]) -> dict[str, list[Source]]:
    """Signal -> its error terms as each gradient has them, those of the input's matrices first."""
    table = base.table
    found: dict[str, list[Source]] = {}
    order = sorted(table.matrices, key=lambda n: not _reads_input(table, n))
    for name in order:
        known = columns(base, name) if f"d{name}" in gradients else None
        if known and identifiable(base, name):
            by, V, inner = known
            G = gradients[f"d{name}"]
            if table.products[name][0].transposed:
                G = G.T
            B = base.values[table.input].shape[-1]
            D = (G @ np.linalg.pinv(V).T).reshape(len(G), base.T, B)
            delta = np.zeros((base.T + 1, 1, len(G), B))
            delta[1:, 0] = np.moveaxis(D, 1, 0)
            delta[1:] /= inner[1:]
            found.setdefault(by, []).append(Source(name, delta))
    return found


def _reads_input(table: Table, name: str) -> bool:
    v = table.products[name][0].v if table.products.get(name) else None
    return isinstance(v, tree.Signal) and v.name in table.inputs


# ---- error terms between


def between(base: Pass, delta: Mapping[str, Array], tol: float) -> Arrays:
    """All error terms: the known ones, and those of signals between, as far as they come back.

    Twice, if there are several: what one of them says of another is known when it is.
    """
    found = dict(delta)
    names = [name for name in reversed(base.table.equations) if name not in found]
    for name in names if len(names) < 2 else 2 * names:
        others = {n: a for n, a in found.items() if n != name}
        found[name] = _agreed(base, name, others, tol)
    return found


def _agreed(base, name, delta, tol):
    B = base.values[base.table.input].shape[-1]
    shape = base.shape(name)
    result = np.zeros((base.T + 1, 1, *shape, B))
    views = _views(base, name, delta)
    own = _Own(base, name)
    for k in range(base.T, 0, -1):
        votes = [*own.votes({**delta, name: result}, k)]
        votes += [(who, arrays[:, k - 1], costs) for who, arrays, costs in views]
        if votes:  # else no equation says anything of it
            result[k] = _elected(votes, tol).reshape(1, *shape, B)
    return result


def _elected(votes, tol):
    """The value on which most neighbours agree with least changes.

    votes: (neighbour, values (N, m), what each costs); the first value is the right one.
    """
    values = np.concatenate([v for _, v, _ in votes])
    costs = np.concatenate([c for _, _, c in votes])
    who = np.repeat(np.arange(len(votes)), [len(c) for _, _, c in votes])
    good = np.all(np.isfinite(values), axis=-1) & np.any(values != 0, axis=-1)
    if not np.any(good):
        return values[0] * 0
    values, costs, who = values[good], costs[good], who[good]
    line = _Line(values, 1e3 * tol)
    alone, *order = np.lexsort((who, costs))
    best, chosen = costs[alone] + NONE * (len(votes) - 1), values[alone]  # where no two agree
    seen = np.zeros(len(values), bool)
    several = line.several()
    for at in (n for n in (alone, *order) if several[n]):
        if costs[at] > ANCHOR or costs[at] >= best:
            break
        if seen[at]:
            continue
        group = line.alike(at)
        seen[group] = True
        total = 0.0
        for n in range(len(votes)):
            mine = group[who[group] == n]
            scaled = np.abs(line.size[mine] / line.size[at] - 1) > 1e3 * tol
            total += min(NONE, (costs[mine] + scaled).min()) if len(mine) else NONE
        if total < best:
            best, chosen = total, values[at]
    return chosen


class _Line:
    """Vectors (N, m) in the order of one projection, so that those like one of them are near it."""

    def __init__(self, values, tol):
        self.tol, self.size = tol, np.linalg.norm(values, axis=-1)
        self.unit = values / self.size[:, None]
        probe = np.random.default_rng(0).normal(size=(values.shape[-1], 2))
        self.marks = np.abs(self.unit @ probe)
        self.order = np.argsort(self.marks[:, 0], kind="stable")
        first, line = self.marks[:, 0], self.marks[self.order, 0]
        self.low, self.high = (np.searchsorted(line, first + way, "right") for way in (-tol, tol))

    def several(self):
        """Of which there is another one near on the line, (N,) of bool."""
        return self.high - self.low > 1

    def alike(self, at):
        """Numbers of those that are this one up to a factor, itself among them."""
        group = self.order[self.low[at] : self.high[at]]
        group = group[np.abs(self.marks[group, 1] - self.marks[at, 1]) <= self.tol]
        unit, mine = self.unit[group], self.unit[at]
        off = np.minimum(np.abs(unit - mine).max(axis=-1), np.abs(unit + mine).max(axis=-1))
        return group[off <= 10 * self.tol]


class _Own:
    """What the own equation of a signal says of its error: right, or with one or two edits."""

    def __init__(self, base, name):
        self.base, self.name = base, name

    def votes(self, delta, k):
        table, name = self.base.table, self.name
        by = {term.by for term in table.terms[name]}
        if not by <= set(delta):
            return
        if "parts" not in self.__dict__ or name in by:
            self.parts = alternatives.items(self.base, name, delta)
            self.S, _ = alternatives.slopes(self.base, name)
        arrays = [p.arrays[:, k - 1] for p in self.parts]
        right = sum((a[0] for a in arrays), np.zeros(self.S.shape[-1]))
        found, costs = [right[None]], [np.zeros(1)]
        single = []
        for a in arrays:
            if np.any(a[0]):
                weighted = np.outer(WEIGHTS, a[0])
                changed = np.concatenate([weighted, a[1:]]) - a[0]
                single.append(changed)
                found.append(right + changed)
                costs.append(np.ones(len(changed)))
        for n, one in enumerate(single):
            for other in single[:n]:
                if len(one) * len(other) <= CANDIDATES:
                    both = (one[:, None] + other[None]).reshape(-1, one.shape[-1])
                    found.append(right + both)
                    costs.append(np.full(len(both), 2.0))
        yield "own", self.S[0, k - 1] * np.concatenate(found), np.concatenate(costs)


def _views(base, name, delta):
    """(reader, values (N, T, m), costs): the error as those equations have it that receive it."""
    found = []
    for of in delta:
        terms = base.table.terms[of]
        mine = [(n, t) for n, t in enumerate(terms) if t.by == name]
        if len(mine) != 1 or mine[0][1].via or not {t.by for t in terms} <= {*delta, name}:
            continue
        n, term = mine[0]
        if base.table.letters[of] == base.table.letters[name]:
            found.append((of, *_view(base, of, n, term, delta, name)))
    return found


def _view(base, of, n, term, delta, name):
    parts = alternatives.items(base, of, {**delta, name: np.ones_like(delta[of])})
    at = next(k for k, p in enumerate(parts) if p.place == ("term", of, n))
    S, _ = alternatives.slopes(base, of)
    y = delta[of][1:].reshape(base.T, -1)
    rest = sum((p.arrays[0] for k, p in enumerate(parts) if k != at), np.zeros_like(y))
    real = [0] + [j + 1 for j, e in enumerate(parts[at].edits) if not e.other]
    factors = parts[at].arrays[real]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (y / S[:, None] - rest) / factors[None]
    costs = (np.arange(len(S)) > 0)[:, None] + (np.arange(len(factors)) > 0)[None] * 1.0
    values = values.reshape(-1, *y.shape)
    if term.lag:
        values = np.concatenate([np.full_like(values[:, :1], np.nan), values[:, :-1]], axis=1)
    return values, costs.ravel()
