"""SymPy's expressions as trees, in SymPy's own order: sums are added up in it to the last bit.

What is printed has another order (`typeset.arrange`). Numbers are evaluated here, all else stays.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    ONES,
    SPREAD,
    Column,
    Constant,
    Dot,
    Left,
    Mean,
    Outer,
    Right,
    Row,
    Size,
    Softmax,
    Total,
    Transposed,
    t,
)
from lstm_ref.derive.table import Via

WORDS = {**FUNCTIONS, Total: "sum", Mean: "mean", Softmax: "softmax"}
KINDS: dict[Any, str] = {Row: "row", Column: "column", Right: "right", Left: "left"}


@lru_cache(maxsize=8192)
def node(expr: Any) -> tree.Node:
    """The tree of an expression or a number. Raises KeyError for a function that is no word."""
    expr = sympy.sympify(expr)
    if isinstance(expr, sympy.Indexed):
        return tree.Signal(expr.base.label.name, int(t - expr.indices[0]))
    if isinstance(expr, sympy.Symbol):
        kinds: dict[Any, Any] = {Size: tree.Size, Constant: tree.Constant}
        named: tree.Node = kinds.get(type(expr), tree.Parameter)(expr.name)
        return named
    if expr.is_number:
        return tree.Number(float(expr))
    if isinstance(expr, Dot) and expr.args[0] == SPREAD:
        return tree.Call("spread", (node(expr.args[1]),))
    parts = tuple(map(node, expr.args))
    if isinstance(expr, Transposed):
        return tree.Transposed(*parts)
    if isinstance(expr, Dot | Outer):
        return (tree.Apply if isinstance(expr, Dot) else tree.Outer)(*parts)
    if expr.is_Add:
        return tree.Sum(tuple((1, part) for part in parts))
    if expr.is_Mul:
        return tree.Product(parts)
    return tree.Power(*parts) if expr.is_Pow else tree.Call(WORDS[expr.func], parts)


@lru_cache(maxsize=1024)
def via(how: Any) -> Via | None:
    """How a summand carries an error, `terms.Term.via`, with trees inside."""
    if how is None:
        return None
    if how in (ONES, SPREAD):
        return Via(str(how))
    if type(how) in KINDS:
        return Via(KINDS[type(how)], node(how.args[0]))
    if isinstance(how, Transposed):
        return Via("transposed", node(how.args[0]))
    return Via("matrix", node(how))
