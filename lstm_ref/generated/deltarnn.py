"""DELTARNN: Delta-RNN with a late-integration gate. Ororbia, Mikolov & Reitter 2017.

    p_t = V_h h_{t-1}
    q_t = W_x x_t
    z_t = tanh(alpha_z ⊙ p_t ⊙ q_t + beta_one ⊙ p_t + beta_two ⊙ q_t + b_z)
    r_t = σ(q_t + b_r)
    h_t = tanh((1 − r_t) ⊙ z_t + r_t ⊙ h_{t-1})

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "DELTARNN", "TDB", "THB"
SHAPES = {
    "V_h": "HH", "W_x": "HD", "alpha_z": "H1", "beta_one": "H1", "beta_two": "H1",
    "b_z": "H1", "b_r": "H1",
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
    V_h = params["V_h"]
    W_x = params["W_x"]
    alpha_z = params["alpha_z"]
    beta_one = params["beta_one"]
    beta_two = params["beta_two"]
    b_z = params["b_z"]
    b_r = params["b_r"]
    x = run.from_one(x)
    net = new("HH")
    p, q = run.rows(net, H, H)
    z = new("H")
    r = new("H")
    h = new("H")
    h[0] = initial[0]
    net[1:] = 0
    q[1:] += W_x @ x[1:]
    for t in range(1, T + 1):
        p[t] += V_h @ h[t - 1]
        z[t] = np.tanh(alpha_z * p[t] * q[t] + p[t] * beta_one + q[t] * beta_two + b_z)
        r[t] = sigmoid(q[t] + b_r)
        h[t] = np.tanh((1 - r[t]) * z[t] + r[t] * h[t - 1])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, p=p, q=q, z=z, r=r, h=h)
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
    x, p, q, z, r, h = run.take(tape, "x p q z r h")
    V_h = params["V_h"]
    W_x = params["W_x"]
    alpha_z = params["alpha_z"]
    beta_one = params["beta_one"]
    beta_two = params["beta_two"]
    e = run.from_one(outside)
    delta = new("HH")
    delta_p, delta_q = run.rows(delta, H, H)
    delta_z = new("H")
    delta_r = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_r[t] = delta_h * (1 - h[t]**2) * (h[t - 1] - z[t]) * r[t] * (1 - r[t])
        delta_z[t] = delta_h * (1 - h[t]**2) * (1 - r[t]) * (1 - z[t]**2)
        delta_q[t] = delta_z[t] * (alpha_z * p[t] + beta_two) + delta_r[t]
        delta_p[t] = delta_z[t] * (alpha_z * q[t] + beta_one)
        next_h = V_h.T @ delta_p[t] + delta_h * (1 - h[t]**2) * r[t]
    dx = W_x.T @ delta_q[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["V_h"] = errors[:H] @ run.flat(h[:-1]).T
    dparams["W_x"] = errors[H:2 * H] @ run.flat(x[1:]).T
    dparams["alpha_z"] = run.total(delta_z[1:] * p[1:] * q[1:])
    dparams["beta_one"] = run.total(delta_z[1:] * p[1:])
    dparams["beta_two"] = run.total(delta_z[1:] * q[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_r"] = run.total(delta_r[1:])
    return run.give(dparams, dx, (next_h,))
