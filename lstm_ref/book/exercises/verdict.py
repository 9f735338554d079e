"""Check a reader's answer and say what is wrong with it, without showing the solution.

An answer is a number, an array, a function or a SymPy expression; what it is compared with decides
which. Nothing is fetched, and a string is never evaluated.
"""

import copy
import itertools
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

NOT_YET = "not answered yet"


def verdict(
    answer: Any,
    right: Any,
    tol: float = 1e-6,
    *,
    inputs: Sequence[tuple[int, ...]]
    | Callable[[np.random.Generator], tuple[Any, ...]]
    | None = None,
    trials: int = 5,
) -> str:
    """Compare an answer with the right one; returns a sentence, "right" if it is.

    answer: what the reader wrote, None for nothing yet.
    right: a number or array; or a function, then `inputs` are needed; or a SymPy expression or
    matrix, then the answer may have another form of the same value.
    tol: an entry is right within tol, relative to the largest entry of `right`; an expression,
    relative to its value.
    Numbers are real: a complex number, a string, a date is no answer. An expression may have
    powers and parts up to a bound, beyond which it is refused.
    inputs: what the function is called with. A list of shapes, () for a number: normally
    distributed arrays are drawn. Or a function rng -> tuple of arguments.
    trials: with how many random inputs. The seeds are fixed.
    Raises ValueError for a function without inputs and for a `right` that is no number;
    whatever `right` itself raises.
    """
    if answer is None:
        return NOT_YET
    if _is_sympy(right):
        from lstm_ref.book.exercises import equivalence  # SymPy is loaded already

        return equivalence.verdict(answer, right, tol)
    if callable(right):
        return _function(answer, right, tol, inputs, trials)
    return _numbers(answer, right, tol)


def cell_fault(answer: Any, letters: str | None = None) -> str:
    """Why an answer cannot be looked at as a declared cell: a sentence, "" if it can.

    letters: the sizes it may have, "HD": H units, D inputs; None for any.
    """
    if answer is None:
        return NOT_YET
    if not hasattr(answer, "equations"):
        return f"not a declared cell: {type(answer).__name__}; is there @cell above the function?"
    if letters and answer.letters[answer.input] != "D":
        return f"{answer.input}[t] is added or multiplied without a matrix, so it must have H rows"
    others = {*"".join(answer.letters.values())} - {*(letters or ()), "1"}
    if letters and others:
        return f"sizes: expected {', '.join(letters)}, got {', '.join(others)} too"
    return ""


def _is_sympy(value):
    sympy = sys.modules.get("sympy")  # a value of SymPy exists only if SymPy has been loaded
    return sympy is not None and isinstance(value, sympy.Basic | sympy.MatrixBase)


def _numbers(answer, right, tol):
    want = _real(right)
    if isinstance(want, str) or not np.isfinite(want).all():
        raise ValueError(f"right: expected finite real numbers, got {right!r}")
    got = _real(answer)
    if isinstance(got, str):
        return got
    if got.shape != want.shape:
        return f"the shape is {got.shape}, it should be {want.shape}"
    if not np.isfinite(got).all():
        return "it contains NaN or infinity"
    scale = np.max(np.abs(want), initial=0) or 1.0
    wrong = np.abs(got - want) > tol * scale
    if not wrong.any():
        return "right"
    if got.ndim == 0:
        return "not right: too large" if got > want else "not right: too small"
    where = tuple(int(k) for k in np.argwhere(wrong)[0])
    return f"not right: {int(wrong.sum())} of {wrong.size} entries, the first at {list(where)}"


def _real(value):
    """A number or an array as float64; else a sentence that says what it is instead.

    By itself NumPy would read "3" as 3, drop the imaginary part of 3 + 9i and count the days since
    1970.
    """
    try:
        array = np.asarray(value)
        entries = array.flat if array.dtype == object else [array]
        kinds = {entry.dtype.kind for entry in map(np.asarray, entries)}
        if "c" in kinds:
            return "complex, it should be real"
        if kinds <= set("biufO"):  # O: of SymPy, a Fraction, something that cannot be converted
            return array.astype(float)
    except (TypeError, ValueError, OverflowError):
        pass
    return f"not a number or an array of numbers: {type(value).__name__}"


def _function(answer, right, tol, inputs, trials):
    """Call both functions with the same random inputs, each with a copy of its own."""
    if inputs is None:
        raise ValueError("inputs: expected shapes or a function rng -> arguments, got None")
    if not callable(answer):
        return f"not a function: {type(answer).__name__}"
    for trial in range(trials):
        arguments = _arguments(inputs, np.random.default_rng(trial))
        want = right(*copy.deepcopy(arguments))
        try:
            got = answer(*copy.deepcopy(arguments))
        except Exception as error:  # whatever the reader's code may raise
            return f"it raises {type(error).__name__}: {error}"
        says = _result(got, want, tol)
        if says != "right":
            return f"with random input {trial + 1} of {trials}: {says}"
    return "right"


def _arguments(inputs, rng):
    if callable(inputs):
        drawn = inputs(rng)
        return drawn if isinstance(drawn, tuple) else (drawn,)
    return tuple(rng.normal(size=shape) if shape else float(rng.normal()) for shape in inputs)


def _result(got, want, tol):
    """Compare what two functions returned: numbers and arrays, also in dicts and tuples."""
    if got is None:
        return "it returns None; is the return missing?"
    if isinstance(want, dict):
        return _named(got, want, tol)
    if isinstance(want, tuple | list):
        return _several(got, want, tol)
    return _numbers(got, want, tol)


def _named(got, want, tol):
    if not isinstance(got, dict):
        return f"it returns {type(got).__name__}, expected a dict"
    missing, unknown = [k for k in want if k not in got], [k for k in got if k not in want]
    if missing or unknown:
        parts = [
            f"{word} {', '.join(map(str, names))}"
            for word, names in (("missing", missing), ("unknown", unknown))
            if names
        ]
        return f"the names differ: {'; '.join(parts)}"
    says = {name: _result(got[name], want[name], tol) for name in want}
    return _join(says)


def _several(got, want, tol):
    n = len(want)
    if isinstance(got, dict | set | str):
        return f"it returns {type(got).__name__}, expected {n} values"
    try:
        got = list(itertools.islice(got, n + 1))
    except TypeError:
        return f"it returns {type(got).__name__}, expected {n} values"
    if len(got) != n:
        found = f"more than {n}" if len(got) > n else len(got)
        return f"it returns {found} values, expected {n}"
    return _join(
        {k + 1: _result(g, w, tol) for k, (g, w) in enumerate(zip(got, want, strict=True))}
    )


def _join(says):
    wrong = [f"{name}: {text}" for name, text in says.items() if text != "right"]
    return "; ".join(wrong) if wrong else "right"
