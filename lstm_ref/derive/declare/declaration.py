"""A cell as data: its equations in order, and what follows from them without any derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

import sympy

from lstm_ref.derive.declare import checks, widths
from lstm_ref.derive.declare.changes import changed
from lstm_ref.derive.declare.equation import NOTHING, Equation, Given
from lstm_ref.derive.declare.ranks import family_of
from lstm_ref.derive.expressions import (
    DeclarationError,
    parameters,
    signals,
)
from lstm_ref.derive.table import Asked
from lstm_ref.derive.terms import Product, Term, Terms, derived, every, keeping_bias


@dataclass(frozen=True)
class Cell(Asked):
    """A declared cell. Made by `@cell`, or from another one by `but` and `truncated`.

    equations: name -> Equation, in order; the last is the output. dropped: predicates on
    `terms.Term` and `terms.Product`; what one of them is true for is left out, which makes the
    gradient wrong on purpose. given: further inputs, constants and the like. letters: the sizes of
    every signal and parameter, see `widths.letters`. Raises DeclarationError.
    """

    name: str
    doc: str
    input: str
    equations: dict[str, Equation]
    dropped: tuple[Callable[[Term | Product], bool], ...] = ()
    given: Given = NOTHING
    letters: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        checks.check(self)
        object.__setattr__(self, "letters", widths.letters(self))
        checks.check_uses(self)

    def __hash__(self):
        return hash((self.name, self.input, *(e.expr for e in self.equations.values())))

    def __getitem__(self, name):
        """The signal `name` for use in `but`: V["i"][t]."""
        if name not in self.inputs and name not in self.equations:
            known = ", ".join([*self.inputs, *self.equations])
            raise DeclarationError(f"{self.name} has no signal {name!r}; it has {known}")
        return sympy.IndexedBase(name)

    @property
    def title(self) -> str:
        """The first line of its docstring, or its name."""
        return self.doc.splitlines()[0] if self.doc else self.name

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every signal that comes from outside, the first one first."""
        return (self.input, *self.given.inputs)

    @property
    def constants(self) -> dict[str, float]:
        """The named numbers and their values."""
        return dict(self.given.constants)

    def rank(self, name: str) -> int:
        """0 for a number, 1 for a vector, 2 for a matrix; name: a signal or a parameter."""
        return len(self.letters[name].replace("1", ""))

    @cached_property
    def terms(self) -> Terms:
        """Every way in which the error depends on anything, derived once."""
        return derived(self)

    @cached_property
    def output(self) -> str:
        """The signal of the last equation, which is its output."""
        return list(self.equations)[-1]

    @cached_property
    def states(self) -> list[str]:
        """Signals that are read one step later, the output first."""
        late = {name for e in self.equations.values() for name, lag in signals(e.expr) if lag}
        return sorted(late, key=lambda s: (s != self.output, list(self.equations).index(s)))

    @cached_property
    def matrices(self) -> list[str]:
        """Names of the learned matrices, in the order of their first use."""
        return [n for n in self._parameters() if n[0].isupper() and n not in self.fixed]

    @cached_property
    def vectors(self) -> list[str]:
        """Names of the learned parameters with one number a unit, or one in all, in that order."""
        return [n for n in self._parameters() if not n[0].isupper() and n not in self.fixed]

    @cached_property
    def fixed(self) -> list[str]:
        """Names of the parameters that are given and not learned, in that order."""
        return [n for n in self._parameters() if family_of(n, self.given.fixed)]

    @property
    def SHAPES(self) -> dict[str, str]:
        """Letters of every learned parameter, in the order of their first use."""
        return {n: self.letters[n] for n in self._parameters() if n not in self.fixed}

    @property
    def FIXED(self) -> dict[str, str]:
        """Letters of every fixed parameter."""
        return {n: self.letters[n] for n in self.fixed}

    @cached_property
    def KEEPS(self) -> str | None:
        """The bias that makes the cell keep its state, b_f of an LSTM; None without one."""
        return keeping_bias(self)

    @cached_property
    def module(self) -> ModuleType:
        """The cell as a NumPy module with the functions of a cell, derived and compiled once."""
        from lstm_ref.derive.codegen import numpy_code  # which builds on this module

        return numpy_code.compiled(self)

    @cached_property
    def catalogued(self) -> bool:
        """Is it the cell that has this name in the catalogue, and not another one?"""
        from lstm_ref.derive import catalogue  # which is made of cells

        return catalogue.CELLS.get(self.name) == self

    def _parameters(self):
        """Every parameter in the order in which the equations read it."""
        order: dict[str, None] = {}
        for equation in self.equations.values():
            rank = {s: k for k, s in enumerate(equation.reads)}
            read = sorted(parameters(equation.expr), key=lambda s: rank.get(s, len(rank)))
            order |= dict.fromkeys(map(str, read))
        return list(order)

    def but(self, name: str, doc: str = "", /, **changes: Any) -> Cell:
        """Another cell: this one with small changes.

        - signal=expression: that signal is replaced by the expression, wherever it is read,
          as in V.but("NIG", i=1) and V.but("CIFG", f=1 - V["i"][t]);
        - signal=function: its equation is changed, V.but("NIAF", c_tilde=without(tanh));
        - parameter=0: a parameter (w_fc=0) or a whole family (w=0) is left out.

        doc: a title and the source; without one the cell says what it was changed from.
        """
        equations = self.equations
        for key, value in changes.items():
            equations = changed(self, name, equations, key, value)
        doc = doc or f"Changed from {self.name}."
        return Cell(name, doc, self.input, equations, self.dropped, self.given)

    def truncated(self, name: str, drop: Callable[[Term | Product], bool]) -> Cell:
        """The same cell with a wrong gradient: what drop(term) is true for is left out of `terms`.

        term: a `terms.Term`, of the error of a signal or a vector of parameters, or a
        `terms.Product`, of the gradient of a matrix: lambda term: term.of == "W_fh". Raises
        DeclarationError if there is no such term.
        """
        if not callable(drop):
            raise DeclarationError(f"drop: expected a function of a term, got {drop!r}")
        found = list(every(self))
        if not any(drop(term) for term in found):
            known = ", ".join(dict.fromkeys(term.of for term in found))
            raise DeclarationError(
                f"{name}: drop is true for no term of {self.name}, so nothing would be left out; "
                f"a term has of, by and lag, and `of` is one of {known}"
            )
        doc = f"{self.name} with terms left out of its gradient, wrong on purpose."
        return Cell(name, doc, self.input, self.equations, (*self.dropped, drop), self.given)


def without(function: type[sympy.Function]) -> Callable[[sympy.Expr], sympy.Expr]:
    """For `but`: takes one kind of activation out of an equation, tanh(u) becomes u."""
    return lambda expr: expr.replace(function, lambda argument: argument)
