"""ANTISYMMETRIC: AntisymmetricRNN, a differential equation in Euler steps. Chang et al. 2019.

    h_t = h_{t-1} + epsilon tanh(W_h h_{t-1} − W_hᵀ h_{t-1} − gamma h_{t-1} + V_h x_t + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "ANTISYMMETRIC", "TDB", "THB"
SHAPES = {"W_h": "HH", "V_h": "HD", "b_h": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
epsilon = 0.01
gamma = 0.01


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
    W_h = params["W_h"]
    V_h = params["V_h"]
    b_h = params["b_h"]
    x = run.from_one(x)
    h = new("H")
    W_h_h = new("H")
    V_h_x = new("H")
    W_h_h_2 = new("H")
    tanh_x_h = new("H")
    h[0] = initial[0]
    for t in range(1, T + 1):
        W_h_h[t] = W_h.T @ h[t - 1]
        V_h_x[t] = V_h @ x[t]
        W_h_h_2[t] = W_h @ h[t - 1]
        tanh_x_h[t] = np.tanh(W_h_h_2[t] + V_h_x[t] + b_h - W_h_h[t] - gamma * h[t - 1])
        h[t] = epsilon * tanh_x_h[t] + h[t - 1]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, h=h, tanh_x_h=tanh_x_h)
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
    x, h, tanh_x_h = run.take(tape, "x h tanh_x_h")
    W_h = params["W_h"]
    V_h = params["V_h"]
    e = run.from_one(outside)
    delta_h = new("H")
    delta_W_h = new("H")
    delta_V_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_W_h[t] = delta_h[t] * epsilon * (tanh_x_h[t]**2 - 1)
        back_W_h = W_h @ delta_W_h[t]
        delta_V_h[t] = delta_h[t] * epsilon * (1 - tanh_x_h[t]**2)
        back_W_h_2 = W_h.T @ delta_V_h[t]
        next_h = (delta_h[t] * (1 - epsilon * gamma * (1 - tanh_x_h[t]**2)) + back_W_h
            + back_W_h_2)
    dx = V_h.T @ delta_V_h[1:]
    dparams = {}
    dparams["W_h"] = run.outer(h[:-1], delta_W_h[1:]) + run.outer(delta_V_h[1:], h[:-1])
    dparams["V_h"] = run.outer(delta_V_h[1:], x[1:])
    dparams["b_h"] = run.total(delta_V_h[1:])
    return run.give(dparams, dx, (next_h,))
