"""The way back of a program: nothing but the derived terms, arranged."""

from __future__ import annotations

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.codegen import repeated
from lstm_ref.derive.codegen.errors import Errors, product, total
from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.program import (
    Assign,
    InputGradient,
    MatrixGradient,
    Part,
    StackGradient,
    Statement,
    Summed,
    VectorGradient,
)
from lstm_ref.derive.expressions import Dot, matrix
from lstm_ref.derive.terms import Product


def write(plan: Plan) -> None:
    """Add the way back to the program."""
    back = Backward(plan)
    plan.program.back += repeated.named(plan, back.step())
    plan.program.after += back.after()


class Backward:
    """Writes it."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.cell, self.layout = plan, plan.cell, plan.layout
        self.errors = Errors(plan)

    def step(self) -> list[Statement]:
        """One step back: equations from last to first, then what goes to the step before."""
        found: list[Statement] = []
        for name in reversed(self.cell.equations):
            found += [self._error_term(name), *self._named(name)]
        for state in reversed(self.cell.states):
            pieces = self.errors.pieces(state, 1)
            found.append(Assign(tree.Signal(f"next {state}"), total(pieces)))
        return found

    def _error_term(self, name):
        pieces = []
        if name in self.cell.states:
            pieces.append((1, tree.Signal(f"next {name}")))
        if name == self.cell.output:
            pieces.append((1, tree.Signal("e")))
        value = total([*pieces, *self.errors.pieces(name, 0)])
        slope = self.cell.terms.slopes[name]
        if value is not None and slope is not None:
            value = product(value, self.plan.arranged(slope))
        return Assign(self.errors.delta(name), value)

    def _named(self, name):
        """Errors that follow from that of an equation and have names of their own."""
        points = [p for p in self.errors.points if p[0] == name]
        carried = [c for c in self.errors.carried if c[0] == name]
        for point in points:
            yield Assign(self.errors.points[point], total([self.errors.at_point(point)]))
            for key in [c for c in carried if c[:2] == point]:
                yield self._carry(key)
        for key in [c for c in carried if c[:2] not in points]:
            yield self._carry(key)

    def _carry(self, key):
        by, inner, via, _ = key
        sign, G = self.errors.error(by, inner)
        return Assign(self.errors.carried[key], total([(sign, self.errors.through(via, G))]))

    def after(self) -> list[Statement]:
        """Sums over all steps: weight gradients, and the errors at the inputs."""
        found: list[Statement] = [
            InputGradient(name, total(self.errors.pieces(name, 0, whole=True)))
            for name in self.cell.inputs
        ]
        found += self._matrix_gradients()
        for name in self.cell.vectors:
            pieces = self.errors.pieces(name, 0, whole=True)
            found.append(VectorGradient(name, total(pieces)))
        return found

    def _matrix_gradients(self) -> list[Statement]:
        """Products with stacked matrices first, then each gradient."""
        found: list[Statement] = []
        parts: dict[str, list[Part | Summed | StackGradient]] = {n: [] for n in self.cell.matrices}
        for stack in self.layout.stacks:
            found += self._of_stack(stack, parts)
        for by, dot in self.plan.alone:
            for item in self.cell.terms.products.get(str(matrix(dot)), ()):
                if item.by == by and item.v == dot.args[1] and item.transposed == _turned(dot):
                    parts[item.of].append(self._summed(item))
        return found + [MatrixGradient(name, tuple(own)) for name, own in parts.items()]

    def _summed(self, item):
        sign, G = self.errors.error(item.by, item.inner)
        v = self.plan.arranged(item.v, item.by)
        return Summed(G if sign > 0 else tree.minus(G), v, item.transposed)

    def _of_stack(self, stack, parts):
        """Adds the gradients of a stack's matrices to their parts; what comes before them."""
        products: dict[str, tuple[Product, ...]] = self.cell.terms.products
        wanted = [
            (row, str(W))
            for row, W in stack.pairs
            if any(
                (p.by, p.v, p.transposed) == (row, stack.v, False) for p in products.get(str(W), ())
            )
        ]
        if not wanted:
            return []
        gradient = StackGradient("", stack, self.plan.arranged(stack.v))
        if len(stack.matrices) == 1:
            parts[wanted[0][1]].append(gradient)
            return []
        name = self.plan.names.new(f"dW_{self.plan.variables[_name(stack.v)].name}")
        for row, W in wanted:
            parts[W].append(Part(name, stack, row))
        return [StackGradient(name, stack, gradient.v)]


def _turned(dot: Dot) -> bool:
    return matrix(dot) != dot.args[0]


def _name(symbol: sympy.Indexed) -> str:
    return symbol.base.label.name
