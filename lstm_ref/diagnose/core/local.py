"""One equation of the way back, read alone: which summands, factors and slope give its numbers.

All errors that it reads are somebody's own, so his mistakes do not mix. For every step, the
equation δ_s = slope ⊙ (what enters + Σ summands) is solved with one or two summands exchanged for
others of the dictionary, each with a weight of its own. What holds at all steps, or at all but
some that have one other explanation, is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from lstm_ref.diagnose.core.alternatives import Item
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.types import Array

MOST = 3  # edits of one equation that are looked for


@dataclass(frozen=True)
class Reading:
    """edits: what makes the equation right; found: whether it does, at every step.

    steps: where it does not, if nothing does. ties: other explanations, equally short.
    """

    edits: tuple[Edit, ...] = ()
    found: bool = True
    steps: tuple[int, ...] = ()
    ties: tuple[tuple[Edit, ...], ...] = ()


def rounded(w: float, tol: float, nice: Iterable[float] = ()) -> float:
    """A weight as a round number where it is one."""
    for n in (0.0, 1.0, -1.0, 2.0, 0.5, *nice):
        if abs(w - n) <= max(30 * tol, 1e-9) * max(1, abs(n)):
            return n
    return float(f"{w:.10g}") if tol < 1e-7 else float(f"{w:.8g}")


def solve(y: Array, S: Array, parts: list[Item], slope_edits: tuple[Edit, ...], tol: float,
          nice: tuple[float, ...] = ()) -> Reading:  # fmt: skip
    """The shortest explanation of y (T, m) = slope ⊙ Σ parts."""
    problem = _Problem(y, S, parts, tol, nice)
    keys: list[Any] = []
    for level in range(MOST + 1):
        keys = list(dict.fromkeys([*keys, *problem.keys(level)]))
        if found := problem.cover(keys, level):
            return _reading(found, parts, slope_edits, len(y))
    return Reading((), False, tuple(problem.wrong()))


class _Problem:
    """Keys are (slope, ((item, other, weight), ...)); weights are those of the exchanged items."""

    def __init__(self, y, S, parts, tol, nice):
        self.y, self.S, self.parts, self.nice = y, S, parts, nice
        with np.errstate(divide="ignore", invalid="ignore"):
            self.Z = np.where(S == 0, np.nan, y / S)
        self.right = [p.arrays[0] for p in parts]
        self.total = sum(self.right, np.zeros_like(y))
        size = sum((np.abs(r) for r in self.right), np.zeros_like(y))
        self.scale = np.maximum(size.max(axis=-1), 1e-300)
        self.tol = tol
        self.known = {}

    def wrong(self):
        return [t + 1 for t, ok in enumerate(self.holds((0, ()))) if not ok]

    def holds(self, key):
        """At which steps the key gives y, (T,) of bool."""
        if key not in self.known:
            slope, changed = key
            total = self.total
            for k, other, w in changed:
                total = total - self.right[k] + w * self.parts[k].arrays[other]
            off = np.abs(self.y - self.S[slope] * total).max(axis=-1)
            top = np.maximum(np.abs(self.y).max(axis=-1), 1e-3 * self.scale *
                             np.abs(self.S[slope]).max(axis=-1))  # fmt: skip
            self.known[key] = off <= 10 * self.tol * np.maximum(top, 1e-300)
        return self.known[key]

    def keys(self, level):
        """Keys with so many edits that hold at some step."""
        found = {(0, ()): None} if level == 0 else {}
        for slope in range(len(self.S)):
            many = level - (slope > 0)
            if many == 0:
                found[(slope, ())] = None
            elif many == 1:
                found |= dict.fromkeys((slope, c) for c in self._ones(slope))
            elif many == 2 and (slope == 0 or level <= 2):
                found |= dict.fromkeys((slope, c) for c in self._twos(slope))
            elif many >= 2:
                found |= dict.fromkeys((slope, c) for c in self._weights(slope))
        return [key for key in found if np.any(self.holds(key))]

    def _snap(self, w):
        return rounded(w, self.tol, self.nice)

    def _ones(self, slope):
        rest = self.Z[slope] - self.total
        for k, part in enumerate(self.parts):
            v = rest + self.right[k]
            w, off = _fit(v, part.arrays)
            top = np.maximum(np.nanmax(np.abs(v), axis=-1, initial=0), 1e-6 * self.scale)
            for other, t in zip(*np.nonzero(off <= 30 * self.tol * top), strict=True):
                changed = _exchanged(k, other, self._snap(w[other, t]))
                if changed[1:] != (0, 1.0):
                    yield (changed,)
            if np.any(np.nanmax(np.abs(v), axis=-1, initial=0) <= 30 * self.tol * self.scale):
                yield ((k, 0, 0.0),)

    def _twos(self, slope):
        for k, m in combinations(range(len(self.parts)), 2):
            v = self.Z[slope] - self.total + self.right[k] + self.right[m]
            a, b = self.parts[k].arrays, self.parts[m].arrays
            for t in range(len(v)):
                if not np.all(np.isfinite(v[t])):
                    continue
                yield from self._two(k, m, v[t], a[:, t], b[:, t], t)
        yield from self._weights(slope)

    def _two(self, k, m, v, a, b, t):
        aa, bb, ab = (a * a).sum(-1)[:, None], (b * b).sum(-1)[None], a @ b.T
        av, bv = (a @ v)[:, None], (b @ v)[None]
        det = aa * bb - ab * ab
        with np.errstate(divide="ignore", invalid="ignore"):
            p, q = (av * bb - bv * ab) / det, (bv * aa - av * ab) / det
            # by the projection first, exactly for what is left
            left = (v @ v) - p * av - q * bv
            near = (left <= 1e-6 * (v @ v)) & (det > 1e-12 * aa * bb)
        for i, j in zip(*np.nonzero(near), strict=True):
            off = np.abs(v - p[i, j] * a[i] - q[i, j] * b[j]).max()
            if off <= 100 * self.tol * max(np.abs(v).max(), 1e-6 * self.scale[t]):
                one, two = self._snap(p[i, j]), self._snap(q[i, j])
                both = _exchanged(k, i, one), _exchanged(m, j, two)
                changed = tuple(c for c in both if c[1:] != (0, 1.0))
                if len(changed) == 2:
                    yield changed

    def _weights(self, slope):
        """Every summand with a weight of its own, the right one or one other at one place."""
        for t in range(len(self.y)):
            z = self.Z[slope][t]
            there = [k for k, r in enumerate(self.right) if np.any(r[t])]
            if not np.all(np.isfinite(z)) or len(there) >= len(z) or not there:
                continue
            A = np.stack([self.right[k][t] for k in there], axis=-1)
            found = self._least(z, A, [(k, 0) for k in there])
            if found:
                yield found
                continue
            for n, k in enumerate(there):
                for other in _near(z, np.delete(A, n, axis=1), self.parts[k].arrays[1:, t]):
                    other_A = A.copy()
                    other_A[:, n] = self.parts[k].arrays[other + 1][t]
                    names = [(j, other + 1 if j == k else 0) for j in there]
                    if found := self._least(z, other_A, names):
                        yield found

    def _least(self, z, A, names):
        if not np.all(np.isfinite(A)):
            return ()
        w = np.linalg.lstsq(A, z, rcond=1e-10)[0]
        if np.abs(A @ w - z).max() > 100 * self.tol * np.abs(z).max():
            return ()
        changed = (_exchanged(k, o, self._snap(x)) for (k, o), x in zip(names, w, strict=True))
        return tuple(c for c in changed if c[1:] != (0, 1.0))

    def cover(self, keys, level):
        """[(key, steps or None), ...], all explanations of all steps with so many edits."""
        whole = [[(key, None)] for key in keys if np.all(self.holds(key))]
        if whole or level == 0:
            return whole
        if not keys:
            return []
        held = np.array([self.holds(key) for key in keys])  # (keys, T)
        right = self.holds((0, ()))
        for base in [*([(0, ())] if np.any(right) else []), *keys]:
            rest = ~self.holds(base)
            steps = tuple(int(t) + 1 for t in np.flatnonzero(rest))
            fitting = (keys[n] for n in np.flatnonzero(np.all(held[:, rest], axis=1)))
            found = [[(base, "others"), (key, steps)] for key in fitting
                     if key != base and _cost(base, key) <= level]  # fmt: skip
            if found:
                return found
        return []


def _exchanged(k, other, w):
    """(item, other, weight): without weight it does not matter what stands there."""
    return k, int(other) if w else 0, w


def _cost(base, key):
    edits = {("s", base[0]), ("s", key[0]), *base[1], *key[1]} - {("s", 0)}
    return len(edits)


def _near(z, rest, arrays):
    """Numbers of those arrays (N, m) with which columns (m, n) may give z, all at once.

    Both are projected off the columns; what is left of z must be along what is left of an array.
    """
    Q = np.linalg.qr(rest)[0]
    r, C = z - Q @ (Q.T @ z), arrays - arrays @ Q @ Q.T
    with np.errstate(divide="ignore", invalid="ignore"):
        left = r @ r - (C @ r) ** 2 / (C * C).sum(-1)
        return np.flatnonzero((left <= 1e-6 * (z @ z)) | (r @ r <= 1e-6 * (z @ z)))


def _fit(v, arrays):
    """(weights, largest deviation) of v (T, m) by each of (N, T, m), (N, T) both."""
    with np.errstate(divide="ignore", invalid="ignore"):
        w = (arrays * v).sum(-1) / (arrays * arrays).sum(-1)
        off = np.abs(v - w[..., None] * arrays).max(axis=-1)
    return w, np.where(np.isfinite(off), off, np.inf)


def _reading(found, parts, slope_edits, T):
    ways = []
    for cover in found:
        edits: dict[Any, Edit] = {}
        for key, steps in cover:
            held = steps
            if steps == "others":
                taken = {t for _, s in cover if isinstance(s, tuple) for t in s}
                held = tuple(t for t in range(1, T + 1) if t not in taken)
            for edit in _edits_of(key, parts, slope_edits):
                old = edits.get(edit.key)
                both = held
                if old is not None:
                    both = None if old.steps is None else tuple(sorted({*old.steps, *held}))
                whole = both is None or len(both) == T
                edits[edit.key] = replace(edit, steps=None if whole else both)
        ways.append(tuple(edits.values()))
    ways.sort(key=_likely)
    return Reading(ways[0], True, (), tuple(ways[1:]))


def _edits_of(key, parts, slope_edits):
    slope, changed = key
    if slope:
        yield slope_edits[slope - 1]
    for k, other, w in changed:
        if other:
            yield replace(parts[k].edits[other - 1], weight=w)
        else:
            yield Edit(parts[k].place, "dropped" if w == 0 else "weight", weight=w)


ODD = {"error": 2, "signal": 2, "power": 2}


def _likely(edits):
    """Likely explanations first: few, of all steps, with round weights."""
    odd = sum(ODD.get(e.kind, 1) + (e.weight not in (0.0, 1.0, -1.0, 2.0)) for e in edits)
    return len(edits), odd, [e.steps is not None for e in edits]
