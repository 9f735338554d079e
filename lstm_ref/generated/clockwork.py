"""CLOCKWORK: Clockwork RNN, its second group moves where k is 1. Koutnik et al. 2014.

    h2_t = k_t tanh(W_two x_t + U_two h2_{t-1} + b_two) + (1 − k_t) h2_{t-1}
    h1_t = tanh(W_one x_t + U_one h1_{t-1} + U_onetwo h2_{t-1} + b_one)
    y_t = tanh(W_y1 h1_t + W_y2 h2_t + b_y)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units, Q units of another width.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "CLOCKWORK", "TDB", "TQB"
SHAPES = {
    "W_two": "HD", "U_two": "HH", "b_two": "H1", "W_one": "PD", "U_one": "PP",
    "U_onetwo": "PH", "b_one": "P1", "W_y1": "QP", "W_y2": "QH", "b_y": "Q1",
}
STATES = {"h2": "HB", "h1": "PB"}
INPUTS = {"x": "TDB", "k": "T1B"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, INPUTS=INPUTS)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Any, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x, a dict of x (T, D, B), k (T, 1, B), from state0 = (h2_0, h1_0); None means
    zeros.

    Returns (outputs (T, Q, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    W_two = params["W_two"]
    U_two = params["U_two"]
    W_one = params["W_one"]
    U_one = params["U_one"]
    U_onetwo = params["U_onetwo"]
    W_y1 = params["W_y1"]
    W_y2 = params["W_y2"]
    b_two = params["b_two"]
    b_one = params["b_one"]
    b_y = params["b_y"]
    x, k = map(run.from_one, (x["x"], x["k"]))
    net = new("P")
    h1, = run.rows(net, P)
    h2 = new("H")
    y = new("Q")
    U_two_h2 = new("H")
    W_two_x = new("H")
    tanh_x_h2 = new("H")
    h2[0] = initial[0]
    h1[0] = initial[1]
    np.matmul(W_one, x[1:], out=net[1:])
    h1[1:] += b_one
    for t in range(1, T + 1):
        h1[t] += U_one @ h1[t - 1]
        h1[t] += U_onetwo @ h2[t - 1]
        np.tanh(h1[t], out=h1[t])
        U_two_h2[t] = U_two @ h2[t - 1]
        W_two_x[t] = W_two @ x[t]
        tanh_x_h2[t] = np.tanh(W_two_x[t] + U_two_h2[t] + b_two)
        h2[t] = k[t] * tanh_x_h2[t] + (1 - k[t]) * h2[t - 1]
        y[t] = np.tanh(W_y1 @ h1[t] + W_y2 @ h2[t] + b_y)
    outputs, state_T = run.leave(CELL, y, (h2[T], h1[T],))
    tape.update(x=x, k=k, h2=h2, h1=h1, y=y, tanh_x_h2=tanh_x_h2)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Arrays, State]:
    """Back-propagation through time, exact.

    dh (T, Q, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    next_h2, next_h1 = last
    x, k, h2, h1, y, tanh_x_h2 = run.take(tape, "x k h2 h1 y tanh_x_h2")
    W_two = params["W_two"]
    U_two = params["U_two"]
    W_one = params["W_one"]
    U_one = params["U_one"]
    U_onetwo = params["U_onetwo"]
    W_y1 = params["W_y1"]
    W_y2 = params["W_y2"]
    e = run.from_one(outside)
    delta = new("P")
    delta_h1, = run.rows(delta, P)
    delta_h2 = new("H")
    delta_y = new("Q")
    delta_U_two = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = e[t] * (1 - y[t]**2)
        back_W_y1 = W_y1.T @ delta_y[t]
        back_W_y2 = W_y2.T @ delta_y[t]
        delta_h1[t] = (next_h1 + back_W_y1) * (1 - h1[t]**2)
        delta_h2[t] = next_h2 + back_W_y2
        delta_U_two[t] = delta_h2[t] * k[t] * (1 - tanh_x_h2[t]**2)
        back_U_two = U_two.T @ delta_U_two[t]
        next_h1 = U_one.T @ delta_h1[t]
        next_h2 = delta_h2[t] * (1 - k[t]) + back_U_two + U_onetwo.T @ delta_h1[t]
    dx = {}
    dx["x"] = W_two.T @ delta_U_two[1:] + W_one.T @ delta_h1[1:]
    dx["k"] = fn.total(delta_h2[1:] * (tanh_x_h2[1:] - h2[:-1]))
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_two"] = run.outer(delta_U_two[1:], x[1:])
    dparams["U_two"] = run.outer(delta_U_two[1:], h2[:-1])
    dparams["W_one"] = errors @ run.flat(x[1:]).T
    dparams["U_one"] = errors @ run.flat(h1[:-1]).T
    dparams["U_onetwo"] = errors @ run.flat(h2[:-1]).T
    dparams["W_y1"] = run.outer(delta_y[1:], h1[1:])
    dparams["W_y2"] = run.outer(delta_y[1:], h2[1:])
    dparams["b_two"] = run.total(delta_U_two[1:])
    dparams["b_one"] = run.total(delta_h1[1:])
    dparams["b_y"] = run.total(delta_y[1:])
    return run.give(dparams, dx, (next_h2, next_h1))
