"""The GRU with the reset gate applied before the recurrent product (Cho et al. 2014).

The same letters with the reset after the product are another model, `gru_after`: weights cannot be
carried from one to the other.
The update gate z keeps: z = 1 copies the old state (Cho et al. 2014, PyTorch, ONNX).
Chung et al. 2014 print it the other way round, with z and 1 - z exchanged.

Notation: x_t (D, B) input; h_t (H, B) output and state; z, r (H, B) update and reset gate;
h̃ (H, B) candidate; δ_z = ∂E/∂net_z, the error at the weighted input of z.

    z_t = σ(W_zh h_{t-1} + W_zx x_t + b_z)
    r_t = σ(W_rh h_{t-1} + W_rx x_t + b_r)
    h̃_t = tanh(W_hh (r_t ⊙ h_{t-1}) + W_hx x_t + b_h)
    h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ h̃_t
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import loop
from lstm_ref.cells import params as init_params
from lstm_ref.cells.activations import sigmoid
from lstm_ref.cells.interface import Interface
from lstm_ref.types import Array, Arrays, Params, State, Tape

NAME, STATES = "GRU_BEFORE", {"h": "HB"}
SHAPES = {
    name: letters
    for g in "zrh"
    for name, letters in ((f"W_{g}x", "HD"), (f"W_{g}h", "HH"), (f"b_{g}", "H1"))
}
CELL = Interface(NAME, SHAPES, STATES, KEEPS="b_z", module=__name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters: dict of W_gx (H, D), W_gh (H, H), b_g (H, 1) for g = z, r, h.

    options, see `lstm_ref.cells.params.init`: recurrent, dtype, update_bias=0.0 or "chrono" with
    T_max, start values of other biases (b_r=1.0), which are 0. Raises TypeError or ValueError.
    """
    return init_params.init(rng, CELL, D, H, **options)


@arguments.step(SHAPES, STATES)
def step(params: Params, x: Array, state: State) -> tuple[State, Tape]:
    """One step: x (D, B), state (h,) of (H, B) -> new state, record for the tape."""
    W, (h_prev,) = params, state
    # the gates
    z = sigmoid(W["W_zh"] @ h_prev + W["W_zx"] @ x + W["b_z"])  # (H, B)
    r = sigmoid(W["W_rh"] @ h_prev + W["W_rx"] @ x + W["b_r"])
    # the candidate
    h_tilde = np.tanh(W["W_hh"] @ (r * h_prev) + W["W_hx"] @ x + W["b_h"])
    # the output
    h = z * h_prev + (1 - z) * h_tilde
    return (h,), dict(x=x, h_prev=h_prev, z=z, r=r, h_tilde=h_tilde)


@arguments.step(SHAPES, STATES)
def step_backward(params: Params, tape: Tape, dstate: State) -> tuple[Arrays, Array, State]:
    """One step back: dstate = (∂E/∂h_t,). tape: the record of `step`.

    Returns the gradients of this step's use of the parameters, dx (D, B) and (∂E/∂h_{t-1},).
    """
    W, (delta_h,) = params, dstate
    x, h_prev, h_tilde = tape["x"], tape["h_prev"], tape["h_tilde"]
    z, r = tape["z"], tape["r"]
    # the output: h = z * h_prev + (1 - z) * h_tilde
    delta_z = delta_h * (h_prev - h_tilde) * z * (1 - z)
    delta_h_tilde = delta_h * (1 - z) * (1 - h_tilde**2)
    # the candidate: net_h = W_hh (r * h_prev) + W_hx x + b_h
    back = W["W_hh"].T @ delta_h_tilde  # error at r * h_prev
    delta_r = back * h_prev * r * (1 - r)
    dh_prev = delta_h * z + back * r
    dx = W["W_hx"].T @ delta_h_tilde
    dparams = {
        "W_hx": delta_h_tilde @ x.T,
        "W_hh": delta_h_tilde @ (r * h_prev).T,
        "b_h": delta_h_tilde.sum(axis=1, keepdims=True),
    }
    # the gates: net = W_h h_prev + W_x x + b
    for g, delta in (("z", delta_z), ("r", delta_r)):
        dparams[f"W_{g}x"] = delta @ x.T
        dparams[f"W_{g}h"] = delta @ h_prev.T
        dparams[f"b_{g}"] = delta.sum(axis=1, keepdims=True)
        dx = dx + W[f"W_{g}x"].T @ delta
        dh_prev = dh_prev + W[f"W_{g}h"].T @ delta
    return dparams, dx, (dh_prev,)


forward, backward = loop.over_time(CELL, step, step_backward)
