"""The Elman network, or simple recurrent network (Elman 1990), with tanh.

Notation: x_t (D, B) input; h_t (H, B) output and state; δ_h = ∂E/∂net_h, the error at the
weighted input of h.

    h_t = tanh(W_hh h_{t-1} + W_hx x_t + b_h)       (eq-elman)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import loop
from lstm_ref.cells import params as init_params
from lstm_ref.cells.interface import Interface
from lstm_ref.types import Array, Arrays, Params, State, Tape

NAME, STATES = "ELMAN", {"h": "HB"}
SHAPES = {"W_hx": "HD", "W_hh": "HH", "b_h": "H1"}
CELL = Interface(NAME, SHAPES, STATES, module=__name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters: dict of W_hx (H, D), W_hh (H, H), b_h (H, 1) = 0.

    options: recurrent, b_h, dtype; see `lstm_ref.cells.params.init`. Raises TypeError, ValueError.
    """
    return init_params.init(rng, CELL, D, H, **options)


@arguments.step(SHAPES, STATES)
def step(params: Params, x: Array, state: State) -> tuple[State, Tape]:
    """One step: x (D, B), state (h,) of (H, B) -> new state, record for the tape."""
    W, (h_prev,) = params, state
    h = np.tanh(W["W_hh"] @ h_prev + W["W_hx"] @ x + W["b_h"])  # (H, B)
    return (h,), dict(x=x, h_prev=h_prev, h=h)


@arguments.step(SHAPES, STATES)
def step_backward(params: Params, tape: Tape, dstate: State) -> tuple[Arrays, Array, State]:
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


forward, backward = loop.over_time(CELL, step, step_backward)
