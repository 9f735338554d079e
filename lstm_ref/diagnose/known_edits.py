"""Which edits the known mistakes of a cell are: read from the numbers that they give. Needs SymPy.

`tools/write_generated.py` stores them for `naming`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.check import protocols
from lstm_ref.derive import tabulate
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import at
from lstm_ref.derive.table import Table
from lstm_ref.derive.typeset.summands import Writer
from lstm_ref.diagnose import whole
from lstm_ref.diagnose.core import altered, alternatives, forward, local, sums
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.naming import canonical, normal
from lstm_ref.interop import vectors
from lstm_ref.mistakes import evaluate, known, power
from lstm_ref.mistakes.edits import Mistake, key
from lstm_ref.types import Arrays

# Error terms come back, and 1/B, 1/T and their product are told from 1/2, 1/3 and each other.
SIZES: dict[str, Any] = {"T": 4, "B": 3, "D": 13, "H": 14}
TOLERANCE = 1e-10

Edits = tuple[Edit, ...]


def rows(cell: Cell) -> list[dict[str, Any]]:
    """What `naming.Known` holds, of every known mistake: its edits, or else the whole pass."""
    reader, found = Reader(cell), []
    for mistake in known.of(cell):
        row = described(mistake)
        if edits := reader.read(mistake):
            texts = (canonical(reader.table, edit, reader.sizes)[0] for edit in edits)
            found.append({**row, "edits": sorted(texts)})
        else:
            found.append({**row, "edits": [], "whole": whole_of(mistake)})
    return found


def described(mistake: Mistake) -> dict[str, Any]:
    """What is told of a mistake."""
    return {
        "name": mistake.name,
        "sentence": mistake.sentence,
        "sources": list(mistake.sources),
        "numbers": list(mistake.numbers),
        "label": mistake.label,
        "chapter": mistake.chapter,
        "least": protocols.words(power.least(mistake)),
    }


def whole_of(mistake: Mistake) -> dict[str, Any]:
    """What is another in the whole pass, see `whole.changes`."""
    right = tabulate.computed(mistake.cell)
    recipe = evaluate.edited((mistake,), evaluate.derived(mistake.cell))
    if recipe.untransposed or recipe.sums or recipe.errors or recipe.after:
        raise ValueError(f"mistake: {mistake.name} is more than other formulas")
    forward = mistake.forward or mistake.cell
    wrong = replace(
        right,
        equations={n: tabulate.equation(forward.equations[n]) for n in right.equations},
        terms={n: tuple(map(tabulate.summand, recipe.terms.get(n, ()))) for n in right.terms},
        products={
            n: tuple(map(tabulate.product, recipe.products.get(n, ()))) for n in right.products
        },
        slopes={n: tabulate.slope(recipe.slopes[n]) for n in right.slopes},
    )
    return whole.changes(right, wrong, recipe.late, mistake.spoil is not None)


def dumped(cell: Cell) -> str:
    """The rows as JSON text, one row a line, the same bytes each time."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows(cell))
    return "[\n" + ",\n".join(lines) + "\n]\n"


class Reader:
    """Reads mistakes on vectors of one cell."""

    def __init__(self, cell: Cell) -> None:
        self.table: Table = tabulate.table(cell)
        _, self.arrays = vectors.make(cell, **SIZES)
        self.numbers = evaluate.numbers_of(cell, self.arrays)
        last = {s: self.arrays[f"e_{s}_T"] for s in cell.states}
        self.errors = {"e": self.arrays["e"], **last}
        self.sizes: Mapping[str, int] = SIZES

    def read(self, mistake: Mistake) -> Edits | None:
        """The edits of a mistake; None where they are not known."""
        with np.errstate(all="ignore"):
            base, edits = self.base(mistake)
            if base is None:
                return None
            deltas, gradients = evaluate.gradients(mistake, self.numbers)
            back = self.backward(base, deltas, {f"d{n}": g for n, g in gradients.items()})
        if back is None:
            return None if edits else compared(mistake)
        return normal(self.table, (*edits, *back), SIZES["T"])

    def base(self, mistake: Mistake) -> tuple[Pass | None, Edits]:
        """The pass that is right for what the mistake computes forwards, and its edits."""
        values = self.numbers.values(mistake.forward)
        mine = {n: np.asarray(values[n])[1:] for n in self.table.equations if n in values}
        found = forward.read(self.table, self.arrays, mine, TOLERANCE)
        if not found.found or found.values is None:
            return None, ()
        return altered.own_pass(self.table, found.edits, found.values, self.errors), found.edits

    def backward(self, base: Pass, deltas: Arrays, gradients: Arrays) -> Edits | None:
        """The edits of the way back, with all error terms at hand."""
        delta = {n: np.concatenate([0 * a[:1], a])[:, None] for n, a in deltas.items()}
        if not delta.keys() >= base.table.equations.keys():
            return None
        edits: list[Edit] = []
        for name in base.table.equations:
            y = delta[name][1:].reshape(base.T, -1)
            S, others = alternatives.slopes(base, name)
            reading = local.solve(y, S, alternatives.items(base, name, delta), others, TOLERANCE)
            if not reading.found:
                return None
            edits += reading.edits
        new = edited(base, edits)
        for name, mine in gradients.items():
            if not self.made(new.table, name[1:]):  # the wrong forward pass does not use it
                if np.any(mine):
                    return None
                continue
            more = sums.read(new, name, mine, delta, gradients, TOLERANCE)
            if more is None:
                return None
            edits += more
        return tuple(edits)

    @staticmethod
    def made(table: Table, of: str) -> bool:
        """Whether the gradient of a parameter has summands; other gradients have."""
        learned = of in (*table.matrices, *table.vectors)
        return bool(table.products.get(of) or table.terms.get(of)) if learned else True


def compared(mistake: Mistake) -> Edits | None:
    """The edits of a mistake by its formulas: summands and slopes that differ; None: not by these.

    For mistakes that the numbers of one equation alone do not show, as all matrices untransposed.
    """
    right = evaluate.derived(mistake.cell)
    wrong = evaluate.edited((mistake,), right)
    same = replace(wrong, terms=right.terms, slopes=right.slopes, untransposed=right.untransposed)
    if same != right:
        return None
    writer = Writer(mistake.cell)
    found: list[Edit] = []
    for of, terms in right.terms.items():
        others = {key(t): t for t in wrong.terms[of]}
        alone = of not in mistake.cell.vectors or wrong.terms[of] == terms
        if not alone or not others.keys() <= {*map(key, terms)}:
            return None
        for k, term in enumerate(terms):
            found += _edit(writer, ("term", of, k), term, others.get(key(term)), wrong)
    for name, slope in right.slopes.items():
        if wrong.slopes[name] != slope:
            node = writer.expression_of(sympy.sympify(wrong.slopes[name]), at(name))
            found.append(Edit(("slope", name), "slope", inner=node))
    return tuple(found)


def _edit(writer, place, right, wrong, recipe):
    if wrong is None:
        yield Edit(place, "dropped", weight=0.0)
        return
    old, new = writer.summand(right), writer.summand(wrong)
    other = {f: getattr(new, f) for f in ("inner", "outer") if getattr(new, f) != getattr(old, f)}
    flipped = wrong in recipe.untransposed
    if other or flipped:
        yield Edit(place, "factor" if other else "transpose", **other, flipped=flipped)
