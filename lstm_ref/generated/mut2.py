"""MUT2: Second cell of a search by mutation, x as wide as h. Jozefowicz et al. 2015.

    z_t = σ(W_xz x_t + W_hz h_{t-1} + b_z)
    r_t = σ(x_t + W_hr h_{t-1} + b_r)
    h_t = tanh(W_hh (r_t ⊙ h_{t-1}) + W_xh x_t + b_h) ⊙ z_t + h_{t-1} ⊙ (1 − z_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, H units, B samples.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MUT2", "THB", "THB"
SHAPES = {
    "W_xz": "HH", "W_hz": "HH", "b_z": "H1", "W_hr": "HH", "b_r": "H1", "W_hh": "HH",
    "W_xh": "HH", "b_h": "H1",
}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, H, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, H, B = (sizes[k] for k in "THB")
    W_xz = params["W_xz"]
    W_hh = params["W_hh"]
    W_xh = params["W_xh"]
    b_h = params["b_h"]
    W_h = np.concatenate([params["W_hz"], params["W_hr"]])
    x = run.from_one(x)
    net = new("HH")
    z, r = run.rows(net, H, H)
    h = new("H")
    r_h = new("H")
    W_hh_r_h = new("H")
    W_xh_x = new("H")
    tanh_x_r_h = new("H")
    h[0] = initial[0]
    net[1:] = 0
    z[1:] += W_xz @ x[1:]
    net[1:] += np.concatenate([params["b_z"], params["b_r"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        r[t] += x[t]
        sigmoid(net[t], out=net[t])
        r_h[t] = r[t] * h[t - 1]
        W_hh_r_h[t] = W_hh @ r_h[t]
        W_xh_x[t] = W_xh @ x[t]
        tanh_x_r_h[t] = np.tanh(W_hh_r_h[t] + W_xh_x[t] + b_h)
        h[t] = tanh_x_r_h[t] * z[t] + h[t - 1] * (1 - z[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, r=r, h=h, r_h=r_h, tanh_x_r_h=tanh_x_r_h)
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
    T, H, B = (sizes[k] for k in "THB")
    next_h, = last
    x, z, r, h, r_h, tanh_x_r_h = run.take(tape, "x z r h r_h tanh_x_r_h")
    W_xz = params["W_xz"]
    W_hh = params["W_hh"]
    W_xh = params["W_xh"]
    W_h = np.concatenate([params["W_hz"], params["W_hr"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_z, delta_r = run.rows(delta, H, H)
    delta_h = new("H")
    delta_W_hh = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_W_hh[t] = delta_h[t] * (1 - tanh_x_r_h[t]**2) * z[t]
        back_W_hh = W_hh.T @ delta_W_hh[t]
        delta_r[t] = back_W_hh * h[t - 1] * r[t] * (1 - r[t])
        delta_z[t] = delta_h[t] * (tanh_x_r_h[t] - h[t - 1]) * z[t] * (1 - z[t])
        next_h = W_h.T @ delta[t] + delta_h[t] * (1 - z[t]) + back_W_hh * r[t]
    dx = W_xz.T @ delta_z[1:] + delta_r[1:] + W_xh.T @ delta_W_hh[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dparams["W_xz"] = errors[:H] @ run.flat(x[1:]).T
    dparams["W_hz"] = dW_h[:H]
    dparams["W_hr"] = dW_h[H:2 * H]
    dparams["W_hh"] = run.outer(delta_W_hh[1:], r_h[1:])
    dparams["W_xh"] = run.outer(delta_W_hh[1:], x[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_r"] = run.total(delta_r[1:])
    dparams["b_h"] = run.total(delta_W_hh[1:])
    return run.give(dparams, dx, (next_h,))
