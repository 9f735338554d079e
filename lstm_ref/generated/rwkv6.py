"""RWKV6: RWKV-6, decay by vector, a bonus for the present. Peng et al. 2024.

    r_t = W_r x_t
    k_t = W_k x_t
    v_t = W_v x_t
    d_t = exp(−exp(W_d x_t + b_d))
    C_t = C_{t-1} diag(d_t) + v_t k_tᵀ
    h_t = C_{t-1} r_t + sum(w_bonus ⊙ k_t ⊙ r_t) v_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "RWKV6", "TDB", "TPB"
SHAPES = {
    "W_r": "HD", "W_k": "HD", "W_v": "PD", "W_d": "HD", "b_d": "H1", "w_bonus": "H1",
}
STATES = {"C": "PHB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


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
    W_d = params["W_d"]
    b_d = params["b_d"]
    w_bonus = params["w_bonus"]
    W_x = np.concatenate([params["W_r"], params["W_k"], params["W_v"]])
    x = run.from_one(x)
    net = new("HHP")
    r, k, v = run.rows(net, H, H, P)
    d = new("H")
    C = new("P", "H")
    h = new("P")
    W_d_x = new("H")
    exp_x = new("H")
    sum_r_k = new("1")
    C[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        W_d_x[t] = W_d @ x[t]
        exp_x[t] = np.exp(W_d_x[t] + b_d)
        d[t] = np.exp(-exp_x[t])
        C[t] = C[t - 1] * d[t][..., None, :, :] + fn.outer(v[t], k[t])
        sum_r_k[t] = fn.total(r[t] * (w_bonus * k[t]))
        h[t] = fn.apply(C[t - 1], r[t]) + sum_r_k[t] * v[t]
    outputs, state_T = run.leave(CELL, h, (C[T],))
    tape.update(x=x, r=r, k=k, v=v, d=d, C=C, exp_x=exp_x, sum_r_k=sum_r_k)
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
    x, r, k, v, d, C, exp_x, sum_r_k = run.take(tape, "x r k v d C exp_x sum_r_k")
    W_d = params["W_d"]
    w_bonus = params["w_bonus"]
    W_x = np.concatenate([params["W_r"], params["W_k"], params["W_v"]])
    e = run.from_one(outside)
    delta = new("HHP")
    delta_r, delta_k, delta_v = run.rows(delta, H, H, P)
    delta_d = new("H")
    delta_h = new("P")
    delta_W_d = new("H")
    part_h = new("P")
    for t in range(T, 0, -1):
        delta_h[t] = e[t]
        part_h[t] = delta_h[t] * v[t]
        back_h = fn.total(part_h[t])
        delta_C = next_C
        delta_d[t] = np.sum(delta_C * C[t - 1], axis=-3) * d[t]
        delta_W_d[t] = delta_d[t] * exp_x[t]
        delta_v[t] = fn.apply(delta_C, k[t]) + delta_h[t] * sum_r_k[t]
        delta_k[t] = fn.apply_transposed(delta_C, v[t]) + back_h * r[t] * w_bonus
        delta_r[t] = fn.apply_transposed(C[t - 1], delta_h[t]) + back_h * w_bonus * k[t]
        next_C = delta_C * d[t][..., None, :, :] + fn.outer(delta_h[t], r[t])
    dx = W_x.T @ delta[1:] - W_d.T @ delta_W_d[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_r"] = dW_x[:H]
    dparams["W_k"] = dW_x[H:2 * H]
    dparams["W_v"] = dW_x[2 * H:2 * H + P]
    dparams["W_d"] = run.outer(-delta_W_d[1:], x[1:])
    dparams["b_d"] = run.total(-delta_W_d[1:])
    dparams["w_bonus"] = run.total(fn.total(part_h[1:]) * r[1:] * k[1:])
    return run.give(dparams, dx, (next_C,))
