"""UNICORNN: Undamped independent oscillators with steps of their own. Rusch & Mishra 2021.

    z_t = z_{t-1} − dt σ(c_y) ⊙ (tanh(w_y ⊙ y_{t-1} + V_y x_t + b_y) + alpha y_{t-1})
    y_t = y_{t-1} + dt σ(c_y) ⊙ z_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "UNICORNN", "TDB", "THB"
SHAPES = {"c_y": "H1", "w_y": "H1", "V_y": "HD", "b_y": "H1"}
STATES = {"y": "HB", "z": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
dt = 0.1
alpha = 9.0


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
    V_y = params["V_y"]
    c_y = params["c_y"]
    w_y = params["w_y"]
    b_y = params["b_y"]
    x = run.from_one(x)
    z = new("H")
    y = new("H")
    V_y_x = new("H")
    tanh_y_x = new("H")
    y[0] = initial[0]
    z[0] = initial[1]
    sigma_c_y = sigmoid(c_y)
    for t in range(1, T + 1):
        V_y_x[t] = V_y @ x[t]
        tanh_y_x[t] = np.tanh(w_y * y[t - 1] + V_y_x[t] + b_y)
        z[t] = z[t - 1] - dt * sigma_c_y * (tanh_y_x[t] + alpha * y[t - 1])
        y[t] = y[t - 1] + dt * sigma_c_y * z[t]
    outputs, state_T = run.leave(CELL, y, (y[T], z[T],))
    tape.update(x=x, z=z, y=y, tanh_y_x=tanh_y_x, sigma_c_y=sigma_c_y)
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
    x, z, y, tanh_y_x, sigma_c_y = run.take(tape, "x z y tanh_y_x sigma_c_y")
    V_y = params["V_y"]
    w_y = params["w_y"]
    e = run.from_one(outside)
    delta_z = new("H")
    delta_y = new("H")
    delta_V_y = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = next_y + e[t]
        delta_z[t] = next_z + delta_y[t] * dt * sigma_c_y
        delta_V_y[t] = delta_z[t] * dt * sigma_c_y * (1 - tanh_y_x[t]**2)
        next_z = delta_z[t]
        next_y = (-delta_z[t] * dt * sigma_c_y * ((1 - tanh_y_x[t]**2) * w_y + alpha)
            + delta_y[t])
    dx = -V_y.T @ delta_V_y[1:]
    dparams = {}
    dparams["V_y"] = run.outer(-delta_V_y[1:], x[1:])
    dparams["c_y"] = run.total(
        -delta_z[1:] * dt * sigma_c_y * (1 - sigma_c_y) * (tanh_y_x[1:] + alpha * y[:-1])
        + delta_y[1:] * dt * sigma_c_y * (1 - sigma_c_y) * z[1:]
    )
    dparams["w_y"] = run.total(
        -delta_z[1:] * dt * sigma_c_y * (1 - tanh_y_x[1:]**2) * y[:-1]
    )
    dparams["b_y"] = run.total(-delta_V_y[1:])
    return run.give(dparams, dx, (next_y, next_z))
