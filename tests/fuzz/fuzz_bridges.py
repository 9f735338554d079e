"""Doors of the bridges: arrays, states and attributes as PyTorch, Keras and ONNX have them."""

from __future__ import annotations

from functools import cache, partial

import fuzz_arrays as damage
import numpy as np
from fuzz_case import Case, Door, same

from lstm_ref.cells.resolve import resolve
from lstm_ref.check import witnesses
from lstm_ref.interop import keras_bridge, onnx_bridge, torch_bridge

CELLS = {
    "torch": ["LSTM", "ELMAN", "GRU_AFTER", "GRU_AFTER_Z_WRITES", "PROJECTION"],
    "keras": ["LSTM", "ELMAN", "GRU_AFTER", "GRU_BEFORE"],
    "onnx": ["LSTM", "ELMAN", "GRU_AFTER", "GRU_BEFORE", "VANILLA", "CIFG", "NOAF"],
}
BRIDGES = {"torch": torch_bridge, "keras": keras_bridge, "onnx": onnx_bridge}
STRANGE = [
    *(None, True, 2, -1, 0.5, 10**30, "text", "x" * 5000, b"reverse", b"\xff", [], [1.0], {}),
    *(["Sigmoid"], ["Tanh", "Tanh", "Tanh"], [b"Sigmoid", 3, None], np.zeros(3), float("nan")),
]
ATTRIBUTES = "direction input_forget linear_before_reset clip hidden_size activations".split()
# More inputs are another layer, not a wrong one.
WIDER = ["weight_ih_l0: one longer (axis 1)", "kernel: one longer (axis 0)"]
WIDER += ["W: one longer (axis 2)"]
REFUSALS = (TypeError, ValueError)


@cache
def params(name):
    """(cell, parameters); more units than inputs, so that a matrix turned does not fit."""
    cell, rng = resolve(name), np.random.default_rng(3)
    sizes = dict(T=1, B=1, D=2, H=4)
    tensors, _ = witnesses.problem(cell, rng, **sizes)
    found, _, state = witnesses.split(cell, tensors)
    if "W_hm" in found:  # PyTorch projects to fewer units than it has
        P, found = 3, {k: v[:3] if k == "W_hm" else v for k, v in found.items()}
        found |= {k: v[:, :P] for k, v in found.items() if k.endswith("h") and k[0] == "W"}
    return cell, found, state


def arrays(library, rng, folder):
    """One of the arrays, or the dict of them, is not what the library makes."""
    name = rng.choice(CELLS[library])
    cell, own, _ = params(name)
    bridge = BRIDGES[library]
    read, write = getattr(bridge, f"from_{library}"), getattr(bridge, f"to_{library}")
    there = write(cell, own)
    may, what = rng.random() < 0.2, WIDER[0]
    change = damage.kept_names if may else rng.choice([damage.entry, damage.entry, damage.names])
    while what in WIDER:
        what, changed = change(rng, there)
    given = () if library != "onnx" else (bridge.layer(cell, own)[1],)
    words = {"torch": "PyTorch", "keras": "Keras", "onnx": "ONNX"}
    missing = library == "onnx" and what in ("no B", "no P")
    return Case(
        f"{library} {name}: {what}",
        lambda: read(cell, changed, *given),
        lambda result: (may or missing) and same(result, expected(result, own, what, missing)),
        REFUSALS,
        (*there, words[library], "state_dict", "weights"),
    )


def expected(result, own, what, missing):
    """B and P may be missing in ONNX: zeros."""
    if not missing:
        return own
    zero = ("b_",) if what == "no B" else ("w_",)
    return {k: np.zeros_like(v) if k.startswith(zero) else v for k, v in own.items()}


def attributes(rng, folder):
    """One attribute of an ONNX node is changed: another model, or no attribute at all."""
    name = rng.choice(CELLS["onnx"])
    cell, own, _ = params(name)
    there = onnx_bridge.to_onnx(cell, own)
    right = onnx_bridge.layer(cell, own)[1]
    key = rng.choice([*right, *ATTRIBUTES, "activation_alpha", "activation_beta", "layout", "x"])
    changed = {**right, key: (value := rng.choice(STRANGE))}
    if rng.random() < 0.2:
        changed, value = {k: v for k, v in right.items() if k != key}, "left out"
    if value is True:
        changed[key] = 1  # Python's True is 1
    said = {k: v for k, v in changed.items() if k != "hidden_size"}
    means = {k: v for k, v in right.items() if k != "hidden_size"}
    activations = right.get("activations", [])
    unread = key.startswith("activation_") and "Affine" not in activations
    zeros = key == "activation_beta" and isinstance(value, np.ndarray)  # as NOAF has it
    free = key == "layout" or value is None or unread or zeros
    turned = key == "direction" and repr(value).endswith("'reverse'")
    return Case(
        f"onnx {name}, attribute {key}: {value!r:.40}",
        lambda: onnx_bridge.from_onnx(cell, there, changed),
        lambda result: (
            same(result, {f"reverse.{k}": v for k, v in own.items()})
            if turned
            else (repr(said) == repr(means) or free) and same(result, own)
        ),
        REFUSALS,
        ("ONNX", "attributes", key),
    )


def states(library, rng, folder):
    """The states of a layer are not those that the library makes."""
    cell, _, state = params(rng.choice(CELLS[library][:3]))
    bridge = BRIDGES[library]
    write, read = (getattr(bridge, f"state_{way}_{library}") for way in ("to", "from"))
    there = write(cell, state)
    if isinstance(there, dict):
        there = there.values()
    there = tuple(there) if not isinstance(there, np.ndarray) else (there,)
    may = rng.random() < 0.2
    what, changed = (damage.kept_state if may else damage.state)(rng, there)
    wider = len(there) == 1 and "one longer" in what  # more samples, with nothing to contradict
    return Case(
        f"{library}, state: {what}",
        lambda: read(cell, changed),
        lambda result: "Masked" not in what and (same(result, state) or wider),
        REFUSALS,
        ("hx", "states", "values", "Y_", "state"),
    )


DOORS = {
    **{name: Door(partial(arrays, name), 400) for name in BRIDGES},
    "onnx-attributes": Door(attributes, 300),
    **{f"{name}-states": Door(partial(states, name), 150) for name in BRIDGES},
}
