"""How a stranger laid out his arrays: transposed, stacked, joined, batch first, other names.

Every array gets *readings*: the tensors of the golden vectors that it may hold, each reading under
choices (order of the gates, columns, axes). One set of choices holds for the whole file. Which one
is right, the numbers decide; here only shapes are looked at.
"""

from collections import namedtuple
from itertools import permutations, product

import numpy as np

from lstm_ref.check.diagnosis.spelling import hints
from lstm_ref.check.wording import letter

# pieces: tensor -> array; choices: what had to be assumed, slot -> option; note: for the report.
Reading = namedtuple("Reading", "pieces choices note")

# Orders of gates in use, tried before all others: here and Keras/PyTorch/ONNX/TensorFlow/Greff.
ORDERS = {
    "fico": ("fico", "ifco", "iofc", "icfo", "cifo"),
    "zrh": ("zrh", "rzh"),
}
COLUMNS = ("x", "h", "hx", "xh", "hx1", "xh1", "1xh", "1hx")
NAMES = "names without a mark"  # a slot: are they parameters or gradients?
MOST = 30000  # layouts of one file that are tried at most


class Layouts:
    """The readings of all arrays of a file, and the layouts that fit them together.

    arrays: name -> array as stored. tensors: the right tensors, name -> array, under the names of
    golden vectors: gradients, error terms, values and parameters.
    """

    def __init__(self, cell, arrays, tensors):
        self.cell, self.tensors = cell, tensors
        self.gates = "".join(dict.fromkeys(n[2] for n in tensors if _is_input_matrix(n)))
        self.signal = {g: _signal(g, cell) for g in self.gates}
        self.readings, self.unknown = {}, {}
        for key, value in arrays.items():
            if found := self._read(key, np.asarray(value)):
                self.readings[key] = found
            else:
                self.unknown[key] = np.shape(value)
        self._bare()

    def __iter__(self):
        """Choices, one dict a layout, the plain ones first."""
        slots = {}
        for found in self.readings.values():
            for reading in found:
                for slot, option in reading.choices.items():
                    slots.setdefault(slot, {})[option] = None
        if self._rows_first():  # what is transposed elsewhere probably is so here
            slots = {s: sorted(o, reverse=True) if s == "square" else o for s, o in slots.items()}
        for n, options in enumerate(product(*slots.values())):
            if n == MOST:
                return
            yield dict(zip(slots, options, strict=True))

    def _rows_first(self):
        notes = [r.note for found in self.readings.values() for r in found if not r.choices]
        return any("transposed" in note for note in notes)

    def read(self, choices):
        """All arrays under these choices: key -> Reading; one that does not fit is left out."""
        found = {}
        for key, readings in self.readings.items():
            for reading in readings:
                if all(choices[slot] == option for slot, option in reading.choices.items()):
                    found[key] = reading
                    break
        return found

    def _read(self, key, value):
        found = list(_axes(key, value, self.tensors[key])) if key in self.tensors else []
        if key in self.tensors and key[0] == "d" and not found:
            want = tuple(self.tensors[key].shape)
            raise ValueError(f"{key}: expected shape {want}, in any order, got {value.shape}")
        for hint in hints(key, self.gates, self.cell.states) if not found else ():
            found += self._fit(hint, value)
        return found

    def _bare(self):
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
                said = [r._replace(choices={**r.choices, NAMES: "parameters"}) for r in bare]
                meant = [
                    r._replace(
                        pieces={f"d{n}": v for n, v in r.pieces.items()},
                        choices={**r.choices, NAMES: "gradients"},
                    )
                    for r in bare
                ]
                self.readings[key] = [*said, *meant]

    def _fit(self, hint, value):
        if hint.kind in ("weights", "bias"):
            return list(self._grid(hint, value))
        d = "d" if hint.gradient else ""
        signal = self.signal.get(hint.gate, hint.name)
        name = {
            "peephole": f"{d}w_{hint.gate}c",
            "input": f"{d}x",
            "state": f"{d}{hint.name}_0",
            "value": signal,
            "net": f"net_{signal}",
            "delta": f"delta_{signal}",
        }[hint.kind]
        return list(_axes(name, value, self.tensors[name])) if name in self.tensors else []

    def _grid(self, hint, value):
        """Readings of an array made of blocks: gates by sources."""
        rows = [hint.gate] if hint.gate else list(self._orders())
        columns = ["1"] if hint.kind == "bias" else [hint.source] if hint.source else COLUMNS
        for order, source in product(rows, columns):
            blocks = [[self._name(g, s, hint) for s in source] for g in order]
            if any(name not in self.tensors for row in blocks for name in row):
                continue
            for table, choices, note in _oriented(value, self._shape(blocks)):
                notes = [note] if note else []
                if len(order) > 1:
                    choices["order"] = order
                    notes.append(f"gates stacked in the order {', '.join(map(self._said, order))}")
                if len(source) > 1:
                    choices["columns"] = source
                    words = {"1": "bias"}
                    sides = " | ".join(words.get(s, f"W_{s}") for s in source)
                    notes.append(f"joined as [{sides}]")
                yield Reading(self._cut(table, blocks), choices, "; ".join(notes))

    def _said(self, gate):
        return letter(self.signal[gate])

    def _orders(self):
        first = ORDERS.get(self.gates, ())
        return dict.fromkeys((*first, *("".join(p) for p in permutations(self.gates))))

    def _name(self, gate, source, hint):
        name = f"W_{gate}{source}"
        if source == "1":
            second = hint.second and gate == "h" and "b_hh" in self.tensors
            name = "b_hh" if second else f"b_{gate}"
        return ("d" if hint.gradient else "") + name

    def _shape(self, blocks):
        heights = [self.tensors[row[0]].shape[0] for row in blocks]
        return sum(heights), sum(self.tensors[name].shape[1] for name in blocks[0])

    def _cut(self, table, blocks):
        pieces, top = {}, 0
        for row in blocks:
            left = 0
            for name in row:
                height, width = self.tensors[name].shape
                pieces[name] = table[top : top + height, left : left + width]
                left += width
            top += height
        return pieces


def _is_input_matrix(name):
    return len(name) == 4 and name.startswith("W_") and name.endswith("x")


def _signal(gate, cell):
    """The signal of a gate's letter: c in W_cx stands for c_tilde."""
    tilde = f"{gate}_tilde"
    return tilde if tilde in cell.equations else gate


def _axes(name, value, right):
    """Readings of one tensor: its axes in any order that gives the right shape."""
    options = list(_turned(value, right.shape, right.ndim == 3))
    letters = "TnB" if right.ndim == 3 else "nB" if name[-2:] == "_0" else None
    slot = {"TnB": "axes over time", "nB": "axes of states", None: "square"}[letters]
    for table, axes, cut in options:
        note = "transposed" if axes == (1, 0) else ""
        if letters and axes != tuple(range(right.ndim)) and len(axes) == len(letters):
            note = "stored as (" + ", ".join(letters[axes.index(k)] for k in range(len(axes))) + ")"
        note += " with a slot 0" if cut else ""
        yield Reading({name: table}, {slot: axes} if len(options) > 1 else {}, note.strip())


def _oriented(value, shape):
    """(table, choices, note) of an array of blocks; transposed, perhaps, or with an axis more."""
    if sum(n != 1 for n in value.shape) == sum(n != 1 for n in shape) + 1:
        squeezed = value.reshape([n for n in value.shape if n != 1])
        value = squeezed.reshape(-1, *squeezed.shape[2:])  # (4, H, D) for (4H, D)
    options = list(_turned(value, shape, False))
    for table, axes, _ in options:
        note = "transposed" if axes == (1, 0) else ""
        yield table, {"square": axes} if len(options) > 1 else {}, note


def _turned(value, shape, over_time):
    """(array of this shape, axes, slot 0 cut off) for each order of the axes that fits."""
    squeezed = value.reshape([n for n in value.shape if n != 1])
    want = tuple(n for n in shape if n != 1)
    for axes in permutations(range(squeezed.ndim)):
        turned = squeezed.transpose(axes)
        if turned.shape == want:
            yield turned.reshape(shape), axes, False
        elif over_time and shape[0] > 1 and turned.shape == (want[0] + 1, *want[1:]):
            yield turned[1:].reshape(shape), axes, True
