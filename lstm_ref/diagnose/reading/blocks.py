"""Arrays made of blocks: gates on top of each other, weights side by side, biases in pairs.

So other libraries store the parameters of a layer, and their gradients. An array gets a *reading*
for every order of the gates and every way to join the weights that its shape allows; the pieces are
views, nothing is copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from lstm_ref.derive.letters import text_letter
from lstm_ref.diagnose.reading.hint import Hints
from lstm_ref.diagnose.reading.pieces import stored
from lstm_ref.diagnose.reading.sizes import gates_of
from lstm_ref.interop import carry, keras_bridge, onnx_bridge, torch_bridge
from lstm_ref.types import Arrays

# Orders of gates in use, tried before all others: here and Keras/PyTorch/ONNX/TensorFlow/Greff.
ORDERS = {
    "fico": ("fico", "ifco", "iofc", "icfo", "cifo", "ifoc", "fioc", "cfio", "ofic", "fcio"),
    "zrh": ("zrh", "rzh", "hzr", "hrz"),
}
KINDS = {"fico": "LSTM", "zrh": "GRU"}
# By the names that only this library uses.
IMPLIED = {"PyTorch": torch_bridge.ORDER, "Keras": keras_bridge.ORDER, "ONNX": onnx_bridge.ORDER}
# What may stand side by side, by the source that a name says.
COLUMNS = {
    "x": ("x", "x1", "1x"),
    "h": ("h", "h1", "1h"),
    "": ("hx", "xh", "x", "h", "hx1", "xh1", "1xh", "1hx", "x1h", "h1x", "x1", "1x", "h1", "1h"),
}
FIRST = {"w": "x", "u": "h", "v": "h", "r": "h"}  # what a matrix of this letter is of, most often
STACKED = "gates stacked in the order {}"
UNDECIDED = "order of the gates undecided, compared as {}"
TURNED = "z keeps there and writes here, so the sign of its part is turned"


class Reading(NamedTuple):
    """One meaning of one array.

    pieces: tensor -> array; second: likewise, of the second of two biases. choices: what had to be
    assumed, slot -> option. note: for the report. sure: likewise, what the shape decides, too.
    """

    pieces: Arrays
    choices: dict[Any, Any]
    note: str = ""
    second: Mapping[str, Any] = {}
    sure: Mapping[Any, Any] = {}


class Blocks:
    """Readings of the block arrays of a cell.

    cell: see `sizes.shapes`; shapes: tensor -> shape. gates: letters of its gates in parameter
    names; signal: letter -> name of the gate's signal. named: parameters of one gate of which the
    file has arrays of their own.
    """

    def __init__(self, cell: Any, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes, self.input = shapes, cell.input
        self.signal = gates_of(cell)
        self.gates = "".join(self.signal)
        self.z_writes = "z writes" in carry.KINDS.get(cell.name, ("", ()))[1]
        self.named: set[str] = set()
        self._tables: dict[Any, Any] = {}  # the same piece is the same array in all layouts

    def readings(self, hint: Hints, value: Any) -> Iterator[Reading]:
        """Each `Reading` of an array that its hint (`names.Hints`) and its shape allow."""
        for source in self._sources(hint):
            for order in self._orders(hint, np.shape(value), source):
                blocks = self._blocks(order, source, hint)
                for reading in self._read(blocks, hint, value) if blocks else ():
                    yield from self._signs(self._told(reading, order, source, hint), order)

    def fits(self, hint: Hints, value: Any) -> bool:
        """Whether the shape allows a reading, in whatever order of the gates."""
        size = np.size(value)
        for source in self._sources(hint):
            first: dict[int, str] = {}
            for order in self._orders(hint, np.shape(value), source):
                first.setdefault(len(order), order)
            for order in first.values():
                if blocks := self._blocks(order, source, hint):
                    _, total, width = self._extent(blocks)
                    most = (total * width, 2 * total if hint.kind == "bias" else 0)
                    if size in most and any(self._read(blocks, hint, value)):
                        return True
        return False

    def _extent(self, blocks):
        """(gate -> rows, all rows, columns)."""
        some = next(filter(None, blocks.values()))
        heights = {g: self.shapes[(n or some)[0]][0] for g, n in blocks.items()}
        return heights, sum(heights.values()), sum(self.shapes[n][1] for n in some)

    def _sources(self, hint):
        if hint.kind != "weights":
            return ("1",) if hint.kind == "bias" else ("c",)
        own = list(COLUMNS[hint.source])
        if hint.letter in FIRST and not hint.source:
            own.sort(key=lambda s: s != FIRST[hint.letter])
        return own

    def _orders(self, hint, shape, source):
        """Orders of the gates, likely ones first; a gate that the cell has not may have rows, too.

        ONNX writes zeros where a coupled cell has no forget gate. Where gates have arrays of their
        own, an array of no gate's name holds those that are left.
        """
        if hint.gate or hint.order:
            return [hint.gate or hint.order]
        whole = "fico" if len(self.gates) > 1 and set(self.gates) < set("fico") else ""
        own = {g: self._name(g, source[0], replace(hint, gradient=False)) for g in self.gates}
        left = "".join(g for g, name in own.items() if name not in self.named)
        found = []
        for gates in filter(None, (self.gates, whole)):
            # W and R are anybody's names; with an axis for directions they are those of ONNX.
            sure = hint.library and (hint.library != "ONNX" or shape[:1] == (1,))
            found += [IMPLIED[hint.library][KINDS[gates]]] if sure and gates in KINDS else []
            found += orders_of(gates)
        if len(left) < len(self.gates):
            found += orders_of(left)
        return list(dict.fromkeys(filter(None, found)))

    def _blocks(self, order, source, hint):
        """gate -> names of its blocks, left to right, [] for rows of zeros; {} if not so here."""
        found = {}
        for gate in order.replace("c", "") if source == "c" and not hint.gate else order:
            names = [self._name(gate, s, hint) for s in source]
            there = [name in self.shapes for name in names]
            if not all(there) and (any(there) or (gate in self.gates and source != "c")):
                return {}
            found[gate] = names if all(there) else []
        return found if any(found.values()) else {}

    def _name(self, gate, source, hint):
        at = self.input if source == "x" else source
        name = {"1": f"b_{gate}", "c": f"w_{gate}c"}.get(source, f"W_{gate}{at}")
        if source == "1" and hint.second and gate == "h" and "b_hh" in self.shapes:
            name = "b_hh"
        return ("d" if hint.gradient else "") + name

    def _read(self, blocks, hint, value):
        """Readings of the array as these blocks, in each order of its axes."""
        heights, total, width = self._extent(blocks)
        same = len(set(heights.values())) == 1
        axes = [("g", len(heights)), ("H", total // len(heights))] if same else [("H", total)]
        axes.append(("w", width))
        for way, table, views in self._ways(value, axes, (total, width)):
            pieces = self._cut(table, views, blocks, heights)
            if pieces is not None:
                choices, sure = slots("blocks", way.open), slots("blocks", way.flags)
                yield Reading(pieces, choices, _stored(way.order), sure=sure)
        if hint.kind == "bias" and value.size == 2 * total and len(blocks) >= len(self.gates):
            yield from self._paired(value, blocks, heights, hint)

    def _paired(self, value, blocks, heights, hint):
        """Readings of two biases in one array, of the product with x and of that with h."""
        total = sum(heights.values())
        inner = {"b_h": "b_hh", "db_h": "db_hh"} if "b_hh" in self.shapes else {}
        second = {g: [inner.get(n, n) for n in names] for g, names in blocks.items()}
        for way, table, views in self._ways(value, [("2", 2), ("H", total)], (2 * total, 1)):
            one = self._cut(table, views, blocks, heights)
            two = self._cut(table, views, second, heights, total)
            if one is not None and two is not None:
                yield Reading(one, slots("two biases", way.open), second=two)

    def _ways(self, value, axes, shape):
        """(way, table, pieces that were cut from it) for each order of the axes."""
        key = id(value), tuple(axes)
        if key not in self._tables:
            ways = stored(value, axes)
            self._tables[key] = value, [(way, way.table.reshape(shape), {}) for way in ways]
        return self._tables[key][1]

    def _cut(self, table, views, blocks, heights, top=0):
        """Tensors by name, or None where rows that ought to be zero are not."""
        pieces = {}
        for gate, names in blocks.items():
            bottom, left = top + heights[gate], 0
            if not names and np.any(table[top:bottom]):
                return None
            for name in names:
                right = left + self.shapes[name][1]
                place = top, bottom, left, right
                pieces[name] = views.setdefault(place, table[top:bottom, left:right])
                left = right
            top = bottom
        return pieces

    def _told(self, reading, order, source, hint):
        """The reading with the order and the columns among its choices and in its note."""
        choices, notes = dict(reading.choices), [reading.note]
        if not hint.gate and len(self.gates) > 1:
            own = len(order) >= len(self.gates)
            choices["order" if own else f"order of {len(order)}"] = order
            if len(order) > 1:
                said = [g for g in order if source != "c" or g != "c"]
                notes.insert(
                    1, STACKED.format(", ".join(text_letter(self.signal.get(g, g)) for g in said))
                )
        if hint.kind == "weights":
            choices["columns", hint.source or hint.letter] = source
        if len(source) > 1:
            sides = {"1": "bias", "x": f"W_{self.input}"}
            notes.append(f"joined as [{' | '.join(sides.get(s, f'W_{s}') for s in source)}]")
        return reading._replace(choices=choices, note="; ".join(filter(None, notes)))

    def _signs(self, reading, order):
        """The reading, and for a cell whose z writes the one of a library where z keeps."""
        if not self.z_writes or len(order) < 2:
            yield reading
            return
        turned = [
            {n: -v if n.removeprefix("d") in carry.TURNED else v for n, v in part.items()}
            for part in (reading.pieces, reading.second)
        ]
        note = "; ".join(filter(None, [reading.note, TURNED]))
        yield reading._replace(choices={**reading.choices, "z": "as here"})
        choices = {**reading.choices, "z": "turned"}
        yield reading._replace(pieces=turned[0], second=turned[1], choices=choices, note=note)


def orders_of(gates: str) -> list[str]:
    """Orders of these gates, those in use first."""
    known = ORDERS.get("fico" if set(gates) <= set("fico") else "zrh", ())
    own = ["".join(g for g in order if g in gates) for order in known]
    own = [o for o in own if len(o) == len(gates)]
    return list(dict.fromkeys([*own, *map("".join, permutations(gates))]))


def _stored(order):
    """A note on how the axes of gates, units and columns are stored."""
    said = []
    if 0 <= order.find("w") < order.find("H"):
        said.append("transposed")
    if 0 <= order.find("H") < order.find("g"):
        said.append("gates interleaved by unit")
    return ", ".join(said)


def slots(kind: str, flags: Mapping[str, bool]) -> dict[Any, bool]:
    """Flags of `pieces.stored` as choices of arrays of one kind."""
    return {(kind, flag): said for flag, said in flags.items()}
