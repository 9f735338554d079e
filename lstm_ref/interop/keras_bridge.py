"""Parameters and states to and from Keras: LSTM, GRU in both variants, SimpleRNN.

A layer there has kernel (D, 4H), recurrent_kernel (H, 4H) and bias (4H,), columns in the order
i f c o: our matrices side by side and transposed. GRU: z r h, z keeps; with reset_after=True (the
default) the bias is (2, 3H), its second row is added inside the recurrent product; with
reset_after=False the reset comes before the product and the bias is (3H,). They are our cells
gru_after and gru_before. The two rows are summed, but for the candidate, where the second is b_hh:
from Keras and back the *sum* is kept; from here and back every bit is kept.

Peepholes and coupled gates have no place in Keras: `NotCarried`.
Old defaults gave other numbers: tf.keras of TensorFlow 1 had recurrent_activation="hard_sigmoid"
and reset_after=False (https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/keras/layers/GRU).
Outside TensorFlow Keras 3 multiplies matrices in float32, whatever the dtype of the layer
(https://github.com/keras-team/keras/issues/23223 and 23704): equal to rounding means 1e-6 there.
Source: keras/src/layers/rnn/lstm.py, gru.py and simple_rnn.py of version 3.15
(https://github.com/keras-team/keras), read and run, see tests/interop/test_keras_bridge.py.

Keras is not needed here. Arrays are a dict by these names, or the list that `get_weights` gives;
``layer.set_weights(list(to_keras(cell, params).values()))``.
Sequences there are (B, T, D): `carry.rows(x, batch_first=True)`, back with `carry.columns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm_ref.cells import name_of
from lstm_ref.interop import carry
from lstm_ref.interop.carry import NotCarried
from lstm_ref.types import Array, Arrays, CellLike, Params, State

__all__ = ["NotCarried", "from_keras", "layer", "state_from_keras", "state_to_keras", "to_keras"]

LAYERS = {"RNN": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}
CAN = ("reset before", "reset after", "z writes")
ORDER = {"RNN": "h", "LSTM": "ifco", "GRU": "zrh"}
NAMES = ("kernel", "recurrent_kernel", "bias")  # the order of get_weights


def layer(cell: CellLike, params: Params) -> tuple[str, dict[str, Any]]:
    """The class in keras.layers and its arguments: ("GRU", {"units": H, "reset_after": True})."""
    kind, features = carry.carried(cell, "Keras", LAYERS, CAN)
    _, sizes = carry.given(cell, params, features)
    options = {"units": sizes["H"]}
    if kind == "GRU":
        options["reset_after"] = "reset after" in features
    return LAYERS[kind], options


def to_keras(cell: CellLike, params: Params, *, bias: bool = True) -> Arrays:
    """Our parameters as a layer's arrays, in the order of set_weights.

    Returns {"kernel": (D, 4H), "recurrent_kernel": (H, 4H), "bias": (4H,)}, GRU and its bias as
    said above. cell: a module of lstm_ref.cells or lstm_ref.generated. bias=False: for a layer
    made with use_bias=False; biases must be zero. Raises NotCarried, ValueError or TypeError.
    """
    kind, features = carry.carried(cell, "Keras", LAYERS, CAN)
    params, sizes = carry.given(cell, params, features)
    gates = ORDER[kind]
    found = {
        "kernel": carry.stack(params, gates, "W_{}x").T,
        "recurrent_kernel": carry.stack(params, gates, "W_{}h").T,
        "bias": carry.stack(params, gates, "b_{}")[:, 0],
    }
    if "reset after" in features:
        inner = np.zeros_like(found["bias"])
        inner[-sizes["H"] :] = params["b_hh"][:, 0]
        found["bias"] = np.stack([found["bias"], inner])
    if not bias:
        carry.no_bias("Keras", found.pop("bias"))
    return {key: np.ascontiguousarray(value) for key, value in found.items()}


def from_keras(cell: CellLike, weights: Params, *, bias: bool = True) -> Arrays:
    """A layer's arrays, a dict by name or the list of get_weights, as our parameters.

    bias=False: the layer was made with use_bias=False; our biases are zero then. float32 and
    float64 are kept. Raises NotCarried, or TypeError or ValueError that names the array.
    """
    kind, features = carry.carried(cell, "Keras", LAYERS, CAN)
    gates = ORDER[kind]
    n = len(gates)
    shapes = {"recurrent_kernel": f"H {n}H", "kernel": f"D {n}H"}
    if bias:
        shapes["bias"] = f"2 {n}H" if "reset after" in features else f"{n}H"
    found = _by_name(weights, len(shapes))
    _variant(cell, found.get("bias"), n)
    sizes, dtype = carry.tensors("Keras", found, shapes)
    outer, *inner = np.atleast_2d(found.get("bias", np.zeros(n * sizes["H"], dtype)))
    inner = inner[0] if inner else np.zeros_like(outer)
    params = carry.cut(found["kernel"].T, gates, "W_{}x")
    params |= carry.cut(found["recurrent_kernel"].T, gates, "W_{}h")
    params |= carry.cut(carry.summed(outer, inner)[:, None], gates, "b_{}")
    if "b_hh" in cell.SHAPES:
        inside = slice(-sizes["H"], None)
        params |= {"b_h": outer[inside, None], "b_hh": inner[inside, None]}
    return carry.taken(cell, params, features)


def _by_name(weights, count):
    """Arrays by name, from a dict or from the list of get_weights."""
    if hasattr(weights, "keys"):
        return dict(weights)
    if not isinstance(weights, tuple | list):
        got = type(weights).__name__
        raise TypeError(f"weights: expected a dict or a list of NumPy arrays, got {got}")
    if len(weights) != count:
        raise ValueError(
            f"Keras: expected {count} arrays, {', '.join(NAMES[:count])}, got {len(weights)}"
        )
    return dict(zip(NAMES, weights, strict=False))


def _variant(cell, bias, n):
    """Say so where the shape of the bias belongs to the other of Keras' two GRUs."""
    if n == 3 and hasattr(bias, "ndim") and (bias.ndim == 2) != ("b_hh" in cell.SHAPES):
        has, wants = ("True", "False") if bias.ndim == 2 else ("False", "True")
        raise NotCarried(
            f"Keras: bias of shape {bias.shape} is that of reset_after={has}, and "
            f"{name_of(cell)} is reset_after={wants}: another model"
        )


def state_to_keras(cell: CellLike, state: State) -> list[Array]:
    """Our state, (h, c) of (H, B) each, as Keras' initial_state: a list of arrays (B, H)."""
    carry.carried(cell, "Keras", LAYERS, CAN)
    return list(carry.state_rows(cell, state))


def state_from_keras(cell: CellLike, states: Sequence[Array]) -> State:
    """Keras' states, a list of arrays (B, H), -> our state."""
    carry.carried(cell, "Keras", LAYERS, CAN)
    return carry.state_columns(cell, states, "states")
