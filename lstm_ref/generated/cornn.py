"""CORNN: Coupled oscillators, damped and driven. Rusch & Mishra 2021.

    z_t = z_{t-1}
          + dt (tanh(W_x x_t + W_z z_{t-1} + W_y y_{t-1} + b_z) − gamma y_{t-1} − epsilon z_{t-1})
    y_t = y_{t-1} + dt z_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "CORNN", "TDB", "THB"
SHAPES = {"W_x": "HD", "W_z": "HH", "W_y": "HH", "b_z": "H1"}
STATES = {"y": "HB", "z": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
dt = 0.042
gamma = 2.7
epsilon = 4.7


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (y_0, z_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_x = params["W_x"]
    W_z = params["W_z"]
    W_y = params["W_y"]
    b_z = params["b_z"]
    x = run.from_one(x)
    z = new("H")
    y = new("H")
    W_x_x = new("H")
    W_y_y = new("H")
    W_z_z = new("H")
    tanh_z_y_x = new("H")
    y[0] = initial[0]
    z[0] = initial[1]
    for t in range(1, T + 1):
        W_x_x[t] = W_x @ x[t]
        W_y_y[t] = W_y @ y[t - 1]
        W_z_z[t] = W_z @ z[t - 1]
        tanh_z_y_x[t] = np.tanh(W_z_z[t] + W_x_x[t] + W_y_y[t] + b_z)
        z[t] = dt * (tanh_z_y_x[t] - epsilon * z[t - 1] - gamma * y[t - 1]) + z[t - 1]
        y[t] = y[t - 1] + dt * z[t]
    outputs, state_T = run.leave(CELL, y, (y[T], z[T],))
    tape.update(x=x, z=z, y=y, tanh_z_y_x=tanh_z_y_x)
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
    next_y, next_z = last
    x, z, y, tanh_z_y_x = run.take(tape, "x z y tanh_z_y_x")
    W_x = params["W_x"]
    W_z = params["W_z"]
    W_y = params["W_y"]
    e = run.from_one(outside)
    delta_z = new("H")
    delta_W_x = new("H")
    for t in range(T, 0, -1):
        delta_y = next_y + e[t]
        delta_z[t] = next_z + delta_y * dt
        delta_W_x[t] = delta_z[t] * dt * (1 - tanh_z_y_x[t]**2)
        back_W_y = W_y.T @ delta_W_x[t]
        back_W_z = W_z.T @ delta_W_x[t]
        next_z = delta_z[t] * (1 - dt * epsilon) + back_W_z
        next_y = -delta_z[t] * dt * gamma + back_W_y + delta_y
    dx = W_x.T @ delta_W_x[1:]
    dparams = {}
    dparams["W_x"] = run.outer(delta_W_x[1:], x[1:])
    dparams["W_z"] = run.outer(delta_W_x[1:], z[:-1])
    dparams["W_y"] = run.outer(delta_W_x[1:], y[:-1])
    dparams["b_z"] = run.total(delta_W_x[1:])
    return run.give(dparams, dx, (next_y, next_z))
