"""LINEAR_ATTENTION: Linear attention with elu + 1 as feature map. Katharopoulos et al. 2020.

    q_t = max(W_q x_t, 0) + exp(min(W_q x_t, 0))
    k_t = max(W_k x_t, 0) + exp(min(W_k x_t, 0))
    v_t = W_v x_t
    C_t = C_{t-1} + v_t k_tᵀ
    n_t = n_{t-1} + k_t
    h_t = (C_t q_t) / (n_tᵀ q_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LINEAR_ATTENTION", "TDB", "TPB"
SHAPES = {"W_q": "HD", "W_k": "HD", "W_v": "PD"}
STATES = {"C": "PHB", "n": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (C_0, n_0); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_q = params["W_q"]
    W_k = params["W_k"]
    W_v = params["W_v"]
    x = run.from_one(x)
    net = new("P")
    v, = run.rows(net, P)
    q = new("H")
    k = new("H")
    C = new("P", "H")
    n = new("H")
    h = new("P")
    W_q_x = new("H")
    min_x = new("H")
    exp_x = new("H")
    W_k_x = new("H")
    min_x_2 = new("H")
    exp_x_2 = new("H")
    sum_q_n = new("1")
    q_C = new("P")
    C[0] = initial[0]
    n[0] = initial[1]
    np.matmul(W_v, x[1:], out=net[1:])
    for t in range(1, T + 1):
        W_q_x[t] = W_q @ x[t]
        min_x[t] = fn.minimum(W_q_x[t], 0)
        exp_x[t] = np.exp(min_x[t])
        q[t] = fn.maximum(W_q_x[t], 0) + exp_x[t]
        W_k_x[t] = W_k @ x[t]
        min_x_2[t] = fn.minimum(W_k_x[t], 0)
        exp_x_2[t] = np.exp(min_x_2[t])
        k[t] = fn.maximum(W_k_x[t], 0) + exp_x_2[t]
        C[t] = C[t - 1] + fn.outer(v[t], k[t])
        n[t] = n[t - 1] + k[t]
        sum_q_n[t] = fn.total(q[t] * n[t])
        q_C[t] = fn.apply(C[t], q[t])
        h[t] = q_C[t] / sum_q_n[t]
    outputs, state_T = run.leave(CELL, h, (C[T], n[T],))
    tape.update(
        x=x, q=q, k=k, v=v, C=C, n=n, W_q_x=W_q_x, exp_x=exp_x, W_k_x=W_k_x,
        exp_x_2=exp_x_2, sum_q_n=sum_q_n, q_C=q_C,
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
    next_C, next_n = last
    x, q, k, v, C, n, W_q_x, exp_x, W_k_x, exp_x_2, sum_q_n, q_C = run.take(
        tape, "x q k v C n W_q_x exp_x W_k_x exp_x_2 sum_q_n q_C",
    )
    W_q = params["W_q"]
    W_k = params["W_k"]
    W_v = params["W_v"]
    e = run.from_one(outside)
    delta = new("P")
    delta_v, = run.rows(delta, P)
    delta_q = new("H")
    delta_k = new("H")
    delta_W_q = new("H")
    delta_W_k = new("H")
    for t in range(T, 0, -1):
        delta_h = e[t]
        part_h = delta_h / sum_q_n[t]
        part_h_2 = delta_h * q_C[t] / sum_q_n[t]**2
        back_h = fn.total(part_h_2)
        delta_n = next_n - back_h * q[t]
        delta_C = next_C + fn.outer(part_h, q[t])
        delta_v[t] = fn.apply(delta_C, k[t])
        delta_k[t] = fn.apply_transposed(delta_C, v[t]) + delta_n
        delta_W_k[t] = (delta_k[t]
            * (1/2 + fn.sign(W_k_x[t]) / 2 + (1 + fn.sign(-W_k_x[t])) / 2 * exp_x_2[t]))
        delta_q[t] = fn.apply_transposed(C[t], part_h) - back_h * n[t]
        delta_W_q[t] = (delta_q[t]
            * (1/2 + fn.sign(W_q_x[t]) / 2 + (1 + fn.sign(-W_q_x[t])) / 2 * exp_x[t]))
        next_n = delta_n
        next_C = delta_C
    dx = W_q.T @ delta_W_q[1:] + W_k.T @ delta_W_k[1:] + W_v.T @ delta_v[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_q"] = run.outer(delta_W_q[1:], x[1:])
    dparams["W_k"] = run.outer(delta_W_k[1:], x[1:])
    dparams["W_v"] = errors @ run.flat(x[1:]).T
    return run.give(dparams, dx, (next_C, next_n))
