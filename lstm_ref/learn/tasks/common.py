"""What the generators of tasks share: their arguments, their arrays, where a sequence ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref.types import Array, Mask, Whole


def whole(name: str, value: Any, least: int) -> int:
    """Refuse `value` with ValueError unless it is a whole number >= least; return it as int."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name}: expected a whole number >= {least}, got {value!r}")
    return int(value)


def is_number(value: object) -> bool:
    """Is it one real number, of Python or NumPy? True and False are none; NaN is one."""
    kinds = int | float | np.integer | np.floating
    return isinstance(value, kinds) and not isinstance(value, bool)


def enter(
    rng: np.random.Generator, T: int, B: int, least: int = 1, shortest: int | None = None
) -> Whole:
    """Check what every task takes; return the lengths (B,) of the sequences.

    T: steps, at least `least`; B: samples. shortest: lengths are drawn from shortest to T, all
    equally likely; None makes every sequence T long. Raises TypeError or ValueError.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected np.random.default_rng(seed), got {type(rng).__name__}")
    T, B = whole("T", T, least), whole("B", B, 1)
    if shortest is None:
        return np.full(B, T)
    if whole("shortest", shortest, least) > T:
        raise ValueError(f"shortest: expected at most T = {T}, got {shortest}")
    return rng.integers(shortest, T + 1, B)


def one_hot(words: Whole, K: int) -> Array:
    """Class numbers (T, B) -> x (T, K, B), 1 at the class; a negative number gives zeros."""
    return (words[:, None, :] == np.arange(K)[:, None]).astype(float)


def at_the_end(lengths: Whole, T: int) -> Mask:
    """mask (T, B), True at the last step of each sequence."""
    return np.arange(T)[:, None] == lengths - 1


def lengths(mask: Mask) -> Whole:
    """Lengths (B,) of the sequences: every one ends with the last step that counts.

    mask (T, B) of booleans, each column with a True. Raises ValueError.
    """
    if mask.ndim != 2 or mask.dtype != bool or not mask.any(axis=0).all():
        raise ValueError(
            f"mask: expected booleans (T, B), a True in each column, got {mask.dtype} {mask.shape}"
        )
    return len(mask) - mask[::-1].argmax(axis=0)
