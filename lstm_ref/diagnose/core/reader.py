"""What an implementation computes, read from its numbers: forwards, then backwards, then verified.

`read` takes tensors in the shapes of golden vectors and answers with `Result`: edits of the right
cell that give every stored number, or how far it got. Nothing is claimed that the numbers do not
give: an explanation is evaluated, and compared with all that is stored, before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import altered, backward, forward, hypotheses, scale
from lstm_ref.diagnose.core.backward import Read
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.values import Values
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
FORWARDS = 400  # other forward passes that are tried where no value is stored


@dataclass(frozen=True)
class Result:
    """edits: what is wrong, () for a right file. exact: whether they give every stored number.

    ties: other edits that give the same numbers. unexplained: (signal or tensor, steps) of what
    has another right side that nothing in the dictionary is. read: equations and tensors that were
    read, whether right or wrong. certain: "forward" and "backward", as far as each was read.
    """

    edits: Edits = ()
    exact: bool = True
    ties: tuple[Edits, ...] = ()
    unexplained: tuple[tuple[str, tuple[int, ...]], ...] = ()
    certain: frozenset[str] = field(default_factory=frozenset)

    @property
    def cost(self) -> float:
        """How much is wrong or not understood; the layout with the least is taken."""
        return scale.mistakes(self.edits) + 10 * len(self.unexplained) + 5 * (not self.exact)


class Reader:
    """Golden vectors of a cell, against which files are read.

    arrays: parameters, inputs, initial states, "e" and "e_h_T", as in golden vectors.
    """

    def __init__(self, table: Table, arrays: Mapping[str, Any]) -> None:
        self.table = table
        self.arrays = {n: np.asarray(a, float) for n, a in arrays.items()}
        self.errors = {"e": self.arrays["e"]}
        self.errors |= {s: self.arrays[f"e_{s}_T"] for s in table.states}
        self.values = altered.forward_with(table, self.arrays, ())
        self.right = Pass(table, self.values, self.errors)
        self.results = self.right.results()

    def read(self, tensors: Mapping[str, Array], tol: float = 1e-7) -> Result:
        """Tensors of one layout, golden-vector names and shapes; tol: of a match, relative."""
        mine = {n: np.asarray(a, float) for n, a in tensors.items()}
        values = {n: a for n, a in mine.items() if forward.known(self.table, n)}
        gradients = {n: a for n, a in mine.items() if n in self.results}
        with np.errstate(all="ignore"):
            return self._read(values, gradients, tol)

    def _read(self, values, gradients, tol):
        best: Any = None
        for edits, base in self._forwards(values, gradients, tol):
            if base is None:
                return self._without_forward(values, gradients, tol)
            found = backward.read(base, gradients, tol, deep=not best)
            result = _result(edits, found)
            if best is None or result.cost < best.cost:
                best = result
            if result.exact:
                break
        return self._tied(best, values, tol)

    def _tied(self, result, values, tol):
        return result

    def _forwards(self, values, gradients, tol) -> Iterator[tuple[Edits, Pass | None]]:
        """(edits forwards, the pass that is right for them), likelier ones first."""
        table = self.table
        if values:
            found = forward.read(table, self.arrays, values, tol)
            if not found.found:
                yield (), None
                return
            yield found.edits, self._pass(found.edits, found.values)
            for tie in found.ties:
                yield tie, self._pass(tie, altered.forward_with(table, self.arrays, tie))
            return
        seen = hypotheses.h_seen(self.right, gradients, tol)
        if table.output in seen:
            found = forward.read(table, self.arrays, _as_values(table, seen), tol)
            if found.found and found.edits:
                yield found.edits, self._pass(found.edits, found.values)
                for tie in found.ties:
                    yield tie, self._pass(tie, altered.forward_with(table, self.arrays, tie))
        yield (), self.right
        if not seen and self._own_right(gradients):
            yield from self._hypotheses(gradients, tol)

    def _own_right(self, gradients):
        return len(gradients) > 1

    def _hypotheses(self, gradients, tol):
        """Other forward passes whose own right gradient is what is stored."""
        found = hypotheses.hypotheses(self.table, self.arrays, self.errors)
        for edits, _, own in islice(found, FORWARDS):
            if scale.gives(own, gradients, tol):
                yield edits, own

    def _pass(self, edits, values):
        if not edits:
            return self.right
        return altered.own_pass(self.table, edits, values, self.errors)

    def _without_forward(self, values, gradients, tol):
        """The forward pass is another one: with all its values the way back is read by them."""
        table = self.table
        wrong = tuple((n, ()) for n in values if not forward.close(
            forward.result(table, self.values, n), values[n], tol))  # fmt: skip
        if set(table.equations) <= set(values):
            base = Pass(table, self._theirs(values), self.errors)
            found = backward.read(base, gradients, tol, deep=False)
            return replace(_result((), found), exact=False,
                           unexplained=(*wrong[:1], *found.unexplained))  # fmt: skip
        return Result((), False, (), wrong[:1])

    def _theirs(self, values):
        changed = {}
        for name in self.table.equations:
            array = self.values[name].copy()
            array[1:] = values[name]
            changed[name] = array
        return self.values.but(**changed)


def _as_values(table, seen):
    found = {}
    for state, array in seen.items():
        found[f"{state}_0"] = array[0]
        found[state] = np.concatenate([array[1:], np.full_like(array[:1], np.nan)])
    return found


def _result(edits: Edits, found: Read) -> Result:
    return Result((*edits, *found.edits), found.exact, (), found.unexplained)
