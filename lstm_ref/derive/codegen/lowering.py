"""A program as loops: every statement as operations on arrays, see `loops`."""

from __future__ import annotations

from fractions import Fraction

from lstm_ref.derive import tree
from lstm_ref.derive.codegen import loops
from lstm_ref.derive.codegen.loops import (
    SAMPLES,
    SEQUENCE,
    SINGLE,
    Array,
    Collect,
    CopyRows,
    Each,
    Flat,
    Flatten,
    Fold,
    Gradient,
    Loops,
    Operation,
    Rows,
    Set,
    Stacked,
    Unflatten,
    Zero,
)
from lstm_ref.derive.codegen.program import (
    ONCE,
    STEP,
    STEPS,
    Activate,
    AddBiases,
    Assign,
    Increase,
    InputGradient,
    MatrixGradient,
    Multiply,
    Part,
    Program,
    StackedErrors,
    StackGradient,
    Statement,
    Summed,
    Variable,
    VectorGradient,
)
from lstm_ref.derive.codegen.shapes import Shapes
from lstm_ref.derive.tree import Node, Number, Signal

ONE = tree.Known("ones")


def lowered(program: Program) -> Loops:
    """The operations of both passes."""
    return Lowering(program).loops


class Lowering:
    """Makes them. found: where operations go; samples: is there one value for every sample?"""

    def __init__(self, program: Program) -> None:
        self.program, self.cell, self.layout = program, program.cell, program.layout
        self.letters = program.cell.letters
        self.loops = Loops(dict(program.variables))
        self.shapes = Shapes(self.loops.variables, self.letters)
        self.found: list[Operation] = []
        self.samples = True
        self._flats: set[str] = set()
        self._make_arrays()
        self._forward()
        self._backward()

    # ---- arrays

    def _make_arrays(self):
        arrays, program, rows = self.loops.arrays, self.program, self.layout.rows
        heights = self._letters(rows)
        if rows:
            arrays["net"] = Array(heights, SAMPLES, over_time=True)
            arrays["delta"] = Array(heights, SAMPLES)
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

    def _letters(self, names) -> tuple[str, ...]:
        return tuple(self.letters[name] for name in names)

    def _width(self, stack):
        return self.letters[str(stack.matrices[0])][1]

    def _temporary(self, letters) -> Signal:
        key = f"temp {sum(k.startswith('temp ') for k in self.loops.variables)}"
        variable = Variable("temp", letters or ("1",), STEP if self.samples else ONCE)
        self.loops.variables[key] = variable
        self._make(key, variable)
        return Signal(key)

    # ---- statements

    def _forward(self):
        program, parts = self.program, self.loops
        self._into(parts.begin, program.once, samples=False)
        self._whole()
        self._into(parts.step, program.step)

    def _into(self, target, statements: list[Statement], samples=True):
        self.found, self.samples = target, samples
        for statement in statements:
            getattr(self, f"_{type(statement).__name__}")(statement)

    def _whole(self):
        """What is computed for all steps at once, and how it comes into a step."""
        rows, parts = self.layout.rows, self.loops
        self.samples = True
        if not rows:
            return
        products = [s for s in self.program.whole if isinstance(s, Multiply)]
        biases = [s for s in self.program.whole if isinstance(s, AddBiases)]
        parts.biases += [p for s in biases for p in zip(s.rows, s.vectors, strict=True)]
        heights, together = self._letters(rows), None
        if parts.biases:
            parts.arrays["biases"] = Array(heights, SINGLE)
        if products:
            together = Flat("flat net")
            parts.arrays["flat net"] = Array(heights, SEQUENCE)
        full = bool(products) and products[0].stack.rows == rows
        if products and not full:
            parts.whole.append(Zero(Flat("flat net"), heights, SEQUENCE))
        for number, statement in enumerate(products):
            self._flattened(statement.v, parts.flatten)
            part = Flat("flat net", *self._run(statement.stack.rows))
            self._stack_product(
                parts.whole, part, statement, self._flat(statement.v), SEQUENCE,
                add=number > 0 or not full,
            )  # fmt: skip
        block = Rows("net", rows, ())
        parts.step.append(Unflatten(block, together, heights, bool(parts.biases)))

    def _run(self, run):
        above = self.layout.cut(tuple(run))[0]
        return tuple(run), above

    def _stack_product(self, where, target, statement, v, columns, add):
        stack = statement.stack
        height, inner = self._letters(stack.rows), (self._width(stack),)
        where.append(
            loops.Product(target, Stacked(stack), v, height, inner, columns, add=add)
        )  # fmt: skip

    def _Multiply(self, statement: Multiply):
        target = Rows("net", *self._run(statement.stack.rows))
        v = self._stored(self._plain(statement.v))
        self._stack_product(self.found, target, statement, v, SAMPLES, add=True)

    def _Assign(self, statement: Assign):
        key = statement.target.name
        if self.loops.variables[key].when == ONCE and self.samples:
            raise TypeError(f"{key}: assigned within a step, and there is one of it for all steps")
        self._set(statement.target, statement.value)

    def _Increase(self, statement: Increase):
        self._set(statement.target, statement.value, add=True)

    def _Activate(self, statement: Activate):
        for row in statement.rows:
            self._set(Signal(row), tree.Call(statement.function, (Signal(row),)))

    def _set(self, target: Signal, value: Node | None, add: bool = False):
        """target = value; a product goes there at once."""
        letters = self.loops.variables[target.name].letters
        if self._is_product(value) and self.shapes.of(value) == letters:
            self._multiply(target, value, add)
            return
        value = Number(0) if value is None else self._plain(value)
        self.found.append(Each(letters, [Set(target, value, add)], self.samples))

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
            errors = Rows("delta", *self._run(stack.rows))
            left, height, inner = Stacked(stack), (self._width(stack),), self._letters(stack.rows)
            self.found.append(
                loops.Product(target, left, errors, height, inner, columns, "left", add)
            )
            return
        bare, v = _bare(node.matrix), self._stored(self._plain(node.vector))
        rows, width = self.letters[bare.name]
        turned = bare is not node.matrix
        height, inner = (width, rows) if turned else (rows, width)
        how = "left" if turned else ""
        self.found.append(
            loops.Product(target, bare, v, (height,), (inner,), columns, how, add)
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

    # ---- the way back

    def _backward(self):
        parts, program = self.loops, self.program
        self._into(parts.back, program.back)
        for statement in program.after:
            self.found = parts.back
            getattr(self, f"_{type(statement).__name__}")(statement)

    def _flat(self, v: Node) -> Flat:
        return Flat("flat " + _label(v))

    def _flattened(self, v: Node, where) -> Flat:
        """A vector of this step, (n, B), as a part of an array (n, T B)."""
        flat = self._flat(v)
        if flat.key not in self._flats:
            self._flats.add(flat.key)
            self.found = where
            letters = self.shapes.of(v)
            source = self._stored(self._plain(v))
            self.loops.arrays[flat.key] = Array(letters, SEQUENCE)
            where.append(Flatten(flat, source, letters))
        return flat

    def _flat_errors(self, run) -> Flat:
        rows = self.layout.rows
        if "flat delta" not in self._flats:
            self._flats.add("flat delta")
            self.loops.arrays["flat delta"] = Array(self._letters(rows), SEQUENCE)
            block = Rows("delta", rows, ())
            self.loops.back.append(Flatten(Flat("flat delta"), block, self._letters(rows)))
        return Flat("flat delta", *self._run(run))

    def _InputGradient(self, statement: InputGradient):
        key = f"d{statement.name}"
        letters = (self.letters[statement.name],)
        self.loops.variables[f"input {key}"] = Variable(key, letters, STEPS)
        target = Signal(f"input {key}")
        value = statement.value
        if isinstance(value, StackedErrors):
            stack, flat = value.stack, Flat(f"flat {key}")
            self.loops.arrays[flat.key] = Array(letters, SEQUENCE)
            errors, inner = self._flat_errors(stack.rows), self._letters(stack.rows)
            self.loops.end.append(
                loops.Product(flat, Stacked(stack), errors, letters, inner, SEQUENCE, "left")
            )
            self.loops.spread.append(Unflatten(target, flat, letters))
            return
        self._set(target, value)

    def _VectorGradient(self, statement: VectorGradient):
        letters = tuple(self.letters[statement.name][:1])
        self.loops.zero.append(Zero(Gradient(statement.name), letters, SINGLE))
        if statement.value is not None:
            pair = statement.name, self._plain(statement.value)
            self.loops.back.append(Collect(letters, (pair,)))

    def _StackGradient(self, statement: StackGradient, name="", add=False):
        stack = statement.stack
        height, width = self._letters(stack.rows), self._width(stack)
        key = name or statement.name
        if not name:
            self.loops.arrays[key] = Array(height, width)
        v = self._flattened(statement.v, self.loops.back)
        self._gradient(key, self._flat_errors(stack.rows), v, height, width, add)

    def _gradient(self, key, errors, v, height, width, add):
        target = Gradient(key)
        self.loops.end.append(
            loops.Product(target, errors, v, height, (SEQUENCE,), width, "right", add)
        )

    def _MatrixGradient(self, statement: MatrixGradient):
        height, width = self.letters[statement.name]
        target = Gradient(statement.name)
        if not statement.parts:
            self.loops.end.append(Zero(target, (height,), width))
        for number, part in enumerate(statement.parts):
            if isinstance(part, StackGradient):
                self._StackGradient(part, statement.name, number > 0)
            elif isinstance(part, Part):
                above = part.stack.rows[: part.stack.rows.index(part.row)]
                source, size = Gradient(part.name), (height, width)
                copy = CopyRows(target, source, self._letters(above), size, number > 0)
                self.loops.end.append(copy)
            else:
                self._summed(statement.name, part, number > 0)

    def _summed(self, name, part: Summed, add):
        error = self._flattened(part.error, self.loops.back)
        v = self._flattened(part.v, self.loops.back)
        height, width = self.letters[name]
        left, right = (v, error) if part.transposed else (error, v)
        self._gradient(name, left, right, (height,), width, add)


def _bare(matrix):
    return matrix.matrix if isinstance(matrix, tree.Transposed) else matrix


def _label(node: Node) -> str:
    """What is told apart by name: equal trees have equal labels."""
    return f"{node.name} {node.lag}" if isinstance(node, Signal) else repr(node)
