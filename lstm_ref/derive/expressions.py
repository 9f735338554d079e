"""What an equation of a cell is made of, as SymPy objects.

A signal at a step is an Indexed symbol, `f[t]` or `c[t-1]`; whether it is a number, a vector or a
matrix follows from the equations (`declare.widths`). What does not work unit by unit is one opaque
object: SymPy never looks into it, so that nothing is commuted that does not commute.

    Dot(A, v)     a matrix times a vector; A is a parameter, a matrix signal, or `Transposed` of one
    Outer(a, b)   the matrix a bᵀ; b or a may be 1, which stands for a vector of ones
    Total(v)      the sum over the units of a vector, a number
    Mean(v)       the same, divided by how many they are
    Softmax(v)    exp(v) / Total(exp(v))
"""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from lstm_ref.optional import needs

with needs(__name__):
    import sympy


__all__ = [
    "FUNCTIONS",
    "ONES",
    "OPERATORS",
    "SPREAD",
    "Column",
    "Constant",
    "Dot",
    "Left",
    "Mean",
    "Outer",
    "Right",
    "Row",
    "Size",
    "Softmax",
    "Total",
    "Transposed",
    "absolute",
    "at",
    "cosh",
    "dots",
    "logsigmoid",
    "matrix",
    "maximum",
    "minimum",
    "move",
    "operators",
    "ours",
    "parameters",
    "relu",
    "sigma",
    "sign",
    "signals",
    "sinh",
    "softplus",
    "spread",
    "step",
    "t",
    "tanh",
]

t = sympy.Symbol("t", integer=True)
# The constant matrix of zeros and ones that hands a gate of a block to each of its cells.
SPREAD = sympy.Symbol("spread")
# The matrix of ones: Total(v) in every unit. It is its own transpose, but for its shape.
ONES = sympy.Symbol("ones")


class DeclarationError(ValueError):
    """A cell was declared in a way that makes no sense; the message says how to cure it.

    said: the message without its place; line: in the file of the declaration, from 1; column: in
    that line, from 1, in bytes of UTF-8, as Python counts. None: not known.
    """

    def __init__(
        self, said: str, name: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        self.said, self.line, self.column = said, line, column
        place = ", ".join([name] * bool(name) + [f"line {line}"] * (line is not None))
        super().__init__(f"{place}: {said}" if place else said)


class Size(sympy.Symbol):
    """How many units a width has, by its letter: Size("H"). No parameter."""


class Constant(sympy.Symbol):
    """A named number of a cell, whose value `Cell.constants` knows: Constant("dt")."""


# ---- functions that work unit by unit. At a kink the derivative is the rule of PyTorch, JAX and
# autograd: 0 for relu and abs, one half for each of two equal arguments of max and min.


class sigma(sympy.Function):
    """Logistic function (eq-sigmoid). Its derivative is written with its own value."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """σ' = σ (1 − σ), as SymPy asks for it."""
        return self * (1 - self)


class tanh(sympy.Function):
    """Hyperbolic tangent. SymPy's own looks for periods inside, for minutes where it is nested."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """1 − tanh²."""
        return 1 - self**2


class sinh(sympy.Function):
    """Hyperbolic sine."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The hyperbolic cosine."""
        return cosh(self.args[0])


class cosh(sympy.Function):
    """Hyperbolic cosine."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The hyperbolic sine."""
        return sinh(self.args[0])


class step(sympy.Function):
    """1 where its argument is positive, else 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """0, at the jump too."""
        return sympy.Integer(0)


class sign(sympy.Function):
    """1, 0 or -1."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """0, at the jump too."""
        return sympy.Integer(0)


class relu(sympy.Function):
    """u where u is positive, else 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """1 where the value is positive, 0 elsewhere, at 0 too."""
        return step(self)


class absolute(sympy.Function):
    """The absolute value, `abs` in a declaration."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The sign, 0 at 0."""
        return sign(self.args[0])


class maximum(sympy.Function):
    """The larger of two, `max` in a declaration."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """1 for the larger one, 0 for the other, a half for each where they are equal."""
        a, b = self.args if argindex == 1 else reversed(self.args)
        return (1 + sign(a - b)) / 2


class minimum(sympy.Function):
    """The smaller of two, `min` in a declaration."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """1 for the smaller one, 0 for the other, a half for each where they are equal."""
        a, b = self.args if argindex == 1 else reversed(self.args)
        return (1 + sign(b - a)) / 2


class softplus(sympy.Function):
    """log(1 + exp(u)), computed so that nothing overflows."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The logistic function."""
        return sigma(self.args[0])


class logsigmoid(sympy.Function):
    """log σ(u) = -softplus(-u), computed so that nothing overflows."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """σ(-u)."""
        return sigma(-self.args[0])


# What may be applied unit by unit, and its word in a declaration.
FUNCTIONS = {sigma: "sigma", tanh: "tanh", relu: "relu", maximum: "max", minimum: "min"}
FUNCTIONS |= {absolute: "abs", softplus: "softplus", logsigmoid: "logsigmoid"}
FUNCTIONS |= {sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos"}
FUNCTIONS |= {sympy.atan: "atan", sinh: "sinh", cosh: "cosh"}
FUNCTIONS |= {step: "step", sign: "sign"}
# SymPy's functions of which we have our own: SymPy would rewrite its own.
OURS: dict[Any, Any] = {sympy.tanh: tanh, sympy.sinh: sinh, sympy.cosh: cosh, sympy.Abs: absolute}
OURS |= {sympy.Max: maximum, sympy.Min: minimum, sympy.sign: sign}


# ---- what does not work unit by unit


class _Opaque(sympy.Function):
    def fdiff(self, argindex: int = 1) -> NoReturn:
        """Raises NotImplementedError: SymPy must not differentiate it unnoticed."""
        raise NotImplementedError(f"{type(self).__name__} is differentiated in derive.terms")


class Dot(_Opaque):
    """The product A v of a matrix with a vector. Not differentiated: `terms` has its own rule."""

    nargs = 2

    @classmethod
    def eval(cls, A: sympy.Expr, v: sympy.Expr) -> sympy.Expr | None:
        """What SymPy puts in its place: 0 of 0; None leaves it as it is."""
        if v == 0 or (A == SPREAD and v.is_number):  # what `but` leaves of a gate set to 0 or 1
            return v
        return None


class Transposed(_Opaque):
    """A transposed matrix, as the first argument of `Dot`."""

    nargs = 1

    @classmethod
    def eval(cls, A: sympy.Expr) -> sympy.Expr | None:
        """Twice transposed is as before."""
        return A.args[0] if isinstance(A, Transposed) else None


class Outer(_Opaque):
    """The matrix a bᵀ; 1 stands for a vector of ones."""

    nargs = 2


class Total(_Opaque):
    """The sum over the units of a vector."""

    nargs = 1


class Mean(_Opaque):
    """The mean over the units of a vector."""

    nargs = 1


class Softmax(_Opaque):
    """exp(v) / Total(exp(v)), computed so that nothing overflows."""

    nargs = 1


class Row(_Opaque):
    """What leads from the error G at C v to that at the matrix C: G vᵀ."""

    nargs = 1


class Column(_Opaque):
    """What leads from the error G at Cᵀ v to that at the matrix C: v Gᵀ."""

    nargs = 1


class Right(_Opaque):
    """What leads from the error G at a bᵀ to that at a: G b."""

    nargs = 1


class Left(_Opaque):
    """What leads from the error G at a bᵀ to that at b: Gᵀ a."""

    nargs = 1


OPERATORS = (Dot, Outer, Total, Mean, Softmax)


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
    """Every parameter of an expression, fixed ones and matrices too, sorted by name."""
    return list(_parameters(expr))


@cache  # these are asked for again and again, and sorting by text takes time
def _parameters(expr):
    labels = {s.base.label for s in expr.atoms(sympy.Indexed)} | {t, SPREAD, ONES}
    named = expr.atoms(Size, Constant)
    return sorted(expr.atoms(sympy.Symbol) - labels - named, key=str)


def dots(expr: sympy.Expr) -> list[Dot]:
    """The matrix products of an expression, sorted by text: `atoms` are sets, without order."""
    return list(_sorted(expr, Dot))


def matrix(product: Dot) -> sympy.Expr:
    """The matrix of a product, without a sign that it is transposed."""
    A = product.args[0]
    return A.args[0] if isinstance(A, Transposed) else A


def operators(expr: sympy.Expr) -> list[sympy.Expr]:
    """Everything in an expression that does not work unit by unit, sorted by text."""
    return list(_sorted(expr, *OPERATORS))


@cache
def _sorted(expr, *kinds):
    return sorted(expr.atoms(*kinds), key=str)


def foreign(expr: sympy.Expr) -> sympy.Expr | None:
    """The first part of an expression that cannot be derived or computed here, or None."""
    if expr == t:  # the number of the step is no signal: give it in with the input
        return expr
    if isinstance(expr, sympy.Indexed | sympy.Symbol):
        return None
    if expr.is_Number or isinstance(expr, sympy.NumberSymbol):
        return None if expr.is_finite else expr
    known = expr.func in FUNCTIONS or isinstance(expr, (*OPERATORS, Transposed))
    known |= isinstance(expr, sympy.Add | sympy.Mul)
    if not known and not isinstance(expr, sympy.Pow):
        return expr
    return next((found for a in expr.args if (found := foreign(a)) is not None), None)


def ours(expr: sympy.Expr) -> sympy.Expr:
    """The same expression with our functions in the place of SymPy's; Max and Min take two each."""
    for theirs, own in OURS.items():
        if expr.has(theirs):
            pairwise = own if own.nargs == {1} else _pairwise(own)
            expr = expr.replace(theirs, pairwise)
    return expr


def _pairwise(own):
    def nested(*arguments):
        first, *rest = sorted(arguments, key=str)  # SymPy keeps them in a set
        return own(first, nested(*rest)) if rest else first

    return nested


def move(expr: sympy.Expr, steps: int) -> sympy.Expr:
    """The same expression `steps` later."""
    return expr.xreplace({s: s.base[s.indices[0] + steps] for s in expr.atoms(sympy.Indexed)})
