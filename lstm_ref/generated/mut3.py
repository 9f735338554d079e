"""MUT3: Third cell of a search by mutation. Jozefowicz et al. 2015.

    z_t = σ(W_xz x_t + W_hz tanh(h_{t-1}) + b_z)
    r_t = σ(W_xr x_t + W_hr h_{t-1} + b_r)
    h_t = tanh(W_hh (r_t ⊙ h_{t-1}) + W_xh x_t + b_h) ⊙ z_t + h_{t-1} ⊙ (1 − z_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MUT3", "TDB", "THB"
SHAPES = {
    "W_xz": "HD", "W_hz": "HH", "b_z": "H1", "W_xr": "HD", "W_hr": "HH", "b_r": "H1",
    "W_hh": "HH", "W_xh": "HD", "b_h": "H1",
}
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
    W_hz = params["W_hz"]
    W_hr = params["W_hr"]
    W_hh = params["W_hh"]
    W_xh = params["W_xh"]
    b_h = params["b_h"]
    W_x = np.concatenate([params["W_xz"], params["W_xr"]])
    x = run.from_one(x)
    net = new("HH")
    z, r = run.rows(net, H, H)
    h = new("H")
    tanh_h = new("H")
    r_h = new("H")
    W_hh_r_h = new("H")
    W_xh_x = new("H")
    tanh_x_r_h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_z"], params["b_r"]])
    for t in range(1, T + 1):
        r[t] += W_hr @ h[t - 1]
        tanh_h[t] = np.tanh(h[t - 1])
        z[t] += W_hz @ tanh_h[t]
        sigmoid(net[t], out=net[t])
        r_h[t] = r[t] * h[t - 1]
        W_hh_r_h[t] = W_hh @ r_h[t]
        W_xh_x[t] = W_xh @ x[t]
        tanh_x_r_h[t] = np.tanh(W_hh_r_h[t] + W_xh_x[t] + b_h)
        h[t] = tanh_x_r_h[t] * z[t] + h[t - 1] * (1 - z[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, r=r, h=h, tanh_h=tanh_h, r_h=r_h, tanh_x_r_h=tanh_x_r_h)
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
    x, z, r, h, tanh_h, r_h, tanh_x_r_h = run.take(tape, "x z r h tanh_h r_h tanh_x_r_h")
    W_hz = params["W_hz"]
    W_hr = params["W_hr"]
    W_hh = params["W_hh"]
    W_xh = params["W_xh"]
    W_x = np.concatenate([params["W_xz"], params["W_xr"]])
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
        back_W_hz = W_hz.T @ delta_z[t]
        next_h = (back_W_hz * (1 - tanh_h[t]**2) + W_hr.T @ delta_r[t]
            + delta_h[t] * (1 - z[t]) + back_W_hh * r[t])
    dx = W_x.T @ delta[1:] + W_xh.T @ delta_W_hh[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_xz"] = dW_x[:H]
    dparams["W_hz"] = run.outer(delta_z[1:], tanh_h[1:])
    dparams["W_xr"] = dW_x[H:2 * H]
    dparams["W_hr"] = errors[H:2 * H] @ run.flat(h[:-1]).T
    dparams["W_hh"] = run.outer(delta_W_hh[1:], r_h[1:])
    dparams["W_xh"] = run.outer(delta_W_hh[1:], x[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_r"] = run.total(delta_r[1:])
    dparams["b_h"] = run.total(delta_W_hh[1:])
    return run.give(dparams, dx, (next_h,))
