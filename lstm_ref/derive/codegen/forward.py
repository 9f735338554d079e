"""The way forward of a program: before the first step, for all steps at once, step by step."""

from __future__ import annotations

from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.plan import Plan, Rules
from lstm_ref.derive.codegen.program import (
    Activate,
    AddBiases,
    Assign,
    Increase,
    Multiply,
    Statement,
)
from lstm_ref.derive.codegen.stacking import summands
from lstm_ref.derive.expressions import FUNCTIONS, Dot, at, signals
from lstm_ref.derive.tree import net_name


def write(plan: Plan) -> None:
    """Add the way forward to the program."""
    Forward(plan).write()


class Forward:
    """Writes it. known: what has been computed so far."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.cell, self.layout = plan, plan.cell, plan.layout
        self.known: Rules = {}

    def write(self) -> None:
        """Add the way forward to the program."""
        program, layout = self.plan.program, self.layout
        for expr, key in self.plan.once:
            program.once.append(self._assign(key, expr))
            self.known[expr] = at(key)
        for name in layout.still:
            program.once += [*self._kept(name), *self._equation(name)]
        inputs = [at(name) for name in self.cell.inputs]
        for stack in layout.stacks:
            part = program.whole if stack.v in inputs else program.step
            part.append(Multiply(stack, self.plan.arranged(stack.v)))
        program.whole += [AddBiases(*bias) for bias in layout.biases]
        for name in layout.rows:
            program.whole += self._rest(name, steady=True)
        program.step += self._early()
        for name in self.cell.equations:
            if name not in (*layout.early, *layout.still):
                program.step += [*self._kept(name), *self._equation(name)]

    def _early(self):
        """Rows that are ready at the start of a step: those of one activation together."""
        early, found = self.layout.early, []
        for name in early:
            found += [*self._kept(name), *self._rest(name)]
        kinds = list(dict.fromkeys(self.cell.equations[n].activation for n in early))
        for kind in kinds:
            group = [n for n in early if self.cell.equations[n].activation is kind]
            found += self._activate(kind, tuple(group))
        return found

    def _equation(self, name: str) -> list[Statement]:
        equation = self.cell.equations[name]
        if name in self.layout.rows:
            return self._rest(name) + self._activate(equation.activation, (name,))
        if name in self.plan.nets:
            act: Any = equation.activation  # a class of SymPy, which has no types
            net = self._assign(net_name(name), equation.net, name)
            return [net, self._assign(name, act(at(net_name(name))))]
        value = self._assign(name, equation.expr, name)
        self.known |= {
            expr: at(name) for owner, expr, key in self.plan.kept if owner == key == name
        }
        return [value]

    def _assign(self, key, expr, name=None):
        return Assign(tree.Signal(key), self.plan.arranged(expr, name, self.known))

    def _kept(self, name):
        """Intermediate results of this equation that the way back needs."""
        found = []
        for owner, expr, key in self.plan.kept:
            if owner == name and key != name:
                found.append(self._assign(key, expr, name))
                self.known[expr] = at(key)
        return found

    def _rest(self, name: str, steady: bool = False) -> list[Statement]:
        """What is added to a weighted input besides stacked products and biases.

        steady: the part that is the same at every step, instead of the part that is not.
        """
        stacked = {(s.v, W) for s in self.layout.stacks for r, W in s.pairs if r == name}
        pairs = [dict(zip(*bias, strict=True)) for bias in self.layout.biases]
        biases = {run[name] for run in pairs if name in run}
        found: list[Statement] = []
        for term in summands(self.cell.equations[name].net):
            is_stacked = isinstance(term, Dot) and (term.args[1], term.args[0]) in stacked
            same = all(read in self.layout.still for read, _ in signals(term))
            if not is_stacked and str(term) not in biases and same == steady:
                value = self.plan.arranged(term, name, self.known)
                found.append(Increase(tree.Signal(name), value))
        return found

    def _activate(self, kind: Any, group: tuple[str, ...]) -> list[Statement]:
        """The activation of neighbouring rows."""
        nets = [n for n in group if n in self.plan.nets]
        found: list[Statement] = [Assign(tree.Signal(net_name(n)), tree.Signal(n)) for n in nets]
        return found if kind is None else [*found, Activate(group, FUNCTIONS[kind])]
