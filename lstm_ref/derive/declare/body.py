"""The body of a declaration: with what its names mean while it runs, and how long it may run."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CellType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import sympy

from lstm_ref.derive.declare import functions, refusals
from lstm_ref.derive.declare.algebra import LARGEST_EXPONENT
from lstm_ref.derive.declare.notes import Notes, place
from lstm_ref.derive.declare.step import Step
from lstm_ref.derive.expressions import t

MOST_STEPS = 1_000_000  # of Python in the file of a declaration; published ones run some hundreds
OURS = ("lstm_ref.derive.declare", "lstm_ref.derive.expressions")


def prepared(function: FunctionType, notes: Notes) -> FunctionType:
    """The function, where max, min, abs, sum and functions of SymPy are those of the language.

    t is a `Step` in it and in the functions that it calls. Raises Refused where Python would
    compute a power that fills the memory.
    """
    space = _Space(notes)
    prepared = space.rebuilt(function, words=True)
    for code in space.codes:
        _check_powers(code, notes)
    return prepared


class _Space:
    """What variables are while the body runs."""

    def __init__(self, notes):
        self.notes = notes
        self.words = {word: functions.Word(word, notes) for word in functions.WORDS}
        self.codes: list[CodeType] = []
        self.done: dict[int, FunctionType] = {}

    def rebuilt(self, function, words=False):
        """A function with other variables around it; words: max, min are the language's in it."""
        code, space = function.__code__, {**function.__globals__}
        self.codes += [code]
        closure = tuple(CellType() for _ in function.__closure__ or ())
        new = FunctionType(code, space, function.__name__, function.__defaults__, closure)
        new.__kwdefaults__ = function.__kwdefaults__
        self.done[id(function)] = new  # functions may call each other
        for name in _globals(code):
            if name in space or (words and name in functions.PYTHONS):
                own = space.get(name, functions.PYTHONS.get(name))
                space[name] = self.ours(own, words)
        for cell, old in zip(closure, function.__closure__ or (), strict=True):
            try:
                cell.cell_contents = self.ours(old.cell_contents, words)
            except ValueError:  # it has no value yet
                continue
        return new

    def ours(self, value: Any, words: bool = True) -> Any:
        """What a variable of the body is while the body runs."""
        if isinstance(value, ModuleType) and value.__name__ in ("sympy", "lstm_ref"):
            return _Module(value, self)
        if words and (word := functions.meant(value)) is not None:
            return self.words[word]
        if isinstance(value, sympy.Expr) and refusals.steps_back(value) is not None:
            return Step(value, self.notes)
        if isinstance(value, FunctionType) and self._declares(value):
            return self.done.get(id(value)) or self.rebuilt(value)
        return value

    def _declares(self, function):
        """Is it a function of somebody's file of cells, where t is known?"""
        around = [c.cell_contents for c in function.__closure__ or () if _has_value(c)]
        known = (*function.__globals__.values(), *around)
        here = function.__code__.co_filename == self.notes.code.co_filename
        return not (function.__module__ or "").startswith(OURS) and (
            here or any(value is t for value in known)
        )


def _has_value(cell):
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _globals(code):
    """Names that a function reads from its module, functions inside of it too."""
    return {name for inner in _nested(code) for name in inner.co_names}


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


class _Module:
    """A module whose functions are those of the language: sympy.tanh is tanh."""

    def __init__(self, module, space):
        self._module, self._space = module, space

    def __getattr__(self, name):
        return self._space.ours(getattr(self._module, name))


def _check_powers(code, notes):
    """Refuses 7**99999999: Python computes it, and is not back before the memory is full."""
    for inner in _nested(code):
        before = None
        for step in dis.get_instructions(inner):
            raises = step.opname == "BINARY_OP" and step.argrepr.rstrip("=") in ("**", "<<")
            if raises and isinstance(before, int) and abs(before) > LARGEST_EXPONENT:
                at = place(inner, step.offset)
                notes.refuse_at(at, refusals.exponent(before, LARGEST_EXPONENT))
            before = step.argval if step.opname == "LOAD_CONST" else None


@contextmanager
def counted(notes: Notes) -> Iterator[None]:
    """Count what runs in the file of the declaration; Refused after too many steps.

    Instructions and lines: for Python before 3.12 `while True: pass` stays on its line, and 3.14
    does not tell of instructions.
    A trace function that is there already, of a debugger or of coverage, is set aside meanwhile
    and is back afterwards: it would hear of the lines in our place.
    """
    left, file = MOST_STEPS, notes.code.co_filename

    def inside(frame: FrameType, *_: Any) -> Callable[..., Any]:
        nonlocal left
        left -= 1
        if left < 0:
            notes.refuse(f"more than {MOST_STEPS} steps of Python; does a loop not end?")
        return inside

    def call(frame: FrameType, *_: Any) -> Callable[..., Any] | None:
        """None for SymPy and for us, which then run as fast as ever."""
        if frame.f_code.co_filename != file:
            return None
        frame.f_trace_opcodes = True
        return inside

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)
