"""Check a reader's answer and say what is wrong with it, without showing the solution.

An answer is a number, an array, a function or a SymPy expression; what it is compared with decides
which. Nothing is fetched, and a string is never evaluated.
"""

import copy
import sys

import numpy as np

NOT_YET = "not answered yet"


def verdict(answer, right, tol=1e-6, *, inputs=None, trials=5):
    """Compare an answer with the right one; returns a sentence, "right" if it is.

    answer: what the reader wrote, None for nothing yet.
    right: a number or array; or a function, then `inputs` are needed; or a SymPy expression or
    matrix, then the answer may have another form of the same value.
    tol: an entry is right within tol, relative to the largest entry of `right`; an expression,
    relative to its value.
    inputs: what the function is called with. A list of shapes, () for a number: normally
    distributed arrays are drawn. Or a function rng -> tuple of arguments.
    trials: with how many random inputs. The seeds are fixed.
    Raises ValueError for a function without inputs; whatever `right` itself raises.
    """
    if answer is None:
        return NOT_YET
    if _is_sympy(right):
        from lstm_ref.check import equivalence  # SymPy is loaded already

        return equivalence.verdict(answer, right, tol)
    if callable(right):
        return _function(answer, right, tol, inputs, trials)
    return _numbers(answer, right, tol)


def _is_sympy(value):
    sympy = sys.modules.get("sympy")  # a value of SymPy exists only if SymPy has been loaded
    return sympy is not None and isinstance(value, sympy.Basic | sympy.MatrixBase)


def _numbers(answer, right, tol):
    try:
        got, want = np.asarray(answer, dtype=float), np.asarray(right, dtype=float)
    except (TypeError, ValueError):
        return f"not a number or an array of numbers: {type(answer).__name__}"
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
    try:
        got = list(got)
    except TypeError:
        return f"it returns {type(got).__name__}, expected {len(want)} values"
    if len(got) != len(want):
        return f"it returns {len(got)} values, expected {len(want)}"
    return _join(
        {k + 1: _result(g, w, tol) for k, (g, w) in enumerate(zip(got, want, strict=True))}
    )


def _join(says):
    wrong = [f"{name}: {text}" for name, text in says.items() if text != "right"]
    return "; ".join(wrong) if wrong else "right"
