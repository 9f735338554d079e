"""Passes with different edits, computed side by side as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass


def batch(base: Pass, states: Sequence[Iterable[Edit]]) -> Pass:
    """One pass that holds all of these side by side, along the axis in front of the units."""
    many = [edited(base, edits) for edits in states]
    new = edited(base, [])
    for field in ("inner", "outer", "v", "slopes"):
        for place in dict.fromkeys(p for one in many for p in getattr(one, field)):
            changed = {j: kept[place] for j, one in enumerate(many)
                       if place in (kept := getattr(one, field))}  # fmt: skip
            whole = _filled(_of(base, field, place), changed, len(many), 1)
            getattr(new, field)[place] = whole
    for name, right in base.enter.items():
        changed = {j: one.enter[name] for j, one in enumerate(many)
                   if one.enter[name] is not right}  # fmt: skip
        if changed:
            new.enter[name] = _filled(right, changed, len(many), 1 if name == "e" else 0)
    for place in dict.fromkeys(p for one in many for p in one.flipped):
        never = np.zeros((base.T + 1, 1), bool)
        new.flipped[place] = np.hstack([one.flipped.get(place, never) for one in many])
    for one in many:
        new.changed |= one.changed
    return new


def _filled(right, changed, many, axis):
    """The right array for all passes but those that have one of their own; all in one array."""
    most = max(right.ndim, *(a.ndim for a in changed.values()))
    right = _as_deep(right, most)
    changed = {j: _as_deep(a, most) for j, a in changed.items()}
    shape = list(np.broadcast_shapes(right.shape, *(a.shape for a in changed.values())))
    shape[axis] = many
    whole = np.empty(shape)
    whole[:] = right
    for j, array in changed.items():
        if axis:
            whole[:, j] = array[:, 0]
        else:
            whole[j] = array[0]
    return whole


def _as_deep(a, most):
    """With so many axes, new ones behind that of the passes."""
    return a.reshape(*a.shape[:2], *[1] * (most - a.ndim), *a.shape[2:])


def _of(one, field, place):
    """The array of a pass at this place, where it has none of its own."""
    kept = getattr(one, field)
    if place in kept:
        return kept[place]
    if field == "slopes":
        slope = one.slope_of(place)
        return np.ones((one.T + 1, 1, 1, 1)) if slope is None else slope
    _, name, k = place
    return one.formula(getattr(one.table.summands(name)[k], field))
