"""The attributes of ONNX's LSTM, GRU and RNN nodes, and which of them are a cell.

Activations are read as ONNX Runtime reads them: without regard to capital letters, one list for
all directions, and each entry of activation_alpha goes to the next function that takes one. Sigmoid
and Tanh take none.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import numpy as np

from lstm_ref.cells import name_of
from lstm_ref.interop import carry
from lstm_ref.interop.carry import NotCarried
from lstm_ref.types import CellLike, Params

ACTIVATIONS = {
    "RNN": ["Tanh"],
    "LSTM": ["Sigmoid", "Tanh", "Tanh"],  # gates, candidate, output
    "GRU": ["Sigmoid", "Tanh"],
}
DEFAULTS = {"direction": "forward", "input_forget": 0, "linear_before_reset": 0, "clip": None}
WAYS = {"forward": ("forward",), "reverse": ("reverse",), "bidirectional": carry.WAYS}
AFFINE = {"activation_alpha": 1.0, "activation_beta": 0.0}  # of a function left out
KNOWN = {*DEFAULTS, *AFFINE, "hidden_size", "layout", "activations", "output_sequence"}


def of(kind: str, features: Container[str], ways: int = 1) -> dict[str, Any]:
    """The attributes of a cell that are not the operator's defaults, for so many directions."""
    attributes: dict[str, Any] = {}
    if "reset after" in features:
        attributes["linear_before_reset"] = 1
    if "coupled" in features:
        attributes["input_forget"] = 1
    names = _activations(kind, features) * ways
    if names != ACTIVATIONS[kind] * ways:
        attributes["activations"] = names
    if linear := names.count("Affine"):
        attributes |= {key: [value] * linear for key, value in AFFINE.items()}
    return attributes


def _activations(kind, features):
    """The squashing functions of a cell, of one direction."""
    names = list(ACTIVATIONS[kind])
    if "relu" in features:
        names[0] = "Relu"
    if "linear candidate" in features:
        names[1] = "Affine"
    if "linear output" in features:
        names[2] = "Affine"
    return names


def read(attributes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Attributes by name, values as Python's own. Raises TypeError or ValueError; None is None."""
    if attributes is None:
        return None
    if not hasattr(attributes, "keys"):
        got = type(attributes).__name__
        raise TypeError(f"attributes: expected a dict, name -> value, or None, got {got}")
    for key in attributes:
        if key not in KNOWN:
            raise ValueError(f"ONNX: unknown attribute {key!s:.80}; known: {_known()}")
    return {key: _plain(attributes[key]) for key in attributes}


def _known():
    return ", ".join(sorted(KNOWN))


def _plain(value):
    """Attribute values as Python's own: bytes become text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def ways(attributes: Mapping[str, Any] | None, found: Params) -> tuple[str, ...]:
    """The directions of a node. Where nothing is known of it, as many as W has."""
    if attributes is None:
        W: Any = found.get("W") if hasattr(found, "get") else None
        return carry.WAYS if getattr(W, "ndim", 0) == 3 and len(W) == 2 else WAYS["forward"]
    direction = attributes.get("direction", DEFAULTS["direction"])
    if not isinstance(direction, str) or direction not in WAYS:
        raise ValueError(f"direction: expected {', '.join(WAYS)}, got {direction!r:.80}")
    return WAYS[direction]


def same_model(
    cell: CellLike,
    kind: str,
    features: Container[str],
    attributes: Mapping[str, Any],
    H: int,
    ways: int,
) -> None:
    """Refuse attributes of a node, {} for none, that mean another model than the cell."""
    wanted = DEFAULTS | {"hidden_size": H} | of(kind, features, ways)
    for key in DEFAULTS.keys() - {"direction"} | {"hidden_size"}:
        if key in attributes:
            carry.one_model("ONNX", cell, key, attributes[key], wanted[key])
        elif key in DEFAULTS and wanted[key] != DEFAULTS[key]:
            raise NotCarried(f"ONNX: {name_of(cell)} needs {key}={wanted[key]!r}, got none")
    layout(attributes.get("layout", 0))
    _same_activations(cell, kind, features, attributes, ways)


def layout(value: int) -> int:
    """0 or 1; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value not in (0, 1):
        raise ValueError(f"layout: expected 0 or 1, got {carry.shown(value)}")
    return int(value)


def _same_activations(cell, kind, features, attributes, ways):
    """Refuse other squashing functions than the cell's."""
    wanted = _activations(kind, features) * ways
    names = attributes.get("activations")
    if names is None:
        names = ACTIVATIONS[kind] * ways
        if names != wanted:
            raise NotCarried(f"ONNX: {name_of(cell)} needs activations={wanted!r}, got none")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"activations: expected a list of names, got {names!r:.80}")
    if len(names) != len(wanted):
        raise ValueError(f"activations: expected {len(wanted)} names, got {len(names)}")
    if [name.lower() for name in names] != [name.lower() for name in wanted]:
        carry.one_model("ONNX", cell, "activations", names, wanted)
    places = [k for k, name in enumerate(wanted) if name == "Affine"]
    for key, neutral in AFFINE.items() if places else ():
        _left_out(cell, key, attributes.get(key), neutral, places, len(names))


def _left_out(cell, key, numbers, neutral, places, count):
    """Refuse an Affine that is more than a function left out: alpha 1, beta 0.

    Some writers give one number per function, used or not. Both readings must be the same.
    """
    wanted = [neutral] * len(places)
    if not isinstance(numbers, list) or len(numbers) < len(places):
        raise NotCarried(f"ONNX: {name_of(cell)} needs {key}={wanted!r}, got {numbers!r:.80}")
    taken = numbers[: len(places)]
    if len(numbers) == count:
        taken = taken + [numbers[k] for k in places]
    if any(number != neutral for number in taken):
        carry.one_model("ONNX", cell, key, numbers, wanted)
