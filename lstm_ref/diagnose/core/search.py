"""Which edits give these gradients, where error terms do not come back from them.

A breadth of passes is evaluated side by side: from the right one, every habit that is known to be
wrong and every single edit; from those that come nearest, again, one more at a time. How near a
pass is says the part of each tensor that it leaves unexplained, up to one common factor of the
parameters' gradients. The work is counted, not timed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ref.diagnose.core import habits
from lstm_ref.diagnose.core.batch import batch
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.types import Array

BREADTH = (1, 5, 5, 5)  # passes that are carried on, at each depth
NEARER = 0.4  # the cost that one edit more must save: else the numbers are of another kind
SMALLEST = 1e-7  # a tensor that is nearer counts as given


@dataclass(frozen=True)
class Found:
    """edits; left: the tensors they do not give; factor: of all parameters' gradients.

    layout: of those that were searched, the number of the one they are compared with.
    """

    edits: tuple[Edit, ...]
    left: tuple[str, ...]
    factor: float
    cost: float
    layout: int = 0


class _Target:
    """The tensors of one layout. tol: of a match, relative."""

    def __init__(self, base, tensors, tol, layout):
        self.tol, self.layout = tol, layout
        self.tensors = {n: v.ravel() for n, v in tensors.items() if np.any(v)}
        self.keys = {n: (n, v.tobytes()) for n, v in self.tensors.items()}
        parameters = {*base.table.matrices, *base.table.vectors}
        self.scaled = {n for n, v in self.tensors.items() if n[1:] in parameters and v.size > 2}

    def compared(self, states, found, known):
        """A `Found` for each pass. found: name -> (N, M).

        known: what is known of a tensor and these passes; layouts share most of their tensors.
        """
        for name, y in self.tensors.items():
            if self.keys[name] not in known:
                known[self.keys[name]] = _measured(found[name], y)
        measured = {n: known[key] for n, key in self.keys.items()}
        k = self.factor(measured, len(states))
        parts = [np.zeros(len(states))]
        for name, (fit, shape, plain) in measured.items():
            scaled = np.maximum(shape, np.abs(fit / k - 1))
            parts.append(np.where(k == 1, plain, scaled) if name in self.scaled else plain)
        off = np.where(np.isfinite(parts), parts, 1e3).T[:, 1:]
        cost = np.log10(np.clip(off, SMALLEST, 1e3)).sum(axis=1)
        cost = cost + 0.3 * np.array([len({e.place[:2] for e in s}) for s in states])
        cost = cost + 0.3 * (np.abs(k - 1) > 1e-6)
        cost = cost + 0.1 * np.array([sum(e.other == "left over" for e in s) for s in states])
        return [
            Found(tuple(s), tuple(n for n, o in zip(measured, off[j], strict=True)
                                  if not o <= self.tol), float(k[j]), float(cost[j]), self.layout)
            for j, s in enumerate(states)
        ]  # fmt: skip

    def factor(self, measured, many):
        """The common factor of the parameters' gradients: the median of those of all tensors.

        One that is near 1 counts only if some tensor is given by it to the last digit.
        """
        if not self.scaled:
            return np.ones(many)
        fits = np.array([measured[n][0] for n in self.scaled])
        k = np.median(np.where(np.isfinite(fits), fits, 1.0), axis=0)
        k = np.where(k != 0, k, 1.0)
        sure = np.zeros(many, bool)
        for name in self.scaled:
            fit, shape, _ = measured[name]
            sure |= np.maximum(shape, np.abs(fit / k - 1)) <= self.tol
        return np.where(sure | (np.abs(np.log(np.abs(k))) > 0.3), k, 1.0)


def _measured(rows, y):
    """Of passes (N, M) and a tensor: the factor that fits best; what is off with it; without."""
    top = np.abs(y).max()
    fit = (rows @ y) / np.maximum((rows * rows).sum(axis=-1), 1e-300)
    shape = np.abs(rows * fit[:, None] - y).max(axis=-1) / top
    return fit, shape, np.abs(rows - y).max(axis=-1) / top


class Search:
    """Stored tensors in one or several layouts, and passes that may give them."""

    def __init__(self, base: Pass, layouts: Sequence[Mapping[str, Array]], tol: float) -> None:
        self.base = base
        self.targets = [_Target(base, t, tol, n) for n, t in enumerate(layouts)]
        self.names = list(dict.fromkeys(n for t in self.targets for n in t.tensors))

    def run(self, most: int = len(BREADTH)) -> list[Found]:
        """The nearest explanations, exact ones first and short ones first."""
        best = self.judged([()])
        moves = habits.moves(self.base)
        for depth in range(most):
            if best and not best[0].left:
                break
            states = self.carried_on(best, BREADTH[depth] + (3 if len(self.targets) > 1 else 0))
            alone = habits.alone(self.base) if depth == 0 and len(self.targets) <= 8 else []
            tried = {_key(e): e for s in states for m in (*moves, *alone) if (e := _joined(s, m))}
            found = self.judged(list(tried.values()))
            if depth == 0 and found and found[0].left and len(self.targets) == 1:
                found += self.judged(habits.masked(self.base))
                found.sort(key=lambda f: f.cost)
            nearer = found[0].cost < best[0].cost - NEARER if found else False
            best = sorted([*found, *best], key=lambda f: f.cost)[:300]
            if not nearer:
                break
        exact = [f for f in best if not f.left]
        least = min((len(f.edits) for f in exact), default=0)
        return [f for f in exact if len(f.edits) == least] or best[:5]

    def carried_on(self, best: Sequence[Found], most: int) -> list[tuple[Edit, ...]]:
        """The nearest passes, few of one layout: another one may be the right one."""
        each = most if len(self.targets) == 1 else 2
        taken: dict[int, int] = {}
        states: dict[tuple[Edit, ...], None] = {}
        for found in best:
            taken[found.layout] = taken.get(found.layout, 0) + 1
            if taken[found.layout] <= each and len(states) < most:
                states[found.edits] = None
        return list(states)

    def judged(self, states: Sequence[tuple[Edit, ...]]) -> list[Found]:
        """All of them against all layouts, the nearest first."""
        found = []
        for some in _batches(states):
            one = len(some) == 1
            new = edited(self.base, some[0]) if one else batch(self.base, some)
            rows = outputs(new, self.names)
            rows = {n: np.broadcast_to(r, (len(some), r.shape[-1])) for n, r in rows.items()}
            known: dict[Any, Any] = {}
            for target in self.targets:
                found += target.compared(some, rows, known)
            found = sorted(found, key=lambda f: f.cost)[:300]
        return found


def _joined(state, move):
    places = {e.place for e in state}
    if any(e.place in places for e in move):
        return None
    return (*state, *move)


def _key(edits):
    return tuple(sorted(repr(e.key) for e in edits))


def _batches(states, size=256):
    """Passes that can be computed side by side; some cannot."""
    many = [s for s in states if not any(_alone(e) for e in s)]
    for start in range(0, len(many), size):
        yield many[start : start + size]
    yield from ([s] for s in states if any(_alone(e) for e in s))


def _alone(edit):
    return edit.place[0] in ("window", "error") or bool(
        edit.other and edit.place[0] in ("term", "start")
    )


def outputs(new: Pass, names: Sequence[str]) -> dict[str, Array]:
    """The tensors of a pass, each (N, M)."""
    delta = new.run()
    found = new.gradients(delta)
    rows = {}
    for name in names:
        steps = name[1:] in (*new.table.inputs, "x")
        array = found[name] if name in found else delta[name.removeprefix("delta_")][1:]
        if steps or name not in found:
            array = np.moveaxis(array, 1, 0)
        rows[name] = array.reshape(len(array), -1)
    return rows
