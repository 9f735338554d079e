"""Arrays of several layers, both directions or unequal lengths: part after part beside the right.

Each part, one direction of one layer, is compared as a cell by itself. Its inputs are the outputs
of the layer below, the errors that enter are those that the layer above hands down. Forwards the
lowest part that differs is read, backwards the highest one: all others may differ because of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import numpy as np

from lstm_ref.check.errors import relative
from lstm_ref.diagnose.comparison import Comparison
from lstm_ref.diagnose.part_vectors import PartVectors, of_net
from lstm_ref.diagnose.reading.part_names import place, sorted_by_part
from lstm_ref.diagnose.report import DOUBLE, Report
from lstm_ref.types import Params

EXPECTED = (
    "no name says of which layer or direction an array is; expected 1.dW_fx and 2.dW_fx, "
    "forward.dW_fx and reverse.dW_fx, or weight_ih_l1_reverse.grad (PyTorch)"
)
ONE_BY_ONE = (
    "all other parts may differ because of this one, which is before them: mend it, and compare "
    "again"
)
LENGTHS = (
    "sequences of unequal length are compared, not read; vectors without --lengths are read, and "
    "show the same mistakes but those of the lengths themselves"
)
IGNORED = "the lengths are ignored: every sequence is read to step T"
OUTPUTS = ("h", "y", "out", "output", "outputs", "hs")
WHOLE = {"x": "x", "input": "x", "inputs": "x"}


class Net:
    """Somebody's arrays beside vectors of a net. header, right: of `interop.vectors`."""

    def __init__(self, arrays: Mapping[str, Any], cell: Any, header: Any, right: Params) -> None:
        self.cell, self.header, self.right = cell, header, right
        self.parts, self.whole = of_net(header, right, cell)
        prefixes: list[list[str]] = []
        for part in self.parts:
            prefixes += [[]] * (part.layer == len(prefixes))
            prefixes[part.layer] = [*prefixes[part.layer], part.prefix]
        keys, rest = sorted_by_part(arrays, prefixes)
        self.keys = {
            prefix: {said: key for key, said in own.items()} for prefix, own in keys.items()
        }
        if not any(keys.values()):
            got = ", ".join(list(arrays)[:8]) or "nothing"
            raise ValueError(f"mine: {EXPECTED}; got {got}")
        self.found: dict[str, Comparison] = {}
        self.unknown: list[str] = []
        for part in self.parts:
            own = {said: arrays[key] for key, said in keys[part.prefix].items()}
            try:
                self.found[part.prefix] = Comparison(own, cell, part.header, part.right)
            except ValueError:  # no name or shape of this part fits
                self.unknown += [f"{key} {np.shape(arrays[key])}" for key in keys[part.prefix]]
        self.shared = self._shared({key: arrays[key] for key in rest})
        if not self.found:
            raise ValueError(f"mine: no array has a name and shape that fits a part; {EXPECTED}")

    def _shared(self, arrays):
        """Tensor -> relative error, of arrays of the whole net: x, dx, the output."""
        found: dict[str, float] = {}
        for key, value in arrays.items():
            name, value = self._name(key), np.asarray(value, float)
            right = self.whole.get(name, np.zeros(0))
            fitting = [value.transpose(o) for o in permutations(range(value.ndim))]
            fitting = [v for v in fitting if v.shape == right.shape]
            if fitting:
                found[name] = min(relative(v, right) for v in fitting)
            else:
                self.unknown.append(f"{key} {value.shape}")
        return found

    def _name(self, key):
        said = place(key).rest
        plain = said.removesuffix(".grad").removeprefix("grad_").removeprefix("d").lower()
        if plain == said.lower():
            return self.cell.output if plain in OUTPUTS else WHOLE.get(plain, said)
        return f"d{WHOLE.get(plain, plain)}"

    def of(self, part: PartVectors) -> Comparison | None:
        """The comparison of a part, None where nothing of it is stored."""
        return self.found.get(part.prefix)

    def tolerance(self) -> float:
        """The largest that a part was compared to."""
        reports = [one.verdict() for one in self.found.values()]
        every = zip(reports, self.found.values(), strict=True)
        return max(r.tolerance if r else c.tolerances[0] for r, c in every)

    def off(self) -> dict[str, float]:
        """Relative errors of all results, by names with prefixes."""
        found: dict[str, float] = {}
        for prefix, one in self.found.items():
            results = one.off(one.best).items()
            found |= {prefix + n: o for n, o in results if f"d{n}" not in one.right}
        return found | {n: o for n, o in self.shared.items() if n != "x"}

    def report(self) -> Report:
        """What agrees, and what the first part that differs was read to be."""
        for part in self.parts:
            said = one.verdict() if (one := self.of(part)) else None
            if said is not None and said.verdict == "inputs":
                return said.but(part=part.words)
        off, tolerance = self.off(), self.tolerance()
        wrong = {n: o for n, o in off.items() if o > tolerance}
        left = [*self.unknown, *self._left()]
        base = Report(
            "partly" if left else "agrees",
            self.cell.name,
            heading=self._heading(),
            agrees={n: o for n, o in off.items() if o <= tolerance},
            differs=wrong,
            layout=tuple(dict.fromkeys(self._layouts())),
            missing=tuple(self._missing(off)),
            unknown=tuple(left),
            tolerance=max(tolerance, DOUBLE),
        )
        return self._read(base) if wrong else base

    def _heading(self):
        sizes = ", ".join(f"{k} = {n}" for k, n in self.header["sizes"].items())
        more = {"layers": "layers = {}", "directions": "directions = {}", "lengths": "lengths {}"}
        said = [text.format(self.header[k]) for k, text in more.items() if k in self.header]
        return ", ".join([self.cell.name, sizes, *said, f"seed {self.header.get('seed')}"])

    def _layouts(self):
        for prefix, one in self.found.items():
            for note, keys in one.best.notes.items():
                yield f"{', '.join(self.keys[prefix][key] for key in keys)}: {note}"

    def _left(self):
        for prefix, one in self.found.items():
            for key, shape in one.best.left.items():
                yield f"{self.keys[prefix][key]} {tuple(shape)}"

    def _missing(self, off):
        inputs = {n for n in self.whole if n.startswith("d")}
        for part in self.parts:
            own = (f"d{n}" for n in (*self.cell.SHAPES, *(f"{s}_0" for s in self.cell.states)))
            yield from (part.prefix + n for n in own if part.prefix + n not in off)
        yield from (n for n in inputs if n not in off)

    # ---- what differs is read

    def _read(self, base):
        if any(n < self.header["sizes"]["T"] for n in self.header.get("lengths", ())):
            return self._with_lengths(base)
        chosen, forward = self._first()
        if not chosen:
            names = ", ".join(base.differs)
            note = f"all parts agree; what is put together of them does not: {names}"
            return base.but(verdict="unknown", note=note)
        first, *others = chosen
        said = self._explained(first, forward)
        notes = [said.note, *(self._beside(said, first, part, forward) for part in others)]
        if first.reverse and said.begins:
            notes.append("steps of a reverse part are counted in the order in which it reads")
        alone = {n for n in base.differs if not n.startswith(first.prefix) or not first.prefix}
        hints = (ONE_BY_ONE,) if alone and first.prefix else ()
        return base.but(
            verdict=said.verdict, mistakes=said.mistakes, unexplained=said.unexplained,
            begins=said.begins, note="; ".join(filter(None, notes)), tell=said.tell,
            part=first.words, hints=(*said.hints, *hints),
        )  # fmt: skip

    def _first(self):
        """(the parts that differ first, one or two of a layer; whether they do forwards)."""
        wrong = [p for p in self.parts if (one := self.of(p)) and one.verdict() is None]
        forward = [p for p in wrong if self._signals(p)]
        if forward:
            return [p for p in forward if p.layer == forward[0].layer], True
        return [p for p in wrong if p.layer == wrong[-1].layer], False

    def _signals(self, part):
        """The stored signals of a part if one of them differs, else {}."""
        one = self.found[part.prefix]
        names = {*self.cell.equations, *(f"net_{n}" for n in self.cell.equations)}
        mine = {n: v for n, v in one.best.tensors.items() if n in names}
        off = one.off(one.best)
        return mine if any(off[n] > one.tolerances[-1] for n in mine) else {}

    def _explained(self, part, forward):
        from lstm_ref.diagnose.explain import explain

        one = self.found[part.prefix]
        if not (part.reverse or forward):
            return explain(one)
        mine = self._signals(part) if forward else one.best.tensors
        again = Comparison(part.turned(mine), self.cell, part.header, part.turned(part.right))
        again.tolerances = one.tolerances
        return explain(again)

    def _beside(self, said, first, part, forward):
        """A sentence on the other direction of the layer."""
        other = self._explained(part, forward)
        if [m.text for m in other.mistakes] == [m.text for m in said.mistakes] and other.mistakes:
            return f"{part.words}: the same as {first.words}"
        read = [m.sentence for one in other.mistakes[:1] for m in getattr(one, "mistakes", ())]
        told = "; ".join(read) or "differs too, and is not explained"
        return f"{part.words}: {told}"

    def _with_lengths(self, base):
        """Whether the lengths are ignored; anything else is compared, not read."""
        whole = {k: v for k, v in self.header.items() if k != "lengths"}
        for part in of_net(whole, self.right, self.cell)[0]:
            if (one := self.of(part)) and not _gives(one, part.right):
                return base.but(verdict="unknown", note=LENGTHS)
        from lstm_ref.diagnose.answer import Answer, Told

        return base.but(verdict="known", mistakes=(Answer((Told(IGNORED, "inputs", ()),)),))


def _gives(one, right):
    """Whether the arrays of a part are these."""
    mine = one.best.tensors.items()
    return all(relative(v, right[n]) <= one.tolerances[-1] for n, v in mine if n in right)
