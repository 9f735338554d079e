"""Parameters and states to and from Keras: LSTM, GRU in both variants, SimpleRNN.

A layer there has kernel (D, 4H), recurrent_kernel (H, 4H) and bias (4H,), columns in the order
i f c o: our matrices side by side and transposed. GRU: z r h, z keeps; with reset_after=True (the
default) the bias is (2, 3H), its second row is added inside the recurrent product; with
reset_after=False the reset comes before the product and the bias is (3H,). They are our cells
gru_after and gru_before. The two rows are summed, but for the candidate, where the second is b_hh:
from Keras and back the *sum* is kept; from here and back every bit is kept.

Peepholes and coupled gates have no place in Keras: `NotCarried`.
Old defaults gave other numbers: Keras 2 and tf.keras of TensorFlow 1 had
recurrent_activation="hard_sigmoid" and reset_after=False, so give the config of an old layer (https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/keras/layers/GRU).
Outside TensorFlow Keras 3 multiplies matrices in float32, whatever the dtype of the layer
(https://github.com/keras-team/keras/issues/23223 and 23704): equal to rounding means 1e-6 there.
Source: keras/src/layers/rnn/lstm.py, gru.py and simple_rnn.py of version 3.15
(https://github.com/keras-team/keras), read and run, see tests/interop/test_keras_bridge.py.

Keras is not needed here. Arrays are a dict by these names, or the list that `get_weights` gives;
``layer.set_weights(list(to_keras(cell, params).values()))``.
Sequences there are (B, T, D): `carry.rows(x, batch_first=True)`, back with `carry.columns`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_ref.cells import name_of
from lstm_ref.interop import carry, keras_names, tensors
from lstm_ref.interop.carry import NotCarried
from lstm_ref.types import Array, Arrays, CellLike, Params, State

__all__ = ["NotCarried", "from_keras", "layer", "state_from_keras", "state_to_keras", "to_keras"]

LAYERS = {"RNN": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}
CAN = ("relu", "reset before", "reset after", "z writes")
ORDER = {"RNN": "h", "LSTM": "ifco", "GRU": "zrh"}


def layer(cell: CellLike, params: Params) -> tuple[str, dict[str, Any]]:
    """The class in keras.layers and its arguments: ("GRU", {"units": H, "reset_after": True})."""
    kind, features = carry.carried(cell, "Keras", LAYERS, CAN)
    _, sizes = carry.given(cell, params, features)
    options: dict[str, Any] = {"units": sizes["H"]}
    if "relu" in features:
        options["activation"] = "relu"
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


def from_keras(
    cell: CellLike,
    weights: Any,
    *,
    bias: bool = True,
    config: Mapping[str, Any] | None = None,
) -> Arrays:
    """A layer's arrays, a dict by name or the list of get_weights, as our parameters.

    weights: also the layer itself; names may be those of Keras' files, such as
    "lstm/lstm_cell/kernel:0" or "layers/gru/cell/vars/0". CuDNNLSTM and CuDNNGRU are known by the
    length of their bias. float32 and float64 are kept.
    bias=False: the layer was made with use_bias=False; our biases are zero then.
    config: what get_config gave; the arrays do not tell the activations, so where nothing is said
    they are taken to be the cell's. Of a layer itself its own config is heeded.
    Six arrays, of a Bidirectional, are forward.W_fx, ..., reverse.W_fx, ..., the parameters of
    `learn.layers.BothWays(cell)`. Raises NotCarried, or TypeError or ValueError that names the
    array.
    """
    kind, features = carry.carried(cell, "Keras", LAYERS, CAN)
    weights, config = keras_names.opened(weights, config)
    keras_names.same_model(cell, kind, features, config)
    bias = keras_names.uses_bias(config, bias)
    dicts = {
        way: _from_one_way(cell, kind, features, weights, keys, bias)
        for way, keys in keras_names.by_way(weights, 2 + bias).items()
    }
    return carry.with_ways(dicts)


def _from_one_way(cell, kind, features, weights, keys, bias):
    """Parameters of one layer. keys: "kernel" -> its key in weights."""
    gates = ORDER[kind]
    n = len(gates)
    found = {name: weights[key] for name, key in keys.items()}
    cudnn = keras_names.is_cudnn(found, n)
    _variant(cell, found.get("bias"), n, cudnn)
    shapes = {"recurrent_kernel": f"H {n}H", "kernel": f"D {n}H"}
    if bias:
        after = "2 " if "reset after" in features else ""
        shapes["bias"] = f"{2 * n}H" if cudnn else f"{after}{n}H"
    sizes, dtype = tensors.check("Keras", found, shapes, hint=_hint)
    if cudnn:
        found = keras_names.from_cudnn(found, n)
    outer, *inner = np.atleast_2d(found.get("bias", np.zeros(n * sizes["H"], dtype)))
    inner = inner[0] if inner else np.zeros_like(outer)
    params = carry.cut(found["kernel"].T, gates, "W_{}x")
    params |= carry.cut(found["recurrent_kernel"].T, gates, "W_{}h")
    params |= carry.cut(carry.summed(outer, inner)[:, None], gates, "b_{}")
    if "b_hh" in cell.SHAPES:
        inside = slice(-sizes["H"], None)
        params |= {"b_h": outer[inside, None], "b_hh": inner[inside, None]}
    return carry.taken(cell, params, features)


def _hint(missing, unknown):
    """What is said after arrays that are missing or unknown."""
    if missing == ["bias"]:
        return "; a layer made with use_bias=False has none: bias=False"
    return "; the layer has a bias: without bias=False" if unknown == ["bias"] else ""


def _variant(cell, bias, n, cudnn):
    """Say so where the shape of the bias belongs to the other of Keras' two GRUs."""
    if n != 3 or not hasattr(bias, "ndim"):
        return
    after = cudnn or bias.ndim == 2
    if after != ("b_hh" in cell.SHAPES):
        of = "CuDNNGRU, which is " if cudnn else ""
        raise NotCarried(
            f"Keras: bias of shape {bias.shape} is that of {of}reset_after={after}, and "
            f"{name_of(cell)} is reset_after={not after}: another model"
        )


def state_to_keras(cell: CellLike, state: State) -> list[Array]:
    """Our state, (h, c) of (H, B) each, as Keras' initial_state: a list of arrays (B, H)."""
    carry.carried(cell, "Keras", LAYERS, CAN)
    return list(carry.state_rows(cell, state))


def state_from_keras(cell: CellLike, states: Sequence[Array]) -> State:
    """Keras' states, a list of arrays (B, H), -> our state."""
    carry.carried(cell, "Keras", LAYERS, CAN)
    return carry.state_columns(cell, states, "states")
