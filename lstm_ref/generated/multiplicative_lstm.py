"""MULTIPLICATIVE_LSTM: Multiplicative LSTM, its matrices depend on the input. Krause et al. 2016.

    m_t = (W_mx x_t) ⊙ (W_mh h_{t-1})
    h_hat_t = W_hx x_t + W_hm m_t
    i_t = σ(W_ix x_t + W_im m_t)
    o_t = σ(W_ox x_t + W_om m_t)
    f_t = σ(W_fx x_t + W_fm m_t)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ tanh(h_hat_t)
    h_t = tanh(c_t) ⊙ o_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, P projected units, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MULTIPLICATIVE_LSTM", "TDB", "THB"
SHAPES = {
    "W_mx": "PD", "W_mh": "PH", "W_hx": "HD", "W_hm": "HP", "W_ix": "HD", "W_im": "HP",
    "W_ox": "HD", "W_om": "HP", "W_fx": "HD", "W_fm": "HP",
}
STATES = {"h": "HB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_mx = params["W_mx"]
    W_mh = params["W_mh"]
    W_hm = params["W_hm"]
    W_im = params["W_im"]
    W_om = params["W_om"]
    W_fm = params["W_fm"]
    W_x = np.concatenate([params["W_hx"], params["W_ix"], params["W_ox"], params["W_fx"]])
    x = run.from_one(x)
    net = new("HHHH")
    h_hat, i, o, f = run.rows(net, H, H, H, H)
    m = new("P")
    c = new("H")
    h = new("H")
    W_mh_h = new("P")
    W_mx_x = new("P")
    tanh_h_hat = new("H")
    tanh_c = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        W_mh_h[t] = W_mh @ h[t - 1]
        W_mx_x[t] = W_mx @ x[t]
        m[t] = W_mx_x[t] * W_mh_h[t]
        h_hat[t] += W_hm @ m[t]
        i[t] += W_im @ m[t]
        sigmoid(i[t], out=i[t])
        o[t] += W_om @ m[t]
        sigmoid(o[t], out=o[t])
        f[t] += W_fm @ m[t]
        sigmoid(f[t], out=f[t])
        tanh_h_hat[t] = np.tanh(h_hat[t])
        c[t] = f[t] * c[t - 1] + i[t] * tanh_h_hat[t]
        tanh_c[t] = np.tanh(c[t])
        h[t] = tanh_c[t] * o[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, m=m, i=i, o=o, f=f, c=c, h=h, W_mh_h=W_mh_h, W_mx_x=W_mx_x,
        tanh_h_hat=tanh_h_hat, tanh_c=tanh_c,
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
    next_h, next_c = last
    x, m, i, o, f, c, h, W_mh_h, W_mx_x, tanh_h_hat, tanh_c = run.take(
        tape, "x m i o f c h W_mh_h W_mx_x tanh_h_hat tanh_c",
    )
    W_mx = params["W_mx"]
    W_mh = params["W_mh"]
    W_hm = params["W_hm"]
    W_im = params["W_im"]
    W_om = params["W_om"]
    W_fm = params["W_fm"]
    W_x = np.concatenate([params["W_hx"], params["W_ix"], params["W_ox"], params["W_fx"]])
    e = run.from_one(outside)
    delta = new("HHHH")
    delta_h_hat, delta_i, delta_o, delta_f = run.rows(delta, H, H, H, H)
    delta_m = new("P")
    delta_W_mh = new("P")
    delta_W_mx = new("P")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c = next_c + delta_h * (1 - tanh_c[t]**2) * o[t]
        delta_f[t] = delta_c * c[t - 1] * f[t] * (1 - f[t])
        back_W_fm = W_fm.T @ delta_f[t]
        delta_o[t] = delta_h * tanh_c[t] * o[t] * (1 - o[t])
        back_W_om = W_om.T @ delta_o[t]
        delta_i[t] = delta_c * tanh_h_hat[t] * i[t] * (1 - i[t])
        back_W_im = W_im.T @ delta_i[t]
        delta_h_hat[t] = delta_c * i[t] * (1 - tanh_h_hat[t]**2)
        back_W_hm = W_hm.T @ delta_h_hat[t]
        delta_m[t] = back_W_hm + back_W_im + back_W_om + back_W_fm
        delta_W_mh[t] = delta_m[t] * W_mx_x[t]
        back_W_mh = W_mh.T @ delta_W_mh[t]
        delta_W_mx[t] = delta_m[t] * W_mh_h[t]
        next_c = delta_c * f[t]
        next_h = back_W_mh
    dx = W_mx.T @ delta_W_mx[1:] + W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_mx"] = run.outer(delta_W_mx[1:], x[1:])
    dparams["W_mh"] = run.outer(delta_W_mh[1:], h[:-1])
    dparams["W_hx"] = dW_x[:H]
    dparams["W_hm"] = run.outer(delta_h_hat[1:], m[1:])
    dparams["W_ix"] = dW_x[H:2 * H]
    dparams["W_im"] = run.outer(delta_i[1:], m[1:])
    dparams["W_ox"] = dW_x[2 * H:3 * H]
    dparams["W_om"] = run.outer(delta_o[1:], m[1:])
    dparams["W_fx"] = dW_x[3 * H:4 * H]
    dparams["W_fm"] = run.outer(delta_f[1:], m[1:])
    return run.give(dparams, dx, (next_h, next_c))
