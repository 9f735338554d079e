"""What an equation of a cell is made of, as SymPy objects.

A signal at a step is an Indexed symbol, `f[t]` or `c[t-1]`. A matrix product is one opaque object
`Dot(W, v)`: SymPy never looks into it, so that nothing is commuted that does not commute.
Everything outside a `Dot` works unit by unit.
"""

from __future__ import annotations

from functools import cache
from typing import NoReturn

from lstm_ref.optional import needs

with needs(__name__):
    import sympy
    from sympy import tanh


__all__ = [
    "FUNCTIONS",
    "SPREAD",
    "Dot",
    "at",
    "dots",
    "move",
    "parameters",
    "sigma",
    "signals",
    "spread",
    "t",
]
__all__ += ["tanh"]

t = sympy.Symbol("t", integer=True)
# The constant matrix of zeros and ones that hands a gate of a block to each of its cells.
SPREAD = sympy.Symbol("spread")


class DeclarationError(ValueError):
    """A cell was declared in a way that makes no sense; the message says how to cure it."""


class sigma(sympy.Function):
    """Logistic function (eq-sigmoid). Its derivative is written with its own value."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """σ' = σ (1 − σ), as SymPy asks for it."""
        return self * (1 - self)


# What may be applied unit by unit, and its name in NumPy.
FUNCTIONS = {sigma: "sigmoid", tanh: "np.tanh", sympy.sin: "np.sin", sympy.cos: "np.cos"}
FUNCTIONS |= {sympy.exp: "np.exp", sympy.log: "np.log", sympy.atan: "np.arctan"}
FUNCTIONS |= {sympy.sinh: "np.sinh", sympy.cosh: "np.cosh"}


class Dot(sympy.Function):
    """The product W v of a matrix with a vector. Not differentiated: `terms` has its own rule."""

    nargs = 2

    @classmethod
    def eval(cls, W: sympy.Symbol, v: sympy.Expr) -> sympy.Expr | None:
        """What SymPy puts in its place: 0 of 0; None leaves it as it is."""
        if v == 0 or (W == SPREAD and v.is_number):  # what `but` leaves of a gate set to 0 or 1
            return v
        return None

    def fdiff(self, argindex: int = 1) -> NoReturn:
        """Raises NotImplementedError: SymPy must not differentiate it unnoticed."""
        raise NotImplementedError("a matrix product is differentiated in lstm_ref.derive.terms")


def spread(v: sympy.Expr) -> Dot:
    """Give each gate of a block to all cells of that block: (G, B) -> (H, B), H a multiple of G."""
    return Dot(SPREAD, v)


def at(name: str, lag: int = 0) -> sympy.Indexed:
    """The symbol of a signal `lag` steps back: at("c", 1) is c[t-1]."""
    return sympy.IndexedBase(name)[t - lag]


def signals(expr: sympy.Expr) -> list[tuple[str, int]]:
    """Every (name, lag) that an expression reads, sorted."""
    return sorted(_read(symbol) for symbol in expr.atoms(sympy.Indexed))


def _read(symbol):
    return symbol.base.label.name, int(t - symbol.indices[0])


def parameters(expr: sympy.Expr) -> list[sympy.Symbol]:
    """Every parameter of an expression, matrices too, sorted by name."""
    return list(_parameters(expr))


@cache  # these two are asked for again and again, and sorting by text takes time
def _parameters(expr):
    labels = {s.base.label for s in expr.atoms(sympy.Indexed)} | {t, SPREAD}
    return sorted(expr.atoms(sympy.Symbol) - labels, key=str)


def dots(expr: sympy.Expr) -> list[Dot]:
    """The matrix products of an expression, sorted by text: `atoms` are sets, without order."""
    return list(_dots(expr))


@cache
def _dots(expr):
    return sorted(expr.atoms(Dot), key=str)


def foreign(expr: sympy.Expr) -> sympy.Expr | None:
    """The first part of an expression that cannot be derived or computed here, or None."""
    if expr == t:  # the number of the step is no signal: give it in with the input
        return expr
    if isinstance(expr, sympy.Indexed | sympy.Symbol):
        return None
    if expr.is_Number or isinstance(expr, sympy.NumberSymbol):
        return None if expr.is_finite else expr
    known = expr.func in FUNCTIONS or isinstance(expr, Dot | sympy.Add | sympy.Mul)
    if not known and not isinstance(expr, sympy.Pow):
        return expr
    return next((found for a in expr.args if (found := foreign(a)) is not None), None)


def move(expr: sympy.Expr, steps: int) -> sympy.Expr:
    """The same expression `steps` later."""
    return expr.xreplace({s: s.base[s.indices[0] + steps] for s in expr.atoms(sympy.Indexed)})
