"""Expressions of a cell in index notation, with the step as one of the indices.

The vector c[t-1] has the entry c[τ−1, k], a number m[t] is m[τ], a matrix C[t] is C[τ, k, l].
Every product and every sum over units is written out as a sum, softmax as exp over its sum. These
are the definitions of the operators; how an error goes back through them is not said here.
"""

from __future__ import annotations

from functools import cache

import sympy

from lstm_ref.derive.expressions import (
    SPREAD,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    Transposed,
    t,
)

tau = sympy.Symbol("tau", integer=True)  # the step of an equation
T = sympy.Symbol("T", integer=True, positive=True)  # how many steps there are
P, Q = sympy.symbols("p q", integer=True)  # the entry that is differentiated by
UNITS = sympy.symbols("k l", integer=True)  # the entry of an equation

ENTRY = {0: (), 1: (Q,), 2: (P, Q)}  # by rank

Index = tuple[sympy.Expr, ...]
Shapes = dict[str, str]  # name -> letters, as in `Cell.letters`


class Misfit(ValueError):
    """An expression that has no such entry: a vector where a number is asked for, and the like."""


def rank(letters: str) -> int:
    """0 of a number, 1 of a vector, 2 of a matrix."""
    return len(letters.replace("1", ""))


def size(letter: str) -> sympy.Expr:
    """How many units a letter stands for: a symbol, 1 for "1"."""
    return (
        sympy.Symbol(f"n_{letter}", integer=True, positive=True) if letter != "1" else sympy.S.One
    )


def total(summand: sympy.Expr, index: sympy.Symbol, letter: str) -> sympy.Expr:
    """Σ over all units of a width."""
    return sympy.Sum(summand, (index, 0, size(letter) - 1))


def delta(name: str, time: sympy.Expr, index: Index) -> sympy.Expr:
    """δ_name at a step and an entry."""
    return sympy.IndexedBase(f"δ_{name}")[(time, *index)]


def signal(name: str, time: sympy.Expr, index: Index) -> sympy.Expr:
    """An entry of a signal at a step."""
    return sympy.IndexedBase(name)[(time, *index)]


def parameter(name: str, index: Index) -> sympy.Expr:
    """An entry of a parameter; one that is a number has none."""
    return sympy.IndexedBase(name)[index] if index else sympy.Symbol(name)


def _fitting(name, index, shapes):
    """The entry of something that is a number, or has as many indices as it needs."""
    needed = rank(shapes.get(name, "H" * len(index)))
    if needed not in (0, len(index)):
        raise Misfit(f"{name} has {needed} indices, not {len(index)}")
    return index[:needed]


def entry(expr: sympy.Expr, shapes: Shapes, index: Index, depth: int = 0) -> sympy.Expr:
    """The entry of an expression, read at the step tau. Numbers among its parts have no index.

    depth: how many sums it stands in, which names the bound index. Raises Misfit.
    """
    if isinstance(expr, Dot | Outer | Total | Mean | Softmax):
        return _operator(expr, shapes, index, depth)
    if isinstance(expr, sympy.Indexed):
        name = expr.base.label.name
        return signal(name, tau - (t - expr.indices[0]), _fitting(name, index, shapes))
    if isinstance(expr, Size):
        return size(expr.name)
    if isinstance(expr, sympy.Symbol):
        name = expr.name
        return parameter(name, _fitting(name, index, shapes)) if name in shapes else expr
    parts = [entry(a, shapes, index, depth) for a in expr.args]
    return expr.func(*parts) if parts else expr


def _operator(expr, shapes, index, depth):
    *left, v = expr.args
    j = sympy.Symbol(f"j_{depth}", integer=True)
    if isinstance(expr, Dot):
        (row,) = _so_many(index, 1, expr)
        factor = entry_of_matrix(expr.args[0], shapes, (row, j))
        return total(factor * entry(v, shapes, (j,), depth + 1), j, columns(expr, shapes))
    if isinstance(expr, Outer):
        row, column = _so_many(index, 2, expr)
        return entry(expr.args[0], shapes, (row,), depth) * entry(v, shapes, (column,), depth)
    if isinstance(expr, Softmax):
        (row,) = _so_many(index, 1, expr)
        summed = total(sympy.exp(entry(v, shapes, (j,), depth + 1)), j, width(v, shapes))
        return sympy.exp(entry(v, shapes, (row,), depth)) / summed
    summed = total(entry(v, shapes, (j,), depth + 1), j, width(v, shapes))
    return summed / size(width(v, shapes)) if isinstance(expr, Mean) else summed


def _so_many(index, number, expr):
    if len(index) != number:
        raise Misfit(f"{expr} has {number} indices, not {len(index)}")
    return index


def entry_of_matrix(A: sympy.Expr, shapes: Shapes, index: Index) -> sympy.Expr:
    """The entry of what stands left in a product: a parameter, a signal, or one transposed."""
    if isinstance(A, Transposed):
        return entry_of_matrix(A.args[0], shapes, index[::-1])
    if A == SPREAD:  # a constant matrix; which one does not matter
        return parameter(A.name, index)
    ends(A, shapes)  # is it one?
    if isinstance(A, sympy.Indexed):
        return signal(A.base.label.name, tau - (t - A.indices[0]), index)
    return parameter(A.name, index)


def columns(product: Dot, shapes: Shapes) -> str:
    """The letter of the width of the vector in a product."""
    return ends(product.args[0], shapes)[1]


def ends(A: sympy.Expr, shapes: Shapes) -> str:
    """Letters of the rows and columns of what stands left in a product."""
    if isinstance(A, Transposed):
        return ends(A.args[0], shapes)[::-1]
    name = A.base.label.name if isinstance(A, sympy.Indexed) else str(A)
    if rank(shapes.get(name, "")) != 2:
        raise Misfit(f"{name} is no matrix")
    return shapes[name]


def width(expr: sympy.Expr, shapes: Shapes) -> str:
    """The letter of the width of a vector, "1" of a number."""
    if isinstance(expr, Dot):
        return ends(expr.args[0], shapes)[0]
    if isinstance(expr, Total | Mean):
        return "1"
    if isinstance(expr, sympy.Indexed | sympy.Symbol):
        name = expr.base.label.name if isinstance(expr, sympy.Indexed) else expr.name
        return shapes.get(name, "1")[0]
    found = (width(a, shapes) for a in expr.args)
    return next((letter for letter in found if letter != "1"), "1")


@cache
def names(expr: sympy.Expr) -> frozenset[str]:
    """Every name of a signal or parameter in an expression."""
    return frozenset(symbol.name for symbol in expr.atoms(sympy.Symbol))


def shapes_of(letters: Shapes, *expressions: sympy.Expr, also: tuple[str, ...] = ()) -> Shapes:
    """Only the letters of what is in the expressions."""
    found = {*also}.union(*(names(e) for e in expressions))
    return {name: letters[name] for name in sorted(found) if name in letters}
