"""Which signals are numbers, vectors or matrices, from the equations alone.

An equation is a matrix if it reads one or makes one by an outer product, else a vector if it reads
a signal or a parameter that is one, outside of the arguments of sums and products, or has a matrix
product. What reads numbers alone, sums over units among them, is a number, one for each sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive.expressions import (
    SPREAD,
    Constant,
    DeclarationError,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    matrix,
    parameters,
    t,
)

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

NUMBER = "; a parameter of one number is of a family that says so: s.{}, with s: scalar"
TWO_MATRICES = "; a product of two matrices is not in the language"
WORDS = {0: "a number", 1: "a vector", 2: "a matrix"}
FIXED_RANK = {Dot: 1, Softmax: 1, Outer: 2, Total: 0, Mean: 0}


def ranks(cell: Cell) -> dict[str, int]:
    """Name -> 0, 1, 2 of every input, signal and parameter that is not a matrix of parameters.

    Raises DeclarationError where a vector meets a matrix unit by unit, and where what must be a
    vector or a matrix is none.
    """
    found = {name: 0 if name in cell.given.scalars else 1 for name in cell.inputs}
    for equation in cell.equations.values():
        for symbol in parameters(equation.expr):
            found[symbol.name] = 0 if family_of(symbol.name, cell.given.scalars) else 1
    atoms = {name: list(_outside(e.expr)) for name, e in cell.equations.items()}
    found |= dict.fromkeys(atoms, 0)
    changed = True
    while changed:  # vectors and matrices make what reads them vectors and matrices
        changed = False
        for name, parts in atoms.items():
            rank = max((_rank(atom, found) for atom in parts), default=0)
            if rank > found[name]:
                found[name], changed = rank, True
    for name, equation in cell.equations.items():
        _check(name, equation.expr, found)
    return found


def _outside(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    """Signals, parameters and operators of an expression, none that is inside of an operator."""
    if expr.func in FIXED_RANK or isinstance(expr, sympy.Indexed):
        yield expr
    elif isinstance(expr, sympy.Symbol):
        if expr != t and not isinstance(expr, Constant | Size):
            yield expr
    else:
        for argument in expr.args:
            yield from _outside(argument)


def _name(atom):
    return atom.base.label.name if isinstance(atom, sympy.Indexed) else str(atom)


def family_of(parameter: str, families: Iterable[str]) -> str | None:
    """The one of these families that a parameter belongs to, or None: W_fx to W."""
    return next((f for f in families if parameter.startswith(f"{f}_")), None)


def rank_of(expr: sympy.Expr, found: dict[str, int]) -> int:
    """The rank of an expression; found: of its names."""
    return max((_rank(atom, found) for atom in _outside(expr)), default=0)


def _rank(atom, found):
    return FIXED_RANK[atom.func] if atom.func in FIXED_RANK else found[_name(atom)]


def _check(name, expr, found):
    """Raises DeclarationError for a vector beside a matrix, or an operator of something else."""
    from lstm_ref.derive.declare.checks import written  # which prints what stands here

    for atom in _outside(expr):
        if found[name] == 2 and _rank(atom, found) == 1:
            text = written(atom)
            raise DeclarationError(
                f"{name}[t] is a matrix and {text} a vector: say which way it goes, "
                f"diag({text}) @ C scales the rows of a matrix C, C @ diag({text}) its columns"
                + (NUMBER.format(written(atom).partition(".")[2]) if atom.is_Symbol else "")
            )
        if atom.func in FIXED_RANK:
            _check_operator(name, atom, found, written)


def _check_operator(name, operator, found, written):
    wanted: list[int | None] = [1] * len(operator.args)
    if isinstance(operator, Dot):
        A = matrix(operator)
        if isinstance(A, sympy.Indexed) and found[_name(A)] != 2:
            raise DeclarationError(
                f"{name}[t] has {written(operator)}, but {written(A)} is {WORDS[found[_name(A)]]}; "
                "left of @ stands a matrix: W.hx of a family with a capital letter, or a signal "
                "that an outer product makes one, as in C[t] = C[t-1] + outer(v[t], k[t])"
            )
        wanted[0] = None
    for argument, rank in zip(operator.args, wanted, strict=True):
        if rank is None or (isinstance(operator, Outer) and argument == 1):
            continue
        if isinstance(operator, Dot) and operator.args[0] == SPREAD:
            continue
        if (got := rank_of(argument, found)) != rank:
            raise DeclarationError(
                f"{name}[t] has {written(operator)}: expected a vector, "
                f"and {written(argument)} is {WORDS[got]}"
                + (TWO_MATRICES if isinstance(operator, Dot) and got == 2 else "")
            )
