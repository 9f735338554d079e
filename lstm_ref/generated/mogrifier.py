"""MOGRIFIER: Mogrifier LSTM of three rounds, x and h gate each other first. Melis et al. 2020.

    x1_t = 2 σ(Q_one h_{t-1}) ⊙ x_t
    h2_t = 2 σ(R_two x1_t) ⊙ h_{t-1}
    x3_t = 2 σ(Q_three h2_t) ⊙ x1_t
    f_t = σ(W_fh h2_t + W_fx x3_t + b_f)
    i_t = σ(W_ih h2_t + W_ix x3_t + b_i)
    c̃_t = tanh(W_ch h2_t + W_cx x3_t + b_c)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t
    o_t = σ(W_oh h2_t + W_ox x3_t + b_o)
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

NAME, INPUT, OUTPUT = "MOGRIFIER", "TDB", "THB"
SHAPES = {
    "Q_one": "DH", "R_two": "HD", "Q_three": "DH", "W_fh": "HH", "W_fx": "HD",
    "b_f": "H1", "W_ih": "HH", "W_ix": "HD", "b_i": "H1", "W_ch": "HH", "W_cx": "HD",
    "b_c": "H1", "W_oh": "HH", "W_ox": "HD", "b_o": "H1",
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
    Q_one = params["Q_one"]
    R_two = params["R_two"]
    Q_three = params["Q_three"]
    W_fh = params["W_fh"]
    W_fx = params["W_fx"]
    W_ih = params["W_ih"]
    W_ix = params["W_ix"]
    W_ch = params["W_ch"]
    W_cx = params["W_cx"]
    W_oh = params["W_oh"]
    W_ox = params["W_ox"]
    b_f = params["b_f"]
    b_i = params["b_i"]
    b_c = params["b_c"]
    b_o = params["b_o"]
    x = run.from_one(x)
    x1 = new("D")
    h2 = new("H")
    x3 = new("D")
    f = new("H")
    i = new("H")
    c_tilde = new("H")
    c = new("H")
    o = new("H")
    h = new("H")
    Q_one_h = new("D")
    sigma_h = new("D")
    R_two_x1 = new("H")
    sigma_x1 = new("H")
    Q_three_h2 = new("D")
    sigma_h2 = new("D")
    tanh_c = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    for t in range(1, T + 1):
        Q_one_h[t] = Q_one @ h[t - 1]
        sigma_h[t] = sigmoid(Q_one_h[t])
        x1[t] = 2 * sigma_h[t] * x[t]
        R_two_x1[t] = R_two @ x1[t]
        sigma_x1[t] = sigmoid(R_two_x1[t])
        h2[t] = 2 * sigma_x1[t] * h[t - 1]
        Q_three_h2[t] = Q_three @ h2[t]
        sigma_h2[t] = sigmoid(Q_three_h2[t])
        x3[t] = 2 * sigma_h2[t] * x1[t]
        f[t] = sigmoid(W_fh @ h2[t] + W_fx @ x3[t] + b_f)
        i[t] = sigmoid(W_ih @ h2[t] + W_ix @ x3[t] + b_i)
        c_tilde[t] = np.tanh(W_ch @ h2[t] + W_cx @ x3[t] + b_c)
        c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
        o[t] = sigmoid(W_oh @ h2[t] + W_ox @ x3[t] + b_o)
        tanh_c[t] = np.tanh(c[t])
        h[t] = o[t] * tanh_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, x1=x1, h2=h2, x3=x3, f=f, i=i, c_tilde=c_tilde, c=c, o=o, h=h,
        sigma_h=sigma_h, sigma_x1=sigma_x1, sigma_h2=sigma_h2, tanh_c=tanh_c,
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
    x, x1, h2, x3, f, i, c_tilde, c, o, h, sigma_h, sigma_x1, sigma_h2, tanh_c = run.take(
        tape, "x x1 h2 x3 f i c_tilde c o h sigma_h sigma_x1 sigma_h2 tanh_c",
    )
    Q_one = params["Q_one"]
    R_two = params["R_two"]
    Q_three = params["Q_three"]
    W_fh = params["W_fh"]
    W_fx = params["W_fx"]
    W_ih = params["W_ih"]
    W_ix = params["W_ix"]
    W_ch = params["W_ch"]
    W_cx = params["W_cx"]
    W_oh = params["W_oh"]
    W_ox = params["W_ox"]
    e = run.from_one(outside)
    delta_x1 = new("D")
    delta_h2 = new("H")
    delta_x3 = new("D")
    delta_f = new("H")
    delta_i = new("H")
    delta_c_tilde = new("H")
    delta_o = new("H")
    delta_Q_one = new("D")
    delta_R_two = new("H")
    delta_Q_three = new("D")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_o[t] = delta_h * tanh_c[t] * o[t] * (1 - o[t])
        back_W_oh = W_oh.T @ delta_o[t]
        back_W_ox = W_ox.T @ delta_o[t]
        delta_c = next_c + delta_h * o[t] * (1 - tanh_c[t]**2)
        delta_c_tilde[t] = delta_c * i[t] * (1 - c_tilde[t]**2)
        back_W_ch = W_ch.T @ delta_c_tilde[t]
        back_W_cx = W_cx.T @ delta_c_tilde[t]
        delta_i[t] = delta_c * c_tilde[t] * i[t] * (1 - i[t])
        back_W_ih = W_ih.T @ delta_i[t]
        back_W_ix = W_ix.T @ delta_i[t]
        delta_f[t] = delta_c * c[t - 1] * f[t] * (1 - f[t])
        back_W_fh = W_fh.T @ delta_f[t]
        back_W_fx = W_fx.T @ delta_f[t]
        delta_x3[t] = back_W_fx + back_W_ix + back_W_cx + back_W_ox
        delta_Q_three[t] = delta_x3[t] * 2 * sigma_h2[t] * (1 - sigma_h2[t]) * x1[t]
        back_Q_three = Q_three.T @ delta_Q_three[t]
        delta_h2[t] = back_Q_three + back_W_fh + back_W_ih + back_W_ch + back_W_oh
        delta_R_two[t] = delta_h2[t] * 2 * sigma_x1[t] * (1 - sigma_x1[t]) * h[t - 1]
        back_R_two = R_two.T @ delta_R_two[t]
        delta_x1[t] = back_R_two + delta_x3[t] * 2 * sigma_h2[t]
        delta_Q_one[t] = delta_x1[t] * 2 * sigma_h[t] * (1 - sigma_h[t]) * x[t]
        back_Q_one = Q_one.T @ delta_Q_one[t]
        next_c = delta_c * f[t]
        next_h = back_Q_one + delta_h2[t] * 2 * sigma_x1[t]
    dx = delta_x1[1:] * 2 * sigma_h[1:]
    dparams = {}
    dparams["Q_one"] = run.outer(delta_Q_one[1:], h[:-1])
    dparams["R_two"] = run.outer(delta_R_two[1:], x1[1:])
    dparams["Q_three"] = run.outer(delta_Q_three[1:], h2[1:])
    dparams["W_fh"] = run.outer(delta_f[1:], h2[1:])
    dparams["W_fx"] = run.outer(delta_f[1:], x3[1:])
    dparams["W_ih"] = run.outer(delta_i[1:], h2[1:])
    dparams["W_ix"] = run.outer(delta_i[1:], x3[1:])
    dparams["W_ch"] = run.outer(delta_c_tilde[1:], h2[1:])
    dparams["W_cx"] = run.outer(delta_c_tilde[1:], x3[1:])
    dparams["W_oh"] = run.outer(delta_o[1:], h2[1:])
    dparams["W_ox"] = run.outer(delta_o[1:], x3[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_c))
