"""Messages about a declaration that makes no sense: the mistake, and the cure."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive import letters
from lstm_ref.derive.declare import numpy_names
from lstm_ref.derive.declare.checks import input_back
from lstm_ref.derive.declare.functions import NAMES, WORDS
from lstm_ref.derive.declare.numpy_names import JOINED
from lstm_ref.derive.expressions import t

if TYPE_CHECKING:
    from lstm_ref.derive.declare.notes import Notes

__all__ = ["explain", "input_back", "names", "no_function", "steps_back", "wrong_step"]

FROM_US = {*WORDS, "t", "cell", "scalar", "fixed", "Family", "without"}
# What others call it.
OTHER_NAMES = {
    "sigmoid": "sigma",
    "logistic": "sigma",
    "expit": "sigma",
    "log_sigmoid": "logsigmoid",
    "log_softmax": "log(softmax(v))",
    "arctan": "atan",
    "maximum": "max",
    "minimum": "min",
    "fabs": "abs",
    "absolute": "abs",
    "mul": "*",
    "matmul": "@",
    "concat": f"W.hh @ h[t-1] + W.hx @ x[t], since {JOINED}",
    "concatenate": f"W.hh @ h[t-1] + W.hx @ x[t], since {JOINED}",
}
MODULES = {"np", "numpy", "math", "scipy", "torch", "nn", "F", "jnp", "jax", "tf", "sympy", "sp"}
# What Python and SymPy say about something that was taken for something else.
MISTAKEN = {
    "object is not callable": "is there a * missing? 2 * (...), h[t] * (...)",
    "is not subscriptable": "the argument of a function stands in round brackets: tanh(...)",
    "cannot determine truth value": (
        "there is no if, since a cell is the same at every step; max(a, b) and relu(a) are without"
    ),
    "required positional argument": "a function of the declaration was called with too little",
    "unhashable type": "an expression cannot be in a set, or a key of a dict",
    "positional argument": "a function was called with too many arguments, or too few",
}
RECURSION = (
    "a function calls itself for ever, or an expression is too deep; give an inner part a name"
)


def no_function(function: object) -> str | None:
    """Why a cell cannot be made of this, or None where it is a plain function."""
    if inspect.isclass(function):
        return f"expected a function, got the class {function.__name__}"
    if inspect.ismethod(function) or isinstance(function, staticmethod | classmethod):
        return "expected a plain function, got a method; write it outside of the class"
    if function is None:
        return "@cell stands above the function without brackets"
    if not inspect.isfunction(function):
        return f"expected a function, got {function!r:.80}"
    if function.__name__ == "<lambda>":
        return "expected a function, got a lambda; equations are lines: def Mine(x, h, *, W): ..."
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return f"expected a plain function; take async away from {function.__name__}"
    if inspect.isgeneratorfunction(function):
        return f"expected a plain function; {function.__name__} has a yield, an equation is h[t] = "
    return None


def names(signals: Sequence[str], families: Sequence[str], others: Sequence[str]) -> str | None:
    """What is wrong with the names of a cell, or None: letters that the page keeps, and twins.

    others: its named numbers.
    """
    every = (*signals, *families, *others)
    for name in every:
        if (fault := not_on_the_page(name)) is not None:
            return fault
        if (found := letters.taken(name)) is not None:
            meaning, other = found
            kind = "signal" if name in signals else "family" if name in families else "number"
            if name[0].isupper() and kind != "number":
                other = next(c for c in "MACPQRUV" if c not in every)
            while other in every:
                other += "_2"
            return f"on the page {name} is {meaning}; call the {kind} {other}, for instance"
    seen: dict[str, str] = {}
    for name in (*signals, *others, *families):
        look = letters.look(name)
        if look in seen:
            return f"{seen[look]} and {name} look the same on the page; give one another name"
        seen[look] = name
    return None


def not_on_the_page(name: str) -> str | None:
    """Why LaTeX cannot write a name, or None."""
    if (strange := letters.unknown(name)) is None:
        return None
    return (
        f"{name} has {strange!r}, for which LaTeX has no letter; names are of Latin and Greek "
        "letters, digits and _, with a tilde, hat, bar or dot above: c_tilde or c\u0303"
    )


def head_with(notes: Notes, *, inputs: str = "", families: str = "") -> str:
    """The head of a declaration with an input or a family more."""
    given = [*notes.head.inputs, *filter(None, [inputs])]
    others = [s for s in notes.signals if s not in given]
    after = [*notes.families, *filter(None, [families]), *notes.head.constants]
    slash = ["/"] if len(given) > 1 else []
    return f"def {notes.name}({', '.join([*given, *slash, *others, '*', *after])})"


def too_early(name: str, notes: Notes) -> str:
    """Why name[t] cannot be read here."""
    if name in notes.equations:
        return (
            f"{name}[t] is used before it is defined; "
            f"move its equation up, or use {name}[t-1], the step before"
        )
    return (
        f"{name}[t] is used and has no equation so far; write {name}[t] = ... above, or, "
        f"if it comes from outside at every step, put it before a slash: "
        f"{head_with(notes, inputs=name)}"
    )


def no_equation(name: str, notes: Notes) -> str:
    """Why a signal of the head must have an equation."""
    return (
        f"{name} has no equation; write {name}[t] = ... (a plain `{name} = ...` is not seen), or "
        f"take {name} out of the parameters; an input stands before a slash: "
        f"{head_with(notes, inputs=name)}"
    )


def input_defined(name: str, notes: Notes) -> str:
    """Why an input has no equation."""
    if len(notes.signals) == 1:
        return first_is_input(notes)
    return f"{name} is the input: it has no equation; the first parameter comes from outside"


def first_is_input(notes: Notes) -> str:
    """For a head with one signal."""
    name = notes.input
    return (
        f"{name} is the first parameter and so the input; a cell has an input and an output: "
        f"def {notes.name}(x, {name}, *, W, b)"
    )


def wrong_left_side(name: str, index: object) -> str:
    """Why name[index] = ... is no equation."""
    got = repr(index) if isinstance(index, str) else "..." if isinstance(index, slice) else index
    steps = steps_back(index)
    start = "; initial states are given to `forward`" if steps is None else ""
    if steps:
        start = f"; shift every step of the equation by {steps:+d}"
    return f"the left side must be {name}[t], got {name}[{got}]{start}"


def listed(value: Any) -> str:
    """Why a list, a tuple or an array cannot stand in an expression."""
    if numpy_names.is_array(value) and value.dtype != object:
        return numpy_names.refused("add", (value,))
    return f"a list cannot stand in an expression; {JOINED}"


def exponent(number: int, largest: int) -> str:
    """Why a power is too large."""
    return f"** {number}: the largest exponent is {largest}; larger ones are no number of a float"


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
        start = "" if name in notes.head.inputs else "; the initial state is given to `forward`"
        return f"{shown} is a fixed step, and a cell is the same at every step; write {both}{start}"
    if steps is None:
        return f"{shown}: the index is not t and not t-1; write {both}"
    if steps < 0:
        return f"{shown} is in the future, which is not known yet; write {both}"
    one, two = (s for s in notes.free("gpqrsuvyz")[:2])
    if name in notes.head.inputs:
        return (
            f"{shown} is the input {steps} steps back; carry it along in signals of its own: "
            f"{one}[t] = {name}[t] and {two}[t] = {one}[t-1], then {two}[t-1] is {name}[t-2]"
        )
    return (
        f"{shown}: a cell sees this step and the one before; name a delayed signal: "
        f"{one}[t] = {name}[t-1], then {one}[t-1] is {name}[t-2]"
    )


def explain(error: Exception, notes: Notes) -> str:
    """What Python or SymPy said while the declaration ran, and the likely cure."""
    said = str(error)
    if isinstance(error, RecursionError):
        return RECURSION
    if isinstance(error, NameError) and (cure := _unknown(error.name, notes)) is not None:
        return cure
    for part, cure in MISTAKEN.items():
        if isinstance(error, TypeError) and part in said:
            return f"{said}; {cure}"
    if isinstance(error, OverflowError | MemoryError):
        return "a number that no float can hold"
    return (
        f"{type(error).__name__}: {said:.200}; a cell runs on symbols, so functions come from "
        f"lstm_ref ({NAMES}), and there is no if"
    )


def outside(error: BaseException) -> str:
    """The cure for what went wrong beside a declaration, with its semicolon; else nothing."""
    if isinstance(error, ModuleNotFoundError) and error.name in MODULES:
        return f"; a cell runs on symbols and needs no {error.name}: functions are {NAMES}"
    if isinstance(error, NameError) and error.name is not None:
        if error.name in OTHER_NAMES:
            return f"; it is called {OTHER_NAMES[error.name]}"
        if error.name in FROM_US:
            return f"; from lstm_ref import {error.name}"
        near = difflib.get_close_matches(error.name, sorted(FROM_US), 1)
        return f"; is it {near[0]}?" if near else ""
    return _not_imported(error)


def _not_imported(error):
    """For `from lstm_ref import sigmoid`."""
    found = re.match(r"cannot import name '(\w+)' from 'lstm_ref'", str(error))
    if not isinstance(error, ImportError) or not found:
        return ""
    word = OTHER_NAMES.get(found[1])
    known = f"it is called {word}" if word else f"functions are {NAMES}"
    return f"; {known}"


def _unknown(name, notes):
    """The cure for a name that Python does not know."""
    if name in OTHER_NAMES:
        word = OTHER_NAMES[name]
        known = f": from lstm_ref import {word}" if word.isidentifier() else ""
        return f"{name} is not known; it is called {word}{known}"
    if name in MODULES:
        return f"{name} is not known; functions come from lstm_ref: from lstm_ref import exp, mean"
    if name in FROM_US:
        return f"{name} is not known; from lstm_ref import {name}"
    if name is None or name in notes.code.co_varnames:
        return None
    family, line, index = name.partition("_")
    if line and index and family in notes.families:
        return f"{name} is not known; a parameter is written with a dot: {family}.{index}"
    if len(notes.signals) == 1:
        return f"{name} is not known; {first_is_input(notes)}"
    declared = head_with(notes, families=name)
    if line and index and len(family) == 1:
        declared = head_with(notes, families=family)
        return (
            f"{name} is not known; a parameter is written with a dot, {family}.{index}, "
            f"and its family declared after the star: {declared}"
        )
    if name[0].isupper():
        return f"{name} is not known; declare the family of parameters after the star: {declared}"
    return (
        f"{name} is not known; a family of parameters is declared after the star, {declared}, "
        f"a signal before it; functions are {NAMES}"
    )
