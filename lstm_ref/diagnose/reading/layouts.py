"""How a file lays out its arrays: transposed, stacked, joined, batch first, under other names.

Every array gets *readings*: the tensors of the golden vectors that it may hold, each reading under
choices (order of the gates, columns, axes). One set of choices holds for the whole file. Which one
is right, the numbers decide; here only shapes are looked at.
"""

import re
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from lstm_ref.diagnose.reading.blocks import Blocks, Reading, turned
from lstm_ref.diagnose.reading.names import hints

NAMES = "names without a mark"  # a slot: are they parameters or gradients?
MOST = 30000  # layouts of one file that are tried at most


class Layouts:
    """The readings of all arrays of a file, and the layouts that fit them together.

    arrays: name -> array as stored. tensors: the right tensors, name -> array, under the names of
    golden vectors: gradients, error terms, values and parameters.
    """

    def __init__(self, cell, arrays, tensors):
        self.cell, self.tensors, self.blocks = cell, tensors, Blocks(cell, tensors)
        self.readings, self.unknown = {}, {}
        arrays, self.partners = _pairs(arrays)
        for key, value in arrays.items():
            if found := self._read(key, value):
                self.readings[key] = found
            else:
                self.unknown[key] = np.shape(value)
        self._bare(arrays)

    def __iter__(self):
        """Choices, one dict a layout, the plain ones first."""
        slots: dict[Any, dict[Any, None]] = {}
        for found in self.readings.values():
            for reading in found:
                for slot, option in reading.choices.items():
                    slots.setdefault(slot, {})[option] = None
        if self._rows_first():  # what is transposed elsewhere probably is so here
            order = sorted(slots.get("square", ()), reverse=True)
            slots |= {"square": dict.fromkeys(order)} if order else {}
        for n, options in enumerate(product(*slots.values())):
            if n == MOST:
                return
            yield dict(zip(slots, options, strict=True))

    def _rows_first(self):
        notes = [r.note for found in self.readings.values() for r in found if not r.choices]
        return any("transposed" in note for note in notes)

    def read(self, choices: dict[str, Any]) -> dict[str, Any]:
        """All arrays under these choices: key -> Reading; one that does not fit is left out."""
        found = {}
        for key, readings in self.readings.items():
            for reading in readings:
                if all(choices[slot] == option for slot, option in reading.choices.items()):
                    found[key] = reading
                    break
        return found

    def names(self, key: str) -> list[str]:
        """The names in the file of one array that is read; two biases are read as one."""
        return [key, self.partners[key]] if key in self.partners else [key]

    def _read(self, key, value, gradients=False):
        """Readings of one array; gradients: as what it is the gradient of, if it has no mark."""
        exact = f"d{key}" if gradients else key
        found = list(_axes(exact, value, self.tensors[exact])) if exact in self.tensors else []
        for hint in hints(key, self.blocks.gates, self.cell.states) if not found else ():
            found += self._fit(replace(hint, gradient=True) if gradients else hint, value)
        if exact in self.tensors and exact[0] == "d" and not found:
            want = tuple(self.tensors[exact].shape)
            raise ValueError(f"{key}: expected shape {want}, in any order, got {value.shape}")
        return found

    def _bare(self, arrays):
        """Names without a mark: parameters, or their gradients; the same for the whole file.

        Where some gradient has a mark, names without one are parameters.
        """
        parameters = {n for n in self.tensors if f"d{n}" in self.tensors and n[0] in "WwbR"}
        pieces = [n for found in self.readings.values() for r in found for n in r.pieces]
        if any(n[1:] in parameters for n in pieces) or not parameters & set(pieces):
            return
        for key, found in self.readings.items():
            bare = [r for r in found if parameters >= set(r.pieces)]
            if bare:
                meant = self._read(key, arrays[key], gradients=True)
                meant = [r for r in meant if {f"d{n}" for n in parameters} >= set(r.pieces)]
                self.readings[key] = [
                    r._replace(choices={**r.choices, NAMES: said})
                    for said, these in (("parameters", bare), ("gradients", meant))
                    for r in these
                ]

    def _fit(self, hint, value):
        if hint.kind in ("weights", "bias") or (hint.kind == "peephole" and not hint.gate):
            return list(self.blocks.readings(hint, value))
        d = "d" if hint.gradient else ""
        signal = self.blocks.signal.get(hint.gate, hint.name)
        name = {
            "peephole": f"{d}w_{hint.gate}c",
            "tensor": f"{d}{hint.name}",
            "input": f"{d}x",
            "state": f"{d}{hint.name}_0",
            "value": signal,
            "net": f"net_{signal}",
            "delta": f"delta_{signal}",
        }[hint.kind]
        return list(_axes(name, value, self.tensors[name])) if name in self.tensors else []


SECOND = re.compile(r"(.*(?:bias_|b_))h(h|[a-z])((?:_l0)?(?:[./_]grads?)?)")


def _pairs(arrays):
    """Arrays with two biases of the same gates as one, (2, n); and first name -> second name."""
    found, partners = {key: np.asarray(value) for key, value in arrays.items()}, {}
    for key in list(found):
        match = SECOND.fullmatch(key)
        first = match and f"{match[1]}i{match[2]}{match[3]}"
        if first in found and found[first].shape == found[key].shape:
            found[first] = np.stack([found[first].ravel(), found.pop(key).ravel()])
            partners[first] = key
    return found, partners


def _axes(name, value, right):
    """Readings of one tensor: its axes in any order that gives the right shape."""
    options = list(turned(value, right.shape, right.ndim == 3))
    letters = "TnB" if right.ndim == 3 else "nB" if name[-2:] == "_0" else None
    slot = {"TnB": "axes over time", "nB": "axes of states", None: "square"}[letters]
    for table, axes, cut in options:
        note = "transposed" if axes == (1, 0) else ""
        if letters and axes != tuple(range(right.ndim)) and len(axes) == len(letters):
            note = "stored as (" + ", ".join(letters[axes.index(k)] for k in range(len(axes))) + ")"
        note += " with a slot 0" if cut else ""
        yield Reading({name: table}, {slot: axes} if len(options) > 1 else {}, note.strip())
