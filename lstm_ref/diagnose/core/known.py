"""What follows from what is known of somebody's run: forwards, turned round, and back.

Values that are not known are NaN. An equation that is taken as it is gives its signal where all
that it reads is known, and the one thing that it reads where its signal is known: c_t from h_t =
o_t ⊙ tanh(c_t). The equations of error terms give those that come back from no matrix.
Arrays are (T + 1, N, 1, n, B), of N hypotheses side by side; see `values.value`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Equation, Summand, Table
from lstm_ref.diagnose.core import dictionary
from lstm_ref.diagnose.core.derivative import SLOPES
from lstm_ref.diagnose.core.turned import INVERSES, Turn
from lstm_ref.diagnose.core.values import ELEMENTWISE, Values, value
from lstm_ref.types import Array, Arrays


class Known:
    """taken: the equations that are taken as they are, by signal. Change it, then `spread`.

    read: parameters, inputs, seen states, NaN elsewhere. delta: error terms that came back.
    enter: errors from outside, "e" and by state, of `Pass`.
    """

    def __init__(
        self,
        table: Table,
        turns: list[Turn],
        errors: list[tuple[Turn, str]],
        read: Values,
        delta: Mapping[str, Array],
        enter: Mapping[str, Array],
    ) -> None:
        self.table, self.turns, self.errors, self.read = table, turns, errors, read
        self.delta: Arrays = dict(delta)
        self.enter = enter
        self.taken: dict[str, Equation] = {}
        self.slopes: Arrays = {}  # of hypotheses side by side
        self.T = len(read[table.input]) - 1
        self.span = slice(1, self.T + 1)
        self.empty = {n for n in table.equations if np.all(np.isnan(read[n]))}
        self.full: set[tuple[str, bool, int]] = set()

    def copy(self) -> Known:
        """The same, to try something on."""
        new = Known.__new__(Known)
        new.__dict__.update(self.__dict__)
        new.read, new.delta = self.read.but(), dict(self.delta)
        new.taken, new.slopes = dict(self.taken), dict(self.slopes)
        new.empty, new.full = set(self.empty), set(self.full)
        return new

    def put(self, name: str, array: Array) -> bool:
        """Fill what is not known of a signal or "net f" at steps 1 to T; whether anything came."""
        return self._filled(self.read, name, array, self.span)

    def _filled(self, where, name, array, span):
        old = where[name][span]
        missing = np.isnan(old)
        found = missing & np.isfinite(array)
        if not np.any(found):
            return False
        shape = np.broadcast_shapes(where[name].shape, (1, *found.shape[1:]))
        whole = np.broadcast_to(where[name], shape).copy()
        np.copyto(whole[span], array, where=found)
        where[name] = whole
        if where is self.read:
            self.empty.discard(name)
        if not np.any(missing & ~found):
            self.full.add((name, where is self.read, span.start))
        return True

    def _whole(self, name, start=1, read=True):
        return (name, read, start) in self.full

    def spread(self) -> None:
        """Everything that follows."""
        for _ in range(2 * self.T + 4):
            found = self._forwards()
            found |= self._turned()
            if not found and not self._back() and not self._errors_turned():
                return

    # ---- forwards

    def _forwards(self):
        found = False
        for name, equation in self.taken.items():
            if self._whole(name):
                continue
            key = f"net {name}" if equation.activation else name
            if not self._whole(key):
                if any(n in self.empty for n, _ in dictionary.reads(equation.net)):
                    continue
                found |= self.put(key, self.net(name))
            if equation.activation:
                net = self.read[key][self.span]
                found |= self.put(name, ELEMENTWISE[equation.activation](net))
        return found

    def net(self, name: str) -> Array:
        """The weighted input of an equation, (T, N, 1, n, B) or less."""
        return np.asarray(value(self.taken[name].net, self.read, self.span))

    def _turned(self):
        found = False
        for turn in self.turns:
            late = 1 - turn.lag
            equation = self.taken.get(turn.name)
            if equation is None or turn.name in self.empty or self._whole(turn.signal, late):
                continue
            if any(n in self.empty for n in turn.reads) or equation.net != turn.of:
                continue
            span = slice(late, self.T + late)
            net = self.read[turn.name][self.span]
            if np.any(np.isfinite(net) & np.isnan(self.read[turn.signal][span])):
                net = INVERSES[equation.activation](net) if equation.activation else net
                solved = turn.solved(net, self.read, self.span)
                found |= self._filled(self.read, turn.signal, solved, span)
        return found

    # ---- back

    def _back(self):
        found = False
        for name in reversed(self.table.equations):
            if name not in self.taken or self._whole(name, 1, False):
                continue
            if name in self.delta and not np.any(np.isnan(self.delta[name][self.span])):
                continue
            if any(t.by not in self.delta for t in self.table.terms[name] if t.by != name):
                continue
            unknown = np.full((self.T + 1, *self.read[name].shape[1:]), np.nan)
            self.delta.setdefault(name, unknown)
            array = self.error(name)
            found |= self._filled(self.delta, name, array, self.span)
        return found

    def _errors_turned(self):
        """tanh(c_t) from δ_o = σ′ ⊙ δ_h ⊙ tanh(c_t), where o is known."""
        found = False
        for turn, by in self.errors:
            late = 1 - turn.lag
            there = turn.name in self.taken and {turn.name, by} <= self.delta.keys()
            if there and not self._whole(turn.signal, late):
                error = self.slope(turn.name) * self.delta[by][self.span]
                net = self.delta[turn.name][self.span] / error
                solved = turn.solved(net, self.read, self.span)
                span = slice(late, self.T + late)
                found |= self._filled(self.read, turn.signal, solved, span)
        return found

    def error(self, name: str) -> Array:
        """δ of a signal as its own equation has it, (T, N, 1, n, B)."""
        slope = self.slope(name)
        if slope is None or any(t.by not in self.delta for t in self.table.terms[name]):
            return np.full(self.read[name][self.span].shape, np.nan)
        total = self.entering(name)
        for term in self.table.terms[name]:
            total = total + self.carried(term)
        return total * slope

    def slope(self, name: str) -> Any:
        """The slope of an equation, where its net is known; None: the equation is not."""
        equation = self.taken.get(name)
        if name in self.slopes or equation is None:
            return self.slopes.get(name)
        if not equation.activation:
            return 1.0
        node = SLOPES[equation.activation](tree.Signal(name), tree.Net(name))
        return value(node, self.read, self.span)

    def entering(self, name: str) -> Array:
        """The errors from outside, (T, 1, 1, n, B)."""
        total: Any = np.zeros((self.T, 1, 1, *self.read[name].shape[-2:]))
        if name == self.table.output:
            total = total + self.enter["e"][1:, :, None]
        if name in self.table.states:
            total[-1] = total[-1] + self.enter[name][:, None]
        return total

    def carried(self, term: Summand) -> Array:
        """What a summand brings, (T, N, 1, n, B); NaN for one that mixes units in other ways."""
        error = self.delta.get(term.by)
        if error is None or (term.via and term.via.kind not in ("matrix", "transposed")):
            return np.full((1, 1, 1, 1, 1), np.nan)
        back = error[self.span] * value(term.inner, self.read, self.span)
        if term.via:
            node: Any = term.via.node
            if not isinstance(node, tree.Parameter):
                return np.full((1, 1, 1, 1, 1), np.nan)
            W = self.read[node.name]
            back = (W.T if term.via.kind == "matrix" else W) @ back
        back = back * value(term.outer, self.read, self.span)
        if term.lag:
            back = np.concatenate([back[term.lag :], np.zeros_like(back[: term.lag])])
        return back
