"""How Keras stores a layer: its list of arrays, names in its files, CuDNN's layout, its config.

Keys of a file end in kernel, kernel:0 (Keras 2, .h5) or 0, 1, 2 (Keras 3, .weights.h5), behind a
path. The two layers of a Bidirectional are under forward... and backward..., in a list the
forward one comes first. CuDNNLSTM and CuDNNGRU of Keras 2 have two biases, (8H,) and (6H,), and the
blocks of their kernels are those of the untransposed matrices, in CuDNN's order of numbers.
Source: convert_weights in keras/saving of Keras 2, e.g.
https://github.com/keras-team/keras/blob/2.3.1/keras/engine/saving.py
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import numpy as np

from lstm_ref.cells import name_of
from lstm_ref.interop import carry, tensors
from lstm_ref.interop.carry import NotCarried
from lstm_ref.types import Arrays, CellLike, Params

NAMES = ("kernel", "recurrent_kernel", "bias")  # the order of get_weights
NUMBERED = dict(zip("012", NAMES, strict=True))


def opened(source: Any, config: Mapping[str, Any] | None) -> tuple[Any, Mapping[str, Any] | None]:
    """(weights, config) of a layer itself; of anything else as it is."""
    if callable(getattr(source, "get_weights", None)):
        found = source.get_config() if config is None else config
        return source.get_weights(), found
    if config is not None and not hasattr(config, "keys"):
        raise TypeError(
            f"config: expected a dict, as get_config gives, got {type(config).__name__}"
        )
    return source, config


def by_way(weights: Any, count: int) -> dict[str, dict[str, str | int]]:
    """Where the arrays of each direction are: {"": {"kernel": key}}, or forward and reverse.

    count: arrays of a layer, 3, without a bias 2. Raises ValueError or TypeError.
    """
    if hasattr(weights, "keys"):
        return _of_names(list(weights))
    if not isinstance(weights, tuple | list):
        got = type(weights).__name__
        raise TypeError(f"weights: expected a dict or a list of NumPy arrays, got {got}")
    if len(weights) == count:
        return {"": dict(zip(NAMES, range(count), strict=False))}
    if len(weights) == 2 * count:
        pairs = zip(carry.WAYS, (0, count), strict=True)
        return {way: dict(zip(NAMES, range(k, k + count), strict=False)) for way, k in pairs}
    hint = f", or {2 * count}, those of a Bidirectional"
    if len(weights) in (5 - count, 10 - 2 * count):
        hint += f"; for a layer with use_bias={count == 2} say bias={count == 2}"
    raise ValueError(
        f"Keras: expected {count} arrays, {', '.join(NAMES[:count])}, got {len(weights)}{hint}"
    )


def _of_names(keys):
    found: dict[str, dict[str, Any]] = {}
    for key in keys:
        way, name = _place(key)
        own = found.setdefault(way, {})
        if name in own:
            raise ValueError(
                f"Keras: {own[name]} and {key} are both {name}; expected those of one layer"
            )
        own[name] = key
    if "" in found and len(found) > 1:
        raise ValueError(
            f"Keras: unknown {tensors.listed([*found[''].values()])} beside a "
            f"Bidirectional's arrays; expected those of one layer"
        )
    return {way: found[way] for way in ("", *carry.WAYS) if way in found} or {"": {}}


def _place(key):
    """(direction, name) of an array's key: "reverse", "kernel"."""
    parts = str(key).split("/")
    name, colon, number = parts[-1].partition(":")
    name = name if not colon or number == "0" else parts[-1]
    starts = {"forward": "forward", "backward": "reverse"}
    ways = [way for start, way in starts.items() if any(p.startswith(start) for p in parts)]
    if len(ways) > 1:
        raise ValueError(f"Keras: {key}: expected forward or backward in its path, got both")
    return ways[0] if ways else "", NUMBERED.get(name, name)


def is_cudnn(found: Params, gates: int) -> bool:
    """Whether the bias has the shape of CuDNN's two in a row, which no other layer has."""
    names = ("bias", "recurrent_kernel")
    bias, recurrent = (tuple(getattr(found.get(name), "shape", ())) for name in names)
    return gates > 1 and len(recurrent) == 2 and bias == (2 * gates * recurrent[0],)


def from_cudnn(found: Params, gates: int) -> Arrays:
    """Arrays of CuDNNLSTM or CuDNNGRU as those of LSTM or GRU, with a bias (2, 4H) or (2, 3H)."""
    D, H = len(found["kernel"]), len(found["recurrent_kernel"])
    kernels = [k.reshape(H, D).T for k in np.hsplit(found["kernel"], gates)]
    recurrent = [k.T for k in np.hsplit(found["recurrent_kernel"], gates)]
    return {
        "kernel": np.hstack(kernels),
        "recurrent_kernel": np.hstack(recurrent),
        "bias": found["bias"].reshape(2, gates * H),
    }


def uses_bias(config: Mapping[str, Any] | None, bias: bool) -> bool:
    """Whether the layer has a bias; where its config says nothing, as given."""
    layers = [inner for _, inner in _layers(config)]
    return _flag(layers[0], "use_bias", bias) if layers else bias


def same_model(
    cell: CellLike, kind: str, features: Container[str], config: Mapping[str, Any] | None
) -> None:
    """Refuse the config of a layer that computes another model than the cell."""
    outer = _inside(config)
    if "merge_mode" in outer:
        carry.one_model("Keras", cell, "merge_mode", outer["merge_mode"], "concat")
    for turned, inner in _layers(config):
        wanted: dict[str, Any] = {"activation": "relu" if "relu" in features else "tanh"}
        if kind != "RNN":
            wanted["recurrent_activation"] = "sigmoid"
        if kind == "GRU":
            wanted["reset_after"] = "reset after" in features
        for key in wanted.keys() & inner.keys():
            carry.one_model("Keras", cell, key, _text(inner[key]), wanted[key])
        if _flag(inner, "go_backwards", False) != turned:
            raise NotCarried(
                f"Keras: go_backwards={not turned}, and {name_of(cell)} reads "
                f"{'backwards' if turned else 'forwards'}: run it over x[::-1], without config"
            )


def _layers(config):
    """(reads backwards, config) of the layer, or of both layers of a Bidirectional."""
    if config is None:
        return []
    config = _inside(config)
    if "layer" not in config:
        return [(False, config)]
    pairs = ((False, config["layer"]), (True, config.get("backward_layer")))
    return [(turned, _inside(inner)) for turned, inner in pairs if inner is not None]


def _inside(config):
    """The config of a layer, where it is stored beside the name of its class."""
    if config is None:
        return {}
    inner = config.get("config", config) if hasattr(config, "keys") else config
    if not hasattr(inner, "keys"):
        raise TypeError(f"config: expected a dict, as get_config gives, got {type(inner).__name__}")
    return inner


def _flag(config, key, default):
    """True or False from a config."""
    value = config.get(key, default)
    if not isinstance(value, bool):
        raise TypeError(f"config: {key}: expected True or False, got {carry.shown(value)}")
    return value


def _text(value):
    """The name of an activation; Keras may store it as a dict."""
    return value.get("config", value) if hasattr(value, "keys") else value
