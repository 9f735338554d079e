"""Trees of a program made elementwise: what is not is computed before, into temporary arrays."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from lstm_ref.derive import tree
from lstm_ref.derive.codegen import loops
from lstm_ref.derive.codegen.loops import (
    DELTA,
    NET,
    SAMPLES,
    SINGLE,
    Array,
    Each,
    Fold,
    Loops,
    Operation,
    Rows,
    Set,
    Stacked,
)
from lstm_ref.derive.codegen.program import ONCE, STEP, STEPS, Program, StackedErrors, Variable
from lstm_ref.derive.codegen.shapes import Shapes
from lstm_ref.derive.tree import Node, Number, Signal

ONE = tree.Known("ones")


class Elementwise:
    """Makes them so. found: where operations go; samples: is there one value for every sample?"""

    def __init__(self, program: Program) -> None:
        self.program, self.cell, self.layout = program, program.cell, program.layout
        self.letters = program.cell.letters
        self.loops = Loops(dict(program.variables))
        self.shapes = Shapes(self.loops.variables, self.letters)
        self.found: list[Operation] = []
        self.samples = True
        self._make_arrays()

    # ---- arrays

    def _make_arrays(self):
        arrays, program, rows = self.loops.arrays, self.program, self.layout.rows
        heights = self._letters(rows)
        if rows:
            arrays[NET] = Array(heights, SAMPLES, over_time=True)
            arrays[DELTA] = Array(heights, SAMPLES)
        inside = {*rows, *self.cell.inputs, "e", *(f"delta {row}" for row in rows)}
        for key, variable in program.variables.items():
            if key not in inside:
                over_time = variable.when == STEPS and key not in program.errors
                self._make(key, variable, over_time)
        for stack, name in program.stacks.items():
            self.loops.stacks.append(stack)
            arrays[name] = Array(self._letters(stack.rows), self._width(stack))

    def _make(self, key, variable, over_time=False):
        columns = SINGLE if variable.when == ONCE else SAMPLES
        first, *deep = variable.letters or ("1",)
        self.loops.arrays[key] = Array((first,), columns, tuple(deep), over_time)

    def _letters(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.letters[name] for name in names)

    def _width(self, stack):
        return self.letters[str(stack.matrices[0])][1]

    def _temporary(self, letters: tuple[str, ...]) -> Signal:
        key = f"temp {sum(k.startswith('temp ') for k in self.loops.variables)}"
        variable = Variable("temp", letters or ("1",), STEP if self.samples else ONCE)
        self.loops.variables[key] = variable
        self._make(key, variable)
        return Signal(key)

    def _run(self, run):
        above = self.layout.cut(tuple(run))[0]
        return tuple(run), above

    # ---- values

    def _is_product(self, node):
        """A product with a matrix of parameters?"""
        if isinstance(node, tree.Apply):
            return isinstance(_bare(node.matrix), tree.Parameter)
        return isinstance(node, StackedErrors)

    def _multiply(self, target, node, add=False):
        columns = SAMPLES if self.samples else SINGLE
        if isinstance(node, StackedErrors):
            stack = node.stack
            errors = Rows(DELTA, *self._run(stack.rows))
            left, height, inner = Stacked(stack), (self._width(stack),), self._letters(stack.rows)
            self.found.append(
                loops.Product(target, left, errors, height, inner, columns, "left", add)
            )
            return
        bare, v = _bare(node.matrix), self._stored(self._plain(node.vector))
        rows, width = tuple(self.letters[bare.name])
        turned = bare is not node.matrix
        high, summed = (width, rows) if turned else (rows, width)
        how = "left" if turned else ""
        self.found.append(
            loops.Product(target, bare, v, (high,), (summed,), columns, how, add)
        )  # fmt: skip

    def _stored(self, node: Node) -> Signal | tree.Parameter:
        """A vector as an array: itself, or a temporary one that it is written to."""
        if isinstance(node, tree.Parameter) and not self.samples:
            return node
        if isinstance(node, Signal):
            once = self.loops.variables[node.name].when == ONCE
            if once != self.samples:
                return node
        target = self._temporary(self.shapes.of(node))
        letters = self.loops.variables[target.name].letters
        self.found.append(Each(letters, [Set(target, node)], self.samples))
        return target

    def _plain(self, node: Node) -> Node:
        """The same value, elementwise: what is not stands in a temporary array."""
        match node:
            case tree.Net(name, lag):
                return Signal(f"net {name}", lag)
            case tree.Sum(pieces):
                return tree.Sum(tuple((sign, self._plain(part)) for sign, part in pieces))
            case tree.Product(factors):
                return tree.Product(tuple(map(self._plain, factors)))
            case tree.Quotient(above, below):
                return tree.Quotient(self._plain(above), self._plain(below))
            case tree.Power(base, exponent):
                return tree.Power(self._plain(base), exponent)
            case tree.Outer(left, right):
                return tree.Outer(self._plain(left), self._plain(right))
            case tree.Dot(left, right):
                return self._total(tree.product(self._plain(left), self._plain(right)))
            case tree.Call(word, arguments):
                return self._call(word, tuple(map(self._plain, arguments)))
            case tree.Apply(matrix, vector) if not self._is_product(node):
                return self._apply(matrix, vector)
        if self._is_product(node):
            target = self._temporary(self.shapes.of(node))
            self._multiply(target, node)
            return target
        return node

    def _call(self, word, arguments):
        inside = arguments[0]
        if word == "sum":
            return self._total(inside)
        if word == "mean":
            letters = self.shapes.of(inside)
            size: Node = tree.Size(letters[0]) if letters not in ((), ("1",)) else Number(1)
            return tree.Quotient(self._total(inside), size)
        if word == "norm":
            square = tree.Power(inside, Number(2))
            return tree.Power(self._total(square), Number(Fraction(1, 2)))
        if word == "softmax":
            return self._softmax(inside)
        if word == "gather":
            return self._fold(inside, ("block",), ("G",))
        return tree.Call(word, arguments)

    def _fold(self, value, kept, letters, word="sum"):
        over, target = self.shapes.of(value), self._temporary(letters)
        self.found.append(Fold(target, over, kept, value, word, self.samples))
        return target

    def _total(self, value):
        """The sum over all units."""
        if self.shapes.of(value) in ((), ("1",)):
            return value
        return self._fold(value, (), ("1",))

    def _softmax(self, v):
        letters = self.shapes.of(v)
        if letters in ((), ("1",)):
            return Number(1)
        largest = self._fold(v, (), ("1",), "max")
        powers = self._stored(tree.Call("exp", (tree.Sum(((1, v), (-1, largest))),)))
        return tree.Quotient(powers, self._total(powers))

    def _apply(self, matrix, vector):
        """A v for what is a matrix in every sample."""
        for diagonal, other, first in ((matrix, vector, True), (vector, matrix, False)):
            if isinstance(diagonal, tree.Call) and diagonal.function == "diag":
                scale = self._plain(diagonal.arguments[0])
                ends = (scale, ONE) if first else (ONE, scale)
                return tree.product(tree.Outer(*ends), self._plain(other))
        turned = isinstance(matrix, tree.Transposed)
        value = self._plain(_bare(matrix))
        over, kept = self.shapes.of(value), 1 if turned else 0
        if vector != ONE:
            v = self._plain(vector)
            value = tree.product(value, tree.Outer(*((v, ONE) if turned else (ONE, v))))
        return self._fold(value, (kept,), (over[kept],))


def _bare(matrix):
    return matrix.matrix if isinstance(matrix, tree.Transposed) else matrix
