"""MLSTM: mLSTM, a matrix memory with a normaliser and a stabiliser. Beck et al. 2024.

    q_t = W_q x_t + b_q
    k_t = W_k x_t + b_k
    v_t = W_v x_t + b_v
    f̃_t = w_fᵀ x_t + s_f
    ĩ_t = w_iᵀ x_t + s_i
    m_t = max(logsigmoid(f̃_t) + m_{t-1}, ĩ_t)
    f_t = exp(logsigmoid(f̃_t) + m_{t-1} − m_t)
    i_t = exp(ĩ_t − m_t)
    o_t = σ(W_o x_t + b_o)
    C_t = f_t C_{t-1} + i_t v_t k_tᵀ
    n_t = f_t n_{t-1} + i_t k_t
    h_t = (o_t ⊙ (C_t q_t)) / max(abs(n_tᵀ q_t), exp(−m_t))

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

NAME, INPUT, OUTPUT = "MLSTM", "TDB", "THB"
SHAPES = {
    "W_q": "PD", "b_q": "P1", "W_k": "PD", "b_k": "P1", "W_v": "HD", "b_v": "H1",
    "w_f": "D1", "s_f": "11", "w_i": "D1", "s_i": "11", "W_o": "HD", "b_o": "H1",
}
STATES = {"m": "1B", "C": "HPB", "n": "PB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (m_0, C_0, n_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    w_f = params["w_f"]
    s_f = params["s_f"]
    w_i = params["w_i"]
    s_i = params["s_i"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"], params["W_o"]])
    x = run.from_one(x)
    net = new("PPHH")
    q, k, v, o = run.rows(net, P, P, H, H)
    f_tilde = new("1")
    i_tilde = new("1")
    m = new("1")
    f = new("1")
    i = new("1")
    C = new("H", "P")
    n = new("P")
    h = new("H")
    logsigmoid_f_tilde = new("1")
    sum_q_n = new("1")
    abs_q_n = new("1")
    exp_m = new("1")
    max_q_n_m = new("1")
    q_C = new("H")
    m[0] = initial[0]
    C[0] = initial[1]
    n[0] = initial[2]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_q"], params["b_k"], params["b_v"], params["b_o"]])
    for t in range(1, T + 1):
        sigmoid(o[t], out=o[t])
        f_tilde[t] = fn.total(w_f * x[t]) + s_f
        i_tilde[t] = fn.total(w_i * x[t]) + s_i
        logsigmoid_f_tilde[t] = fn.logsigmoid(f_tilde[t])
        m[t] = fn.maximum(logsigmoid_f_tilde[t] + m[t - 1], i_tilde[t])
        f[t] = np.exp(logsigmoid_f_tilde[t] + m[t - 1] - m[t])
        i[t] = np.exp(i_tilde[t] - m[t])
        C[t] = f[t] * C[t - 1] + i[t] * fn.outer(v[t], k[t])
        n[t] = f[t] * n[t - 1] + i[t] * k[t]
        sum_q_n[t] = fn.total(q[t] * n[t])
        abs_q_n[t] = fn.absolute(sum_q_n[t])
        exp_m[t] = np.exp(-m[t])
        max_q_n_m[t] = fn.maximum(abs_q_n[t], exp_m[t])
        q_C[t] = fn.apply(C[t], q[t])
        h[t] = o[t] * q_C[t] / max_q_n_m[t]
    outputs, state_T = run.leave(CELL, h, (m[T], C[T], n[T],))
    tape.update(
        x=x, q=q, k=k, v=v, f_tilde=f_tilde, i_tilde=i_tilde, m=m, f=f, i=i, o=o, C=C, n=n,
        logsigmoid_f_tilde=logsigmoid_f_tilde, sum_q_n=sum_q_n, abs_q_n=abs_q_n,
        exp_m=exp_m, max_q_n_m=max_q_n_m, q_C=q_C,
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
    next_m, next_C, next_n = last
    (
        x, q, k, v, f_tilde, i_tilde, m, f, i, o, C, n, logsigmoid_f_tilde, sum_q_n,
        abs_q_n, exp_m, max_q_n_m, q_C,
    ) = run.take(
        tape,
        "x q k v f_tilde i_tilde m f i o C n logsigmoid_f_tilde sum_q_n abs_q_n exp_m "
        "max_q_n_m q_C",
    )
    w_f = params["w_f"]
    w_i = params["w_i"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"], params["W_o"]])
    e = run.from_one(outside)
    delta = new("PPHH")
    delta_q, delta_k, delta_v, delta_o = run.rows(delta, P, P, H, H)
    delta_f_tilde = new("1")
    delta_i_tilde = new("1")
    for t in range(T, 0, -1):
        delta_h = e[t]
        part_h = delta_h * o[t] / max_q_n_m[t]
        part_h_2 = (delta_h * o[t] * q_C[t] * fn.sign(sum_q_n[t])
            * (1 + fn.sign(abs_q_n[t] - exp_m[t])) / 2 / max_q_n_m[t]**2)
        back_h = fn.total(part_h_2)
        delta_n = next_n - back_h * q[t]
        delta_C = next_C + fn.outer(part_h, q[t])
        part_C = delta_C * i[t]
        delta_o[t] = delta_h * q_C[t] * o[t] * (1 - o[t]) / max_q_n_m[t]
        delta_i = (fn.total(np.sum(delta_C * fn.outer(v[t], k[t]), axis=-3))
            + fn.total(delta_n * k[t]))
        part_i = delta_i * i[t]
        delta_f = fn.total(np.sum(delta_C * C[t - 1], axis=-3)) + fn.total(delta_n * n[t - 1])
        part_f = delta_f * f[t]
        delta_m = (next_m - part_f - part_i
            + fn.total(delta_h * o[t] * q_C[t] * (1 + fn.sign(exp_m[t] - abs_q_n[t])) / 2
                * exp_m[t] / max_q_n_m[t]**2))
        delta_i_tilde[t] = (delta_m
                * (1 + fn.sign(i_tilde[t] - logsigmoid_f_tilde[t] - m[t - 1])) / 2 + part_i)
        sigma_f_tilde = sigmoid(-f_tilde[t])
        sign_logsigmoid_f_tilde_m_i_tilde = (fn.sign(logsigmoid_f_tilde[t] + m[t - 1]
            - i_tilde[t]))
        delta_f_tilde[t] = (delta_m * (1 + sign_logsigmoid_f_tilde_m_i_tilde) / 2
                * sigma_f_tilde + delta_f * f[t] * sigma_f_tilde)
        delta_v[t] = fn.apply(part_C, k[t])
        delta_k[t] = fn.apply_transposed(part_C, v[t]) + delta_n * i[t]
        delta_q[t] = fn.apply_transposed(C[t], part_h) - back_h * n[t]
        next_n = delta_n * f[t]
        next_C = delta_C * f[t]
        next_m = delta_m * (1 + sign_logsigmoid_f_tilde_m_i_tilde) / 2 + part_f
    dx = W_x.T @ delta[1:] + delta_f_tilde[1:] * w_f + delta_i_tilde[1:] * w_i
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_q"] = dW_x[:P]
    dparams["W_k"] = dW_x[P:2 * P]
    dparams["W_v"] = dW_x[2 * P:2 * P + H]
    dparams["W_o"] = dW_x[2 * P + H:2 * P + 2 * H]
    dparams["b_q"] = run.total(delta_q[1:])
    dparams["b_k"] = run.total(delta_k[1:])
    dparams["b_v"] = run.total(delta_v[1:])
    dparams["w_f"] = run.total(delta_f_tilde[1:] * x[1:])
    dparams["s_f"] = run.total(delta_f_tilde[1:])
    dparams["w_i"] = run.total(delta_i_tilde[1:] * x[1:])
    dparams["s_i"] = run.total(delta_i_tilde[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_m, next_C, next_n))
