"""Both sides of an identity as numbers of fifty digits, for a few steps and units.

The signals are computed from the equations, from random parameters, inputs and initial states; the
multipliers δ are random numbers, as an identity has to hold for all of them.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import mpmath
import sympy

from lstm_ref.derive import expressions as ex
from lstm_ref.derive.proof import indices
from lstm_ref.derive.proof.indices import UNITS, T, tau
from lstm_ref.derive.tree import net_name

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

STEPS = 3
# Between which bounds numbers are drawn, in turn: logarithms want positive ones, kinks large ones.
BOUNDS = ((-1, 1), (0.2, 1.2), (-4, 4), (0.5, 3))
LARGEST = 10_000  # bits in front of the point; exp(exp(exp(9))) would never be finished
mp = mpmath.mp.clone()
mp.dps = 50


def _sign(x):
    return (x > 0) - (x < 0)


def _sigma(x):
    return 1 / (1 + mp.exp(-x))


def _softplus(x):
    return mp.log(1 + mp.exp(x))


FUNCTIONS: dict[Any, Any] = {
    ex.sigma: _sigma,
    ex.relu: lambda x: x if x > 0 else mp.mpf(0),
    ex.step: lambda x: mp.mpf(x > 0),
    ex.sign: lambda x: mp.mpf(_sign(x)),
    ex.absolute: lambda x: x if x >= 0 else -x,
    ex.maximum: lambda a, b: a if a >= b else b,
    ex.minimum: lambda a, b: a if a <= b else b,
    ex.softplus: _softplus,
    ex.logsigmoid: lambda x: -_softplus(-x),
    sympy.Pow: mp.power,
}


class Numbers:
    """A cell with random numbers in it. seed: which ones."""

    def __init__(self, cell: Cell, seed: int) -> None:
        self.cell, self.seed = cell, seed
        letters = dict.fromkeys("".join(cell.letters.values()).replace("1", ""))
        self.sizes = {letter: 2 + k % 3 for k, letter in enumerate(letters)}
        self.symbols: dict[sympy.Basic, int] = {T: STEPS}
        self.symbols |= {indices.size(letter): n for letter, n in self.sizes.items()}
        self.known: dict[Any, Any] = {}
        self.written = {
            name: indices.entry(e.net, cell.letters, UNITS[: cell.rank(name)])
            for name, e in cell.equations.items()
        }
        for time in range(1, STEPS + 1):
            for name in cell.equations:
                for index in self.entries(cell.letters[name]):
                    self._compute(name, (time, *index))

    def entries(self, letters: str) -> list[tuple[int, ...]]:
        """Every entry of something with these letters."""
        found: list[tuple[int, ...]] = [()]
        for letter in letters.replace("1", ""):
            found = [(*entry, k) for entry in found for k in range(self.sizes[letter])]
        return found

    def _compute(self, name, index):
        time, *entry = index
        where = {tau: time, **dict(zip(UNITS, entry, strict=False))}
        net = self.value(self.written[name], where)
        self.known[net_name(name), index] = net
        activation = self.cell.equations[name].activation
        self.known[name, index] = _function(activation)(net) if activation else net

    def drawn(self, name: str, index: tuple[int, ...] = ()) -> Any:
        """A random number that belongs to a name and an entry, always the same."""
        if (name, index) not in self.known:
            low, high = BOUNDS[self.seed % len(BOUNDS)]
            digits = random.Random(f"{self.seed} {name} {index}").randrange(10**50)
            self.known[name, index] = low + (high - low) * mp.mpf(digits) / 10**50
        return self.known[name, index]

    def value(self, expr: sympy.Expr, where: dict[sympy.Basic, int]) -> Any:
        """An expression in indices as a number. where: symbols of indices -> numbers."""
        if isinstance(expr, sympy.Indexed):
            index = tuple(int(self.value(i, where)) for i in expr.indices)
            return self.drawn(expr.base.label.name, index)
        if isinstance(expr, sympy.Symbol):
            known = where.get(expr, self.symbols.get(expr))
            return self.drawn(expr.name) if known is None else known
        if isinstance(expr, sympy.Sum):
            return self._sum(expr.function, expr.limits, where)
        if expr.is_Rational:
            return int(expr) if expr.is_Integer else mp.mpf(int(expr.p)) / int(expr.q)
        if expr.is_number and not expr.args:
            return mp.mpf(str(sympy.N(expr, 60)))
        found = self._of_parts(expr, [self.value(a, where) for a in expr.args])
        if mp.mag(found) > LARGEST:
            raise OverflowError
        return found

    def _of_parts(self, expr, parts):
        if expr.is_Add:
            return sum(parts)
        if expr.is_Mul:
            return mp.fprod(parts)
        return _function(expr.func)(*parts)

    def _sum(self, summand, limits, where):
        if not limits:
            return self.value(summand, where)
        *inner, (index, low, high) = limits  # the outermost is the last
        numbers = range(int(self.value(low, where)), int(self.value(high, where)) + 1)
        return sum(self._sum(summand, inner, {**where, index: n}) for n in numbers)


def _function(kind):
    return FUNCTIONS.get(kind) or getattr(mp, kind.__name__)


@lru_cache(maxsize=64)
def numbers(cell: Cell, seed: int) -> Numbers | None:
    """The same for the same cell and seed; None where they cannot be computed (log of 0)."""
    try:
        return Numbers(cell, seed)
    except (ArithmeticError, TypeError):  # complex numbers have no sign
        return None
