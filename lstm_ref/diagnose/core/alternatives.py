"""What may stand in one equation of the way back: summands with other factors, other slopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Summand, Table
from lstm_ref.diagnose.core import dictionary
from lstm_ref.diagnose.core.batch import batch
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit, Place
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.types import Array


@dataclass(frozen=True)
class Item:
    """A summand with all that may stand in its place.

    arrays: (1 + others, T, m), the right one first; edits: what the others are.
    """

    place: Place
    arrays: Array
    edits: tuple[Edit, ...]


def items(base: Pass, of: str, delta: Mapping[str, Array], start: bool = False) -> list[Item]:
    """The summands of ∂E/∂of, with all that may stand in their place; start: at step 0 alone."""
    found = [] if start or of in base.table.inputs else list(_entering(base, of))
    for place, term in base.terms(of):
        if start and not term.lag:
            continue
        key = ("start", of, place[2]) if start else place
        there = {"", *(f"delta {n}" for n in delta), *(f"net {n}" for n in base.table.equations)}
        edits = [Edit(key, "right"), *(e for e in edits_of(base, key, term) if e.other in there)]
        steps = [0] if start else range(1, base.T + 1)
        arrays = _carried(base, place, term, delta, edits, steps)
        found.append(Item(key, arrays, tuple(edits[1:])))
    return found


def edits_of(base: Pass, place: Place, term: Summand) -> Iterable[Edit]:
    """What may stand in the place of a summand."""
    table = base.table
    by, of = base.shape(term.by), base.shape(term.of)
    inner = dictionary.others(table, term.inner)
    if term.inner == dictionary.ONE:
        inner = (
            dictionary.extra(table) if table.letters[term.by] == table.letters[table.output] else []
        )
    yield from (Edit(place, kind, inner=node) for node, kind in inner if fits(base, node, by))
    slope = table.slopes[term.by]
    if term.via and slope is not None:  # the error of the activation is handed on
        yield Edit(place, "no slope", inner=tree.Quotient(term.inner, slope))
    yield from (Edit(place, kind, outer=node) for node, kind in dictionary.others(table, term.outer)
                if term.outer != dictionary.ONE and fits(base, node, of))  # fmt: skip
    if term.via and term.via.kind in ("matrix", "transposed") and square(table, term.via.node):
        yield Edit(place, "transpose", flipped=True)
    yield from _errors(table, place, term)


def fits(base: Pass, node: tree.Node, shape: Sequence[int]) -> bool:
    """Whether a formula of the dictionary has a value that goes with this shape: widths differ."""
    try:
        mine = base.formula(node).shape[2:-1]
    except ValueError:
        return False
    last = shape[len(shape) - len(mine) :]
    return len(mine) <= len(shape) and all(a in (1, b) for a, b in zip(mine, last, strict=True))


def _errors(table, place, term):
    """Other error terms, of those that are there when this one is needed, and the net."""
    letters, order = table.letters[term.by], list(table.equations)
    for other in table.equations:
        there = term.lag or term.of not in order or order.index(other) > order.index(term.of)
        if other != term.by and table.letters[other] == letters and there:
            yield Edit(place, "error", other=f"delta {other}")
    if table.equations[term.by].activation:
        yield Edit(place, "net for error", other=f"net {term.by}")


def square(table: Table, node: Any) -> bool:
    """Whether a matrix has as many rows as columns, whatever the sizes."""
    name = node.name
    letters = table.letters.get(name, "")
    return len(letters) == 2 and letters[0] == letters[1]


def _carried(base, place, term, delta, edits, steps):
    """(edits, T, m): what the summand brings with each of them, those of one source at once."""
    found: list[Any] = [None] * len(edits)
    for source in dict.fromkeys(e.other for e in edits):
        mine = [n for n, e in enumerate(edits) if e.other == source]
        key = (place, *(edits[n] for n in mine))
        if key not in base.beside:
            base.beside[key] = _beside(base, place, [edits[n] for n in mine])
        rows = _of_steps(base.beside[key], place, term, delta, steps, len(mine))
        for n, row in zip(mine, rows, strict=True):
            found[n] = row
    return np.stack(found)


def _beside(base, place, edits):
    """One pass with all these edits side by side; their source is the same."""
    new = batch(base, [[] if e.kind == "right" else [replace(e, place=place)] for e in edits])
    if edits[0].other:
        new.source[place] = edits[0].other
    return new


def _of_steps(new, place, term, delta, steps, many):
    shape = many, *new.shape(term.of), new.values[new.table.input].shape[-1]
    found = np.zeros((many, len(steps), int(np.prod(shape[1:]))))
    for n, k in enumerate(steps):
        error = new.error(place, term, delta, k)
        if error is not None:
            carried = new.carry(place, term, error, k)
            found[:, n] = np.broadcast_to(carried, shape).reshape(many, -1)
    return found


def _entering(base, of):
    if of == base.table.output:
        e = base.enter["e"]
        edits = [Edit(("enter", "e"), kind, inner=n) for n, kind in dictionary.extra(base.table)]
        edits += [Edit(("enter", "e"), "lag", other=o) for o in ("after", "before", "reversed")]
        edits.append(Edit(("enter", "e"), "reshaped", other="reshaped"))
        arrays = [e] + [edited(base, [x]).enter["e"] for x in edits]
        yield Item(("enter", "e"), np.stack([a[1:].reshape(base.T, -1) for a in arrays]),
                   tuple(edits))  # fmt: skip
    if of in base.table.states:
        alike = [s for s in base.table.states if base.shape(s) == base.shape(of) and s != of]
        edits = [Edit(("enter", of), "swapped", other=state) for state in alike]
        array = np.zeros((1 + len(edits), base.T, base.enter[of].size))
        for row, state in zip(array, (of, *(e.other for e in edits)), strict=True):
            row[-1] = base.enter[state].ravel()
        yield Item(("enter", of), array, tuple(edits))


def slopes(base: Pass, of: str) -> tuple[Array, tuple[Edit, ...]]:
    """(1 + others, T, m) of slopes, the right one first, and what the others are."""
    B = base.values[base.table.input].shape[-1]
    shape = base.shape(of)
    right = base.slope_of(of)
    arrays = [np.ones((base.T + 1, 1, *[1] * len(shape), 1)) if right is None else right]
    edits = []
    slope = base.table.slopes[of]
    for node, kind in dictionary.slopes(base.table, of, slope):
        edits.append(Edit(("slope", of), kind, inner=node))
        arrays.append(base.formula(node))
    if slope is not None and len(base.table.terms[of]) + (of == base.table.output) > 1:
        edits.append(Edit(("slope", of), "weight", weight=2.0))
        arrays.append(2 * arrays[0])
    whole = [np.broadcast_to(a[1:], (base.T, 1, *shape, B)).reshape(base.T, -1) for a in arrays]
    return np.stack(whole), tuple(edits)
