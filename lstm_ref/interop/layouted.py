"""Golden vectors as PyTorch, Keras and ONNX lay them out, by the names that these have.

Each name has the library in front, "torch.weight_ih_l0", and a gradient ".grad" behind. Of two
biases that are added each has the whole gradient. What a library has no place for is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.interop import carry, keras_bridge, onnx_bridge, torch_bridge
from lstm_ref.interop.vector_files import VectorsError
from lstm_ref.types import Array, Arrays, Params

if TYPE_CHECKING:
    from lstm_ref.interop.nets import Net

BRIDGES = {
    "torch": ("PyTorch", torch_bridge),
    "keras": ("Keras", keras_bridge),
    "onnx": ("ONNX", onnx_bridge),
}


def check(net: Net, layouts: Sequence[str]) -> None:
    """Raise VectorsError or NotCarried for layouts that are unknown or have no place for a net."""
    known = ", ".join(BRIDGES)
    if isinstance(layouts, str) or not isinstance(layouts, Sequence):
        raise VectorsError(f"layouts: expected a list of {known}, got {layouts!r:.50}")
    for name in layouts:
        if not isinstance(name, str) or name not in BRIDGES or list(layouts).count(name) > 1:
            raise VectorsError(f"layouts: expected each of {known} once at most, got {name!r:.50}")
        library, bridge = BRIDGES[name]
        cell: Any = net.cell
        carry.carried(cell, library, bridge.LAYERS, bridge.CAN)
        if name != "torch" and net.layers > 1:
            raise VectorsError(f"layouts: {library} has no layer that is {net.layers} layers")
        if name == "keras" and net.lengths is not None:
            raise VectorsError(
                "layouts: after the end of a sequence Keras repeats its last output, and there "
                "these vectors have zeros; without lengths, or without keras"
            )


def beside(net: Net, arrays: Params, layouts: Sequence[str]) -> Arrays:
    """The arrays of these layouts, from our own of the net; checked by `check`."""
    found: Arrays = {}
    for name in layouts:
        for key, value in LAYOUTS[name](net, arrays):
            found[f"{name}.{key}"] = np.ascontiguousarray(value, dtype=np.float64)
    return found


def _parameters(net, arrays, prefix, d=""):
    """Parameters of a part, or with d="d" their gradients, without its prefix."""
    return {name: arrays[f"{prefix}{d}{name}"] for name in net.cell.SHAPES}


def _states(net, arrays, prefix, what):
    """One array for each state. what: "{}_0", "{}_T", "d{}_0" or "e_{}_T"."""
    names = [f"{prefix}{what.format(s)}" for s in net.cell.states]
    if what == "{}_T" and names[0] not in arrays:  # one way and one length: the last step
        return tuple(arrays[prefix + s][-1] for s in net.cell.states)
    return tuple(arrays[name] for name in names)


def _second(net, first, second, axis=-1):
    """The gradient of the second bias: as of the first; for the GRU's b_hh it is its own."""
    found = np.array(first)
    if "b_hh" in net.cell.SHAPES:
        units = first.shape[axis] // 3
        found[..., -units:] = second[..., -units:]
    return found


def _torch(net: Net, arrays: Params) -> Iterator[tuple[str, Array]]:
    cell: Any = net.cell
    for k, prefixes in enumerate(net.prefixes):
        for prefix in prefixes:
            where: dict[str, Any] = dict(layer=k, reverse=prefix.endswith("reverse."))
            params = _parameters(net, arrays, prefix)
            torch_bridge.layer(cell, params)  # which refuses a projection that is too wide
            grads = torch_bridge.to_torch(cell, _parameters(net, arrays, prefix, "d"), **where)
            for name, value in torch_bridge.to_torch(cell, params, **where).items():
                grad = grads[name]
                if name.startswith("bias_hh"):
                    grad = _second(net, grads[name.replace("hh", "ih")], grad)
                yield from _both(name, value, grad)
    parts = [prefix for prefixes in net.prefixes for prefix in prefixes]
    yield from _both("input", carry.rows(arrays["x"]), carry.rows(arrays["dx"]))
    yield from _both("output", carry.rows(_output(net, arrays)), carry.rows(arrays["e"]))
    for end, what, gradient in ("0", "{}_0", "d{}_0"), ("n", "{}_T", "e_{}_T"):
        hx, its = (
            torch_bridge.state_to_torch(cell, *(_states(net, arrays, p, w) for p in parts))
            for w in (what, gradient)
        )
        for state, one, grad in zip(cell.states, _tuple(hx), _tuple(its), strict=True):
            yield from _both(f"{state}_{end}", one, grad)


def _keras(net: Net, arrays: Params) -> Iterator[tuple[str, Array]]:
    cell: Any = net.cell
    for prefix in net.prefixes[0]:
        grads = keras_bridge.to_keras(cell, _parameters(net, arrays, prefix, "d"))
        for name, value in keras_bridge.to_keras(cell, _parameters(net, arrays, prefix)).items():
            grad = grads[name]
            if value.ndim == 2 and name == "bias":
                grad = np.stack([grad[0], _second(net, grad[0], grad[1])])
            yield from _both(prefix + name, value, grad)
        for start, what, gradient in ("initial_", "{}_0", "d{}_0"), ("", "{}_T", "e_{}_T"):
            two = (_states(net, arrays, prefix, w) for w in (what, gradient))
            values = (keras_bridge.state_to_keras(cell, state) for state in two)
            for state, one, its in zip(cell.states, *values, strict=True):
                yield from _both(f"{prefix}{start}state_{state}", one, its)
    x, h = (arrays["x"], arrays["dx"]), (_output(net, arrays), arrays["e"])
    for name, both in ("inputs", x), ("outputs", h):
        yield from _both(name, *(carry.rows(a, batch_first=True) for a in both))


def _onnx(net: Net, arrays: Params) -> Iterator[tuple[str, Array]]:
    cell: Any = net.cell
    prefixes = net.prefixes[0]
    values, grads = (
        onnx_bridge.to_onnx(
            cell,
            {p + n: v for p in prefixes for n, v in _parameters(net, arrays, p, d).items()},
        )
        for d in ("", "d")
    )
    first, second = np.split(grads["B"], 2, axis=1)
    grads["B"] = np.concatenate([first, _second(net, first, second)], axis=1)
    for name, value in values.items():
        yield from _both(name, value, grads[name])
    for start, what, gradient in ("initial_", "{}_0", "d{}_0"), ("Y_", "{}_T", "e_{}_T"):
        states = [
            sum((_states(net, arrays, prefix, w) for prefix in prefixes), ())
            for w in (what, gradient)
        ]
        for (name, one), its in zip(
            onnx_bridge.state_to_onnx(cell, states[0]).items(),
            onnx_bridge.state_to_onnx(cell, states[1]).values(),
            strict=True,
        ):
            yield from _both(name.replace("initial_", start), one, its)
    yield from _both("X", carry.rows(arrays["x"]), carry.rows(arrays["dx"]))
    outputs = (
        np.stack([carry.rows(a) for a in np.split(value, len(prefixes), axis=1)], axis=1)
        for value in (_output(net, arrays), arrays["e"])
    )
    yield from _both("Y", *outputs)
    if net.lengths is not None:
        yield "sequence_lens", np.array(net.lengths)


def _both(name: str, value: Any, grad: Any) -> Iterator[tuple[str, Array]]:
    yield name, value
    yield f"{name}.grad", grad


def _tuple(value):
    return value if isinstance(value, tuple) else (value,)


def _output(net, arrays):
    return arrays[net.cell.output]


LAYOUTS = {"torch": _torch, "keras": _keras, "onnx": _onnx}
