"""FAST_WEIGHTS: Fast weights that attend to the recent past, one inner step. Ba et al. 2016.

    A_t = lamda A_{t-1} + eta h_{t-1} h_{t-1}ᵀ
    u_t = W_h h_{t-1} + W_x x_t
    s_t = relu(u_t)
    a_t = u_t + A_t s_t
    d_t = a_t − mean(a_t)
    h_t = relu(g_h ⊙ d_t / √(mean(d_t²) + epsilon) + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "FAST_WEIGHTS", "TDB", "THB"
SHAPES = {"W_h": "HH", "W_x": "HD", "g_h": "H1", "b_h": "H1"}
STATES = {"h": "HB", "A": "HHB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
lamda = 0.95
eta = 0.5
epsilon = 1e-05


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, A_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_h = params["W_h"]
    W_x = params["W_x"]
    g_h = params["g_h"]
    b_h = params["b_h"]
    x = run.from_one(x)
    net = new("H")
    u, = run.rows(net, H)
    A = new("H", "H")
    s = new("H")
    a = new("H")
    d = new("H")
    h = new("H")
    mean_d = new("1")
    h[0] = initial[0]
    A[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        u[t] += W_h @ h[t - 1]
        A[t] = lamda * A[t - 1] + eta * fn.outer(h[t - 1], h[t - 1])
        s[t] = fn.relu(u[t])
        a[t] = fn.apply(A[t], s[t]) + u[t]
        d[t] = a[t] - fn.mean(a[t])
        mean_d[t] = fn.mean(d[t]**2)
        h[t] = fn.relu(g_h * d[t] / np.sqrt(mean_d[t] + epsilon) + b_h)
    outputs, state_T = run.leave(CELL, h, (h[T], A[T],))
    tape.update(x=x, A=A, s=s, d=d, h=h, mean_d=mean_d)
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
    next_h, next_A = last
    x, A, s, d, h, mean_d = run.take(tape, "x A s d h mean_d")
    W_h = params["W_h"]
    W_x = params["W_x"]
    g_h = params["g_h"]
    e = run.from_one(outside)
    delta = new("H")
    delta_u, = run.rows(delta, H)
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = (next_h + e[t]) * fn.step(h[t])
        delta_d = (delta_h[t] * g_h / np.sqrt(mean_d[t] + epsilon)
            - fn.total(delta_h[t] * g_h * d[t] / (2 * H * (mean_d[t] + epsilon)**(3/2))) * 2
                * d[t])
        delta_a = delta_d - fn.total(delta_d / H)
        delta_s = fn.apply_transposed(A[t], delta_a)
        delta_u[t] = delta_s * fn.step(s[t]) + delta_a
        delta_A = next_A + fn.outer(delta_a, s[t])
        part_A = delta_A * eta
        next_A = delta_A * lamda
        next_h = (fn.apply(part_A, h[t - 1]) + fn.apply_transposed(part_A, h[t - 1])
            + W_h.T @ delta_u[t])
    dx = W_x.T @ delta_u[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_h"] = errors @ run.flat(h[:-1]).T
    dparams["W_x"] = errors @ run.flat(x[1:]).T
    dparams["g_h"] = run.total(delta_h[1:] * d[1:] / np.sqrt(mean_d[1:] + epsilon))
    dparams["b_h"] = run.total(delta_h[1:])
    return run.give(dparams, dx, (next_h, next_A))
