"""Summands, slopes and errors of a table as trees, with an edit marked in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Product, Summand, Table
from lstm_ref.derive.tree import Changed, Node
from lstm_ref.derive.typeset.alphabets import Text
from lstm_ref.derive.typeset.carried import Carrier
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.wording.changes import changed

AT_START = {"last": "T", "new": "1"}  # what stands below a state that is read for the initial one
LARGE = 1e6  # from here on a factor has six digits, and a power of ten


class Marker:
    """Writes the parts of a table's equations. sizes: T, B and so on, for weights like 1/B."""

    def __init__(self, table: Table, sizes: Mapping[str, int]) -> None:
        self.table, self.sizes = table, sizes
        self.carrier = Carrier(table.letters)

    @cached_property
    def names(self) -> dict[str, int]:
        """Ranks of all letters, of c_T and c_1 and of a 0 in their place, too."""
        ends = AT_START.values()
        more = {f"{s}_{end}": self.table.rank(s) for s in self.table.states for end in ends}
        return self.carrier.names | more | {"0": 1}

    def text(self, node: Node, start: bool = False) -> str:
        """A formula as plain text."""
        return Text(self.names, start=start).line(node)

    def item(self, item: Product | Summand, edit: Edit | None) -> Node:
        """A summand of a gradient at one step."""
        return self.product(item, edit) if isinstance(item, Product) else self.summand(item, edit)

    def summand(self, term: Summand, edit: Edit | None) -> Node:
        """A summand with an edit in it."""
        right = self.carrier.summand(term)
        if edit is None:
            return right
        if edit.weight == 0:
            return Changed(right, None)
        via = term.via
        if via is not None and edit.flipped:
            via = replace(via, kind={"matrix": "transposed"}.get(via.kind, "matrix"))
        inner, outer = (
            mine if other is None else self.shown(other)
            for mine, other in ((term.inner, edit.inner), (term.outer, edit.outer))
        )
        other = replace(term, inner=inner, outer=outer, via=via)
        return self.weighted(
            changed(right, self.carrier.summand(other, _error(term, edit))), edit.weight
        )

    def product(self, item: Product, edit: Edit | None) -> Node:
        """A summand of a matrix's gradient with an edit in it."""
        right = self.carrier.product(item)
        if edit is None:
            return right
        if edit.weight == 0:
            return Changed(right, None)
        inner, v = (
            mine if other is None else self.shown(other)
            for mine, other in ((item.inner, edit.inner), (item.v, edit.v))
        )
        other = self.carrier.product(replace(item, inner=inner, v=v), _error(item, edit))
        return self.weighted(changed(right, other), edit.weight)

    def entering(self, edit: Edit | None) -> Node:
        """The error that enters at every step, with an edit in it."""
        right = tree.Outside()
        if edit is None:
            return right
        if edit.weight == 0:
            return Changed(right, None)
        other: Node = tree.Outside({"after": -1, "before": 1}.get(edit.other, 0))
        other = right if other == right else Changed(right, other)
        if edit.inner is not None:
            other = tree.product(other, Changed(None, edit.inner))
        return self.weighted(other, edit.weight)

    def slope(self, name: str, edit: Edit | None) -> Node | None:
        """The slope of a signal, with an edit in it."""
        right = self.table.slopes[name]
        if edit is None:
            return right
        other: Node | None = right if edit.inner is None else self.shown(edit.inner)
        if right is None or other is None:
            return self.weighted(Changed(right, other), edit.weight)
        if other == tree.Number(1):
            return self.weighted(Changed(right, None), edit.weight)
        return self.weighted(changed(right, other), edit.weight)

    def weighted(self, node: Node, weight: float) -> Node:
        """A factor in front."""
        if weight == 1:
            return node
        if isinstance(node, tree.Sum) and len(node.parts) == 1:
            ((sign, only),) = node.parts
            return tree.Sum(((sign, self.weighted(only, weight)),))
        factors = node.factors if isinstance(node, tree.Product) else (node,)
        return tree.Product((Changed(None, self.number(weight)), *factors))

    def number(self, weight: float) -> Node:
        """A weight as a number: 1/B where it is that."""
        T, B = (float(self.sizes[letter]) for letter in "TB")
        for value, names in ((B, "B"), (T, "T"), (T * B, "TB")):
            if value > 1 and abs(weight * value - 1) < 1e-6:
                below = tree.product(*map(tree.Size, names))
                return tree.Quotient(tree.Number(1), below)
        near = Fraction(weight).limit_denominator(9)
        if abs(weight) < LARGE and abs(near - weight) <= 1e-9 * abs(weight):
            return tree.Number(near if near.denominator > 1 else near.numerator)
        return tree.Number(float(f"{weight:.6g}"))

    def shown(self, node: Any) -> Any:
        """A formula with c_T, c_1, 0 or 1 where these are read for an initial state."""
        if isinstance(node, tree.Signal) and "|" in node.name:
            name, _, view = node.name.partition("|")
            if view in AT_START:
                return tree.Parameter(f"{name}_{AT_START[view]}")
            return tree.Parameter("0") if view == "zero" else tree.Known("ones")
        return tree.mapped(node, self.shown)


def _error(item, edit):
    """The error term, or what stands in its place, at the step of the equation that it is of."""
    kind, _, name = edit.other.partition(" ")
    lag = getattr(item, "lag", 0)
    if kind == "delta":
        return tree.Delta(name)
    if kind == "net":
        return tree.Net(name)
    return tree.Delta(item.by, lag) if kind == "step" else None
