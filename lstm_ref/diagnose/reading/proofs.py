"""What numbers prove of a layout, whatever mistakes are in the error terms.

Every weight gradient is a sum over steps and samples of an error term and what it is multiplied
with. With D >= T B the columns of x are independent, and with them:

- the rows of dW_gx lie in the space that the columns of x span (D > T B);
- the bias gradient is the sum of the error terms that are recovered from dW_gx: db_g = Δ_g 1;
- the columns of dW_gh lie in the space of those of Δ_g (H > T B).

No mistake in δ changes that; a wrong order of columns, a wrong transposition, gates that do not
belong together break it. What holds to many digits does not do so by chance, so it is a proof; what
does not hold refutes nothing, as a sum may be wrong in itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lstm_ref.diagnose.reading.layouts import Candidate, Layouts
from lstm_ref.diagnose.reading.merged import merged
from lstm_ref.diagnose.reading.sizes import gates_of
from lstm_ref.types import Array, Params

HOLDS = 1e-7  # relative; of numbers in single precision `SINGLE`
SINGLE = 2e-4
CLEAR = 100  # so many times further off it surely does not hold
FEW = 1e-9  # of the largest singular value: below, two columns of x are no longer two

Fact = tuple[str, ...]  # names of the tensors that a relation is about


class Proofs:
    """The relations that hold between the tensors of a layout.

    cell: see `sizes.shapes`. x: the input (T, D, B) of the vectors. tolerance: relative, of what
    holds. able: whether x allows to recover error terms at all.
    """

    def __init__(self, cell: Any, x: Array, tolerance: float = HOLDS) -> None:
        T, D, B = x.shape
        self.cell, self.tolerance = cell, tolerance
        self.columns = x.transpose(1, 0, 2).reshape(D, T * B)
        values = np.linalg.svd(self.columns, compute_uv=False)
        self.able = D >= T * B and values[-1] > FEW * values[0]
        self.gates = gates_of(cell)
        if self.able:
            self._back = np.linalg.pinv(self.columns.T)
        self._known: dict[Any, tuple[bool | None, Any]] = {}

    def recovered(self, gradient: Array) -> Array:
        """The error terms Δ_g (n, T·B), by steps, then samples, from dW_gx (n, D)."""
        return gradient @ self._back

    def held(self, tensors: Params) -> set[Fact]:
        """The relations that hold between these tensors."""
        if not self.able:
            return set()
        return {fact for fact, holds in self._facts(tensors) if holds}

    def perhaps(self, tensors: Params) -> set[Fact]:
        """The relations that hold, and those that may."""
        if not self.able:
            return set()
        return {fact for fact, holds in self._facts(tensors) if holds is not False}

    def failed(self, tensors: Params) -> set[Fact]:
        """The relations that do not hold, of those that could."""
        if not self.able:
            return set()
        return {fact for fact, holds in self._facts(tensors) if holds is False}

    def _facts(self, tensors: Params) -> Iterator[tuple[Fact, bool | None]]:
        for g in self.gates:
            of_x = f"dW_{g}{self.cell.input}"
            if of_x not in tensors:
                continue
            if self.columns.shape[0] > self.columns.shape[1]:
                yield (of_x,), self._once(self._rows, tensors, of_x)
            if f"db_{g}" in tensors:
                yield (of_x, f"db_{g}"), self._once(self._bias, tensors, of_x, f"db_{g}")
            of_h = f"dW_{g}h"
            after = g == "h" and "b_hh" in self.cell.vectors  # its error term has been through r
            if of_h in tensors and not after and of_h != of_x:
                yield (of_x, of_h), self._once(self._columns, tensors, of_x, of_h)

    def _once(self, check, tensors, *names):
        """Whether a relation holds; of the same arrays it is computed once. None: says nothing."""
        arrays = [tensors[n] for n in names]
        key = check.__name__, *map(id, arrays)
        if key not in self._known:
            there = all(np.any(a) for a in arrays)
            self._known[key] = (check(*arrays) if there else None), arrays
        return self._known[key][0]

    def _rows(self, of_x):
        return self._near(self.recovered(of_x) @ self.columns.T, of_x)

    def _bias(self, of_x, bias):
        return self._near(np.sum(self.recovered(of_x), axis=1, keepdims=True), bias)

    def _columns(self, of_x, of_h):
        space, values, _ = np.linalg.svd(self.recovered(of_x), full_matrices=False)
        space = space[:, values > FEW * values[0]]
        if space.shape[1] >= of_h.shape[0]:
            return None  # any matrix lies in it
        return self._near(space @ (space.T @ of_h), of_h)

    def _near(self, found, given):
        """True or False where that is clear, else None."""
        off = np.max(np.abs(found - given)) / np.max(np.abs(given))
        return True if off <= self.tolerance else False if off > CLEAR * self.tolerance else None


def proved(
    layouts: Layouts, proofs: Proofs
) -> tuple[list[list[tuple[float, Any]]], dict[Any, Any]]:
    """([(cost, choices)] of each part, the best first; choices that the numbers prove).

    A choice is proved if more relations surely hold under it than may hold under any other option
    of its slot. Columns of dW_gx and dW_gh span the same space however they are mixed up, so of
    their order that relation says nothing.
    """
    parts: list[list[tuple[float, Any]]] = []
    sure: dict[Any, Any] = {}
    for part in layouts.parts:
        found, tallies = [], []
        for cost, choices in part:
            tensors = merged(part.read(choices))[0]
            tally = [*_counts(proofs.held(tensors)), *_counts(proofs.perhaps(tensors))]
            found.append((-tally[0], -tally[1], cost, choices))
            tallies.append((choices, tally))
        found.sort(key=lambda f: f[:3])
        parts.append([(float(n), choices) for n, (*_, choices) in enumerate(found)])
        for slot in part.costs:
            options = _proved(slot, tallies)
            sure |= options
    return parts, sure


def _counts(facts):
    """How many do not rest on the space of the columns alone, and how many in all."""
    return sum(not fact[-1].startswith("dW") or len(fact) == 1 for fact in facts), len(facts)


def _proved(slot, tallies):
    """{slot: option} if one option is proved, else {}."""
    which = 0 if slot[0] == "columns" else 1
    held: dict[Any, int] = {}
    perhaps: dict[Any, int] = {}
    for choices, tally in tallies:
        option = choices[slot]
        held[option] = max(held.get(option, 0), tally[which])
        perhaps[option] = max(perhaps.get(option, 0), tally[2 + which])
    for option, sure in held.items():
        if len(held) > 1 and all(sure > perhaps[other] for other in held if other != option):
            return {slot: option}
    return {}


def candidates(
    arrays: Mapping[str, Any],
    cell: Any,
    shapes: Mapping[str, tuple[int, ...]],
    x: Array | None = None,
    most: int = 400,
    tolerance: float = HOLDS,
) -> Iterator[Candidate]:
    """Layouts of somebody's arrays, likely ones first, at most so many.

    arrays: name -> array; cell, shapes: of `sizes.shapes`. x: the input of the vectors; with it
    comes first what `Proofs` prove, and what they refute is left out. No right result is used.
    Raises ValueError for an array under a name of ours that cannot have the shape.
    """
    layouts = Layouts(cell, arrays, shapes)
    proofs = None if x is None else Proofs(cell, x, tolerance)
    ways, sure = [list(part) for part in layouts.parts], dict[Any, Any]()
    if proofs is not None and proofs.able:
        ways, sure = proved(layouts, proofs)
        ways = [[way for way in one if _allows(way[1], sure)] or one for one in ways]
    number = 0
    for candidate in layouts.ordered(ways):
        if number == most:
            return
        number += 1
        yield candidate._replace(proved=sure)


def _allows(choices, sure):
    return all(sure.get(slot, option) == option for slot, option in choices.items())
