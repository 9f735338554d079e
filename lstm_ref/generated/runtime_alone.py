"""What NumPy files that stand alone have in place of the doors of `runtime`: shapes are checked.

`lstm_ref.derive.codegen.numpy_alone` copies these functions, without their annotations, into the
files that it prints. Nothing is shared from call to call, and the parameters are not copied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from lstm_ref.types import Array, Params, Sizes, State, Tape


def enter(
    shapes: Mapping[str, str],
    inputs: Mapping[str, str],
    states: Mapping[str, str],
    params: Params,
    x: Any,
    state0: State | None,
) -> tuple[Sizes, State, Callable[..., Array], Tape]:
    """Check the shapes; returns (sizes, initial states, new, what the tape begins with)."""
    sizes = {"1": 1}
    fit(shapes, params, sizes)
    fit(inputs, x if isinstance(x, dict) else dict.fromkeys(inputs, x), sizes)
    dtype = np.result_type(*params.values(), np.float32)
    initial = given(states, state0, sizes, dtype)
    return sizes, initial, room(sizes, dtype), {"sizes": sizes, "dtype": dtype}


def enter_backward(
    output: str, states: Mapping[str, str], tape: Tape, dh: Array | None, dstate_T: State | None
) -> tuple[Sizes, Callable[..., Array], Array, State]:
    """Check the shapes; returns (sizes, new, dh, errors at the last states)."""
    sizes, dtype = tape["sizes"], tape["dtype"]
    (dh,) = given({"dh": output}, None if dh is None else (dh,), sizes, dtype)
    return sizes, room(sizes, dtype), dh, given(states, dstate_T, sizes, dtype)


def fit(shapes: Mapping[str, str], arrays: Mapping[str, Array], sizes: Sizes) -> None:
    """Refuse a shape that the letters do not spell; sizes: known ones, new ones are added."""
    for name, word in shapes.items():
        shape = arrays[name].shape
        wanted = [sizes.setdefault(k, n) for k, n in zip(word, shape, strict=False)]
        if list(shape) != wanted or len(shape) != len(word):
            known = "".join(f", {k} = {sizes[k]}" for k in word if k in sizes and k != "1")
            spelled = ", ".join(word) + "," * (len(word) == 1)
            raise ValueError(f"{name}: expected a shape ({spelled}){known}, got {shape}")


def given(
    words: Mapping[str, str], values: Sequence[Array] | None, sizes: Sizes, dtype: DTypeLike
) -> State:
    """Copies of arrays with these names and letters; None stands for zeros."""
    if values is None:
        return tuple(np.zeros([sizes[k] for k in word], dtype) for word in words.values())
    arrays = dict(zip(words, values, strict=True))
    fit(words, arrays, sizes)
    return tuple(np.array(value, dtype) for value in arrays.values())


def room(sizes: Sizes, dtype: DTypeLike) -> Callable[..., Array]:
    """A function new(letters): an array (T + 1, n, B), n the sum of their sizes, not yet filled."""

    def new(*axes):
        heights = [sum(sizes[k] for k in letters) for letters in axes]
        return np.empty((sizes["T"] + 1, *heights, sizes["B"]), dtype)

    return new


def take(tape: Tape, names: str) -> list[Array]:
    """Several arrays from the tape."""
    return [tape[name] for name in names.split()]
