"""LRN: Lightweight recurrent network. Zhang & Sennrich 2019.

    q_t = W_q x_t
    k_t = W_k x_t
    v_t = W_v x_t
    i_t = σ(k_t + h_{t-1})
    f_t = σ(q_t − h_{t-1})
    h_t = tanh(i_t ⊙ v_t + f_t ⊙ h_{t-1})

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LRN", "TDB", "THB"
SHAPES = {"W_q": "HD", "W_k": "HD", "W_v": "HD"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


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
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"]])
    x = run.from_one(x)
    net = new("HHH")
    q, k, v = run.rows(net, H, H, H)
    i = new("H")
    f = new("H")
    h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        i[t] = sigmoid(k[t] + h[t - 1])
        f[t] = sigmoid(q[t] - h[t - 1])
        h[t] = np.tanh(i[t] * v[t] + f[t] * h[t - 1])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, v=v, i=i, f=f, h=h)
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
    next_h, = last
    x, v, i, f, h = run.take(tape, "x v i f h")
    W_x = np.concatenate([params["W_q"], params["W_k"], params["W_v"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_q, delta_k, delta_v = run.rows(delta, H, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_f = delta_h * (1 - h[t]**2) * h[t - 1]
        part_f = delta_f * f[t] * (1 - f[t])
        delta_i = delta_h * (1 - h[t]**2) * v[t]
        part_i = delta_i * i[t] * (1 - i[t])
        delta_v[t] = delta_h * (1 - h[t]**2) * i[t]
        delta_k[t] = part_i
        delta_q[t] = part_f
        next_h = part_i - part_f + delta_h * (1 - h[t]**2) * f[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_q"] = dW_x[:H]
    dparams["W_k"] = dW_x[H:2 * H]
    dparams["W_v"] = dW_x[2 * H:3 * H]
    return run.give(dparams, dx, (next_h,))
