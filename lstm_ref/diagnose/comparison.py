"""Somebody's arrays beside the right ones: how they are laid out, what agrees, where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.check.errors import relative
from lstm_ref.derive.letters import text_letter
from lstm_ref.diagnose import advice
from lstm_ref.diagnose.reading.blocks import STACKED, UNDECIDED
from lstm_ref.diagnose.reading.infer import sizes_of
from lstm_ref.diagnose.reading.layouts import Layouts, best_first
from lstm_ref.diagnose.reading.merged import merged
from lstm_ref.diagnose.report import DOUBLE, HALF, SINGLE, Report
from lstm_ref.types import Array, Arrays, Params

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table

ROUNDED = 1e-9  # double precision is nearer than that
WORTH = 1000  # arrays left aside that one right tensor outweighs
BEST = 500  # layouts of a file that are kept
NEARER = 2  # so many times nearer a layout must be than the plain one to be taken for the right one


class Comparison:
    """Arrays (dict name -> array) against the vectors (header, right) of a cell.

    ranked: layouts of the arrays, the one with most right numbers first. tolerances: tried in
    turn, by the precision of the arrays. Raises TypeError or ValueError for arrays that cannot be
    compared.
    """

    def __init__(
        self, arrays: Mapping[str, Any], cell: Cell | Table, header: dict[str, Any], right: Params
    ) -> None:
        self.cell, self.header, self.right = cell, header, right
        results = {name: value for name, value in arrays.items() if not self._input(str(name))}
        self.tolerances = tolerances(results)
        self.sizes = header["sizes"]
        self._errors: dict[Any, Any] = {}
        self.arrays = _checked(arrays)
        self.right = {**{f"{s}_T": right[s][-1] for s in cell.states if s in right}, **right}
        shapes = {n: v.shape for n, v in self.right.items()}
        try:
            self.layouts = Layouts(cell, self.arrays, shapes)
        except ValueError as error:  # of an array under a name of ours
            more = self._other_sizes()
            raise ValueError(f"{error}; {more}" if more else str(error)) from error
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
            why = advice.number_of_gates(unknown, self.cell, self.sizes)
            why = why or advice.flat(unknown) or self._other_sizes() or advice.EXAMPLES
            raise ValueError(
                f"mine: no gradient, error term or value of a name and shape that fits "
                f"{self.cell.name} with {_sizes(self.sizes)}; got {got or 'nothing'}; {why}"
            )

    def _other_sizes(self):
        """A sentence on the sizes that the arrays have, if they are others, or ""."""
        own = {letter: self.sizes[letter] for letter in "TBDH" if letter in self.sizes}
        fitting = sizes_of(self.arrays, self.cell, [own])[0] if len(own) == 4 else own
        return advice.sizes(own, fitting)

    def verdict(self) -> Report | None:
        """The report if no mistake need be looked for, else None.

        Raises ValueError for arrays that are inputs of the vectors only.
        """
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
        lists = [self._of_part(part) for part in self.layouts.parts]
        found = []
        for _, places in best_first([[cost for cost, _ in one] for one in lists], BEST):
            choices: dict[Any, Any] = {}
            for one, n in zip(lists, places, strict=True):
                choices |= one[n][1]
            found.append(_Layout(self.layouts.candidate(choices), self))
            if found[0].right:  # no other layout can be better
                break
        return found

    def _of_part(self, part):
        """[(cost, choices)] of one part of the file, least cost first."""
        found = []
        for _, choices in part:
            readings = part.read(choices)
            tensors, _, twice = merged(readings)
            score, error = self.judged(tensors, twice)
            found.append((len(part.readings) - len(readings) - WORTH * score, error, choices))
        plain = found[0]
        found.sort(key=lambda f: f[:2])
        plain = next(f for f in [plain, *found] if f[0] == found[0][0])
        costs = [(rank + error / (1 + error) / 2, choices) for rank, error, choices in found]
        if plain[1] <= NEARER * found[0][1]:
            costs.insert(0, (costs[0][0], plain[2]))
        return costs

    def judged(self, tensors: Params, twice: Mapping[str, list[Array]]) -> tuple[float, float]:
        """(number of right tensors, sum of their errors); of two arrays the worse one counts."""
        score = total = 0.0
        for name, value in tensors.items():
            off = max(self._off(name, v) for v in (value, *twice.get(name, ())))
            fits = off <= self.tolerances[-1]
            # An input that is not the input is probably a gradient.
            score += fits - (self._input(name) and not fits)
            total += off
        return score, total

    def _off(self, name, value):
        """Relative error; an array is kept with it, so that no other one can have its number."""
        key = name, id(value)
        if key not in self._errors:
            self._errors[key] = relative(value, self.right[name]), value
        return self._errors[key][0]

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
            return f"in the forward pass at t = {t}, in {text_letter(name)}"
        late = [(steps[-1] + 1, name) for steps, name in self._wrong("delta_", tensors, tol)]
        if late:
            t = max(t for t, _ in late)
            name = [name for when, name in late if when == t][-1]
            where = f"δ_{text_letter(name)}"
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
        yield advice.no_biases(self.cell, layout.tensors)
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

    def __init__(self, candidate, comparison):
        self.choices, self.notes = candidate.choices, candidate.notes
        self.score, self.error = comparison.judged(candidate.tensors, candidate.twice)
        self.left = {k: comparison.arrays[k].shape for k in candidate.left}
        self.rank = -self.score, len(self.left)
        self.tensors: Arrays = dict(candidate.tensors)
        for name, more in candidate.twice.items():
            several = [self.tensors[name], *more]
            self.tensors[name] = max(several, key=lambda v: relative(v, comparison.right[name]))

    @property
    def right(self) -> bool:
        """Whether all arrays are read, and all are right."""
        return not self.left and self.score == len(self.tensors)


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
