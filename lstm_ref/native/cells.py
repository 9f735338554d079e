"""A cell whose passes are generated C: the interface of `lstm_ref.cells`, the numbers of NumPy.

To rounding: the functions of glibc that compute several numbers at once, where it has them, are
exact to 4 units in the last place, and products are summed in another order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import loop, params
from lstm_ref.cells.interface import Interface
from lstm_ref.native import blas, compiler, exports
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

REALS = {np.dtype("float64"): "double", np.dtype("float32"): "float"}


class Native:
    """A compiled cell: SHAPES, STATES, `init`, `forward`, `backward`; SOURCE is its C.

    cell: a declaration. Compiles, or takes what was compiled before. Raises NoCompiler.
    """

    def __init__(self, cell: Any) -> None:
        from lstm_ref.derive.codegen import c_code  # which needs SymPy, as the next one
        from lstm_ref.derive.typeset import latex

        self.DECLARATION, self.SOURCE = cell, c_code.source(cell)
        self.NAME, self.KEEPS = cell.name, cell.KEEPS
        self.SHAPES, self.STATES, self.FIXED = cell.SHAPES, cell.STATES, cell.FIXED
        self.INPUT, self.INPUTS, self.OUTPUT = cell.INPUT, cell.INPUTS, cell.OUTPUT
        self.__name__ = f"lstm_ref.native.{cell.name}"
        self.CELL = Interface(
            cell.name, self.SHAPES, self.STATES, self.INPUT, self.OUTPUT, self.KEEPS,
            self.__name__, self.FIXED, self.INPUTS if len(self.INPUTS) > 1 else {},
        )  # fmt: skip
        equations = latex.equations_as_text(cell, 96).splitlines()
        self.__doc__ = f"{cell.title}\n\n" + "\n".join(f"    {line}" for line in equations)
        self._params = [*self.SHAPES, *self.FIXED]
        self._letters = c_code.sizes(cell)
        self._functions = _loaded(cell, self.SOURCE, c_code.name(cell))

    def init(self, rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
        """Fresh parameters; options: see lstm_ref.cells.params.init."""
        return params.init(rng, self.CELL, D, H, **options)

    def forward(
        self,
        params: Params,
        x: Any,
        state0: State | None = None,
        workspace: Workspace | None = None,
    ) -> tuple[Array, State, Tape]:
        """As that of the NumPy module: (outputs, last states, tape for `backward`).

        Raises TypeError or ValueError for a bad argument, FloatingPointError for an overflow.
        """
        sizes, initial, tape = loop.enter(self.CELL, params, x, state0, workspace)
        dtype = tape["dtype"]
        if dtype not in REALS:
            raise TypeError(f"params: expected float32 or float64, got {dtype}; C has no complex")
        inputs = [arguments.own(value) for value in self._each(x)]
        n, functions = self._sizes(sizes), self._functions[dtype]
        work = _room(tape["space"], functions["work"](n), dtype)
        y = np.empty(arguments.shape(self.OUTPUT, sizes), dtype)
        last = tuple(np.empty_like(value) for value in initial)
        given = [tape["params"][name] for name in self._params]
        functions["forward"](
            n, _all(given), _all(inputs), _all(initial), _one(work), _one(y), _all(last)
        )
        loop.leave(self.CELL, last, y)
        return y, last, {**tape, "x": inputs, "work": work}

    def backward(
        self, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
    ) -> tuple[Arrays, Any, State]:
        """As that of the NumPy module: (dparams, dx, errors at the initial states)."""
        sizes, dh, last = loop.enter_backward(self.CELL, params, tape, dh, dstate_T)
        inputs, work = loop.take(tape, ("x", "work"))
        dtype, n = tape["dtype"], self._sizes(sizes)
        if not tape["shared"]:
            work = work.copy()  # two threads may go back through one tape
        given = [tape["params"][name] for name in self._params]
        dparams = {k: np.empty(arguments.shape(w, sizes), dtype) for k, w in self.SHAPES.items()}
        dx = [np.empty_like(value) for value in inputs]
        dstate0 = tuple(np.empty_like(value) for value in last)
        last = tuple(map(np.ascontiguousarray, last))
        self._functions[dtype]["backward"](
            n, _all(given), _all(inputs), _one(work), _one(dh), _all(last),
            _all([*dparams.values()]), _all(dx), _all(dstate0),
        )  # fmt: skip
        several = len(self.INPUTS) > 1
        return dparams, dict(zip(self.INPUTS, dx, strict=True)) if several else dx[0], dstate0

    def _each(self, x):
        """The inputs in order."""
        return [x[name] for name in self.INPUTS] if len(self.INPUTS) > 1 else [x]

    def _sizes(self, sizes):
        return (ctypes.c_size_t * len(self._letters))(*(sizes[k] for k in self._letters))


def _loaded(cell, source, name):
    """Functions of the library: dtype -> part -> function."""
    pointers = blas.pointers()
    text = exports.library(cell, source, name, products=pointers is not None)
    library = compiler.loaded(name, text)
    if pointers is not None:
        library.use_products(*map(ctypes.c_void_p, pointers))
    found = {}
    for dtype, real in REALS.items():
        parts = {part: library[f"{name}_{part}_{real}"] for part in ("work", "forward", "backward")}
        parts["work"].restype = ctypes.c_size_t
        parts["forward"].restype = parts["backward"].restype = None
        found[dtype] = parts
    return found


def _room(space, size, dtype):
    """The work array, that of the call before where it is large enough."""
    old = space["buffers"].get("work")
    if old is None or old.size < size or old.dtype != dtype:
        old = space["buffers"]["work"] = np.empty(size, dtype)
    return old


def _address(array):
    """Where an array has its numbers; `array.ctypes` takes four times as long."""
    if array.size and array.flags.writeable:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    return array.ctypes.data


def _one(array):
    return ctypes.c_void_p(_address(array))


def _all(arrays: Sequence[Array]) -> Any:
    """Pointers to arrays, as a struct of C has them."""
    return (ctypes.c_void_p * max(len(arrays), 1))(*map(_address, arrays))
