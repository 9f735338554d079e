"""The identities called "slope": the derivative of an activation, said with its value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive.expressions import cosh, logsigmoid, sigma, sinh, softplus, tanh
from lstm_ref.derive.proof import indices
from lstm_ref.derive.proof.identity import SHOWN, WRONG, Identity, counted, identity
from lstm_ref.derive.proof.indices import UNITS, Misfit, tau
from lstm_ref.derive.proof.normal import vanishes
from lstm_ref.derive.terms import Terms
from lstm_ref.derive.tree import net_name

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

net = sympy.Symbol("net", real=True)
EXPONENTIALS = {
    sigma: lambda a: 1 / (1 + sympy.exp(-a)),
    tanh: lambda a: 1 - 2 / (sympy.exp(2 * a) + 1),
    softplus: lambda a: sympy.log(1 + sympy.exp(a)),
    logsigmoid: lambda a: -sympy.log(1 + sympy.exp(-a)),
    sinh: lambda a: (sympy.exp(a) - sympy.exp(-a)) / 2,
    cosh: lambda a: (sympy.exp(a) + sympy.exp(-a)) / 2,
}


def slope_identities(cell: Cell, claims: Terms) -> Iterator[Identity]:
    """One for every equation with an activation, and for every slope that is claimed besides."""
    for name, stated in claims.slopes.items():
        of = f"slope of {name}"
        if name not in cell.equations:
            why = f"{cell.name} has no equation of {name}"
            yield identity(of, sympy.S.One, sympy.sympify(stated or 1), WRONG, why)
        elif stated is not None or cell.equations[name].activation:
            yield _identity(cell, name, of, stated)
    for name, equation in cell.equations.items():
        if name not in claims.slopes and equation.activation:
            yield _identity(cell, name, f"slope of {name}", None)


def _identity(cell, name, of, stated):
    activation: Any = cell.equations[name].activation
    index = UNITS[: cell.rank(name)]
    try:
        claim = indices.entry(sympy.S.One if stated is None else stated, cell.letters, index)
    except Misfit as misfit:
        return identity(of, sympy.S.One, sympy.S.Zero, WRONG, str(misfit))
    value, weighted = (indices.signal(n, tau, index) for n in (name, net_name(name)))
    left, right = _both_sides(activation, claim, value, weighted)
    if _is_zero(left - right):
        return identity(of, left, right, SHOWN)
    back = {net: weighted}
    differences = ((left.xreplace(back), right.xreplace(back)),)
    return counted(cell, identity(of, left, right), differences, cell.letters[name], index, (2, 1))


def _both_sides(activation, claim, value, weighted):
    """The derivative, and the claim with the value written out, as functions of `net`."""
    if activation is None:
        return sympy.S.One, claim
    right = claim.xreplace({value: activation(net)}).xreplace({weighted: net})
    return _derivative(activation), right


@cache
def _derivative(activation):
    return written_out(activation(net)).diff(net)


@cache  # four gates have the same slope
def _is_zero(expr):
    return vanishes(written_out(expr))


def written_out(expr: sympy.Expr) -> sympy.Expr:
    """With exp in the place of every function that can be written with it."""
    for function, exponentials in EXPONENTIALS.items():
        expr = expr.replace(function, exponentials)
    return expr
