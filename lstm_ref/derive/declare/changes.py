"""Small changes of a cell's equations, for `Cell.but`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive.declare.equation import Equation
from lstm_ref.derive.expressions import (
    DeclarationError,
    Dot,
    at,
    dots,
    matrix,
    move,
    ours,
    parameters,
)

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def changed(
    cell: Cell, name: str, equations: dict[str, Equation], key: str, value: Any
) -> dict[str, Equation]:
    """The equations with one change of `Cell.but`: key=value.

    cell: the one that is changed; name: of the new one, for messages. Raises DeclarationError.
    """
    if key not in equations:
        return _without(cell, equations, key, value)
    if callable(value):
        old = equations[key]
        new = Equation(key, _expression(key, value(old.expr)), old.reads)
        if new.expr == old.expr:
            raise DeclarationError(f"{name}: the function leaves {key} as it was")
        return equations | {key: new}
    if key == cell.output:
        raise DeclarationError(f"{name}: {key} is the output; give a function to change it")
    expr = _expression(key, value)
    rest = {n: equation for n, equation in equations.items() if n != key}
    return _replace(rest, {at(key): expr, at(key, 1): move(expr, -1)})


def _without(cell, equations, key, value):
    known = cell._parameters()
    gone = [p for p in known if p == key or p.startswith(f"{key}_")]
    if not gone:
        raise DeclarationError(
            f"{cell.name} has no {key!r}; it has {', '.join([*cell.equations, *known])}"
        )
    if value != 0:
        raise DeclarationError(f"{key}: a parameter can only be set to 0, got {value!r}")
    rules = {sympy.Symbol(name): sympy.Integer(0) for name in gone}
    for equation in equations.values():
        rules |= {d: sympy.Integer(0) for d in dots(equation.expr) if str(matrix(d)) in gone}
    return _replace(equations, rules)


def _expression(key, value):
    """SymPy's form of a value given to `but`. Text is refused: SymPy would run it as code."""
    try:
        return ours(sympy.sympify(value, strict=True))
    except sympy.SympifyError:
        raise DeclarationError(
            f"{key}: expected an expression or a number, got {value!r}"
        ) from None


def _replace(equations, rules):
    new = {}
    for name, old in equations.items():
        # Matrix products first: a rule for a whole product must see it before it is changed.
        expr = old.expr.xreplace({k: v for k, v in rules.items() if isinstance(k, Dot)})
        expr = expr.xreplace(rules)
        same = old.written if expr == old.expr else None
        new[name] = Equation(name, expr, _reads(old.reads, rules), same)
    return new


def _reads(reads, rules):
    """What was read, in order: what replaces a symbol stands where the symbol stood."""
    found = []
    for symbol in reads:
        new = rules.get(symbol, symbol)
        found += sorted(new.atoms(sympy.Indexed), key=str) + parameters(new)
    return tuple(found)
