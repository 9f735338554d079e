"""Expressions as NumPy code."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import sympy

from lstm_ref.derive.expressions import SPREAD, Dot, t

NUMPY = {"sigma": "sigmoid", "atan": "np.arctan"}
NUMPY |= {n: f"np.{n}" for n in ("tanh", "exp", "log", "sin", "cos", "sinh", "cosh")}


@dataclass(frozen=True)
class Style:
    """How symbols look. shift: steps added to every time. start: times are numbers from 0."""

    shift: int = 0
    start: bool = False
    ranks: tuple = ()

    times, minus = " * ", " - "

    def ranked(self, reads: Iterable[sympy.Basic]) -> Self:
        """The same style, factors in the order of what an equation reads."""
        return replace(self, ranks=tuple(reads))


@dataclass(frozen=True)
class Numpy(Style):
    """NumPy code. whole: all steps at once, c[:-1], instead of one, c[t - 1].

    names: pairs (signal, its name in the code) where the two differ.
    """

    whole: bool = False
    names: tuple = ()

    times, minus = " * ", " - "
    left, right, thin = "(", ")", " @ "

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        name = dict(self.names).get(name, name)
        if self.whole:
            return f"{name}[:-1]" if lag else f"{name}[1:]"
        return f"{name}[t - 1]" if lag else f"{name}[t]"

    def net(self, name: str, lag: int = 0) -> str:
        """The weighted input of a signal."""
        return self.signal(f"net {name}", lag)

    def parameter(self, name: str) -> str:
        """A parameter."""
        return dict(self.names).get(name, name)

    def number(self, value: sympy.Number) -> str:
        """A number."""
        return str(value) if value.is_Rational else repr(float(value))

    def power(self, base: str, exponent: str) -> str:
        """A power; base and exponent are printed already."""
        return f"{base}**{exponent}" if exponent.isdigit() else f"{base}**({exponent})"

    def function(
        self, kind: type[sympy.Function], argument: str, exponent: str | None = None
    ) -> str:
        """A function of FUNCTIONS or σ, to a power if one is given; all are printed already."""
        text = f"{NUMPY.get(kind.__name__, kind.__name__)}({argument})"
        return text if exponent is None else self.power(text, exponent)


def show(expr: sympy.Expr, style: Numpy) -> str:
    """The expression as a string."""
    if isinstance(style, Numpy) and expr.is_number and not expr.is_Rational:
        return style.number(expr)  # a Python number: one of NumPy would turn float32 into float64
    if isinstance(expr, sympy.Add):
        return _sum(expr, style)
    if isinstance(expr, sympy.Mul):
        return _product(expr, style)
    if isinstance(expr, sympy.Pow):
        return _power(expr, style)
    if isinstance(expr, Dot):
        return _dot(expr, style)
    if isinstance(expr, sympy.Indexed):
        return _signal(expr, style)
    if isinstance(expr, sympy.Function):
        return style.function(expr.func, show(expr.args[0], style))
    if isinstance(expr, sympy.Symbol):
        return style.parameter(str(expr))
    return style.number(expr)


def _signal(symbol, style):
    name, lag = symbol.base.label.name, int(t - symbol.indices[0])
    return style.net(name[4:], lag) if name.startswith("net ") else style.signal(name, lag)


def grouped(expr: sympy.Expr, style: Numpy) -> str:
    """As a factor of a product: with brackets where it is a sum."""
    text = show(expr, style)
    loose = isinstance(expr, sympy.Add | Dot) or expr.could_extract_minus_sign()
    return f"{style.left}{text}{style.right}" if loose else text


def _sum(expr, style):
    """Positive terms first, each group in the order of writing; numbers lead."""
    terms = sorted(expr.args, key=lambda a: (_negative(a), not a.is_number, rank(a, style), str(a)))
    text = show(terms[0], style)
    for term in terms[1:]:
        text += style.minus + show(-term, style) if _negative(term) else " + " + show(term, style)
    return text


def _negative(expr):
    return expr.as_coeff_Mul()[0].is_negative or False


def _product(expr, style):
    """Numbers first, then factors in the order of writing."""
    number, rest = expr.as_coeff_Mul()
    factors = sorted(
        sympy.Mul.make_args(rest),
        key=lambda a: (not a.is_number, rank(a, style), isinstance(a, sympy.Add), str(a)),
    )
    texts = [grouped(a, style) for a in factors]
    sign = "-" if number.is_negative else ""
    if abs(number) != 1:
        texts.insert(0, show(abs(number), style))
    return sign + style.times.join(texts)


def _power(expr, style):
    base, exponent = expr.args[0], show(expr.args[1], style)
    if exponent.isdigit() and isinstance(base, sympy.Function) and not isinstance(base, Dot):
        return style.function(base.func, show(base.args[0], style), exponent)
    text = show(base, style)
    atom = isinstance(base, sympy.Indexed | sympy.Symbol | sympy.NumberSymbol)
    atom |= text.replace(".", "").isdigit()
    return style.power(text if atom else f"{style.left}{text}{style.right}", exponent)


def _dot(expr, style):
    W, v = expr.args
    text = show(v, style)
    if W == SPREAD and isinstance(style, Numpy):
        return f"run.spread({text}, H)"
    atom = isinstance(v, sympy.Indexed)
    name = "S" if W == SPREAD else style.parameter(str(W))
    return name + style.thin + (text if atom else f"{style.left}{text}{style.right}")


def rank(expr: sympy.Expr, style: Numpy) -> list[int]:
    """When the symbols of an expression were written, first ones first."""
    found = [k for k, symbol in enumerate(style.ranks) if expr == symbol or expr.has(symbol)]
    return found or [len(style.ranks)]
