"""One form for equal expressions in indices, and whether a difference is 0.

An expression becomes a polynomial: a product of powers of atoms -> its factor. Atoms are entries,
functions with arguments in this form, powers of sums, exponentials (exp of a sum is a product),
and sums over an index, which stand inside by what depends on the index alone. Nothing is assumed
about functions. Two expressions with the same form are equal; equal ones may differ in form.
"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import Any

import sympy

Monomial = frozenset[tuple[Hashable, Fraction]]
Polynomial = dict[Monomial, Fraction]

NOTHING: Monomial = frozenset()
MOST = 400  # summands of a product; longer ones are left as they are,
FAR_TOO_MANY = 2_000  # or not shown where they would have to be multiplied out


class TooLong(ValueError):
    """Multiplied out, an expression would have too many summands."""


def vanishes(expr: sympy.Expr) -> bool:
    """Is it shown that an expression is 0? False if it is not, or cannot be shown so."""
    if expr == 0:
        return True
    try:
        return not _without_denominators(form(expr))
    except (TooLong, RecursionError):
        return False


@lru_cache(maxsize=20_000)
def form(expr: sympy.Expr) -> Polynomial:
    """The polynomial of an expression; not to be changed by who gets it."""
    if expr.is_Rational:
        return _number(Fraction(int(expr.p), int(expr.q)))
    if expr.is_Float:
        return _number(_typed(expr))
    if expr.is_Add:
        return _added(form(a) for a in expr.args)
    if expr.is_Mul:
        return _product([form(a) for a in expr.args])
    if expr.is_Pow:
        return _power(*expr.args)
    if isinstance(expr, sympy.exp):
        return _exponential(form(expr.args[0]))
    if isinstance(expr, sympy.Sum):
        return _sum(*expr.args)
    if isinstance(expr, sympy.Function):
        return _atom(("function", expr.func, tuple(_frozen(form(a)) for a in expr.args)))
    return _atom(expr)


def _typed(value):
    """A decimal number as it was typed, not as floats have it: 0.1 times 9 is 0.9.

    What differs from 15 digits by more than the rounding of a few products is taken as it is.
    """
    ratio = sympy.Rational(value)
    exact, decimal = Fraction(int(ratio.p), int(ratio.q)), Fraction(str(sympy.N(value, 15)))
    return decimal if abs(decimal - exact) <= abs(exact) * Fraction(1, 2**51) else exact


def _number(c):
    return {NOTHING: c} if c else {}


def _atom(atom, exponent=Fraction(1)):
    return {frozenset({(atom, exponent)}): Fraction(1)}


def _frozen(p):
    return frozenset(p.items())


def _added(polynomials):
    total: dict[Any, Fraction] = {}
    for p in polynomials:
        for monomial, c in p.items():
            if new := total.get(monomial, 0) + c:
                total[monomial] = new
            else:
                total.pop(monomial, None)
    return total


def _times(a, b):
    """Two polynomials multiplied out."""
    if len(a) * len(b) > FAR_TOO_MANY:
        raise TooLong
    products: dict[Any, Fraction] = {}
    for m, c in a.items():
        for n, d in b.items():
            monomial = _joined(m, n)
            products[monomial] = products.get(monomial, 0) + c * d
    return {monomial: c for monomial, c in products.items() if c}


def _joined(m, n):
    if not m or not n:
        return m or n
    exponents = dict(m)
    for atom, e in n:
        exponents[atom] = exponents.get(atom, 0) + e
    return frozenset((atom, e) for atom, e in exponents.items() if e)


def _product(polynomials):
    """Multiplied out as far as that stays short; longer factors become atoms."""
    total = _number(Fraction(1))
    for p in sorted(polynomials, key=len):
        if len(total) * len(p) <= MOST or not total:
            total = _times(total, p)
        else:
            total = _times(total, _power_of(p, Fraction(1)))
    return total


def _power(base, exponent):
    if not exponent.is_Rational:
        return _atom(("function", sympy.Pow, (_frozen(form(base)), _frozen(form(exponent)))))
    e, p = Fraction(int(exponent.p), int(exponent.q)), form(base)
    if len(p) == 1:
        ((monomial, c),) = p.items()
        single = len(monomial) == 1 and c == 1 and next(iter(monomial))[1] == 1
        if e.denominator == 1 or single:
            return {frozenset((atom, f * e) for atom, f in monomial): c ** int(e) if c != 1 else c}
    if e.denominator == 1 and 0 < e and len(p) ** int(e) <= MOST:
        return _product([p] * int(e))
    return _power_of(p, e)


def _power_of(p, e):
    """A power of a sum as an atom; for whole exponents without its common factor."""
    if e.denominator > 1 or not p:
        return _atom(("power", _frozen(p)), e)
    numerators, denominators = zip(*((c.numerator, c.denominator) for c in p.values()), strict=True)
    c = Fraction(gcd(*numerators), lcm(*denominators))
    scaled = {monomial: d / c for monomial, d in p.items()}
    return {frozenset({(("power", _frozen(scaled)), e)}): c ** int(e)}


def _exponential(p):
    """exp of a sum: a product of powers of exp of its summands."""
    return {frozenset((("exp", monomial), c) for monomial, c in p.items()): Fraction(1)}


def _sum(summand, *limits):
    """Summand by summand, with what does not depend on the index in front; the inner sum first."""
    found = form(summand)
    for index, low, high in limits:
        found = _summed(found, index, form(high - low + 1))
    return found


def _summed(p, index, length):
    found = []
    for monomial, c in p.items():
        inside = frozenset(pair for pair in monomial if index in free(pair[0]))
        outside = {monomial - inside: c}
        if inside:
            name = ("index", max((height(atom) for atom, _ in inside), default=0))
            renamed = renamed_monomial(inside, index, name)
            found.append(_times(outside, _atom(("sum", _frozen(length), renamed))))
        else:
            found.append(_times(outside, length))
    return _added(found)


@lru_cache(maxsize=20_000)
def free(part: Hashable) -> frozenset[Hashable]:
    """Every symbol in an atom, or in a part of one."""
    if isinstance(part, sympy.Basic):
        return frozenset(part.free_symbols)
    if isinstance(part, tuple | frozenset):
        return frozenset().union(*map(free, part))
    return frozenset()


@lru_cache(maxsize=20_000)
def height(part: Hashable) -> int:
    """How many sums stand in each other in an atom."""
    if isinstance(part, tuple | frozenset):
        inside = max(map(height, part), default=0)
        return inside + (isinstance(part, tuple) and part[:1] == ("sum",))
    return 0


def renamed_monomial(part: Any, old: sympy.Symbol, new: Hashable) -> Any:
    """Part of an atom with another bound index."""
    if isinstance(part, sympy.Basic):
        return part.xreplace({old: sympy.Symbol(str(new))}) if old in part.free_symbols else part
    if isinstance(part, tuple | frozenset) and old in free(part):
        return type(part)(renamed_monomial(each, old, new) for each in part)
    return part


def _without_denominators(p):
    """The same, multiplied with powers of sums until it has none: 0 if and only if p is."""
    for _ in range(50):
        power = next((a for m in p for a, e in m if _is_power(a) and (e >= 1 or e < 0)), None)
        if power is None:
            return p
        p = _multiplied_out(p, power)
    raise TooLong


def _is_power(atom):
    return isinstance(atom, tuple) and atom[0] == "power"


def _multiplied_out(p, power):
    exponents = {m: next((e for a, e in m if a == power), Fraction(0)) for m in p}
    least = min(e.numerator // e.denominator for e in exponents.values())
    base, found = dict(power[1]), []
    for monomial, c in p.items():
        e = exponents[monomial] - least
        rest = e - e.numerator // e.denominator
        others = frozenset(pair for pair in monomial if pair[0] != power)
        if rest:
            others |= {(power, rest)}
        term = {others: c}
        for _ in range(int(e - rest)):
            term = _times(term, base)
        found.append(term)
        if sum(map(len, found)) > FAR_TOO_MANY:
            raise TooLong
    result = _added(found)
    return result
