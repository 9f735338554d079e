"""How the arrays of generated code are arranged: which gates are rows of one product.

An equation whose weighted input is a sum with products of an input or of a state at t-1 gets rows
in the array `net`; the gate takes the place of its weighted input there. Rows that are ready at the
beginning of the step come first, those with the same activation side by side. Products of the
same vector are one product of stacked matrices, as far as their rows are neighbours.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive.expressions import SPREAD, Dot, dots, signals

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.terms import Term


@dataclass(frozen=True)
class Stack:
    """Matrices on top of each other that multiply the same vector; rows: their equations."""

    v: sympy.Expr
    rows: tuple[str, ...]
    matrices: tuple[sympy.Symbol, ...]

    @property
    def pairs(self) -> tuple[tuple[str, sympy.Symbol], ...]:
        """(equation, its matrix), from top to bottom."""
        return tuple(zip(self.rows, self.matrices, strict=True))


@dataclass(frozen=True)
class Layout:
    """rows: equations in `net`, in order; stacks; early: rows ready at the start of a step.

    still: signals that are the same at every step, for they read nothing that changes.
    """

    rows: tuple[str, ...]
    early: tuple[str, ...]
    stacks: tuple[Stack, ...]
    # (run of rows, the vectors) to add for all steps at once
    biases: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    still: tuple[str, ...]

    def cut(self, run: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(rows above a run, rows down to its end) among all rows."""
        first = self.rows.index(run[0])
        return self.rows[:first], self.rows[: first + len(run)]

    def stack_of(self, term: Term) -> Stack:
        """The stack in which the product of a term stands."""
        fits = (s for s in self.stacks if s.v == term.v and (term.by, term.via) in s.pairs)
        return next(fits)


def layout(cell: Cell) -> Layout:
    """Which equations of a cell share a product, and in which order their rows lie."""
    found = {name: _stackable(cell, e.net) for name, e in cell.equations.items()}
    rows = [name for name in cell.equations if found[name]]
    early = [name for name in rows if _is_early(cell, name)]
    kinds = list(dict.fromkeys(cell.equations[name].activation for name in early))
    early.sort(key=lambda name: kinds.index(cell.equations[name].activation))
    order = early + [name for name in rows if name not in early]
    vectors = dict.fromkeys(p.args[1] for name in order for p in found[name])
    stacks = [
        Stack(v, tuple(r for r, _ in run), tuple(W for _, W in run))
        for v in vectors
        for run in _runs(order, {n: p.args[0] for n in order for p in found[n] if p.args[1] == v})
    ]
    alone = {name: b for name in order if (b := bias(cell, name)) is not None}
    biases = [(tuple(r for r, _ in run), tuple(b for _, b in run)) for run in _runs(order, alone)]
    return Layout(tuple(order), tuple(early), tuple(stacks), tuple(biases), tuple(_still(cell)))


def summands(net: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """The summands of a weighted input; itself, where it is no sum."""
    return sympy.Add.make_args(net)


def _stackable(cell, net):
    """Products W v that are summands of net, with v an input or a state one step back.

    One for each vector: two matrices at the same vector in one equation are not stacked. Nor is a
    product that stands a second time inside of another summand.
    """
    found: dict[sympy.Expr, Dot] = {}
    times = Counter(product for term in summands(net) for product in dots(term))
    for term in summands(net):
        if isinstance(term, Dot) and times[term] == 1 and _is_plain(term):
            (name, lag), *_ = signals(term.args[1])
            if lag == 1 or name in cell.inputs:
                found.setdefault(term.args[1], term)
    return list(found.values())


def _is_plain(product):
    """A matrix of parameters times a signal?"""
    W, v = product.args
    return isinstance(W, sympy.Symbol) and W != SPREAD and isinstance(v, sympy.Indexed)


def _is_early(cell, name):
    net = cell.equations[name].net
    return all(lag == 1 or read in cell.inputs for read, lag in signals(net))


def bias(cell: Cell, name: str) -> str | None:
    """A vector of parameters that is a summand of the weighted input, the first one, or None."""
    wanted = cell.letters[name] + "1"
    found = (str(s) for s in summands(cell.equations[name].net) if type(s) is sympy.Symbol)
    return next((b for b in found if cell.letters[b] == wanted), None)


def _still(cell):
    """Signals that read parameters and each other, and are no states and no output."""
    found: list[str] = []
    for name, equation in cell.equations.items():
        read = {s for s, _ in signals(equation.expr)}
        if read <= set(found) and name not in cell.states and name != cell.output:
            found.append(name)
    return found


def _runs(order, chosen):
    """Neighbours in `order` that have an entry in `chosen`: lists of (name, entry)."""
    runs: list[list[tuple[str, sympy.Symbol]]] = []
    last: int | None = None
    for place, name in enumerate(order):
        if name in chosen:
            if last is None or place != last + 1:
                runs.append([])
            runs[-1].append((name, chosen[name]))
            last = place
    return runs


def alone(cell: Cell, plan: Layout) -> list[tuple[str, Dot]]:
    """Products that are not stacked: [(equation, Dot)], in order."""
    stacked = {(r, W, s.v) for s in plan.stacks for r, W in s.pairs}
    return [
        (name, product)
        for name, equation in cell.equations.items()
        for product in dots(equation.net)
        if (name, *product.args) not in stacked
    ]


def factors(cell: Cell) -> list[sympy.Expr]:
    """Every expression that the backward pass multiplies an error with."""
    found = [f for each in cell.terms.terms.values() for t in each for f in (t.inner, t.outer)]
    found += [product.inner for each in cell.terms.products.values() for product in each]
    return found + [slope for slope in cell.terms.slopes.values() if slope is not None]
