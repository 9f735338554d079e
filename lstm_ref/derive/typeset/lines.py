"""The lines of a derivation: equations, error terms step by step, gradients.

A line has a left side and one or more right sides, all of them trees. The same lines become LaTeX
(`latex`) and text; only the printer differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lstm_ref.derive import terms, tree
from lstm_ref.derive.typeset.carried import ERROR, over_time, times
from lstm_ref.derive.typeset.summands import Writer

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


@dataclass(frozen=True)
class Line:
    """left = right = right ...; start: times are numbers, c_0 for c_t."""

    left: tree.Node
    rights: tuple[tree.Node, ...]
    start: bool = False


def equations(cell: Cell) -> Iterator[Line]:
    """The forward pass, in the order and with the letters of the declaration."""
    writer = Writer(cell)
    for name in cell.equations:
        yield Line(tree.Signal(name), (writer.equation(name),))


def error_terms(cell: Cell, names: Iterable[str] | None = None) -> Iterator[Line]:
    """δ of every signal, backwards: its definition, the chain rule, the result.

    names: only these signals, in this order.
    """
    writer = Writer(cell)
    for name in reversed(cell.equations) if names is None else names:
        definition = tree.Partial(ERROR, _target(cell, name))
        chain, result = chain_rule(cell, name), total(writer, name)
        rights = (definition, chain, result) if chain != result else (definition, result)
        yield Line(tree.Delta(name), rights)


def results(cell: Cell, names: Iterable[str] | None = None) -> Iterator[Line]:
    """δ of every signal, or of `names`, without the steps in between."""
    for line in error_terms(cell, names):
        yield Line(line.left, line.rights[-1:])


def gradients(cell: Cell) -> Iterator[Line]:
    """Weight gradients: sums over time of error times input, matrices first, then vectors."""
    writer = Writer(cell)
    for name in cell.matrices:
        found = [writer.product(product) for product in terms.products(cell, name)]
        yield Line(tree.Partial(ERROR, tree.Parameter(name)), (over_time(found),))
    for name in cell.vectors:
        found = [writer.term(term) for term in terms.of(cell, name)]
        yield Line(tree.Partial(ERROR, tree.Parameter(name)), (over_time(found),))


def passed_on(cell: Cell) -> Iterator[Line]:
    """The error at the input, which a layer below gets, and at the initial state."""
    writer = Writer(cell)
    for name in getattr(cell, "inputs", [cell.input]):
        found = [writer.term(term) for term in terms.of(cell, name)]
        yield Line(tree.Partial(ERROR, tree.Signal(name)), (tree.total(found),))
    for name in cell.states:
        late = [writer.term(term) for term in terms.of(cell, name) if term.lag]
        yield Line(tree.Partial(ERROR, tree.Signal(name)), (tree.total(late),), start=True)


def total(writer: Writer, name: str) -> tree.Node:
    """δ of a signal: the error from outside, its terms, all times the slope of its activation."""
    cell = writer.cell
    found: list[tree.Node] = [tree.Outside()] if name == cell.output else []
    found += [writer.term(term) for term in terms.of(cell, name)]
    sloped = terms.slope(cell, name) is not None
    return times(found, writer.slope(name)) if sloped else tree.total(found)


def _target(cell, name):
    split = cell.equations[name].activation is not None
    return tree.Net(name) if split else tree.Signal(name)


def chain_rule(cell: Cell, name: str) -> tree.Node:
    """δ of a signal with partial derivatives that are not worked out yet."""
    writer = Writer(cell)
    found: list[tree.Node] = [tree.Outside()] if name == cell.output else []
    groups = defaultdict(list)
    for term in terms.of(cell, name):
        groups[term.by, term.lag].append(term)
    found += [_use(writer, name, by, lag, group) for (by, lag), group in groups.items()]
    if cell.equations[name].activation is None:
        return tree.total(found)
    return times(found, tree.Partial(tree.Signal(name), tree.Net(name)))


def _use(writer, name, by, lag, group):
    """One use of a signal in one equation: the error there times a partial derivative."""
    error = tree.Delta(by, -lag)
    slope = tree.Partial(tree.later(_target(writer.cell, by), lag), tree.Signal(name))
    unit_by_unit = all(term.via is None for term in group)
    if unit_by_unit and writer.names.get(by, 1) == writer.names.get(name, 1):
        return tree.Product((error, slope))
    return tree.Apply(tree.Transposed(slope), error)
