"""The loop over time, forward and backward, and the checks at its doors: the same for every cell.

Forward: one step after the other, each leaving on the tape what its backward step will need.
Backward: the steps in reverse; at each one the error that enters from outside is added to the
error that comes from the next step, and the weight gradients of all steps are summed.

The fast LSTM and the generated cells go through time in their own way; they enter and leave as
the plain cells do, by `enter`, `leave` and `enter_backward`.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells.interface import Interface, all_shapes
from lstm_ref.types import (
    Array,
    Arrays,
    Backward,
    Forward,
    Params,
    Sizes,
    State,
    Step,
    StepBackward,
    Tape,
    Workspace,
)


def over_time(cell: Interface, step: Step, step_backward: StepBackward) -> tuple[Forward, Backward]:
    """The functions `forward` and `backward` of a cell: its step, and its step back, at every t."""

    def run_forward(
        params: Params, x: Array, state0: State | None = None
    ) -> tuple[Array, State, Tape]:
        """Run over a sequence x (T, D, B) from state0, a tuple of (H, B); None means zeros.

        Returns (h, state_T, tape): h (T, H, B) is every output, state_T the last state, a tuple
        like state0, tape what `backward` needs. T = 0 and T = 1 are allowed. Raises TypeError or
        ValueError for a bad argument and FloatingPointError if the numbers overflow.
        """
        return forward(cell, step, params, x, state0)

    def run_backward(
        params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
    ) -> tuple[Arrays, Array, State]:
        """Back-propagation through time: exact gradients, nothing truncated.

        dh (T, H, B): error ∂E/∂h_t that enters from outside at every step, None for none;
        dstate_T, a tuple of (H, B): error that enters through the last state, None for none.
        Returns (dparams, dx, dstate_0) with the shapes of params, x and state0.
        """
        return backward(cell, step_backward, params, tape, dh, dstate_T)

    _name(cell, forward=run_forward, backward=run_backward)
    return run_forward, run_backward


def _name(cell, **functions):
    """Call the functions so, and the cell's own, for `help` and the pages."""
    for name, function in functions.items():
        function.__name__ = function.__qualname__ = name
        function.__module__ = cell.module or __name__


def forward(
    cell: Interface, step: Step, params: Params, x: Array, state0: State | None
) -> tuple[Array, State, Tape]:
    """Run `step` over x (T, D, B) from state0; return h (T, H, B), the last state and the tape."""
    _, state, tape = enter(cell, params, x, state0)
    step = inspect.unwrap(step)  # its arguments have just been checked
    x, params = arguments.own(x), tape["params"]
    outputs, steps = [state[0]], []
    for t in range(len(x)):
        state, record = step(params, x[t], state)
        outputs.append(state[0])
        steps.append(record)
    leave(cell, state)
    h = np.stack(outputs)[1:]  # h_0 in front, so that T = 0 has a shape too
    return h, tuple(map(arguments.own, state)), {**tape, "x": x, "steps": steps}


def backward(
    cell: Interface,
    step_backward: StepBackward,
    params: Params,
    tape: Tape,
    dh: Array | None,
    dstate_T: State | None,
) -> tuple[Arrays, Array, State]:
    """Back-propagate dh (T, H, B) and dstate_T; return gradients of parameters, x and state0."""
    _, dh, dstate = enter_backward(cell, params, tape, dh, dstate_T)
    x, steps = take(tape, ("x", "steps"))
    step_backward, params = inspect.unwrap(step_backward), tape["params"]
    dparams = {name: np.zeros_like(params[name]) for name in cell.SHAPES}
    dx = np.zeros_like(x)
    for t in reversed(range(len(dx))):
        dstate = (dstate[0] + dh[t], *dstate[1:])  # error from outside + error from the future
        dparams_t, dx[t], dstate = step_backward(params, steps[t], dstate)
        for name, gradient in dparams_t.items():
            dparams[name] += gradient  # the same weights serve at every step: sum over time
    return dparams, dx, dstate


def workspace() -> Workspace:
    """Arrays that calls may share; pass it to `forward` again and again, for speed.

    Every call of `forward` with it overwrites the tape of the call before. It belongs to the thread
    that uses it first.
    """
    return {"buffers": {}, "call": 0}


def _claimed(space):
    """A shared workspace, or an empty dict, made ready. Raises TypeError or ValueError."""
    if not isinstance(space, dict):
        raise TypeError(f"workspace: expected one from workspace(), got {type(space).__name__}")
    space.setdefault("buffers", {})
    space.setdefault("call", 0)
    _ask_for_thread(space)
    return space


def _ask_for_thread(space):
    me = threading.get_ident()
    if space.setdefault("thread", me) != me:
        raise ValueError("workspace: belongs to another thread; make one for each thread")


def backward_space(tape: Tape) -> Workspace:
    """Where `backward` has its arrays: the shared workspace, else a new one.

    So two threads may go back through one tape that has no workspace.
    """
    return tape["space"] if tape["shared"] else workspace()


def enter(
    cell: Interface, params: Params, x: Any, state0: State | None, space: Workspace | None = None
) -> tuple[Sizes, State, Tape]:
    """Check the arguments of `forward`; return (sizes, initial states, tape so far).

    cell: its `Interface`. sizes: letter -> number. space: a `workspace`, None for one of its own.
    The tape has a copy of the parameters, in C order; states are copies too.
    Raises TypeError or ValueError that names the argument.
    """
    sizes, dtype = arguments.parameters(params, all_shapes(cell))
    if "G" in sizes and sizes["H"] % sizes["G"]:
        H, G = sizes["H"], sizes["G"]
        raise ValueError(f"params: H must be a multiple of the number of blocks G, got {H}, {G}")
    arguments.inputs(x, cell.inputs, sizes, dtype)
    initial = arguments.state("state0", state0, cell.STATES, sizes, dtype)
    shared = space is not None
    space = workspace() if space is None else _claimed(space)
    space["call"] += 1
    tape: Tape = dict(cell=cell.module, sizes=sizes, dtype=dtype, shared=shared)
    tape |= dict(space=space, call=space["call"], params=arguments.kept(params, all_shapes(cell)))
    return sizes, initial, tape


def leave(cell: Interface, last: State, outputs: Array | None = None) -> None:
    """Refuse last states that are not finite; outputs as well, where they may be no state.

    Raises FloatingPointError.
    """
    for name, value in zip(cell.STATES, last, strict=True):
        # Once NaN, a state stays NaN, so the last one tells of them all.
        arguments.finite(f"{name} after the last step", value, FloatingPointError)
    if outputs is not None:
        arguments.finite("the output", outputs, FloatingPointError)


def take(tape: Tape, names: Sequence[str]) -> list[Any]:
    """Several entries of a tape. Raises ValueError where one was taken out."""
    if missing := [name for name in names if name not in tape]:
        lacks = ", ".join(missing)
        raise ValueError(f"tape: no {lacks}; expected what `forward` returned, as it is")
    return [tape[name] for name in names]


def enter_backward(
    cell: Interface, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None
) -> tuple[Sizes, Array, State]:
    """Check the arguments of `backward`; return (sizes, dh, errors at the last states).

    Raises TypeError or ValueError that names the argument.
    """
    if not isinstance(tape, dict) or tape.get("cell") != cell.module:
        got = tape.get("cell", "a dict") if isinstance(tape, dict) else type(tape).__name__
        raise TypeError(f"tape: expected the third result of {cell.module}.forward, got {got}")
    take(tape, ("shared", "space", "call", "sizes", "dtype", "params"))
    if tape["shared"]:
        _ask_for_thread(tape["space"])
    if tape["call"] != tape["space"]["call"]:
        raise ValueError("tape: overwritten by a later forward with the same workspace")
    if not arguments.same(params, tape["params"]):  # which `forward` has checked
        _check_changed(cell, params, tape)
    sizes, dtype = tape["sizes"], tape["dtype"]
    if dh is None:
        dh = np.zeros(arguments.shape(cell.OUTPUT, sizes), dtype)
    arguments.array("dh", dh, cell.OUTPUT, sizes, dtype)
    dh = np.ascontiguousarray(dh)  # not copied where it need not be: nobody writes into it
    return sizes, dh, arguments.state("dstate_T", dstate_T, cell.STATES, sizes, dtype)


def _check_changed(cell, params, tape):
    """Refuse other parameters than those of the tape. Raises TypeError or ValueError."""
    sizes, dtype = arguments.parameters(params, all_shapes(cell))
    if any(tape["sizes"][k] != n for k, n in sizes.items()) or tape["dtype"] != dtype:
        raise ValueError("tape: made with parameters of another size or dtype")
    arguments.unchanged(params, tape)
