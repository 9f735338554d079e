"""GLA: Gated linear attention, each column of the memory decays by itself. Yang et al. 2024.

    q_t = W_q x_t
    k_t = W_k x_t
    v_t = W_v x_t
    u_t = W_u x_t
    a_t = exp(logsigmoid(W_a u_t + b_a) / tau)
    C_t = C_{t-1} diag(a_t) + v_t k_tᵀ
    h_t = C_t q_t

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

NAME, INPUT, OUTPUT = "GLA", "TDB", "TPB"
SHAPES = {"W_q": "HD", "W_k": "HD", "W_v": "PD", "W_u": "QD", "W_a": "HQ", "b_a": "H1"}
STATES = {"C": "PHB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
tau = 16.0


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (C_0,); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    W_a = params["W_a"]
    b_a = params["b_a"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"], params["W_u"]])
    x = run.from_one(x)
    net = new("HHPQ")
    q, k, v, u = run.rows(net, H, H, P, Q)
    a = new("H")
    C = new("P", "H")
    h = new("P")
    W_a_u = new("H")
    C[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        W_a_u[t] = W_a @ u[t]
        a[t] = np.exp(fn.logsigmoid(W_a_u[t] + b_a) / tau)
        C[t] = C[t - 1] * a[t][..., None, :, :] + fn.outer(v[t], k[t])
        h[t] = fn.apply(C[t], q[t])
    outputs, state_T = run.leave(CELL, h, (C[T],))
    tape.update(x=x, q=q, k=k, v=v, u=u, a=a, C=C, W_a_u=W_a_u)
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
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    next_C, = last
    x, q, k, v, u, a, C, W_a_u = run.take(tape, "x q k v u a C W_a_u")
    W_a = params["W_a"]
    b_a = params["b_a"]
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"], params["W_u"]])
    e = run.from_one(outside)
    delta = new("HHPQ")
    delta_q, delta_k, delta_v, delta_u = run.rows(delta, H, H, P, Q)
    delta_a = new("H")
    delta_W_a = new("H")
    for t in range(T, 0, -1):
        delta_h = e[t]
        delta_C = next_C + fn.outer(delta_h, q[t])
        delta_a[t] = np.sum(delta_C * C[t - 1], axis=-3) * a[t]
        delta_W_a[t] = delta_a[t] * sigmoid(-W_a_u[t] - b_a) / tau
        back_W_a = W_a.T @ delta_W_a[t]
        delta_u[t] = back_W_a
        delta_v[t] = fn.apply(delta_C, k[t])
        delta_k[t] = fn.apply_transposed(delta_C, v[t])
        delta_q[t] = fn.apply_transposed(C[t], delta_h)
        next_C = delta_C * a[t][..., None, :, :]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_q"] = dW_x[:H]
    dparams["W_k"] = dW_x[H:2 * H]
    dparams["W_v"] = dW_x[2 * H:2 * H + P]
    dparams["W_u"] = dW_x[2 * H + P:2 * H + P + Q]
    dparams["W_a"] = run.outer(delta_W_a[1:], u[1:])
    dparams["b_a"] = run.total(delta_W_a[1:])
    return run.give(dparams, dx, (next_C,))
