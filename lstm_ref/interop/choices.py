"""The arguments of `vectors.make`, checked: each error says what was expected and what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.interop.vector_files import NUMBERS, VectorsError
from lstm_ref.sizes import SPARE
from lstm_ref.types import Sizes

if TYPE_CHECKING:
    from lstm_ref.interop.nets import Net

LARGEST = 10  # of scales
FLAGS = ("zero_states", "zero_biases", "float32", "both_ways")


def whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """The whole number within these bounds, as int."""
    number = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not number or value < least or (most is not None and value > most):
        bound = "" if most is None else f", at most {most}"
        raise VectorsError(f"{name}: expected a whole number >= {least}{bound}, got {value!r:.50}")
    return int(value)


def sizes(**given: Any) -> Sizes:
    """T, B, D and H, each at least 1."""
    return {name: whole(name, value, 1) for name, value in given.items()}


def flags(*values: Any) -> None:
    """zero_states, zero_biases, float32, both_ways: each True or False."""
    for name, value in zip(FLAGS, values, strict=True):
        if not isinstance(value, bool | np.bool_):
            raise VectorsError(f"{name}: expected True or False, got {value!r:.50}")


def scale(value: Any) -> float:
    """A standard deviation."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 < value <= LARGEST:
        got = f"{value!r:.50}"
        raise VectorsError(f"scale: expected a number above 0, at most {LARGEST}, got {got}")
    return float(value)


def lengths(given: Any, sizes: Sizes) -> tuple[int, ...] | None:
    """One for each sequence, from 1 to T, the longest T; None stays None."""
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise VectorsError(f"lengths: expected B = {sizes['B']} whole numbers, got {given!r:.50}")
    found = tuple(whole("lengths", n, 1, sizes["T"]) for n in given)
    if len(found) != sizes["B"]:
        raise VectorsError(f"lengths: expected B = {sizes['B']} of them, got {len(found)}")
    if max(found) < sizes["T"]:
        raise VectorsError(f"lengths: the longest must be T = {sizes['T']}, got {max(found)}")
    return found


def possible(net: Net, sizes: Sizes) -> None:
    """Refuse what cannot be put together, and, before it is allocated, what is too large."""
    cell = net.cell
    if len(cell.inputs) > 1 and "x" not in cell.inputs:
        raise VectorsError(f"{cell.name}: one of several inputs must be x, got {cell.inputs}")
    if net.layers > 1 and len(cell.inputs) > 1:
        raise VectorsError(f"layers: {cell.name} has {len(cell.inputs)} inputs in each step, not 1")
    as_wide = cell.letters[cell.input] == cell.letters[cell.output]
    if net.layers > 1 and cell.letters[cell.input] != "D" and (net.both or not as_wide):
        raise VectorsError(f"layers: the input of {cell.name} is not as wide as the layer below")
    widest = max(sizes["D"], sizes["H"] + len(SPARE)) * (2 if net.both else 1)
    signals = sizes["T"] * sizes["B"] * widest * (3 * len(cell.equations) + 3)
    total = signals + 2 * widest**2 * len(cell.matrices)
    total *= sum(map(len, net.prefixes))
    if total > NUMBERS:
        raise VectorsError(f"T, B, D, H: up to {total} numbers, more than {NUMBERS}, the limit")
