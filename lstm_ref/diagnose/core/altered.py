"""An altered forward pass, and the backward pass that is right for it.

Edits forwards are those of `given` and, with the place ("forward", s), an equation with another
net (`inner`), another activation (`other`) or both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_ref.derive.table import Equation, Table
from lstm_ref.diagnose.core import derived, given, values
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.values import Values
from lstm_ref.types import Array


def equations(table: Table, edits: Iterable[Edit]) -> dict[str, Equation]:
    """Signal -> its other equation, of those that have one."""
    edits = tuple(edits)
    found: dict[str, Equation] = {}
    for edit in edits:
        kind, name, *_ = edit.place
        if kind == "given" and name == "gates":
            found |= given.renamed(table, edit)
    for edit in edits:
        kind, name, *_ = edit.place
        if kind == "forward":
            equation = found.get(name, table.equations[name])
            if edit.inner is not None:
                equation = replace(equation, net=edit.inner)
            if edit.other:
                equation = replace(equation, activation=edit.other)
            found[name] = equation
    return found


def altered(table: Table, edits: Iterable[Edit]) -> Table:
    """The table of the altered cell: its equations, and all that follows from them.

    Raises ValueError for an equation that the rules of `derived` do not reach.
    """
    changed = equations(table, edits)
    return derived.rederived(table, changed) if changed else table


def forward_only(table: Table, edits: Iterable[Edit]) -> Table:
    """The table with the altered equations alone, for `values.forward`: nothing is derived."""
    changed = equations(table, edits)
    return replace(table, equations={**table.equations, **changed}) if changed else table


def forward_with(table: Table, arrays: Mapping[str, Any], edits: Iterable[Edit]) -> Values:
    """The altered forward pass on golden vectors, see `values.forward`."""
    edits = tuple(edits)
    return values.forward(forward_only(table, edits), given.taken(table, arrays, edits))


def own_pass(
    table: Table, edits: Iterable[Edit], found: Values, errors: Mapping[str, Array]
) -> Pass:
    """The backward pass that is the derivative of the altered forward pass.

    found: what that forward pass computed. errors: as of `Pass`.
    """
    edits = tuple(edits)
    new = Pass(altered(table, edits), found, errors)
    new.given = tuple(e for e in edits if e.place[0] in ("given", "state"))
    return new


def stored(value: Array, how: str) -> Array:
    """A signal (T + 1, n, B) as it is stored, (T, n, B)."""
    if how == "reversed":
        return value[:0:-1]
    if how == "shifted":
        return value[:-1]
    return np.broadcast_to(value[-1:], value[1:].shape)
