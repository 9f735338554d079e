"""Arrays of a library against the names and shapes that its layer has, with what is meant else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.interop import carry
from lstm_ref.types import Params, Sizes

STACKED = {1: "a simple RNN", 3: "a GRU", 4: "an LSTM"}  # gates on top of each other
LISTED = 20  # names in a message


def check(
    library: str,
    found: Params,
    shapes: Mapping[str, str],
    optional: Sequence[str] = (),
    hint: Callable[[list[str], list[str]], str] | None = None,
) -> tuple[Sizes, np.dtype]:
    """Check arrays from a library; returns (sizes, dtype).

    found: name -> array; shapes: name -> axes as text, "4H D"; the first of them tells the sizes.
    optional: names that may be missing. hint(missing, unknown): what is said after such names.
    Raises TypeError or ValueError that names the tensor, what was expected and what came.
    """
    if not hasattr(found, "keys"):
        raise TypeError(f"{library}: expected a dict of arrays, got {type(found).__name__}")
    missing = [key for key in shapes if key not in found and key not in optional]
    unknown = [key for key in found if key not in shapes]
    said = hint(missing, unknown) if hint is not None and (missing or unknown) else ""
    for word, names in (("missing", missing), ("unknown", unknown)):
        if names:
            expected = listed([*shapes])
            raise ValueError(f"{library}: {word} {listed(names)}; expected {expected}{said}")
    sizes: Sizes = {}
    dtype: Any = None  # of the first one, like which the others must be
    for key in (key for key in shapes if key in found):
        dtype = _tensor(f"{library}: {key}", found[key], shapes[key].split(), sizes, dtype)
    return sizes, dtype


def listed(names: Sequence[Any]) -> str:
    """Names for a message, not more of them than can be read."""
    return arguments.listed(names, LISTED, 50)


def _tensor(label, value, axes, sizes, dtype):
    """One array against its axes ("4H", "D"); letters not yet in `sizes` are taken from it."""
    spelled = f"({', '.join(axes)})"
    if type(value) not in (np.ndarray, np.memmap):  # others of its kind compute otherwise
        got = type(value).__name__
        raise TypeError(f"{label}: expected a NumPy array {spelled}, got {got}")
    if value.ndim != len(axes):
        raise ValueError(f"{label}: expected shape {spelled}, got {value.shape}")
    for axis, size in zip(axes, value.shape, strict=True):
        if axis.isalpha():
            sizes.setdefault(axis, size)
    lengths = {axis: _length(axis, sizes) for axis in axes}
    try:
        arguments.array(label, value, tuple(axes), lengths, dtype)
    except ValueError as error:
        raise ValueError(f"{error}{_other_kind(axes, value.shape)}") from None
    carry.real(label, value.dtype)
    return value.dtype


def _length(axis, sizes):
    """Length of an axis: "H", "4H" or "1"."""
    number, letter = axis.rstrip("DHPB"), axis.lstrip("0123456789")
    return int(number or 1) * (sizes[letter] if letter else 1)


def _other_kind(axes, shape):
    """What is said of a recurrent matrix with the gates of another kind of layer."""
    lengths = {axis: size for axis, size in zip(axes, shape, strict=True) if axis.endswith("H")}
    if len(lengths) != 2 or not lengths.get("H"):
        return ""
    (gates,) = (axis for axis in lengths if axis != "H")
    times, rest = divmod(lengths[gates], lengths["H"])
    if rest or times not in STACKED or gates == f"{times}H":
        return ""
    return f"; {times} H are the gates of {STACKED[times]}"
