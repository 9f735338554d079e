"""Several reasons for the same numbers: what else gives them, and which gradient would tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lstm_ref.check.errors import relative
from lstm_ref.derive.table import Table
from lstm_ref.diagnose import naming
from lstm_ref.diagnose.core import altered, backward
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.types import Array, Params

FORWARDS = ("given", "state", "forward")
APART = 1e-6  # relative, of numbers that tell two reasons apart
RESET = "not-reset"


def of_zeros(table: Table, tensors: Mapping[str, Array]) -> tuple[Edit, ...]:
    """The summand without which all that is stored is 0, () where there is none.

    tensors: gradients by name. They are 0 if they were not computed, or if the one error that they
    are made of is: δ_o of ∂E/∂W_ox and ∂E/∂b_o, or what comes back to an initial state.
    """
    if not tensors or any(np.any(value) for value in tensors.values()):
        return ()
    made = {_by(table, name) for name in tensors}
    if len(made) != 1 or (only := made.pop()) is None:
        return ()
    return (Edit(only, "dropped", weight=0.0),)


def _by(table, tensor):
    """The place of the one summand of the error that a gradient is made of, or None."""
    name = tensor.removeprefix("d")
    if name.endswith("_0") and name[:-2] in table.states:
        late = [k for k, t in enumerate(table.terms[name[:-2]]) if t.lag]
        return ("term", name[:-2], late[0]) if len(late) == 1 else None
    by = {item.by for item in table.summands(name)} if tensor.startswith("d") else set()
    of = by.pop() if len(by) == 1 else None
    if of is None or of in table.states or len(table.terms[of]) != 1:
        return None
    return ("term", of, 0)


def not_reset(table: Table, edits: Sequence[Edit], stored: Collection[str]) -> bool:
    """Whether all stored gradients of parameters are twice as large, and nothing else is wrong.

    Sums that still hold those of an earlier run are that, and a loss that is counted twice.
    """
    learned = {f"d{n}" for n in (*table.matrices, *table.vectors)} & set(stored)
    if len(edits) != 1 or not any(one.name == RESET for one in naming.known(table)):
        return False
    edit, names = edits[0], edits[0].place[1]
    return (
        edit.place[0] == "scale" and edit.kind == "weight" and edit.weight == 2
        and bool(learned) and learned <= set(names)
        and not (set(names) & set(stored)) - learned
    )  # fmt: skip


def telling(
    table: Table, right: Params, reasons: Iterable[Sequence[Edit]], names: Iterable[str]
) -> str:
    """The first of these gradients of which two reasons give other numbers, or "".

    right: golden vectors.
    """
    found = [computed(table, right, edits) for edits in reasons]
    for name in names:
        for one in found[1:]:
            if name in one and relative(one[name], found[0][name]) > APART:
                return name
    return ""


def computed(table: Table, right: Params, edits: Sequence[Edit]) -> dict[str, Any]:
    """All tensors that an implementation with these edits computes on golden vectors."""
    forwards = [e for e in edits if e.place[0] in FORWARDS]
    values = altered.forward_with(table, right, forwards)
    errors = {"e": right["e"], **{s: right[f"e_{s}_T"] for s in table.states}}
    base = altered.own_pass(table, forwards, values, errors)
    back = [e for e in edits if e.place[0] not in FORWARDS and e.kind not in ("clipped", "limited")]
    return backward.evaluated(base, back, {})
