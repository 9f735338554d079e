"""What a cell must not be, each with the cure."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sympy import Expr, Indexed, Pow

from lstm_ref.derive import tree
from lstm_ref.derive.declare.algebra import typed
from lstm_ref.derive.declare.functions import NAMES
from lstm_ref.derive.declare.text import shown, written
from lstm_ref.derive.expressions import (
    OPERATORS,
    SPREAD,
    Constant,
    DeclarationError,
    Outer,
    at,
    foreign,
    operators,
    signals,
    t,
)

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

MADE_OF = f"an equation is made of +, -, *, /, **, products W @ v and {NAMES}"
KINDS = {"Dot": "a matrix product", "Outer": "an outer product", "Softmax": "a softmax"}
KINDS |= {"Total": "a sum over units", "Mean": "a mean"}


def check(cell: Cell) -> None:
    """Order, delays and products, also after a change by `but`. Raises DeclarationError."""
    _refuse(cell, _faults(cell))


def check_uses(cell: Cell) -> None:
    """Whether everything acts on the output. Raises DeclarationError."""
    _refuse(cell, _unused(cell))


def _refuse(cell, faults):
    fault = next(faults, None)
    if fault is not None:
        raise DeclarationError(f"{cell.name}: {fault}")


def _faults(cell):
    if not cell.equations:
        yield "no equations; the body has lines like h[t] = ..."
    if not cell._parameters():
        yield "no parameters, so there is nothing to learn; add one, as in W.hx @ x[t] or b.h"
    known, names = {*cell.inputs}, {*cell.inputs, *cell.equations}
    for name, equation in cell.equations.items():
        for read, lag in signals(equation.expr):
            if lag not in (0, 1):
                yield f"{name}[t] reads {read}[t-{lag}]; a cell sees t and t-1"
            if lag == 0 and read not in known:
                yield f"{name}[t] reads {read}[t] before it is known; use {read}[t-1]"
            if lag == 1 and read in cell.inputs:
                yield f"{name}[t] reads {read}[t-1]; {input_back(read)}"
            if read not in cell.inputs and read not in cell.equations:
                yield f"{name}[t] reads {read}, without an equation; write {read}[t] = ..."
        if (fault := equation_fault(name, equation.expr, names)) is not None:
            yield fault
        known.add(name)
    if not any(lag for e in cell.equations.values() for _, lag in signals(e.expr)):
        yield f"nothing is read at t-1, so it has no memory; read {cell.output}[t-1], for instance"


def _unused(cell):
    """Signals and an input that never act on the output: most likely a term was forgotten."""
    used, new = set(), {cell.output}
    while new:
        used |= new
        equations = [cell.equations[n].expr for n in new.difference(cell.inputs)]
        new = {s for expr in equations for s, _ in signals(expr)} - used
    for name in cell.equations:
        if name not in used:
            yield (
                f"{name} is read by nothing that leads to {cell.output}, the last equation and so "
                f"the output; use {name} in an equation, or take it out, or put the output last"
            )
    for name in cell.inputs:
        if name not in used:
            yield (
                f"the input {name} is never read; add it to an equation, as in "
                f"W.{cell.output}{name} @ {name}[t]"
            )
    yield from _zeros(cell)
    read = {s for e in cell.equations.values() for s in e.expr.atoms(Constant)}
    for name in cell.constants:
        if Constant(name) not in read:
            yield f"the number {name} is never read; use it in an equation, or take it out"


def _zeros(cell):
    """Denominators that are made of named numbers and are 0."""
    values = {Constant(name): value for name, value in cell.constants.items()}
    for name, equation in cell.equations.items():
        for power in equation.expr.atoms(Pow):
            below = power.exp.is_number and power.exp.is_negative and power.base.free_symbols
            if below and below <= values.keys() and power.base.subs(values) == 0:
                yield f"{name}[t] divides by {written(power.base)}, which is 0: a division by zero"


def remarks(cell: Cell) -> list[str]:
    """What is no fault and may yet be unmeant: unused families, an input as wide as a signal."""
    found = [_unused_family(family) for family in cell.given.unused]
    for given in cell.inputs:
        for name, equation in cell.equations.items():
            same = cell.letters[given] == cell.letters[name] != "1"
            copied = isinstance(equation.expr, Indexed)
            if same and not copied and _reads_by_unit(equation.expr, given):
                found.append(
                    f"{given} must have the width of {name}, since {name}[t] has it outside of "
                    f"matrix products, unit by unit; W.{name}{given} @ {given}[t] leaves it free"
                )
                break
    return found


def _unused_family(family):
    example = f"{family}.h @ ..." if family[0].isupper() else f"{family}.h"
    return (
        f"the family {family} is never used; use a parameter of it in an equation, as in "
        f"{example}, or take it out"
    )


def _reads_by_unit(expr, name):
    """Is a signal read outside of products and sums over units, beside other signals?"""
    if isinstance(expr, Indexed):
        return expr.base.label.name == name
    return not isinstance(expr, OPERATORS) and any(_reads_by_unit(a, name) for a in expr.args)


def input_back(name: str) -> str:
    """Why the input cannot be read one step back, and what to write instead."""
    return (
        f"{name}[t-1] is the input one step back; "
        f"give it a name of its own: last[t] = {name}[t], then last[t-1]"
    )


def equation_fault(name: str, expr: object, names: Collection[str] = ()) -> str | None:
    """What is wrong with name[t] = expr by itself, or None. names: that are taken already."""
    if not isinstance(expr, Expr):
        return f"{name}[t] = {expr}: expected an expression, like W.hh @ h[t-1] + b.h"
    if (part := foreign(expr)) is not None:
        return f"{name}[t] has {foreign_fault(part, typed(part))}"
    for operator in operators(expr):
        if not signals(operator) and not isinstance(operator, Outer):
            return f"{name}[t] has {written(operator)}, {_kind(operator)} without a signal in it"
        for argument in operator.args:
            if inner := operators(argument):
                same = "another one" if inner[0].func == operator.func else _kind(operator)
                free = next((n for n in "qpruvyzgamn" if n not in names), "inner")
                named = operator.func(*(at(free) if a == argument else a for a in operator.args))
                return (
                    f"{name}[t] has {_kind(inner[0])} inside of {same}; give the inner one a name: "
                    f"{free}[t] = {written(argument)}, then {_typed(named)}"
                )
    return None


def _typed(operator):
    """An operator as it is typed: diag(v), which SymPy has as an outer product with 1."""
    if isinstance(operator, Outer) and 1 in operator.args:
        return f"diag({written(next(a for a in operator.args if a != 1))})"
    return written(operator)


def _kind(operator):
    if isinstance(operator, Outer) and 1 in operator.args:
        return "a diag"
    return "spread" if operator.args[0] == SPREAD else KINDS[operator.func.__name__]


def foreign_fault(part: Expr, node: tree.Node) -> str:
    """Why a part of an expression, a tree for the message, cannot be in an equation."""
    if part == t:
        return (
            f"t outside of brackets; {MADE_OF}; the number of the step can come in with the input"
        )
    if part.is_number and not part.is_finite:
        return f"{part}, a division by zero or something as large"
    return f"{shown(node)}; {MADE_OF}"
