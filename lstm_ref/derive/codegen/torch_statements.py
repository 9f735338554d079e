"""Statements as lines of PyTorch.

On the way forward nothing is written in place, so that autograd can follow it: what is kept over
time is a list of tensors, one for each step. The way back writes into tensors as NumPy does.
"""

from __future__ import annotations

from collections.abc import Iterable

from lstm_ref.derive.codegen.numpy_expressions import Expressions
from lstm_ref.derive.codegen.numpy_statements import Statements
from lstm_ref.derive.codegen.program import (
    ONCE,
    Activate,
    AddBiases,
    Assign,
    Increase,
    Multiply,
    Program,
    Statement,
)
from lstm_ref.derive.codegen.source_lines import Token, around, call, filled, unpacked
from lstm_ref.derive.tree import Net, Node, Signal

WORDS = {n: f"torch.{n}" for n in ("tanh", "exp", "log", "sin", "cos", "sinh", "cosh", "relu")}
WORDS |= {"sigma": "torch.sigmoid", "abs": "torch.abs", "sign": "torch.sign", "atan": "torch.atan"}
WORDS |= {"softplus": "fn.softplus", "logsigmoid": "torch.nn.functional.logsigmoid"}
WORDS |= {"max": "fn.maximum", "min": "fn.minimum", "sum": "fn.total", "root": "torch.sqrt"}
WORDS |= {n: f"fn.{n}" for n in ("step", "mean", "softmax", "total", "outer", "apply", "flat")}
WORDS |= {n: f"fn.{n}" for n in ("apply_transposed", "spread", "gather", "placed", "number")}
WORDS |= {"over steps": "fn.over_steps", "product over steps": "fn.product_over_steps"}
WORDS |= {"over axis": "torch.sum", "fill": "torch.broadcast_to", "stack": "torch.cat"}
WORDS |= {"zeros like": "torch.zeros_like"}


class TorchExpressions(Expressions):
    """Prints trees in PyTorch. used: the functions that what was printed calls, "fn.total"."""

    words, axis = WORDS, "dim"

    def function(self, word: str) -> str:
        """A function by its word in a declaration, or one of the operations."""
        self.used.add(self.words[word])
        return self.words[word]

    def number(self, word: str, inside: list[Token]) -> list[Token]:
        """A function of plain numbers, which gives one."""
        inside = around(f"{self.function(word)}, ", inside, "")
        return around(f"{self.function('number')}(", inside, ")")


class TorchStatements(Statements):
    """Prints statements; ahead: of the way forward."""

    def __init__(self, program: Program) -> None:
        super().__init__(TorchExpressions(program))
        self.ahead = True
        self.of = program.variables[program.cell.input].name  # has the type of all tensors

    def zeros(self, letters: Iterable[str]) -> str:
        """A tensor of zeros."""
        return f"{self.of}.new_zeros({', '.join(letters)})"

    # ---- rows: the weighted inputs of several equations

    def whole(self, statements: list[Statement]) -> list[str]:
        """What is done for all steps at once; slot 0 of `net` has no meaning."""
        rows = self.program.layout.rows
        if not rows:
            return []
        self.expressions.whole = True
        lines = [f"net = {self.zeros(('T + 1', self.expressions.height(rows), 'B'))}"]
        for number, statement in enumerate(statements):
            full = isinstance(statement, Multiply) and statement.stack.rows == rows
            if number == 0 and full:
                lines = [f"net = {self._product(statement)}"]
            else:
                lines += self._added("net", "net", statement)
        return lines

    def step(self, statements: list[Statement]) -> list[str]:
        """One step: products with the rows first, then each row by its name."""
        rows = self.program.layout.rows
        products = [s for s in statements if isinstance(s, Multiply)]
        lines, net = [], "net[t]"
        for statement in products:
            lines += self._added("net_t", net, statement)
            net = "net_t"
        names = [self.expressions.atom(Signal(row)) for row in rows]
        if len(names) == 1:
            lines.append(f"{names[0]} = {net}")
        elif names:
            heights = [self.letters[row] for row in rows]
            lines += unpacked(names, f"{net}.split", ["[" + ", ".join(heights) + "]", "dim=0"])
        return lines + self.lines([s for s in statements if s not in products])

    def _added(self, target, net, statement):
        """target = net + what belongs into some of its rows."""
        front, end = f"{target} = {net} + ", ""
        run = statement.rows if isinstance(statement, AddBiases) else statement.stack.rows
        above, down = self.program.layout.cut(run)
        below = self.program.layout.rows[len(down) :]
        if above or below:
            front += f"{self.name('placed')}("
            end = f", {self.expressions.height(above)}, {self.expressions.height(below)})"
        if isinstance(statement, Multiply):
            return [f"{front}{self._product(statement)}{end}"]
        items = [f'params["{b}"]' for b in statement.vectors]
        if len(items) == 1:
            return [f"{front}{items[0]}{end}"]
        return call(f"{front}{self.name('stack')}", items, "([", f"]){end}")

    def _product(self, statement):
        """The matrices of a stack times its vector, at every step or at this one."""
        v = statement.v
        if self.expressions.whole:  # with slot 0, where `net` has none of its own
            return f"{self.stack(statement.stack)} @ {self._slots(v)}"
        return f"{self.stack(statement.stack)} @ {self.expressions.text(v, 3)}"

    def _slots(self, v: Node) -> str:
        if isinstance(v, Signal | Net) and not v.lag:
            return self.program.variables[v.name].name
        raise TypeError(f"v: expected an input, got {v!r}")

    # ---- statements

    def _Assign(self, statement: Assign) -> list[str]:
        variable = self.program.variables[statement.target.name]
        if not self.ahead or variable.when == ONCE or statement.value is None:
            return super()._Assign(statement)
        value = statement.value
        tokens = self.expressions.tokens(value)
        if self.shapes.of(value) != variable.letters or not self.shapes.over_time(value):
            shape = ", ".join((*variable.letters, "B"))
            tokens = around(f"{self.name('fill')}(", tokens, f", ({shape}))")
        return filled(f"{self.expressions.atom(statement.target)} = ", tokens)

    def _Increase(self, statement: Increase) -> list[str]:
        target = self.expressions.atom(statement.target)
        tokens = self.expressions.tokens(statement.value, 1)
        return filled(f"{target} = {target} + ", tokens)

    def _Activate(self, statement: Activate) -> list[str]:
        lines = []
        for row in statement.rows:
            name = self.expressions.atom(Signal(row))
            lines.append(f"{name} = {self.name(statement.function)}({name})")
        return lines
