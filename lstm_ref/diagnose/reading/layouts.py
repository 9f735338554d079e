"""How a file lays out its arrays: transposed, stacked, joined, batch first, under other names.

Every array gets *readings*: the tensors that it may hold, each reading under choices (order of the
gates, columns, order of axes). One set of choices holds for the whole file. Here only names and
shapes are looked at; which layout is right, the numbers decide.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from lstm_ref.diagnose.reading.blocks import Blocks, Reading
from lstm_ref.diagnose.reading.meanings import Meanings
from lstm_ref.diagnose.reading.merged import merged
from lstm_ref.types import Array, Arrays

NAMES = "names without a mark"  # a slot: are they parameters or gradients?
MOST = 5000  # layouts of one part of a file that are tried at most
ARRAYS = 150_000  # arrays that are read for it, at most
PRIOR = 1.0  # what it costs to lay out one array unlike the others


class Candidate(NamedTuple):
    """One way to read a file.

    tensors: by name, in our shapes. choices: slot -> option. notes: sentence -> keys of the file.
    left: keys that are not read. twice: tensor -> further arrays for it, with other numbers.
    proved: those choices that the numbers prove.
    """

    tensors: Arrays
    choices: dict[Any, Any]
    notes: dict[str, list[str]]
    left: list[str]
    twice: dict[str, list[Array]]
    proved: Mapping[Any, Any] = {}


class Part:
    """Arrays of a file that share a choice or a tensor, and their layouts, likely ones first.

    readings: key -> list of `Reading`; costs: slot -> option -> how unlikely it is.
    """

    def __init__(self, readings: Mapping[str, list[Reading]], costs: dict[Any, dict[Any, float]]):
        self.readings, self.costs = readings, costs
        self._slots = {
            key: list(dict.fromkeys(s for r in found for s in r.choices))
            for key, found in readings.items()
        }
        self._known: dict[Any, Reading | None] = {}

    def __iter__(self) -> Iterator[tuple[float, dict[Any, Any]]]:
        """(cost, choices), the least cost first; fewer for many arrays."""
        slots = [sorted(options.items(), key=lambda o: o[1]) for options in self.costs.values()]
        most = max(24, min(MOST, ARRAYS // len(self.readings)))
        for cost, chosen in best_first([[c for _, c in options] for options in slots], most):
            options = [slots[k][n][0] for k, n in enumerate(chosen)]
            yield cost, dict(zip(self.costs, options, strict=True))

    def read(self, choices: Mapping[Any, Any]) -> dict[str, Reading]:
        """All arrays under these choices: key -> Reading; one that does not fit is left out."""
        found = {key: self._one(key, choices) for key in self.readings}
        return {key: reading for key, reading in found.items() if reading is not None}

    def _one(self, key, choices):
        options = key, *(choices[s] for s in self._slots[key])
        if options not in self._known:
            fits = (
                r for r in self.readings[key] if all(choices[s] == o for s, o in r.choices.items())
            )
            self._known[options] = next(fits, None)
        return self._known[options]


class Layouts:
    """The readings of all arrays of a file, in parts that are independent of each other.

    cell: see `sizes.shapes`. arrays: name -> array as stored. shapes: tensor -> shape, of what is
    looked for. readings: key -> list of `Reading`; unknown: key -> shape, of what no name explains.
    """

    def __init__(
        self, cell: Any, arrays: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]
    ) -> None:
        self.cell = cell
        self.arrays = {key: np.asarray(value) for key, value in arrays.items()}
        self.blocks = Blocks(cell, shapes)
        meanings = Meanings(cell, self.arrays, shapes, self.blocks)
        self.readings: dict[str, list[Reading]] = {}
        self.unknown: dict[str, tuple[int, ...]] = {}
        for key, value in self.arrays.items():
            if found := meanings.readings(key):
                self.readings[key] = found
            else:
                self.unknown[key] = np.shape(value)
        self._bare(meanings, shapes)
        self.parts = self._parts()

    def _bare(self, meanings, shapes):
        """Names without a mark: parameters, or their gradients; the same for the whole file.

        Where some gradient has a mark, names without one are parameters.
        """
        parameters = {n for n in shapes if f"d{n}" in shapes and n[0] in "WwbR"}
        pieces = [n for found in self.readings.values() for r in found for n in r.pieces]
        if any(n[1:] in parameters for n in pieces) or not parameters & set(pieces):
            return
        gradients = {f"d{n}" for n in parameters}
        for key, found in self.readings.items():
            bare = [r for r in found if parameters >= set(r.pieces)]
            if bare:
                meant = meanings.readings(key, gradients=True)
                meant = [r for r in meant if gradients >= set(r.pieces)]
                self.readings[key] = [
                    r._replace(choices={**r.choices, NAMES: said})
                    for said, these in (("parameters", bare), ("gradients", meant))
                    for r in these
                ]

    def _parts(self):
        """The independent parts: arrays that share neither a slot nor a tensor."""
        groups: list[tuple[set[Any], list[str]]] = []
        for key, found in self.readings.items():
            marks = {s for r in found for s in r.choices}
            marks |= {("tensor", n) for r in found for n in [*r.pieces, *r.second]}
            own = [g for g in groups if g[0] & marks]
            groups = [g for g in groups if not g[0] & marks]
            keys = [k for _, keys in own for k in keys] + [key]
            groups.append((marks.union(*(m for m, _ in own)), keys))
        order = list(self.readings)
        costs = costs_of(self.readings)
        parts = []
        for _, keys in groups:
            readings = {k: self.readings[k] for k in sorted(keys, key=order.index)}
            slots = dict.fromkeys(
                s for found in readings.values() for r in found for s in r.choices
            )
            parts.append(Part(readings, {s: costs[s] for s in slots}))
        return parts

    def candidate(self, choices: Mapping[Any, Any]) -> Candidate:
        """All arrays of the file under these choices."""
        found: dict[str, Reading] = {}
        for part in self.parts:
            found |= part.read(choices)
        tensors, notes, twice = merged(found)
        left = [key for key in self.arrays if key not in found]
        return Candidate(tensors, dict(choices), notes, left, twice)

    def __iter__(self) -> Iterator[Candidate]:
        """Layouts of the whole file, likely ones first."""
        return self.ordered([list(part) for part in self.parts])

    def ordered(self, ways: list[list[tuple[float, dict[Any, Any]]]]) -> Iterator[Candidate]:
        """Layouts of the whole file from (cost, choices) of each part, the least cost first.

        One that leaves an array out or gives a tensor twice, with other numbers, comes later.
        """
        later: list[Candidate] = []
        for _, places in best_first([[c for c, _ in options] for options in ways], MOST):
            choices: dict[Any, Any] = {}
            for options, n in zip(ways, places, strict=True):
                choices |= options[n][1]
            candidate = self.candidate(choices)
            if len(candidate.left) > len(self.unknown) or candidate.twice:
                later.append(candidate)
            else:
                yield candidate
        yield from sorted(later, key=lambda c: len(c.left) + len(c.twice))


def costs_of(readings: Mapping[str, list[Reading]]) -> dict[Any, dict[Any, float]]:
    """slot -> option -> how unlikely: by its place among the options, and by the other arrays.

    What stands so in an array that allows nothing else probably does in the others.
    """
    found: dict[Any, dict[Any, float]] = {}
    sure: dict[Any, list[Any]] = {}
    for options in readings.values():
        for reading in options:
            for slot, option in reading.choices.items():
                known = found.setdefault(slot, {})
                known.setdefault(option, min(len(known), 6) * 0.3 + 0.001 * len(known))
        for slot in options[0].sure if options else ():
            if len(only := {r.sure.get(slot) for r in options}) == 1:
                sure.setdefault(slot, []).extend(only)
    for slot in found.keys() & sure.keys():
        for option in found[slot]:
            found[slot][option] += PRIOR * sum(o != option for o in sure[slot])
    return found


def best_first(costs: Iterable[list[float]], most: int) -> Iterator[tuple[float, tuple[int, ...]]]:
    """(sum, place in each list) for all combinations of sorted lists, the least sum first."""
    lists = list(costs)
    if not all(lists):
        return
    tie = count()
    start = (0,) * len(lists)
    heap = [(sum(c[0] for c in lists), next(tie), start, 0)]
    while heap and most:
        cost, _, places, last = heapq.heappop(heap)
        yield cost, places
        most -= 1
        for k in range(last, len(lists)):  # each combination is reached in one way
            if places[k] + 1 < len(lists[k]):
                step = lists[k][places[k] + 1] - lists[k][places[k]]
                following = (*places[:k], places[k] + 1, *places[k + 1 :])
                heapq.heappush(heap, (cost + step, next(tie), following, k))
