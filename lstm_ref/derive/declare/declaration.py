"""A cell as data: its equations in order, and what follows from them without any derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

import sympy

from lstm_ref.derive import terms
from lstm_ref.derive.declare import checks, widths
from lstm_ref.derive.expressions import (
    SPREAD,
    DeclarationError,
    Dot,
    at,
    dots,
    move,
    parameters,
    signals,
)


@dataclass(frozen=True)
class Equation:
    """name[t] = expr. reads: its symbols in the order in which they were written."""

    name: str
    expr: sympy.Expr
    reads: tuple[sympy.Basic, ...] = ()

    @cached_property
    def activation(self) -> type[sympy.Function] | None:
        """The function on the outside if a parameter is inside it, else None."""
        expr = self.expr
        outside = isinstance(expr, sympy.Function) and not isinstance(expr, Dot)
        return expr.func if outside and len(expr.args) == 1 and parameters(expr) else None

    @cached_property
    def net(self) -> sympy.Expr:
        """The weighted input where there is an activation, else the whole right side."""
        return self.expr.args[0] if self.activation else self.expr


@dataclass(frozen=True)
class Cell:
    """A declared cell. Made by `@cell`, or from another one by `but` and `truncated`.

    equations: name -> Equation, in order; the last is the output. dropped: predicates on
    `terms.Term` and `terms.Product`; what one of them is true for is left out, which makes the
    gradient wrong on purpose. Raises DeclarationError.
    """

    name: str
    doc: str
    input: str
    equations: dict[str, Equation]
    dropped: tuple[Callable[[terms.Term | terms.Product], bool], ...] = ()
    letters: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self):
        checks.check(self)
        object.__setattr__(self, "letters", widths.letters(self))

    def __getitem__(self, name):
        """The signal `name` for use in `but`: V["i"][t]."""
        if name != self.input and name not in self.equations:
            known = ", ".join([self.input, *self.equations])
            raise DeclarationError(f"{self.name} has no signal {name!r}; it has {known}")
        return sympy.IndexedBase(name)

    @property
    def title(self) -> str:
        """The first line of its docstring, or its name."""
        return self.doc.splitlines()[0] if self.doc else self.name

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
        """Names of the matrices, in the order of their first use."""
        others = {self.input, *self.equations, str(SPREAD)}
        return [name for name in self.letters if name[0].isupper() and name not in others]

    @cached_property
    def vectors(self) -> list[str]:
        """Names of the parameters with one number a unit, in the order of their first use."""
        return [name for name in self._parameters() if name not in self.matrices]

    # What `lstm_ref.cells.interface` asks every cell for.
    NAME = property(lambda self: self.name)
    INPUT = property(lambda self: f"T{self.letters[self.input]}B")
    OUTPUT = property(lambda self: f"T{self.letters[self.output]}B")
    STATES = property(lambda self: {s: f"{self.letters[s]}B" for s in self.states})

    @property
    def SHAPES(self) -> dict[str, str]:
        """Letters of every parameter, in the order of their first use."""
        names = {*self.matrices, *self.vectors}
        return {name: letters for name, letters in self.letters.items() if name in names}

    @cached_property
    def KEEPS(self) -> str | None:
        """The bias that makes the cell keep its state, b_f of an LSTM; None without one."""
        return terms.keeping_bias(self)

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
        equations = dict(self.equations)
        for key, value in changes.items():
            if key not in equations:
                equations = self._without(equations, key, value)
            elif callable(value):
                old = equations[key]
                equations[key] = Equation(key, _expression(key, value(old.expr)), old.reads)
                if equations[key].expr == old.expr:
                    raise DeclarationError(f"{name}: the function leaves {key} as it was")
            elif key == self.output:
                raise DeclarationError(f"{name}: {key} is the output; give a function to change it")
            else:
                new = _expression(key, value)
                del equations[key]
                equations = _replace(equations, {at(key): new, at(key, 1): move(new, -1)})
        doc = doc or f"Changed from {self.name}."
        return Cell(name, doc, self.input, equations, self.dropped)

    def _without(self, equations, key, value):
        gone = [p for p in self._parameters() if p == key or p.startswith(f"{key}_")]
        if not gone:
            known = ", ".join([*self.equations, *self._parameters()])
            raise DeclarationError(f"{self.name} has no {key!r}; it has {known}")
        if value != 0:
            raise DeclarationError(f"{key}: a parameter can only be set to 0, got {value!r}")
        rules = {sympy.Symbol(name): sympy.Integer(0) for name in gone}
        for equation in equations.values():
            rules |= {d: sympy.Integer(0) for d in dots(equation.expr) if str(d.args[0]) in gone}
        return _replace(equations, rules)

    def truncated(self, name: str, drop: Callable[[terms.Term | terms.Product], bool]) -> Cell:
        """The same cell with a wrong gradient: what drop(term) is true for is left out of `terms`.

        term: a `terms.Term`, of the error of a signal or a vector of parameters, or a
        `terms.Product`, of the gradient of a matrix: lambda term: term.of == "W_fh". Raises
        DeclarationError if there is no such term.
        """
        if not callable(drop):
            raise DeclarationError(f"drop: expected a function of a term, got {drop!r}")
        found = list(terms.every(self))
        if not any(drop(term) for term in found):
            known = ", ".join(dict.fromkeys(term.of for term in found))
            raise DeclarationError(
                f"{name}: drop is true for no term of {self.name}, so nothing would be left out; "
                f"a term has of, by and lag, and `of` is one of {known}"
            )
        doc = f"{self.name} with terms left out of its gradient, wrong on purpose."
        return Cell(name, doc, self.input, self.equations, (*self.dropped, drop))


def without(function: type[sympy.Function]) -> Callable[[sympy.Expr], sympy.Expr]:
    """For `but`: takes one kind of activation out of an equation, tanh(u) becomes u."""
    return lambda expr: expr.replace(function, lambda argument: argument)


def _expression(key, value):
    """SymPy's form of a value given to `but`. Text is refused: SymPy would run it as code."""
    try:
        return sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        raise DeclarationError(
            f"{key}: expected an expression or a number, got {value!r}"
        ) from None


def _replace(equations, rules):
    new = {}
    for name, old in equations.items():
        # Matrix products first: a rule for a whole product must see it before it is changed.
        expr = old.expr.xreplace({k: v for k, v in rules.items() if isinstance(k, Dot)})
        new[name] = Equation(name, expr.xreplace(rules), _reads(old.reads, rules))
    return new


def _reads(reads, rules):
    """What was read, in order: what replaces a symbol stands where the symbol stood."""
    found = []
    for symbol in reads:
        new = rules.get(symbol, symbol)
        found += sorted(new.atoms(sympy.Indexed), key=str) + parameters(new)
    return tuple(found)
