"""WMC_LSTM: LSTM whose gates see the cell state through a matrix and a tanh. Landi et al. 2021.

    i_t = σ(W_ix x_t + W_ih h_{t-1} + tanh(M_ic c_{t-1}) + b_i)
    f_t = σ(W_fx x_t + W_fh h_{t-1} + tanh(M_fc c_{t-1}) + b_f)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ tanh(W_cx x_t + W_ch h_{t-1} + b_c)
    o_t = σ(W_ox x_t + W_oh h_{t-1} + tanh(M_oc c_t) + b_o)
    h_t = o_t ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "WMC_LSTM", "TDB", "THB"
SHAPES = {
    "W_ix": "HD", "W_ih": "HH", "M_ic": "HH", "b_i": "H1", "W_fx": "HD", "W_fh": "HH",
    "M_fc": "HH", "b_f": "H1", "W_cx": "HD", "W_ch": "HH", "b_c": "H1", "W_ox": "HD",
    "W_oh": "HH", "M_oc": "HH", "b_o": "H1",
}
STATES = {"h": "HB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


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
    T, D, H, B = (sizes[k] for k in "TDHB")
    M_ic = params["M_ic"]
    M_fc = params["M_fc"]
    W_cx = params["W_cx"]
    W_ch = params["W_ch"]
    M_oc = params["M_oc"]
    b_c = params["b_c"]
    W_h = np.concatenate([params["W_ih"], params["W_fh"], params["W_oh"]])
    W_x = np.concatenate([params["W_ix"], params["W_fx"], params["W_ox"]])
    x = run.from_one(x)
    net = new("HHH")
    i, f, o = run.rows(net, H, H, H)
    c = new("H")
    h = new("H")
    M_ic_c = new("H")
    tanh_c = new("H")
    M_fc_c = new("H")
    tanh_c_2 = new("H")
    W_ch_h = new("H")
    W_cx_x = new("H")
    tanh_x_h = new("H")
    M_oc_c = new("H")
    tanh_c_3 = new("H")
    tanh_c_4 = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_i"], params["b_f"], params["b_o"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        M_ic_c[t] = M_ic @ c[t - 1]
        tanh_c[t] = np.tanh(M_ic_c[t])
        i[t] += tanh_c[t]
        M_fc_c[t] = M_fc @ c[t - 1]
        tanh_c_2[t] = np.tanh(M_fc_c[t])
        f[t] += tanh_c_2[t]
        sigmoid(net[t, :2 * H], out=net[t, :2 * H])
        W_ch_h[t] = W_ch @ h[t - 1]
        W_cx_x[t] = W_cx @ x[t]
        tanh_x_h[t] = np.tanh(W_cx_x[t] + W_ch_h[t] + b_c)
        c[t] = f[t] * c[t - 1] + i[t] * tanh_x_h[t]
        M_oc_c[t] = M_oc @ c[t]
        tanh_c_3[t] = np.tanh(M_oc_c[t])
        o[t] += tanh_c_3[t]
        sigmoid(o[t], out=o[t])
        tanh_c_4[t] = np.tanh(c[t])
        h[t] = o[t] * tanh_c_4[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, i=i, f=f, c=c, o=o, h=h, tanh_c=tanh_c, tanh_c_2=tanh_c_2, tanh_x_h=tanh_x_h,
        tanh_c_3=tanh_c_3, tanh_c_4=tanh_c_4,
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
    next_h, next_c = last
    x, i, f, c, o, h, tanh_c, tanh_c_2, tanh_x_h, tanh_c_3, tanh_c_4 = run.take(
        tape, "x i f c o h tanh_c tanh_c_2 tanh_x_h tanh_c_3 tanh_c_4",
    )
    M_ic = params["M_ic"]
    M_fc = params["M_fc"]
    W_cx = params["W_cx"]
    W_ch = params["W_ch"]
    M_oc = params["M_oc"]
    W_h = np.concatenate([params["W_ih"], params["W_fh"], params["W_oh"]])
    W_x = np.concatenate([params["W_ix"], params["W_fx"], params["W_ox"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_i, delta_f, delta_o = run.rows(delta, H, H, H)
    delta_c = new("H")
    delta_M_ic = new("H")
    delta_M_fc = new("H")
    delta_W_ch = new("H")
    delta_M_oc = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_o[t] = delta_h * tanh_c_4[t] * o[t] * (1 - o[t])
        delta_M_oc[t] = delta_o[t] * (1 - tanh_c_3[t]**2)
        back_M_oc = M_oc.T @ delta_M_oc[t]
        delta_c[t] = next_c + back_M_oc + delta_h * o[t] * (1 - tanh_c_4[t]**2)
        delta_W_ch[t] = delta_c[t] * i[t] * (1 - tanh_x_h[t]**2)
        back_W_ch = W_ch.T @ delta_W_ch[t]
        delta_f[t] = delta_c[t] * c[t - 1] * f[t] * (1 - f[t])
        delta_M_fc[t] = delta_f[t] * (1 - tanh_c_2[t]**2)
        back_M_fc = M_fc.T @ delta_M_fc[t]
        delta_i[t] = delta_c[t] * tanh_x_h[t] * i[t] * (1 - i[t])
        delta_M_ic[t] = delta_i[t] * (1 - tanh_c[t]**2)
        back_M_ic = M_ic.T @ delta_M_ic[t]
        next_c = back_M_ic + back_M_fc + delta_c[t] * f[t]
        next_h = W_h.T @ delta[t] + back_W_ch
    dx = W_x.T @ delta[1:] + W_cx.T @ delta_W_ch[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_ix"] = dW_x[:H]
    dparams["W_ih"] = dW_h[:H]
    dparams["M_ic"] = run.outer(delta_M_ic[1:], c[:-1])
    dparams["W_fx"] = dW_x[H:2 * H]
    dparams["W_fh"] = dW_h[H:2 * H]
    dparams["M_fc"] = run.outer(delta_M_fc[1:], c[:-1])
    dparams["W_cx"] = run.outer(delta_W_ch[1:], x[1:])
    dparams["W_ch"] = run.outer(delta_W_ch[1:], h[:-1])
    dparams["W_ox"] = dW_x[2 * H:3 * H]
    dparams["W_oh"] = dW_h[2 * H:3 * H]
    dparams["M_oc"] = run.outer(delta_M_oc[1:], c[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_c"] = run.total(delta_W_ch[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_c))
