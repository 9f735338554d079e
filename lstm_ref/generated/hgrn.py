"""HGRN: Hierarchically gated network, forget gates have a lower bound gamma. Qin et al. 2023.

    a_t = W_u x_t + b_u
    u_t = a_t ⊙ σ(a_t)
    g_t = W_v x_t + b_v
    v_t = g_t ⊙ σ(g_t)
    f_t = gamma + (1 − gamma) σ(W_f x_t + b_f)
    p_t = f_t ⊙ (cos(theta_p) ⊙ p_{t-1} − sin(theta_p) ⊙ q_{t-1}) + (1 − f_t) ⊙ u_t
    q_t = f_t ⊙ (cos(theta_p) ⊙ q_{t-1} + sin(theta_p) ⊙ p_{t-1}) + (1 − f_t) ⊙ v_t
    h_t = V_p p_t + V_q q_t + b_h

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "HGRN", "TDB", "TPB"
SHAPES = {
    "W_u": "HD", "b_u": "H1", "W_v": "HD", "b_v": "H1", "W_f": "HD", "b_f": "H1",
    "theta_p": "H1", "V_p": "PH", "V_q": "PH", "b_h": "P1",
}
STATES = {"p": "HB", "q": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
gamma = 0.5


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (p_0, q_0); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_f = params["W_f"]
    V_p = params["V_p"]
    V_q = params["V_q"]
    b_f = params["b_f"]
    theta_p = params["theta_p"]
    b_h = params["b_h"]
    W_x = np.concatenate([params["W_u"], params["W_v"]])
    x = run.from_one(x)
    net = new("HH")
    a, g = run.rows(net, H, H)
    u = new("H")
    v = new("H")
    f = new("H")
    p = new("H")
    q = new("H")
    h = new("P")
    sigma_a = new("H")
    sigma_g = new("H")
    W_f_x = new("H")
    sigma_x = new("H")
    p[0] = initial[0]
    q[0] = initial[1]
    cos_theta_p = np.cos(theta_p)
    sin_theta_p = np.sin(theta_p)
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_u"], params["b_v"]])
    for t in range(1, T + 1):
        sigma_a[t] = sigmoid(a[t])
        u[t] = sigma_a[t] * a[t]
        sigma_g[t] = sigmoid(g[t])
        v[t] = sigma_g[t] * g[t]
        W_f_x[t] = W_f @ x[t]
        sigma_x[t] = sigmoid(W_f_x[t] + b_f)
        f[t] = (1 - gamma) * sigma_x[t] + gamma
        p[t] = f[t] * (cos_theta_p * p[t - 1] - sin_theta_p * q[t - 1]) + (1 - f[t]) * u[t]
        q[t] = f[t] * (cos_theta_p * q[t - 1] + sin_theta_p * p[t - 1]) + (1 - f[t]) * v[t]
        h[t] = V_p @ p[t] + V_q @ q[t] + b_h
    outputs, state_T = run.leave(CELL, h, (p[T], q[T],))
    tape.update(
        x=x, a=a, u=u, g=g, v=v, f=f, p=p, q=q, sigma_a=sigma_a, sigma_g=sigma_g,
        sigma_x=sigma_x, cos_theta_p=cos_theta_p, sin_theta_p=sin_theta_p,
    )
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, P, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_p, next_q = last
    x, a, u, g, v, f, p, q, sigma_a, sigma_g, sigma_x, cos_theta_p, sin_theta_p = run.take(
        tape, "x a u g v f p q sigma_a sigma_g sigma_x cos_theta_p sin_theta_p",
    )
    W_f = params["W_f"]
    V_p = params["V_p"]
    V_q = params["V_q"]
    W_x = np.concatenate([params["W_u"], params["W_v"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_a, delta_g = run.rows(delta, H, H)
    delta_f = new("H")
    delta_p = new("H")
    delta_q = new("H")
    delta_h = new("P")
    delta_W_f = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = e[t]
        back_V_p = V_p.T @ delta_h[t]
        back_V_q = V_q.T @ delta_h[t]
        delta_q[t] = next_q + back_V_q
        delta_p[t] = next_p + back_V_p
        delta_f[t] = (delta_p[t] * (cos_theta_p * p[t - 1] - sin_theta_p * q[t - 1] - u[t])
            + delta_q[t] * (cos_theta_p * q[t - 1] + sin_theta_p * p[t - 1] - v[t]))
        delta_W_f[t] = delta_f[t] * (1 - gamma) * sigma_x[t] * (1 - sigma_x[t])
        delta_v = delta_q[t] * (1 - f[t])
        delta_g[t] = delta_v * (sigma_g[t] + sigma_g[t] * (1 - sigma_g[t]) * g[t])
        delta_u = delta_p[t] * (1 - f[t])
        delta_a[t] = delta_u * (sigma_a[t] + sigma_a[t] * (1 - sigma_a[t]) * a[t])
        next_q = -delta_p[t] * f[t] * sin_theta_p + delta_q[t] * f[t] * cos_theta_p
        next_p = delta_p[t] * f[t] * cos_theta_p + delta_q[t] * f[t] * sin_theta_p
    dx = W_x.T @ delta[1:] + W_f.T @ delta_W_f[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_u"] = dW_x[:H]
    dparams["W_v"] = dW_x[H:2 * H]
    dparams["W_f"] = run.outer(delta_W_f[1:], x[1:])
    dparams["V_p"] = run.outer(delta_h[1:], p[1:])
    dparams["V_q"] = run.outer(delta_h[1:], q[1:])
    dparams["b_u"] = run.total(delta_a[1:])
    dparams["b_v"] = run.total(delta_g[1:])
    dparams["b_f"] = run.total(delta_W_f[1:])
    dparams["theta_p"] = run.total(
        delta_p[1:] * f[1:] * (-cos_theta_p * q[:-1] - sin_theta_p * p[:-1])
        + delta_q[1:] * f[1:] * (cos_theta_p * p[:-1] - sin_theta_p * q[:-1])
    )
    dparams["b_h"] = run.total(delta_h[1:])
    return run.give(dparams, dx, (next_p, next_q))
