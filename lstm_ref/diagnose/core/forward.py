"""What somebody computes forwards: the edits that give exactly his values.

Each signal that he stored is computed from the others that he stored, so that mistakes do not
mix: an equation alone where all is stored, several together where what lies between is not. What
goes in (initial states, x) is tried in all ways side by side, as further samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import altered, families, given, trials
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.values import Values
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
VERIFIED = 400  # full forward passes at most
TIES = 20  # other explanations that are looked at


@dataclass(frozen=True)
class Forward:
    """edits: the shortest explanation, () where all is right; values: what is computed with them.

    found: whether they give all that is stored; values is None otherwise. ties: other
    explanations of the same numbers.
    """

    edits: Edits = ()
    values: Values | None = None
    found: bool = True
    ties: tuple[Edits, ...] = ()


def close(a: Array, b: Array, tol: float) -> bool:
    """Whether two tensors agree to a relative tolerance; NaN in b: not known."""
    known = np.isfinite(b)
    if a.shape != b.shape or not np.all(np.isfinite(a[known])):
        return False
    top = np.abs(b[known]).max(initial=0)
    return bool(np.abs(a - b)[known].max(initial=0) <= 10 * tol * max(top, 1e-300))


def read(
    table: Table, arrays: Mapping[str, Any], mine: Mapping[str, Array], tol: float = 1e-9
) -> Forward:
    """The edits that give somebody's values.

    arrays: parameters, inputs, initial states, as golden vectors have them. mine: some of "h",
    "f", "net_f" (T, n, B), "h_0" (what he started with); NaN where it is not known. tol: relative.
    """
    arrays = {n: np.asarray(a, float) for n, a in arrays.items()}
    mine = {n: np.asarray(a, float) for n, a in mine.items() if known(table, n)}
    with np.errstate(all="ignore"):
        return _Reader(table, arrays, mine, tol).read()


def known(table: Table, name: str) -> bool:
    """Whether a tensor of this name is one of the forward pass."""
    if name.startswith("net_") and name[4:] in table.equations:
        return bool(table.equations[name[4:]].activation)
    return name in table.equations or (name.endswith("_0") and name[:-2] in table.states)


class _Reader:
    def __init__(self, table, arrays, mine, tol):
        self.table, self.arrays, self.mine, self.tol = table, arrays, mine, tol
        self.tried: dict[Edits, Values | None] = {}

    def read(self) -> Forward:
        if found := self.holding([()]):
            return found
        for stored, mine in self.as_stored():
            proposals = self.proposals(mine)
            for edits in proposals:
                candidate = (*edits, *stored)
                if len(self.tried) > VERIFIED:
                    return Forward((), None, False)
                if self.holds(candidate):
                    return self.with_ties(candidate, proposals, stored)
        return Forward((), None, False)

    def holding(self, proposals) -> Forward | None:
        for edits in proposals:
            if self.holds(edits):
                return Forward(edits, self.tried[edits], True)
        return None

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
            if not close(result(self.table, found, name, edits), wanted, self.tol):
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
        unknown = np.full_like(h[:1], np.nan)
        if np.all(h == h[-1:]):
            undone = np.concatenate([*[unknown] * (T - 1), h[-1:]])
            yield (Edit(place, "last", other="last"),), {**self.mine, output: undone}
            return
        yield (Edit(place, "reversed", other="reversed"),), {**self.mine, output: h[::-1]}
        undone = {output: np.concatenate([h[1:], unknown])}
        if output in self.table.states:
            undone[f"{output}_0"] = h[0]
        yield (Edit(place, "shifted", other="shifted"),), {**self.mine, **undone}

    def proposals(self, mine):
        """Explanations that agree at least at the first step, shorter ones first."""
        start = {n: a for n, a in mine.items() if n.endswith("_0")}
        ways = inputs(self.table, self.arrays, start, self.tol)
        trial = trials.Trial(self.table, self.arrays, mine, ways, self.tol)
        yield from trial.explanations()

    def with_ties(self, edits, proposals, stored):
        """edits: an explanation. proposals: those that come after it."""
        cost = families.cost(edits)
        ties = list(families.same(self.table, edits))
        for other in islice(proposals, TIES):
            candidate = (*other, *stored)
            if families.cost(candidate) > cost:
                break
            ties.append(candidate)
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


def inputs(table: Table, arrays: Arrays, start: Mapping[str, Array], tol: float) -> list[Edits]:
    """All ways to take initial states and inputs, the right one first.

    start: initial states as they were seen, by "h_0".
    """
    ways: list[Edits] = [(), *((e,) for e in families.states(table))]
    kept = []
    for way in ways:
        taken = given.taken(table, arrays, way)
        if all(close(taken[n], a, tol) for n, a in start.items() if n in taken):
            kept.append(way)
    sequences: list[Edits] = [(), *((e,) for e in families.sequences(table, arrays))]
    pairs = [(*a, *b) for a in kept for b in sequences]
    return sorted(pairs, key=len)
