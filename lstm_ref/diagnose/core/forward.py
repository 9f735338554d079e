"""What somebody computes forwards: the edits that give exactly his values.

Each signal that he stored is computed from the others that he stored, so that mistakes do not
mix: an equation alone where all is stored, several together where what lies between is not. What
goes in (initial states, x) is tried in all ways side by side, as further samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import altered, families, given, trials
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.explanations import Explanations
from lstm_ref.diagnose.core.values import Values
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
VERIFIED = 400  # full forward passes at most
TIES = 20  # other explanations that are looked at
PHASES = 3  # of `Explanations`


@dataclass(frozen=True)
class Forward:
    """edits: the shortest explanation, () where all is right; values: what is computed with them.

    found: whether they give all that is stored. ties: other explanations of the same numbers.
    unread: where they do not, the nodes ("f", "net f") that nothing explains; then edits explain
    the others, and values are the stored ones, None where too little is stored to tell.
    """

    edits: Edits = ()
    values: Values | None = None
    found: bool = True
    ties: tuple[Edits, ...] = ()
    unread: tuple[str, ...] = ()


def close(a: Array, b: Array, tol: float) -> bool:
    """Whether two tensors agree to a relative tolerance; NaN in b: not known."""
    known = np.isfinite(b)
    if a.shape != b.shape or not np.all(np.isfinite(a[known])):
        return False
    top = np.abs(b[known]).max(initial=0)
    return bool(np.abs(a - b)[known].max(initial=0) <= 10 * tol * max(top, 1e-300))


def read(
    table: Table,
    arrays: Mapping[str, Any],
    mine: Mapping[str, Array],
    tol: float = 1e-9,
    phases: int = PHASES,
) -> Forward:
    """The edits that give somebody's values.

    arrays: parameters, inputs, initial states, as golden vectors have them. mine: some of "h",
    "f", "net_f" (T, n, B), "h_0" (what he started with); NaN where it is not known. tol: relative.
    phases: 1 looks for other inputs alone, 2 for one mistake a group, 3 for two.
    """
    arrays = {n: np.asarray(a, float) for n, a in arrays.items()}
    mine = {n: np.asarray(a, float) for n, a in mine.items() if known(table, n)}
    with np.errstate(all="ignore"):
        return _Reader(table, arrays, mine, tol).read(phases)


def known(table: Table, name: str) -> bool:
    """Whether a tensor of this name is one of the forward pass."""
    if name.startswith("net_") and name[4:] in table.equations:
        return bool(table.equations[name[4:]].activation)
    return name in table.equations or (name.endswith("_0") and name[:-2] in table.states)


class _Reader:
    def __init__(self, table, arrays, mine, tol):
        self.table, self.arrays, self.mine, self.tol = table, arrays, mine, tol
        self.repertoire = trials.Repertoire(table)
        self.tried: dict[Edits, Values | None] = {}

    def read(self, count: int) -> Forward:
        if not self.fitting():
            return Forward((), None, False)
        if self.holds(()):
            return Forward((), self.tried[()])
        found = [(stored, self.search(mine)) for stored, mine in self.as_stored()]
        searches = [(stored, search, search.phases()) for stored, search in found if search]
        for _ in range(count):
            for stored, _, phases in searches:
                proposals = [(*edits, *stored) for edits in next(phases)]
                for n, edits in enumerate(proposals):
                    if len(self.tried) < VERIFIED and self.holds(edits):
                        return self.with_ties(edits, proposals[n + 1 :])
        each = bool(searches) and all(len(g.nodes) == 1 for g in searches[0][1].groups)
        for first in families.beforehand(self.table, each) if count == PHASES else ():
            if explained := self.beforehand(first):
                return explained
        return self.partly(searches[0][1]) if searches else Forward((), None, False)

    def beforehand(self, first):
        """Explanations beside something that was done with all parameters of a kind."""
        search = self.search(self.mine, given.taken(self.table, self.arrays, [first]))
        for proposals in islice(search.phases() if search else (), 2):
            proposals = [(first, *edits) for edits in proposals]
            for n, edits in enumerate(proposals):
                if len(self.tried) < VERIFIED and self.holds(edits):
                    return self.with_ties(edits, proposals[n + 1 :])
        return None

    def partly(self, search):
        """What explains some of the values, where all are stored: the others as they are."""
        edits, unread = search.partly()
        if not all(g.alone for g in search.groups) or len(unread) == len(search.groups):
            return Forward((), None, False, (), unread)
        table = altered.forward_only(self.table, edits)
        way = tuple(e for e in edits if e.place[0] in ("state", "given"))
        found = trials.Trial(trials.Repertoire(table), self.arrays, self.mine, [way], self.tol).base
        for node in search.trial.reads:
            if node not in table.states:
                found[node][0] = found[node][1]
        return Forward(edits, found, False, (), unread)

    def fitting(self):
        """Whether all that is stored has the right shapes."""
        right = altered.forward_with(self.table, self.arrays, ())
        return all(np.shape(result(self.table, right, n)) == a.shape for n, a in self.mine.items())

    def holds(self, edits: Edits) -> bool:
        if edits not in self.tried:
            self.tried[edits] = self.checked(edits)
        return self.tried[edits] is not None

    def checked(self, edits):
        try:
            found = altered.forward_with(self.table, self.arrays, edits)
        except (ValueError, KeyError, TypeError):
            return None
        for name, wanted in self.mine.items():
            value = result(self.table, found, name, edits)
            start = name.endswith("_0") and name not in self.table.equations
            if start and not _near(value, wanted, self.arrays[name], self.tol):
                return None
            if not start and not close(value, wanted, self.tol):
                return None
        return found

    def as_stored(self):
        """(edits of the output, values with these undone)."""
        yield (), self.mine
        output, T = self.table.output, len(self.arrays[self.table.input])
        if output not in self.mine or T == 1:
            return
        h = self.mine[output]
        place = ("result", output)
        unknown, undone = np.full_like(h[:1], np.nan), {}
        if np.all(h == h[-1:]):
            alike = np.concatenate([*[unknown] * (T - 1), h[-1:]])
            yield (Edit(place, "last", other="last"),), {**self.mine, output: alike}
            return
        yield (Edit(place, "reversed", other="reversed"),), {**self.mine, output: h[::-1]}
        undone[output] = np.concatenate([h[1:], unknown])
        if output in self.table.states:
            undone[f"{output}_0"] = h[0]
        yield (Edit(place, "shifted", other="shifted"),), {**self.mine, **undone}

    def search(self, mine, arrays=None):
        """The explanations of values, None where they began with nothing that is known."""
        start = {n: a for n, a in mine.items() if n.endswith("_0")}
        arrays = self.arrays if arrays is None else arrays
        ways = inputs(self.table, arrays, start, self.tol)
        if not ways:
            return None
        return Explanations(trials.Trial(self.repertoire, arrays, mine, ways, self.tol))

    def with_ties(self, edits, others):
        """edits: an explanation. others: those that come after it."""
        cost = families.cost(edits)
        ties = list(families.same(self.table, edits))
        ties += [e for e in others[:TIES] if families.cost(e) <= cost]
        ties = [t for t in dict.fromkeys(ties) if t != edits and self.holds(t)]
        return Forward(edits, self.tried[edits], True, tuple(ties))


def result(table: Table, found: Values, name: str, edits: Edits = ()) -> Array:
    """A tensor as it is stored: "h", "net_f", (T, n, B), or "h_0"."""
    if name.startswith("net_") and name[4:] in table.equations:
        return found[f"net {name[4:]}"][1:]
    if name.endswith("_0") and name not in table.equations:
        return found[name[:-2]][0]
    value = found[name]
    for edit in edits:
        if edit.place == ("result", name):
            return altered.stored(value, edit.other)
    return value[1:]


def _near(state, seen, like, tol):
    """Whether an initial state is the one that was seen; like: of its size, for it may be zero."""
    return np.abs(state - seen).max() <= 10 * tol * max(np.abs(like).max(), np.abs(seen).max())


def inputs(table: Table, arrays: Arrays, start: Mapping[str, Array], tol: float) -> list[Edits]:
    """All ways to take initial states and inputs, the right one first.

    start: initial states as they were seen, by "h_0".
    """
    kept = starts(table, arrays, start, tol)
    sequences: list[Edits] = [(), *((e,) for e in families.sequences(table, arrays))]
    pairs = [(*a, *b) for a in kept for b in sequences]
    return sorted(pairs, key=len)


def starts(
    table: Table, arrays: Mapping[str, Any], start: Mapping[str, Array], tol: float
) -> list[Edits]:
    """The ways to take initial states that go with those that were seen, by "h_0"."""
    kept: list[Edits] = []
    for way in [(), *((e,) for e in families.states(table))]:
        taken = given.taken(table, arrays, way)
        if all(_near(taken[n], a, arrays[n], tol) for n, a in start.items()):
            kept.append(way)
    return kept


def first(
    table: Table,
    arrays: Mapping[str, Any],
    stored: Sequence[tuple[Mapping[str, Array], float]],
    proposals: Sequence[Edits],
) -> Forward:
    """The first of these explanations that gives all that is stored, the others as ties.

    stored: pairs of values, as of `read`, and their tolerance.
    """
    readers = [_Reader(table, arrays, mine, tol) for mine, tol in stored]
    good = [edits for edits in proposals if all(r.holds(edits) for r in readers)]
    if not good:
        return Forward((), None, False)
    ties = [t for edits in good for t in (*families.same(table, edits), edits)]
    ties = [t for t in dict.fromkeys(ties) if t != good[0] and readers[0].holds(t)]
    return Forward(good[0], readers[0].tried[good[0]], True, tuple(ties))
