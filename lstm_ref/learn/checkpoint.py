"""The state of a training run in a file: everything that decides the numbers to come.

A file belongs to one run. It carries a fingerprint of that run, its settings and checksums of the
first parameters and the first batch, and is refused by another.
"""

import zlib
from pathlib import Path

import numpy as np

from lstm_ref import __version__
from lstm_ref.cells import name_of
from lstm_ref.learn import storage

FORMAT, VERSION = "lstm_ref checkpoint", 1


def checksum(arrays):
    """A number for the content of some arrays, None among them allowed."""
    total = 0
    for value in arrays:
        if value is not None:
            head = f"{value.dtype}{value.shape}".encode()
            total = zlib.crc32(np.ascontiguousarray(value).tobytes(), zlib.crc32(head, total))
    return total


def fingerprint(cell, params, batch, rules):
    """What tells one run from another: a dict for JSON. batch: the first one."""
    rules = {k: v.item() if isinstance(v, np.generic) else v for k, v in rules.items()}
    versions = {"lstm_ref": __version__, "numpy": np.__version__}
    sums = {"parameters": checksum(params.values()), "first batch": checksum(batch)}
    return {"cell": name_of(cell), **rules, **versions, **sums}


def save(path, fingerprint, state):
    """Write the state of a run: a dict of numbers, None, arrays, and of dicts or tuples of such."""
    arrays = {}
    about = {"format": FORMAT, "version": VERSION, "fingerprint": fingerprint}
    about["state"] = _flatten(state, "state", arrays)
    storage.write(path, arrays, about)


def load(path, fingerprint):
    """The state that `save` wrote, None if there is no file.

    Raises StorageError for a file that is damaged or belongs to another run.
    """
    if not Path(path).exists():
        return None
    arrays, about = storage.read(path)
    if about.get("format") != FORMAT or about.get("version") != VERSION:
        raise storage.StorageError(f"{path}: expected {FORMAT} of version {VERSION}")
    theirs = about.get("fingerprint")
    if theirs != fingerprint:
        theirs = theirs if isinstance(theirs, dict) else {}
        other = [k for k in {**fingerprint, **theirs} if theirs.get(k) != fingerprint.get(k)]
        listed = "; ".join(
            f"{k}: {theirs.get(k)!r:.60} there, {fingerprint.get(k)!r:.60} here" for k in other
        )
        raise storage.StorageError(f"{path}: the checkpoint of another run: {listed}")
    try:
        return _unflatten(about["state"], "state", arrays)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise storage.StorageError(f"{path}: damaged: {error!r:.200}") from error


def _flatten(value, name, arrays):
    """What JSON can hold of `value`; arrays go to `arrays` under the path to them."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"is": "array"}
    if isinstance(value, dict):
        parts = {str(k): _flatten(v, f"{name}/{k}", arrays) for k, v in value.items()}
        return {"is": "dict", "parts": parts}
    if isinstance(value, tuple | list):
        parts = [_flatten(v, f"{name}/{k}", arrays) for k, v in enumerate(value)]
        return {"is": "tuple", "parts": parts}
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
