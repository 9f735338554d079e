"""Equations turned round: the weighted input of an activation, the one signal that is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.derive.tree import Node, Number, Signal
from lstm_ref.diagnose.core import dictionary
from lstm_ref.diagnose.core.values import Values, value
from lstm_ref.types import Array

UNKNOWN = Signal("?")


def _within(y: Array, low: float, high: float, found: Array) -> Array:
    return np.where((y > low) & (y < high), found, np.nan)


def _artanh(y: Array) -> Array:
    return np.arctanh(np.where(np.abs(y) < 1, y, np.nan))


# word -> the argument of a value, NaN where no one number is it
INVERSES: dict[str, Callable[[Array], Array]] = {
    "sigma": lambda y: 2 * _artanh(2 * y - 1),
    "tanh": _artanh,
    "hard sigmoid": lambda y: _within(y, 0, 1, 5 * (y - 0.5)),
    "hard sigmoid (1/6)": lambda y: _within(y, 0, 1, 6 * (y - 0.5)),
    "hard tanh": lambda y: _within(y, -1, 1, y),
    "relu": lambda y: np.where(y > 0, y, np.nan),
    "identity": lambda y: y,
    "softsign": lambda y: _within(y, -1, 1, y / (1 - np.abs(y))),
    "scaled tanh": lambda y: 1.5 * _artanh(y / 1.7159),
    "4 sigma - 2": lambda y: 2 * _artanh(y / 2),
    "2 sigma - 1": lambda y: 2 * _artanh(y),
    "softplus": lambda y: np.log(np.expm1(np.where(y > 0, y, np.nan))),
    "elu": lambda y: np.where(y > 0, y, np.log1p(np.where(y > -1, y, np.nan))),
    "leaky relu": lambda y: np.where(y > 0, y, 100 * y),
    "atan": lambda y: _within(y, -np.pi / 2, np.pi / 2, np.tan(y)),
    "sin": lambda y: np.arcsin(np.where(np.abs(y) < 1, y, np.nan)),
    "exp": lambda y: np.log(np.where(y > 0, y, np.nan)),
}


@dataclass(frozen=True)
class Turn:
    """An equation turned round: its net is a + b ⊙ u, with u = function(signal at this lag).

    of: the net; reads: the other signals in it.
    """

    name: str
    of: Node
    reads: tuple[str, ...]
    signal: str
    lag: int
    net: Node
    function: str

    def solved(self, net: Array, read: Values, span: slice) -> Array:
        """The signal where the net is known, NaN where it does not follow."""
        zero, one = (value(self.net, read.but(**{UNKNOWN.name: u}), span)
                     for u in (np.zeros((1,) * net.ndim), np.ones((1,) * net.ndim)))  # fmt: skip
        found = INVERSES[self.function]((net - zero) / (one - zero))
        return np.where(np.isfinite(found), found, np.nan)


def turns(table: Table, read: Values) -> list[Turn]:
    """The equations of a table turned round, as far as that is possible.

    read: of any run, (T + 1, n, B): on these numbers it is tried.
    """
    found = []
    for name, equation in table.equations.items():
        for signal, lag in sorted(dictionary.reads(equation.net)):
            alike = table.letters.get(signal) == table.letters[name]
            if signal in table.equations and alike and lag in (0, 1):
                turn = _turned(name, equation.net, Signal(signal, lag))
                if turn is not None and _gives(turn, read):
                    found.append(turn)
    return found


def errors(table: Table, read: Values) -> list[tuple[Turn, str]]:
    """(turn, s) of δ_name = slope ⊙ δ_s ⊙ net: what a signal with one reader was multiplied by."""
    found = []
    for name, (term, *others) in ((n, table.terms[n]) for n in table.equations if table.terms[n]):
        if others or term.lag or term.via or term.outer != Number(1):
            continue
        for signal, lag in sorted(dictionary.reads(term.inner)):
            if table.letters.get(signal) == table.letters[name] and signal in table.equations:
                turn = _turned(name, term.inner, Signal(signal, lag))
                if turn is not None and _gives(turn, read):
                    found.append((turn, term.by))
    return found


def _turned(name, net, signal):
    calls = {p for p in tree.walk(net) if isinstance(p, tree.Call) and p.arguments == (signal,)}
    atom: Any = calls.pop() if len(calls) == 1 else signal
    other = _exchanged(net, atom)
    word = atom.function if isinstance(atom, tree.Call) else "identity"
    if signal in set(tree.walk(other)) or word not in INVERSES:
        return None
    reads = sorted({n for n, _ in dictionary.reads(other)} - {UNKNOWN.name})
    return Turn(name, net, tuple(reads), signal.name, signal.lag, other, word)


def _exchanged(node, atom):
    return UNKNOWN if node == atom else tree.mapped(node, lambda part: _exchanged(part, atom))


def _gives(turn, read):
    """Whether the equation is of this form: another signal comes back from its net, too."""
    span = slice(1, len(read[turn.name]))
    other = np.random.default_rng(0).uniform(0.2, 0.7, read[turn.signal][1:].shape)
    try:
        net = value(turn.net, read.but(**{UNKNOWN.name: _padded(other)}), span)
        back = turn.solved(np.broadcast_to(net, other.shape), read, span)
    except (ValueError, KeyError, TypeError):
        return False
    u = other if turn.function == "identity" else None
    want = INVERSES[turn.function](other) if u is None else u
    known = np.isfinite(back) & np.isfinite(want)
    return bool(np.any(known) and np.abs(back - want)[known].max() < 1e-6)


def _padded(array):
    return np.concatenate([array[:1], array])
