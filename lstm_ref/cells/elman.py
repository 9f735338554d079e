"""The Elman network, or simple recurrent network (Elman 1990), with tanh.

Notation: x_t (D, B) input; h_t (H, B) output and state; δ_h = ∂E/∂net_h, the error at the
weighted input of h.

    h_t = tanh(W_hh h_{t-1} + W_hx x_t + b_h)       (eq-elman)
"""

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import loop
from lstm_ref.cells import params as init_params

NAME, STATES = "ELMAN", {"h": "HB"}
SHAPES = {"W_hx": "HD", "W_hh": "HH", "b_h": "H1"}


def init(rng, D, H, *, recurrent="uniform", dtype=np.float64):
    """Fresh parameters: dict of W_hx (H, D), W_hh (H, H), b_h (H, 1) = 0.

    recurrent: how weights are drawn, see `lstm_ref.cells.params.draw`.
    Raises TypeError or ValueError.
    """
    return init_params.draw(rng, SHAPES, D, H, recurrent, dtype)


@arguments.step(SHAPES, STATES)
def step(params, x, state):
    """One step: x (D, B), state (h,) of (H, B) -> new state, record for the tape."""
    W, (h_prev,) = params, state
    h = np.tanh(W["W_hh"] @ h_prev + W["W_hx"] @ x + W["b_h"])  # (H, B)
    return (h,), dict(x=x, h_prev=h_prev, h=h)


@arguments.step(SHAPES, STATES)
def step_backward(params, tape, dstate):
    """One step back: dstate = (∂E/∂h_t,). tape: the record of `step`.

    Returns the gradients of this step's use of the parameters, dx (D, B) and (∂E/∂h_{t-1},).
    """
    W, (dh,) = params, dstate
    x, h_prev, h = tape["x"], tape["h_prev"], tape["h"]
    delta_h = dh * (1 - h**2)  # at the weighted input of tanh
    dparams = {
        "W_hx": delta_h @ x.T,
        "W_hh": delta_h @ h_prev.T,
        "b_h": delta_h.sum(axis=1, keepdims=True),
    }
    return dparams, W["W_hx"].T @ delta_h, (W["W_hh"].T @ delta_h,)


def forward(params, x, state0=None):
    """Run over a sequence x (T, D, B) from state0 = (h_0,), (H, B); None means zeros.

    Returns (h, (h_T,), tape): h (T, H, B) is every output, tape is what `backward` needs.
    T = 0 and T = 1 are allowed. Raises TypeError or ValueError for a bad argument and
    FloatingPointError if the numbers overflow.
    """
    return loop.forward(step, SHAPES, STATES, params, x, state0)


def backward(params, tape, dh, dstate_T=None):
    """Back-propagation through time: exact gradients, nothing truncated.

    dh (T, H, B): error ∂E/∂h_t that enters from outside at every step, None for none;
    dstate_T = (dh_T,): error that enters through the last state, None for none.
    Returns (dparams, dx, (dh_0,)) with the shapes of params, x and state0.
    """
    return loop.backward(step_backward, SHAPES, STATES, params, tape, dh, dstate_T)
