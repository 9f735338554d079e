"""GRU_D: GRU for values that are missing, m is the mask, d the time since a value. Che et al. 2018.

    g_x_t = exp(−max(0, w_x ⊙ d_t + b_gx))
    x_hat_t = m_t ⊙ x_t + (1 − m_t) ⊙ (g_x_t ⊙ last_{t-1} + (1 − g_x_t) ⊙ mu_x)
    last_t = m_t ⊙ x_t + (1 − m_t) ⊙ last_{t-1}
    g_h_t = exp(−max(0, W_g d_t + b_gh))
    h_hat_t = g_h_t ⊙ h_{t-1}
    z_t = σ(W_z x_hat_t + U_z h_hat_t + V_z m_t + b_z)
    r_t = σ(W_r x_hat_t + U_r h_hat_t + V_r m_t + b_r)
    h̃_t = tanh(W_h x_hat_t + U_h (r_t ⊙ h_hat_t) + V_h m_t + b_h)
    h_t = (1 − z_t) ⊙ h_hat_t + z_t ⊙ h̃_t

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

NAME, INPUT, OUTPUT = "GRU_D", "TDB", "THB"
SHAPES = {
    "w_x": "D1", "b_gx": "D1", "W_g": "HD", "b_gh": "H1", "W_z": "HD", "U_z": "HH",
    "V_z": "HD", "b_z": "H1", "W_r": "HD", "U_r": "HH", "V_r": "HD", "b_r": "H1",
    "W_h": "HD", "U_h": "HH", "V_h": "HD", "b_h": "H1",
}
STATES = {"h": "HB", "last": "DB"}
FIXED = {"mu_x": "D1"}
INPUTS = {"x": "TDB", "m": "TDB", "d": "TDB"}
CELL = run.Interface(
    NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, FIXED=FIXED, INPUTS=INPUTS,
)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Any, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x, a dict of x (T, D, B), m (T, D, B), d (T, D, B), from state0 = (h_0, last_0);
    None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_g = params["W_g"]
    W_z = params["W_z"]
    U_z = params["U_z"]
    W_r = params["W_r"]
    U_r = params["U_r"]
    W_h = params["W_h"]
    U_h = params["U_h"]
    w_x = params["w_x"]
    b_gx = params["b_gx"]
    b_gh = params["b_gh"]
    mu_x = params["mu_x"]
    W_m = np.concatenate([params["V_z"], params["V_r"], params["V_h"]])
    x, m, d = map(run.from_one, (x["x"], x["m"], x["d"]))
    net = new("HHH")
    z, r, h_tilde = run.rows(net, H, H, H)
    g_x = new("D")
    x_hat = new("D")
    last_2 = new("D")
    g_h = new("H")
    h_hat = new("H")
    h = new("H")
    W_g_d = new("H")
    r_h_hat = new("H")
    h[0] = initial[0]
    last_2[0] = initial[1]
    np.matmul(W_m, m[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_z"], params["b_r"], params["b_h"]])
    for t in range(1, T + 1):
        g_x[t] = np.exp(-fn.maximum(0, w_x * d[t] + b_gx))
        x_hat[t] = m[t] * x[t] + (1 - m[t]) * (g_x[t] * last_2[t - 1] + (1 - g_x[t]) * mu_x)
        last_2[t] = m[t] * x[t] + (1 - m[t]) * last_2[t - 1]
        W_g_d[t] = W_g @ d[t]
        g_h[t] = np.exp(-fn.maximum(0, W_g_d[t] + b_gh))
        h_hat[t] = g_h[t] * h[t - 1]
        z[t] += U_z @ h_hat[t]
        z[t] += W_z @ x_hat[t]
        sigmoid(z[t], out=z[t])
        r[t] += U_r @ h_hat[t]
        r[t] += W_r @ x_hat[t]
        sigmoid(r[t], out=r[t])
        r_h_hat[t] = r[t] * h_hat[t]
        h_tilde[t] += U_h @ r_h_hat[t]
        h_tilde[t] += W_h @ x_hat[t]
        np.tanh(h_tilde[t], out=h_tilde[t])
        h[t] = (1 - z[t]) * h_hat[t] + z[t] * h_tilde[t]
    outputs, state_T = run.leave(CELL, h, (h[T], last_2[T],))
    tape.update(
        x=x, m=m, d=d, g_x=g_x, x_hat=x_hat, last_2=last_2, g_h=g_h, h_hat=h_hat, z=z, r=r,
        h_tilde=h_tilde, h=h, W_g_d=W_g_d, r_h_hat=r_h_hat,
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
    next_h, next_last_2 = last
    x, m, d, g_x, x_hat, last_2, g_h, h_hat, z, r, h_tilde, h, W_g_d, r_h_hat = run.take(
        tape, "x m d g_x x_hat last_2 g_h h_hat z r h_tilde h W_g_d r_h_hat",
    )
    W_g = params["W_g"]
    W_z = params["W_z"]
    U_z = params["U_z"]
    W_r = params["W_r"]
    U_r = params["U_r"]
    W_h = params["W_h"]
    U_h = params["U_h"]
    w_x = params["w_x"]
    b_gx = params["b_gx"]
    b_gh = params["b_gh"]
    mu_x = params["mu_x"]
    W_m = np.concatenate([params["V_z"], params["V_r"], params["V_h"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_z, delta_r, delta_h_tilde = run.rows(delta, H, H, H)
    delta_g_x = new("D")
    delta_x_hat = new("D")
    delta_last_2 = new("D")
    delta_g_h = new("H")
    delta_W_g = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_h_tilde[t] = delta_h * z[t] * (1 - h_tilde[t]**2)
        back_U_h = U_h.T @ delta_h_tilde[t]
        back_W_h = W_h.T @ delta_h_tilde[t]
        delta_r[t] = back_U_h * h_hat[t] * r[t] * (1 - r[t])
        back_U_r = U_r.T @ delta_r[t]
        back_W_r = W_r.T @ delta_r[t]
        delta_z[t] = delta_h * (h_tilde[t] - h_hat[t]) * z[t] * (1 - z[t])
        back_U_z = U_z.T @ delta_z[t]
        back_W_z = W_z.T @ delta_z[t]
        delta_h_hat = back_U_z + back_U_r + back_U_h * r[t] + delta_h * (1 - z[t])
        delta_g_h[t] = delta_h_hat * h[t - 1] * g_h[t]
        delta_W_g[t] = delta_g_h[t] * (-1 - fn.sign(W_g_d[t] + b_gh)) / 2
        delta_last_2[t] = next_last_2
        delta_x_hat[t] = back_W_z + back_W_r + back_W_h
        delta_g_x[t] = delta_x_hat[t] * (1 - m[t]) * (last_2[t - 1] - mu_x) * g_x[t]
        next_last_2 = delta_x_hat[t] * (1 - m[t]) * g_x[t] + delta_last_2[t] * (1 - m[t])
        next_h = delta_h_hat * g_h[t]
    dx = {}
    dx["x"] = delta_x_hat[1:] * m[1:] + delta_last_2[1:] * m[1:]
    dx["m"] = (delta_x_hat[1:] * (x[1:] - g_x[1:] * last_2[:-1] - (1 - g_x[1:]) * mu_x)
        + delta_last_2[1:] * (x[1:] - last_2[:-1]) + W_m.T @ delta[1:])
    dx["d"] = (-delta_g_x[1:] * w_x * (1 + fn.sign(w_x * d[1:] + b_gx)) / 2
        + W_g.T @ delta_W_g[1:])
    dparams = {}
    errors = run.flat(delta[1:])
    dW_m = errors @ run.flat(m[1:]).T
    dparams["W_g"] = run.outer(delta_W_g[1:], d[1:])
    dparams["W_z"] = run.outer(delta_z[1:], x_hat[1:])
    dparams["U_z"] = run.outer(delta_z[1:], h_hat[1:])
    dparams["V_z"] = dW_m[:H]
    dparams["W_r"] = run.outer(delta_r[1:], x_hat[1:])
    dparams["U_r"] = run.outer(delta_r[1:], h_hat[1:])
    dparams["V_r"] = dW_m[H:2 * H]
    dparams["W_h"] = run.outer(delta_h_tilde[1:], x_hat[1:])
    dparams["U_h"] = run.outer(delta_h_tilde[1:], r_h_hat[1:])
    dparams["V_h"] = dW_m[2 * H:3 * H]
    dparams["w_x"] = run.total(
        -delta_g_x[1:] * (1 + fn.sign(w_x * d[1:] + b_gx)) / 2 * d[1:]
    )
    dparams["b_gx"] = run.total(delta_g_x[1:] * (-1 - fn.sign(w_x * d[1:] + b_gx)) / 2)
    dparams["b_gh"] = run.total(delta_W_g[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_r"] = run.total(delta_r[1:])
    dparams["b_h"] = run.total(delta_h_tilde[1:])
    return run.give(dparams, dx, (next_h, next_last_2))
