"""ON_LSTM: Ordered-neurons LSTM, master gates rise or fall from unit to unit. Shen et al. 2019.

    a_t = W_p x_t + U_p h_{t-1} + b_p
    r_t = W_q x_t + U_q h_{t-1} + b_q
    p_t = softmax(a_t)
    q_t = softmax(r_t)
    f̃_t = L_cum p_t
    ĩ_t = 1 − L_cum q_t
    w_t = f̃_t ⊙ ĩ_t
    f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
    i_t = σ(W_i x_t + U_i h_{t-1} + b_i)
    u_t = tanh(W_u x_t + U_u h_{t-1} + b_u)
    o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
    c_t = (f_t ⊙ (S w_t) + S (f̃_t − w_t)) ⊙ c_{t-1} + (i_t ⊙ (S w_t) + S (ĩ_t − w_t)) ⊙ u_t
    h_t = o_t ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, P projected units, G blocks, a divisor of H, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "ON_LSTM", "TDB", "THB"
SHAPES = {
    "W_p": "PD", "U_p": "PH", "b_p": "P1", "W_q": "PD", "U_q": "PH", "b_q": "P1",
    "W_f": "HD", "U_f": "HH", "b_f": "H1", "W_i": "HD", "U_i": "HH", "b_i": "H1",
    "W_u": "HD", "U_u": "HH", "b_u": "H1", "W_o": "HD", "U_o": "HH", "b_o": "H1",
}
STATES = {"h": "HB", "c": "HB"}
FIXED = {"L_cum": "GP"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, FIXED=FIXED)


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
    T, D, H, B, G, P = (sizes[k] for k in "TDHBGP")
    L_cum = params["L_cum"]
    W_h = np.concatenate([
        params["U_p"], params["U_q"], params["U_f"], params["U_i"], params["U_o"],
        params["U_u"],
    ])
    W_x = np.concatenate([
        params["W_p"], params["W_q"], params["W_f"], params["W_i"], params["W_o"],
        params["W_u"],
    ])
    x = run.from_one(x)
    net = new("PPHHHH")
    a, r, f, i, o, u = run.rows(net, P, P, H, H, H, H)
    p = new("P")
    q = new("P")
    f_tilde = new("G")
    i_tilde = new("G")
    w = new("G")
    c = new("H")
    h = new("H")
    spread_w = new("H")
    spread_w_f_tilde = new("H")
    spread_w_i_tilde = new("H")
    tanh_c = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([
        params["b_p"], params["b_q"], params["b_f"], params["b_i"], params["b_o"],
        params["b_u"],
    ])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        sigmoid(net[t, 2 * P:2 * P + 3 * H], out=net[t, 2 * P:2 * P + 3 * H])
        np.tanh(u[t], out=u[t])
        p[t] = fn.softmax(a[t])
        q[t] = fn.softmax(r[t])
        f_tilde[t] = L_cum @ p[t]
        i_tilde[t] = 1 - L_cum @ q[t]
        w[t] = f_tilde[t] * i_tilde[t]
        spread_w[t] = run.spread(w[t], H)
        spread_w_f_tilde[t] = run.spread(f_tilde[t] - w[t], H)
        spread_w_i_tilde[t] = run.spread(i_tilde[t] - w[t], H)
        c[t] = ((f[t] * spread_w[t] + spread_w_f_tilde[t]) * c[t - 1]
            + (spread_w[t] * i[t] + spread_w_i_tilde[t]) * u[t])
        tanh_c[t] = np.tanh(c[t])
        h[t] = o[t] * tanh_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, p=p, q=q, f_tilde=f_tilde, i_tilde=i_tilde, f=f, i=i, u=u, o=o, c=c, h=h,
        spread_w=spread_w, spread_w_f_tilde=spread_w_f_tilde,
        spread_w_i_tilde=spread_w_i_tilde, tanh_c=tanh_c,
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
    T, D, H, B, G, P = (sizes[k] for k in "TDHBGP")
    next_h, next_c = last
    (
        x, p, q, f_tilde, i_tilde, f, i, u, o, c, h, spread_w, spread_w_f_tilde,
        spread_w_i_tilde, tanh_c,
    ) = run.take(
        tape,
        "x p q f_tilde i_tilde f i u o c h spread_w spread_w_f_tilde spread_w_i_tilde "
        "tanh_c",
    )
    L_cum = params["L_cum"]
    W_h = np.concatenate([
        params["U_p"], params["U_q"], params["U_f"], params["U_i"], params["U_o"],
        params["U_u"],
    ])
    W_x = np.concatenate([
        params["W_p"], params["W_q"], params["W_f"], params["W_i"], params["W_o"],
        params["W_u"],
    ])
    e = run.from_one(outside)
    delta = new("PPHHHH")
    delta_a, delta_r, delta_f, delta_i, delta_o, delta_u = run.rows(delta, P, P, H, H, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c = next_c + delta_h * o[t] * (1 - tanh_c[t]**2)
        delta_spread = delta_c * c[t - 1]
        back_spread = run.gather(delta_spread, G)
        delta_spread_2 = delta_c * u[t]
        back_spread_2 = run.gather(delta_spread_2, G)
        delta_spread_3 = delta_c * (f[t] * c[t - 1] + i[t] * u[t])
        back_spread_3 = run.gather(delta_spread_3, G)
        delta_o[t] = delta_h * tanh_c[t] * o[t] * (1 - o[t])
        delta_u[t] = delta_c * (spread_w[t] * i[t] + spread_w_i_tilde[t]) * (1 - u[t]**2)
        delta_i[t] = delta_c * spread_w[t] * u[t] * i[t] * (1 - i[t])
        delta_f[t] = delta_c * spread_w[t] * c[t - 1] * f[t] * (1 - f[t])
        delta_w = -back_spread - back_spread_2 + back_spread_3
        delta_i_tilde = delta_w * f_tilde[t] + back_spread_2
        back_L_cum_2 = L_cum.T @ delta_i_tilde
        delta_f_tilde = delta_w * i_tilde[t] + back_spread
        back_L_cum = L_cum.T @ delta_f_tilde
        delta_q = -back_L_cum_2
        part_q = delta_q * q[t]
        delta_p = back_L_cum
        part_p = delta_p * p[t]
        delta_r[t] = part_q - fn.total(part_q) * q[t]
        delta_a[t] = part_p - fn.total(part_p) * p[t]
        next_c = delta_c * (f[t] * spread_w[t] + spread_w_f_tilde[t])
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_p"] = dW_x[:P]
    dparams["U_p"] = dW_h[:P]
    dparams["W_q"] = dW_x[P:2 * P]
    dparams["U_q"] = dW_h[P:2 * P]
    dparams["W_f"] = dW_x[2 * P:2 * P + H]
    dparams["U_f"] = dW_h[2 * P:2 * P + H]
    dparams["W_i"] = dW_x[2 * P + H:2 * P + 2 * H]
    dparams["U_i"] = dW_h[2 * P + H:2 * P + 2 * H]
    dparams["W_u"] = dW_x[2 * P + 3 * H:2 * P + 4 * H]
    dparams["U_u"] = dW_h[2 * P + 3 * H:2 * P + 4 * H]
    dparams["W_o"] = dW_x[2 * P + 2 * H:2 * P + 3 * H]
    dparams["U_o"] = dW_h[2 * P + 2 * H:2 * P + 3 * H]
    dparams["b_p"] = run.total(delta_a[1:])
    dparams["b_q"] = run.total(delta_r[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_u"] = run.total(delta_u[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_c))
