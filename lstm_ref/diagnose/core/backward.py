"""The way back, read: error terms first, each equation alone, then the finished tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from lstm_ref.diagnose.core import alternatives, dictionary, local, recover, scale, sums
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.search import Found, Search
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
PLACES = ("term", "slope", "enter", "sum", "start", "result", "scale", "error", "window")
TIES = 4  # other explanations that are looked at, of an equation or of a search


@dataclass(frozen=True)
class Read:
    """edits, whether they give every stored number, and what has another right side.

    ties: other edits that give every stored number. cost: how much is wrong or not understood.
    """

    edits: Edits = ()
    exact: bool = True
    unexplained: tuple[tuple[str, tuple[int, ...]], ...] = ()
    cost: float = 0.0
    ties: tuple[Edits, ...] = ()


def read(base: Pass, tensors: Mapping[str, Array], tol: float) -> Read:
    """Edits of the way back that give these tensors: "dW_fx", "dx", "delta_f", without a search.

    base: the pass that is right for their forward pass.
    """
    if not tensors or not wrong(base, (), tensors, tol):
        return Read()
    if (stored := _as_stored(base, tensors, tol)) is not None:
        return stored
    if (clipped := _clipped(base, tensors, tol)) is not None:
        return clipped
    return _by_error_terms(base, tensors, tol) or Read((), False, (), 20.0)


def _clipped(base, tensors, tol):
    """What the tensors say that are below a limit, if with it all of them are given."""
    if (found := scale.limited(base, tensors)) is None:
        return None
    limit, reached = found
    below = read(base, {n: v for n, v in tensors.items() if n not in reached}, tol)
    edits = (*below.edits, limit)
    if not below.exact or wrong(base, edits, tensors, tol):
        return None
    return Read(edits, True, (), below.cost + 1, tuple((*tie, limit) for tie in below.ties))


def given(
    base: Pass, known: Sequence[Edits], tensors: Mapping[str, Array], tol: float
) -> Read | None:
    """The first of these edits that give every tensor, or None."""
    for edits in known:
        if all(_there(base.table, edit) for edit in edits) and not wrong(base, edits, tensors, tol):
            return Read(edits, True, (), float(scale.mistakes(edits)))
    return None


def _there(table, edit):
    """Whether the cell, which may be an altered one, has the place of an edit."""
    kind, name, *k = edit.place
    return kind not in ("term", "start", "sum") or k[0] < len(table.summands(name))


def _as_stored(base, tensors, tol):
    """Right error terms under another convention: before the slope, or in the reverse order."""
    edits: list[Edit] = []
    for name in wrong(base, (), tensors, tol):
        if not np.any(tensors[name]) and not name.startswith("delta_"):
            kind = "not read" if sums.unread(base, name[1:]) else "zero"
            edits.append(Edit(("result", name), kind, weight=0.0, other="zero"))
            continue
        if not name.startswith("delta_"):
            return None
        right, slope = base.right[name], base.slope_of(name[6:])
        place = ("result", name)
        if slope is not None and sums.near(tensors[name] * slope[1:, 0], right, 30 * tol):
            edits.append(Edit(place, "before the slope", other="before the slope"))
        elif sums.near(tensors[name][::-1], right, 30 * tol):
            edits.append(Edit(place, "reversed", other="reversed"))
        else:
            return None
    return Read(tuple(edits), True, (), float(len(edits)))


def wrong(base: Pass, edits: Iterable[Edit], tensors: Mapping[str, Array], tol: float) -> list[str]:
    """The tensors that a pass with these edits does not give."""
    found = evaluated(base, edits, tensors)
    return [n for n, v in tensors.items() if not sums.near(found[n], v, 30 * tol)]


def evaluated(base: Pass, edits: Iterable[Edit], tensors: Mapping[str, Array]) -> Arrays:
    """What a pass with edits computes, edits of finished tensors too."""
    edits = tuple(edits)
    found = edited(base, [e for e in edits if e.place[0] not in ("result", "scale")]).results()
    right = dict(found)
    for edit in edits:
        kind, name = edit.place[:2]
        if kind == "scale":
            for each in name:
                found[each] = _scaled(edit, found[each])
        elif kind == "result" and name in found:
            found[name] = _finished(base, edit, found[name], right, tensors)
            if edit.other == "updated":
                new = edited(base, [e for e in edits if e.place[0] not in ("result", "scale")])
                moved = sums.early(new, name, new.run(), tensors)
                found[name] = right[name] - edit.weight * (0 if moved is None else moved)
    return found


def _scaled(edit, value):
    if edit.other == "limited":
        return np.clip(value, -edit.weight, edit.weight)
    return edit.weight * value


def _finished(base, edit, value, right, tensors):
    match edit.other:
        case "zero":
            return value * 0
        case "before the slope":
            slope = base.slope_of(edit.place[1][6:])
            return value if slope is None else value / slope[1:, 0]
        case "reversed":
            return value[::-1]
        case "transposed":
            return value.T
        case "clipped":
            return np.clip(value, -edit.weight, edit.weight)
        case "step 1":
            return right[f"delta_{edit.place[1][1:-2]}"][0]
        case "":
            return edit.weight * value
    if edit.kind == "copy":
        return (tensors if edit.other in tensors else right)[edit.other]
    return value


# ---- by error terms


def _by_error_terms(base, tensors, tol):
    """Each equation from its own error terms; None where they do not come back."""
    found = recover.sources(base, tensors)
    stored = {n[6:]: _slots(a) for n, a in tensors.items() if n.startswith("delta_")}
    if not _enough(base, {*found, *stored}):
        return None
    best: Any = None
    right = base.run()
    for known in _choices(base, found, stored, tensors, tol):
        tried: dict[float, None] = {}
        todo = scale.factors(base, known, right, tol) if found else [1.0]
        while todo:
            k, *todo = todo
            tried[k] = None
            delta = {n: a / (k if n not in stored else 1.0) for n, a in known.items()}
            result = _equations(base, delta, k, tensors, tol)
            if best is None or result.cost < best.cost:
                best = result
            if best.exact and best.cost <= 1:
                return best
            if found and k == 1 and result.exact:  # an odd weight may be a factor of everything
                todo += [w for w in _odd_weights(base, result.edits) if w not in (*tried, *todo)]
    if best.exact and len(_odd_weights(base, best.edits)) > 1:
        return replace(best, edits=(), exact=False, ties=(), cost=best.cost + 20)
    return best


def _odd_weights(base, edits):
    """Weights that nobody types, each once."""
    nice = (0.0, 1.0, 2.0, 0.5, *scale.means(base))
    odd = (e.weight for e in edits if e.place[0] != "scale" and e.other in ("", "swapped"))
    found = dict.fromkeys(w for w in odd if all(abs(abs(w) - n) > 1e-9 for n in nice))
    return list(found)


def _slots(array):
    return np.concatenate([np.zeros_like(array[:1]), array])[:, None]


def comes_back(base: Pass, gradients: Mapping[str, Array]) -> bool:
    """Whether every error term with a matrix of its own comes back from these gradients."""
    return _enough(base, {*recover.sources(base, gradients)})


def _enough(base, known):
    """Whether every signal with a matrix of its own has come back."""
    needed = {p.by for items in base.table.products.values() for p in items}
    return bool(known) and needed <= known


def _choices(base, found, stored, tensors, tol, most=4):
    """Error terms of each signal, from one of its matrices where these contradict each other."""
    options = []
    for name, sources in found.items():
        if name in stored:
            continue
        differing = [sources[0].delta]
        for source in sources[1:]:
            if all(not sums.near(source.delta, d, 1e3 * tol) for d in differing):
                differing.append(source.delta)
        differing.sort(key=lambda d: not _agrees_with_bias(base, name, d, tensors, tol))
        options.append([(name, d) for d in differing if np.any(d)] or [(name, differing[0])])
    for n, chosen in enumerate(product(*options)):
        if n == most:
            return
        yield {**dict(chosen), **stored}


def _agrees_with_bias(base, name, delta, tensors, tol):
    total = delta[1:, 0].sum(axis=(0, -1))
    for bias in base.table.vectors:
        terms = base.table.terms[bias]
        plain = [t.by for t in terms] == [name] and terms[0].inner == dictionary.ONE
        if plain and not terms[0].via and f"d{bias}" in tensors:
            return sums.near(total, tensors[f"d{bias}"].ravel(), 1e3 * tol)
    return True


def _equations(base, delta, k, tensors, tol):
    nice = scale.means(base)
    tight = max(tol, 1e-10)
    whole = recover.between(base, delta, tight)
    edits: list[Edit] = []
    other: list[tuple[Edits, Edits]] = []
    unexplained: list[tuple[str, tuple[int, ...]]] = []
    for name in base.table.equations:
        parts = alternatives.items(base, name, whole)
        S, slope_edits = alternatives.slopes(base, name)
        y = whole[name][1:].reshape(base.T, -1)
        reading = local.solve(y, S, parts, slope_edits, tight, nice)
        edits += reading.edits
        other += [(reading.edits, tie) for tie in reading.ties[:TIES]]
        instead = None if reading.found else _instead(base, name, whole, tight)
        if instead:
            edits.append(instead)
        elif not reading.found:
            unexplained.append((name, reading.steps))
    if k != 1:
        edits.append(scale.as_edit(base, k, tensors, tol))
    found = _finish(base, edits, whole, k, tensors, tol, unexplained)
    late = [name for name, steps in unexplained if steps == (base.T,)]
    if not found.exact and late and set(late) <= set(base.table.states):
        left = [Edit(("enter", name), "left over", other="left over") for name in late]
        rest = [u for u in unexplained if u[0] not in late]
        again = _finish(base, [*edits, *left], whole, k, tensors, tol, rest)
        found = again if again.exact else found
    if not found.exact:  # what was read of errors between is a guess
        sure = [e for e in found.edits if _of_known(base, e, delta)]
        named = [u for u in found.unexplained if _stored(base, u[0], tensors)]
        return replace(found, edits=tuple(sure), unexplained=tuple(named))
    ties = [(*(e for e in found.edits if e not in mine), *tie) for mine, tie in other]
    return replace(found, ties=tuple(t for t in ties if not wrong(base, t, tensors, tol)))


def _stored(base, name, tensors):
    """Whether an equation and the error terms that it reads are all stored: their own numbers."""
    by = [term.by for term in base.table.terms.get(name, ())]
    return name in base.table.equations and all(f"delta_{n}" in tensors for n in (name, *by))


def _of_known(base, edit, delta):
    """Whether an edit was read from error terms that came back by themselves."""
    kind, name, *_ = edit.place
    if kind not in ("term", "slope") or name not in delta:
        return kind in ("sum", "result")
    return {t.by for t in base.table.terms[name]} <= set(delta)


def _instead(base, name, delta, tol):
    """What is taken for the whole error term: a net, a signal, another error term."""
    table, mine = base.table, delta[name][1:, 0]
    alike = [n for n in table.equations if table.letters[n] == table.letters[name]]
    nets = [n for n in alike if table.equations[n].activation]
    options = [("net for error", f"net {n}", base.values[f"net {n}"][1:]) for n in nets]
    options += [("signal", n, base.values[n][1:]) for n in alike]
    options += [("copy", f"delta {n}", delta[n][1:, 0]) for n in alike if n != name]
    for kind, other, array in options:
        if sums.near(mine, array, 1e3 * tol):
            return Edit(("error", name), kind, other=other)
    return None


def _finish(base, edits, delta, k, tensors, tol, unexplained):
    """The finished tensors, with the edits of the error terms in place."""
    edits, unexplained = list(edits), list(unexplained)
    new = edited(base, [e for e in edits if e.place[0] not in ("result", "scale")])
    mine = set(scale.parameters(base, tensors))
    for name, value in tensors.items():
        if name.startswith("delta_"):
            continue
        value = value / (k if name in mine else 1.0)
        found = sums.read(new, name, value, delta, tensors, 10 * tol, scale.means(base))
        if found is None:
            unexplained.append((name, ()))
        else:
            edits += found
    edits = scale.together(base, edits, tensors)
    exact = not unexplained and not wrong(base, edits, tensors, tol)
    cost = scale.mistakes(edits) + 10 * len(unexplained) + 5 * (not exact)
    cost += len(_odd_weights(base, edits))
    return Read(tuple(edits), exact, tuple(unexplained), cost)


# ---- by search


def searched(base: Pass, tensors: Mapping[str, Array], tol: float) -> Read:
    """As `read`, by passes that come nearer and nearer, where error terms do not come back."""
    found = [completed(base, f, tensors, tol)
             for f in Search(base, [tensors], 30 * tol).run()[:TIES]]  # fmt: skip
    return chosen(found)


def chosen(found: Sequence[Read]) -> Read:
    """The shortest that gives every number, the others beside it; none: nothing is claimed."""
    exact = sorted((f for f in found if f.exact), key=lambda f: (f.cost, _odd(f.edits)))
    if not exact:
        return Read((), False, (), 20.0)
    same = tuple(f.edits for f in exact[1:] if f.cost == exact[0].cost)
    return replace(exact[0], ties=same)


def _odd(edits):
    """What is less likely, if it gives the same numbers."""
    return sum(e.other == "left over" for e in edits)


def completed(base: Pass, found: Found, tensors: Mapping[str, Array], tol: float) -> Read:
    """What a search has found, with the factor of all gradients and edits of finished tensors."""
    k = found.factor if abs(found.factor - 1) > 30 * tol else 1.0
    known = local.rounded(k, tol, scale.means(base))
    k = known if known in (1.0, -1.0, 2.0, 0.5, *scale.means(base)) else k
    edits = list(found.edits)
    if k != 1:
        edits.append(scale.as_edit(base, k, tensors, tol))
    return _finish(base, edits, edited(base, found.edits).run(), k, tensors, tol, [])
