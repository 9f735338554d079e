"""GRU_AFTER: GRU, reset after the product, z keeps, with a bias more. cuDNN, PyTorch.

    z_t = σ(W_zh h_{t-1} + W_zx x_t + b_z)
    r_t = σ(W_rh h_{t-1} + W_rx x_t + b_r)
    h̃_t = tanh(r_t ⊙ (W_hh h_{t-1} + b_hh) + W_hx x_t + b_h)
    h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ h̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "GRU_AFTER", "TDB", "THB"
SHAPES = {
    "W_zh": "HH", "W_zx": "HD", "b_z": "H1", "W_rh": "HH", "W_rx": "HD", "b_r": "H1",
    "W_hh": "HH", "b_hh": "H1", "W_hx": "HD", "b_h": "H1",
}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_z", __name__)


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
    W_hh = params["W_hh"]
    b_hh = params["b_hh"]
    W_h = np.concatenate([params["W_zh"], params["W_rh"]])
    W_x = np.concatenate([params["W_zx"], params["W_rx"], params["W_hx"]])
    x = run.from_one(x)
    net = new("HHH")
    z, r, h_tilde = run.rows(net, H, H, H)
    h = new("H")
    W_hh_h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_z"], params["b_r"], params["b_h"]])
    for t in range(1, T + 1):
        net[t, :2 * H] += W_h @ h[t - 1]
        sigmoid(net[t, :2 * H], out=net[t, :2 * H])
        W_hh_h[t] = W_hh @ h[t - 1]
        h_tilde[t] += r[t] * (W_hh_h[t] + b_hh)
        np.tanh(h_tilde[t], out=h_tilde[t])
        h[t] = z[t] * h[t - 1] + (1 - z[t]) * h_tilde[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, r=r, h_tilde=h_tilde, h=h, W_hh_h=W_hh_h)
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
    x, z, r, h_tilde, h, W_hh_h = run.take(tape, "x z r h_tilde h W_hh_h")
    W_hh = params["W_hh"]
    b_hh = params["b_hh"]
    W_h = np.concatenate([params["W_zh"], params["W_rh"]])
    W_x = np.concatenate([params["W_zx"], params["W_rx"], params["W_hx"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_z, delta_r, delta_h_tilde = run.rows(delta, H, H, H)
    delta_W_hh = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_h_tilde[t] = delta_h * (1 - z[t]) * (1 - h_tilde[t]**2)
        delta_W_hh[t] = delta_h_tilde[t] * r[t]
        back_W_hh = W_hh.T @ delta_W_hh[t]
        delta_r[t] = delta_h_tilde[t] * (W_hh_h[t] + b_hh) * r[t] * (1 - r[t])
        delta_z[t] = delta_h * (h[t - 1] - h_tilde[t]) * z[t] * (1 - z[t])
        next_h = W_h.T @ delta[t, :2 * H] + back_W_hh + delta_h * z[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors[:2 * H] @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_zh"] = dW_h[:H]
    dparams["W_zx"] = dW_x[:H]
    dparams["W_rh"] = dW_h[H:2 * H]
    dparams["W_rx"] = dW_x[H:2 * H]
    dparams["W_hh"] = run.outer(delta_W_hh[1:], h[:-1])
    dparams["W_hx"] = dW_x[2 * H:3 * H]
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_r"] = run.total(delta_r[1:])
    dparams["b_hh"] = run.total(delta_W_hh[1:])
    dparams["b_h"] = run.total(delta_h_tilde[1:])
    return run.give(dparams, dx, (next_h,))
