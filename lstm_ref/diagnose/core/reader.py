"""What an implementation computes, read from its numbers: forwards, then backwards, then verified.

`read` takes tensors in the shapes of golden vectors and answers with `Result`: edits of the right
cell that give every stored number, or how far it got. Nothing is claimed that the numbers do not
give: an explanation is evaluated, and compared with all that is stored, before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import (
    altered,
    backward,
    dictionary,
    families,
    forward,
    habits,
    hypotheses,
    scale,
    stages,
    sums,
)
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.result import Result
from lstm_ref.diagnose.core.search import Search
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
Part = tuple[Arrays, Arrays]  # values, gradients
HOPEFUL = 4  # layouts that are read one by one
DEEP = 96  # layouts that are searched together for several mistakes
FOLLOWS = (
    "the backward pass follows the book's formulas on these values; "
    "whether they are the derivative depends on the forward pass"
)
FORWARDS = 400  # other forward passes that are tried where no value is stored


def cost(result: Result) -> float:
    """How much is wrong or not understood; the layout with the least is taken."""
    return scale.mistakes(result.edits) + 10 * len(result.unexplained) + 100 * (not result.exact)


class Reader:
    """Golden vectors of a cell, against which files are read.

    arrays: parameters, inputs, initial states, "e" and "e_h_T", as in golden vectors. known: edits
    of mistakes that are tried before any search.
    """

    def __init__(
        self, table: Table, arrays: Mapping[str, Any], known: Sequence[Edits] = ()
    ) -> None:
        self.table = table
        self.known = [e for e in known if all(edit.place[0] in backward.PLACES for edit in e)]
        self.arrays = {n: np.asarray(a, float) for n, a in arrays.items()}
        if table.input not in self.arrays:
            self.arrays[table.input] = self.arrays["x"]  # an only input is called x
        self.errors = {"e": self.arrays["e"]}
        self.errors |= {s: self.arrays[f"e_{s}_T"] for s in table.states}
        self.values = altered.forward_with(table, self.arrays, ())
        self.right = Pass(table, self.values, self.errors)
        self.results = self.right.results()
        self._forward_read: dict[Any, forward.Forward] = {}  # the last one

    def read(self, layouts: Sequence[Mapping[str, Array]], tol: float = 1e-7) -> tuple[int, Result]:
        """(number of the layout, what was read) of the one that needs the fewest mistakes.

        layouts: tensors with the names and shapes of golden vectors, likely ones first; where
        they differ, the numbers decide. tol: of a match, relative.
        """
        with np.errstate(all="ignore"):
            parts = [self._parted(tensors) for tensors in layouts]
            best: Any = 0, self._one(*parts[0], tol, deep=True)
            turned = any(e.kind == "transpose" for e in best[1].edits if e.place[0] == "result")
            if (best[1].exact and not turned) or len(parts) == 1:
                return best
            edits, base = next(self._forwards(*parts[0], tol))
            order = self._hopeful(base or self.right, parts, tol)
            for n in order[:HOPEFUL]:
                found = self._one(*parts[n], tol, deep=False)
                if cost(found) < cost(best[1]):
                    best = n, found
                if found.exact and cost(found) <= 1:
                    break
            if not best[1].exact and base is not None:
                best = self._deep(edits, base, parts, order[:DEEP], tol, best)
        return best

    def _parted(self, tensors: Mapping[str, Array]) -> Part:
        """(values, gradients) among tensors."""
        mine = {n: np.asarray(a, float) for n, a in tensors.items()}
        values = {n: a for n, a in mine.items() if forward.known(self.table, n)}
        return values, {n: a for n, a in mine.items() if n in self.results}

    def _hopeful(self, base: Pass, parts: list[Part], tol: float) -> list[int]:
        """Numbers of layouts, those first that single mistakes come near, if they are many."""
        if len(parts) <= 2:
            return list(range(len(parts)))
        search = Search(base, [gradients for _, gradients in parts], 30 * tol)
        found = search.judged([(), *habits.moves(base)])
        order = dict.fromkeys(f.layout for f in sorted(found, key=lambda f: f.cost))
        return [*order, *(n for n in range(len(parts)) if n not in order)]

    def _deep(self, edits, base, parts, some, tol, best):
        """Some layouts searched together."""
        search = Search(base, [parts[n][1] for n in some], 30 * tol)
        for found in search.run()[: backward.TIES]:
            n = some[found.layout]
            result = self._result(edits, backward.completed(base, found, parts[n][1], tol))
            if result.exact and cost(result) < cost(best[1]):
                best = n, result
        return best

    def _one(self, values, gradients, tol, deep):
        """What one layout is read to be: each forward pass first, then several mistakes."""
        found: list[Any] = []
        ways = self._forwards(values, gradients, tol)
        for edits, base in ways:
            if base is None:
                return self._without_forward(edits, values, gradients, tol)
            read = self._result(edits, backward.read(base, gradients, tol))
            if read.exact:
                return self._beside(read, edits, ways, gradients, tol) if edits else read
            found.append((cost(read), len(found), edits, base, read))
        for _, _, edits, base, _ in sorted(found, key=lambda f: f[:2])[:2]:
            again = backward.given(base, self.known, gradients, tol)
            if again is not None:
                return self._result(edits, again)
        if not values and not backward.comes_back(self.right, gradients):
            for edits, own in self._hypotheses(gradients, tol):
                read = self._result(edits, backward.read(own, gradients, tol))
                if read.exact:
                    return read
        _, _, edits, base, read = min(found, key=lambda f: f[:2])
        if deep:
            again = self._result(edits, backward.searched(base, gradients, tol))
            read = again if again.exact else read
        if read.exact:
            return read
        # Without a value nobody knows that the forward pass is right: nothing is claimed.
        return replace(read, edits=(), unexplained=read.unexplained if values else ())

    def _beside(self, read, edits, ways, gradients, tol):
        """With other forward passes that give every number, too, and need no more."""
        ties = list(read.ties)
        for others, base in islice(ways, backward.TIES):
            again = self._result(others, backward.read(base, gradients, tol))
            if others != edits and again.exact and cost(again) <= cost(read):
                ties.append(again.edits)
        return replace(read, ties=tuple(dict.fromkeys(ties)))

    def _result(self, edits, found):
        if any(e.kind == "weight" and not scale.typed(e.weight, self.right) for e in found.edits):
            found = replace(found, edits=(), exact=False, ties=(), unexplained=())
        ties = [t for t in found.ties if not self.same(found.edits, t)]
        return Result(
            (*edits, *found.edits), found.exact, tuple((*edits, *t) for t in ties),
            found.unexplained
        )  # fmt: skip

    def same(self, one: Edits, other: Edits) -> bool:
        """Whether two explanations are one and the same mistake: equal on other numbers, too."""
        first, second = (backward.evaluated(self.fresh, e, {}) for e in (one, other))
        return all(sums.near(second[n], a, 1e-8) for n, a in first.items())

    @cached_property
    def fresh(self) -> Pass:
        """The right pass on other numbers of the same sizes."""
        rng = np.random.default_rng(1)
        names = {*self.table.letters, *(f"{s}_0" for s in self.table.states)}
        arrays = {n: rng.normal(size=a.shape) * 0.5 if n in names else a
                  for n, a in self.arrays.items()}  # fmt: skip
        values = altered.forward_with(self.table, arrays, ())
        errors = {n: rng.normal(size=a.shape) for n, a in self.errors.items()}
        return Pass(self.table, values, errors)

    def _forwards(
        self, values: Arrays, gradients: Arrays, tol: float
    ) -> Iterator[tuple[Any, Pass | None]]:
        """(edits forwards, the pass that is right for them), likelier ones first."""
        table = self.table
        if values:
            found = self._read_forward(values, tol)
        else:
            yield (), self.right
            found = hypotheses.read_gradients(table, self.arrays, self.errors, gradients, tol)
        if not found.found and gradients:
            others = hypotheses.read_stages(
                self._cell, self.arrays, self.errors, gradients, values, tol
            )
            found = others if others.found else found
        if values and not found.found:
            yield found, None
        if not found.found or (not values and not found.edits):
            return
        for edits in (found.edits, *found.ties):
            settled = families.settled(table, edits, gradients)
            for each in dict.fromkeys((settled, edits)):
                yield each, self._pass(each)

    @cached_property
    def _cell(self):
        return stages.Cell(self.table, self.values)

    def _read_forward(self, values, tol):
        """What these values are read to be; the layouts of a file mostly have the same ones."""
        key = (tol, *((n, a.tobytes()) for n, a in values.items()))
        if key not in self._forward_read:
            self._forward_read = {key: forward.read(self.table, self.arrays, values, tol)}
        return self._forward_read[key]

    def _hypotheses(self, gradients, tol):
        """Other forward passes whose own right gradient is what is stored."""
        for edits, own, results in self._others:
            if scale.gives(own, results, gradients, tol):
                yield edits, own

    @cached_property
    def _others(self):
        """Forward passes that are wrong in one way, each with its own right gradient."""
        found = hypotheses.hypotheses(self.table, self.arrays, self.errors)
        return [(edits, own, own.results()) for edits, _, own in islice(found, FORWARDS)]

    def _pass(self, edits):
        if not edits:
            return self.right
        values = altered.forward_with(self.table, self.arrays, edits)
        return altered.own_pass(self.table, edits, values, self.errors)

    def _without_forward(self, found, values, gradients, tol):
        """The forward pass is another one: with all its values the way back is read by them."""
        table = self.table
        unread = [n.removeprefix("net ") for n in found.unread] or [
            n.removeprefix("net_") for n in values if not forward.close(
                forward.result(table, self.values, n), values[n], tol)]  # fmt: skip
        sure = [n for n in unread if self._alone(n, values)]
        named = tuple((f"forward {n}", ()) for n in dict.fromkeys(sure[:1]))
        if not set(table.equations) <= set(values):
            return Result((), False, (), named)
        base = Pass(table, self._theirs(values), self.errors)
        read = backward.read(base, gradients, tol)
        notes = (FOLLOWS,) if read.exact and not read.edits and gradients else ()
        return Result(read.edits if read.exact else (), False, (), named, (), notes)

    def _alone(self, name, values):
        """Whether all is stored that an equation reads: else another one may be the wrong one."""
        if name not in self.table.equations:  # an initial state
            return False
        reads = {n for n, _ in dictionary.reads(self.table.equations[name].net)}
        return reads <= {*values, *self.table.inputs}

    def _theirs(self, values):
        changed = {}
        for name in self.table.equations:
            array = self.values[name].copy()
            array[1:] = values[name]
            changed[name] = array
        return self.values.but(**changed)
