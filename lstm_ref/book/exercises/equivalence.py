"""Have two SymPy expressions the same value? For `lstm_ref.book.exercises.verdict`.

Both are evaluated at the same random points with 30 digits. Two expressions made of sums,
products, powers and the usual functions that agree at several random points are equal.
Only objects of SymPy and numbers are taken: a string is refused, never parsed. So is an expression
too large to be evaluated (see bounds).
"""

import random
from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy as sp
    from sympy.core.function import AppliedUndef
    from sympy.core.relational import Relational
    from sympy.logic.boolalg import BooleanAtom, BooleanFunction
    from sympy.matrices.expressions.matexpr import MatrixElement

from lstm_ref.book.exercises import bounds

DIGITS, POINTS = 30, 6
# Not Boolean: a Symbol is one too.
BOOLEANS = (bool, Relational, BooleanAtom, BooleanFunction)


def verdict(answer: Any, right: sp.Basic, tol: float = 1e-6) -> str:
    """Compare an expression or matrix with the right one; returns a sentence, "right" if it is.

    A number counts as an expression. Signals like c[t-1], undefined functions f(x) and products
    Dot(W, h) count as symbols; any function named sigma is the logistic function.
    """
    try:
        if isinstance(right, sp.MatrixBase | sp.MatrixExpr):
            return _matrices(answer, right, tol)
        got = _expression(answer)
        return got if isinstance(got, str) else _compare([got], [right], tol)
    except bounds.TooLarge as reason:
        return f"not evaluated: {reason}"
    except RecursionError:
        return "not evaluated: too many brackets within each other"


def _expression(answer):
    if isinstance(answer, str):
        return "a string is not evaluated: write the expression with SymPy symbols"
    if isinstance(answer, sp.MatrixBase | sp.MatrixExpr):
        return "a matrix, it should be a single expression"
    if isinstance(answer, BOOLEANS):
        return "an equation or a truth value: give the right-hand side alone"
    try:
        found = sp.sympify(answer, strict=True)  # strict: nothing is parsed
    except (sp.SympifyError, TypeError):
        found = None
    return (
        found if isinstance(found, sp.Expr) else f"not a SymPy expression: {type(answer).__name__}"
    )


def _matrices(answer, right, tol):
    if isinstance(answer, str) or not hasattr(answer, "shape"):
        return f"not a SymPy matrix: {type(answer).__name__}"
    if tuple(answer.shape) != tuple(right.shape):
        return f"the shape is {tuple(answer.shape)}, it should be {tuple(right.shape)}"
    if isinstance(answer, sp.MatrixExpr):
        bounds.check_form(answer)
    try:
        got, want = _matrix(answer), sp.Matrix(right)
    except (TypeError, ValueError, NotImplementedError, sp.SympifyError):
        return "not a matrix of SymPy expressions with a known number of rows and columns"
    return _compare(list(got), list(want), tol, right.shape)


def _matrix(answer):
    """A matrix of SymPy. It would parse strings, so only what is no string goes there."""
    if isinstance(answer, sp.MatrixBase | sp.MatrixExpr):
        return sp.Matrix(answer)
    entries = [sp.sympify(entry, strict=True) for entry in answer.reshape(-1)]
    return sp.Matrix(*answer.shape, entries)


def _compare(got, want, tol, shape=None):
    for expr in got:
        bounds.check_form(expr)
    want = _plain(want)
    got = _same_letters(_plain(got), want)
    symbols = sorted(set().union(*(e.free_symbols for e in got + want)), key=str)
    ratios = [_ratios(g, w, symbols, tol) for g, w in zip(got, want, strict=True)]
    wrong = [k for k, found in enumerate(ratios) if found is not None]
    if not wrong:
        return "right"
    if shape is not None:
        row, column = divmod(wrong[0], shape[1])
        return f"not right: {len(wrong)} of {len(got)} entries, the first at {[row, column]}"
    return f"not right: {_hint(got[0], want[0], ratios[0])}"


def _plain(expressions):
    """Only symbols, numbers and functions that can be evaluated."""
    return [_opaque(_logistic(e.doit() if isinstance(e, sp.Basic) else e)) for e in expressions]


def _same_letters(got, want):
    """Symbols of the answer mean those of the same name, whatever is assumed of them."""
    meant = {s.name: s for e in want for s in e.free_symbols}
    return [e.xreplace({s: meant.get(s.name, s) for s in e.free_symbols}) for e in got]


def _logistic(expr):
    named = expr.atoms(sp.Function)
    rules = {f.func for f in named if f.func.__name__ == "sigma" and len(f.args) == 1}
    for function in rules:
        expr = expr.replace(function, lambda a: 1 / (1 + sp.exp(-a)))
    return expr.doit()


def _opaque(expr):
    """Signals, undefined functions and products Dot as symbols named after their text."""
    kinds = (sp.Indexed, AppliedUndef, MatrixElement, sp.Derivative)
    opaque = [
        f
        for f in expr.atoms(*kinds, sp.Function)
        if isinstance(f, kinds) or f.func.__name__ == "Dot"
    ]
    opaque.sort(key=sp.count_ops, reverse=True)  # an outer one before what is inside of it
    for found in opaque:
        inside = [_expanded(a) for a in found.args]
        name = str(found) if isinstance(found, sp.Indexed) else f"{found.func.__name__}{inside}"
        expr = expr.xreplace({found: sp.Symbol(name)})
    return expr


def _expanded(expr):
    short = isinstance(expr, sp.Expr) and bounds.summands(expr) <= bounds.SUMMANDS
    return sp.expand(expr) if short else expr


def _ratios(got, want, symbols, tol):
    """None if equal at every point, else the quotients of the two values."""
    rng, ratios, equal = random.Random(0), [], True
    for _ in range(POINTS):
        point = {s: _draw(s, rng) for s in symbols}
        bounds.check_value(got, point)
        g, w = (_value(e, point) for e in (got, want))
        if w is None:
            continue  # the right expression has no value here
        equal = equal and g is not None and abs(g - w) <= tol * (abs(w) or 1)
        ratios.append(g / w if g is not None and w else None)
    return None if equal and ratios else ratios


def _draw(symbol, rng):
    """A random number that keeps what is assumed of the symbol."""
    if symbol.is_integer:
        value = sp.Integer(rng.randint(1, 9))
    else:
        value = sp.Rational(rng.randint(300, 1700), 1000)
    negative = symbol.is_negative or (not symbol.is_nonnegative and rng.random() < 0.5)
    return -value if negative else value


def _value(expr, point):
    try:
        value = complex(expr.xreplace(point).evalf(DIGITS))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return value if value == value and abs(value) != float("inf") else None


def _hint(got, want, ratios):
    strangers = sorted(map(str, got.free_symbols - want.free_symbols))
    if strangers:
        return f"{', '.join(strangers)} should not be in it"
    if len(got.free_symbols) < len(want.free_symbols):
        return "it does not depend on everything that it should"
    known = [r for r in ratios if r is not None]
    if not known or len(known) < len(ratios):
        return "its value differs"
    if all(abs(r + 1) < 1e-9 for r in known):
        return "the sign is wrong"
    if all(abs(r - known[0]) < 1e-9 for r in known):
        return "off by a constant factor"
    return "its value differs"
