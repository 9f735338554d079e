"""Parameters and states to and from PyTorch: nn.LSTM, nn.GRU, nn.RNN, and their cells.

A layer there has weight_ih_l0 (4H, D), weight_hh_l0 (4H, H), bias_ih_l0 and bias_hh_l0 (4H,), rows
in the order i f g o, where g is our c̃ (GRU: r z n, n is our h̃; z keeps; reset after the product).
The two biases are added. Ours goes into bias_ih, and bias_hh is zero, except the GRU's b_hh,
which stands inside the reset gate. On the way in they are summed, so from PyTorch and back the
*sum* is kept, and the split is not; from here and back every bit is kept.

nn.LSTM(proj_size=P) is the cell PROJECTION, its weight_hr (P, H) our W_hm; P must be below H there.
Peepholes, coupled gates and a reset before the product have no place in PyTorch: `NotCarried`.
Source: torch/nn/modules/rnn.py, version 2.13, and its documentation,
https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html (and .GRU, .RNN).

PyTorch is not needed here: a state dict is a dict of NumPy arrays,
``{k: v.numpy() for k, v in layer.state_dict().items()}``, and on the way back
``layer.load_state_dict({k: torch.from_numpy(v) for k, v in to_torch(cell, params).items()})``.
Sequences: `carry.rows` and `carry.columns`, with batch_first as in PyTorch.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref.interop import carry, tensors, torch_names
from lstm_ref.interop.carry import NotCarried
from lstm_ref.io import safetensors
from lstm_ref.types import Array, Arrays, CellLike, Params, State

__all__ = [
    "NotCarried",
    "Tensors",
    "from_torch",
    "layer",
    "layers_from_torch",
    "read_safetensors",
    "state_from_torch",
    "state_to_torch",
    "to_torch",
    "write_safetensors",
]

LAYERS = {"RNN": "nn.RNN", "LSTM": "nn.LSTM", "GRU": "nn.GRU"}
CAN = ("relu", "reset after", "z writes", "projection")
ORDER = {"RNN": "h", "LSTM": "ifco", "GRU": "rzh"}
MAX_BYTES = 2**31


def layer(cell: CellLike, params: Params) -> tuple[str, dict[str, Any]]:
    """The class in torch.nn and its arguments: ("LSTM", {"input_size": D, "hidden_size": H})."""
    kind, features = carry.carried(cell, "PyTorch", LAYERS, CAN)
    _, sizes = carry.given(cell, params, features)
    options: dict[str, Any] = {"input_size": sizes["D"], "hidden_size": sizes["H"]}
    if "relu" in features:
        options["nonlinearity"] = "relu"
    if "projection" in features:
        if sizes["P"] >= sizes["H"]:
            raise NotCarried(
                f"PyTorch's nn.LSTM needs proj_size below hidden_size, "
                f"got P = {sizes['P']}, H = {sizes['H']}"
            )
        options["proj_size"] = sizes["P"]
    return kind, options


def to_torch(
    cell: CellLike,
    params: Params,
    layer: int | None = 0,
    reverse: bool = False,
    *,
    prefix: str = "",
    bias: bool = True,
) -> Arrays:
    """Our parameters as the tensors of one layer: {"weight_ih_l0": (4H, D), ...}, NumPy arrays.

    cell: a module of lstm_ref.cells or lstm_ref.generated. layer: its number, k in `_lk`, or None
    for the names of nn.LSTMCell, without it. reverse: the layer's backward direction. prefix:
    stands before every name ("encoder."). bias=False: for a layer made so; biases must be zero.
    Several layers are several calls and one dict. Raises NotCarried, ValueError or TypeError.
    """
    kind, features = carry.carried(cell, "PyTorch", LAYERS, CAN)
    params, sizes = carry.given(cell, params, features)
    gates, end = ORDER[kind], torch_names.suffix(layer, reverse)
    found = {
        "weight_ih": carry.stack(params, gates, "W_{}x"),
        "weight_hh": carry.stack(params, gates, "W_{}h"),
        "bias_ih": carry.stack(params, gates, "b_{}")[:, 0],
    }
    found["bias_hh"] = np.zeros_like(found["bias_ih"])
    if "b_hh" in params:  # the candidate is the last gate
        found["bias_hh"][-sizes["H"] :] = params["b_hh"][:, 0]
    if "W_hm" in params:
        found["weight_hr"] = params["W_hm"].copy()
    if not bias:
        carry.no_bias("PyTorch", found.pop("bias_ih"), found.pop("bias_hh"))
    return {f"{prefix}{key}{end}": value for key, value in found.items()}


def from_torch(
    cell: CellLike,
    state_dict: Any,
    layer: int | None = 0,
    reverse: bool = False,
    *,
    prefix: str = "",
    bias: bool = True,
    nonlinearity: str | None = None,
) -> Arrays:
    """The tensors of one layer as our parameters, e.g. W_fx (H, D); see `to_torch`.

    state_dict: name -> NumPy array or tensor, float32 or float64, kept; or the module itself. Other
    layers and the other direction may be in it (`layers_from_torch` reads all); with a prefix,
    names without it are not looked at. Names may be short, w_ih and b_hh. Other unknown names,
    missing tensors, wrong shapes, NaN: TypeError or ValueError that names the tensor.
    nonlinearity: that of an nn.RNN, "tanh" (ELMAN) or "relu" (IRNN). The weights do not tell it: a
    module says it, a file may (`write_safetensors`), else the cell says what is meant. Where one
    of them contradicts the cell: NotCarried.
    """
    kind, features = carry.carried(cell, "PyTorch", LAYERS, CAN)
    gates, end = ORDER[kind], torch_names.suffix(layer, reverse)
    state_dict, said = torch_names.opened(state_dict, prefix)
    torch_names.same_nonlinearity(cell, kind, features, {"as given": nonlinearity, **said})
    names = torch_names.of_layer(state_dict, prefix, end)
    shapes = _shapes(len(gates), "projection" in features, bias)
    shapes = {names.get(key, f"{prefix}{key}{end}"): axes for key, axes in shapes.items()}
    hint = torch_names.hint(state_dict, prefix, names)
    chosen = {name: torch_names.array(name, state_dict[name]) for name in names.values()}
    sizes, dtype = tensors.check("PyTorch", chosen, shapes, hint=hint)
    found = {key: chosen[name] for key, name in names.items()}
    none = np.zeros(len(gates) * sizes["H"], dtype)
    ih, hh = found.get("bias_ih", none), found.get("bias_hh", none)
    params = carry.cut(found["weight_ih"], gates, "W_{}x")
    params |= carry.cut(found["weight_hh"], gates, "W_{}h")
    params |= carry.cut(carry.summed(ih, hh)[:, None], gates, "b_{}")
    if "b_hh" in cell.SHAPES:
        inside = slice(-sizes["H"], None)
        params |= {"b_h": ih[inside, None], "b_hh": hh[inside, None]}
    if "weight_hr" in found:
        params["W_hm"] = found["weight_hr"]
    return carry.taken(cell, params, features)


def layers_from_torch(
    cell: CellLike,
    state_dict: Any,
    *,
    prefix: str = "",
    bias: bool = True,
    nonlinearity: str | None = None,
) -> Arrays:
    """All layers and directions that are there, as the parameters of `learn.layers`.

    Of one layer those of the cell, in both directions those of BothWays(cell), "forward.W_fx"; of
    several those of a Stack of either, "1.W_fx", "2.reverse.W_fx". Otherwise as `from_torch`.
    """
    source, _ = torch_names.opened(state_dict, prefix)
    layers, ways = torch_names.layers(source, prefix)
    params: Arrays = {}
    options: dict[str, Any] = dict(prefix=prefix, bias=bias, nonlinearity=nonlinearity)
    for k in range(layers):
        dicts = {w: from_torch(cell, state_dict, k, w == "reverse", **options) for w in ways}
        own = carry.with_ways(dicts)
        params |= {f"{k + 1}.{n}": v for n, v in own.items()} if layers > 1 else own
    return params


def _shapes(n, projection, bias):
    """Tensors of a layer with n gates and their axes; first the one that tells the sizes."""
    shapes = {"weight_hr": "P H"} if projection else {}
    shapes |= {"weight_hh": f"{n}H {'P' if projection else 'H'}", "weight_ih": f"{n}H D"}
    return shapes | ({"bias_ih": f"{n}H", "bias_hh": f"{n}H"} if bias else {})


def state_to_torch(cell: CellLike, *states: State) -> State | Array:
    """States of one layer after the other, (h, c) of (H, B) each, as PyTorch's hx.

    Returns (h, c) of (L, B, H), for one state the array itself. L: layers times directions, in
    the order layer 0, layer 0 reverse, layer 1, ...
    """
    carry.carried(cell, "PyTorch", LAYERS, CAN)
    if not states:
        raise TypeError("states: expected the state of one layer at least, got none")
    turned = [carry.state_rows(cell, state, f"states[{k}]") for k, state in enumerate(states)]
    hx = tuple(np.stack(parts) for parts in zip(*turned, strict=True))
    return hx if len(hx) > 1 else hx[0]


def state_from_torch(cell: CellLike, hx: State | Array, index: int = 0) -> State:
    """PyTorch's hx, (h, c) of (L, B, H) or one array, -> our state of layer `index`, see above."""
    carry.carried(cell, "PyTorch", LAYERS, CAN)
    values = carry.entries(cell, hx if isinstance(hx, tuple | list) else (hx,), "hx")
    for key, value in zip(cell.STATES, values, strict=True):
        if getattr(value, "ndim", None) != 3 or not len(value):
            raise ValueError(f"hx: {key}: expected shape (L, B, H), got {np.shape(value)}")
        if not 0 <= index < len(value):
            raise ValueError(f"index: expected 0 to {len(value) - 1}, got {index}")
    return carry.state_columns(cell, [value[index] for value in values], "hx")


def read_safetensors(path: str | Path, prefix: str = "", max_bytes: int = MAX_BYTES) -> Tensors:
    """The tensors of a .safetensors file whose names begin with prefix: name -> NumPy array.

    The texts of the file about itself are the attribute `about`. Nothing in such a file is
    executed. Needs the package safetensors. Raises ImportError without it, ValueError for a file
    that is damaged, larger than max_bytes, or has a tensor under the prefix that is neither float32
    nor float64. A file of `write_safetensors` has a checksum, which is verified; PyTorch's have
    none, and a number that was changed in them goes unseen.
    """
    safetensors.package()
    size = os.path.getsize(path)
    if size > max_bytes:
        raise ValueError(f"{path}: {size} bytes, more than max_bytes = {max_bytes}")
    try:
        return Tensors(*safetensors.read(path, _Bad, prefix, ("F32", "F64")))
    except _Bad as error:
        raise ValueError(f"{path}: {error}") from error


class Tensors(dict[str, Array]):
    """Name -> NumPy array, and `about`: what the file says of itself, text -> text."""

    def __init__(self, arrays: Params, about: Mapping[str, str]) -> None:
        super().__init__(arrays)
        self.about = dict(about)


class _Bad(ValueError):
    """A file that is no safetensors file, or has arrays of another kind."""


def write_safetensors(
    path: str | Path, tensors: Params, about: dict[str, str] | None = None
) -> None:
    """Write name -> NumPy array as a .safetensors file, whole or not at all; needs safetensors.

    about: texts, such as {"nonlinearity": "relu"}, or {"rnn.nonlinearity": "relu"} for the tensors
    with the prefix "rnn."; `from_torch` heeds them.
    """
    safetensors.write(path, tensors, about)
