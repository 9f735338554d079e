"""One factor of many tensors: a mean in the place of a sum, a norm that was clipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from lstm_ref.diagnose.core import alternatives, dictionary, local
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.types import Array, Arrays

DIGITS = 3  # a norm with so many digits is a limit that somebody has typed


def parameters(base: Pass, names: Iterable[str]) -> list[str]:
    """Of these tensors the gradients of parameters."""
    mine = {*base.table.matrices, *base.table.vectors}
    return [n for n in names if n[0] == "d" and n[1:] in mine]


def means(base: Pass) -> tuple[float, ...]:
    """Factors of means: over samples, steps, both."""
    T, B = base.T, base.values[base.table.input].shape[-1]
    return tuple(dict.fromkeys([1 / B, 1 / T, 1 / (T * B), float(B), float(T)]))


def factors(base: Pass, delta: Mapping[str, Array], right: Mapping[str, Array],
            tol: float) -> list[float]:  # fmt: skip
    """What all error terms may be multiplied with: 1 first, unless the last step says otherwise.

    There δ depends on the errors that enter alone. delta: recovered; right: of the right pass.
    """
    votes: Counter[float] = Counter()
    for name in delta:
        mine, wanted = delta[name][base.T].ravel(), right[name][base.T].ravel()
        for other in _coefficients(base, name):
            ratio = mine / (wanted * other)
            if np.all(np.isfinite(ratio)) and len(ratio) > 2:
                k = np.median(ratio)
                if k and np.abs(ratio - k).max() <= 1e3 * tol * abs(k):
                    votes[local.rounded(float(k), 1e3 * tol, means(base))] += 1
                    break
    if votes[1.0]:
        return [1.0]
    return [*(k for k, _ in votes.most_common(2)), 1.0]


def _coefficients(base, name):
    """What δ of a signal with one summand is multiplied with besides, if a factor is wrong."""
    T = base.T
    units = base.values.sizes[base.table.letters[name][0]]
    shape = 1, units, base.values[base.table.input].shape[-1]
    yield np.ones(shape).ravel()
    S, _ = alternatives.slopes(base, name)
    terms = list(base.terms(name))
    if len(terms) != 1 or terms[0][1].via or terms[0][1].lag:
        return
    term = terms[0][1]
    others = (n for n, _ in dictionary.others(base.table, term.inner))
    found = (base.formula(n)[T] for n in (term.inner, *others))
    fitting = [a for a in found if _fits(a.shape, shape)]  # a signal may have more or fewer units
    arrays = [np.broadcast_to(a, shape).ravel() for a in fitting]
    if not arrays or len(arrays[0]) != S.shape[-1]:
        return
    right = S[0, T - 1] * arrays[0]
    for slope in S[:, T - 1]:
        for array in arrays:
            yield slope * array / right


def _fits(shape, whole):
    return len(shape) == len(whole) and all(a in (1, b) for a, b in zip(shape, whole, strict=True))


def norm_of(tensors: Mapping[str, Array], names: Iterable[str]) -> float:
    """The norm of tensors together."""
    return float(np.sqrt(sum(np.sum(tensors[n] ** 2) for n in names)))


def as_edit(base: Pass, k: float, tensors: Mapping[str, Array], tol: float) -> Edit:
    """The edit for a factor of the gradients of all parameters, stored or not."""
    norm = norm_of(tensors, parameters(base, tensors))
    names = [f"d{name}" for name in (*base.table.matrices, *base.table.vectors)]
    limit = float(f"{norm:.{DIGITS - 1}g}")
    typed = abs(norm - limit) <= max(10 * tol, 1e-6) * limit  # some add 1e-6 to the norm
    if typed and abs(k) < 1 and k not in means(base):
        return Edit(("scale", tuple(names)), "clipped", weight=k, other=f"{limit:g}")
    return Edit(("scale", tuple(names)), "weight", weight=k)


def typed(weight: float, base: Pass) -> bool:
    """Whether somebody may have typed this factor; one of many digits has come from numbers."""
    if weight in (0.0, *means(base)):
        return True
    each = (abs(weight), 1 / abs(weight))
    return any(abs(w - float(f"{w:.{DIGITS}g}")) <= 1e-8 * w or w % 1 == 0 for w in each)


def limited(base: Pass, tensors: Mapping[str, Array]) -> tuple[Edit, set[str]] | None:
    """The limit to which every entry of the parameters' gradients is clipped, as an edit.

    With the names of those that have reached it; None where no two entries are at one limit.
    """
    names = parameters(base, tensors)
    limit = max((float(np.abs(tensors[n]).max()) for n in names), default=0.0)
    reached = {n for n in names if np.any(np.abs(tensors[n]) == limit)}
    if not limit or sum(np.sum(np.abs(tensors[n]) == limit) for n in reached) < 2:
        return None
    return Edit(("scale", tuple(names)), "limited", weight=limit, other="limited"), reached


def gives(own: Pass, found: Arrays, gradients: Mapping[str, Array], tol: float) -> bool:
    """Whether the results of a pass are these gradients, its parameters' up to one factor."""
    k = None
    mine = set(parameters(own, gradients))
    for name, value in gradients.items():
        row = found[name]
        if name in mine and k is None:
            top = (row.ravel() @ row.ravel()) or 1.0
            k = float(row.ravel() @ value.ravel()) / top
        want = row * (k if name in mine else 1.0)
        if not np.abs(want - value).max() <= 30 * tol * max(np.abs(value).max(), 1e-300):
            return False
    return True


def mistakes(edits: Iterable[Edit]) -> int:
    """How many mistakes edits are: one habit that shows in many places counts once."""
    return len({(e.place[0], e.kind, e.weight, e.steps, e.other if e.place[0] != "given" else "")
                if e.kind in ("at the activation", "bare", "last", "new", "zero", "ones", "window")
                or (e.place[0] in ("enter", "sum") and e.weight == 0)
                else e.key for e in edits if e.kind != "not read"})  # fmt: skip


def together(base: Pass, edits: Iterable[Edit], tensors: Mapping[str, Array]) -> list[Edit]:
    """The same weight of several finished tensors as one edit of all of them."""
    edits = list(edits)
    weights: dict[float, list[Edit]] = {}
    for edit in edits:
        if edit.place[0] == "result" and edit.kind == "weight":
            weights.setdefault(edit.weight, []).append(edit)
    for k, some in weights.items():
        old = [e for e in edits if e.place[0] == "scale" and e.weight == k and e.kind == "weight"]
        if len(some) > 1 or old:
            names = [*(n for e in old for n in e.place[1]), *(e.place[1] for e in some)]
            edits = [e for e in edits if e not in some and e not in old]
            edits.append(Edit(("scale", tuple(names)), "weight", weight=k))
    return edits
