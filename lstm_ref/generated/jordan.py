"""JORDAN: Jordan network, the output goes round. Jordan 1986.

    h_t = σ(W_h x_t + U_h y_{t-1} + b_h)
    y_t = σ(W_y h_t + b_y)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "JORDAN", "TDB", "TPB"
SHAPES = {"W_h": "HD", "U_h": "HP", "b_h": "H1", "W_y": "PH", "b_y": "P1"}
STATES = {"y": "PB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (y_0,); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_h = params["W_h"]
    U_h = params["U_h"]
    W_y = params["W_y"]
    b_h = params["b_h"]
    b_y = params["b_y"]
    x = run.from_one(x)
    net = new("H")
    h, = run.rows(net, H)
    y = new("P")
    y[0] = initial[0]
    np.matmul(W_h, x[1:], out=net[1:])
    h[1:] += b_h
    for t in range(1, T + 1):
        h[t] += U_h @ y[t - 1]
        sigmoid(h[t], out=h[t])
        y[t] = sigmoid(W_y @ h[t] + b_y)
    outputs, state_T = run.leave(CELL, y, (y[T],))
    tape.update(x=x, h=h, y=y)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, P, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_y, = last
    x, h, y = run.take(tape, "x h y")
    W_h = params["W_h"]
    U_h = params["U_h"]
    W_y = params["W_y"]
    e = run.from_one(outside)
    delta = new("H")
    delta_h, = run.rows(delta, H)
    delta_y = new("P")
    for t in range(T, 0, -1):
        delta_y[t] = (next_y + e[t]) * y[t] * (1 - y[t])
        back_W_y = W_y.T @ delta_y[t]
        delta_h[t] = back_W_y * h[t] * (1 - h[t])
        next_y = U_h.T @ delta_h[t]
    dx = W_h.T @ delta_h[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_h"] = errors @ run.flat(x[1:]).T
    dparams["U_h"] = errors @ run.flat(y[:-1]).T
    dparams["W_y"] = run.outer(delta_y[1:], h[1:])
    dparams["b_h"] = run.total(delta_h[1:])
    dparams["b_y"] = run.total(delta_y[1:])
    return run.give(dparams, dx, (next_y,))
