"""The network of 1997 in C, one trial at a time: hundreds of times faster, equal to rounding.

`sequence.c` is written by hand: it learns while it runs, which no derived cell does. Its numbers
are compared with those of `net` in the tests.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import numpy as np

from lstm_ref.history.net import Nets
from lstm_ref.history.run import WHOLE, Piece
from lstm_ref.history.tasks import Sequence
from lstm_ref.history.topology import GATES
from lstm_ref.native import compiler
from lstm_ref.types import Array

SOURCE = Path(__file__).with_name("sequence.c")


@cache
def _function():
    """The function of the library, compiled or found once for all networks."""
    found = compiler.loaded("history", SOURCE.read_text(encoding="utf-8")).history_sequence
    found.restype = ctypes.c_size_t
    return found


class Compiled:
    """One of `nets`, number k, in C; its arrays are those of `nets`, changed in place.

    Raises compiler.NoCompiler; ValueError for peepholes, which `Nets` has not either.
    """

    def __init__(self, nets: Nets, k: int = 0) -> None:
        kind = nets.kind
        self._function = _function()
        self.kind = kind
        self.W, self.V, self.c, self.y, self.P = (
            array[k] for array in (nets.W, nets.V, nets.c, nets.y, nets.P)
        )
        context = kind.seen - kind.inputs
        sizes = [kind.inputs, kind.outputs, kind.blocks, kind.cells, GATES[kind.gates], kind.seen]
        sizes += [kind.memory, kind.hidden, context, kind.shortcut, kind.linear]
        self._sizes = (ctypes.c_size_t * len(sizes))(*map(int, sizes))
        self._half = (ctypes.c_double * 2)(kind.g, kind.h)
        self._biased = np.concatenate([nets.free_W[:, -1], nets.free_V[:, -1]]).astype(np.uint8)
        self._work = np.empty(kind.seen + 1 + 2 * kind.hidden + 4 * kind.memory)
        self._at = np.empty(kind.seen + 1, np.uintp)
        self._sums = np.zeros_like(self.W), np.zeros_like(self.V)
        self._weights = self._pointers(self._biased, self.W, self.V)
        self._now, self._once = self._pointers(self.W, self.V), self._pointers(*self._sums)
        self._state = self._pointers(self.c, self.y, self.P, self._work, self._at)

    @staticmethod
    def _pointers(*arrays: Array) -> list[ctypes.c_void_p]:
        return [ctypes.c_void_p(array.ctypes.data) for array in arrays]

    def start_again(self) -> None:
        """States, outputs and derivatives as before the first step."""
        for array in (self.c, self.y, self.P):
            array[...] = 0

    def run(
        self,
        sequence: Sequence,
        rate: float = 0.0,
        learn: bool = True,
        once: bool = False,
        piece: Piece = WHOLE,
    ) -> tuple[Array, Array]:
        """(errors, outputs) of the asked steps, (asked, outputs) each, on from where it stands.

        learn: change the weights with this learning rate, at every asked step or once, at the end.
        piece: of a stream, where it stops and starts again.
        """
        x, target, asked = (np.ascontiguousarray(part) for part in sequence)
        wanted = [(len(x), self.kind.inputs), (len(x), self.kind.outputs), (len(x),)]
        if [part.shape for part in (x, target, asked)] != wanted:
            raise ValueError(f"sequence: expected shapes {wanted}, got others")
        error, out = np.empty(target.shape), np.empty(target.shape)
        again = piece.again if piece.again is None else piece.again.view(np.uint8)
        done = self._function(
            self._sizes,
            self._half,
            ctypes.c_size_t(len(x)),
            ctypes.c_int(learn),
            *(ctypes.c_double(number) for number in (rate, piece.decay, piece.bound)),
            None if again is None else ctypes.c_void_p(again.ctypes.data),
            *self._pointers(x, target, asked),
            *self._weights,
            *(self._once if once else self._now),
            *self._state,
            *self._pointers(error, out),
        )
        if once:
            for w, change in zip((self.W, self.V), self._sums, strict=True):
                w += change
                change[...] = 0
        seen = asked[:done]
        return error[:done][seen], out[:done][seen]
