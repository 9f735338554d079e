"""What generated cells share: arrays over time, sums over time.

What is checked on the way in and out is in `lstm_ref.cells.loop`, as for the cells by hand.

Arrays over time have T + 1 slots; slot 0 holds the initial state, so that c[t - 1] in the code is
c_{t-1} on the page. Needs NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from lstm_ref.cells import loop
from lstm_ref.cells.interface import Interface
from lstm_ref.cells.params import init
from lstm_ref.types import Array, Arrays, Params, Sizes, State, Tape, Workspace

__all__ = ["Interface", "init"]  # which generated modules take from here as well

# letters -> an array (T + 1, n, B), n the sum of their sizes; new("H", "P") gives (T + 1, H, P, B)
New = Callable[..., Array]


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """Logistic function, by tanh: it cannot overflow. out: an array to write to, x itself too."""
    if out is None:
        return 0.5 * (1 + np.tanh(0.5 * x))
    np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5
    return out


def enter(
    cell: Interface, params: Params, x: Any, state0: State | None, space: Workspace | None
) -> tuple[Sizes, State, New, Tape]:
    """As `loop.enter`: (sizes, initial states, new, tape so far). new: see `_room`."""
    sizes, initial, tape = loop.enter(cell, params, x, state0, space)
    return sizes, initial, _room(tape["space"], "forward", sizes, tape["dtype"]), tape


def _room(space, part, sizes, dtype):
    """A function new(letters) that gives arrays (T + 1, n, B), not yet filled.

    The k-th array of one call takes the place of the k-th of the call before, where it fits.
    """
    buffers, number = space["buffers"], count()

    def new(*axes):
        heights = [sum(1 if k == "1" else sizes[k] for k in letters) for letters in axes]
        shape = (sizes["T"] + 1, *heights, sizes["B"])
        key = part, next(number)
        old = buffers.get(key)
        if old is None or old.shape != shape or old.dtype != dtype:
            old = buffers[key] = np.empty(shape, dtype)
        return old

    return new


def from_one(x: Array) -> Array:
    """A sequence with an empty slot 0 in front: x[t] is x_t."""
    found = np.zeros((len(x) + 1, *x.shape[1:]), x.dtype)
    found[1:] = x
    return found


def rows(array: Array, *heights: int) -> list[Array]:
    """Cut axis 1 into parts of these heights: views, one for each gate."""
    ends = np.cumsum(heights)
    return [array[:, end - height : end] for end, height in zip(ends, heights, strict=True)]


def leave(cell: Interface, output: Array, last: State) -> tuple[Array, State]:
    """The results of `forward` besides the tape: outputs and last states, refused if not finite."""
    loop.leave(cell, last, output[1:])
    return results(output, last)


def results(output: Array, last: State) -> tuple[Array, State]:
    """Outputs, without slot 0, and last states, which no array of the tape shares."""
    return output[1:].copy(), tuple(value.copy() for value in last)


def enter_backward(
    cell: Interface, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None
) -> tuple[Sizes, New, Array, State]:
    """As `loop.enter_backward`: (sizes, new, dh, errors at the last states)."""
    sizes, dh, last = loop.enter_backward(cell, params, tape, dh, dstate_T)
    return sizes, _room(loop.backward_space(tape), "backward", sizes, tape["dtype"]), dh, last


def take(tape: Tape, names: str) -> list[Array]:
    """Several arrays from the tape."""
    return loop.take(tape, names.split())


def give(dparams: Arrays, dx: Any, dstate0: State) -> tuple[Arrays, Any, State]:
    """The results of `backward`, no view of a shared array; dx may be a dict."""

    def own(array):
        return array if array.base is None else array.copy()

    def each(arrays):
        return {k: own(v) for k, v in arrays.items()}

    return each(dparams), each(dx) if isinstance(dx, dict) else own(dx), tuple(map(own, dstate0))


def flat(array: Array) -> Array:
    """(T, n, B) -> (n, T B): a sum over steps and samples becomes one matrix product."""
    return array.transpose(1, 0, 2).reshape(array.shape[1], -1)


def outer(errors: Array, v: Array) -> Array:
    """Sum over steps and samples of error times input: (T, n, B), (T, m, B) -> (n, m)."""
    return flat(errors) @ flat(v).T


def total(array: Array) -> Array:
    """Sum over steps and samples: (T, n, B) -> (n, 1)."""
    return array.sum(axis=(0, 2))[:, None]


def spread(v: Array, H: int) -> Array:
    """Give each of G gates to all cells of its block: (..., G, B) -> (..., H, B)."""
    return np.repeat(v, H // v.shape[-2], axis=-2)


def gather(v: Array, G: int) -> Array:
    """The transpose of `spread`: sum over the cells of each block."""
    *front, H, B = v.shape
    return v.reshape(*front, G, H // G, B).sum(axis=-2)
