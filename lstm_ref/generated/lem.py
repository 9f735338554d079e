"""LEM: Long expressive memory, two states with learned time steps. Rusch et al. 2022.

    d1_t = dt σ(W_one y_{t-1} + V_one x_t + b_one)
    d2_t = dt σ(W_two y_{t-1} + V_two x_t + b_two)
    z_t = (1 − d1_t) ⊙ z_{t-1} + d1_t ⊙ tanh(W_z y_{t-1} + V_z x_t + b_z)
    y_t = (1 − d2_t) ⊙ y_{t-1} + d2_t ⊙ tanh(W_y z_t + V_y x_t + b_y)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LEM", "TDB", "TPB"
SHAPES = {
    "W_one": "HP", "V_one": "HD", "b_one": "H1", "W_two": "PP", "V_two": "PD",
    "b_two": "P1", "W_z": "HP", "V_z": "HD", "b_z": "H1", "W_y": "PH", "V_y": "PD",
    "b_y": "P1",
}
STATES = {"y": "PB", "z": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
dt = 1.0


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (y_0, z_0); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_one = params["W_one"]
    V_one = params["V_one"]
    W_two = params["W_two"]
    V_two = params["V_two"]
    W_z = params["W_z"]
    V_z = params["V_z"]
    W_y = params["W_y"]
    V_y = params["V_y"]
    b_one = params["b_one"]
    b_two = params["b_two"]
    b_z = params["b_z"]
    b_y = params["b_y"]
    x = run.from_one(x)
    d1 = new("H")
    d2 = new("P")
    z = new("H")
    y = new("P")
    V_one_x = new("H")
    W_one_y = new("H")
    sigma_y_x = new("H")
    V_two_x = new("P")
    W_two_y = new("P")
    sigma_y_x_2 = new("P")
    V_z_x = new("H")
    W_z_y = new("H")
    tanh_y_x = new("H")
    V_y_x = new("P")
    W_y_z = new("P")
    tanh_z_x = new("P")
    y[0] = initial[0]
    z[0] = initial[1]
    for t in range(1, T + 1):
        V_one_x[t] = V_one @ x[t]
        W_one_y[t] = W_one @ y[t - 1]
        sigma_y_x[t] = sigmoid(W_one_y[t] + V_one_x[t] + b_one)
        d1[t] = dt * sigma_y_x[t]
        V_two_x[t] = V_two @ x[t]
        W_two_y[t] = W_two @ y[t - 1]
        sigma_y_x_2[t] = sigmoid(W_two_y[t] + V_two_x[t] + b_two)
        d2[t] = dt * sigma_y_x_2[t]
        V_z_x[t] = V_z @ x[t]
        W_z_y[t] = W_z @ y[t - 1]
        tanh_y_x[t] = np.tanh(W_z_y[t] + V_z_x[t] + b_z)
        z[t] = (1 - d1[t]) * z[t - 1] + d1[t] * tanh_y_x[t]
        V_y_x[t] = V_y @ x[t]
        W_y_z[t] = W_y @ z[t]
        tanh_z_x[t] = np.tanh(W_y_z[t] + V_y_x[t] + b_y)
        y[t] = (1 - d2[t]) * y[t - 1] + d2[t] * tanh_z_x[t]
    outputs, state_T = run.leave(CELL, y, (y[T], z[T],))
    tape.update(
        x=x, d1=d1, d2=d2, z=z, y=y, sigma_y_x=sigma_y_x, sigma_y_x_2=sigma_y_x_2,
        tanh_y_x=tanh_y_x, tanh_z_x=tanh_z_x,
    )
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
    next_y, next_z = last
    x, d1, d2, z, y, sigma_y_x, sigma_y_x_2, tanh_y_x, tanh_z_x = run.take(
        tape, "x d1 d2 z y sigma_y_x sigma_y_x_2 tanh_y_x tanh_z_x",
    )
    W_one = params["W_one"]
    V_one = params["V_one"]
    W_two = params["W_two"]
    V_two = params["V_two"]
    W_z = params["W_z"]
    V_z = params["V_z"]
    W_y = params["W_y"]
    V_y = params["V_y"]
    e = run.from_one(outside)
    delta_d1 = new("H")
    delta_d2 = new("P")
    delta_z = new("H")
    delta_y = new("P")
    delta_V_one = new("H")
    delta_V_two = new("P")
    delta_V_z = new("H")
    delta_V_y = new("P")
    for t in range(T, 0, -1):
        delta_y[t] = next_y + e[t]
        delta_V_y[t] = delta_y[t] * d2[t] * (1 - tanh_z_x[t]**2)
        back_W_y = W_y.T @ delta_V_y[t]
        delta_z[t] = next_z + back_W_y
        delta_V_z[t] = delta_z[t] * d1[t] * (1 - tanh_y_x[t]**2)
        back_W_z = W_z.T @ delta_V_z[t]
        delta_d2[t] = delta_y[t] * (tanh_z_x[t] - y[t - 1])
        delta_V_two[t] = delta_d2[t] * dt * sigma_y_x_2[t] * (1 - sigma_y_x_2[t])
        back_W_two = W_two.T @ delta_V_two[t]
        delta_d1[t] = delta_z[t] * (tanh_y_x[t] - z[t - 1])
        delta_V_one[t] = delta_d1[t] * dt * sigma_y_x[t] * (1 - sigma_y_x[t])
        back_W_one = W_one.T @ delta_V_one[t]
        next_z = delta_z[t] * (1 - d1[t])
        next_y = back_W_one + back_W_two + back_W_z + delta_y[t] * (1 - d2[t])
    dx = (V_one.T @ delta_V_one[1:] + V_two.T @ delta_V_two[1:] + V_z.T @ delta_V_z[1:]
        + V_y.T @ delta_V_y[1:])
    dparams = {}
    dparams["W_one"] = run.outer(delta_V_one[1:], y[:-1])
    dparams["V_one"] = run.outer(delta_V_one[1:], x[1:])
    dparams["W_two"] = run.outer(delta_V_two[1:], y[:-1])
    dparams["V_two"] = run.outer(delta_V_two[1:], x[1:])
    dparams["W_z"] = run.outer(delta_V_z[1:], y[:-1])
    dparams["V_z"] = run.outer(delta_V_z[1:], x[1:])
    dparams["W_y"] = run.outer(delta_V_y[1:], z[1:])
    dparams["V_y"] = run.outer(delta_V_y[1:], x[1:])
    dparams["b_one"] = run.total(delta_V_one[1:])
    dparams["b_two"] = run.total(delta_V_two[1:])
    dparams["b_z"] = run.total(delta_V_z[1:])
    dparams["b_y"] = run.total(delta_V_y[1:])
    return run.give(dparams, dx, (next_y, next_z))
