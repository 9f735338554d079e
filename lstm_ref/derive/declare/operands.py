"""What the body of a declaration works with: signals, families of parameters, matrices.

They know which equation is being run, through the `language.Notes`, and refuse with its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive.declare import refusals
from lstm_ref.derive.declare.checks import equation_fault, input_back, written
from lstm_ref.derive.declare.declaration import DeclarationError, Equation
from lstm_ref.derive.expressions import Dot, at

if TYPE_CHECKING:
    from lstm_ref.derive.declare.language import Notes


class Signal:
    """A vector that changes with time. Only `s[t]` and `s[t-1]` can be used."""

    __iter__ = None  # else SymPy would try to iterate over it, for ever

    def __init__(self, name: str, notes: Notes) -> None:
        self._name, self._notes = name, notes

    def __getitem__(self, when):
        notes, name = self._notes, self._name
        lag = refusals.steps_back(when)
        if lag is None or lag not in (0, 1):
            notes.refuse(refusals.wrong_step(name, when, notes))
        if lag == 0 and name != notes.input and name not in notes.equations:
            notes.refuse(
                f"{name}[t] is used before it is defined; "
                f"move its equation up, or use {name}[t-1], the step before"
            )
        if lag == 1 and name == notes.input:
            notes.refuse(input_back(name))
        notes.reads.append(at(name, lag))
        return at(name, lag)

    def __setitem__(self, when, value):
        notes, name = self._notes, self._name
        if refusals.steps_back(when) != 0:
            got = repr(when) if isinstance(when, str) else when
            notes.refuse(f"the left side must be {name}[t], got {name}[{got}]")
        if name == notes.input:
            notes.refuse(f"{name} is the input: it has no equation")
        if name in notes.equations:
            notes.refuse(f"{name} is defined twice; a cell has one equation for each signal")
        if isinstance(value, Signal | Weight | Family):
            notes.refuse(f"{value} is not an expression; {value._cure}")
        if isinstance(value, tuple):
            notes.refuse(f"{name}[t] gets several values; is there a comma too many?")
        try:
            expr = sympy.sympify(value, strict=True)
        except sympy.SympifyError:
            notes.refuse(f"{name}[t] = {value!r}: expected an expression")
        if (fault := equation_fault(name, expr)) is not None:
            notes.refuse(fault)
        notes.equations[name] = Equation(name, expr, tuple(dict.fromkeys(notes.reads)))
        notes.reads = []

    @property
    def _cure(self):
        return f"write {self._name}[t] or {self._name}[t-1]"

    def __repr__(self):
        return self._name

    def __call__(self, *_):
        self._notes.refuse(f"the step stands in square brackets; {self._cure}")

    def __getattr__(self, index):
        if index.startswith("_"):
            raise AttributeError(index)
        name, notes = self._name, self._notes
        notes.refuse(
            f"{name}.{index}: {name} stands before the star, so it is a signal; {self._cure}, or "
            f"declare a family of parameters after the star: def {notes.name}(..., *, {name})"
        )

    def _no_time(self, *_):
        self._notes.refuse(f"{self._name} without a time; {self._cure}")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _no_time
    __matmul__ = __rmatmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _no_time
    _sympy_ = _no_time


class Family:
    """Parameters that share a letter: `W.fh` is the parameter W_fh."""

    def __init__(self, letter, notes=None):
        object.__setattr__(self, "_letter", letter)
        object.__setattr__(self, "_notes", notes)

    def __getattr__(self, index):
        if index.startswith("_"):
            raise AttributeError(index)
        symbol = sympy.Symbol(f"{self._letter}_{index}")
        if self._notes is not None:
            if str(symbol) in self._notes.signals:
                self._refuse(f"{symbol} is a signal already; call the family another letter")
            self._notes.reads.append(symbol)
        if not self._letter[0].isupper():
            return symbol
        return Weight(str(symbol), f"{self._letter}.{index}", self._notes)

    def __setattr__(self, index, value):
        self._refuse(f"{self._letter}.{index} is a parameter: it has no equation")

    def _no_index(self, *_):
        self._refuse(f"{self._letter} is a family of parameters; {self._cure}")

    def _refuse(self, message):
        if self._notes is not None:
            self._notes.refuse(message)
        raise DeclarationError(message)

    @property
    def _cure(self):
        return f"say which one: {self._letter}.fx, for instance"

    def __repr__(self):
        return self._letter

    __iter__ = None
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = _no_index
    __getitem__ = __call__ = __rmatmul__ = __neg__ = _sympy_ = _no_index


class Weight:
    """A matrix. It can only multiply a vector, with @."""

    _op_priority = 100  # SymPy then leaves v * W to __rmul__, which knows both

    def __init__(self, name, call, notes):
        self._name, self._call, self._notes = name, call, notes

    def __matmul__(self, v):
        if isinstance(v, Signal | Family | Weight):
            self._refuse(f"{self._name} @ {v}: {v._cure}")
        v = sympy.sympify(v, strict=True)
        if not v.has(sympy.Indexed):
            self._refuse(f"{self._name} @ {v}: a matrix multiplies a vector with a signal in it")
        return Dot(sympy.Symbol(self._name), v)

    def __rmatmul__(self, v):
        self._refuse(f"the matrix stands on the left: {self._call} @ {_shown(v)}")

    def _elementwise(self, *_):
        self._refuse(f"{self._kind}: {self._call} @ v; {self._small}")

    def __rmul__(self, v):
        self._first(f"{_shown(v)} * ({self._call} @ v)")

    def __neg__(self):
        self._first(f"-({self._call} @ v)")

    def __truediv__(self, v):
        self._first(f"({self._call} @ v) / {_shown(v)}")

    def _first(self, example):
        self._refuse(
            f"{self._kind}, which needs brackets here, since Python goes from left to right: "
            f"{example}; {self._small}"
        )

    def __getitem__(self, _):
        self._refuse(f"{self._call} is the same at every step and has no index; {self._cure}")

    def __call__(self, *_):
        self._refuse(f"{self._call} is a matrix, no function; {self._cure}")

    def __getattr__(self, index):
        if index.startswith("_"):
            raise AttributeError(index)
        if index == "T":
            self._refuse(
                f"{self._call}.T: a matrix is used as it is, {self._call} @ v; where the backward "
                "pass needs the transposed one is derived"
            )
        self._refuse(f"{self._call}.{index}: a parameter has one index, {self._call}_{index}")

    def _refuse(self, message):
        if self._notes is not None:
            self._notes.refuse(message)
        raise DeclarationError(message)

    @property
    def _kind(self):
        return f"{self._name} is a matrix (capital letter) and works with @"

    @property
    def _small(self):
        index = self._call.split(".")[1]
        return f"a weight for each unit has a small letter: w.{index} * v"

    @property
    def _cure(self):
        return f"write {self._call} @ v with a vector v"

    def __repr__(self):
        return self._name

    __iter__ = None
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __pow__ = __rpow__ = _elementwise
    __rtruediv__ = _sympy_ = _elementwise


def _shown(value):
    """An operand in the words of a declaration."""
    if not isinstance(value, sympy.Expr):
        return str(value)
    text = written(value)
    return f"({text})" if value.is_Add or value.is_Mul else text
