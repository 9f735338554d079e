"""RWKV7: RWKV-7, a generalised delta rule. Peng et al. 2025.

    r_t = W_r (x_t + mu_r ⊙ (last_{t-1} − x_t))
    d_t = exp(−σ(W_d (x_t + mu_d ⊙ (last_{t-1} − x_t)) + b_d) / exp(1/2))
    u_t = W_k (x_t + mu_k ⊙ (last_{t-1} − x_t))
    v_t = W_v (x_t + mu_v ⊙ (last_{t-1} − x_t))
    a_t = σ(W_a (x_t + mu_a ⊙ (last_{t-1} − x_t)) + b_a)
    g_t = W_g (x_t + mu_g ⊙ (last_{t-1} − x_t))
    last_t = x_t
    n_t = w_n ⊙ u_t / norm(w_n ⊙ u_t)
    k_t = u_t + u_t ⊙ (a_t − 1) ⊙ w_a
    p_t = C_{t-1} n_t
    C_t = C_{t-1} diag(d_t) − p_t (n_t ⊙ a_t)ᵀ + v_t k_tᵀ
    y_t = C_t r_t + sum(r_t ⊙ k_t ⊙ w_r) v_t
    h_t = W_h (y_t ⊙ g_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units, Q units of another width.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "RWKV7", "TDB", "TQB"
SHAPES = {
    "W_r": "HD", "mu_r": "D1", "W_d": "HD", "mu_d": "D1", "b_d": "H1", "W_k": "HD",
    "mu_k": "D1", "W_v": "PD", "mu_v": "D1", "W_a": "HD", "mu_a": "D1", "b_a": "H1",
    "W_g": "PD", "mu_g": "D1", "w_n": "H1", "w_a": "H1", "w_r": "H1", "W_h": "QP",
}
STATES = {"last": "DB", "C": "PHB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (last_0, C_0); None means zeros.

    Returns (outputs (T, Q, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    W_r = params["W_r"]
    W_d = params["W_d"]
    W_k = params["W_k"]
    W_v = params["W_v"]
    W_a = params["W_a"]
    W_g = params["W_g"]
    W_h = params["W_h"]
    mu_r = params["mu_r"]
    mu_d = params["mu_d"]
    b_d = params["b_d"]
    mu_k = params["mu_k"]
    mu_v = params["mu_v"]
    mu_a = params["mu_a"]
    b_a = params["b_a"]
    mu_g = params["mu_g"]
    w_n = params["w_n"]
    w_a = params["w_a"]
    w_r = params["w_r"]
    x = run.from_one(x)
    r = new("H")
    d = new("H")
    u = new("H")
    v = new("P")
    a = new("H")
    g = new("P")
    last_2 = new("D")
    n = new("H")
    k = new("H")
    p = new("P")
    C = new("P", "H")
    y = new("P")
    h = new("Q")
    x_last_2 = new("D")
    x_last_2_2 = new("D")
    W_d_x_last_2 = new("H")
    sigma_x_last_2 = new("H")
    x_last_2_3 = new("D")
    x_last_2_4 = new("D")
    x_last_2_5 = new("D")
    x_last_2_6 = new("D")
    sum_u = new("1")
    sum_r_k = new("1")
    y_g = new("P")
    last_2[0] = initial[0]
    C[0] = initial[1]
    for t in range(1, T + 1):
        x_last_2[t] = x[t] + (last_2[t - 1] - x[t]) * mu_r
        r[t] = W_r @ x_last_2[t]
        x_last_2_2[t] = x[t] + (last_2[t - 1] - x[t]) * mu_d
        W_d_x_last_2[t] = W_d @ x_last_2_2[t]
        sigma_x_last_2[t] = sigmoid(W_d_x_last_2[t] + b_d)
        d[t] = np.exp(-0.6065306597126334 * sigma_x_last_2[t])
        x_last_2_3[t] = x[t] + (last_2[t - 1] - x[t]) * mu_k
        u[t] = W_k @ x_last_2_3[t]
        x_last_2_4[t] = x[t] + (last_2[t - 1] - x[t]) * mu_v
        v[t] = W_v @ x_last_2_4[t]
        x_last_2_5[t] = x[t] + (last_2[t - 1] - x[t]) * mu_a
        a[t] = sigmoid(W_a @ x_last_2_5[t] + b_a)
        x_last_2_6[t] = x[t] + (last_2[t - 1] - x[t]) * mu_g
        g[t] = W_g @ x_last_2_6[t]
        last_2[t] = x[t]
        sum_u[t] = fn.total(w_n**2 * u[t]**2)
        n[t] = w_n * u[t] / np.sqrt(sum_u[t])
        k[t] = u[t] + u[t] * (a[t] - 1) * w_a
        p[t] = fn.apply(C[t - 1], n[t])
        C[t] = (C[t - 1] * d[t][..., None, :, :] + fn.outer(v[t], k[t])
            - fn.outer(p[t], n[t] * a[t]))
        sum_r_k[t] = fn.total(r[t] * (k[t] * w_r))
        y[t] = fn.apply(C[t], r[t]) + sum_r_k[t] * v[t]
        y_g[t] = y[t] * g[t]
        h[t] = W_h @ y_g[t]
    outputs, state_T = run.leave(CELL, h, (last_2[T], C[T],))
    tape.update(
        x=x, r=r, d=d, u=u, v=v, a=a, g=g, last_2=last_2, n=n, k=k, p=p, C=C, y=y,
        x_last_2=x_last_2, x_last_2_2=x_last_2_2, sigma_x_last_2=sigma_x_last_2,
        x_last_2_3=x_last_2_3, x_last_2_4=x_last_2_4, x_last_2_5=x_last_2_5,
        x_last_2_6=x_last_2_6, sum_u=sum_u, sum_r_k=sum_r_k, y_g=y_g,
    )
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, Q, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    next_last_2, next_C = last
    (
        x, r, d, u, v, a, g, last_2, n, k, p, C, y, x_last_2, x_last_2_2, sigma_x_last_2,
        x_last_2_3, x_last_2_4, x_last_2_5, x_last_2_6, sum_u, sum_r_k, y_g,
    ) = run.take(
        tape,
        "x r d u v a g last_2 n k p C y x_last_2 x_last_2_2 sigma_x_last_2 x_last_2_3 "
        "x_last_2_4 x_last_2_5 x_last_2_6 sum_u sum_r_k y_g",
    )
    W_r = params["W_r"]
    W_d = params["W_d"]
    W_k = params["W_k"]
    W_v = params["W_v"]
    W_a = params["W_a"]
    W_g = params["W_g"]
    W_h = params["W_h"]
    mu_r = params["mu_r"]
    mu_d = params["mu_d"]
    mu_k = params["mu_k"]
    mu_v = params["mu_v"]
    mu_a = params["mu_a"]
    mu_g = params["mu_g"]
    w_n = params["w_n"]
    w_a = params["w_a"]
    w_r = params["w_r"]
    e = run.from_one(outside)
    delta_r = new("H")
    delta_d = new("H")
    delta_u = new("H")
    delta_v = new("P")
    delta_a = new("H")
    delta_g = new("P")
    delta_last_2 = new("D")
    delta_n = new("H")
    delta_k = new("H")
    delta_y = new("P")
    delta_h = new("Q")
    delta_W_d = new("H")
    part_y = new("P")
    part_n = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = e[t]
        back_W_h = W_h.T @ delta_h[t]
        delta_y[t] = back_W_h * g[t]
        part_y[t] = delta_y[t] * v[t]
        back_y = fn.total(part_y[t])
        delta_C = next_C + fn.outer(delta_y[t], r[t])
        back_C = fn.apply_transposed(delta_C, p[t])
        delta_p = -fn.apply(delta_C, a[t] * n[t])
        delta_k[t] = fn.apply_transposed(delta_C, v[t]) + back_y * r[t] * w_r
        delta_n[t] = fn.apply_transposed(C[t - 1], delta_p) - back_C * a[t]
        part_n[t] = delta_n[t] * w_n * u[t] / (2 * sum_u[t]**(3/2))
        delta_last_2[t] = next_last_2
        delta_g[t] = back_W_h * y[t]
        back_W_g = W_g.T @ delta_g[t]
        delta_a[t] = (delta_k[t] * u[t] * w_a - back_C * n[t]) * a[t] * (1 - a[t])
        back_W_a = W_a.T @ delta_a[t]
        delta_v[t] = fn.apply(delta_C, k[t]) + delta_y[t] * sum_r_k[t]
        back_W_v = W_v.T @ delta_v[t]
        delta_u[t] = (delta_n[t] * w_n / np.sqrt(sum_u[t])
            - fn.total(part_n[t]) * 2 * w_n**2 * u[t] + delta_k[t] * (1 + (a[t] - 1) * w_a))
        back_W_k = W_k.T @ delta_u[t]
        delta_d[t] = np.sum(delta_C * C[t - 1], axis=-3) * d[t]
        delta_W_d[t] = (delta_d[t] * 0.6065306597126334 * sigma_x_last_2[t]
            * (1 - sigma_x_last_2[t]))
        back_W_d = W_d.T @ delta_W_d[t]
        delta_r[t] = fn.apply_transposed(C[t], delta_y[t]) + back_y * k[t] * w_r
        back_W_r = W_r.T @ delta_r[t]
        next_C = fn.outer(delta_p, n[t]) + delta_C * d[t][..., None, :, :]
        next_last_2 = (back_W_r * mu_r - back_W_d * mu_d + back_W_k * mu_k + back_W_v * mu_v
            + back_W_a * mu_a + back_W_g * mu_g)
    dx = ((W_r.T @ delta_r[1:]) * (1 - mu_r) - (W_d.T @ delta_W_d[1:]) * (1 - mu_d)
        + (W_k.T @ delta_u[1:]) * (1 - mu_k) + (W_v.T @ delta_v[1:]) * (1 - mu_v)
        + (W_a.T @ delta_a[1:]) * (1 - mu_a) + (W_g.T @ delta_g[1:]) * (1 - mu_g)
        + delta_last_2[1:])
    dparams = {}
    dparams["W_r"] = run.outer(delta_r[1:], x_last_2[1:])
    dparams["W_d"] = run.outer(-delta_W_d[1:], x_last_2_2[1:])
    dparams["W_k"] = run.outer(delta_u[1:], x_last_2_3[1:])
    dparams["W_v"] = run.outer(delta_v[1:], x_last_2_4[1:])
    dparams["W_a"] = run.outer(delta_a[1:], x_last_2_5[1:])
    dparams["W_g"] = run.outer(delta_g[1:], x_last_2_6[1:])
    dparams["W_h"] = run.outer(delta_h[1:], y_g[1:])
    dparams["mu_r"] = run.total((W_r.T @ delta_r[1:]) * (last_2[:-1] - x[1:]))
    dparams["mu_d"] = run.total(-(W_d.T @ delta_W_d[1:]) * (last_2[:-1] - x[1:]))
    dparams["b_d"] = run.total(-delta_W_d[1:])
    dparams["mu_k"] = run.total((W_k.T @ delta_u[1:]) * (last_2[:-1] - x[1:]))
    dparams["mu_v"] = run.total((W_v.T @ delta_v[1:]) * (last_2[:-1] - x[1:]))
    dparams["mu_a"] = run.total((W_a.T @ delta_a[1:]) * (last_2[:-1] - x[1:]))
    dparams["b_a"] = run.total(delta_a[1:])
    dparams["mu_g"] = run.total((W_g.T @ delta_g[1:]) * (last_2[:-1] - x[1:]))
    dparams["w_n"] = run.total(
        delta_n[1:] * u[1:] / np.sqrt(sum_u[1:]) - fn.total(part_n[1:]) * 2 * w_n * u[1:]**2
    )
    dparams["w_a"] = run.total(delta_k[1:] * u[1:] * (a[1:] - 1))
    dparams["w_r"] = run.total(fn.total(part_y[1:]) * r[1:] * k[1:])
    return run.give(dparams, dx, (next_last_2, next_C))
