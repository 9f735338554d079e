"""Somebody's arrays beside the right ones: how they are laid out, what agrees, where it ends."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.check.errors import relative
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.diagnose import advice
from lstm_ref.diagnose.reading.blocks import STACKED, UNDECIDED
from lstm_ref.diagnose.reading.layouts import Layouts
from lstm_ref.diagnose.report import DOUBLE, HALF, SINGLE, Report
from lstm_ref.mistakes import wording
from lstm_ref.types import Arrays, Params

ROUNDED = 1e-9  # double precision is nearer than that
NEARER = 2  # so many times nearer a layout must be than the plain one to be taken for the right one


class Comparison:
    """Arrays (dict name -> array) against the vectors (header, right) of a cell.

    ranked: layouts of the arrays, the one with most right numbers first. tolerances: tried in
    turn, by the precision of the arrays. Raises TypeError or ValueError for arrays that cannot be
    compared.
    """

    def __init__(
        self, arrays: Mapping[str, Any], cell: Cell, header: dict[str, Any], right: Params
    ) -> None:
        self.cell, self.header, self.right = cell, header, right
        results = {name: value for name, value in arrays.items() if not self._input(str(name))}
        self.tolerances = tolerances(results)
        self.sizes = header["sizes"]
        self.arrays = _checked(arrays)
        self.layouts = Layouts(cell, self.arrays, right)
        self._refuse()
        self.ranked = self._ranked()
        self.best = self.ranked[0]

    def _refuse(self):
        """Raise ValueError for arrays that hold nothing to compare, or those of another cell."""
        pieces = {n for found in self.layouts.readings.values() for r in found for n in r.pieces}
        parameters = {*self.cell.matrices, *self.cell.vectors}
        unknown = self.layouts.unknown
        other = advice.other_cell(unknown, self.arrays, self.cell)
        if other and not any(n.removeprefix("d") in parameters for n in self.layouts.readings):
            raise ValueError(f"mine: {other}")
        if all(map(self._input, pieces)):
            got = ", ".join(f"{k} {v.shape}" for k, v in list(self.arrays.items())[:8])
            why = advice.number_of_gates(unknown, self.cell, self.sizes) or advice.EXAMPLES
            raise ValueError(
                f"mine: no gradient, error term or value of a name and shape that fits "
                f"{self.cell.name} with {_sizes(self.sizes)}; got {got or 'nothing'}; {why}"
            )

    def verdict(self) -> Report | None:
        """The report if no mistake need be looked for, else None."""
        off = self.off(self.best)
        results = [o for n, o in off.items() if not self._input(n)]
        if not results:
            raise ValueError("mine: only inputs of the vectors, and no result to compare")
        agrees = "partly" if self.best.left else "agrees"
        for tol in self.tolerances:
            if max(off.values()) <= tol:
                return self.made(agrees, self.best, tol)
        if any(self._input(n) and o > self.tolerances[-1] for n, o in off.items()):
            return self.made("inputs", self.best, self.tolerances[-1])
        # One tensor a little off, and the others not, is wrong; where all are off as rounding in
        # single precision puts them off, that is how they were computed.
        if ROUNDED < np.median(results) <= DOUBLE and max(off.values()) <= SINGLE:
            return self.made(agrees, self.best, SINGLE)
        return None

    def off(self, layout: _Layout) -> dict[str, float]:
        """Relative error of every tensor of a layout."""
        return {n: relative(v, self.right[n]) for n, v in layout.tensors.items()}

    def _input(self, name):
        """Whether a tensor is one that goes in: a parameter, x, an initial state, an error."""
        return f"d{name}" in self.right or name == "e" or name.startswith("e_")

    def _ranked(self):
        """Layouts, the one with most right numbers first, then the nearest."""
        known = {}

        def judged(reading):
            """(number of right tensors, sum of their errors)."""
            if id(reading) not in known:
                off = {n: relative(v, self.right[n]) for n, v in reading.pieces.items()}
                fits = {n: o <= self.tolerances[-1] for n, o in off.items()}
                # An input that is not the input is probably a gradient.
                score = sum(f - (self._input(n) and not f) for n, f in fits.items())
                known[id(reading)] = score, sum(off.values())
            return known[id(reading)]

        found = []
        for choices in self.layouts:
            readings = self.layouts.read(choices)
            scores = list(map(judged, readings.values()))
            found.append(_Layout(readings, choices, scores, self))
        ranked = sorted(found, key=lambda layout: (*layout.rank, layout.error))
        plain = next(layout for layout in found if layout.rank == ranked[0].rank)
        if plain.error <= NEARER * ranked[0].error:
            ranked.remove(plain)
            ranked.insert(0, plain)
        return ranked

    @property
    def gradient_names(self) -> list[str]:
        """All gradients there are, "dW_fx" and the like."""
        return [n for n in self.right if n[0] == "d" and n[1:] in self.right]

    def begins(self, tensors: Params, tol: float) -> str:
        """Where the difference begins: forward at the first step, backward at the last one."""
        T = len(self.right["e"])
        early = [(steps[0] + 1, name) for steps, name in self._wrong("", tensors, tol)]
        if early:
            t = min(t for t, _ in early)
            name = next(name for when, name in early if when == t)
            return f"in the forward pass at t = {t}, in {wording.letter(name)}"
        late = [(steps[-1] + 1, name) for steps, name in self._wrong("delta_", tensors, tol)]
        if late:
            t = max(t for t, _ in late)
            name = [name for when, name in late if when == t][-1]
            where = f"δ_{wording.letter(name)}"
        elif "dx" in tensors and len(steps := _steps(tensors["dx"], self.right["dx"], tol)):
            t, where = steps[-1] + 1, "∂E/∂x_t"
        else:
            return ""
        return f"going back from t = {T}, first at t = {t} in {where}"

    def _wrong(self, prefix, tensors, tol):
        """(steps that differ, signal) for signals that differ, in the order of the equations."""
        for name in self.cell.equations:
            key = prefix + name
            if key in tensors and len(steps := _steps(tensors[key], self.right[key], tol)):
                yield steps, name

    def made(self, verdict: str, layout: _Layout, tol: float, **more: Any) -> Report:
        """The `Report`; of inputs that are wrong it tells those, else the results."""
        asked = verdict == "inputs"
        off = {n: o for n, o in self.off(layout).items() if self._input(n) == asked}
        undecided = verdict == "unknown" and self._undecided(layout)
        notes = {
            n.replace(STACKED.format(""), UNDECIDED.format("")) if undecided else n: keys
            for n, keys in layout.notes.items()
        }
        return Report(
            verdict,
            self.cell.name,
            heading=f"{self.cell.name}, {_sizes(self.sizes)}, seed {self.header.get('seed')}",
            agrees={n: o for n, o in off.items() if o <= tol},
            differs={n: o for n, o in off.items() if o > tol},
            layout=tuple(f"{', '.join(keys)}: {note}" for note, keys in notes.items()),
            missing=() if asked else tuple(n for n in self.gradient_names if n not in off),
            unknown=tuple(f"{k} {tuple(s)}" for k, s in layout.left.items()),
            tolerance=tol,
            hints=tuple(filter(None, self._hints(verdict, layout, off, undecided))),
            **more,
        )

    def _undecided(self, layout):
        """Whether another order of the gates fits as well."""
        order, same = layout.choices.get("order"), lambda other: other.rank == layout.rank
        return any(o.choices.get("order") != order for o in filter(same, self.ranked))

    def _hints(self, verdict, layout, off, undecided):
        """What the reader can do next."""
        if layout.left:
            yield advice.on_left(layout.left, self.layouts.unknown, self.arrays, self.cell)
        if verdict == "inputs":
            yield advice.INPUTS
        if verdict != "unknown":
            return
        if undecided:
            yield advice.ONE_BY_ONE
        if max(off.values()) <= advice.SMALL:
            yield advice.ROUNDING
        if min(off.values()) > advice.FAR:
            yield advice.OTHER_INPUTS
        yield advice.to_store(self.cell, layout.tensors)


class _Layout:
    """One way to read the file.

    tensors: by name; notes: for the report, note -> keys; choices: slot -> option; left: arrays
    that are not read so, key -> shape; rank: less is better; error: the sum over all tensors.
    """

    def __init__(self, readings, choices, scores, comparison):
        self.tensors: Arrays = {}
        self.notes: dict[str, list[str]] = {}
        self.choices, right = choices, comparison.right
        self.score = sum(score for score, _ in scores)
        self.error = sum(error for _, error in scores)
        names = {key: comparison.layouts.names(key) for key in readings}
        read = set(itertools.chain(*names.values()))
        self.left = {k: v.shape for k, v in comparison.arrays.items() if k not in read}
        self.rank = -self.score, len(self.left)
        for key, reading in readings.items():
            for name, value in reading.pieces.items():
                # Of two arrays for one tensor, as of two biases, the worse one counts.
                old = self.tensors.get(name)
                if old is None or relative(value, right[name]) > relative(old, right[name]):
                    self.tensors[name] = value
            if reading.note:
                self.notes.setdefault(reading.note, []).extend(names[key])


def tolerances(arrays: Mapping[str, Any]) -> tuple[float, ...]:
    """Relative tolerances for numbers that are stored in this precision, tried in turn."""
    found = [np.asarray(value) for value in arrays.values()]
    if found and all(a.dtype == np.float16 for a in found):
        return (HALF,)
    return (DOUBLE, SINGLE) if all(map(_single, found)) else (DOUBLE,)


def _single(array):
    """Whether an array has the precision of float32, if only as text: nine digits at most."""
    if array.dtype.kind != "f" or array.dtype.itemsize < 8:
        return True
    with np.errstate(over="ignore"):
        exact = np.array_equal(array.astype(np.float32), array)
    return exact or all(float(f"{v:.9g}") == v for v in array.ravel().tolist())


def _checked(arrays):
    """Finite float64 arrays; raises ValueError or TypeError that names the array."""
    found = {}
    for name, value in arrays.items():
        array = np.asarray(value)
        if array.dtype.kind not in "fiu" or array.size == 0:
            raise TypeError(f"{name}: expected numbers, got {array.dtype} of shape {array.shape}")
        found[str(name)] = array.astype(np.float64)
        arguments.finite(str(name), found[str(name)])
    return found


def _steps(value, right, tol):
    scale = np.max(np.abs(right)) or 1.0
    return np.flatnonzero(np.max(np.abs(value - right), axis=(1, 2)) > tol * scale)


def _sizes(sizes):
    return ", ".join(f"{k} = {n}" for k, n in sizes.items())
