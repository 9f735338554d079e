"""Write a cell as a paper does: a function whose body is its equations::

    @cell
    def Elman(x, h, *, W, b):
        h[t] = tanh(W.hh @ h[t-1] + W.hx @ x[t] + b.h)

Positional parameters are signals; the first is the input, or all before a slash are inputs,
`def GRU_D(x, mask, gap, /, h, *, W, b)`. Keyword-only ones are families of parameters: capital
letters are matrices (`W.hx` is W_hx, used with `@`), small ones vectors, one number a unit (`b.h`
is b_h, used with `+` and `*`). `s: scalar` is one number and no vector; `A: fixed` is given, not
learned; `dt=0.1` is a number with a name. States are what is read at t-1; the output is the last
equation. Nothing else is declared: what is a matrix, C[t] = C[t-1] + outer(v[t], k[t]), and what is
a number, i[t] = dot(w.i, x[t]), follows from the equations. Letters that mean something on the page
(e, E, S, net_h, delta_h) are refused as names; `letters.TAKEN` lists them.

The function runs once, on symbols; max, min, abs and sum mean there what they mean in the language.
What makes no sense is refused with the line and the cure. Work and lines are counted, so a
declaration that is too large or never ends is refused too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from lstm_ref.derive.declare import refusals
from lstm_ref.derive.declare.body import counted, prepared
from lstm_ref.derive.declare.declaration import Cell, DeclarationError
from lstm_ref.derive.declare.notes import Notes, Place, Refused, last_place
from lstm_ref.derive.declare.operands import Family, Signal, constant
from lstm_ref.derive.declare.signature import fixed, head, scalar

__all__ = ["DeclarationError", "Family", "cell", "fixed", "scalar"]


def cell(function: Callable[..., None] | None = None, /) -> Cell:
    """Decorator: run the function once on symbols, check what it says, return a `Cell`.

    The docstring stays with the cell: a title, and where the equations come from.
    Raises DeclarationError with the line and the cure.
    """
    try:
        return _declared(function)
    except DeclarationError as error:
        if not _holding.get():
            raise
        return Unusable(error)  # type: ignore[return-value]


class Unusable:
    """What a wrong declaration is while others of the same file are wanted: an error once used."""

    def __init__(self, error: DeclarationError) -> None:
        self._error = error

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._error

    def __call__(self, *_: object, **__: object) -> object:
        """Raises the error; so does everything else."""
        raise self._error

    __getitem__ = __call__


_holding: ContextVar[bool] = ContextVar("holding", default=False)


@contextmanager
def held_back() -> Iterator[None]:
    """While a file is run for one of its cells: a wrong one is `Unusable` and stops no other."""
    token = _holding.set(True)
    try:
        yield
    finally:
        _holding.reset(token)


def _declared(function: Any) -> Cell:
    if (fault := refusals.no_function(function)) is not None or function is None:
        raise DeclarationError(f"cell: {fault}")
    name, notes = function.__name__, None
    where: Place = function.__code__.co_firstlineno, None
    try:
        notes = Notes(function, head(function))
        _run(function, notes)
        doc = inspect.getdoc(function) or ""
        unused = tuple(f for f in notes.families if f not in notes.parameters.values())
        given = replace(notes.head.given, unused=unused)
        return Cell(name, doc, notes.input, notes.equations, given=given)
    except Refused as error:  # it has its own line
        raise DeclarationError(error.said, name, error.line, error.column) from None
    except DeclarationError as error:
        message = str(error).removeprefix(f"{name}: ")
        equation = re.match(r"(\w+)(?:\[t\]| is read by nothing)", message)
        if notes is not None and equation and equation[1] in notes.places:
            where = notes.places[equation[1]]
        raise DeclarationError(message, name, *where) from None


def _run(function, notes):
    """Run the body on symbols."""
    families: dict[str, Any] = {name: Family(name, notes) for name in notes.families}
    constants = {name: constant(name, notes) for name in notes.head.constants}
    try:
        run = prepared(function, notes)
        with counted(notes):
            done = run(*(Signal(name, notes) for name in notes.signals), **families, **constants)
    except DeclarationError:
        notes.check_early()
        raise
    except Exception as error:
        notes.check_early()
        cause = refusals.explain(error, notes)
        raise Refused(cause, notes.name, *last_place(error, notes.code)) from error
    notes.check_early()
    if done is not None:
        raise DeclarationError("a declaration returns nothing; an equation is h[t] = ...")
    for name in notes.signals:
        if name not in notes.equations and name not in notes.head.inputs:
            raise DeclarationError(refusals.no_equation(name, notes))
