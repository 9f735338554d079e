"""Operations of `loops` as lines of C99."""

from __future__ import annotations

from lstm_ref.derive.codegen import loops
from lstm_ref.derive.codegen.c_expressions import CExpressions
from lstm_ref.derive.codegen.loop_statements import Statements, statement
from lstm_ref.derive.codegen.loops import (
    BIASES,
    SAMPLES,
    SEQUENCE,
    Collect,
    CopyRows,
    Flat,
    Gradient,
    Operand,
    Rows,
    Stacked,
    Zero,
)
from lstm_ref.derive.codegen.scalars import FLAT, ROW, SAMPLE, Index
from lstm_ref.derive.codegen.source_lines import indent
from lstm_ref.derive.tree import Parameter, Signal


class CStatements(Statements[CExpressions]):
    """Prints operations."""

    constant, lowest = "const REAL ", "-INFINITY"
    prefix = ""

    def loop(self, index: str, end: str, body: list[str]) -> list[str]:
        """A loop of an index from 0 to end - 1."""
        return loop(index, end, body)

    def before(self) -> list[str]:
        """The macro that says that the rounds of a loop do not depend on each other."""
        return [f"{self.prefix}_INDEPENDENT"]

    def larger(self, target: str) -> str:
        """The statement that raises a target to `next`, if that is larger."""
        return f"if (next > {target}) {target} = next;"

    def bias(self) -> str:
        """The number that is added to a row."""
        return f"a.{self.expressions.fields[BIASES]}[{ROW}]"

    def _Collect(self, collect: Collect) -> list[str]:
        write = self.expressions
        write.index = Index(self._axes(collect.letters), collect.letters)
        names = [f"sum_{write.members[name]}" for name, _ in collect.pairs]
        inner: list[str] = []
        for name, (_, value) in zip(names, collect.pairs, strict=True):
            inner += statement(f"{name} += ", write.tokens(value))
        at = "0" if collect.letters == ("1",) else ROW
        body = [f"REAL {name} = 0;" for name in names]
        body += loop(SAMPLE, write.size("B"), inner)
        for name, (of, _) in zip(names, collect.pairs, strict=True):
            body.append(f"{self.place(Gradient(of))}[{at}] += {name};")
        if collect.letters == ("1",):
            return ["{", *indent(body), "}"]
        return loop(ROW, write.size(collect.letters[0]), body)

    # ---- the steps of a part side by side

    def columns(self, columns: str) -> str:
        """How many columns, as code."""
        if columns == SEQUENCE:
            return f"steps * {self.expressions.size('B')}"
        return super().columns(columns)

    def _side_by_side(self):
        return f"({ROW} * steps + t - 1 - from) * {self.expressions.size('B')} + {SAMPLE}"

    # ---- whole arrays

    def place(self, operand: Operand) -> str:
        """Where an operand begins."""
        write = self.expressions
        match operand:
            case Signal(key, lag):
                write.arrays[key, lag] = None
                return write.array(key, lag)
            case Parameter(name):
                return f"params->{write.members[name]}"
            case Rows(block, _, above):
                write.arrays[block, 0] = None
                return self.behind(f"{write.fields[block]}_t", above, SAMPLES)
            case Flat(key, _, above):
                return self.behind(f"a.{write.fields[key]}", above, SEQUENCE)
            case Stacked(stack):
                if stack in self.program.stacks:
                    return f"a.{write.fields[self.program.stacks[stack]]}"
                return f"params->{write.members[str(stack.matrices[0])]}"
        key = operand.key
        own = key in self.letters
        return f"dparams->{write.members[key]}" if own else f"a.{write.fields[key]}"

    def behind(self, start: str, above: tuple[str, ...], columns: str) -> str:
        """A place in an array: behind the rows of these equations."""
        letters = tuple(self.letters[name] for name in above)
        return f"{start} + {self.area(letters, columns)}" if above else start

    def _Product(self, product: loops.Product) -> list[str]:
        write = self.expressions
        inner = self.columns(SEQUENCE) if product.inner == (SEQUENCE,) else ""
        sizes = [
            write.height(product.height),
            self.columns(product.columns),
            inner or write.height(product.inner),
        ]
        how = {"": "plain", "left": "left_turned", "right": "right_turned"}[product.turned]
        items = [*sizes, self.place(product.left), self.place(product.right)]
        items += [self.place(product.target), "1" if product.add else "0"]
        return called(f"NAMED({how})", items)

    def _CopyRows(self, copy: CopyRows) -> list[str]:
        write, (height, width) = self.expressions, copy.letters
        count = write.times(write.size(height), write.size(width))
        source = self.place(copy.source)
        if copy.above:
            source += f" + {write.times(write.height(copy.above), write.size(width))}"
        target = self.place(copy.target)
        if copy.add:
            return loop(FLAT, count, [f"{target}[{FLAT}] += ({source})[{FLAT}];"])
        return [f"memcpy({target}, {source}, {count} * sizeof(REAL));"]

    def _Zero(self, zero: Zero) -> list[str]:
        count = self.area(zero.height, zero.columns)
        return [f"memset({self.place(zero.target)}, 0, {count} * sizeof(REAL));"]


def loop(index: str, end: str, body: list[str]) -> list[str]:
    """for (index ...) body."""
    head = f"for (size_t {index} = 0; {index} < {end}; {index}++)"
    if len(body) == 1:
        return [head, *indent(body)]
    return [f"{head} {{", *indent(body), "}"]


def called(head: str, items: list[str]) -> list[str]:
    """A call of a function without a value."""
    line = f"{head}({', '.join(items)});"
    if len(line) <= 84:
        return [line]
    half = (len(items) + 1) // 2
    first, rest = ", ".join(items[:half]), ", ".join(items[half:])
    return [f"{head}({first},", f"    {rest});"]
