"""The known mistakes of the literature as wrong gradients, for every cell they apply to.

Each is a `Mistake` (see `mistakes`): a slug, a sentence, where it was seen, the equation of the
book that it violates, and the smallest check that sees it. They are made from the derivation, by
leaving out or altering terms, so one entry serves LSTM, peephole cells and GRU alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells.interface import all_shapes
from lstm_ref.check import summands
from lstm_ref.check.witnesses import Errors
from lstm_ref.derive.catalogue import declared
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.mistakes import evaluate
from lstm_ref.mistakes.edits import Mistake
from lstm_ref.mistakes.evaluate import Numbers
from lstm_ref.mistakes.known import forward, published, slopes, sums, terms
from lstm_ref.mistakes.known.registry import REGISTERED, Parts
from lstm_ref.types import Array, Arrays, Params, State, Tape

__all__ = ["Mistake", "find", "gradients", "module_with", "names", "of"]
REGISTERING = terms, slopes, sums, published, forward


def names() -> list[str]:
    """Slugs of all known mistakes."""
    return list(REGISTERED)


def of(cell: Cell | str) -> list[Mistake]:
    """The known mistakes that one can make with this cell, a list of `Mistake`.

    cell: a name of the catalogue or a declared cell. Raises DeclarationError for no such name.
    """
    return list(Parts.of(declared(cell)).mistakes)


def find(name: str, cell: Cell | str = "LSTM") -> Mistake:
    """One known mistake of a cell, by its slug. Raises ValueError."""
    cell = declared(cell)
    for mistake in Parts.of(cell).mistakes:
        if mistake.name == name:
            return mistake
    if name in REGISTERED:
        raise ValueError(f"name: {name!r} does not apply to {cell.name}")
    raise ValueError(f"name: expected one of {', '.join(REGISTERED)}, got {name!r}")


def gradients(mistake: Mistake, params: Params, x: Array, state0: State, errors: Errors) -> Arrays:
    """What an implementation with this mistake computes: dict like `witnesses.by_hand`.

    params: dict of arrays; x (T, D, B); state0: tuple of (H, B); errors: {"dh": (T, H, B),
    "dstate_T": tuple of (H, B)}. Of a mistake that shows in the second of two runs: that one's.
    """
    numbers = Numbers(mistake.cell, params, x, tuple(state0), errors)
    return evaluate.gradients(mistake, numbers)[1]


class module_with:
    """A cell with a mistake in it, like a module of `lstm_ref.cells`: forward and backward.

    It has SHAPES, STATES, INPUT and OUTPUT, so that witnesses can check it and a training can
    use it. A mistake of a second run is made in earnest: sums are kept, the errors overwritten.
    Without a mistake (None) it is the cell itself, evaluated from its derivation.
    """

    def __init__(self, mistake: Mistake | None, cell: Cell | str | None = None) -> None:
        self.mistake, self.cell = mistake, mistake.cell if mistake else declared(cell)
        cell = self.cell
        self.__name__ = cell.name + (f" with {mistake.name}" if mistake else "")
        self.SHAPES, self.STATES = cell.SHAPES, cell.STATES
        self.INPUT, self.OUTPUT = cell.INPUT, cell.OUTPUT
        self.FIXED, self.INPUTS = cell.FIXED, cell.INPUTS
        self._kept: dict[str, Any] = {}  # sums of gradients, where they are not reset

    def forward(
        self, params: Params, x: Any, state0: State | None = None
    ) -> tuple[Array, State, Tape]:
        """As `lstm_ref.cells.lstm.forward`, T at least 1; autograd can follow it."""
        inputs = x if isinstance(x, dict) else {"x": x}
        for name, value in {**params, **inputs}.items():
            arguments.plain(name, value)
        wrong = self.mistake.forward if self.mistake else None
        if state0 is None:
            state0 = tuple(np.zeros(shape) for shape in self._state_shapes(params, inputs))
        cell = wrong or self.cell
        zeros = {n: np.zeros_like(state0[0][:, :1]) for n in cell.vectors if n not in params}
        values = summands.run(cell, {**zeros, **params}, x, state0)
        last = tuple(values[s][-1] for s in self.cell.states)
        own = {name: arguments.own(value) for name, value in inputs.items()}
        tape: Tape = {"x": own if isinstance(x, dict) else own["x"]}
        tape["state0"] = tuple(map(arguments.own, state0))
        tape["params"] = arguments.kept(params, params)
        return np.stack(values[self.cell.output][1:]), last, tape

    def _state_shapes(self, params, inputs):
        sizes: dict[str, int] = {}
        for (_, word), value in zip(self.INPUTS.items(), inputs.values(), strict=True):
            sizes |= dict(zip(word, value.shape, strict=True))
        for name, word in all_shapes(self).items():
            sizes |= dict(zip(word, params[name].shape, strict=True))
        return [tuple(arguments.shape(word, sizes)) for word in self.STATES.values()]

    def backward(
        self, params: Params, tape: Tape, dh: Array, dstate_T: State | None = None
    ) -> tuple[Arrays, Any, State]:
        """As `lstm_ref.cells.lstm.backward`, with the mistake."""
        arguments.unchanged(params, tape)
        if dstate_T is None:
            dstate_T = tuple(map(np.zeros_like, tape["state0"]))
        errors = {"dh": dh, "dstate_T": tuple(dstate_T)}
        numbers = Numbers(self.cell, params, tape["x"], tape["state0"], errors)
        if self.mistake and self.mistake.second:
            found = self._in_earnest(self.mistake, numbers)
        else:
            found = evaluate.gradients(self.mistake or (), numbers)[1]
        states = tuple(found[f"{s}_0"] for s in self.cell.states)
        several = {n: found[n] for n in self.INPUTS} if len(self.INPUTS) > 1 else None
        return {n: found[n] for n in self.SHAPES}, several or found["x"], states

    def _in_earnest(self, mistake, numbers):
        deltas, found = evaluate.gradients((), numbers)
        if mistake.spoil:
            numbers.errors["dh"][:] = mistake.spoil(numbers.errors, deltas, found)["dh"]
            return found
        for name in self.SHAPES:
            self._kept[name] = self._kept.get(name, 0) + found[name]
            found[name] = self._kept[name].copy()
        return found
