"""FASTGRNN: FastGRNN, gate and candidate share their matrices. Kusupati et al. 2018.

    p_t = W_p x_t + U_p h_{t-1}
    z_t = σ(p_t + b_z)
    h̃_t = tanh(p_t + b_h)
    h_t = (σ(s_zeta) (1 − z_t) + σ(s_nu)) ⊙ h̃_t + z_t ⊙ h_{t-1}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "FASTGRNN", "TDB", "THB"
SHAPES = {
    "W_p": "HD", "U_p": "HH", "b_z": "H1", "b_h": "H1", "s_zeta": "11", "s_nu": "11",
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
    W_p = params["W_p"]
    U_p = params["U_p"]
    b_z = params["b_z"]
    b_h = params["b_h"]
    s_zeta = params["s_zeta"]
    s_nu = params["s_nu"]
    x = run.from_one(x)
    net = new("H")
    p, = run.rows(net, H)
    z = new("H")
    h_tilde = new("H")
    h = new("H")
    h[0] = initial[0]
    sigma_s_zeta = sigmoid(s_zeta)
    sigma_s_nu = sigmoid(s_nu)
    np.matmul(W_p, x[1:], out=net[1:])
    for t in range(1, T + 1):
        p[t] += U_p @ h[t - 1]
        z[t] = sigmoid(p[t] + b_z)
        h_tilde[t] = np.tanh(p[t] + b_h)
        h[t] = (sigma_s_zeta * (1 - z[t]) + sigma_s_nu) * h_tilde[t] + z[t] * h[t - 1]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(
        x=x, z=z, h_tilde=h_tilde, h=h, sigma_s_zeta=sigma_s_zeta, sigma_s_nu=sigma_s_nu,
    )
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
    x, z, h_tilde, h, sigma_s_zeta, sigma_s_nu = run.take(
        tape, "x z h_tilde h sigma_s_zeta sigma_s_nu",
    )
    W_p = params["W_p"]
    U_p = params["U_p"]
    e = run.from_one(outside)
    delta = new("H")
    delta_p, = run.rows(delta, H)
    delta_z = new("H")
    delta_h_tilde = new("H")
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_h_tilde[t] = (delta_h[t] * (sigma_s_zeta * (1 - z[t]) + sigma_s_nu)
            * (1 - h_tilde[t]**2))
        delta_z[t] = delta_h[t] * (h[t - 1] - sigma_s_zeta * h_tilde[t]) * z[t] * (1 - z[t])
        delta_p[t] = delta_z[t] + delta_h_tilde[t]
        next_h = U_p.T @ delta_p[t] + delta_h[t] * z[t]
    dx = W_p.T @ delta_p[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_p"] = errors @ run.flat(x[1:]).T
    dparams["U_p"] = errors @ run.flat(h[:-1]).T
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_h"] = run.total(delta_h_tilde[1:])
    dparams["s_zeta"] = run.total(
        fn.total(delta_h[1:] * sigma_s_zeta * (1 - sigma_s_zeta) * (1 - z[1:])
        * h_tilde[1:])
    )
    dparams["s_nu"] = run.total(
        fn.total(delta_h[1:] * sigma_s_nu * (1 - sigma_s_nu) * h_tilde[1:])
    )
    return run.give(dparams, dx, (next_h,))
