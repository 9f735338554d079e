"""Which signals are numbers, vectors or matrices, from the equations alone.

An equation is a matrix if it reads one or makes one by an outer product, else a vector if it reads
one outside of the arguments of sums and products, or has a matrix product. What reads numbers
alone, sums over units among them, is a number, one for each sample, and so is a parameter there.
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
    t,
)

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

WORDS = {0: "a number", 1: "a vector", 2: "a matrix"}
FIXED_RANK = {Dot: 1, Softmax: 1, Outer: 2, Total: 0, Mean: 0}


def ranks(cell: Cell) -> dict[str, int]:
    """Name -> 0, 1, 2 of every input, signal and parameter that is not a matrix of parameters.

    Raises DeclarationError where a vector meets a matrix unit by unit, and where what must be a
    vector or a matrix is none.
    """
    found = {name: 0 if name in cell.given.scalars else 1 for name in cell.inputs}
    atoms = {name: list(_outside(e.expr)) for name, e in cell.equations.items()}
    _spread_upwards(cell, atoms, found)
    numbers = _numbers(cell, atoms, found)
    found |= dict.fromkeys(atoms.keys() - found.keys() - numbers, 1)
    _spread_upwards(cell, atoms, found)
    found |= dict.fromkeys(atoms.keys() - found.keys(), 0)
    found |= _parameters(cell, atoms, found)
    for name, equation in cell.equations.items():
        _check(name, equation.expr, found, found[name])
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


def _known(atom, found):
    """The rank of a signal or an operator, None of a parameter or of what is not known yet."""
    if atom.func in FIXED_RANK:
        return FIXED_RANK[atom.func]
    return found.get(_name(atom)) if isinstance(atom, sympy.Indexed) else None


def _spread_upwards(cell, atoms, found):
    """Vectors and matrices make what reads them vectors and matrices, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for name, parts in atoms.items():
            rank = max((r for a in parts if (r := _known(a, found))), default=0)
            if rank > found.get(name, 0):
                found[name], changed = rank, True


def _numbers(cell, atoms, found):
    """Equations that read numbers, directly or through others, of those not known to be more."""
    numbers: set[str] = set()
    changed = True
    while changed:
        changed = False
        for name in atoms.keys() - found.keys() - numbers:
            for atom in atoms[name]:
                scalar = _known(atom, found) == 0 or _name(atom) in numbers
                scalar |= _is_scalar(cell, atom)
                if scalar:
                    numbers.add(name)
                    changed = True
                    break
    return numbers


def family_of(parameter: str, families: Iterable[str]) -> str | None:
    """The one of these families that a parameter belongs to, or None: W_fx to W."""
    return next((f for f in families if parameter.startswith(f"{f}_")), None)


def _is_scalar(cell, atom):
    """Is it a parameter of a family that was declared to be one number each?"""
    return isinstance(atom, sympy.Symbol) and bool(family_of(atom.name, cell.given.scalars))


def _parameters(cell, atoms, found):
    """Small parameters: a number where an equation of numbers has them, or as declared."""
    new: dict[str, int] = {}
    for name, parts in atoms.items():
        for atom in parts:
            if isinstance(atom, sympy.Symbol) and found[name] == 0:
                new[atom.name] = 0
    for equation in cell.equations.values():
        for symbol in equation.expr.atoms(sympy.Symbol):
            if _is_scalar(cell, symbol):
                new[symbol.name] = 0
    return new


def rank_of(expr: sympy.Expr, found: dict[str, int]) -> int:
    """The rank of an expression; found: of its names, a vector for a parameter not in it."""
    return max((_rank(atom, found) for atom in _outside(expr)), default=0)


def _rank(atom, found):
    return FIXED_RANK[atom.func] if atom.func in FIXED_RANK else found.get(_name(atom), 1)


def _check(name, expr, found, rank):
    """Raises DeclarationError for a vector beside a matrix, or an operator of something else."""
    from lstm_ref.derive.declare.checks import written  # which prints what stands here

    for atom in _outside(expr):
        own = _rank(atom, found)
        if rank == 2 and own == 1:
            text = written(atom)
            raise DeclarationError(
                f"{name}[t] is a matrix and {text} a vector: say which way it goes, "
                f"diag({text}) @ C scales the rows of a matrix C, C @ diag({text}) its columns"
            )
        if atom.func in FIXED_RANK:
            _check_operator(name, atom, found, written)


def _check_operator(name, operator, found, written):
    wanted: list[int | None] = [1] * len(operator.args)
    if isinstance(operator, Dot):
        A = matrix(operator)
        if isinstance(A, sympy.Indexed) and found.get(_name(A)) != 2:
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
            )
