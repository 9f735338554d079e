"""RHN: Recurrent highway network of depth 2, carry gate 1 - g. Zilly et al. 2017.

    h1_t = tanh(W_h x_t + R_h1 s_{t-1} + b_h1)
    g1_t = σ(W_g x_t + R_g1 s_{t-1} + b_g1)
    s1_t = h1_t ⊙ g1_t + s_{t-1} ⊙ (1 − g1_t)
    h2_t = tanh(R_h2 s1_t + b_h2)
    g2_t = σ(R_g2 s1_t + b_g2)
    s_t = h2_t ⊙ g2_t + s1_t ⊙ (1 − g2_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "RHN", "TDB", "THB"
SHAPES = {
    "W_h": "HD", "R_h1": "HH", "b_h1": "H1", "W_g": "HD", "R_g1": "HH", "b_g1": "H1",
    "R_h2": "HH", "b_h2": "H1", "R_g2": "HH", "b_g2": "H1",
}
STATES = {"s": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (s_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    R_h2 = params["R_h2"]
    R_g2 = params["R_g2"]
    b_h2 = params["b_h2"]
    b_g2 = params["b_g2"]
    W_s = np.concatenate([params["R_h1"], params["R_g1"]])
    W_x = np.concatenate([params["W_h"], params["W_g"]])
    x = run.from_one(x)
    net = new("HH")
    h1, g1 = run.rows(net, H, H)
    s1 = new("H")
    h2 = new("H")
    g2 = new("H")
    s = new("H")
    s[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_h1"], params["b_g1"]])
    for t in range(1, T + 1):
        net[t] += W_s @ s[t - 1]
        np.tanh(h1[t], out=h1[t])
        sigmoid(g1[t], out=g1[t])
        s1[t] = h1[t] * g1[t] + (1 - g1[t]) * s[t - 1]
        h2[t] = np.tanh(R_h2 @ s1[t] + b_h2)
        g2[t] = sigmoid(R_g2 @ s1[t] + b_g2)
        s[t] = h2[t] * g2[t] + (1 - g2[t]) * s1[t]
    outputs, state_T = run.leave(CELL, s, (s[T],))
    tape.update(x=x, h1=h1, g1=g1, s1=s1, h2=h2, g2=g2, s=s)
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
    next_s, = last
    x, h1, g1, s1, h2, g2, s = run.take(tape, "x h1 g1 s1 h2 g2 s")
    R_h2 = params["R_h2"]
    R_g2 = params["R_g2"]
    W_s = np.concatenate([params["R_h1"], params["R_g1"]])
    W_x = np.concatenate([params["W_h"], params["W_g"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_h1, delta_g1 = run.rows(delta, H, H)
    delta_h2 = new("H")
    delta_g2 = new("H")
    for t in range(T, 0, -1):
        delta_s = next_s + e[t]
        delta_g2[t] = delta_s * (h2[t] - s1[t]) * g2[t] * (1 - g2[t])
        back_R_g2 = R_g2.T @ delta_g2[t]
        delta_h2[t] = delta_s * g2[t] * (1 - h2[t]**2)
        back_R_h2 = R_h2.T @ delta_h2[t]
        delta_s1 = back_R_h2 + back_R_g2 + delta_s * (1 - g2[t])
        delta_g1[t] = delta_s1 * (h1[t] - s[t - 1]) * g1[t] * (1 - g1[t])
        delta_h1[t] = delta_s1 * g1[t] * (1 - h1[t]**2)
        next_s = W_s.T @ delta[t] + delta_s1 * (1 - g1[t])
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_s = errors @ run.flat(s[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_h"] = dW_x[:H]
    dparams["R_h1"] = dW_s[:H]
    dparams["W_g"] = dW_x[H:2 * H]
    dparams["R_g1"] = dW_s[H:2 * H]
    dparams["R_h2"] = run.outer(delta_h2[1:], s1[1:])
    dparams["R_g2"] = run.outer(delta_g2[1:], s1[1:])
    dparams["b_h1"] = run.total(delta_h1[1:])
    dparams["b_g1"] = run.total(delta_g1[1:])
    dparams["b_h2"] = run.total(delta_h2[1:])
    dparams["b_g2"] = run.total(delta_g2[1:])
    return run.give(dparams, dx, (next_s,))
