"""Run a program forwards and backwards. Every hand-over on the way back is a place for a mistake.

Arrays over time are lists of T + 1 entries; entry 0 holds the initial state. A place is
(equation, operation, operand): a function planted there gets what the operand would be handed and
returns what it is handed instead.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from . import operations
from .operations import fitted


@dataclass
class Changes:
    """What an implementation does otherwise.

    places: place -> list of function(handed, upstream, k, run). deltas: equation -> list of
    function(error term, k, run). values: of function(V, T), which changes what the backward pass
    sees. errors: of function(e, last, run). window: how many steps an error goes back, or None.
    back: parameters that the backward pass has in place of ours.
    """

    places: dict = field(default_factory=lambda: defaultdict(list))
    deltas: dict = field(default_factory=lambda: defaultdict(list))
    values: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    window: int | None = None
    back: dict = field(default_factory=dict)


class Run:
    """One forward pass. V: name -> list of values; tape: equation -> list of lists of values."""

    def __init__(self, program, tensors, changes=None):
        self.program, self.tensors = program, tensors
        self.changes = changes or Changes()
        self.T = len(tensors[program.inputs[0]])
        self.rows, self.B = {}, tensors[program.inputs[0]].shape[-1]
        self.V = {name: [None, *tensors[name]] for name in program.inputs}
        for name in program.equations:
            start = tensors[f"{name}_0"] if name in program.states else None
            self.V[name] = [start]
        for name, letters in program.letters.items():
            array = tensors.get(name, tensors.get(f"{name}_0"))
            if array is not None:
                shape = array.shape[1:-1] if name in program.inputs else array.shape
                self.rows |= dict(zip(letters, shape, strict=False))
        self.tape = {name: [None] for name in program.equations}
        for k in range(1, self.T + 1):
            for name in program.equations:
                values = self.evaluate(name, k, self.V, tensors)
                self.tape[name].append(values)
                self.V[name].append(self.whole(name, values[-1]))

    def whole(self, name, value):
        """A value in the shape that its letters say."""
        shape = [1 if x == "1" else self.rows.get(x, -1) for x in self.program.letters[name]]
        if -1 in shape:  # a width that this equation is the first to have
            self.rows |= dict(zip(self.program.letters[name], value.shape, strict=False))
            shape = value.shape[:-1]
        want = (*shape, self.B)
        return value if value.shape == want else np.broadcast_to(value, want)

    def evaluate(self, name, k, V, params):
        """Values of all operations of an equation at step k."""
        values = []
        for op in self.program.equations[name]:
            if op.kind == "read":
                values.append(V[op.name][k - op.lag])
            elif op.kind == "parameter":
                values.append(params[op.name])
            elif op.kind == "number":
                values.append(op.number)
            elif op.kind == "constant":
                values.append(self.program.constants[op.name])
            elif op.kind == "size":
                values.append(float(self.rows[op.name]))
            else:
                values.append(operations.value(op, [values[j] for j in op.args], self.rows))
        return values

    def backward(self, e, last):
        """Gradients by name of the tensors, error terms by name of the equation.

        e (T, n, B): errors that enter at the output; last: state -> error at its last value.
        """
        for change in self.changes.errors:
            e, last = change(e, dict(last), self)
        self.e = e
        window = self.changes.window
        if window is None:
            return Back(self, e, last, 1).results()
        parts = []
        for k in range(1, self.T + 1):
            alone = np.zeros_like(e)
            alone[k - 1] = e[k - 1]
            at_end = last if k == self.T else {s: 0 * v for s, v in last.items()}
            parts.append(Back(self, alone, at_end, max(1, k - window + 1), k).results())
        return tuple(
            {n: sum(p[which][n] for p in parts) for n in parts[0][which]} for which in (0, 1)
        )


class Back:
    """One backward pass from step `until` down to step `since`."""

    def __init__(self, run, e, last, since, until=None):
        self.run, self.T = run, run.T
        self.program, changes = run.program, run.changes
        self.back = changes.back
        self.params = {**run.tensors, **self.back}
        self.V = {name: list(values) for name, values in run.V.items()}
        for change in changes.values:
            change(self.V, run.T)
        self.again = bool(changes.values)
        self.places, self.deltas = changes.places, changes.deltas
        self.wrong = {place[0] for place in self.places}
        self.errors = {name: [0.0] * (run.T + 1) for name in run.V}
        self.sums = {name: [0.0] * (run.T + 1) for name in self.program.learned}
        self.delta = {name: [None] * (run.T + 1) for name in self.program.equations}
        for state, value in last.items():
            self.errors[state][run.T] = value
        for k in range(until or run.T, since - 1, -1):
            self.errors[self.program.output][k] = self.errors[self.program.output][k] + e[k - 1]
            for name in reversed(self.program.equations):
                self.step(name, k)
        self.since = since

    def values(self, name, k):
        values = self.run.tape[name][k]
        if self.again:
            values = self.run.evaluate(name, k, self.V, self.run.tensors)
            values[-1] = self.V[name][k]  # what the forward pass has kept
        if self.back:
            ops = self.program.equations[name]
            values = [
                self.back.get(op.name, v) if op.kind == "parameter" else v
                for op, v in zip(ops, values, strict=True)
            ]
        return values

    def step(self, name, k):
        """Hand the error of an equation to all it reads."""
        ops, values = self.program.equations[name], self.values(name, k)
        whole = self.errors[name][k]
        if np.shape(whole) != self.run.V[name][k].shape:
            whole = np.broadcast_to(whole, self.run.V[name][k].shape)
        handed = {len(ops) - 1: fitted(whole, np.shape(values[-1]))}
        wrong = name in self.wrong
        for j in range(len(ops) - 1, -1, -1):
            op, error = ops[j], handed.pop(j, None)
            if error is None:
                continue
            if wrong and (name, j, -1) in self.places:
                error = self.planted((name, j, -1), error, error, k)
            if op.kind == "read":
                errors = self.errors[op.name]
                errors[k - op.lag] = errors[k - op.lag] + error
            elif op.kind == "parameter" and op.name in self.sums:
                self.sums[op.name][k] = self.sums[op.name][k] + error
            for place, operand in enumerate(op.args):
                if ops[operand].kind not in ("number", "constant", "size"):
                    self.hand(handed, (name, j, place), op, error, values, k)
            if j == len(ops) - 1 and name in self.program.active:
                self.change_delta(name, handed, op.args[0], k)
            elif j == len(ops) - 1:
                self.delta[name][k] = error

    def hand(self, handed, where, op, error, values, k):
        """Hand an error through one operation to one of its operands."""
        name, j, place = where
        operand = op.args[place]
        if op.kind == "add":
            back = error
        else:
            args = [values[n] for n in op.args]
            back = operations.back(op, place, error, args, values[j])
        if name in self.wrong and where in self.places:
            back = self.planted(where, back, error, k)
        like = values[operand]
        if np.ndim(like) == 0:  # a number that several numbers make
            return
        if np.shape(back) != like.shape:
            back = fitted(np.asarray(back), like.shape)
        handed[operand] = handed[operand] + back if operand in handed else back

    def change_delta(self, name, handed, net, k):
        for change in self.deltas.get(name, ()):
            handed[net] = change(handed[net], k, self)
        self.delta[name][k] = handed[net]

    def planted(self, where, back, error, k):
        for change in self.places[where]:
            back = change(back, error, k, self)
        return back

    def results(self):
        gradients = {n: self.total(n) for n in self.program.learned}
        for name in self.program.inputs:
            shape = self.run.V[name][1].shape
            steps = [broadcast(v, shape) for v in self.errors[name][1:]]
            gradients[name] = np.stack(steps)
        for s in self.program.states:
            gradients[f"{s}_0"] = broadcast(self.errors[s][0], self.run.V[s][0].shape)
        deltas = {
            name: np.stack([0 * self.run.V[name][1] if v is None else v for v in steps[1:]])
            for name, steps in self.delta.items()
        }
        return gradients, deltas

    def total(self, name):
        return broadcast(sum(self.sums[name][1:]), self.run.tensors[name].shape)


def broadcast(value, shape):
    """The value in this shape; 0 where nothing was handed on."""
    return value if np.shape(value) == shape else np.broadcast_to(value, shape) * 1.0
