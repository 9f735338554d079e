"""SLSTM: sLSTM, exponential gates with a normaliser and a stabiliser. Beck et al. 2024.

    f̃_t = W_f x_t + R_f h_{t-1} + b_f
    ĩ_t = W_i x_t + R_i h_{t-1} + b_i
    m_t = max(logsigmoid(f̃_t) + m_{t-1}, ĩ_t)
    f_t = exp(logsigmoid(f̃_t) + m_{t-1} − m_t)
    i_t = exp(ĩ_t − m_t)
    z_t = tanh(W_z x_t + R_z h_{t-1} + b_z)
    o_t = σ(W_o x_t + R_o h_{t-1} + b_o)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ z_t
    n_t = f_t ⊙ n_{t-1} + i_t
    h_t = o_t ⊙ c_t / n_t

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

NAME, INPUT, OUTPUT = "SLSTM", "TDB", "THB"
SHAPES = {
    "W_f": "HD", "R_f": "HH", "b_f": "H1", "W_i": "HD", "R_i": "HH", "b_i": "H1",
    "W_z": "HD", "R_z": "HH", "b_z": "H1", "W_o": "HD", "R_o": "HH", "b_o": "H1",
}
STATES = {"h": "HB", "m": "HB", "c": "HB", "n": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, m_0, c_0, n_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_h = np.concatenate([params["R_f"], params["R_i"], params["R_z"], params["R_o"]])
    W_x = np.concatenate([params["W_f"], params["W_i"], params["W_z"], params["W_o"]])
    x = run.from_one(x)
    net = new("HHHH")
    f_tilde, i_tilde, z, o = run.rows(net, H, H, H, H)
    m = new("H")
    f = new("H")
    i = new("H")
    c = new("H")
    n = new("H")
    h = new("H")
    logsigmoid_f_tilde = new("H")
    h[0] = initial[0]
    m[0] = initial[1]
    c[0] = initial[2]
    n[0] = initial[3]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_i"], params["b_z"], params["b_o"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        np.tanh(z[t], out=z[t])
        sigmoid(o[t], out=o[t])
        logsigmoid_f_tilde[t] = fn.logsigmoid(f_tilde[t])
        m[t] = fn.maximum(logsigmoid_f_tilde[t] + m[t - 1], i_tilde[t])
        f[t] = np.exp(logsigmoid_f_tilde[t] + m[t - 1] - m[t])
        i[t] = np.exp(i_tilde[t] - m[t])
        c[t] = f[t] * c[t - 1] + i[t] * z[t]
        n[t] = f[t] * n[t - 1] + i[t]
        h[t] = o[t] * c[t] / n[t]
    outputs, state_T = run.leave(CELL, h, (h[T], m[T], c[T], n[T],))
    tape.update(
        x=x, f_tilde=f_tilde, i_tilde=i_tilde, m=m, f=f, i=i, z=z, o=o, c=c, n=n, h=h,
        logsigmoid_f_tilde=logsigmoid_f_tilde,
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
    next_h, next_m, next_c, next_n = last
    x, f_tilde, i_tilde, m, f, i, z, o, c, n, h, logsigmoid_f_tilde = run.take(
        tape, "x f_tilde i_tilde m f i z o c n h logsigmoid_f_tilde",
    )
    W_h = np.concatenate([params["R_f"], params["R_i"], params["R_z"], params["R_o"]])
    W_x = np.concatenate([params["W_f"], params["W_i"], params["W_z"], params["W_o"]])
    e = run.from_one(outside)
    delta = new("HHHH")
    delta_f_tilde, delta_i_tilde, delta_z, delta_o = run.rows(delta, H, H, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_n = next_n - delta_h * o[t] * c[t] / n[t]**2
        delta_c = next_c + delta_h * o[t] / n[t]
        delta_o[t] = delta_h * c[t] * o[t] * (1 - o[t]) / n[t]
        delta_z[t] = delta_c * i[t] * (1 - z[t]**2)
        delta_i = delta_c * z[t] + delta_n
        part_i = delta_i * i[t]
        delta_f = delta_c * c[t - 1] + delta_n * n[t - 1]
        part_f = delta_f * f[t]
        delta_m = next_m - part_f - part_i
        delta_i_tilde[t] = (delta_m
                * (1 + fn.sign(i_tilde[t] - logsigmoid_f_tilde[t] - m[t - 1])) / 2 + part_i)
        sigma_f_tilde = sigmoid(-f_tilde[t])
        sign_logsigmoid_f_tilde_m_i_tilde = (fn.sign(logsigmoid_f_tilde[t] + m[t - 1]
            - i_tilde[t]))
        delta_f_tilde[t] = (delta_m * (1 + sign_logsigmoid_f_tilde_m_i_tilde) / 2
                * sigma_f_tilde + delta_f * f[t] * sigma_f_tilde)
        next_n = delta_n * f[t]
        next_c = delta_c * f[t]
        next_m = delta_m * (1 + sign_logsigmoid_f_tilde_m_i_tilde) / 2 + part_f
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_f"] = dW_x[:H]
    dparams["R_f"] = dW_h[:H]
    dparams["W_i"] = dW_x[H:2 * H]
    dparams["R_i"] = dW_h[H:2 * H]
    dparams["W_z"] = dW_x[2 * H:3 * H]
    dparams["R_z"] = dW_h[2 * H:3 * H]
    dparams["W_o"] = dW_x[3 * H:4 * H]
    dparams["R_o"] = dW_h[3 * H:4 * H]
    dparams["b_f"] = run.total(delta_f_tilde[1:])
    dparams["b_i"] = run.total(delta_i_tilde[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_m, next_c, next_n))
