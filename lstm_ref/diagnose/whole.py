"""Known mistakes that are no edits of single places: kept as what is another in the whole pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lstm_ref.check import summands
from lstm_ref.derive.computed import resolved
from lstm_ref.derive.table import Table, parsed, written
from lstm_ref.mistakes.evaluate import Numbers, overwritten
from lstm_ref.types import Arrays

PARTS = ("equations", "terms", "products", "slopes")  # of a `Table`, by name


def changes(right: Table, wrong: Table, late: tuple[str, ...], again: bool) -> dict[str, Any]:
    """What is another in a wrong pass, as what JSON can hold. late: as in `summands.Recipe`.

    again: whether a second run is meant, which reads the errors that the first has overwritten.
    """
    found: dict[str, Any] = {}
    for part in PARTS:
        old, new = getattr(right, part), getattr(wrong, part)
        if other := {name: written(new[name]) for name in old if new[name] != old[name]}:
            found[part] = other
    return found | ({"late": list(late)} if late else {}) | ({"again": True} if again else {})


def computed(whole: Mapping[str, Any], numbers: Numbers) -> Arrays:
    """All numbers of the wrong pass: error terms "delta_f", gradients "dW_fx", signals "f"."""
    right = resolved(numbers.cell.name)
    parts = {part: {**getattr(right, part), **parsed(whole.get(part, {}))} for part in PARTS}
    wrong = replace(right, **parts)
    values = numbers.values(wrong)
    recipe = summands.recipe(wrong).but(late=tuple(whole.get("late", ())))
    found = summands.backward(recipe, values, numbers.errors)
    if whole.get("again"):
        found = summands.backward(recipe, values, overwritten(numbers.errors, *found))
    deltas, gradients = found
    signals = {name: values[name][1:] for name in wrong.equations}
    back = {f"d{n}": a for n, a in gradients.items()}
    return signals | back | {f"delta_{n}": a for n, a in deltas.items()}
