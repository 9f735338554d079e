"""Messages about a declaration that makes no sense: the mistake, and the cure."""

from __future__ import annotations

import inspect
import traceback
from types import FunctionType
from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive import letters
from lstm_ref.derive.declare.checks import NAMES
from lstm_ref.derive.expressions import FUNCTIONS, t

if TYPE_CHECKING:
    from lstm_ref.derive.declare.language import Notes

OURS = {"t", "sigma", "tanh", "spread"}
SYMPYS = set(FUNCTIONS.values()) - OURS
# What SymPy says about its vectors when they are taken for something else.
MISTAKEN = {
    "'Symbol' object is not subscriptable": (
        "a parameter is the same at every step and has no index; write b.f, not b.f[t]"
    ),
    "'Symbol' object does not support item assignment": "a parameter has no equation",
    "'Symbol' object is not callable": (
        "a parameter is no function; a vector multiplies unit by unit: b.f * h[t-1]"
    ),
    "'Indexed' object is not subscriptable": (
        "h[t] is a whole vector and has no parts; write it without a second index"
    ),
    "'Indexed' object is not callable": "h[t] is a vector, no function; is there a * missing?",
}


def names(signals: list[str], families: list[str]) -> str | None:
    """What is wrong with the names of a cell, or None: letters that the page keeps, and twins."""
    seen: dict[str, str] = {}
    for name in (*signals, *families):
        if (found := letters.taken(name)) is not None:
            meaning, other = found
            while other in (*signals, *families):
                other += "_2"
            kind = "signal" if name in signals else "family"
            return f"on the page {name} is {meaning}; call the {kind} {other}, for instance"
    for name in signals:
        look = str(letters.split(name))
        if look in seen:
            return f"{seen[look]} and {name} look the same on the page; give one another name"
        seen[look] = name
    return None


def steps_back(index: object) -> int | None:
    """0 for t, 1 for t-1, -1 for t+1, and None for what is no whole number of steps from t."""
    try:
        steps = t - sympy.sympify(index, strict=True)
    except (sympy.SympifyError, TypeError):
        return None
    return int(steps) if steps.is_number and steps.is_real and steps == int(steps) else None


def wrong_step(name: str, index: object, notes: Notes) -> str:
    """Why name[index] cannot be read; steps_back(index) is neither 0 nor 1."""
    steps, both = steps_back(index), f"{name}[t] or {name}[t-1]"
    if isinstance(index, str):
        return f"{name}[{index!r}]: the step stands without quotes; write {both}"
    if isinstance(index, slice):
        return f"{name}[...:...]: a cell is written for one step, without slices; write {both}"
    if isinstance(index, tuple):
        return f"{name}[...] has one index, the step, and no numbers of units; write {both}"
    shown = f"{name}[{index}]"
    if steps is None and not getattr(index, "free_symbols", None):
        start = "" if name == notes.input else "; the initial state is given to `forward`"
        return f"{shown} is a fixed step, and a cell is the same at every step; write {both}{start}"
    if steps is None:
        return f"{shown}: the index is not t and not t-1; write {both}"
    if steps < 0:
        return f"{shown} is in the future, which is not known yet; write {both}"
    one, two = (s for s in notes.free("gpqrsuvyz")[:2])
    if name == notes.input:
        return (
            f"{shown} is the input {steps} steps back; carry it along in signals of its own: "
            f"{one}[t] = {name}[t] and {two}[t] = {one}[t-1], then {two}[t-1] is {name}[t-2]"
        )
    return (
        f"{shown}: a cell sees this step and the one before; name a delayed signal: "
        f"{one}[t] = {name}[t-1], then {one}[t-1] is {name}[t-2]"
    )


def explain(error: Exception, function: FunctionType) -> str:
    """What Python or SymPy said while the declaration ran, with its line and the likely cure."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.name == function.__name__]
    where = f"{function.__name__}, line {lines[-1]}" if lines else function.__name__
    return f"{where}: {_cause(error, function)}"


def _cause(error, function):
    said = str(error)
    if isinstance(error, NameError) and (cure := _unknown(error.name, function)) is not None:
        return cure
    if isinstance(error, TypeError) and "@" in said:
        return (
            "only a matrix stands left of @, and it has a capital letter: W.fx @ x[t]; "
            "a vector (b.f, w.fc) multiplies unit by unit, with *"
        )
    if isinstance(error, TypeError) and said.split(";")[0] in MISTAKEN:
        return MISTAKEN[said.split(";")[0]]
    if isinstance(error, AttributeError):
        return (
            f"{said}; signals and parameters are vectors and used as they are; "
            f"a function stands before them, as in tanh(h[t-1]): {NAMES}"
        )
    return (
        f"{type(error).__name__}: {said}; a cell runs on symbols, so its functions are "
        f"those of SymPy ({NAMES}), and it has no if and no max"
    )


def _unknown(name, function):
    """The cure for a name that Python does not know."""
    if name in OURS:
        return f"{name} is not known; from lstm_ref.derive.expressions import {name}"
    if name in SYMPYS:
        return f"{name} is not known; from sympy import {name}"
    if name is None or name in function.__code__.co_varnames:
        return None
    parameters = inspect.signature(function).parameters.values()
    before = ", ".join(p.name for p in parameters if p.kind != p.KEYWORD_ONLY)
    after = ", ".join([*(p.name for p in parameters if p.kind == p.KEYWORD_ONLY), name])
    line = f"def {function.__name__}({before}, *, {after})"
    if name[0].isupper():
        return f"{name} is not known; declare the family of parameters after the star: {line}"
    return (
        f"{name} is not known; a family of parameters is declared after the star, {line}, "
        f"a signal before it; functions are {NAMES}"
    )
