"""An answer that is a formula of one unit, typed as a declaration is: delta_c[t + 1] * f[t + 1].

Letters are f[t], c[t - 1], delta_f[t + 1], and w_oc or w.oc for a weight; a letter without a step
means step t, if the right answer has it there. Signs are + - * / and ** or ^, functions those of
`FUNCTIONS`. The text is read by the rules below and never evaluated; what it says is judged as
`equivalence` judges an expression of SymPy, which may be given as well. The script `formula.js` of
the site reads and judges likewise.
"""

import ast
import math
from dataclasses import dataclass
from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy as sp

from lstm_ref.book.exercises import equivalence
from lstm_ref.book.exercises.verdict import NOT_YET
from lstm_ref.derive import terms
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import t

SIGMA = sp.Function("sigma")  # the logistic function, see `equivalence`
FUNCTIONS: dict[str, Any] = {"sigma": SIGMA, "sigmoid": SIGMA, "σ": SIGMA, "tanh": sp.tanh}
FUNCTIONS |= {"exp": sp.exp, "log": sp.log, "sqrt": sp.sqrt, "abs": sp.Abs}
LONGEST = 500  # letters
TYPED = str.maketrans({"−": "-", "–": "-", "·": "*", "⊙": "*", "×": "*", "^": "**"})
GREEK = (("δ", "delta"), ("c̃", "c_tilde"))
MISSING = "not a formula: is a sign or a bracket missing?"
ONE_UNIT = "for one unit every product is written with *"


@dataclass(frozen=True)
class Formula:
    """A right answer, or a wrong one, as it is typed."""

    text: str

    def verdict(self, answer: Any, tol: float, known: set[str]) -> str:
        """Of what was typed, see `verdict`: is it this formula?"""
        return verdict(answer, self, tol, known)

    def letters(self, *others: "Formula") -> set[str]:
        """The letters that occur in this one and in others."""
        return letters(self, *others)


class Unreadable(Exception):
    """A text is no formula; the message says why."""


def error_term(cell: Cell, name: str) -> Formula:
    """δ_name at step t of one unit, by the derived terms; none may lead through a matrix."""
    total: Any = 0
    for term in terms.of(cell, name):
        if term.via is not None:
            raise ValueError(f"name: expected a signal that no matrix reads, got {name!r}")
        delta = sp.IndexedBase(f"delta_{term.by}")[t + term.lag]
        total += delta * term.inner.subs(t, t + term.lag)
    return Formula(str(total * (terms.slope(cell, name) or 1)))


def verdict(answer: Any, right: Formula, tol: float, known: set[str]) -> str:
    """Compare what was typed, or an expression of SymPy, with the right formula.

    known: the letters that may occur. Returns a sentence, "right" if the two are equal.
    """
    want = read(right.text)
    if isinstance(answer, str | Formula):
        text = answer.text if isinstance(answer, Formula) else answer
        if not text.strip():
            return NOT_YET
        try:
            got = read(text, known)
        except Unreadable as reason:
            return str(reason)
    elif isinstance(answer, sp.Expr):
        got = answer
    else:
        return f"not a formula: {type(answer).__name__}; a formula is typed in quotation marks"
    return equivalence.verdict(got, want, tol)


def letters(*formulas: Formula) -> set[str]:
    """The letters that occur in them, as `read` names them."""
    return {str(symbol) for one in formulas for symbol in read(one.text).free_symbols}


def read(text: str, known: set[str] | None = None) -> sp.Expr:
    """A typed formula as an expression with a symbol for each letter. Raises Unreadable.

    known: the letters that may occur; None: any.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"it is longer than {LONGEST} letters")
    plain = text.strip().translate(TYPED)
    for letter, name in GREEK:
        plain = plain.replace(letter, name)
    try:
        tree = ast.parse(plain, mode="eval").body
        return _expression(tree, known)
    except SyntaxError:
        raise Unreadable(MISSING) from None
    except (RecursionError, MemoryError, ValueError):
        raise Unreadable("not a formula: too many brackets within each other") from None


def _expression(node: ast.expr, known: set[str] | None) -> Any:
    """Nothing is evaluated: 9**9**9 is written in a moment."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _number(number)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            value = _expression(operand, known)
            return sp.Mul(-1, value, evaluate=False) if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=sign, right=right):
            return _operation(sign, _expression(left, known), _expression(right, known))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_expression(argument, known), evaluate=False)
        case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
            raise Unreadable(f"{name}(...) is not known; functions are {', '.join(FUNCTIONS)}")
    return _letter(node, known)


def _number(number):
    if not math.isfinite(number):
        raise Unreadable("it contains NaN or infinity")
    return sp.Integer(number) if isinstance(number, int) else sp.Float(number)


def _operation(sign, left, right):
    def power(base, exponent):
        return sp.Pow(base, exponent, evaluate=False)

    def times(*factors):
        return sp.Mul(*factors, evaluate=False)

    match sign:
        case ast.Add():
            return sp.Add(left, right, evaluate=False)
        case ast.Sub():
            return sp.Add(left, times(-1, right), evaluate=False)
        case ast.Mult():
            return times(left, right)
        case ast.Div():
            return times(left, power(right, sp.Integer(-1)))
        case ast.Pow():
            return power(left, right)
        case ast.MatMult():
            raise Unreadable(ONE_UNIT)
    raise Unreadable("signs are + - * / and **")


def _letter(node, known):
    """f[t], w_oc, w.oc as a symbol with the name that an indexed one has: "c[t - 1]"."""
    match node:
        case ast.Name(id=name):
            dated = f"{name}[t]"
            name = dated if known and name not in known and dated in known else name
        case ast.Attribute(value=ast.Name(id=family), attr=part):
            name = f"{family}_{part}"
        case ast.Subscript(value=ast.Name(id=base), slice=ast.Name(id="t")):
            name = f"{base}[t]"
        case ast.Subscript(
            value=ast.Name(id=base),
            slice=ast.BinOp(
                left=ast.Name(id="t"),
                op=ast.Add() | ast.Sub() as sign,
                right=ast.Constant(value=1),
            ),
        ):
            name = f"{base}[t {'+' if isinstance(sign, ast.Add) else '-'} 1]"
        case ast.Subscript():
            raise Unreadable("steps are [t], [t - 1] and [t + 1]")
        case _:
            raise Unreadable(MISSING)
    if known is not None and name not in known:
        raise Unreadable(f"{name} is no letter of this answer")
    return sp.Symbol(name)
