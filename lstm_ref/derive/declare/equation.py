"""One equation of a cell, and what a cell is told besides them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import FUNCTIONS, parameters


@dataclass(frozen=True)
class Equation:
    """name[t] = expr.

    reads: its symbols in the order in which they were written; written: the right side as it was
    typed, None where it was not typed but made, by `but` for instance.
    """

    name: str
    expr: sympy.Expr
    reads: tuple[sympy.Basic, ...] = ()
    written: tree.Node | None = field(default=None, compare=False)

    @cached_property
    def activation(self) -> type[sympy.Function] | None:
        """The function on the outside if a parameter is inside it, else None."""
        expr = self.expr
        outside = expr.func in FUNCTIONS
        return expr.func if outside and len(expr.args) == 1 and parameters(expr) else None

    @cached_property
    def net(self) -> sympy.Expr:
        """The weighted input where there is an activation, else the whole right side."""
        return self.expr.args[0] if self.activation else self.expr


@dataclass(frozen=True)
class Given:
    """What a cell is told besides its equations.

    inputs: further ones after the first. scalars: inputs and families of parameters that are one
    number. fixed: families of parameters that are given and not learned. constants: (name, value).
    unused: families of which no equation reads a parameter, which is no fault.
    """

    inputs: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    constants: tuple[tuple[str, float], ...] = ()
    unused: tuple[str, ...] = ()


NOTHING = Given()
