"""ESN: Echo state network with leaky units, only its output layer learns. Jaeger et al. 2007.

    h_t = (1 − alpha) h_{t-1} + alpha tanh(W_h h_{t-1} + W_x x_t)
    y_t = V_y h_t + b_y

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "ESN", "TDB", "TPB"
SHAPES = {"V_y": "PH", "b_y": "P1"}
STATES = {"h": "HB"}
FIXED = {"W_h": "HH", "W_x": "HD"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, FIXED=FIXED)
alpha = 0.3


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    V_y = params["V_y"]
    b_y = params["b_y"]
    W_h = params["W_h"]
    W_x = params["W_x"]
    x = run.from_one(x)
    h = new("H")
    y = new("P")
    W_h_h = new("H")
    W_x_x = new("H")
    tanh_x_h = new("H")
    h[0] = initial[0]
    for t in range(1, T + 1):
        W_h_h[t] = W_h @ h[t - 1]
        W_x_x[t] = W_x @ x[t]
        tanh_x_h[t] = np.tanh(W_h_h[t] + W_x_x[t])
        h[t] = alpha * tanh_x_h[t] + (1 - alpha) * h[t - 1]
        y[t] = V_y @ h[t] + b_y
    outputs, state_T = run.leave(CELL, y, (h[T],))
    tape.update(h=h, tanh_x_h=tanh_x_h)
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
    next_h, = last
    h, tanh_x_h = run.take(tape, "h tanh_x_h")
    V_y = params["V_y"]
    W_h = params["W_h"]
    W_x = params["W_x"]
    e = run.from_one(outside)
    delta_h = new("H")
    delta_y = new("P")
    delta_W_h = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = e[t]
        back_V_y = V_y.T @ delta_y[t]
        delta_h[t] = next_h + back_V_y
        delta_W_h[t] = delta_h[t] * alpha * (1 - tanh_x_h[t]**2)
        back_W_h = W_h.T @ delta_W_h[t]
        next_h = delta_h[t] * (1 - alpha) + back_W_h
    dx = W_x.T @ delta_W_h[1:]
    dparams = {}
    dparams["V_y"] = run.outer(delta_y[1:], h[1:])
    dparams["b_y"] = run.total(delta_y[1:])
    return run.give(dparams, dx, (next_h,))
