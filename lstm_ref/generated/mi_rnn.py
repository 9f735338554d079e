"""MI_RNN: Recurrent network with multiplicative integration. Wu et al. 2016.

    p_t = W_h x_t
    q_t = U_h h_{t-1}
    h_t = tanh(alpha_h ⊙ p_t ⊙ q_t + beta_one ⊙ q_t + beta_two ⊙ p_t + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MI_RNN", "TDB", "THB"
SHAPES = {
    "W_h": "HD", "U_h": "HH", "alpha_h": "H1", "beta_one": "H1", "beta_two": "H1",
    "b_h": "H1",
}
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
    W_h = params["W_h"]
    U_h = params["U_h"]
    alpha_h = params["alpha_h"]
    beta_one = params["beta_one"]
    beta_two = params["beta_two"]
    b_h = params["b_h"]
    x = run.from_one(x)
    net = new("HH")
    p, q = run.rows(net, H, H)
    h = new("H")
    h[0] = initial[0]
    net[1:] = 0
    p[1:] += W_h @ x[1:]
    for t in range(1, T + 1):
        q[t] += U_h @ h[t - 1]
        h[t] = np.tanh(alpha_h * p[t] * q[t] + p[t] * beta_two + q[t] * beta_one + b_h)
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, p=p, q=q, h=h)
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
    x, p, q, h = run.take(tape, "x p q h")
    W_h = params["W_h"]
    U_h = params["U_h"]
    alpha_h = params["alpha_h"]
    beta_one = params["beta_one"]
    beta_two = params["beta_two"]
    e = run.from_one(outside)
    delta = new("HH")
    delta_p, delta_q = run.rows(delta, H, H)
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = (next_h + e[t]) * (1 - h[t]**2)
        delta_q[t] = delta_h[t] * (alpha_h * p[t] + beta_one)
        delta_p[t] = delta_h[t] * (alpha_h * q[t] + beta_two)
        next_h = U_h.T @ delta_q[t]
    dx = W_h.T @ delta_p[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_h"] = errors[:H] @ run.flat(x[1:]).T
    dparams["U_h"] = errors[H:2 * H] @ run.flat(h[:-1]).T
    dparams["alpha_h"] = run.total(delta_h[1:] * p[1:] * q[1:])
    dparams["beta_one"] = run.total(delta_h[1:] * q[1:])
    dparams["beta_two"] = run.total(delta_h[1:] * p[1:])
    dparams["b_h"] = run.total(delta_h[1:])
    return run.give(dparams, dx, (next_h,))
