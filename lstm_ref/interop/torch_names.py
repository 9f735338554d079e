"""Where PyTorch's tensors of one layer are: in a module, a state dict or a file, by which names.

weight_ih_l0, weight_hh_l1_reverse, bias_ih (nn.LSTMCell), and the short w_ih, b_hh of models that
were taken out of PyTorch by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from typing import Any

import numpy as np

from lstm_ref.interop import carry, tensors
from lstm_ref.types import CellLike, Params

TENSOR = re.compile(r"(weight|w|bias|b)_(ih|hh|hr)(_l\d+(?:_reverse)?)?")
INSIDE = re.compile(rf"(.*?){TENSOR.pattern}")
LONG = {"w": "weight", "b": "bias"}
BEFORE = re.compile(r"emb(ed|edding|eddings)?(\.weight)?")  # under the prefix, but before the layer


def opened(source: Any, prefix: str) -> tuple[Params, dict[str, Any]]:
    """(name -> array or tensor, what is said of its nonlinearity: where -> "relu").

    source: a module of torch.nn, its state dict, of tensors or NumPy arrays, or what
    `torch_bridge.read_safetensors` gave. Raises TypeError for anything else.
    """
    said: dict[str, Any] = {}
    if callable(getattr(source, "state_dict", None)):
        said["of the module"] = _nonlinearity(source, prefix)
        source = source.state_dict()
    if not hasattr(source, "keys"):
        got = type(source).__name__
        raise TypeError(f"state_dict: expected a dict of NumPy arrays, got {got}")
    about = getattr(source, "about", {})
    keys = (f"{prefix}nonlinearity", "nonlinearity")
    said["of the file"] = next((about[key] for key in keys if key in about), None)
    return source, said


def _nonlinearity(module, prefix):
    """That of the module, or of the one inside it that the prefix names; None if it has none."""
    for name in filter(None, prefix.split(".")):
        module = getattr(module, name, None)
    return getattr(module, "nonlinearity", None)


def same_nonlinearity(
    cell: CellLike, kind: str, features: Container[str], said: Mapping[str, Any]
) -> None:
    """Refuse a nonlinearity, said by whom, that is not the cell's. The weights do not tell it."""
    if kind != "RNN":
        if said["as given"] is not None:
            raise ValueError(
                f"nonlinearity: nn.{kind} has none, got {carry.shown(said['as given'])}"
            )
        return
    want = "relu" if "relu" in features else "tanh"
    for who, got in said.items():
        if got is not None:
            carry.one_model("PyTorch", cell, f"nonlinearity, {who},", got, want)


def array(name: str, value: Any) -> Any:
    """A tensor of PyTorch as NumPy's array; anything else as it is."""
    if not hasattr(value, "detach"):
        return value
    try:
        return value.detach().cpu().numpy()
    except TypeError as error:
        raise TypeError(f"PyTorch: {name}: expected float32 or float64, got {error}") from None


def suffix(layer: int | None, reverse: bool) -> str:
    """The end of a tensor's name: "_l0", "_l1_reverse", "" for a single cell."""
    if layer is None:
        if reverse:
            raise ValueError("reverse: nn.LSTMCell and the like have one direction, got True")
        return ""
    if isinstance(layer, bool) or not isinstance(layer, int | np.integer) or layer < 0:
        raise ValueError(f"layer: expected a whole number >= 0 or None, got {layer!r}")
    return f"_l{layer}{'_reverse' if reverse else ''}"


def of_layer(state_dict: Params, prefix: str, end: str) -> dict[str, str]:
    """ "weight_ih" -> its name there, for the tensors of this layer; refuses what is of no layer.

    An embedding under the prefix is passed over: it comes before the layer.
    """
    names: dict[str, str] = {}
    for key in state_dict:
        if not isinstance(key, str):
            raise ValueError(f"PyTorch: unknown {key!r:.80}; expected names")
        if not key.startswith(prefix) or (prefix and BEFORE.fullmatch(key[len(prefix) :])):
            continue
        match = TENSOR.fullmatch(key[len(prefix) :])
        if not match:
            hint = _of_prefixes(state_dict, prefix)
            raise ValueError(f"PyTorch: unknown {key:.80}; no tensor of a recurrent layer{hint}")
        if (match[3] or "") == end:
            name = f"{LONG.get(match[1], match[1])}_{match[2]}"
            if name in names:
                raise ValueError(f"PyTorch: {names[name]} and {key}: expected one of them")
            names[name] = key
    return names


def layers(state_dict: Params, prefix: str) -> tuple[int, tuple[str, ...]]:
    """(number of layers, their directions). Raises ValueError for layers with gaps, or none."""
    ends = set(_ends(state_dict, prefix))
    ways = carry.WAYS if any(end.endswith("_reverse") for end in ends) else carry.WAYS[:1]
    number = len({end.partition("_reverse")[0] for end in ends})
    expected = {suffix(k, way == "reverse") for k in range(number) for way in ways}
    if not ends or ends != expected:
        wanted = ", ".join(sorted(expected)) or "_l0 at least"
        said = _of_layers(state_dict, prefix)
        raise ValueError(f"PyTorch: expected layers {wanted}{said}")
    return number, ways


def _ends(state_dict, prefix):
    """The suffixes of the layers' tensors under this prefix."""
    names = [key for key in state_dict if isinstance(key, str) and key.startswith(prefix)]
    inside = (TENSOR.fullmatch(key[len(prefix) :]) for key in names)
    return sorted({match[3] or "" for match in inside if match})


def _of_prefixes(state_dict, prefix):
    """Which prefixes there are, if others than this one."""
    inside = (INSIDE.fullmatch(key) for key in state_dict if isinstance(key, str))
    there = sorted({match[1] for match in inside if match} - {prefix})
    if not there:
        return "" if prefix else "; for a layer inside a model give its prefix"
    return "; for a layer inside a model give its prefix: " + tensors.listed(
        [repr(name) for name in there]
    )


def hint(state_dict: Params, prefix: str, found: Mapping[str, str]) -> Callable[..., str]:
    """What `tensors.check` says after tensors that are missing or unknown."""

    def said(missing, unknown):
        if not found:
            return _of_layers(state_dict, prefix)
        ours = {name: key for key, name in found.items()}
        if any(ours.get(name, "").startswith("bias") for name in unknown):
            return "; the layer has biases: without bias=False"
        if any(ours.get(name, "").startswith("weight_hr") for name in unknown):
            return "; a layer with proj_size is the cell PROJECTION"
        if any("weight_hr" in name for name in missing):
            return "; the layer has no projection"
        if missing and all("bias_" in name for name in missing) and len(missing) == 2:
            return "; a layer made with bias=False has none: bias=False"
        return ""

    return said


def _of_layers(state_dict, prefix):
    """Which layers there are under this prefix; if none, which prefixes."""
    ends = _ends(state_dict, prefix)
    if not ends:
        return _of_prefixes(state_dict, prefix)
    if ends == [""]:
        return "; names without _l0 are those of a single cell: layer=None"
    return f"; layers there: {tensors.listed([end or 'layer=None' for end in ends])}"
