"""A witness that reads what is printed: the formulas of the page, evaluated with numbers.

The text or the LaTeX of a derivation is all that is looked at: equations forwards, error terms
backwards, weight gradients and the error passed on. So a bracket, a sign, a transpose or a step
that printing lost is seen, which no check of the generated code could.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check.evaluate import Ones, is_number, value
from lstm_ref.check.formulas import FormulaError, Reader, lexicon
from lstm_ref.types import Array, Arrays, Params

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

PARTS = ("Equations", "Error terms", "Weight gradients", "Error passed on")


def gradients(
    cell: Cell, parts: Mapping[str, str], params: Params, x: Params, start: Params, e: Array
) -> Arrays:
    """Gradients by the printed formulas: of parameters, of inputs by name, of states as "h_0".

    parts: what `latex.text` or `latex.document` gives. params: fixed ones too. x: (T, n, B) of each
    input; start: state -> (n, B) or (n, m, B); e: (T, n, B), the error that enters at the output.
    Raises FormulaError for a formula that cannot be read or that can be read in two ways.
    """
    page = Page(cell, parts)
    with np.errstate(all="ignore"):  # of a wrong formula
        samples = [page.run(*_sample(params, x, start, e, k)) for k in range(e.shape[-1])]
    learned = [name for name in params if name in samples[0]]
    found = {name: np.sum([sample[name] for sample in samples], axis=0) for name in learned}
    for name in samples[0].keys() - found.keys():
        found[name] = np.stack([sample[name] for sample in samples], axis=-1)
    return found


def _sample(params, x, start, e, k):
    one = {name: array[..., k] for name, array in x.items()}
    return params, one, {name: array[..., k] for name, array in start.items()}, e[..., k]


class Page:
    """The printed derivation of one cell, read."""

    def __init__(self, cell: Cell, parts: Mapping[str, str]) -> None:
        self.cell, latex = cell, "aligned" in parts[PARTS[0]]
        kinds = dict.fromkeys((*cell.inputs, *cell.equations), "signal")
        kinds |= dict.fromkeys((*cell.SHAPES, *cell.FIXED, *cell.constants, "S"), "parameter")
        kinds |= {letter: "size" for word in cell.letters.values() for letter in word}
        self.letters = lexicon(kinds, latex)
        read = _latex_lines if latex else _text_lines
        self.forward, self.error, self.gradient, self.back = (
            {self._left(left): Reader(right, self.letters).tree for left, right in read(parts[p])}
            for p in PARTS
        )

    def _left(self, text):
        inside = re.fullmatch(r"\\frac\{\\partial E\}\{\\partial (.*)\}|∂E/∂(.*)", text)
        text = text if inside is None else inside[1] or inside[2]
        if text not in self.letters:
            raise FormulaError(f"{text}: expected a letter of {self.cell.name}")
        return self.letters[text]

    def steps(self, params: Params, x: Params, start: Params, e: Array) -> Steps:
        """The forward pass of one sample, by the printed equations."""
        step = Steps(self.cell, params, x, start, e)
        for t in range(1, step.T + 1):
            for (_, name, _), tree in self.forward.items():
                if tree[0] == "call" and len(tree) == 3:
                    step.set("net", name, t, value(tree[2], step.reading(t)))
                step.set("signal", name, t, value(tree, step.reading(t)))
        return step

    def run(self, params: Params, x: Params, start: Params, e: Array) -> Arrays:
        """Gradients of one sample: x (T, n) and so on."""
        step = self.steps(params, x, start, e)
        for t in range(step.T, 0, -1):
            for (_, name, _), tree in self.error.items():
                step.set("delta", name, t, value(tree, step.reading(t)))
        found = {
            name: self._summed(step, name, tree) for (_, name, _), tree in self.gradient.items()
        }
        for (kind, name, _), tree in self.back.items():
            if kind == "signal0":
                found[f"{name}_0"] = step.shaped(name, value(tree, step.reading(0)))
            else:
                steps = [value(tree, step.reading(t)) for t in range(1, step.T + 1)]
                found[name] = np.stack([step.shaped(name, one) for one in steps])
        return found

    def _summed(self, step, name, tree):
        """A gradient: what stands behind Σ_t, summed over t."""
        total = np.zeros([step.sizes[letter] for letter in self.cell.letters[name]])
        for sign, part in tree[1:] if tree[0] == "sum" else [(1, tree)]:
            if part[0] == "over time":
                for t in range(1, step.T + 1):
                    new = value(part[1], step.reading(t))
                    total = total + sign * step.shaped(name, new)
            elif part != ("number", 0.0):
                raise FormulaError(f"∂E/∂{name} is not summed over time")
        return total


class Steps:
    """Values of all letters at all steps, of one sample."""

    def __init__(self, cell: Cell, params: Params, x: Params, start: Params, e: Array) -> None:
        self.cell, self.T, self.params, self.e = cell, len(e), params, e
        self.sizes = {"1": 1}
        for name, array in params.items():
            self.sizes |= dict(zip(cell.letters[name], array.shape, strict=True))
        for name, array in (*x.items(), *((s, v[None]) for s, v in start.items())):
            self.sizes |= dict(zip(cell.letters[name], array.shape[1:], strict=True))
        self.found: dict[tuple[str, str, int], Any] = {}
        for name, array in x.items():
            for t in range(1, self.T + 1):
                self.set("signal", name, t, self._typed(name, array[t - 1]))
        for name, array in start.items():
            self.set("signal", name, 0, self._typed(name, array))

    def _typed(self, name, array):
        if self.cell.rank(name) == 0:
            return float(array.reshape(()))
        return array if array.ndim == 2 else array[:, None]

    def set(self, kind: str, name: str, t: int, new: Any) -> None:
        """Note the value of a letter; a vector of ones gets its length."""
        if kind == "delta" and not np.shape(new) and self.cell.rank(name):
            new = self.shaped(name, new).reshape(self.found["signal", name, t].shape)
        wanted = np.shape(self.found["signal", name, t]) if kind == "delta" else np.shape(new)
        if np.shape(new) != wanted:
            raise FormulaError(f"{kind} of {name} has shape {np.shape(new)}, expected {wanted}")
        self.found[kind, name, t] = new

    def reading(self, now: int) -> Any:
        """What formulas ask for, at step `now`."""

        def values(kind: str, name: str, lag: int) -> Any:
            if kind == "parameter":
                return self._parameter(name)
            if kind == "ones":
                return Ones()
            if kind == "size":
                return float(self.sizes[name])
            t = lag if kind.endswith("0") else now + lag
            if kind == "outside":
                return self.e[t - 1][:, None] if self.e.ndim == 2 else self.e[t - 1]
            return self._at(kind.removesuffix("0"), name, t)

        return values

    def _at(self, kind, name, t):
        if t <= self.T:
            if (kind, name, t) not in self.found:
                raise FormulaError(f"{kind} of {name} is read at step {t}, before it is known")
            return self.found[kind, name, t]
        last = self.found["signal" if kind == "delta" else kind, name, self.T]
        return 0 * last if kind == "delta" else last  # no error comes from after the last step

    def _parameter(self, name):
        if name in self.cell.constants:
            return float(self.cell.constants[name])
        if name == "S":
            G, H = self.sizes["G"], self.sizes["H"]
            return np.kron(np.eye(G), np.ones((H // G, 1)))
        array = np.asarray(self.params[name], float)
        return float(array.reshape(())) if self.cell.rank(name) == 0 else array

    def shaped(self, name: str, new: Any) -> Array:
        """A value in the shape that it has in arrays; a vector of ones gets its length."""
        shape = [self.sizes[letter] for letter in self.cell.letters[name]]
        if isinstance(new, Ones):
            new = new.factor
        if is_number(new):
            return np.full(shape, new)
        if np.size(new) != np.prod(shape):
            raise FormulaError(f"{name} has shape {shape}, got {np.shape(new)}")
        return np.asarray(new).reshape(shape)


def _text_lines(text):
    """(left, last right side) of every line of plain text; what is broken is joined again."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if not line.startswith(" "):
            left, _, right = line.partition(" = ")
            found.append([left, right])
        elif line.lstrip().startswith("= "):
            found[-1][1] = line.lstrip()[2:]
        else:
            found[-1][1] += " " + line.strip()
    return found


def _latex_lines(text):
    """The same of an `aligned` block."""
    found: list[list[str]] = []
    body = text.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    for line in body.split(" \\\\\n"):
        left, _, right = line.partition("&")
        if left.strip():
            found.append([left.strip(), ""])
        if right.startswith("= "):
            found[-1][1] = right[2:]
        else:
            found[-1][1] += " " + right.removeprefix("\\quad ")
    return found
