"""Vectors of any origin under our names: checked, and completed with zeros where they may be.

Public test vectors often have no initial states, no biases, no errors that enter. Then these are
zero, which is what an implementation takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.interop.nets import Net
from lstm_ref.interop.vector_files import VectorsError
from lstm_ref.types import Arrays, Params, Sizes

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table

LAYERS = 100  # at most


def net_of(header: Mapping[str, Any], cell: Cell | Table) -> Net:
    """The net that a header says: "layers", "directions", "lengths". Raises VectorsError."""
    layers, ways = header.get("layers", 1), header.get("directions", 1)
    lengths = header.get("lengths")
    if type(layers) is not int or not 1 <= layers <= LAYERS:
        raise VectorsError(f"header: layers: expected 1 to {LAYERS}, got {layers!r:.50}")
    if type(ways) is not int or ways not in (1, 2):
        raise VectorsError(f"header: directions: expected 1 or 2, got {ways!r:.50}")
    if lengths is not None:
        if not isinstance(lengths, list) or any(type(n) is not int for n in lengths):
            raise VectorsError(f"header: lengths: expected whole numbers, got {lengths!r:.50}")
        lengths = tuple(lengths)
    return Net(cell, layers, ways == 2, lengths)


def completed(net: Net, arrays: Params) -> Arrays:
    """Parameters, inputs, initial states and errors of a net, in float64.

    Raises VectorsError where a matrix or an input is missing, or a shape does not fit.
    """
    cell, names = net.cell, witnesses.inputs(net.cell)
    letters = dict(zip(names, (f"T{cell.letters[x]}B" for x in cell.inputs), strict=True))
    found: Arrays = {}
    sizes: Sizes = {"1": 1}
    for name in names:
        found[name] = _checked(arrays, name, letters[name], sizes)
    _lengths(net, sizes)
    for prefixes in net.prefixes:
        own = {"1": 1, "T": sizes["T"], "B": sizes["B"]}
        for prefix in prefixes:
            found |= _part(net, arrays, prefix, own)
    rows = own[cell.letters[cell.output][0]] * (2 if net.both else 1)
    given = arrays if "e" in arrays else {"e": np.zeros((sizes["T"], rows, sizes["B"]))}
    return {**found, "e": _checked(given, "e", "TnB", {**sizes, "n": rows})}


def _lengths(net, sizes):
    fits = net.lengths is None or len(net.lengths) == sizes["B"]
    if not fits or not all(1 <= n <= sizes["T"] for n in net.lengths or ()):
        wanted = f"{sizes['B']} from 1 to {sizes['T']}"
        raise VectorsError(f"lengths: expected {wanted}, got {list(net.lengths or ())!s:.50}")


def _part(net, arrays, prefix, sizes):
    """Of one part. sizes: letter -> size; what the arrays tell is put in."""
    cell, found = net.cell, {}
    params = {**cell.SHAPES, **cell.FIXED}
    ends = {f"{s}_0": w for s, w in cell.STATES.items()}
    ends |= {f"e_{s}_T": w for s, w in cell.STATES.items()}
    named = {prefix + name: letters for name, letters in {**params, **ends}.items()}
    for name, letters in sorted(named.items(), key=lambda pair: pair[0] not in arrays):
        if name in arrays:
            found[name] = _checked(arrays, name, letters, sizes)
        elif name.rpartition(".")[2][0].isupper() or not set(letters) <= set(sizes):
            raise VectorsError(f"arrays: no {name}, which vectors of {cell.name} have")
        else:
            found[name] = np.zeros([sizes[letter] for letter in letters])
    return found


def _checked(arrays, name, letters, sizes):
    """The array, if its axes are as long as sizes say; what they do not say is put in."""
    if name not in arrays:
        raise VectorsError(f"arrays: no {name}, an input of the cell")
    value = np.asarray(arrays[name], np.float64)
    fits = value.ndim == len(letters) and 0 not in value.shape
    for letter, n in zip(letters, value.shape, strict=True) if fits else ():
        fits &= sizes.setdefault(letter, n) == n
    if not fits:
        want = ", ".join(str(sizes.get(letter, letter)) for letter in letters)
        raise VectorsError(f"{name}: expected shape ({want}), got {value.shape}")
    return value
