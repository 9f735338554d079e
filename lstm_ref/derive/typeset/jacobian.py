"""How one step carries the states on: ∂s_t/∂r_{t-1} for every pair of states, written out.

Each is a total derivative: everything between is followed, through this one step. What is neither
a state nor simple gets a line of its own, before the lines that need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import ONES, SPREAD, Transposed, at, signals
from lstm_ref.derive.terms import Term
from lstm_ref.derive.typeset.arrange import Arranger, fraction
from lstm_ref.derive.typeset.lines import Line
from lstm_ref.derive.typeset.summands import ALL, Writer

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


class NoJacobian(ValueError):
    """No Jacobian is written for a cell with a matrix as state."""


@dataclass(frozen=True)
class Diagonal:
    """A factor diag(above / below), or a number where both are numbers."""

    above: tuple[tree.Node, ...] = ()
    below: tuple[tree.Node, ...] = ()


@dataclass(frozen=True)
class Path:
    """One summand: a sign, a number, and matrices from left to right."""

    sign: int
    number: Fraction | float
    factors: tuple[Diagonal | tree.Node, ...]

    def after(self, other: Path) -> Path:
        """This one on the left of another one."""
        factors = (*self.factors, *other.factors)
        return Path(self.sign * other.sign, self.number * other.number, factors)


def lines(cell: Cell) -> Iterator[Line]:
    """∂s_t/∂r_{t-1} of every pair of states. Raises NoJacobian if one of them is a matrix."""
    for name in cell.states:
        if cell.rank(name) == 2:
            raise NoJacobian(
                f"cell: the state {name} of {cell.name} is a matrix, for which no Jacobian is "
                "written; ask for one of a cell whose states are vectors"
            )
    yield from _Jacobian(cell).lines()


class _Jacobian:
    def __init__(self, cell):
        self.cell, self.writer = cell, Writer(cell)
        self.paths: dict[tuple[str, str], list[Path]] = {}
        self.needed = _needed(cell)

    def lines(self):
        for name in self.cell.equations:
            if name not in self.needed:
                continue
            for state in self.cell.states:
                found = self._paths(name, state)
                if name in self.cell.states or len(found) > 1:
                    block = tree.Partial(tree.Signal(name), tree.Signal(state, 1))
                    unit = tree.Known("I") if self.cell.rank(name) else tree.Number(1)
                    yield Line(block, (tree.total([self._node(path, unit) for path in found]),))
                    found = [Path(1, Fraction(1), (block,))] if found else []
                self.paths[name, state] = found

    def _paths(self, name, state):
        """Every way from a state one step before to a signal, the slope of the signal in front."""
        found = []
        for of, terms in self.cell.terms.terms.items():
            for term in terms:
                if term.by != name:
                    continue
                if term.lag and of == state:
                    found.append(self._local(term))
                elif not term.lag and (of, state) in self.paths:
                    found += [self._local(term).after(path) for path in self.paths[of, state]]
        if self.cell.terms.slopes[name] is None:
            return found
        slope = self._slope(name)
        return [slope.after(path) for path in found]

    def _slope(self, name):
        arranger = Arranger([at(name)], self.writer.names)
        sign, number, above, below = arranger.parts(self.cell.terms.slopes[name])
        return Path(sign, number, (Diagonal(tuple(above), tuple(below)),))

    def _local(self, term: Term) -> Path:
        """What one term says about one equation: the derivative of `by` by `of`."""
        arranger = Arranger(self.cell.equations[term.by].reads, self.writer.names)
        sign, number, above, below = arranger.parts(term.inner)
        outer_sign, outer_number, outer, under = arranger.parts(term.outer)
        left, right = Diagonal(tuple(above), tuple(below)), Diagonal(tuple(outer), tuple(under))
        by, of = self.cell.rank(term.by), self.cell.rank(term.of)
        middle: tuple[tree.Node, ...]
        if term.via is None:
            both = Diagonal((*left.above, *right.above), (*left.below, *right.below))
            return Path(sign * outer_sign, number * outer_number, self._turned(both, by, of))
        if term.via == ONES:
            factors = (*self._turned(left, by, 0), *self._turned(right, 0, of))
            return Path(sign * outer_sign, number * outer_number, factors)
        if term.via == SPREAD:
            middle = (tree.Parameter("S"),)
        elif isinstance(term.via, Transposed):
            middle = (tree.Transposed(arranger.node(term.via.args[0])),)
        else:
            middle = (arranger.node(term.via),)
        factors = (left, *middle, *self._turned(right, 1, of))
        return Path(sign * outer_sign, number * outer_number, factors)

    def _turned(self, diagonal, by, of):
        """A diagonal matrix, or a column or a row where a number takes part."""
        if by == of:
            return (diagonal,)
        numbers, node = self._split(diagonal)
        vector = ALL if node is None else node
        return (numbers, vector if by else tree.Transposed(vector))

    def _split(self, diagonal):
        """(numbers, vector): the vector is None where there is none."""
        rank = self.writer.rank
        numbers = Diagonal(
            tuple(n for n in diagonal.above if not rank(n)),
            tuple(n for n in diagonal.below if not rank(n)),
        )
        above = [n for n in diagonal.above if rank(n)]
        below = [n for n in diagonal.below if rank(n)]
        return numbers, fraction(1, 1, above, below) if above or below else None

    def _node(self, path, unit):
        """A path as a tree: numbers in front, neighbouring diagonal matrices in one."""
        above, below, chain = [], [], []
        merged = Diagonal()
        for factor in (*path.factors, None):
            if isinstance(factor, Diagonal):
                merged = Diagonal((*merged.above, *factor.above), (*merged.below, *factor.below))
                continue
            numbers, vector = self._split(merged)
            above += numbers.above
            below += numbers.below
            chain += [tree.Call("diag", (vector,))] if vector is not None else []
            chain += [factor] if factor is not None else []
            merged = Diagonal()
        node = tree.Chain(tuple(chain)) if len(chain) > 1 else chain[0] if chain else unit
        return fraction(path.sign, path.number, [*above, node], below)


def _needed(cell):
    """States, and signals that they are computed from within one step."""
    needed = set(cell.states)
    for name, equation in reversed(cell.equations.items()):
        if name in needed:
            needed |= {read for read, lag in signals(equation.expr) if lag == 0}
    return needed
