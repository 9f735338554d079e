"""CTRNN: Continuous-time RNN in Euler steps. Beer 1995.

    v_t = v_{t-1} + (dt / tau_v) ⊙ (−v_{t-1} + W_v σ(v_{t-1} + b_v) + W_x x_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "CTRNN", "TDB", "THB"
SHAPES = {"tau_v": "H1", "W_v": "HH", "b_v": "H1", "W_x": "HD"}
STATES = {"v": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
dt = 0.1


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (v_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_v = params["W_v"]
    W_x = params["W_x"]
    tau_v = params["tau_v"]
    b_v = params["b_v"]
    x = run.from_one(x)
    v = new("H")
    sigma_v = new("H")
    W_v_v = new("H")
    W_x_x = new("H")
    v[0] = initial[0]
    for t in range(1, T + 1):
        sigma_v[t] = sigmoid(v[t - 1] + b_v)
        W_v_v[t] = W_v @ sigma_v[t]
        W_x_x[t] = W_x @ x[t]
        v[t] = dt * (W_v_v[t] + W_x_x[t] - v[t - 1]) / tau_v + v[t - 1]
    outputs, state_T = run.leave(CELL, v, (v[T],))
    tape.update(x=x, v=v, sigma_v=sigma_v, W_v_v=W_v_v, W_x_x=W_x_x)
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
    next_v, = last
    x, v, sigma_v, W_v_v, W_x_x = run.take(tape, "x v sigma_v W_v_v W_x_x")
    W_v = params["W_v"]
    W_x = params["W_x"]
    tau_v = params["tau_v"]
    e = run.from_one(outside)
    delta_v = new("H")
    delta_W_v = new("H")
    for t in range(T, 0, -1):
        delta_v[t] = next_v + e[t]
        delta_W_v[t] = delta_v[t] * dt / tau_v
        back_W_v = W_v.T @ delta_W_v[t]
        next_v = delta_v[t] * (1 - dt / tau_v) + back_W_v * sigma_v[t] * (1 - sigma_v[t])
    dx = W_x.T @ delta_W_v[1:]
    dparams = {}
    dparams["W_v"] = run.outer(delta_W_v[1:], sigma_v[1:])
    dparams["W_x"] = run.outer(delta_W_v[1:], x[1:])
    dparams["tau_v"] = run.total(
        -delta_v[1:] * dt * (W_v_v[1:] + W_x_x[1:] - v[:-1]) / tau_v**2
    )
    dparams["b_v"] = run.total((W_v.T @ delta_W_v[1:]) * sigma_v[1:] * (1 - sigma_v[1:]))
    return run.give(dparams, dx, (next_v,))
