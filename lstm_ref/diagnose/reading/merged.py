"""The tensors that the arrays of a file give together; of two biases one is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_ref.types import Array, Arrays

ONE_ZERO = "of two biases one is 0, so the other is compared"
ADDED = "two biases, added"
TWICE = "stored twice, with other numbers"


def merged(readings: Mapping[str, Any]) -> tuple[Arrays, dict[str, list[str]], dict[str, Any]]:
    """(tensors, notes, twice) of readings by key.

    notes: sentence -> keys; twice: tensor -> further arrays of other numbers. Two biases of a gate,
    of the product with x and of that with h, are added; their gradients are equal, each the
    gradient of the sum, and a bridge that puts our one bias into the first leaves the second 0.
    """
    found: dict[str, list[tuple[Array, str]]] = {}
    notes: dict[str, list[str]] = {}
    for key, reading in readings.items():
        for part in (reading.pieces, reading.second):
            for name, value in part.items():
                found.setdefault(name, []).append((value, key))
        if reading.note:
            notes.setdefault(reading.note, []).append(key)
    tensors, twice = {}, {}
    for name, several in found.items():
        tensors[name], more, note = _one([v for v, _ in several], name)
        if more:
            twice[name] = more
        if note:
            keys = notes.setdefault(note, [])
            keys += [key for _, key in several if key not in keys]
    return tensors, notes, twice


def _one(values: list[Array], name: str) -> tuple[Array, list[Array], str]:
    """(array, further ones of other numbers, note) of arrays for one tensor."""
    first, *rest = values
    if not rest or all(np.array_equal(first, v) for v in rest):
        if rest and name.startswith("b_"):
            return _sum(values)
        return first, [], ""
    if name.startswith("b_"):
        return _sum(values)
    some = [v for v in values if np.any(v)]
    if name.startswith("db_") and len(some) < len(values) and len(some) == 1:
        return some[0], [], ONE_ZERO
    return first, [v for v in rest if not np.array_equal(first, v)], TWICE


def _sum(values):
    some = [v for v in values if np.any(v)]
    if len(some) < 2:
        return (some or values)[0], [], ""
    return np.sum(some, axis=0), [], ADDED
