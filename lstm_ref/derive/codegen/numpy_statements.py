"""Statements as lines of NumPy: the bodies of `forward` and `backward`."""

from __future__ import annotations

from collections.abc import Iterable

from lstm_ref.derive.codegen.numpy_expressions import Expressions
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
    StackedErrors,
    StackGradient,
    Statement,
    VectorGradient,
)
from lstm_ref.derive.codegen.source_lines import Token, around, call, filled
from lstm_ref.derive.codegen.stacking import Stack
from lstm_ref.derive.tree import Signal, walk


class Statements:
    """Prints statements, for one step or (expressions.whole) for all of them at once."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions, self.program = expressions, expressions.program
        self.shapes, self.letters = expressions.shapes, expressions.program.cell.letters

    def lines(self, statements: list[Statement], whole: bool = False) -> list[str]:
        """Lines of code, not indented."""
        self.expressions.whole = whole
        found: list[str] = []
        for statement in statements:
            found += getattr(self, f"_{type(statement).__name__}")(statement)
        return found

    # ---- forward

    def _Assign(self, statement: Assign) -> list[str]:
        target, value = self.expressions.atom(statement.target), statement.value
        variable = self.program.variables[statement.target.name]
        if value is None:
            if statement.target.name.startswith("next "):
                return [f"{target} = {self.name('zeros like')}({target})"]
            return [f"{target} = {self.zeros((*variable.letters, 'B'))}"]
        tokens = self.expressions.tokens(value)
        if variable.when not in (STEPS, ONCE):
            tokens = self._full(tokens, value, variable.letters)
        return filled(f"{target} = ", tokens)

    def _full(self, tokens, value, letters, front=()):
        """As large as it must be, where the value is the same in all units."""
        if self.shapes.of(value) == letters:
            return tokens
        shape = ", ".join((*front, *letters, "B"))
        return around(f"{self.name('fill')}(", tokens, f", ({shape}))")

    def name(self, word: str) -> str:
        """A function or an operation."""
        return self.expressions.function(word)

    def zeros(self, letters: Iterable[str]) -> str:
        """An array of zeros."""
        return f'np.zeros(({", ".join(letters)}), tape["dtype"])'

    def _Increase(self, statement: Increase) -> list[str]:
        target = self.expressions.atom(statement.target)
        return filled(f"{target} += ", self.expressions.tokens(statement.value))

    def _Multiply(self, statement: Multiply) -> list[str]:
        stack = statement.stack
        v, target = self.expressions.text(statement.v, 3), self._rows(stack.rows)
        return [f"{target} += {self.stack(stack)} @ {v}"]

    def whole(self, statements: list[Statement]) -> list[str]:
        """What is done for all steps at once, first of all: `net` is not yet filled."""
        if not self.program.layout.rows:
            return []
        self.expressions.whole = True
        first, rest = statements[:1], statements[1:]
        return self._filling(first[0], rest) if first else ["net[1:] = 0"]

    def _filling(self, first, rest):
        """The first product fills `net`, where it has all of its rows."""
        if isinstance(first, Multiply) and len(first.stack.rows) == len(self.program.layout.rows):
            x = self.expressions.text(first.v)
            lines = [f"np.matmul({self.stack(first.stack)}, {x}, out=net[1:])"]
            return lines + self.lines(rest, whole=True)
        return ["net[1:] = 0", *self.lines([first, *rest], whole=True)]

    def _AddBiases(self, statement: AddBiases) -> list[str]:
        target, names = self._rows(statement.rows), statement.vectors
        if len(names) == 1:
            return [f"{target} += {self.program.parameters[names[0]]}"]
        items = [f'params["{b}"]' for b in names]
        return call(f"{target} += {self.name('stack')}", items, "([", "])")

    def _Activate(self, statement: Activate) -> list[str]:
        target = self._rows(statement.rows)
        function = self.expressions.function(statement.function)
        if function == "sigmoid" or function.startswith("np."):
            return [f"{function}({target}, out={target})"]
        return [f"{target} = {function}({target})"]

    def _rows(self, run):
        """The rows of a run at some time: one gate by name, several as a part of net."""
        if len(run) == 1:
            return self.expressions.atom(Signal(run[0]))
        return self.expressions.rows("net", run, "1:" if self.expressions.whole else "t")

    def stack(self, stack: Stack) -> str:
        """The name of the matrices of a stack on top of each other, or of the only one."""
        matrix = str(stack.matrices[0])
        return self.program.stacks.get(stack) or self.program.parameters[matrix]

    # ---- after the way back

    def _InputGradient(self, statement: InputGradient) -> list[str]:
        several = len(self.program.cell.inputs) > 1
        target = f'dx["{statement.name}"]' if several else "dx"
        letters = self.letters[statement.name]
        if statement.value is None:
            return [f"{target} = {self.zeros(('T', letters, 'B'))}"]
        tokens = self.expressions.tokens(statement.value)
        return filled(f"{target} = ", self._full(tokens, statement.value, (letters,), ("T",)))

    def _VectorGradient(self, statement: VectorGradient) -> list[str]:
        target, word = f'dparams["{statement.name}"]', self.letters[statement.name]
        if statement.value is None:
            return [f"{target} = {self.zeros(word)}"]
        tokens = self.expressions.tokens(statement.value)
        tokens = self._full(tokens, statement.value, (word[0],), ("T",))
        return filled(f"{target} = {self.name('over steps')}(", tokens, ")")

    def _StackGradient(self, statement: StackGradient) -> list[str]:
        return [f"{statement.name} = {self._stack_product(statement)}"]

    def _stack_product(self, gradient):
        """Errors of all steps times the vector of the stack."""
        run = gradient.stack.rows
        above, down = self.program.layout.cut(run)
        start = self.expressions.height(above) if above else ""
        part = f"[{start}:{self.expressions.height(down)}]"
        errors = "errors" if len(run) == len(self.program.layout.rows) else f"errors{part}"
        return f"{errors} @ {self.name('flat')}({self.expressions.text(gradient.v)}).T"

    def _MatrixGradient(self, statement: MatrixGradient) -> list[str]:
        target, word = f'dparams["{statement.name}"]', self.letters[statement.name]
        found: list[Token] = []
        for part in statement.parts:
            tokens = [(0, self._part(part))]
            found += around("+ ", tokens, "") if found else tokens
        return filled(f"{target} = ", found or [(0, self.zeros(word))])

    def _part(self, part):
        """A summand of the gradient of a matrix."""
        if isinstance(part, StackGradient):
            return self._stack_product(part)
        if isinstance(part, Part):
            above = part.stack.rows[: part.stack.rows.index(part.row)]
            start = self.expressions.height(above) if above else ""
            return f"{part.name}[{start}:{self.expressions.height((*above, part.row))}]"
        factors = [self._every_step(part.error), self._every_step(part.v)]
        pair = ", ".join(reversed(factors) if part.transposed else factors)
        return f"{self.name('product over steps')}({pair})"

    def _every_step(self, node):
        """A vector (T, n, B), also where it is the same at every step."""
        text = self.expressions.text(node)
        if self.shapes.over_time(node):
            return text
        return f"{self.name('fill')}({text}, (T, {self.shapes.of(node)[0]}, B))"


def stacks(statements: list[Statement]) -> list[Stack]:
    """The stacks whose matrices statements multiply with, in order."""
    found = [p.stack for p in walk(*statements) if isinstance(p, Multiply | StackedErrors)]
    return list(dict.fromkeys(found))
