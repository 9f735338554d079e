"""HOPFIELD: State that is read from stored patterns by softmax. After Ramsauer et al. 2021.

    q_t = W_q x_t + U_q h_{t-1} + b_q
    a_t = X_pᵀ q_t
    p_t = softmax(beta a_t)
    h_t = X_p p_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "HOPFIELD", "TDB", "THB"
SHAPES = {"W_q": "HD", "U_q": "HH", "b_q": "H1", "X_p": "HP"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
beta = 1.0


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_q = params["W_q"]
    U_q = params["U_q"]
    X_p = params["X_p"]
    b_q = params["b_q"]
    x = run.from_one(x)
    net = new("H")
    q, = run.rows(net, H)
    a = new("P")
    p = new("P")
    h = new("H")
    h[0] = initial[0]
    np.matmul(W_q, x[1:], out=net[1:])
    q[1:] += b_q
    for t in range(1, T + 1):
        q[t] += U_q @ h[t - 1]
        a[t] = X_p.T @ q[t]
        p[t] = fn.softmax(beta * a[t])
        h[t] = X_p @ p[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, q=q, p=p, h=h)
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
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_h, = last
    x, q, p, h = run.take(tape, "x q p h")
    W_q = params["W_q"]
    U_q = params["U_q"]
    X_p = params["X_p"]
    e = run.from_one(outside)
    delta = new("H")
    delta_q, = run.rows(delta, H)
    delta_a = new("P")
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        back_X_p_2 = X_p.T @ delta_h[t]
        delta_p = back_X_p_2
        part_p = delta_p * p[t]
        delta_a[t] = part_p * beta - fn.total(part_p) * beta * p[t]
        back_X_p = X_p @ delta_a[t]
        delta_q[t] = back_X_p
        next_h = U_q.T @ delta_q[t]
    dx = W_q.T @ delta_q[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_q"] = errors @ run.flat(x[1:]).T
    dparams["U_q"] = errors @ run.flat(h[:-1]).T
    dparams["X_p"] = run.outer(q[1:], delta_a[1:]) + run.outer(delta_h[1:], p[1:])
    dparams["b_q"] = run.total(delta_q[1:])
    return run.give(dparams, dx, (next_h,))
