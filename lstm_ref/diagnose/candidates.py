"""All single mistakes of a cell, evaluated on the same numbers: what a search compares with."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np

from lstm_ref.check import summands
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.diagnose.single_gradient import BackwardPass
from lstm_ref.mistakes import known, systematic
from lstm_ref.mistakes.edits import Mistake
from lstm_ref.mistakes.evaluate import Numbers, derived, numbers_of
from lstm_ref.types import Array, Arrays, Params

LARGEST = 100_000  # numbers in the vectors: two hundred wrong gradients are held in memory
KEPT = 2**24  # numbers of pairs that are kept: 128 MB
_CANDIDATES: dict[
    tuple[str, str], Candidates
] = {}  # (checksum, cell) of the latest vectors -> Candidates


def of(cell: Cell, header: dict[str, Any], right: Params) -> Candidates:
    """The candidates for golden vectors (header, right); the latest ones are kept."""
    key = header["checksum"], cell.name
    for other in _CANDIDATES.keys() - {key}:
        _CANDIDATES[other].forget_pairs()
    if key not in _CANDIDATES:
        while len(_CANDIDATES) >= 32:
            del _CANDIDATES[next(iter(_CANDIDATES))]
        _CANDIDATES[key] = Candidates(numbers_of(cell, right))
    return _CANDIDATES[key]


class Candidates:
    """Single mistakes of a cell and what they give, on one set of `Numbers`.

    known, drops, altered: mistakes in the error terms, from the literature, by leaving out a
    summand (or by a wrong forward pass), by altering one; each has numbers of its own, and known
    ones have their known name. local: known mistakes that spoil sums only. terms: drops, under
    either name.
    values: of a forward pass that is not the cell's, if given.
    """

    def __init__(self, numbers: Numbers, values: Arrays | None = None) -> None:
        self.numbers, self.right = numbers, derived(numbers.cell)
        self.values = numbers.values() if values is None else values
        cell = numbers.cell
        rows = {cell.letters[s]: self.values[s].shape[1] for s in (cell.input, *cell.equations)}
        self.factors = summands.Factors(self.values, len(numbers.x), rows)
        self._own_values, self._right_run, self._single = values is not None, None, 0
        truth = self._right_run = self.run(())
        self.gradient_names, self.names = truth.gradient_names, list(truth.tensors)
        self.forward_names = truth.forward_names
        sizes = [truth.tensors[n].size for n in self.names]
        ends = np.cumsum(sizes)
        self.columns = {n: slice(e - s, e) for n, s, e in zip(self.names, sizes, ends, strict=True)}
        self.rows: dict[tuple[str, ...], Array] = {(): self._flat(truth.tensors)}
        self._fill(whole=values is None)
        self._single = len(self.rows)

    def _fill(self, whole):
        """Evaluate all mistakes; those of the forward pass only if it is `whole`, the cell's."""
        cell = self.numbers.cell
        self.known: list[Mistake] = []
        self.drops: list[Mistake] = []
        self.altered: list[Mistake] = []
        self.local: list[Mistake] = []
        self.terms: list[Mistake] = []
        seen: list[tuple[Mistake, ...]] = [()]
        likely = [*systematic.dropped(cell), *systematic.forward(cell)]
        groups = ((known.of(cell), self.known), (likely, self.drops),
                  (systematic.altered(cell), self.altered))  # fmt: skip
        for made, place in groups:
            for mistake in (m for m in made if whole or m.wrong == "backward"):
                row = self.row((mistake,))
                if not np.isfinite(row).all():
                    continue
                # Known ones come first, so a mistake keeps its known name.
                first = next((s for s in seen if self.same((mistake,), s)), None)
                if place is self.drops and first != ():
                    self.terms.append(first[0] if first else mistake)
                if first is None:
                    seen.append((mistake,))
                    (self.local if self._is_local(mistake, row) else place).append(mistake)

    def _is_local(self, mistake, row):
        """Whether it leaves everything as it is but gradients of parameters."""
        others = [n for n in self.names if n[1:] not in self.numbers.params]
        truth = self.rows[()]
        same = (np.array_equal(row[self.columns[n]], truth[self.columns[n]]) for n in others)
        return mistake.wrong == "backward" and all(same)

    @cached_property
    def pairs(self) -> list[Any]:
        """Lists of pairs of mistakes, the likeliest first; no pair is in two of them."""
        known, drops, altered = self.known, self.drops, self.altered
        groups = (
            combinations(self.terms, 2),
            product(known, drops),
            combinations(known, 2),
            product(drops, altered),
            product(known, altered),
        )
        seen, lists = set(), []
        for group in groups:
            # Of two wrong forward passes each brings a model of its own.
            pairs = [p for p in group if any(m.wrong != "forward" for m in p)]
            pairs = [p for p in pairs if frozenset(m.name for m in p) not in seen]
            seen |= {frozenset(m.name for m in p) for p in pairs}
            lists.append(pairs)
        return lists

    def key(self, found: tuple[Mistake, ...]) -> tuple[Any, ...]:
        """What tells the numbers that these mistakes give from all others of these vectors."""
        return self._own_values, *(m.name for m in found)

    def run(self, found: tuple[Mistake, ...]) -> BackwardPass:
        """A `BackwardPass` with these mistakes (a tuple)."""
        if not found and self._right_run:
            return self._right_run
        return BackwardPass(found, self.numbers, self.right, self.values, self.factors)

    def row(self, found: tuple[Mistake, ...]) -> Array:
        """All tensors with these mistakes as one vector, in the order of `names`; kept."""
        key = tuple(m.name for m in found)
        if key not in self.rows:
            if (len(self.rows) - self._single) * len(self.rows[()]) > KEPT:
                self.forget_pairs()
            self.rows[key] = self._flat(self.run(found).tensors)
        return self.rows[key]

    def forget_pairs(self) -> None:
        """Give the memory of pairs free; they are evaluated again when needed."""
        self.rows = {names: row for names, row in self.rows.items() if len(names) < 2}

    def same(self, found: tuple[Mistake, ...], other: tuple[Mistake, ...]) -> bool:
        """Whether two tuples of mistakes give the same numbers, up to rounding."""
        a, b = self.row(found), self.row(other)
        return np.max(np.abs(a - b)) <= 1e-10 * np.max(np.abs(self.rows[()]))

    def _flat(self, tensors):
        return np.concatenate([tensors[n].ravel() for n in self.names])
