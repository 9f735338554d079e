"""The IRNN: a recurrent network of rectified linear units that starts from the identity.

    h_t = max(0, W_hh h_{t-1} + W_hx x_t + b_h)

Source: Le, Jaitly & Hinton 2015. Notation as in `elman`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import elman, loop
from lstm_ref.cells.elman import SHAPES, STATES
from lstm_ref.types import Array, Arrays, Params, State, Tape

NAME = "IRNN"
CELL = elman.CELL._replace(NAME=NAME, module=__name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters as `elman.init` draws them, but W_hh is the identity."""
    params = elman.init(rng, D, H, **options)
    return params | {"W_hh": np.eye(H, dtype=params["W_hh"].dtype)}


@arguments.step(SHAPES, STATES)
def step(params: Params, x: Array, state: State) -> tuple[State, Tape]:
    """One step: x (D, B), state (h,) of (H, B) -> new state, record for the tape."""
    W, (h_prev,) = params, state
    h = np.maximum(W["W_hh"] @ h_prev + W["W_hx"] @ x + W["b_h"], 0)
    return (h,), dict(x=x, h_prev=h_prev, h=h)


@arguments.step(SHAPES, STATES)
def step_backward(params: Params, tape: Tape, dstate: State) -> tuple[Arrays, Array, State]:
    """One step back, as in `elman`; the slope is 1 above zero and 0 below."""
    W, (dh,) = params, dstate
    delta_h = dh * (tape["h"] > 0)
    dparams = {
        "W_hx": delta_h @ tape["x"].T,
        "W_hh": delta_h @ tape["h_prev"].T,
        "b_h": delta_h.sum(axis=1, keepdims=True),
    }
    return dparams, W["W_hx"].T @ delta_h, (W["W_hh"].T @ delta_h,)


forward, backward = loop.over_time(CELL, step, step_backward)
