"""Write a cell as a paper does: a function whose body is its equations::

    @cell
    def Elman(x, h, *, W, b):
        h[t] = tanh(W.hh @ h[t-1] + W.hx @ x[t] + b.h)

Positional parameters are signals, the first is the input. Keyword-only ones are families of
parameters: capital letters are matrices (`W.hx` is W_hx, used with `@`), small ones are vectors,
one number a unit (`b.h` is b_h, used with `+` and `*`). States are what is read at t-1; the output
is the last equation. Nothing else is declared. Letters that mean something on the page (e, E, S,
net_h, delta_h) are refused as names; `letters.TAKEN` lists them.

The function runs once, on symbols. What makes no sense is refused with the line and the cure.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from types import FrameType, FunctionType
from typing import NoReturn

import sympy

from lstm_ref.derive.declare import refusals
from lstm_ref.derive.declare.declaration import Cell, DeclarationError, Equation
from lstm_ref.derive.declare.operands import Family, Signal

__all__ = ["DeclarationError", "Family", "cell"]


def cell(function: Callable[..., None]) -> Cell:
    """Decorator: run the function once on symbols, check what it says, return a `Cell`.

    The docstring stays with the cell: a title, and where the equations come from.
    Raises DeclarationError with the line and the cure.
    """
    if not inspect.isfunction(function):
        raise DeclarationError(f"cell: expected a function, got {function!r}")
    where = f"{function.__name__}, line {function.__code__.co_firstlineno}"
    try:
        notes = _run(function)
        doc = inspect.getdoc(function) or ""
        return Cell(function.__name__, doc, notes.input, notes.equations)
    except Refused as error:  # it has its own line
        raise DeclarationError(str(error)) from None
    except DeclarationError as error:
        message = str(error).removeprefix(f"{function.__name__}: ")
        raise DeclarationError(f"{where}: {message}") from None


class Refused(DeclarationError):
    """A line of a declaration was refused; the message says which."""


def _run(function):
    """Run the body on symbols; returns the `Notes`."""
    names = inspect.signature(function).parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in names):
        raise DeclarationError("expected named signals and families, got *")
    signals = [p.name for p in names if p.kind != p.KEYWORD_ONLY]
    families = [p.name for p in names if p.kind == p.KEYWORD_ONLY]
    if not signals:
        raise DeclarationError("no signals; the first one is the input")
    if (fault := refusals.names(signals, families)) is not None:
        raise DeclarationError(fault)
    notes = Notes(function, signals, families)
    try:
        function(*(Signal(s, notes) for s in signals), **{f: Family(f, notes) for f in families})
    except DeclarationError:
        raise
    except Exception as error:
        raise Refused(refusals.explain(error, function)) from error
    for name in signals[1:]:
        if name not in notes.equations:
            raise DeclarationError(
                f"{name} has no equation; write {name}[t] = ... "
                f"(a plain `{name} = ...` is not seen), or take {name} out of the parameters"
            )
    return notes


class Notes:
    """What was written so far: equations in order, and what the present one has read."""

    def __init__(self, function: FunctionType, signals: list[str], families: list[str]) -> None:
        self.name, self.code = function.__name__, function.__code__
        self.signals, self.families = signals, families
        self.equations: dict[str, Equation] = {}
        self.reads: list[sympy.Basic] = []

    @property
    def input(self) -> str:
        """The signal that comes from outside: the first one."""
        return self.signals[0]

    def free(self, names: Iterable[str]) -> list[str]:
        """Those of these names that the cell does not use."""
        return [name for name in names if name not in (*self.signals, *self.families)]

    def refuse(self, message: str) -> NoReturn:
        """Raise with the line of the declaration that is being run."""
        raise Refused(f"{self.name}{self._line()}: {message}")

    def _line(self):
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        return "" if frame is None else f", line {frame.f_lineno}"
