"""The whole sum over time, differentiated: the left sides of the identities.

    L = Σ_τ Σ_u Σ_k δ_u[τ, k] net_u(τ, k),   τ = 1 ... T

SymPy differentiates the summand of one equation by an entry s[t, q]. Kronecker deltas come out, in
the step and in the units, and SymPy sums them. Nothing here knows the rules of `terms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy
from sympy.concrete.delta import deltasummation

from lstm_ref.derive.proof import indices
from lstm_ref.derive.proof.indices import ENTRY, UNITS, Shapes, T, rank, tau

t = sympy.Symbol("t", integer=True)


@dataclass(frozen=True)
class Piece:
    """Σ over bounds of δ_by[τ, index] · factor, read at the step τ = t + lag of the equation `by`.

    lag None: of a parameter, summed over all steps. bounds: (index, letter of its width).
    """

    by: str
    lag: int | None
    index: tuple[sympy.Expr, ...]
    bounds: tuple[tuple[sympy.Symbol, str], ...]
    factor: sympy.Expr

    def summand(self) -> sympy.Expr:
        """As it stands in the sum over time, at the step tau."""
        return _summand(self)

    def written(self, time: sympy.Expr | int) -> sympy.Expr:
        """As a part of the derivative by a signal of the step `time`, or by a parameter."""
        return _at_time(self, time)


@dataclass(frozen=True)
class _Part:
    """One summand of a derivative: factor · deltas, summed over bounds."""

    factor: sympy.Expr
    deltas: tuple[sympy.KroneckerDelta, ...] = ()
    bounds: tuple[tuple[sympy.Symbol, sympy.Expr, sympy.Expr], ...] = ()


@cache
def _summand(piece):
    summand = indices.delta(piece.by, tau, piece.index) * piece.factor
    for index, letter in piece.bounds:
        summand = indices.total(summand, index, letter)
    return summand


@cache
def _at_time(piece, time):
    if piece.lag is None:
        return sympy.Sum(piece.summand(), (tau, 1, T))
    return piece.summand().xreplace({tau: time + piece.lag})


def pieces(letters: Shapes, by: str, net: sympy.Expr, name: str) -> tuple[Piece, ...]:
    """∂L/∂s of one equation by an entry of s, the signal or parameter `name`."""
    shapes = indices.shapes_of(letters, net, also=(by, name))
    return _pieces(tuple(shapes.items()), by, net, name)


@cache  # variants of a cell share equations
def _pieces(shapes, by, net, name):
    letters = dict(shapes)
    index, at = UNITS[: rank(letters[by])], ENTRY[rank(letters[name])]
    is_signal = name in {symbol.base.label.name for symbol in net.atoms(sympy.Indexed)}
    symbol = indices.signal(name, t, at) if is_signal else indices.parameter(name, at)
    bounds = dict(zip(index, letters[by], strict=False))
    summands = sympy.Add.make_args(_written(shapes, by, net))
    reading = [summand.diff(symbol) for summand in summands if name in indices.names(summand)]
    parts = [part for derivative in reading for part in _parts(derivative)]
    return tuple(_piece(part, by, index, bounds, is_signal) for part in parts)


@cache
def _written(shapes, by, net):
    letters = dict(shapes)
    return indices.entry(net, letters, UNITS[: rank(letters[by])])


def _parts(expr):
    """A derivative as a sum of `_Part`s: every summand of it has its deltas as plain factors."""
    if isinstance(expr, sympy.KroneckerDelta):
        return [_Part(sympy.S.One, (expr,))]
    if isinstance(expr, sympy.Add):
        return _collected(part for a in expr.args for part in _parts(a))
    if isinstance(expr, sympy.Sum) and expr.has(sympy.KroneckerDelta):
        return [_Part(p.factor, p.deltas, (*p.bounds, *expr.limits)) for p in _parts(expr.function)]
    if isinstance(expr, sympy.Mul) and expr.has(sympy.KroneckerDelta):
        return _product_parts(expr)
    if expr.has(sympy.KroneckerDelta):
        raise ValueError(f"{expr} is not linear in its Kronecker deltas")
    return [_Part(expr)] if expr != 0 else []


def _collected(parts):
    """One part for each kind of delta: what is not multiplied out is compared sooner."""
    found: dict = {}
    for part in parts:
        found.setdefault((part.deltas, part.bounds), []).append(part.factor)
    return [_Part(sympy.Add(*factors), *kind) for kind, factors in found.items()]


def _product_parts(product):
    found = [_Part(sympy.S.One)]
    for factor in product.args:
        parts = _parts(factor) if factor.has(sympy.KroneckerDelta) else [_Part(factor)]
        found = [
            _Part(a.factor * b.factor, a.deltas + b.deltas, a.bounds + b.bounds)
            for a in found
            for b in parts
        ]
    return found


def _piece(part, by, index, bounds, is_signal):
    """The deltas of one summand summed: over the step, then over units."""
    factor, lag, limits = part.factor, None, list(part.bounds)
    limits += [(i, 0, indices.size(letter) - 1) for i, letter in bounds.items()]
    for delta in part.deltas:
        if delta.has(tau):
            lag = int(picked(delta, tau, 1, T)[0] - t)
            continue
        limit = next(each for each in limits if delta.has(each[0]))
        limits.remove(limit)
        value, _ = picked(delta, *limit)
        factor = factor.xreplace({limit[0]: value})
        index = tuple(i.xreplace({limit[0]: value}) for i in index)
    if is_signal and lag is None:
        raise ValueError(f"no delta in the step: {part}")
    for limit in reversed([each for each in limits if each[0] not in bounds]):
        factor = sympy.Sum(factor, limit)
    left = tuple((i, letter) for i, letter in bounds.items() if i in {limit[0] for limit in limits})
    return Piece(by, lag, index, left, factor)


@cache
def picked(
    delta: sympy.KroneckerDelta, index: sympy.Symbol, low: sympy.Expr | int, high: sympy.Expr
) -> tuple[sympy.Expr | None, sympy.Basic]:
    """What SymPy makes of Σ F(index) · delta: (the value that index takes, on which condition).

    F is any function, so the rule found is that for every summand.
    """
    F = sympy.Function("F")
    summed = deltasummation(F(index) * delta, (index, low, high))
    if summed == 0:
        return None, sympy.false
    value, condition = summed.args[0] if isinstance(summed, sympy.Piecewise) else (summed, True)
    return value.args[0], sympy.sympify(condition)


@cache
def condition(lag: int, time: sympy.Expr | int) -> sympy.Basic:
    """When the sum over time has a summand that reads a signal of the step `time` at this lag."""
    return picked(sympy.KroneckerDelta(tau - lag, time), tau, 1, T)[1]
