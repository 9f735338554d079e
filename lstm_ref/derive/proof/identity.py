"""One identity, and what becomes of it where its two sides have different forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive.proof import numbers
from lstm_ref.derive.proof.indices import tau

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

SHOWN, NOT_SHOWN, WRONG = "shown", "not shown", "wrong"
DRAWS = 32  # a factor at a kink may change nothing in most of them


@dataclass(frozen=True)
class Identity:
    """One identity: by what L was differentiated, both sides, and whether they are equal.

    verdict: "shown", their forms are the same; "wrong", numbers were found for which they differ,
    and `why` has them; "not shown", the forms differ and the numbers agree.
    """

    of: str
    written: Callable[[], tuple[sympy.Expr, sympy.Expr]] = field(repr=False)
    verdict: str = NOT_SHOWN
    why: str = ""

    @cached_property
    def sides(self) -> tuple[sympy.Expr, sympy.Expr]:
        """Both sides as sums; written when asked for, which takes longer than to compare them."""
        return self.written()

    @property
    def left(self) -> sympy.Expr:
        """What SymPy makes of the derivative."""
        return self.sides[0]

    @property
    def right(self) -> sympy.Expr:
        """What the list of terms claims."""
        return self.sides[1]

    @property
    def holds(self) -> bool:
        """Is it shown?"""
        return self.verdict == SHOWN


def identity(of: str, left: sympy.Expr, right: sympy.Expr, *verdict: str) -> Identity:
    """An identity of two sides that are there; verdict and why may follow."""
    return Identity(of, lambda: (left, right), *verdict)


def counted(
    cell: Cell,
    identity: Identity,
    sides: Iterable[tuple[sympy.Expr, sympy.Expr]],
    letters: str,
    index: Sequence[sympy.Symbol],
    times: Sequence[int],
) -> Identity:
    """The identity with the verdict that numbers give: wrong if one draw of them differs.

    sides: what is left and right, at the step tau and the entry `index` of something with these
    letters; pairs differ independently of each other. times: the steps to look at.
    """
    for seed in range(DRAWS):
        drawn = numbers.numbers(cell, seed)
        for time, entry in product(times, drawn.entries(letters)) if drawn else ():
            where = {tau: time, **dict(zip(index, entry, strict=False))}
            for left, right in sides:
                if why := _difference(drawn, left, right, where):
                    place = f"T = {numbers.STEPS}, step {time}"
                    place += f", entry {', '.join(map(str, entry))}" if entry else ""
                    return replace(identity, verdict=WRONG, why=f"{place}: {why}")
    return identity


def _difference(drawn, left, right, where):
    try:
        a, b = drawn.value(left, where), drawn.value(right, where)
    except (ArithmeticError, TypeError):
        return ""
    if abs(a - b) <= numbers.mp.mpf(10) ** -30 * (1 + abs(a) + abs(b)):
        return ""
    return f"{numbers.mp.nstr(a, 8)} is claimed to be {numbers.mp.nstr(b, 8)}"
