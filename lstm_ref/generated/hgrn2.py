"""HGRN2: HGRN2, what a forget gate lets go is the key of what comes. Qin et al. 2024.

    u_t = W_q x_t
    q_t = u_t ⊙ σ(u_t)
    v_t = W_v x_t
    f_t = gamma + (1 − gamma) σ(W_f x_t)
    C_t = C_{t-1} diag(f_t) + v_t (1 − f_t)ᵀ
    h_t = C_t q_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "HGRN2", "TDB", "TPB"
SHAPES = {"W_q": "HD", "W_v": "PD", "W_f": "HD"}
STATES = {"C": "PHB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
gamma = 0.5


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (C_0,); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_f = params["W_f"]
    W_x = np.concatenate([params["W_q"], params["W_v"]])
    x = run.from_one(x)
    net = new("HP")
    u, v = run.rows(net, H, P)
    q = new("H")
    f = new("H")
    C = new("P", "H")
    h = new("P")
    sigma_u = new("H")
    W_f_x = new("H")
    sigma_x = new("H")
    C[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        sigma_u[t] = sigmoid(u[t])
        q[t] = sigma_u[t] * u[t]
        W_f_x[t] = W_f @ x[t]
        sigma_x[t] = sigmoid(W_f_x[t])
        f[t] = (1 - gamma) * sigma_x[t] + gamma
        C[t] = C[t - 1] * f[t][..., None, :, :] + fn.outer(v[t], 1 - f[t])
        h[t] = fn.apply(C[t], q[t])
    outputs, state_T = run.leave(CELL, h, (C[T],))
    tape.update(x=x, u=u, q=q, v=v, f=f, C=C, sigma_u=sigma_u, sigma_x=sigma_x)
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
    next_C, = last
    x, u, q, v, f, C, sigma_u, sigma_x = run.take(tape, "x u q v f C sigma_u sigma_x")
    W_f = params["W_f"]
    W_x = np.concatenate([params["W_q"], params["W_v"]])
    e = run.from_one(outside)
    delta = new("HP")
    delta_u, delta_v = run.rows(delta, H, P)
    delta_f = new("H")
    delta_W_f = new("H")
    for t in range(T, 0, -1):
        delta_h = e[t]
        delta_C = next_C + fn.outer(delta_h, q[t])
        delta_f[t] = np.sum(delta_C * C[t - 1], axis=-3) - fn.apply_transposed(delta_C, v[t])
        delta_W_f[t] = delta_f[t] * (1 - gamma) * sigma_x[t] * (1 - sigma_x[t])
        delta_v[t] = fn.apply(delta_C, 1 - f[t])
        delta_q = fn.apply_transposed(C[t], delta_h)
        delta_u[t] = delta_q * (sigma_u[t] + sigma_u[t] * (1 - sigma_u[t]) * u[t])
        next_C = delta_C * f[t][..., None, :, :]
    dx = W_x.T @ delta[1:] + W_f.T @ delta_W_f[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_q"] = dW_x[:H]
    dparams["W_v"] = dW_x[H:H + P]
    dparams["W_f"] = run.outer(delta_W_f[1:], x[1:])
    return run.give(dparams, dx, (next_C,))
