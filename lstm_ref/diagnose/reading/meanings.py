"""What each array of a file may be, with the names of the whole file in view.

The same word means the same gate everywhere in a file, and two words two gates: u beside i is a
candidate, u without i is an input gate. Where names say nothing of a gate, the arrays are of those
gates that no other name has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import Any

import numpy as np

from lstm_ref.derive.letters import text_letter
from lstm_ref.diagnose.reading.blocks import STACKED, Blocks, Reading, orders_of, slots
from lstm_ref.diagnose.reading.names import Hints, hints
from lstm_ref.diagnose.reading.pieces import stored
from lstm_ref.types import Array

PARAMETERS = ("weights", "bias", "peephole")
ASSIGNED = 24  # ways to give words to gates that are tried at most
WORDS, TRIED = 10, 5000  # words of a file, and ways to give them to gates, that are looked at
MEANINGS = 3  # tensors that one name may mean
CLASH = 3.0  # what it costs if two words mean the same gate


class Meanings:
    """Readings of the arrays of a file. Arguments: see `layouts.Layouts`."""

    def __init__(
        self,
        cell: Any,
        arrays: Mapping[str, Array],
        shapes: Mapping[str, tuple[int, ...]],
        blocks: Blocks,
    ) -> None:
        self.cell, self.arrays, self.shapes, self.blocks = cell, arrays, shapes, blocks
        self.hints = {key: self._hints(key) for key in arrays}
        self.words = self._words()
        self._name_gates()
        self._unknown_words()

    def readings(self, key: str, gradients: bool = False) -> list[Reading]:
        """Readings of one array; gradients: as what it is the gradient of, if it has no mark.

        Raises ValueError for an array under the name of a gradient that cannot have its shape.
        """
        exact = f"d{key}" if gradients else key
        value = self.arrays[key]
        found = list(self._tensor(exact, value)) if exact in self.shapes else []
        if not found:
            found = self._meant(key, gradients)
        if exact in self.shapes and exact[0] == "d" and not found:
            want = tuple(self.shapes[exact])
            raise ValueError(f"{key}: expected shape {want}, in any order, got {value.shape}")
        return found

    def _meant(self, key, gradients):
        """Readings by the hints of a name; what other tensors it may be is one more choice."""
        groups: dict[frozenset[str], list[Reading]] = {}
        for hint in self.hints[key]:
            own = replace(hint, gradient=True) if gradients else hint
            for reading in self._assigned(own, self.arrays[key]):
                groups.setdefault(frozenset(reading.pieces), []).append(reading)
        several = _distinct(groups)
        if len(several) < 2:
            return [r for found in groups.values() for r in found]
        return [
            r._replace(choices={**r.choices, ("means", key): n})
            for n, found in enumerate(several[:MEANINGS])
            for r in found
        ]

    def _hints(self, key, wild=False):
        return hints(key, self.blocks.gates, self.cell.states, wild)

    def _assigned(self, hint: Hints, value: Array) -> Iterator[Reading]:
        """Readings of a hint under each assignment of words to gates that it agrees with."""
        if not hint.gate or len(self.words) < 2 or hint.kind not in PARAMETERS:
            if not hint.gate or hint.kind not in PARAMETERS or self._agrees(hint, 0):
                yield from self.fit(hint, value)
            return
        for n in range(len(self.words)):
            if self._agrees(hint, n):
                for reading in self.fit(hint, value):
                    yield reading._replace(choices={**reading.choices, "words": n})

    def _agrees(self, hint, n):
        return not self.words or self.words[n].get(hint.word, hint.gate) == hint.gate

    def _single(self, key):
        """The likeliest hint that an array is a parameter of one gate, or None.

        None also where a likelier one says that it is of all gates.
        """
        if key in self.shapes:
            return None
        for hint in self.hints[key]:
            if hint.kind in PARAMETERS and self.blocks.fits(hint, self.arrays[key]):
                return hint if hint.gate else None
        return None

    def _words(self):
        """Assignments of words to gates, word -> gate, likely ones first."""
        options: dict[str, dict[str, float]] = {}
        places: dict[str, set[tuple[str, str, str, bool]]] = {}
        for key in self.arrays:
            if (single := self._single(key)) is None:
                continue
            for hint in self.hints[key]:
                same = hint.kind == single.kind and hint.source == single.source
                if same and hint.gate and hint.word == single.word:
                    options.setdefault(hint.word, {}).setdefault(hint.gate, hint.odd)
            place = single.kind, single.source, single.letter, single.second
            places.setdefault(single.word, set()).add(place)
        found = []
        if len(options) > WORDS:  # more than a cell has gates: each word for itself
            return [{word: min(gates, key=gates.__getitem__) for word, gates in options.items()}]
        for gates in islice(product(*(o.items() for o in options.values())), TRIED):
            said = dict(zip(options, gates, strict=True))
            cost = sum(odd for _, odd in said.values())
            cost += CLASH * sum(
                said[a][0] == said[b][0] and bool(places[a] & places[b])
                for n, a in enumerate(said)
                for b in list(said)[:n]
            )
            found.append((cost, {word: gate for word, (gate, _) in said.items()}))
        found.sort(key=lambda f: f[0])
        near = [words for cost, words in found if cost < found[0][0] + CLASH]
        return near[:ASSIGNED]

    def _name_gates(self):
        """Which gates have arrays of their own, for those that have not."""
        named: set[str] = set()
        for key in self.arrays:
            if key in self.shapes:
                named.add(key.removeprefix("d"))
            elif (single := self._single(key)) is not None:
                gate = self.words[0].get(single.word, single.gate)
                first = next(self.fit(replace(single, gate=gate), self.arrays[key]), None)
                named |= {n.removeprefix("d") for n in first.pieces} if first else set()
        self.blocks.named = named

    def _unknown_words(self):
        """Where gates are left over, a word that is none may name one."""
        named = {n[2] for n in self.blocks.named if n.startswith("W_")}
        open_gates = set(self.blocks.gates) - named
        odd = [
            key
            for key, found in self.hints.items()
            if open_gates and key not in self.shapes and not self._fits(key, found)
        ]
        more = {key: self._hints(key, wild=True) for key in odd}
        more = {
            key: [h for h in found if not h.gate or h.gate in open_gates]
            for key, found in more.items()
        }
        more = {key: found for key, found in more.items() if self._fits(key, found)}
        if more:
            self.hints |= more
            self.words = self._words()
            self._name_gates()

    def _fits(self, key, found):
        value = self.arrays[key]
        return any(self.fits(h, value) for h in found)

    def fits(self, hint: Hints, value: Array) -> bool:
        """Whether the shape of an array allows a reading under a hint."""
        if hint.kind in PARAMETERS:
            return self.blocks.fits(hint, value)
        return next(iter(self.fit(hint, value)), None) is not None

    def tensor(self, key: str, value: Array) -> Reading | None:
        """The first reading of an array as the tensor of ours whose name it has, or None."""
        return next(self._tensor(key, value), None) if key in self.shapes else None

    def fit(self, hint: Hints, value: Array) -> Iterator[Reading]:
        """Each `Reading` of an array under one hint that its shape allows."""
        if hint.kind in PARAMETERS:
            yield from self.blocks.readings(hint, value)
            return
        d = "d" if hint.gradient else ""
        signal = self.blocks.signal.get(hint.gate, hint.name)
        name = {
            "tensor": f"{d}{hint.name}",
            "input": f"{d}{self.cell.input}",
            "state": f"{d}{hint.name}_0",
            "last": f"e_{hint.name}_T" if hint.gradient else f"{hint.name}_T",
            "value": signal,
            "net": f"net_{signal}",
            "delta": f"delta_{signal}",
            "error": "e",
        }[hint.kind]
        if hint.name == "h" and "h" not in self.shapes:  # the output, whatever its letter
            name = name.replace("h", self.cell.output)
        if name in self.shapes:
            yield from self._tensor(name, value)
        elif hint.kind in ("value", "net", "delta") and not hint.gate and not hint.name:
            yield from self._stacked(hint, value)

    def _tensor(self, name, value):
        """Readings of one tensor: its axes in any order that gives the right shape."""
        shape = self.shapes[name]
        kind, letters = self._kind(name, len(shape))
        for axes, cut in self._with_slot(list(zip(letters, shape, strict=True)), name, value):
            for way in stored(value, axes):
                found = Reading({}, slots(kind, way.open), sure=slots(kind, way.flags))
                found = found._replace(note=self._note(way.order, letters, value))
                yield self._cut(name, way.table, cut, found)

    def _kind(self, name, axes):
        """(kind of a tensor, letters of its axes); what goes in may be laid out in its own way."""
        parameters = {*self.cell.matrices, *self.cell.vectors}
        if name.removeprefix("d") in parameters:
            kind, letters = "ours", "Hw"
        elif name[-2:] in ("_0", "_T"):
            kind, letters = "states", "nmkB"[: axes - 1] + "B"
        else:
            kind, letters = "sequences", "Tnmk"[: axes - 1] + "B"
        return f"{kind} given" if f"d{name}" in self.shapes else kind, letters

    def _with_slot(self, axes, name, value):
        """(axes, which slot is cut off) of a sequence, with one slot more than steps or not."""
        yield axes, ""
        steps = axes[0][1]
        rest = int(np.prod([n for _, n in axes[1:]]))
        if axes[0][0] == "T" and steps > 1 and value.size == (steps + 1) * rest:
            longer = [("T", steps + 1), *axes[1:]]
            yield from [(longer, which) for which in self._slots(name)]

    def _slots(self, name):
        return ("last", "first") if name.startswith("delta_") else ("first", "last")

    def _cut(self, name, table, cut, reading):
        if not cut:
            return reading._replace(pieces={name: table})
        said = "with a slot 0" if cut == "first" else "with a slot after the last step"
        table = table[1:] if cut == "first" else table[:-1]
        choices = {**reading.choices, ("slot", name.startswith("delta_")): cut}
        note = f"{reading.note} {said}".strip()
        return reading._replace(pieces={name: table}, choices=choices, note=note)

    def _note(self, order, letters, value):
        plain = "".join(k for k in letters if k in order)
        if order == plain:
            return "a flat array" if value.ndim == 1 and len(order) > 1 else ""
        if letters == "Hw":
            return "transposed"
        return f"stored as ({', '.join(order)})"

    def _stacked(self, hint, value):
        """Values or error terms of all gates in one array, (T, 4 H, B) in any order of axes."""
        prefix = {"value": "", "net": "net_", "delta": "delta_"}[hint.kind]
        gates = self.blocks.gates
        signals = {g: prefix + s for g, s in self.blocks.signal.items()}
        shapes = {self.shapes.get(s, ()) for s in signals.values()}
        if len(gates) < 2 or len(shapes) > 1 or () in shapes:
            return
        T, H, B = shapes.pop()
        axes = [("T", T), ("g", len(gates)), ("H", H), ("B", B)]
        for way in stored(value, axes):
            choices = self._stacked_choices(way.open)
            plain = way.order.replace("g", "").replace("H", "n")
            note = "" if plain == "TnB" else f"stored as ({', '.join(plain)}); "
            for order in orders_of(gates):
                said = ", ".join(text_letter(self.blocks.signal[g]) for g in order)
                pieces = {signals[g]: way.table[:, k] for k, g in enumerate(order)}
                yield Reading(pieces, {**choices, "order": order}, note + STACKED.format(said))

    def _stacked_choices(self, flags):
        kinds = {True: "blocks", False: "sequences"}
        return {
            (kinds["g" in flag], flag if "g" in flag else flag.replace("H", "n")): said
            for flag, said in flags.items()
        }


def _distinct(groups):
    """Lists of readings; two belong together if a choice of theirs tells them apart already."""
    lists: list[list[Reading]] = []
    for found in groups.values():
        for known in lists:
            if set(known[0].choices) == set(found[0].choices) and found[0].choices:
                known += found
                break
        else:
            lists.append(list(found))
    return lists
