"""What a cell must not be, each with the cure; and expressions as a declaration writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Expr, Indexed
from sympy.printing.str import StrPrinter

from lstm_ref.derive.expressions import (
    FUNCTIONS,
    SPREAD,
    DeclarationError,
    Dot,
    dots,
    foreign,
    signals,
    t,
)

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

NAMES = ", ".join(FUNCTIONS.values())
MADE_OF = f"an equation is made of +, -, *, /, powers, products W @ v and {NAMES}"


def check(cell: Cell) -> None:
    """Order, delays, products and uses, also after a change by `but`. Raises DeclarationError."""
    fault = next(_faults(cell), None)
    if fault is not None:
        raise DeclarationError(f"{cell.name}: {fault}")


def _faults(cell):
    if not cell.equations:
        yield "no equations; the body has lines like h[t] = ..."
    if not cell._parameters():
        yield "no parameters, so there is nothing to learn; add one, as in W.hx @ x[t] or b.h"
    known = set(cell.inputs)
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
        if (fault := equation_fault(name, equation.expr)) is not None:
            yield fault
        known.add(name)
    if not any(lag for e in cell.equations.values() for _, lag in signals(e.expr)):
        yield f"nothing is read at t-1, so it has no memory; read {cell.output}[t-1], for instance"
    yield from _unused(cell)


def _unused(cell):
    """Signals and an input that never act on the output: most likely a term was forgotten."""
    used, new = set(), {cell.output}
    while new:
        used |= new
        new = {s for n in new - {*cell.inputs} for s, _ in signals(cell.equations[n].expr)} - used
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


def input_back(name: str) -> str:
    """Why the input cannot be read one step back, and what to write instead."""
    return (
        f"{name}[t-1] is the input one step back; "
        f"give it a name of its own: last[t] = {name}[t], then last[t-1]"
    )


def equation_fault(name: str, expr: object) -> str | None:
    """What is wrong with name[t] = expr by itself, or None."""
    if not isinstance(expr, Expr):
        return f"{name}[t] = {expr}: expected an expression, like W.hh @ h[t-1] + b.h"
    if (part := foreign(expr)) is not None:
        if part == t:
            return (
                f"{name}[t] has t outside of brackets; {MADE_OF}; "
                "the number of the step can come in with the input"
            )
        return f"{name}[t] has {written(part)}; {MADE_OF}"
    for product in dots(expr):
        if not signals(product.args[1]):
            return f"{name}[t] has {written(product)}, a product without a signal in it"
        if dots(product.args[1]):
            return (
                f"{name}[t] has a matrix product inside another one; "
                "give the inner one a name: q[t] = W.q @ ..., then W.p @ q[t]"
            )
    return None


class _Written(StrPrinter):
    """W_hh h[t - 1] as it was typed: W.hh @ h[t-1]."""

    printmethod = "_declared"  # else Indexed would print itself

    def parenthesize(self, item, level, strict=False):
        if isinstance(item, Dot) and level > 0 and item.args[0] != SPREAD:
            return f"({self._print(item)})"
        return super().parenthesize(item, level, strict)

    def _print_Dot(self, expr):
        W, v = expr.args
        text = self._print(v)
        if W == SPREAD:
            return f"spread({text})"
        return f"{self._print(W)} @ {text if isinstance(v, Indexed) else f'({text})'}"

    def _print_Indexed(self, expr):
        return f"{expr.base.label}[{str(expr.indices[0]).replace(' ', '')}]"

    def _print_Symbol(self, expr):
        return expr.name.replace("_", ".", 1)


def written(expr: Expr) -> str:
    """An expression in the words of a declaration: sigma(W.fh @ h[t-1] + b.f)."""
    return _Written().doprint(expr)
