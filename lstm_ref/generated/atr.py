"""ATR: Addition-subtraction twin-gated network. Zhang et al. 2018.

    p_t = W_x x_t + b_p
    q_t = W_h h_{t-1}
    i_t = σ(p_t + q_t)
    f_t = σ(p_t − q_t)
    h_t = i_t ⊙ p_t + f_t ⊙ h_{t-1}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "ATR", "TDB", "THB"
SHAPES = {"W_x": "HD", "b_p": "H1", "W_h": "HH"}
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
    W_x = params["W_x"]
    W_h = params["W_h"]
    b_p = params["b_p"]
    x = run.from_one(x)
    net = new("HH")
    p, q = run.rows(net, H, H)
    i = new("H")
    f = new("H")
    h = new("H")
    h[0] = initial[0]
    net[1:] = 0
    p[1:] += W_x @ x[1:]
    p[1:] += b_p
    for t in range(1, T + 1):
        q[t] += W_h @ h[t - 1]
        i[t] = sigmoid(p[t] + q[t])
        f[t] = sigmoid(p[t] - q[t])
        h[t] = i[t] * p[t] + f[t] * h[t - 1]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, p=p, i=i, f=f, h=h)
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
    x, p, i, f, h = run.take(tape, "x p i f h")
    W_x = params["W_x"]
    W_h = params["W_h"]
    e = run.from_one(outside)
    delta = new("HH")
    delta_p, delta_q = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_f = delta_h * h[t - 1]
        part_f = delta_f * f[t] * (1 - f[t])
        delta_i = delta_h * p[t]
        part_i = delta_i * i[t] * (1 - i[t])
        delta_q[t] = part_i - part_f
        delta_p[t] = part_i + part_f + delta_h * i[t]
        next_h = W_h.T @ delta_q[t] + delta_h * f[t]
    dx = W_x.T @ delta_p[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_x"] = errors[:H] @ run.flat(x[1:]).T
    dparams["W_h"] = errors[H:2 * H] @ run.flat(h[:-1]).T
    dparams["b_p"] = run.total(delta_p[1:])
    return run.give(dparams, dx, (next_h,))
