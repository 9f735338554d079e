"""A program as loops: every statement as operations on arrays, see `loops`."""

from __future__ import annotations

from lstm_ref.derive import tree
from lstm_ref.derive.codegen import loops
from lstm_ref.derive.codegen.elementwise import Elementwise
from lstm_ref.derive.codegen.loops import (
    BIASES,
    DELTA,
    NET,
    SAMPLES,
    SEQUENCE,
    SINGLE,
    Array,
    Collect,
    CopyRows,
    Each,
    Flat,
    Flatten,
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
from lstm_ref.derive.tree import Node, Number, Signal


def lowered(program: Program) -> Loops:
    """The operations of both passes."""
    return Lowering(program).loops


class Lowering(Elementwise):
    """Makes them, statement by statement."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._flats: set[str] = set()
        self._forward()
        self._backward()

    # ---- statements

    def _forward(self):
        program, parts = self.program, self.loops
        self._into(parts.begin, program.once, samples=False)
        self._whole()
        self._into(parts.step, program.step)

    def _into(
        self, target: list[Operation], statements: list[Statement], samples: bool = True
    ) -> None:
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
            parts.arrays[BIASES] = Array(heights, SINGLE)
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
        block = Rows(NET, rows, ())
        parts.step.append(Unflatten(block, together, heights, bool(parts.biases)))

    def _stack_product(self, where, target, statement, v, columns, add):
        stack = statement.stack
        height, inner = self._letters(stack.rows), (self._width(stack),)
        where.append(
            loops.Product(target, Stacked(stack), v, height, inner, columns, add=add)
        )  # fmt: skip

    def _Multiply(self, statement: Multiply) -> None:
        target = Rows(NET, *self._run(statement.stack.rows))
        v = self._stored(self._plain(statement.v))
        self._stack_product(self.found, target, statement, v, SAMPLES, add=True)

    def _Assign(self, statement: Assign) -> None:
        key = statement.target.name
        if self.loops.variables[key].when == ONCE and self.samples:
            raise TypeError(f"{key}: assigned within a step, and there is one of it for all steps")
        self._set(statement.target, statement.value)

    def _Increase(self, statement: Increase) -> None:
        self._set(statement.target, statement.value, add=True)

    def _Activate(self, statement: Activate) -> None:
        for row in statement.rows:
            self._set(Signal(row), tree.Call(statement.function, (Signal(row),)))

    def _set(self, target: Signal, value: Node | None, add: bool = False) -> None:
        """target = value; a product goes there at once."""
        letters = self.loops.variables[target.name].letters
        if self._is_product(value) and self.shapes.of(value) == letters:
            self._multiply(target, value, add)
            return
        value = Number(0) if value is None else self._plain(value)
        self.found.append(Each(letters, [Set(target, value, add)], self.samples))

    # ---- the way back

    def _backward(self):
        parts, program = self.loops, self.program
        self._into(parts.back, program.back)
        for statement in program.after:
            self.found = parts.back
            getattr(self, f"_{type(statement).__name__}")(statement)

    def _flat(self, v: Node) -> Flat:
        return Flat("flat " + _label(v))

    def _flattened(self, v: Node, where: list[Operation]) -> Flat:
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

    def _flat_errors(self, run: tuple[str, ...]) -> Flat:
        rows = self.layout.rows
        if "flat delta" not in self._flats:
            self._flats.add("flat delta")
            self.loops.arrays["flat delta"] = Array(self._letters(rows), SEQUENCE)
            block = Rows(DELTA, rows, ())
            self.loops.back.append(Flatten(Flat("flat delta"), block, self._letters(rows)))
        return Flat("flat delta", *self._run(run))

    def _InputGradient(self, statement: InputGradient) -> None:
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

    def _VectorGradient(self, statement: VectorGradient) -> None:
        letters = tuple(self.letters[statement.name][:1])
        self.loops.zero.append(Zero(Gradient(statement.name), letters, SINGLE))
        if statement.value is not None:
            pair = statement.name, self._plain(statement.value)
            self.loops.back.append(Collect(letters, (pair,)))

    def _StackGradient(self, statement: StackGradient, name: str = "", add: bool = False) -> None:
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

    def _MatrixGradient(self, statement: MatrixGradient) -> None:
        height, width = tuple(self.letters[statement.name])
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

    def _summed(self, name: str, part: Summed, add: bool) -> None:
        error = self._flattened(part.error, self.loops.back)
        v = self._flattened(part.v, self.loops.back)
        height, width = tuple(self.letters[name])
        left, right = (v, error) if part.transposed else (error, v)
        self._gradient(name, left, right, (height,), width, add)


def _label(node: Node) -> str:
    """What is told apart by name: equal trees have equal labels."""
    return f"{node.name} {node.lag}" if isinstance(node, Signal) else repr(node)
