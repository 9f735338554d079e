"""A backward pass with edits in it: what stands at a place, put among its coefficients."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass


def edited(base: Pass, edits: Iterable[Edit]) -> Pass:
    """The pass with edits of terms, slopes, errors that enter and sums in it; base stays as it is.

    Of the places of `edits` those that a backward pass has: "enter", "error", "window", "slope",
    "term", "sum", "start". Others only count as changed.
    """
    new = base.copy()
    late = []
    for edit in edits:
        if edit.other == "left over":
            late.append(edit)
            new.enter[edit.place[1]] = edit.weight * new.enter[edit.place[1]]
        else:
            _put(new, edit, base)
    if late:  # of a run before, with the same mistakes
        before = new.results()
        for edit in late:
            state = edit.place[1]
            new.enter[state] = new.enter[state] + before[f"d{state}_0"]
            new.changed.add(edit.place)
    return new


def _put(new: Pass, edit: Edit, base: Pass) -> None:
    """Put an edit in; what it puts at a place that was right is computed once for many passes."""
    kind, name, *_ = edit.place
    key = name if kind == "slope" else edit.place
    first = kind in ("term", "sum", "start", "slope") and not any(
        key in fields for fields in (new.inner, new.outer, new.v, new.slopes)
    )
    if first and (known := new.kept.get(edit)) is not None:
        for field, array in known:
            getattr(new, field)[key] = array
        new.changed.add(edit.place)
        return
    _placed(new, edit, base)
    if first and not edit.flipped and not edit.other:
        fields = ("slopes",) if kind == "slope" else ("inner", "outer", "v")
        new.kept[edit] = [(f, found[key]) for f in fields if key in (found := getattr(new, f))]


def _placed(new: Pass, edit: Edit, base: Pass) -> None:
    kind, name, *_ = edit.place
    new.changed.add(edit.place)
    if kind == "enter":
        new.enter[name] = _entering(new, edit, base)
    elif kind == "error":
        new.replaced[name] = edit.other
    elif kind == "window":
        new.window = int(edit.weight)
    elif kind == "slope":
        right = new.slope_of(name)
        right = np.ones((new.T + 1, 1, 1, 1)) if right is None else right
        other = right if edit.inner is None else new.formula(edit.inner)
        new.slopes[name] = _mixed(edit.weight * other, right, _where(new, edit.steps))
    elif kind in ("term", "sum", "start"):
        _put_factors(new, edit)


def _entering(new, edit, base):
    """What enters with this edit: of the outputs (T + 1, 1, n, B), of a last state (1, n, B)."""
    e = new.enter[edit.place[1]]
    if edit.kind == "swapped":
        return edit.weight * base.enter[edit.other]
    if edit.place[1] != "e":
        return edit.weight * (e if edit.inner is None else e * new.formula(edit.inner)[new.T])
    other = e if edit.inner is None else e * new.formula(edit.inner)
    other = edit.weight * _shifted(other, edit.other)
    return np.where(_mask(_where(new, edit.steps), e), other, e)


def _put_factors(new, edit):
    """Other factors of one summand, on both sides of its matrix."""
    place, item = edit.place, _item(new, edit.place)
    where = _where(new, edit.steps, 0 if place[0] == "sum" else item.lag)
    right = new.inner_of(place, item)
    other = right if edit.inner is None else new.formula(edit.inner)
    new.inner[place] = _mixed(edit.weight * other, right, where)
    if edit.outer is not None:
        new.outer[place] = _mixed(new.formula(edit.outer), new.outer_of(place, item), where)
    if edit.v is not None:
        new.v[place] = _mixed(new.formula(edit.v), new.formula(item.v), where)
    if edit.flipped:
        new.flipped[place] = where[:, None] | new.flipped.get(place, False)
    if edit.other:
        new.source[place] = edit.other


def _shifted(e, how):
    """The errors that enter: of the step after or before, from the end, reshaped at each step."""
    if how == "after":
        return np.concatenate([e[1:], 0 * e[:1]])
    if how == "before":
        return np.concatenate([e[:1], 0 * e[:1], e[1:-1]])
    if how == "reshaped":
        return np.swapaxes(e.reshape(*e.shape[:2], e.shape[3], e.shape[2]), 2, 3)
    return np.concatenate([e[:1], e[:0:-1]]) if how == "reversed" else e


def _item(new, place):
    _, name, k = place
    return new.table.summands(name)[k]


def _where(new, steps, late=0):
    """Which slots are meant, (T + 1,) of bool; late: steps of δ_by, not of the error it goes to."""
    found = np.ones(new.T + 1, bool)
    if steps is not None:
        found[:] = False
        for t in steps:
            if 0 <= t + late <= new.T:
                found[t + late] = True
    return found


def _mask(where, like):
    return where.reshape(-1, *[1] * (like.ndim - 1))


def _mixed(other, right, where):
    most = max(other.ndim, right.ndim)
    other, right = (a.reshape(a.shape[0], a.shape[1], *[1] * (most - a.ndim), *a.shape[2:])
                    for a in (other, right))  # fmt: skip
    return np.where(_mask(where, other), other, right)
