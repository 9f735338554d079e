"""Parameters and states to and from the ONNX operators LSTM, GRU and RNN.

W (1, 4H, D), R (1, 4H, H), B (1, 8H), P (1, 3H): rows in the order i o f c, the peepholes of P in
the order i o f (GRU: z r h, z keeps). The first axis counts directions: of a bidirectional node
the parameters are those of `learn.layers.BothWays`, "forward.W_fx", "reverse.W_fx". B holds the
biases of the input, then those of the state; they are added, so we write zeros to the second half,
except the GRU's b_hh, which stands inside the reset gate. On the way in they are summed: from ONNX
and back the *sum* is kept; from here and back every bit is kept. B and P may be missing: zeros.

Attributes tell what the arrays cannot: linear_before_reset=1 is the GRU with the reset after the
product (gru_after), 0 the other; input_forget=1 couples the gates, f = 1 - i (COUPLED, CIFG), and
the rows of f are then not read (written as zeros); Affine in the place of Tanh is a squashing
function left out (NIAF, NOAF). Of the catalogue only what leaves out a gate has no place in ONNX.
Source: the operators' specification, LSTM-22, GRU-22, RNN-22,
https://onnx.ai/onnx/operators/onnx__LSTM.html,
and run in ONNX Runtime, tests/interop/test_onnx_bridge.py.

ONNX is not needed here. Sequences X are (T, B, D), with layout=1 (B, T, D): `carry.rows`; Y is
(T, directions, B, H), with layout=1 (B, T, directions, H): `outputs_from_onnx`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_ref.cells import name_of
from lstm_ref.interop import carry, onnx_attributes, tensors
from lstm_ref.interop.carry import NotCarried
from lstm_ref.types import Array, Arrays, CellLike, Params, State

__all__ = [
    "NotCarried",
    "from_onnx",
    "layer",
    "outputs_from_onnx",
    "state_from_onnx",
    "state_to_onnx",
    "to_onnx",
]

LAYERS = {"RNN": "RNN operator", "LSTM": "LSTM operator", "GRU": "GRU operator"}
CAN = (
    "relu",
    *("peepholes", "coupled", "linear candidate", "linear output"),
    *("reset before", "reset after", "z writes"),
)
ORDER = {"RNN": "h", "LSTM": "iofc", "GRU": "zrh"}
PEEPHOLES = "iof"
UNREAD = {"W_fx": "W_ix", "W_fh": "W_ih", "b_f": "b_i"}  # coupled: must be there, in these shapes


def layer(cell: CellLike, params: Params) -> tuple[str, dict[str, Any]]:
    """The operator and its attributes: ("LSTM", {"hidden_size": H, "input_forget": 1})."""
    kind, features = carry.carried(cell, "ONNX", LAYERS, CAN)
    dicts = carry.by_way(params)
    H = {way: carry.given(cell, own, features)[1]["H"] for way, own in dicts.items()}
    if len({*H.values()}) > 1:
        raise NotCarried(f"ONNX: both directions have as many units, got {H}")
    attributes: dict[str, Any] = {"hidden_size": H.popitem()[1]}
    if len(dicts) > 1:
        attributes["direction"] = "bidirectional"
    return kind, attributes | onnx_attributes.of(kind, features, len(dicts))


def to_onnx(cell: CellLike, params: Params) -> Arrays:
    """Our parameters as inputs of the operator: {"W": (1, 4H, D), "R": .., "B": .., "P": ..}.

    cell: a module of lstm_ref.cells or lstm_ref.generated. P only where the cell has peepholes.
    params: of the cell, or of `learn.layers.BothWays` of it, which makes the first axis 2.
    The attributes that belong to it: `layer`. Raises NotCarried, ValueError or TypeError.
    """
    kind, features = carry.carried(cell, "ONNX", LAYERS, CAN)
    ways = [_one_way(cell, kind, features, own) for own in carry.by_way(params).values()]
    return {key: np.concatenate([way[key] for way in ways]) for key in ways[0]}


def _one_way(cell, kind, features, params):
    """The inputs W, R, B, P of one direction."""
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


def from_onnx(
    cell: CellLike,
    found: Params,
    attributes: Mapping[str, Any] | None = None,
    direction: str | None = None,
) -> Arrays:
    """Inputs of the operator as our parameters.

    found: {"W": .., "R": .., "B": .., "P": ..}, NumPy arrays; B and P may be missing.
    attributes: those of the node, name -> value, {} where it has none: the operator's defaults.
    None: they are taken to be those of the cell.
    Returns W_fx, ... of a node that reads forwards; forward.W_fx, ..., reverse.W_fx, ... of a
    bidirectional one, the parameters of `learn.layers.BothWays(cell)`; reverse.W_fx, ... of one
    that reads backwards: its x and h run from the last step to the first, x[::-1] and h[::-1].
    direction: "forward" or "reverse" chooses one of the node's directions, names without a prefix.
    Raises NotCarried where the attributes mean another model than the cell, or TypeError or
    ValueError that names the array.
    """
    kind, features = carry.carried(cell, "ONNX", LAYERS, CAN)
    said = onnx_attributes.read(attributes)
    ways = onnx_attributes.ways(said, found)
    n, m = len(ORDER[kind]), len(ways)
    shapes = {"R": f"{m} {n}H H", "W": f"{m} {n}H D", "B": f"{m} {2 * n}H"}
    if kind == "LSTM":
        shapes["P"] = f"{m} 3H"
    sizes, _ = tensors.check("ONNX", found, shapes, optional=("B", "P"))
    if said is not None:
        onnx_attributes.same_model(cell, kind, features, said, sizes["H"], m)
    dicts = {
        way: _from_one_way(cell, kind, features, {key: found[key][k] for key in found})
        for k, way in enumerate(ways)
    }
    if direction is None:
        return carry.with_ways(dicts)
    if not isinstance(direction, str) or direction not in dicts:
        got = carry.shown(direction)
        raise ValueError(f"direction: expected {' or '.join(dicts)} or None, got {got}")
    return dicts[direction]


def _from_one_way(cell, kind, features, found):
    """Parameters of one direction; its arrays have no first axis."""
    gates = ORDER[kind]
    H, dtype = found["R"].shape[1], found["R"].dtype
    outer, inner = np.split(found.get("B", np.zeros(2 * len(gates) * H, dtype))[:, None], 2)
    params = carry.cut(found["W"], gates, "W_{}x")
    params |= carry.cut(found["R"], gates, "W_{}h")
    params |= carry.cut(carry.summed(outer, inner), gates, "b_{}")
    if "b_hh" in cell.SHAPES:
        params |= {"b_h": outer[-H:], "b_hh": inner[-H:]}
    if kind == "LSTM":
        peepholes = found.get("P", np.zeros(3 * H, dtype))[:, None]
        params |= _peepholes(cell, features, carry.cut(peepholes, PEEPHOLES, "w_{}c"))
    return carry.taken(cell, params, features)


def _peepholes(cell, features, found):
    """The peepholes, refused where the cell has none and they are not zero."""
    for key, value in found.items():
        unread = key == "w_fc" and "coupled" in features
        if key not in cell.SHAPES and np.any(value) and not unread:
            raise NotCarried(f"ONNX: P has weights at {key}, and {name_of(cell)} has none")
    return found


def state_to_onnx(cell: CellLike, state: State, layout: int = 0) -> Arrays:
    """Our state, (h, c) of (H, B) each, as {"initial_h": (1, B, H), "initial_c": ..}.

    Twice as many arrays, those of `learn.layers.BothWays`, are a state of both directions,
    (2, B, H). layout: that of the node; with 1 the axes are (B, directions, H).
    """
    carry.carried(cell, "ONNX", LAYERS, CAN)
    n = len(cell.STATES)
    both = isinstance(state, tuple | list) and len(state) == 2 * n
    parts = [tuple(state[:n]), tuple(state[n:])] if both else [state]
    turned = [carry.state_rows(cell, part) for part in parts]
    axis = _axis(layout)
    return {
        f"initial_{s}": np.stack(values, axis)
        for s, values in zip(cell.STATES, zip(*turned, strict=True), strict=True)
    }


def state_from_onnx(cell: CellLike, values: Sequence[Array], layout: int = 0) -> State:
    """The operator's last states Y_h and Y_c, in this order, -> our state.

    values: (1, B, H) each; of (2, B, H) both directions come one after the other, as
    `learn.layers.BothWays` has them. layout: that of the node; with 1 they are (B, directions, H).
    """
    carry.carried(cell, "ONNX", LAYERS, CAN)
    axis = _axis(layout)
    expected = "(B, 1 or 2, H)" if axis else "(1 or 2, B, H)"
    values = carry.entries(cell, values, "values")
    for key, value in zip(cell.STATES, values, strict=True):
        if getattr(value, "ndim", None) != 3 or value.shape[axis] not in (1, 2):
            raise ValueError(f"Y_{key}: expected shape {expected}, got {np.shape(value)}")
    if len({value.shape[axis] for value in values}) > 1:
        shapes = [value.shape for value in values]
        raise ValueError(f"values: expected as many directions in each, got shapes {shapes}")
    parts = zip(*(np.moveaxis(value, axis, 0) for value in values), strict=True)
    return tuple(s for part in parts for s in carry.state_columns(cell, part, "values"))


def outputs_from_onnx(Y: Array, layout: int = 0) -> Array:
    """The operator's outputs Y, (T, directions, B, H), -> ours, (T, H, B).

    Of two directions (T, 2 H, B), as `learn.layers.BothWays` gives them. layout: that of the node;
    with 1 Y is (B, T, directions, H).
    """
    axes = (1, 2, 3, 0) if _axis(layout) else (0, 1, 3, 2)
    if np.ndim(Y) != 4:
        spelled = "(B, T, directions, H)" if layout else "(T, directions, B, H)"
        raise ValueError(f"Y: expected shape {spelled}, got {np.shape(Y)}")
    turned = np.transpose(Y, axes)
    T, ways, H, B = turned.shape
    return np.array(turned.reshape(T, ways * H, B), order="C")


def _axis(layout):
    """The axis of the directions in a state: 0, with layout=1 it is 1."""
    return onnx_attributes.layout(layout)
