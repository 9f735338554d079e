"""RWKV4: RWKV-4 time mixing with the maximum that keeps exponentials small. Peng et al. 2023.

    k_t = W_k (mu_k ⊙ x_t + (1 − mu_k) ⊙ last_{t-1})
    v_t = W_v (mu_v ⊙ x_t + (1 − mu_v) ⊙ last_{t-1})
    r_t = σ(W_r (mu_r ⊙ x_t + (1 − mu_r) ⊙ last_{t-1}))
    last_t = x_t
    q_t = max(p_{t-1}, w_first + k_t)
    o_t = (exp(p_{t-1} − q_t) ⊙ a_{t-1} + exp(w_first + k_t − q_t) ⊙ v_t)
          / (exp(p_{t-1} − q_t) ⊙ n_{t-1} + exp(w_first + k_t − q_t))
    p_t = max(p_{t-1} − exp(w_decay), k_t)
    a_t = exp(p_{t-1} − exp(w_decay) − p_t) ⊙ a_{t-1} + exp(k_t − p_t) ⊙ v_t
    n_t = exp(p_{t-1} − exp(w_decay) − p_t) ⊙ n_{t-1} + exp(k_t − p_t)
    h_t = W_o (r_t ⊙ o_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "RWKV4", "TDB", "TPB"
SHAPES = {
    "W_k": "HD", "mu_k": "D1", "W_v": "HD", "mu_v": "D1", "W_r": "HD", "mu_r": "D1",
    "w_first": "H1", "w_decay": "H1", "W_o": "PH",
}
STATES = {"last": "DB", "p": "HB", "a": "HB", "n": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (last_0, p_0, a_0, n_0); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_k = params["W_k"]
    W_v = params["W_v"]
    W_r = params["W_r"]
    W_o = params["W_o"]
    mu_k = params["mu_k"]
    mu_v = params["mu_v"]
    mu_r = params["mu_r"]
    w_first = params["w_first"]
    w_decay = params["w_decay"]
    x = run.from_one(x)
    k = new("H")
    v = new("H")
    r = new("H")
    last_2 = new("D")
    q = new("H")
    o = new("H")
    p = new("H")
    a = new("H")
    n = new("H")
    h = new("P")
    x_last_2 = new("D")
    x_last_2_2 = new("D")
    x_last_2_3 = new("D")
    exp_q_p = new("H")
    exp_q_k = new("H")
    exp_p_p = new("H")
    exp_p_k = new("H")
    r_o = new("H")
    last_2[0] = initial[0]
    p[0] = initial[1]
    a[0] = initial[2]
    n[0] = initial[3]
    w_decay_2 = -np.exp(w_decay)
    for t in range(1, T + 1):
        x_last_2[t] = mu_k * x[t] + (1 - mu_k) * last_2[t - 1]
        k[t] = W_k @ x_last_2[t]
        x_last_2_2[t] = mu_v * x[t] + (1 - mu_v) * last_2[t - 1]
        v[t] = W_v @ x_last_2_2[t]
        x_last_2_3[t] = mu_r * x[t] + (1 - mu_r) * last_2[t - 1]
        r[t] = sigmoid(W_r @ x_last_2_3[t])
        last_2[t] = x[t]
        q[t] = fn.maximum(p[t - 1], w_first + k[t])
        exp_q_p[t] = np.exp(p[t - 1] - q[t])
        exp_q_k[t] = np.exp(w_first + k[t] - q[t])
        o[t] = ((exp_q_p[t] * a[t - 1] + exp_q_k[t] * v[t])
            / (exp_q_p[t] * n[t - 1] + exp_q_k[t]))
        p[t] = fn.maximum(p[t - 1] + w_decay_2, k[t])
        exp_p_p[t] = np.exp(p[t - 1] + w_decay_2 - p[t])
        exp_p_k[t] = np.exp(k[t] - p[t])
        a[t] = exp_p_p[t] * a[t - 1] + exp_p_k[t] * v[t]
        n[t] = exp_p_p[t] * n[t - 1] + exp_p_k[t]
        r_o[t] = r[t] * o[t]
        h[t] = W_o @ r_o[t]
    outputs, state_T = run.leave(CELL, h, (last_2[T], p[T], a[T], n[T],))
    tape.update(
        x=x, k=k, v=v, r=r, last_2=last_2, o=o, p=p, a=a, n=n, x_last_2=x_last_2,
        x_last_2_2=x_last_2_2, x_last_2_3=x_last_2_3, exp_q_p=exp_q_p, exp_q_k=exp_q_k,
        w_decay_2=w_decay_2, exp_p_p=exp_p_p, exp_p_k=exp_p_k, r_o=r_o,
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
    next_last_2, next_p, next_a, next_n = last
    (
        x, k, v, r, last_2, o, p, a, n, x_last_2, x_last_2_2, x_last_2_3, exp_q_p, exp_q_k,
        w_decay_2, exp_p_p, exp_p_k, r_o,
    ) = run.take(
        tape,
        "x k v r last_2 o p a n x_last_2 x_last_2_2 x_last_2_3 exp_q_p exp_q_k w_decay_2 "
        "exp_p_p exp_p_k r_o",
    )
    W_k = params["W_k"]
    W_v = params["W_v"]
    W_r = params["W_r"]
    W_o = params["W_o"]
    mu_k = params["mu_k"]
    mu_v = params["mu_v"]
    mu_r = params["mu_r"]
    w_first = params["w_first"]
    w_decay = params["w_decay"]
    e = run.from_one(outside)
    delta_k = new("H")
    delta_v = new("H")
    delta_r = new("H")
    delta_last_2 = new("D")
    delta_q = new("H")
    delta_o = new("H")
    delta_p = new("H")
    delta_a = new("H")
    delta_n = new("H")
    delta_h = new("P")
    part_q = new("H")
    part_o = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = e[t]
        back_W_o = W_o.T @ delta_h[t]
        delta_n[t] = next_n
        delta_a[t] = next_a
        delta_p[t] = (next_p + delta_a[t] * (-exp_p_p[t] * a[t - 1] - exp_p_k[t] * v[t])
            + delta_n[t] * (-exp_p_p[t] * n[t - 1] - exp_p_k[t]))
        delta_o[t] = back_W_o * r[t]
        part_o[t] = (delta_o[t]
            * (exp_q_k[t] * v[t] / (exp_q_p[t] * n[t - 1] + exp_q_k[t])
                - (exp_q_p[t] * a[t - 1] + exp_q_k[t] * v[t]) * exp_q_k[t]
                    / (exp_q_p[t] * n[t - 1] + exp_q_k[t])**2))
        delta_q[t] = (delta_o[t]
            * ((-exp_q_p[t] * a[t - 1] - exp_q_k[t] * v[t])
                    / (exp_q_p[t] * n[t - 1] + exp_q_k[t])
                + (exp_q_p[t] * a[t - 1] + exp_q_k[t] * v[t])
                    / (exp_q_p[t] * n[t - 1] + exp_q_k[t])))
        part_q[t] = delta_q[t] * (1 + fn.sign(w_first + k[t] - p[t - 1])) / 2
        delta_last_2[t] = next_last_2
        delta_r[t] = back_W_o * o[t] * r[t] * (1 - r[t])
        back_W_r = W_r.T @ delta_r[t]
        delta_v[t] = (delta_o[t] * exp_q_k[t] / (exp_q_p[t] * n[t - 1] + exp_q_k[t])
            + delta_a[t] * exp_p_k[t])
        back_W_v = W_v.T @ delta_v[t]
        delta_k[t] = (part_q[t] + part_o[t]
            + delta_p[t] * (1 + fn.sign(np.exp(w_decay) + k[t] - p[t - 1])) / 2
            + delta_a[t] * exp_p_k[t] * v[t] + delta_n[t] * exp_p_k[t])
        back_W_k = W_k.T @ delta_k[t]
        next_n = (-delta_o[t] * exp_q_p[t] * (exp_q_p[t] * a[t - 1] + exp_q_k[t] * v[t])
                / (exp_q_p[t] * n[t - 1] + exp_q_k[t])**2 + delta_n[t] * exp_p_p[t])
        next_a = (delta_o[t] * exp_q_p[t] / (exp_q_p[t] * n[t - 1] + exp_q_k[t])
            + delta_a[t] * exp_p_p[t])
        next_p = (delta_q[t] * (1 + fn.sign(p[t - 1] - w_first - k[t])) / 2
            + delta_o[t]
                * (exp_q_p[t] * a[t - 1] / (exp_q_p[t] * n[t - 1] + exp_q_k[t])
                    - exp_q_p[t] * (exp_q_p[t] * a[t - 1] + exp_q_k[t] * v[t]) * n[t - 1]
                        / (exp_q_p[t] * n[t - 1] + exp_q_k[t])**2)
            + delta_p[t] * (1 + fn.sign(p[t - 1] + w_decay_2 - k[t])) / 2
            + delta_a[t] * exp_p_p[t] * a[t - 1] + delta_n[t] * exp_p_p[t] * n[t - 1])
        next_last_2 = back_W_k * (1 - mu_k) + back_W_v * (1 - mu_v) + back_W_r * (1 - mu_r)
    dx = ((W_k.T @ delta_k[1:]) * mu_k + (W_v.T @ delta_v[1:]) * mu_v
        + (W_r.T @ delta_r[1:]) * mu_r + delta_last_2[1:])
    dparams = {}
    dparams["W_k"] = run.outer(delta_k[1:], x_last_2[1:])
    dparams["W_v"] = run.outer(delta_v[1:], x_last_2_2[1:])
    dparams["W_r"] = run.outer(delta_r[1:], x_last_2_3[1:])
    dparams["W_o"] = run.outer(delta_h[1:], r_o[1:])
    dparams["mu_k"] = run.total((W_k.T @ delta_k[1:]) * (x[1:] - last_2[:-1]))
    dparams["mu_v"] = run.total((W_v.T @ delta_v[1:]) * (x[1:] - last_2[:-1]))
    dparams["mu_r"] = run.total((W_r.T @ delta_r[1:]) * (x[1:] - last_2[:-1]))
    dparams["w_first"] = run.total(part_q[1:] + part_o[1:])
    dparams["w_decay"] = run.total(
        -delta_p[1:] * (1 + fn.sign(p[:-1] + w_decay_2 - k[1:])) / 2 * np.exp(w_decay)
        - delta_a[1:] * exp_p_p[1:] * np.exp(w_decay) * a[:-1]
        - delta_n[1:] * exp_p_p[1:] * np.exp(w_decay) * n[:-1]
    )
    return run.give(dparams, dx, (next_last_2, next_p, next_a, next_n))
