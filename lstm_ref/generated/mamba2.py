"""MAMBA2: Recurrence of Mamba-2, one head, decay by one number a step. Dao & Gu 2024.

    q_t = W_q x_t
    k_t = W_k x_t
    u_t = W_u x_t
    d_t = softplus(w_dᵀ x_t + s_d)
    a_t = exp(−d_t exp(s_log))
    C_t = a_t C_{t-1} + d_t u_t k_tᵀ
    y_t = C_t q_t + s_skip u_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, P projected units, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MAMBA2", "TDB", "THB"
SHAPES = {
    "W_q": "PD", "W_k": "PD", "W_u": "HD", "w_d": "D1", "s_d": "11", "s_log": "11",
    "s_skip": "11",
}
STATES = {"C": "HPB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (C_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    w_d = params["w_d"]
    s_d = params["s_d"]
    s_log = params["s_log"]
    s_skip = params["s_skip"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_u"]])
    x = run.from_one(x)
    net = new("PPH")
    q, k, u = run.rows(net, P, P, H)
    d = new("1")
    a = new("1")
    C = new("H", "P")
    y = new("H")
    net_d = new("1")
    C[0] = initial[0]
    exp_s_log = np.exp(s_log)
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        net_d[t] = fn.total(w_d * x[t]) + s_d
        d[t] = fn.softplus(net_d[t])
        a[t] = np.exp(-d[t] * exp_s_log)
        C[t] = a[t] * C[t - 1] + d[t] * fn.outer(u[t], k[t])
        y[t] = fn.apply(C[t], q[t]) + s_skip * u[t]
    outputs, state_T = run.leave(CELL, y, (C[T],))
    tape.update(x=x, q=q, k=k, u=u, d=d, a=a, C=C, exp_s_log=exp_s_log, net_d=net_d)
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
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_C, = last
    x, q, k, u, d, a, C, exp_s_log, net_d = run.take(tape, "x q k u d a C exp_s_log net_d")
    w_d = params["w_d"]
    s_skip = params["s_skip"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_u"]])
    e = run.from_one(outside)
    delta = new("PPH")
    delta_q, delta_k, delta_u = run.rows(delta, P, P, H)
    delta_d = new("1")
    delta_a = new("1")
    delta_y = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = e[t]
        delta_C = next_C + fn.outer(delta_y[t], q[t])
        part_C = delta_C * d[t]
        delta_a[t] = fn.total(np.sum(delta_C * C[t - 1], axis=-3)) * a[t]
        delta_d[t] = ((-delta_a[t] * exp_s_log
                + fn.total(np.sum(delta_C * fn.outer(u[t], k[t]), axis=-3)))
            * sigmoid(net_d[t]))
        delta_u[t] = fn.apply(part_C, k[t]) + delta_y[t] * s_skip
        delta_k[t] = fn.apply_transposed(part_C, u[t])
        delta_q[t] = fn.apply_transposed(C[t], delta_y[t])
        next_C = delta_C * a[t]
    dx = W_x.T @ delta[1:] + delta_d[1:] * w_d
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_q"] = dW_x[:P]
    dparams["W_k"] = dW_x[P:2 * P]
    dparams["W_u"] = dW_x[2 * P:2 * P + H]
    dparams["w_d"] = run.total(delta_d[1:] * x[1:])
    dparams["s_d"] = run.total(delta_d[1:])
    dparams["s_log"] = run.total(-delta_a[1:] * d[1:] * exp_s_log)
    dparams["s_skip"] = run.total(fn.total(delta_y[1:] * u[1:]))
    return run.give(dparams, dx, (next_C,))
