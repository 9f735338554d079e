"""RAN: Recurrent additive network. Lee, Levy & Zettlemoyer 2017.

    i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)
    f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)
    c_t = i_t ⊙ (W_cx x_t) + f_t ⊙ c_{t-1}
    h_t = tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "RAN", "TDB", "THB"
SHAPES = {
    "W_ih": "HH", "W_ix": "HD", "b_i": "H1", "W_fh": "HH", "W_fx": "HD", "b_f": "H1",
    "W_cx": "HD",
}
STATES = {"h": "HB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_cx = params["W_cx"]
    W_h = np.concatenate([params["W_ih"], params["W_fh"]])
    W_x = np.concatenate([params["W_ix"], params["W_fx"]])
    x = run.from_one(x)
    net = new("HH")
    i, f = run.rows(net, H, H)
    c = new("H")
    h = new("H")
    W_cx_x = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_i"], params["b_f"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        sigmoid(net[t], out=net[t])
        W_cx_x[t] = W_cx @ x[t]
        c[t] = i[t] * W_cx_x[t] + f[t] * c[t - 1]
        h[t] = np.tanh(c[t])
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(x=x, i=i, f=f, c=c, h=h, W_cx_x=W_cx_x)
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
    next_h, next_c = last
    x, i, f, c, h, W_cx_x = run.take(tape, "x i f c h W_cx_x")
    W_cx = params["W_cx"]
    W_h = np.concatenate([params["W_ih"], params["W_fh"]])
    W_x = np.concatenate([params["W_ix"], params["W_fx"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_i, delta_f = run.rows(delta, H, H)
    delta_c = new("H")
    delta_W_cx = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c[t] = next_c + delta_h * (1 - h[t]**2)
        delta_W_cx[t] = delta_c[t] * i[t]
        delta_f[t] = delta_c[t] * c[t - 1] * f[t] * (1 - f[t])
        delta_i[t] = delta_c[t] * W_cx_x[t] * i[t] * (1 - i[t])
        next_c = delta_c[t] * f[t]
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:] + W_cx.T @ delta_W_cx[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_ih"] = dW_h[:H]
    dparams["W_ix"] = dW_x[:H]
    dparams["W_fh"] = dW_h[H:2 * H]
    dparams["W_fx"] = dW_x[H:2 * H]
    dparams["W_cx"] = run.outer(delta_W_cx[1:], x[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    return run.give(dparams, dx, (next_h, next_c))
