"""Parameters and states to and from the ONNX operators LSTM, GRU and RNN.

W (1, 4H, D), R (1, 4H, H), B (1, 8H), P (1, 3H): rows in the order i o f c, the peepholes of P in
the order i o f (GRU: z r h, z keeps). The first axis counts directions. B holds the biases of the
input, then those of the state; they are added, so we write zeros to the second half, except
the GRU's b_hh, which stands inside the reset gate. On the way in they are summed: from ONNX and
back the *sum* is kept; from here and back every bit is kept. B and P may be missing: zeros.

Attributes tell what the arrays cannot: linear_before_reset=1 is the GRU with the reset after the
product (gru_after), 0 the other; input_forget=1 couples the gates, f = 1 - i (COUPLED, CIFG), and
the rows of f are then not read (written as zeros); Affine in the place of Tanh is a squashing
function left out (NIAF, NOAF). Of the catalogue only what leaves out a gate has no place in ONNX.
Source: the operators' specification, LSTM-22, GRU-22, RNN-22,
https://onnx.ai/onnx/operators/onnx__LSTM.html,
and run in ONNX Runtime, tests/interop/test_onnx_bridge.py.

ONNX is not needed here. Sequences X are (T, B, D): `carry.rows`. Y is (T, 1, B, H).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_ref.cells import name_of
from lstm_ref.interop import carry
from lstm_ref.interop.carry import NotCarried
from lstm_ref.types import Array, Arrays, CellLike, Params, State

__all__ = ["NotCarried", "from_onnx", "layer", "state_from_onnx", "state_to_onnx", "to_onnx"]

LAYERS = {"RNN": "RNN operator", "LSTM": "LSTM operator", "GRU": "GRU operator"}
CAN = (
    *("peepholes", "coupled", "linear candidate", "linear output"),
    *("reset before", "reset after", "z writes"),
)
ORDER = {"RNN": "h", "LSTM": "iofc", "GRU": "zrh"}
PEEPHOLES = "iof"
UNREAD = {"W_fx": "W_ix", "W_fh": "W_ih", "b_f": "b_i"}  # coupled: must be there, in these shapes
ACTIVATIONS = {
    "RNN": ["Tanh"],
    "LSTM": ["Sigmoid", "Tanh", "Tanh"],  # gates, candidate, output
    "GRU": ["Sigmoid", "Tanh"],
}
DEFAULTS = {"direction": "forward", "input_forget": 0, "linear_before_reset": 0, "clip": None}


def layer(cell: CellLike, params: Params) -> tuple[str, dict[str, Any]]:
    """The operator and its attributes: ("LSTM", {"hidden_size": H, "input_forget": 1})."""
    kind, features = carry.carried(cell, "ONNX", LAYERS, CAN)
    _, sizes = carry.given(cell, params, features)
    return kind, {"hidden_size": sizes["H"], **_attributes(kind, features)}


def _attributes(kind, features):
    """The attributes of a cell that are not the operator's defaults."""
    attributes: dict[str, Any] = {}
    if "reset after" in features:
        attributes["linear_before_reset"] = 1
    if "coupled" in features:
        attributes["input_forget"] = 1
    places = {"linear candidate": 1, "linear output": 2}
    for feature in places.keys() & set(features):
        attributes["activations"] = list(ACTIVATIONS[kind])
        attributes["activations"][places[feature]] = "Affine"
        attributes |= {"activation_alpha": [1.0], "activation_beta": [0.0]}
    return attributes


def to_onnx(cell: CellLike, params: Params) -> Arrays:
    """Our parameters as inputs of the operator: {"W": (1, 4H, D), "R": .., "B": .., "P": ..}.

    cell: a module of lstm_ref.cells or lstm_ref.generated. P only where the cell has peepholes.
    The attributes that belong to it: `layer`. Raises NotCarried, ValueError or TypeError.
    """
    kind, features = carry.carried(cell, "ONNX", LAYERS, CAN)
    params, sizes = carry.given(cell, params, features)
    gates = ORDER[kind]
    if "coupled" in features:
        params |= {key: np.zeros_like(params[like]) for key, like in UNREAD.items()}
    outer = carry.stack(params, gates, "b_{}")
    inner = np.zeros_like(outer)
    if "b_hh" in params:  # the candidate is the last gate
        inner[-sizes["H"] :] = params["b_hh"]
    found = {
        "W": carry.stack(params, gates, "W_{}x"),
        "R": carry.stack(params, gates, "W_{}h"),
        "B": np.concatenate([outer, inner])[:, 0],
    }
    if "peepholes" in features:
        none = np.zeros_like(params["b_i"])
        peepholes = [params.get(f"w_{g}c", none) for g in PEEPHOLES]
        found["P"] = np.concatenate(peepholes)[:, 0]
    return {key: value[None] for key, value in found.items()}


def from_onnx(cell: CellLike, found: Params, attributes: Mapping[str, Any] | None = None) -> Arrays:
    """Inputs of the operator as our parameters.

    found: {"W": .., "R": .., "B": .., "P": ..}, NumPy arrays; B and P may be missing.
    attributes: those of the node, name -> value; None: they are taken to be those of the cell.
    Raises NotCarried where they mean another model than the cell, or TypeError or ValueError that
    names the array.
    """
    kind, features = carry.carried(cell, "ONNX", LAYERS, CAN)
    gates = ORDER[kind]
    n = len(gates)
    shapes = {"R": f"1 {n}H H", "W": f"1 {n}H D", "B": f"1 {2 * n}H"}
    if kind == "LSTM":
        shapes["P"] = "1 3H"
    sizes, dtype = carry.tensors("ONNX", found, shapes, optional=("B", "P"))
    H = sizes["H"]
    _same_model(cell, kind, features, attributes or {}, H)
    outer, inner = np.split(found.get("B", np.zeros((1, 2 * n * H), dtype))[0, :, None], 2)
    params = carry.cut(found["W"][0], gates, "W_{}x")
    params |= carry.cut(found["R"][0], gates, "W_{}h")
    params |= carry.cut(carry.summed(outer, inner), gates, "b_{}")
    if "b_hh" in cell.SHAPES:
        params |= {"b_h": outer[-H:], "b_hh": inner[-H:]}
    if kind == "LSTM":
        peepholes = found.get("P", np.zeros((1, 3 * H), dtype))[0, :, None]
        params |= _peepholes(cell, features, carry.cut(peepholes, PEEPHOLES, "w_{}c"))
    return carry.taken(cell, params, features)


def _peepholes(cell, features, found):
    """The peepholes, refused where the cell has none and they are not zero."""
    for key, value in found.items():
        unread = key == "w_fc" and "coupled" in features
        if key not in cell.SHAPES and np.any(value) and not unread:
            raise NotCarried(f"ONNX: P has weights at {key}, and {name_of(cell)} has none")
    return found


def _same_model(cell, kind, features, attributes, H):
    """Refuse attributes of a node that mean another model than the cell."""
    known = {*DEFAULTS, "hidden_size", "layout", "activations", "activation_alpha"}
    defaults = DEFAULTS | {"hidden_size": H, "activations": ACTIVATIONS[kind]}
    wanted = defaults | _attributes(kind, features)
    for key, value in attributes.items():
        if key not in known | {"activation_beta"}:
            raise ValueError(f"ONNX: unknown attribute {key}; known: {', '.join(sorted(known))}")
        if key != "layout" and _plain(value) != wanted.get(key):
            raise NotCarried(
                f"ONNX: {key}={_plain(value)!r}, and {name_of(cell)} needs "
                f"{wanted.get(key)!r}: another model"
            )
    for key in wanted.keys() - attributes.keys():
        if attributes and wanted[key] != defaults.get(key):
            raise NotCarried(f"ONNX: {name_of(cell)} needs {key}={wanted[key]!r}, got none")


def _plain(value):
    """Attribute values as Python's own: bytes become text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def state_to_onnx(cell: CellLike, state: State) -> Arrays:
    """Our state, (h, c) of (H, B) each, as {"initial_h": (1, B, H), "initial_c": ..}."""
    carry.carried(cell, "ONNX", LAYERS, CAN)
    turned = carry.state_rows(cell, state)
    return {f"initial_{s}": value[None] for s, value in zip(cell.STATES, turned, strict=True)}


def state_from_onnx(cell: CellLike, values: Sequence[Array]) -> State:
    """The operator's last states Y_h and Y_c, (1, B, H) each, in this order, -> our state."""
    carry.carried(cell, "ONNX", LAYERS, CAN)
    for key, value in zip(cell.STATES, values, strict=False):
        if np.ndim(value) != 3 or len(value) != 1:
            raise ValueError(f"Y_{key}: expected shape (1, B, H), got {np.shape(value)}")
    return carry.state_columns(cell, [value[0] for value in values], "values")
