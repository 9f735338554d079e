"""Somebody's arrays beside the right ones: how they are laid out, what agrees, where it ends."""

import numpy as np

from lstm_ref import door
from lstm_ref.check import wording
from lstm_ref.check.diagnosis.layout_guess import Layouts
from lstm_ref.check.diagnosis.report import Report


class Comparison:
    """Arrays (dict name -> array) against the vectors (header, right) of a cell.

    ranked: layouts of the arrays, the one with most right numbers first. tolerances: tried in
    turn. Raises TypeError or ValueError for arrays that cannot be compared.
    """

    def __init__(self, arrays, cell, header, right, tolerances):
        self.cell, self.header, self.right, self.tolerances = cell, header, right, tolerances
        self.sizes = header["sizes"]
        self.layouts = Layouts(cell, _checked(arrays), right)
        readings = [r for found in self.layouts.readings.values() for r in found]
        if all(self._input(n) for r in readings for n in r.pieces):
            got = ", ".join(f"{k} {np.shape(v)}" for k, v in list(arrays.items())[:8])
            raise ValueError(
                f"mine: no gradient, error term or value of a name and shape that fits "
                f"{cell.name} with {_sizes(self.sizes)}; got {got or 'nothing'}"
            )
        self.ranked = self._ranked()
        self.best = self.ranked[0]

    def verdict(self):
        """The report if no mistake need be looked for, else None."""
        off = self.off(self.best)
        for tol in self.tolerances:
            if all(o <= tol for o in off.values()):
                return self.made("agrees", self.best, tol)
        if any(self._input(n) and o > self.tolerances[-1] for n, o in off.items()):
            return self.made("inputs", self.best, self.tolerances[0])
        return None

    def off(self, layout):
        """Relative error of every tensor of a layout."""
        return {n: relative(v, self.right[n]) for n, v in layout.tensors.items()}

    def _input(self, name):
        """Whether a tensor is one that goes in: a parameter, x, an initial state, an error."""
        return f"d{name}" in self.right or name == "e" or name.startswith("e_")

    def _ranked(self):
        """Layouts, the one with most right numbers first."""
        known = {}

        def score(reading):
            if id(reading) not in known:
                fits = {
                    n: relative(v, self.right[n]) <= self.tolerances[-1]
                    for n, v in reading.pieces.items()
                }
                # An input that is not the input is probably a gradient.
                known[id(reading)] = sum(
                    f - 2 * (self._input(n) and not f) for n, f in fits.items()
                )
            return known[id(reading)]

        found = []
        for choices in self.layouts:
            readings = self.layouts.read(choices)
            found.append(_Layout(readings, sum(map(score, readings.values())), self.right))
        return sorted(found, key=lambda layout: -layout.score)  # stable: plain ones stay first

    @property
    def gradient_names(self):
        """All gradients there are, "dW_fx" and the like."""
        return [n for n in self.right if n[0] == "d" and n[1:] in self.right]

    def begins(self, tensors, tol):
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

    def made(self, verdict, layout, tol, **more):
        off = {
            n: o for n, o in self.off(layout).items() if verdict == "inputs" or not self._input(n)
        }
        return Report(
            verdict,
            self.cell.name,
            heading=f"{self.cell.name}, {_sizes(self.sizes)}, seed {self.header.get('seed')}",
            agrees={n: o for n, o in off.items() if o <= tol},
            differs={n: o for n, o in off.items() if o > tol},
            layout=tuple(f"{', '.join(keys)}: {note}" for note, keys in layout.notes.items()),
            missing=tuple(n for n in self.gradient_names if n not in off),
            unknown=tuple(f"{k} {tuple(s)}" for k, s in self.layouts.unknown.items()),
            tolerance=tol,
            **more,
        )


class _Layout:
    """One way to read the file: tensors by name, notes for the report, number of right ones."""

    def __init__(self, readings, score, right):
        self.tensors, self.notes, self.score = {}, {}, score
        for key, reading in readings.items():
            for name, value in reading.pieces.items():
                # Of two arrays for one tensor, as of two biases, the worse one counts.
                old = self.tensors.get(name)
                if old is None or relative(value, right[name]) > relative(old, right[name]):
                    self.tensors[name] = value
            if reading.note:
                self.notes.setdefault(reading.note, []).append(key)


def _checked(arrays):
    """Finite float64 arrays; raises ValueError or TypeError that names the array."""
    found = {}
    for name, value in arrays.items():
        array = np.asarray(value)
        if array.dtype.kind not in "fiu" or array.size == 0:
            raise TypeError(f"{name}: expected numbers, got {array.dtype} of shape {array.shape}")
        found[str(name)] = array.astype(np.float64)
        door.finite(str(name), found[str(name)])
    return found


def relative(value, right):
    """Largest deviation, over the largest right entry."""
    scale = np.max(np.abs(right), initial=0) or 1.0
    return float(np.max(np.abs(value - right), initial=0) / scale)


def _steps(value, right, tol):
    scale = np.max(np.abs(right)) or 1.0
    return np.flatnonzero(np.max(np.abs(value - right), axis=(1, 2)) > tol * scale)


def _sizes(sizes):
    return ", ".join(f"{k} = {n}" for k, n in sizes.items())
