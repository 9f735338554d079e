"""Damage to arrays, to dicts of arrays and to states; and changes that must not matter."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType

import numpy as np


class Subclass(np.ndarray):
    """An array that could compute anything else."""


OTHERS = [None, "text", 3.0, True, object(), [], {}, (), b"W", np.float64(1.0), print]
DTYPES = ["i8", "i4", "?", "f2", "U3", "O", ">f8", "c8", "M8[s]", [("a", "f8")]]


def spoilt(rng, value):
    """(what, something that is not this array): of another type, dtype, shape, kind or value."""
    kind = rng.choice(["other", "dtype", "shape", "number", "subclass"])
    if kind == "other":
        other = rng.choice([*OTHERS, value.tolist()])
        return f"{type(other).__name__} for an array", other
    if kind == "dtype":
        dtype = np.dtype(rng.choice(DTYPES))
        return f"dtype {dtype}", np.ones(value.shape, "i8").astype(dtype)
    if kind == "number":
        changed = value.copy()
        changed.flat[rng.randrange(value.size)] = number = rng.choice([np.nan, np.inf, -np.inf])
        return f"{number} in it", changed
    if kind == "subclass":
        masked = np.ma.masked_array(value, rng.choice([False, True]))
        others = [masked, value.view(Subclass), value.view(np.recarray)]
        other = rng.choice([*others, value.view(np.matrix)] if value.ndim == 2 else others)
        return f"{type(other).__name__} for an array", other
    return _shape(rng, value)


def _shape(rng, value):
    axis = rng.randrange(value.ndim)
    shapes = {
        "an axis more": value[None],
        "an axis more at the end": value[..., None],
        "flat": value.ravel() if value.ndim > 1 else value[:, None],
        "without an axis": value[(slice(None),) * axis + (0,)],
        "one longer": np.concatenate([value, value], axis)[
            (slice(None),) * axis + (slice(value.shape[axis] + 1),)
        ],
        "empty": np.zeros((0,) * value.ndim, value.dtype),
        "no axis": np.array(1.0, value.dtype),
        "empty axes": np.zeros((*value.shape, 0), value.dtype),
    }
    what = rng.choice(list(shapes))
    return f"{what} (axis {axis})", shapes[what]


def kept(rng, value):
    """(what, the same array in another way): it must not matter."""
    strided = np.repeat(value, 2, -1)[..., ::2]
    backward = np.ascontiguousarray(value[::-1])[::-1]
    frozen = value.copy()
    frozen.flags.writeable = False
    forms = {
        "Fortran order": np.asfortranarray(value),
        "strides": strided,
        "strides backward": backward,
        "read-only": frozen,
    }
    what = rng.choice(list(forms))
    return what, forms[what]


def entry(rng, arrays):
    """(what, a dict with one array spoilt)."""
    name = rng.choice(list(arrays))
    what, value = spoilt(rng, arrays[name])
    return f"{name}: {what}", {**arrays, name: value}


def names(rng, arrays):
    """(what, a dict that is none, or has an array less, more, or under another name)."""
    name = rng.choice(list(arrays))
    less = {k: v for k, v in arrays.items() if k != name}
    strange = rng.choice(["", "else", name.upper() + "_", 3, None, (1,), b"W", "z" * 5000])
    many = {f"more_{k}": arrays[name] for k in range(500)}
    kinds = {
        f"no {name}": less,
        f"{name} renamed {strange!r:.20}": {**less, strange: arrays[name]},
        f"more: {strange!r:.20}": {**arrays, strange: arrays[name]},
        "500 more": {**arrays, **many},
        "empty": {},
        "list of pairs": list(arrays.items()),
        "list of names": list(arrays),
        "another type": rng.choice(OTHERS),
    }
    what = rng.choice(list(kinds))
    return what, kinds[what]


def kept_names(rng, arrays):
    """(what, the same dict in another way)."""
    what, value = kept(rng, arrays[name := rng.choice(list(arrays))])
    kinds = {
        f"{name}: {what}": {**arrays, name: value},
        "OrderedDict": OrderedDict(arrays),
        "read-only dict": MappingProxyType(arrays),
    }
    return rng.choice(list(kinds.items()))


def state(rng, values):
    """(what, no state: too long, too short, of another type, or with a spoilt array)."""
    k = rng.randrange(len(values))
    what, value = spoilt(rng, values[k])
    kinds = {
        f"entry {k}: {what}": (*values[:k], value, *values[k + 1 :]),
        "one more": (*values, values[0]),
        "one less": values[1:],
        "a dict": dict(enumerate(values)),
        "one array of all": values[0][None, None],
        "iterator": iter(values),
        "another type": rng.choice([v for v in OTHERS if v is not None]),
    }
    return rng.choice(list(kinds.items()))


def kept_state(rng, values):
    k = rng.randrange(len(values))
    what, value = kept(rng, values[k])
    changed = (*values[:k], value, *values[k + 1 :])
    return rng.choice([("a list", list(values)), (f"entry {k}: {what}", changed)])
