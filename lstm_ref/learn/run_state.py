"""Whether a state read from a file can be that of a training run; `descent` says what one is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.learn import network
from lstm_ref.types import Batch, CellLike

WHOLE = ("n", "m")


def check(now: dict[str, Any], cell: CellLike, start: dict[str, Any], batch: Batch) -> None:
    """Raise ValueError, naming the entry, for what no run can have come to.

    now: from a file, so it may be anything that JSON and arrays can be; start: the state with which
    the run begins; batch: its first one.
    """
    if not isinstance(now, dict) or set(now) != set(start):
        raise ValueError(f"state: expected {', '.join(start)}")
    for name in WHOLE:
        _whole(name, now[name])
    if not isinstance(now["place"], tuple) or len(now["place"]) != 2:
        raise ValueError("place: expected two whole numbers")
    for number in now["place"]:
        _whole("place", number)
    if now["solved"] is not None:
        _whole("solved", now["solved"], 1, now["n"])
    seconds = now["seconds"]
    if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
        raise ValueError(f"seconds: expected a number from 0, got {seconds!r:.40}")
    _alike("params", now["params"], start["params"])
    _alike("optimiser", now["optimiser"], start["optimiser"])
    _history(now, start["history"])
    if now["state"] is not None:
        x, target, mask, lengths = network.taken_apart(batch)
        one = (x[:1], target[:1], mask[:1], None) if lengths is None else batch
        _alike("state", now["state"], network.last_state(cell, start["params"], one), columns=True)


def _whole(name, value, least=0, most=None):
    if type(value) is not int or value < least or (most is not None and value > most):
        raise ValueError(f"{name}: expected a whole number from {least}, got {value!r:.40}")


def _alike(name, value, like, columns=False):
    """The same dicts and tuples of arrays of the same shapes and dtypes, with finite numbers.

    columns: the last axis may have another length, for other batches may have more samples.
    """
    if isinstance(like, np.ndarray):
        _array(name, value, like, columns)
    elif isinstance(like, dict):
        if not isinstance(value, dict) or set(value) != set(like):
            raise ValueError(f"{name}: expected the names {', '.join(like):.200}")
        for key in like:
            _alike(f"{name}/{key}", value[key], like[key], columns)
    elif isinstance(like, tuple | list):
        if not isinstance(value, tuple) or len(value) != len(like):
            raise ValueError(f"{name}: expected {len(like)} entries")
        for k, part in enumerate(like):
            _alike(f"{name}/{k}", value[k], part, columns)
    else:
        _whole(name, value)


def _array(name, value, like, columns):
    if not isinstance(value, np.ndarray) or value.dtype != like.dtype:
        got = getattr(value, "dtype", type(value).__name__)
        raise ValueError(f"{name}: expected an array of {like.dtype}, got {got!s:.40}")
    shapes = [a.shape[:-1] if columns else a.shape for a in (value, like)]
    if shapes[0] != shapes[1] or value.ndim != like.ndim:
        raise ValueError(f"{name}: expected shape {like.shape}, got {value.shape!s:.80}")
    arguments.finite(name, value)


def _history(now, like):
    """n losses and norms, finite, and m scores, which may be any numbers."""
    found = now["history"]
    if not isinstance(found, dict) or set(found) != set(like):
        raise ValueError(f"history: expected {', '.join(like)}")
    for name, empty in like.items():
        length = now["n"] if name in ("loss", "norm") else now["m"]
        wanted = np.broadcast_to(np.zeros((), empty.dtype), (length,))
        value = found[name]
        if name == "score" and isinstance(value, np.ndarray) and value.dtype == float:
            value = np.nan_to_num(value)
        _array(f"history/{name}", value, wanted, columns=False)
