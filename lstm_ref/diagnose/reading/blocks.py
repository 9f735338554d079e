"""Arrays made of blocks: gates on top of each other, weights side by side, biases in pairs.

So other libraries store the parameters of a layer, and their gradients. An array gets a *reading*
for every order of the gates and every way to join the weights that its shape allows.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import permutations, product

import numpy as np

from lstm_ref.diagnose.reading.names import Hints
from lstm_ref.interop import carry, keras_bridge, onnx_bridge, torch_bridge
from lstm_ref.mistakes.wording import letter
from lstm_ref.types import Array

# pieces: tensor -> array; choices: what had to be assumed, slot -> option; note: for the report.
Reading = namedtuple("Reading", "pieces choices note")

# Orders of gates in use, tried before all others: here and Keras/PyTorch/ONNX/TensorFlow/Greff.
ORDERS = {
    "fico": ("fico", "ifco", "iofc", "icfo", "cifo"),
    "zrh": ("zrh", "rzh"),
}
KINDS = {"fico": "LSTM", "zrh": "GRU"}
# By the names that only this library uses.
IMPLIED = {"PyTorch": torch_bridge.ORDER, "Keras": keras_bridge.ORDER, "ONNX": onnx_bridge.ORDER}
COLUMNS = ("x", "h", "hx", "xh", "hx1", "xh1", "1xh", "1hx")
STACKED = "gates stacked in the order {}"
UNDECIDED = "order of the gates undecided, compared as {}"
ONE_ZERO = "of two biases one is 0, so the other is compared"
WORSE = "of two biases that differ the worse is compared"
ADDED = "two biases, added"
TURNED = "z keeps there and writes here, so the sign of its part is turned"


class Blocks:
    """Readings of the block arrays of a cell.

    tensors: the right tensors, name -> array; gates: letters of its gates in parameter names;
    signal: letter -> name of the gate's signal.
    """

    def __init__(self, cell, tensors):
        self.tensors = tensors
        self.gates = "".join(dict.fromkeys(n[2] for n in tensors if _is_input_matrix(n)))
        self.signal = {g: _signal(g, cell) for g in self.gates}
        self.z_writes = "z writes" in carry.KINDS.get(cell.name, ("", ()))[1]

    def readings(self, hint: Hints, value: Array) -> Iterator[Reading]:
        """Each `Reading` of an array that its hint (`names.Hints`) and its shape allow."""
        own = [hint.source] if hint.source else COLUMNS
        columns = {"bias": ["1"], "peephole": ["c"]}.get(hint.kind, own)
        for order, source in product(self._orders(hint, value), columns):
            blocks = self._blocks(order, source, hint)
            if not blocks:
                continue
            for pieces, choices, notes in self._pieces(blocks, hint, value):
                if len(order) > 1:
                    choices["order"] = order
                    said = (letter(self.signal.get(g, g)) for g in blocks)
                    notes = [*notes[:1], STACKED.format(", ".join(said)), *notes[1:]]
                if len(source) > 1:
                    choices["columns"] = source
                    sides = " | ".join({"1": "bias"}.get(s, f"W_{s}") for s in source)
                    notes.append(f"joined as [{sides}]")
                note = "; ".join(filter(None, notes))
                yield from self._signs(Reading(pieces, choices, note), order)

    def _orders(self, hint, value):
        """Orders of the gates, likely ones first; a gate that the cell has not may have rows, too.

        ONNX writes zeros where a coupled cell has no forget gate.
        """
        if hint.gate:
            return [hint.gate]
        whole = "fico" if len(self.gates) > 1 and set(self.gates) < set("fico") else ""
        found = []
        for gates in filter(None, (self.gates, whole)):
            # W and R are anybody's names; with an axis for directions they are those of ONNX.
            sure = hint.library and (hint.library != "ONNX" or np.shape(value)[:1] == (1,))
            found += [IMPLIED[hint.library][KINDS[gates]]] if sure and gates in KINDS else []
            found += [*ORDERS.get(gates, ()), *("".join(p) for p in permutations(gates))]
        return list(dict.fromkeys(found))

    def _blocks(self, order, source, hint):
        """gate -> names of its blocks, left to right, [] for rows of zeros; {} if not so here."""
        found = {}
        for gate in order.replace("c", "") if source == "c" and not hint.gate else order:
            names = [self._name(gate, s, hint) for s in source]
            there = [name in self.tensors for name in names]
            if not all(there) and (any(there) or (gate in self.gates and source != "c")):
                return {}
            found[gate] = names if all(there) else []
        return found if any(found.values()) else {}

    def _name(self, gate, source, hint):
        name = {"1": f"b_{gate}", "c": f"w_{gate}c"}.get(source, f"W_{gate}{source}")
        if source == "1" and hint.second and gate == "h" and "b_hh" in self.tensors:
            name = "b_hh"
        return ("d" if hint.gradient else "") + name

    def _pieces(self, blocks, hint, value):
        """(pieces, choices, notes) for each way in which the array holds these blocks."""
        some = next(filter(None, blocks.values()))
        heights = {
            g: self.tensors[n[0]].shape[0] if n else self.tensors[some[0]].shape[0]
            for g, n in blocks.items()
        }
        shape = sum(heights.values()), sum(self.tensors[n].shape[1] for n in some)
        if hint.kind == "bias" and value.size == 2 * shape[0] and max(value.shape) >= shape[0]:
            pieces, note = self._paired(value.reshape(2, -1, 1), blocks, heights, hint)
            if pieces:
                yield pieces, {}, ["", note]
            return
        for table, choices, note in _oriented(value, shape):
            if pieces := self._cut(table, blocks, heights):
                yield pieces, choices, [note]

    def _cut(self, table, blocks, heights):
        """Tensors by name, or None where rows that ought to be zero are not."""
        pieces, top = {}, 0
        for gate, names in blocks.items():
            rows, left = table[top : top + heights[gate]], 0
            if not names and np.any(rows):
                return None
            for name in names:
                width = self.tensors[name].shape[1]
                pieces[name] = rows[:, left : left + width]
                left += width
            top += heights[gate]
        return pieces

    def _paired(self, pair, blocks, heights, hint):
        """(pieces, note) of two biases, of the product with x and of that with h.

        Parameters are added. Their gradients are equal, each the gradient of the sum; a bridge
        that puts our one bias into the first leaves the second 0.
        """
        inner = {"b_h": "b_hh", "db_h": "db_hh"} if "b_hh" in self.tensors else {}
        second = {g: [inner.get(n, n) for n in names] for g, names in blocks.items()}
        one, two = self._cut(pair[0], blocks, heights), self._cut(pair[1], second, heights)
        if one is None or two is None:
            return None, ""
        shared = [n for n in one if n in two]
        zero = [not any(np.any(p[n]) for n in shared) for p in (one, two)]
        same = all(np.array_equal(one[n], two[n]) for n in shared)
        if not hint.gradient:
            return {**two, **one, **{n: one[n] + two[n] for n in shared}}, "" if zero[1] else ADDED
        if zero[0] != zero[1]:
            return ({**one, **two}, ONE_ZERO) if zero[0] else ({**two, **one}, ONE_ZERO)
        worse = {n: max(one[n], two[n], key=partial(self._off, n)) for n in shared}
        return {**two, **one, **worse}, "" if same else WORSE

    def _off(self, name, value):
        return np.max(np.abs(value - self.tensors[name]))

    def _signs(self, reading, order):
        """The reading, and for a cell whose z writes the one of a library where z keeps."""
        if not self.z_writes or len(order) < 2:
            yield reading
            return
        pieces = {
            n: -v if n.removeprefix("d") in carry.TURNED else v for n, v in reading.pieces.items()
        }
        note = "; ".join(filter(None, [reading.note, TURNED]))
        yield reading._replace(choices={**reading.choices, "z": "as here"})
        yield Reading(pieces, {**reading.choices, "z": "turned"}, note)


def _is_input_matrix(name):
    return len(name) == 4 and name.startswith("W_") and name.endswith("x")


def _signal(gate, cell):
    """The signal of a gate's letter: c in W_cx stands for c_tilde."""
    tilde = f"{gate}_tilde"
    return tilde if tilde in cell.equations else gate


def _oriented(value, shape):
    """(table, choices, note) of an array of blocks; transposed, perhaps, or with an axis more."""
    if sum(n != 1 for n in value.shape) == sum(n != 1 for n in shape) + 1:
        squeezed = value.reshape([n for n in value.shape if n != 1])
        value = squeezed.reshape(-1, *squeezed.shape[2:])  # (4, H, D) for (4H, D)
    options = list(turned(value, shape, False))
    for table, axes, _ in options:
        note = "transposed" if axes == (1, 0) else ""
        yield table, {"square": axes} if len(options) > 1 else {}, note


def turned(
    value: Array, shape: Sequence[int], over_time: bool
) -> Iterator[tuple[Array, tuple[int, ...], bool]]:
    """(array of this shape, axes, slot 0 cut off) for each order of the axes that fits."""
    squeezed = value.reshape([n for n in value.shape if n != 1])
    want = tuple(n for n in shape if n != 1)
    for axes in permutations(range(squeezed.ndim)):
        moved = squeezed.transpose(axes)
        if moved.shape == want:
            yield moved.reshape(shape), axes, False
        elif over_time and shape[0] > 1 and moved.shape == (want[0] + 1, *want[1:]):
            yield moved[1:].reshape(shape), axes, True
