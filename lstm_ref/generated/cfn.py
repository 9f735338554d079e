"""CFN: Chaos-free network. Laurent & von Brecht 2017.

    theta_t = σ(W_th h_{t-1} + W_tx x_t + b_t)
    eta_t = σ(W_eh h_{t-1} + W_ex x_t + b_e)
    h_t = theta_t ⊙ tanh(h_{t-1}) + eta_t ⊙ tanh(W_hx x_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "CFN", "TDB", "THB"
SHAPES = {
    "W_th": "HH", "W_tx": "HD", "b_t": "H1", "W_eh": "HH", "W_ex": "HD", "b_e": "H1",
    "W_hx": "HD",
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
    W_hx = params["W_hx"]
    W_h = np.concatenate([params["W_th"], params["W_eh"]])
    W_x = np.concatenate([params["W_tx"], params["W_ex"]])
    x = run.from_one(x)
    net = new("HH")
    theta, eta = run.rows(net, H, H)
    h = new("H")
    W_hx_x = new("H")
    tanh_x = new("H")
    tanh_h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_t"], params["b_e"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        sigmoid(net[t], out=net[t])
        W_hx_x[t] = W_hx @ x[t]
        tanh_x[t] = np.tanh(W_hx_x[t])
        tanh_h[t] = np.tanh(h[t - 1])
        h[t] = theta[t] * tanh_h[t] + eta[t] * tanh_x[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, theta=theta, eta=eta, h=h, tanh_x=tanh_x, tanh_h=tanh_h)
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
    x, theta, eta, h, tanh_x, tanh_h = run.take(tape, "x theta eta h tanh_x tanh_h")
    W_hx = params["W_hx"]
    W_h = np.concatenate([params["W_th"], params["W_eh"]])
    W_x = np.concatenate([params["W_tx"], params["W_ex"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_theta, delta_eta = run.rows(delta, H, H)
    delta_h = new("H")
    delta_W_hx = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_W_hx[t] = delta_h[t] * eta[t] * (1 - tanh_x[t]**2)
        delta_eta[t] = delta_h[t] * tanh_x[t] * eta[t] * (1 - eta[t])
        delta_theta[t] = delta_h[t] * tanh_h[t] * theta[t] * (1 - theta[t])
        next_h = W_h.T @ delta[t] + delta_h[t] * theta[t] * (1 - tanh_h[t]**2)
    dx = W_x.T @ delta[1:] + W_hx.T @ delta_W_hx[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_th"] = dW_h[:H]
    dparams["W_tx"] = dW_x[:H]
    dparams["W_eh"] = dW_h[H:2 * H]
    dparams["W_ex"] = dW_x[H:2 * H]
    dparams["W_hx"] = run.outer(delta_W_hx[1:], x[1:])
    dparams["b_t"] = run.total(delta_theta[1:])
    dparams["b_e"] = run.total(delta_eta[1:])
    return run.give(dparams, dx, (next_h,))
