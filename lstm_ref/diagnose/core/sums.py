"""Finished tensors, read alone: given all error terms, how is this gradient made of them?

A gradient is a sum over steps of what each brings. Weights of the steps are fitted; what a matrix
was multiplied with is looked up in the dictionary, at all steps or at the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.diagnose.core import alternatives, dictionary, local
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.types import Array

Edits = tuple[Edit, ...]
NAMED = tree.Parameter | tree.Signal


def near(a: Array, b: Array, tol: float) -> bool:
    """Whether two tensors agree, relative to the largest entry of the second."""
    return bool(np.abs(a - b).max() <= tol * max(np.abs(b).max(), 1e-300))


def read(
    base: Pass,
    name: str,
    mine: Array,
    delta: Mapping[str, Array],
    tensors: Mapping[str, Array],
    tol: float,
    nice: tuple[float, ...] = (),
) -> Edits | None:
    """The edits that make the tensor `name` ("dW_fx", "dx", "dh_0") what it is; None: not known.

    base: with all that is known of the error terms. delta: their own, (T + 1, 1, n, B).
    """
    best: Edits | None = None
    for edits in _ways(base, name, mine, delta, tensors, tol, nice):
        if best is None or len(edits) < len(best):
            best = edits
        if len(best) < 2:
            break
    return best


def _ways(
    base: Pass,
    name: str,
    mine: Array,
    delta: Mapping[str, Array],
    tensors: Mapping[str, Array],
    tol: float,
    nice: tuple[float, ...],
) -> Iterator[Edits]:
    of = name[1:]
    result = ("result", name)
    right = _right(base, name, delta)
    if near(mine, right, tol):
        yield ()
    if not np.any(mine) and unread(base, of):
        yield (Edit(result, "not read", weight=0.0, other="zero"),)
    if not np.any(mine):
        yield (Edit(result, "zero", weight=0.0, other="zero"),)
    if of in (*base.table.inputs, "x"):
        source = base.table.input if of == "x" else of
        if near(mine, right[::-1], tol):
            yield (Edit(result, "reversed", other="reversed"),)
        y = mine.reshape(base.T, -1)
        yield from _equation(base, source, y, delta, tol, nice, False)
    elif of.endswith("_0"):
        yield from _start(base, of[:-2], mine, delta, tol, nice)
    else:
        yield from _parameter(base, of, mine, delta, tol, nice)
    if of.endswith("_0") or of in (*base.table.inputs, "x"):
        yield from _updated(base, name, mine, right, delta, tensors, tol)
    yield from _whole(result, mine, right, tensors, tol, nice)


def _right(base, name, delta):
    found = base.gradients(delta)[name]
    return found[:, 0] if name[1:] in (*base.table.inputs, "x") else found[0]


def unread(base: Pass, of: str) -> bool:
    """Whether it is an initial state that was not taken, so that nothing depends on it."""
    state = of.removesuffix("_0")
    taken = [e for e in base.given if e.place[0] == "state" and e.other in ("zero", "ones")]
    return of.endswith("_0") and any(e.place[1] in (state, "all") for e in taken)


def _updated(base, name, mine, right, delta, tensors, tol):
    """W − η ∂E/∂W in the place of W, where the errors are passed on: updated too early."""
    moved = early(base, name, delta, tensors)
    if moved is None or mine.size < 3:
        return
    rate = (right - mine).ravel() @ moved.ravel() / max(moved.ravel() @ moved.ravel(), 1e-300)
    if near(mine, right - rate * moved, tol):
        yield (Edit(("result", name), "updated", weight=local.rounded(rate, tol), other="updated"),)


def early(base: Pass, name: str, delta: Mapping[str, Array],
          tensors: Mapping[str, Array]) -> Array | None:  # fmt: skip
    """What ∂E/∂W in the place of W would pass on; None where some gradient is not there."""
    of = name[1:].removesuffix("_0")
    of = base.table.input if of == "x" else of
    needed = [t.via.node.name for _, t in base.terms(of)
              if t.via and t.via.kind == "matrix" and isinstance(t.via.node, NAMED)]  # fmt: skip
    if not needed or any(f"d{n}" not in tensors for n in needed):
        return None
    other = edited(base, [])
    other.values = base.values.but(**{n: tensors[f"d{n}"] for n in needed})
    without = edited(base, [])
    without.values = base.values.but(**{n: 0 * base.values[n] for n in needed})
    return _right(other, name, delta) - _right(without, name, delta)


def _whole(result, mine, right, tensors, tol, nice):
    """The finished tensor is another one, or the right one changed."""
    k = (mine.ravel() @ right.ravel()) / max(right.ravel() @ right.ravel(), 1e-300)
    if mine.size > 2 and near(mine, k * right, tol):
        yield (Edit(result, "weight", weight=local.rounded(k, tol, nice)),)
    if right.ndim == 2 and right.shape[0] == right.shape[1] > 1 and near(mine, right.T, tol):
        yield (Edit(result, "transpose", other="transposed"),)
    for limit in (np.abs(mine).max(),):
        bound = np.clip(right, -limit, limit)
        if np.sum(np.abs(mine) == limit) > 1 and near(mine, bound, tol):
            yield (Edit(result, "clipped", weight=float(limit), other="clipped"),)
    for other, value in tensors.items():
        if other != result[1] and value.shape == mine.shape and np.array_equal(value, mine):
            yield (Edit(result, "copy", other=other),)


def _equation(base, name, y, delta, tol, nice, start):
    parts = alternatives.items(base, name, delta, start)
    if not parts:
        return
    S = np.ones((1, *y.shape))
    found = local.solve(y, S, parts, (), tol, nice)
    if found.found and found.edits:
        yield found.edits


def _start(base, state, mine, delta, tol, nice):
    if near(mine, delta[state][1, 0], tol):
        yield (Edit(("result", f"d{state}_0"), "not carried", other="step 1"),)
    yield from _equation(base, state, mine.reshape(1, -1), delta, tol, nice, True)


def _parameter(base, of, mine, delta, tol, nice):
    """Weights of the steps, then other things that the matrix has seen."""
    steps = {place: a[:, 0] for place, a in base.summed(of, delta)}
    if not steps:
        return
    yield from _weighted(steps, mine, tol, base.T)
    for place in steps:
        for edit in _others(base, of, place):
            other = dict(edited(base, [edit]).summed(of, delta))[place][:, 0]
            if not np.all(np.isfinite(other)):
                continue
            total = sum((a.sum(axis=0) for p, a in steps.items() if p != place), 0 * mine)
            yield from _exchanged(edit, steps[place], other, mine - total, tol, base.T)


def _weighted(steps, mine, tol, T):
    """Some steps missing, or the summands with other weights."""
    total = sum(steps.values())
    A = total.reshape(T, -1).T
    if not np.all(np.isfinite(A)):
        return
    if A.shape[0] > T:
        w = np.linalg.lstsq(A, mine.ravel(), rcond=None)[0]
        if near((A @ w).reshape(mine.shape), mine, tol):
            w = np.array([local.rounded(x, tol) for x in w])
            there = tuple(int(t) + 1 for t in np.flatnonzero(w == 0))
            if there and np.all(w[w != 0] == 1):
                (place, *more) = steps
                yield tuple(Edit(p, "dropped", weight=0.0, steps=there) for p in (place, *more))
    if len(steps) > 1:
        A = np.stack([a.sum(axis=0).ravel() for a in steps.values()], axis=1)
        w = np.linalg.lstsq(A, mine.ravel(), rcond=None)[0]
        if near((A @ w).reshape(mine.shape), mine, tol):
            w = [local.rounded(x, tol) for x in w]
            yield tuple(
                Edit(p, "dropped" if x == 0 else "weight", weight=x)
                for p, x in zip(steps, w, strict=True)
                if x != 1
            )


def _others(base, of, place):
    item = base.table.summands(of)[place[2]]
    if of in base.table.products:
        yield from (Edit(place, kind, v=v) for v, kind in _like(base, item.v))
        if item.inner != dictionary.ONE:
            yield from (Edit(place, kind, inner=n) for n, kind in _like(base, item.inner))
    else:
        yield from (Edit(place, kind, inner=n) for n, kind in _like(base, item.inner))
        if item.outer != dictionary.ONE:
            yield from (Edit(place, kind, outer=n) for n, kind in _like(base, item.outer))


def _like(base, node):
    """Other formulas of the same shape."""
    shape = base.formula(node).shape[2:-1]
    for other, kind in dictionary.others(base.table, node):
        if alternatives.fits(base, other, shape):
            yield other, kind


def _exchanged(edit, right, other, mine, tol, T):
    """Another thing in the product at all steps, or at one end."""
    if near(other.sum(axis=0), mine, tol):
        yield (edit,)
    for step in (1, T) if T > 1 else ():
        mixed = right.sum(axis=0) - right[step - 1] + other[step - 1]
        if near(mixed, mine, tol):
            yield (Edit(edit.place, edit.kind, inner=edit.inner, outer=edit.outer, v=edit.v,
                        steps=(step,)),)  # fmt: skip
