"""GATED_DELTANET: Gated DeltaNet, decay before correction. Yang, Kautz & Hatamizadeh 2025.

    q_t = W_q x_t
    u_t = W_k x_t
    k_t = u_t / norm(u_t)
    v_t = W_v x_t
    beta_t = σ(w_betaᵀ x_t + s_beta)
    alpha_t = exp(−exp(s_log) softplus(w_alphaᵀ x_t + s_alpha))
    r_t = beta_t (v_t − alpha_t C_{t-1} k_t)
    C_t = alpha_t C_{t-1} + r_t k_tᵀ
    h_t = C_t q_t

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

NAME, INPUT, OUTPUT = "GATED_DELTANET", "TDB", "THB"
SHAPES = {
    "W_q": "PD", "W_k": "PD", "W_v": "HD", "w_beta": "D1", "s_beta": "11",
    "s_log": "11", "w_alpha": "D1", "s_alpha": "11",
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
    w_beta = params["w_beta"]
    s_beta = params["s_beta"]
    s_log = params["s_log"]
    w_alpha = params["w_alpha"]
    s_alpha = params["s_alpha"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"]])
    x = run.from_one(x)
    net = new("PPH")
    q, u, v = run.rows(net, P, P, H)
    k = new("P")
    beta = new("1")
    alpha = new("1")
    r = new("H")
    C = new("H", "P")
    h = new("H")
    sum_u = new("1")
    sum_x = new("1")
    softplus_x = new("1")
    k_C = new("H")
    C[0] = initial[0]
    exp_s_log = np.exp(s_log)
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        sum_u[t] = fn.total(u[t] * u[t])
        k[t] = u[t] / np.sqrt(sum_u[t])
        beta[t] = sigmoid(fn.total(w_beta * x[t]) + s_beta)
        sum_x[t] = fn.total(w_alpha * x[t])
        softplus_x[t] = fn.softplus(sum_x[t] + s_alpha)
        alpha[t] = np.exp(-exp_s_log * softplus_x[t])
        k_C[t] = fn.apply(C[t - 1], k[t])
        r[t] = beta[t] * (v[t] - alpha[t] * k_C[t])
        C[t] = alpha[t] * C[t - 1] + fn.outer(r[t], k[t])
        h[t] = fn.apply(C[t], q[t])
    outputs, state_T = run.leave(CELL, h, (C[T],))
    tape.update(
        x=x, q=q, u=u, k=k, v=v, beta=beta, alpha=alpha, r=r, C=C, sum_u=sum_u,
        exp_s_log=exp_s_log, sum_x=sum_x, softplus_x=softplus_x, k_C=k_C,
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
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_C, = last
    x, q, u, k, v, beta, alpha, r, C, sum_u, exp_s_log, sum_x, softplus_x, k_C = run.take(
        tape, "x q u k v beta alpha r C sum_u exp_s_log sum_x softplus_x k_C",
    )
    w_beta = params["w_beta"]
    w_alpha = params["w_alpha"]
    s_alpha = params["s_alpha"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"]])
    e = run.from_one(outside)
    delta = new("PPH")
    delta_q, delta_u, delta_v = run.rows(delta, P, P, H)
    delta_beta = new("1")
    delta_alpha = new("1")
    part_alpha = new("1")
    for t in range(T, 0, -1):
        delta_h = e[t]
        delta_C = next_C + fn.outer(delta_h, q[t])
        delta_r = fn.apply(delta_C, k[t])
        part_r = delta_r * beta[t] * alpha[t]
        delta_alpha[t] = ((-fn.total(delta_r * beta[t] * k_C[t])
                + fn.total(np.sum(delta_C * C[t - 1], axis=-3))) * alpha[t])
        part_alpha[t] = delta_alpha[t] * exp_s_log * sigmoid(sum_x[t] + s_alpha)
        delta_beta[t] = fn.total(delta_r * (v[t] - alpha[t] * k_C[t])) * beta[t] * (1 - beta[t])
        delta_v[t] = delta_r * beta[t]
        delta_k = -fn.apply_transposed(C[t - 1], part_r) + fn.apply_transposed(delta_C, r[t])
        delta_u[t] = (delta_k / np.sqrt(sum_u[t])
            - fn.total(delta_k * u[t] / (2 * sum_u[t]**(3/2))) * 2 * u[t])
        delta_q[t] = fn.apply_transposed(C[t], delta_h)
        next_C = -fn.outer(part_r, k[t]) + delta_C * alpha[t]
    dx = W_x.T @ delta[1:] + delta_beta[1:] * w_beta - part_alpha[1:] * w_alpha
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_q"] = dW_x[:P]
    dparams["W_k"] = dW_x[P:2 * P]
    dparams["W_v"] = dW_x[2 * P:2 * P + H]
    dparams["w_beta"] = run.total(delta_beta[1:] * x[1:])
    dparams["s_beta"] = run.total(delta_beta[1:])
    dparams["s_log"] = run.total(-delta_alpha[1:] * exp_s_log * softplus_x[1:])
    dparams["w_alpha"] = run.total(-part_alpha[1:] * x[1:])
    dparams["s_alpha"] = run.total(-part_alpha[1:])
    return run.give(dparams, dx, (next_C,))
