"""INDRNN: IndRNN, each unit sees of the state itself alone. Li et al. 2018.

    h_t = relu(W_hx x_t + w_h ⊙ h_{t-1} + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "INDRNN", "TDB", "THB"
SHAPES = {"W_hx": "HD", "w_h": "H1", "b_h": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_hx = params["W_hx"]
    w_h = params["w_h"]
    b_h = params["b_h"]
    x = run.from_one(x)
    net = new("H")
    h, = run.rows(net, H)
    h[0] = initial[0]
    np.matmul(W_hx, x[1:], out=net[1:])
    h[1:] += b_h
    for t in range(1, T + 1):
        h[t] += w_h * h[t - 1]
        h[t] = fn.relu(h[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, h=h)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, H, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    next_h, = last
    x, h = run.take(tape, "x h")
    W_hx = params["W_hx"]
    w_h = params["w_h"]
    e = run.from_one(outside)
    delta = new("H")
    delta_h, = run.rows(delta, H)
    for t in range(T, 0, -1):
        delta_h[t] = (next_h + e[t]) * fn.step(h[t])
        next_h = delta_h[t] * w_h
    dx = W_hx.T @ delta_h[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_hx"] = errors @ run.flat(x[1:]).T
    dparams["w_h"] = run.total(delta_h[1:] * h[:-1])
    dparams["b_h"] = run.total(delta_h[1:])
    return run.give(dparams, dx, (next_h,))
