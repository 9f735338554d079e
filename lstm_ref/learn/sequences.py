"""Sequences of different lengths through any cell, and what a cell takes.

Sequences of different lengths stand in one array with padding behind them. `run` never shows the
padding to a cell: it cuts the batch where a sequence ends and goes on with the others.
A *cell* here is a module with SHAPES, STATES, `init`, `forward` and `backward`, or an object of
`layers` made of such.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lstm_ref import arguments
from lstm_ref.cells import name_of
from lstm_ref.cells.interface import all_shapes
from lstm_ref.types import Array, Arrays, CellLike, Params, State, Tape, Whole, Workspace


def takes(cell: CellLike, name: str) -> bool:
    """Has the cell's `forward` an argument of this name?"""
    return name in inspect.signature(cell.forward).parameters


def reads_backwards(cell: Any) -> bool:
    """Does a part of the cell begin at the end of a sequence?"""
    parts = getattr(cell, "parts", {})
    return "reverse" in parts or any(map(reads_backwards, parts.values()))


def check(cell: Any, params: Params) -> int:
    """Check the parameters of a cell, as `arguments.parameters`; return the width of its output."""
    if hasattr(cell, "parts"):
        return cell.check(params)
    one_input(cell)
    sizes, _ = arguments.parameters(params, all_shapes(cell))
    return sizes[getattr(cell, "OUTPUT", "THB")[1]]


def one_input(cell: Any) -> None:
    """Refuse a cell with several inputs: a batch has one. Raises TypeError."""
    if len(several := getattr(cell, "INPUTS", {})) > 1:
        raise TypeError(
            f"cell: {name_of(cell)} has {len(several)} inputs, {', '.join(several)}, and a batch "
            "has one; put them on top of each other, or call the cell's own forward and backward"
        )


def run(
    cell: CellLike,
    params: Params,
    x: Array,
    state0: State | None = None,
    lengths: ArrayLike | None = None,
    workspace: Workspace | None = None,
) -> tuple[Array, State, Tape]:
    """`cell.forward` for x (T, D, B) with sequences of different lengths.

    lengths: (B,) whole numbers from 1 to T, None for T everywhere. Returns (h (T, H, B), zeros
    behind the end of a sequence; the state at the end of each sequence; tape for `run_backward`).
    workspace: a dict that calls share, for speed: the tape is valid until the next call with it.
    """
    if lengths is not None:
        lengths = check_lengths(lengths, x)
        _plain(x=x, state0=state0)
    if hasattr(cell, "parts"):
        return cell.forward(params, x, state0, lengths, workspace)
    if lengths is None or np.all(lengths == len(x)):
        shared = {}
        if workspace is not None and takes(cell, "workspace"):
            shared = {"workspace": workspace}
        h, state, tape = cell.forward(params, x, state0, **shared)
        return h, state, {"whole": tape}
    return _run_by_length(cell, params, x, state0, lengths)


def run_backward(
    cell: CellLike, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """`cell.backward` for a tape of `run`: (dparams, dx, dstate0).

    dh (T, H, B): error at the outputs, None for none; behind the end of a sequence it counts
    nothing. dx is zero there. dstate_T: error at the state at the end of each sequence. Raises
    TypeError or ValueError.
    """
    if hasattr(cell, "parts"):
        return cell.backward(params, tape, dh, dstate_T)
    if "whole" in tape:
        return cell.backward(params, tape["whole"], dh, dstate_T)
    return _backward_by_length(cell, params, tape, dh, dstate_T)


def check_lengths(lengths: ArrayLike, x: Array) -> Whole:
    """A copy of lengths (B,) for x (T, D, B), each from 1 to T. Raises TypeError or ValueError."""
    if isinstance(lengths, np.ndarray):
        arguments.plain("lengths", lengths)
    lengths = np.array(lengths)  # a copy: tapes keep it
    if getattr(x, "ndim", 0) != 3:
        raise ValueError(f"x: expected shape (T, D, B), got {getattr(x, 'shape', type(x))}")
    T, _, B = x.shape
    if lengths.shape != (B,) or not np.issubdtype(lengths.dtype, np.integer):
        raise ValueError(
            f"lengths: expected {B} whole numbers, got {lengths.dtype} of shape {lengths.shape}"
        )
    if lengths.min() < 1 or lengths.max() > T:
        raise ValueError(f"lengths: expected 1 to T = {T}, got {lengths.min()} to {lengths.max()}")
    return lengths.astype(np.int64)  # unsigned ones turn to floats in a difference


def _plain(**given):
    """Refuse what is no plain array before it is cut: a piece of it would be one."""
    for name, value in given.items():
        for part in value if isinstance(value, tuple | list) else [value]:
            if part is not None:
                arguments.plain(name, part)


def _run_by_length(cell, params, x, state, lengths):
    """Piece after piece: up to the end of the shortest, then of the next with those left."""
    pieces, start, h = [], 0, None
    last: State = ()
    for end in np.unique(lengths):
        active = np.flatnonzero(lengths >= end)
        piece = np.ascontiguousarray(x[start:end][:, :, active])
        part, state, tape = cell.forward(params, piece, state)
        if h is None:
            h = np.zeros((len(x), part.shape[1], len(lengths)), part.dtype)
            last = tuple(np.empty((*s.shape[:-1], len(lengths)), s.dtype) for s in state)
        h[start:end][:, :, active] = part
        for whole, s in zip(last, state, strict=True):
            whole[..., active] = s  # of those that end here it is the last word
        pieces.append((start, end, active, tape))
        state = tuple(np.ascontiguousarray(s[..., lengths[active] > end]) for s in state)
        start = end
    return h, last, {"pieces": pieces, "shape": x.shape, "state": last}


def _backward_by_length(cell, params, tape, dh, dstate_T):
    (T, _, B), state = tape["shape"], tape["state"]
    _plain(dh=dh, dstate_T=dstate_T)
    if dh is not None and (len(dh.shape), *dh.shape[:1], *dh.shape[2:]) != (3, T, B):
        raise ValueError(f"dh: expected shape (T, H, B) with T = {T}, B = {B}, got {dh.shape}")
    if dstate_T is not None and [s.shape for s in dstate_T] != [s.shape for s in state]:
        want, got = ([s.shape for s in states] for states in (state, dstate_T))
        raise ValueError(f"dstate_T: expected shapes {want}, got {got}")
    dstate = tuple(np.zeros_like(s) for s in state) if dstate_T is None else dstate_T
    dstate = tuple(np.array(s) for s in dstate)
    dparams = {name: np.zeros(np.shape(params[name]), state[0].dtype) for name in cell.SHAPES}
    dx = np.zeros(tape["shape"], dstate[0].dtype)
    for start, end, active, piece in reversed(tape["pieces"]):
        part = None if dh is None else np.ascontiguousarray(dh[start:end][:, :, active])
        # Of a sequence that ends here this is dstate_T, of the others what the next piece gave.
        back = tuple(np.ascontiguousarray(s[..., active]) for s in dstate)
        more, dx_part, back = cell.backward(params, piece, part, back)
        dx[start:end][:, :, active] = dx_part
        for name in dparams:
            dparams[name] += more[name]
        for whole, s in zip(dstate, back, strict=True):
            whole[..., active] = s
    return dparams, dx, dstate


def turn(x: Array, lengths: Whole | None = None) -> Array:
    """Every sequence of x (T, D, B) from its end to its start; padding stays where it is."""
    if lengths is None:
        return np.ascontiguousarray(x[::-1])
    steps = np.arange(len(x))[:, None]
    index = np.where(steps < lengths, lengths - 1 - steps, steps)
    return np.take_along_axis(x, index[:, None, :], axis=0)
