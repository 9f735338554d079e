"""JANET: LSTM with nothing but a forget gate. van der Westhuizen & Lasenby 2018.

    s_t = W_fh h_{t-1} + W_fx x_t + b_f
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    h_t = σ(s_t) ⊙ h_{t-1} + (1 − σ(s_t − beta)) ⊙ c̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "JANET", "TDB", "THB"
SHAPES = {
    "W_fh": "HH", "W_fx": "HD", "b_f": "H1", "W_ch": "HH", "W_cx": "HD", "b_c": "H1",
}
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
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_h = np.concatenate([params["W_fh"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_cx"]])
    x = run.from_one(x)
    net = new("HH")
    s, c_tilde = run.rows(net, H, H)
    h = new("H")
    sigma_s = new("H")
    sigma_s_2 = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_c"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        np.tanh(c_tilde[t], out=c_tilde[t])
        sigma_s[t] = sigmoid(s[t] - beta)
        sigma_s_2[t] = sigmoid(s[t])
        h[t] = (1 - sigma_s[t]) * c_tilde[t] + sigma_s_2[t] * h[t - 1]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, c_tilde=c_tilde, h=h, sigma_s=sigma_s, sigma_s_2=sigma_s_2)
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
    x, c_tilde, h, sigma_s, sigma_s_2 = run.take(tape, "x c_tilde h sigma_s sigma_s_2")
    W_h = np.concatenate([params["W_fh"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_cx"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_s, delta_c_tilde = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c_tilde[t] = delta_h * (1 - sigma_s[t]) * (1 - c_tilde[t]**2)
        delta_s[t] = (delta_h
            * (sigma_s_2[t] * (1 - sigma_s_2[t]) * h[t - 1]
                - sigma_s[t] * (1 - sigma_s[t]) * c_tilde[t]))
        next_h = W_h.T @ delta[t] + delta_h * sigma_s_2[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = dW_h[:H]
    dparams["W_fx"] = dW_x[:H]
    dparams["W_ch"] = dW_h[H:2 * H]
    dparams["W_cx"] = dW_x[H:2 * H]
    dparams["b_f"] = run.total(delta_s[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    return run.give(dparams, dx, (next_h,))
