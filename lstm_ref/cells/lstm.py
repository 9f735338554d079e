"""The LSTM with forget gate (Gers, Schmidhuber & Cummins 2000), without peepholes.

Notation: x_t (D, B) input; h_t, c_t (H, B) output and cell state; f, i, o (H, B) forget, input
and output gate; c̃ (H, B) candidate; ⊙ elementwise product; δ_f = ∂E/∂net_f, the error at the
weighted input of f; δ_h = ∂E/∂h_t and δ_c = ∂E/∂c_t, total derivatives.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)          (eq-forget)
    i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)          (eq-input)
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)       (eq-candidate)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t                 (eq-cell)
    o_t = σ(W_oh h_{t-1} + W_ox x_t + b_o)          (eq-output)
    h_t = o_t ⊙ tanh(c_t)                           (eq-hidden)
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

NAME, STATES = "LSTM", {"h": "HB", "c": "HB"}
SHAPES = {
    name: letters
    for g in init_params.GATES
    for name, letters in ((f"W_{g}x", "HD"), (f"W_{g}h", "HH"), (f"b_{g}", "H1"))
}
CELL = Interface(NAME, SHAPES, STATES, KEEPS="b_f", module=__name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters: dict of W_gx (H, D), W_gh (H, H), b_g (H, 1) for g = f, i, c, o.

    options, see `lstm_ref.cells.params.init`: recurrent, dtype, forget_bias=1.0 or "chrono" with
    T_max, start values of other biases (b_o=-1.0), which are 0. Raises TypeError or ValueError.
    """
    return init_params.init(rng, CELL, D, H, **options)


@arguments.step(SHAPES, STATES)
def step(params: Params, x: Array, state: State) -> tuple[State, Tape]:
    """One step: x (D, B), state (h, c) of (H, B) each -> new state, record for the tape."""
    W, (h_prev, c_prev) = params, state
    # the gates and the candidate
    f = sigmoid(W["W_fh"] @ h_prev + W["W_fx"] @ x + W["b_f"])  # (H, B)
    i = sigmoid(W["W_ih"] @ h_prev + W["W_ix"] @ x + W["b_i"])
    c_tilde = np.tanh(W["W_ch"] @ h_prev + W["W_cx"] @ x + W["b_c"])
    o = sigmoid(W["W_oh"] @ h_prev + W["W_ox"] @ x + W["b_o"])
    # the cell state
    c = f * c_prev + i * c_tilde
    # the output
    h = o * np.tanh(c)
    record = dict(x=x, h_prev=h_prev, c_prev=c_prev, f=f, i=i, c_tilde=c_tilde, o=o, c=c)
    return (h, c), record


@arguments.step(SHAPES, STATES)
def step_backward(params: Params, tape: Tape, dstate: State) -> tuple[Arrays, Array, State]:
    """One step back: dstate = (∂E/∂h_t, the part of ∂E/∂c_t that comes from later steps).

    tape: the record of `step`. Returns the gradients of this step's use of the parameters, dx
    (D, B) and the pair (∂E/∂h_{t-1} through this step, part of ∂E/∂c_{t-1} through this step).
    """
    W, (delta_h, delta_c_next) = params, dstate
    x, h_prev, c_prev = tape["x"], tape["h_prev"], tape["c_prev"]
    f, i, c_tilde, o = tape["f"], tape["i"], tape["c_tilde"], tape["o"]
    tanh_c = np.tanh(tape["c"])
    # the output: h = o * tanh(c)
    delta_o = delta_h * tanh_c * o * (1 - o)
    delta_c = delta_h * o * (1 - tanh_c**2) + delta_c_next
    # the cell state: c = f * c_prev + i * c_tilde
    delta_f = delta_c * c_prev * f * (1 - f)
    delta_i = delta_c * c_tilde * i * (1 - i)
    delta_c_tilde = delta_c * i * (1 - c_tilde**2)
    dc_prev = delta_c * f
    # the gates and the candidate: net = W_h h_prev + W_x x + b
    dparams: Arrays = {}
    dx, dh_prev = np.zeros_like(x), np.zeros_like(h_prev)
    for g, delta in zip("fico", (delta_f, delta_i, delta_c_tilde, delta_o), strict=True):
        dparams[f"W_{g}x"] = delta @ x.T
        dparams[f"W_{g}h"] = delta @ h_prev.T
        dparams[f"b_{g}"] = delta.sum(axis=1, keepdims=True)
        dx = dx + W[f"W_{g}x"].T @ delta
        dh_prev = dh_prev + W[f"W_{g}h"].T @ delta
    return dparams, dx, (dh_prev, dc_prev)


forward, backward = loop.over_time(CELL, step, step_backward)
