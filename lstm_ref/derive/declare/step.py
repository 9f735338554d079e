"""The step t inside of a declaration: an index, and nothing that can be asked or computed with."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive.declare.refusing import ARITHMETIC, KINDS, OTHERS, Operand

if TYPE_CHECKING:
    from lstm_ref.derive.declare.notes import Notes

SAME = "a cell is the same at every step; give the number of the step in as an input"
ALONE = "t outside of brackets; it is an index, h[t] or h[t-1]; the number of the step can come in"
ALONE += " with the input"


class Step(Operand):
    """t, t-1 and whatever else is typed as an index. SymPy's own symbol is equal to no number:
    `if t == 1` would quietly be False.
    """

    def __init__(self, when: sympy.Expr, notes: Notes) -> None:
        self._when, self._notes = when, notes

    @property
    def _cure(self):
        return ALONE

    def __repr__(self):
        return str(self._when)

    def __format__(self, _):
        return repr(self)

    def _sympy_(self) -> sympy.Expr:
        """SymPy's symbol, in an index and in what is refused later."""
        return self._when

    def __neg__(self):
        return Step(-self._when, self._notes)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse(f"{self}.{name}: {ALONE}")

    def _compute(self, other, compute):
        """A further index; whether it is one that a cell can read is asked where it is used."""
        if isinstance(other, bool):
            self._refuse(f"{self} and {other}: the steps of a cell are t and t-1")
        other = other._when if isinstance(other, Step) else other
        if isinstance(other, Operand) or not isinstance(other, int | float | sympy.Basic):
            self._refuse(ALONE)
        return Step(compute(self._when, sympy.sympify(other)), self._notes)


def plain(index: Any) -> Any:
    """An index as SymPy has it."""
    return index._when if isinstance(index, Step) else index


def _computing(name, turned):
    def method(self: Step, other: Any) -> Step:
        compute = getattr(operator, name)
        return self._compute(other, (lambda a, b: compute(b, a)) if turned else compute)

    return method


def _refusing(sign):
    def method(self, *_):
        self._refuse(f"{self}{sign}: {SAME}")

    return method


for _name in (name for name in ARITHMETIC if name != "matmul"):
    for _r in ("", "r"):
        setattr(Step, f"__{_r}{_name}__", _computing(_name, bool(_r)))
_SIGNS = {"lt": " < ", "le": " <= ", "gt": " > ", "ge": " >= ", "eq": " == ", "ne": " != "}
_SIGNS |= {"bool": " as a condition", "mod": " % ", "floordiv": " // "}
for _name in (*KINDS, *OTHERS):
    for _r in ("", "r"):
        _sign = _SIGNS.get(_name, "")
        setattr(Step, f"__{_r}{_name}__", _refusing(_sign + "..." * _sign.endswith(" ")))
for _name in ("matmul", "rmatmul", "abs", "invert", "call", "getitem", "setitem"):
    setattr(Step, f"__{_name}__", lambda self, *_: self._refuse(ALONE))
