"""TLSTM: Time-aware LSTM, short-term memory fades with the gap d. Baytas et al. 2017.

    g_t = 1 / log(e + d_t)
    c_s_t = tanh(W_d c_{t-1} + b_d)
    c_hat_t = c_{t-1} − c_s_t + c_s_t g_t
    f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
    i_t = σ(W_i x_t + U_i h_{t-1} + b_i)
    o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
    c̃_t = tanh(W_c x_t + U_c h_{t-1} + b_c)
    c_t = f_t ⊙ c_hat_t + i_t ⊙ c̃_t
    h_t = o_t ⊙ tanh(c_t)

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

NAME, INPUT, OUTPUT = "TLSTM", "TDB", "THB"
SHAPES = {
    "W_d": "HH", "b_d": "H1", "W_f": "HD", "U_f": "HH", "b_f": "H1", "W_i": "HD",
    "U_i": "HH", "b_i": "H1", "W_o": "HD", "U_o": "HH", "b_o": "H1", "W_c": "HD",
    "U_c": "HH", "b_c": "H1",
}
STATES = {"h": "HB", "c": "HB"}
INPUTS = {"x": "TDB", "d": "T1B"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, INPUTS=INPUTS)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Any, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x, a dict of x (T, D, B), d (T, 1, B), from state0 = (h_0, c_0); None means
    zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_d = params["W_d"]
    W_h = np.concatenate([params["U_c"], params["U_f"], params["U_i"], params["U_o"]])
    W_x = np.concatenate([params["W_c"], params["W_f"], params["W_i"], params["W_o"]])
    x, d = map(run.from_one, (x["x"], x["d"]))
    net = new("HHHHH")
    c_s, c_tilde, f, i, o = run.rows(net, H, H, H, H, H)
    g = new("1")
    c_hat = new("H")
    c = new("H")
    h = new("H")
    log_d = new("1")
    tanh_c = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    net[1:] = 0
    net[1:, H:5 * H] += W_x @ x[1:]
    net[1:] += np.concatenate([
        params["b_d"], params["b_c"], params["b_f"], params["b_i"], params["b_o"],
    ])
    for t in range(1, T + 1):
        c_s[t] += W_d @ c[t - 1]
        net[t, H:5 * H] += W_h @ h[t - 1]
        np.tanh(net[t, :2 * H], out=net[t, :2 * H])
        sigmoid(net[t, 2 * H:5 * H], out=net[t, 2 * H:5 * H])
        log_d[t] = np.log(2.718281828459045 + d[t])
        g[t] = 1 / log_d[t]
        c_hat[t] = c[t - 1] + c_s[t] * g[t] - c_s[t]
        c[t] = f[t] * c_hat[t] + i[t] * c_tilde[t]
        tanh_c[t] = np.tanh(c[t])
        h[t] = o[t] * tanh_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, d=d, g=g, c_s=c_s, c_hat=c_hat, f=f, i=i, o=o, c_tilde=c_tilde, c=c, h=h,
        log_d=log_d, tanh_c=tanh_c,
    )
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Arrays, State]:
    """Back-propagation through time, exact.

    dh (T, H, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    next_h, next_c = last
    x, d, g, c_s, c_hat, f, i, o, c_tilde, c, h, log_d, tanh_c = run.take(
        tape, "x d g c_s c_hat f i o c_tilde c h log_d tanh_c",
    )
    W_d = params["W_d"]
    W_h = np.concatenate([params["U_c"], params["U_f"], params["U_i"], params["U_o"]])
    W_x = np.concatenate([params["W_c"], params["W_f"], params["W_i"], params["W_o"]])
    e = run.from_one(outside)
    delta = new("HHHHH")
    delta_c_s, delta_c_tilde, delta_f, delta_i, delta_o = run.rows(delta, H, H, H, H, H)
    delta_g = new("1")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c = next_c + delta_h * o[t] * (1 - tanh_c[t]**2)
        delta_c_tilde[t] = delta_c * i[t] * (1 - c_tilde[t]**2)
        delta_o[t] = delta_h * tanh_c[t] * o[t] * (1 - o[t])
        delta_i[t] = delta_c * c_tilde[t] * i[t] * (1 - i[t])
        delta_f[t] = delta_c * c_hat[t] * f[t] * (1 - f[t])
        delta_c_hat = delta_c * f[t]
        delta_c_s[t] = delta_c_hat * (g[t] - 1) * (1 - c_s[t]**2)
        delta_g[t] = fn.total(delta_c_hat * c_s[t])
        next_c = W_d.T @ delta_c_s[t] + delta_c_hat
        next_h = W_h.T @ delta[t, H:5 * H]
    dx = {}
    dx["x"] = W_x.T @ delta[1:, H:5 * H]
    dx["d"] = -delta_g[1:] / (log_d[1:]**2 * (2.718281828459045 + d[1:]))
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors[H:5 * H] @ run.flat(h[:-1]).T
    dW_x = errors[H:5 * H] @ run.flat(x[1:]).T
    dparams["W_d"] = errors[:H] @ run.flat(c[:-1]).T
    dparams["W_f"] = dW_x[H:2 * H]
    dparams["U_f"] = dW_h[H:2 * H]
    dparams["W_i"] = dW_x[2 * H:3 * H]
    dparams["U_i"] = dW_h[2 * H:3 * H]
    dparams["W_o"] = dW_x[3 * H:4 * H]
    dparams["U_o"] = dW_h[3 * H:4 * H]
    dparams["W_c"] = dW_x[:H]
    dparams["U_c"] = dW_h[:H]
    dparams["b_d"] = run.total(delta_c_s[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    return run.give(dparams, dx, (next_h, next_c))
