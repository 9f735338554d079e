"""The state of a training run in a file: everything that decides the numbers to come.

A file belongs to one run. It carries a fingerprint of that run: its settings, checksums of the
first parameters and the first batch, a hash of the cell's code, and what decides the last digits
on this machine. Where any of it differs the file is refused: going on would not give the numbers
of a run that was never stopped.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref import __version__
from lstm_ref.cells import name_of
from lstm_ref.io import header as headers
from lstm_ref.io.files import cut
from lstm_ref.learn import numerics, storage
from lstm_ref.learn.fingerprint import code
from lstm_ref.types import Batch, CellLike, Params

FORMAT, VERSION = "lstm_ref checkpoint", 2
ADVICE = "remove this file to begin anew"


def checksum(arrays: Iterable[Any]) -> int:
    """A number for the content of some arrays, None among them allowed."""
    total = 0
    for value in arrays:
        if value is not None:
            value = np.asarray(value)  # lengths may be a list
            head = f"{value.dtype}{value.shape}".encode()
            total = zlib.crc32(np.ascontiguousarray(value).tobytes(), zlib.crc32(head, total))
    return total


def fingerprint(
    cell: CellLike, params: Params, batch: Batch, rules: dict[str, Any]
) -> dict[str, Any]:
    """What tells one run from another: a dict for JSON. rules: of JSON; batch: the first one."""
    versions = {"lstm_ref": __version__, "numpy": np.__version__, **numerics.numerics()}
    sums = {"parameters": checksum(params.values()), "first batch": checksum(batch)}
    return {"cell": name_of(cell), "code": code(cell), **rules, **versions, **sums}


def save(path: str | Path, fingerprint: dict[str, Any], state: dict[str, Any]) -> None:
    """Write the state of a run: a dict of numbers, None, arrays, and of dicts or tuples of such."""
    arrays: dict[str, Any] = {}
    about = {"format": FORMAT, "version": VERSION, "fingerprint": fingerprint}
    about["state"] = _flatten(state, "state", arrays)
    storage.write(path, arrays, about)


def load(
    path: str | Path,
    fingerprint: dict[str, Any],
    check: Callable[[dict[str, Any]], object] = dict,
) -> dict[str, Any] | None:
    """The state that `save` wrote, None if there is no file.

    check: called with the state; a ValueError or TypeError of it says what of it cannot be. Raises
    StorageError, with what to do, for a file that is damaged or belongs to another run, and
    for a name that `save` would refuse.
    """
    storage.kind(path)  # before there is something to lose
    try:
        return _state(path, fingerprint, check)
    except FileNotFoundError:
        return None
    except storage.StorageError as error:
        raise storage.StorageError(f"{error}\n{ADVICE}") from error


def _state(path, fingerprint, check):
    arrays, about = storage.read(path)
    try:
        headers.check(about, FORMAT, VERSION, storage.StorageError)
    except storage.StorageError as error:
        raise storage.StorageError(f"{path}: {error}") from error
    if other := _differences(about.get("fingerprint"), fingerprint):
        raise storage.StorageError(f"{path}: the checkpoint of another run: {'; '.join(other)}")
    try:
        state = _unflatten(about["state"], "state", arrays)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise storage.StorageError(f"{path}: damaged: {error!r:.200}") from error
    try:
        check(state)
    except (TypeError, ValueError) as error:
        raise storage.StorageError(f"{path}: damaged: {cut(error)}") from error
    return state


def _differences(theirs, ours):
    """What differs between two fingerprints, in words. theirs: from a file: it may be anything."""
    theirs = theirs if isinstance(theirs, dict) else {}
    return [
        f"{k:.60}: {theirs.get(k)!r:.60} there, {ours.get(k)!r:.60} here"
        for k in {**ours, **theirs}
        if theirs.get(k) != ours.get(k)
    ]


def _flatten(value, name, arrays):
    """What JSON can hold of `value`; arrays go to `arrays` under the path to them."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"is": "array"}
    if isinstance(value, dict):
        parts = {str(k): _flatten(v, f"{name}/{k}", arrays) for k, v in value.items()}
        return {"is": "dict", "parts": parts}
    if isinstance(value, tuple | list):
        entries = [_flatten(v, f"{name}/{k}", arrays) for k, v in enumerate(value)]
        return {"is": "tuple", "parts": entries}
    return {"is": "value", "value": value}


def _unflatten(what, name, arrays):
    kind, parts = what["is"], what.get("parts")
    if kind == "array":
        return arrays[name]
    if kind == "dict":
        return {k: _unflatten(v, f"{name}/{k}", arrays) for k, v in parts.items()}
    if kind == "tuple":
        return tuple(_unflatten(v, f"{name}/{k}", arrays) for k, v in enumerate(parts))
    return what["value"]
