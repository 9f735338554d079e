"""Operations of `loops` as lines of C99."""

from __future__ import annotations

from dataclasses import replace

from lstm_ref.derive.codegen import loops
from lstm_ref.derive.codegen.c_expressions import CExpressions
from lstm_ref.derive.codegen.loops import (
    BIASES,
    SAMPLES,
    SEQUENCE,
    SINGLE,
    Collect,
    CopyRows,
    Each,
    Flat,
    Flatten,
    Fold,
    Gradient,
    Operand,
    Operation,
    Rows,
    Stacked,
    Unflatten,
    Zero,
)
from lstm_ref.derive.codegen.scalars import COLUMN, FLAT, ROW, SAMPLE, Index
from lstm_ref.derive.codegen.source_lines import Token, indent
from lstm_ref.derive.tree import Parameter, Signal

ROOM = 80  # for a statement, which stands in as many loops as there are


class CStatements:
    """Prints operations."""

    def __init__(self, expressions: CExpressions) -> None:
        self.expressions, self.program = expressions, expressions.program
        self.letters = expressions.cell.letters

    def lines(self, operations: list[Operation]) -> list[str]:
        """Lines of code, not indented."""
        found: list[str] = []
        for operation in operations:
            found += getattr(self, f"_{type(operation).__name__}")(operation)
        return found

    # ---- sizes

    def area(self, height: tuple[str, ...], columns: str) -> str:
        """How many numbers: a height times columns."""
        write = self.expressions
        return write.times(write.height(height), self.columns(columns))

    def columns(self, columns: str) -> str:
        """How many columns, as code."""
        size = self.expressions.size
        if columns == SEQUENCE:
            return f"{size('T')} * {size('B')}"
        return {SINGLE: "1", SAMPLES: size("B")}[columns] if len(columns) > 1 else size(columns)

    # ---- loops

    def _axes(self, letters):
        return tuple(name for name, _ in zip((ROW, COLUMN), letters, strict=False))

    def _over(self, letters, samples, body, before=()):
        """Loops over units and samples around lines; before: what stands before the inner one."""
        size = self.expressions.size
        if samples:
            body = [*before, *loop(SAMPLE, size("B"), body)]
        for axis, letter in reversed([*zip((ROW, COLUMN), letters, strict=False)]):
            if letter != "1":
                body = loop(axis, size(letter), body)
        return body

    def _Each(self, each: Each) -> list[str]:
        write = self.expressions
        flat = write.fits_flat(each)
        write.index = Index(self._axes(each.letters), each.letters, flat, each.samples)
        body: list[str] = []
        for item in each.sets:
            inside = write.index.local
            tokens = write.tokens(item.value)
            if item.target.name in each.local:
                write.index = replace(write.index, local=inside | {item.target.name})
            target = write.element(item.target.name)
            kind = "const REAL " if item.target.name in each.local else ""
            body += statement(f"{kind}{target} {'+' if item.add else ''}= ", tokens)
        if not flat:
            return self._over(each.letters, each.samples, body, [self.independent()])
        count = write.times(*map(write.size, (*each.letters, "B")))
        return [self.independent(), *loop(FLAT, count, body)]

    def independent(self) -> str:
        """The macro that says that the rounds of a loop do not depend on each other."""
        return f"{self.prefix}_INDEPENDENT"

    prefix = ""

    def _Fold(self, fold: Fold) -> list[str]:
        write = self.expressions
        axes = self._axes(fold.letters)
        write.index = Index(axes, fold.letters, samples=fold.samples)
        kept = [axes[k] if isinstance(k, int) else self._block() for k in fold.kept]
        target = write.element(fold.target.name, axes=tuple(kept))
        value = write.tokens(fold.value)
        own = write.loops.variables[fold.target.name].letters
        zero = write.element(fold.target.name, axes=(ROW,))
        start = "0" if fold.word == "sum" else "-INFINITY"
        found = self._over(own, fold.samples, [f"{zero} = {start};"])
        if fold.word == "sum":
            inner = statement(f"{target} += ", value)
        else:
            inner = statement("const REAL next = ", value)
            inner.append(f"if (next > {target}) {target} = next;")
        return [*found, *self._over(fold.letters, fold.samples, inner)]

    def _block(self):
        return f"{ROW} / ({self.expressions.size('H')} / {self.expressions.size('G')})"

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
            body.append(f"{self.pointer(Gradient(of))}[{at}] += {name};")
        if collect.letters == ("1",):
            return ["{", *indent(body), "}"]
        return loop(ROW, write.size(collect.letters[0]), body)

    # ---- whole arrays

    def pointer(self, operand: Operand) -> str:
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
        items = [*sizes, self.pointer(product.left), self.pointer(product.right)]
        items += [self.pointer(product.target), "1" if product.add else "0"]
        return called(f"NAMED({how})", items)

    def _Flatten(self, flatten: Flatten) -> list[str]:
        source, flat = self.pointer(flatten.source), self.pointer(flatten.flat)
        return self._each_step(flatten.letters, f"{flat}[{{}}] = {source}[{{}}];", (True, False))

    def _Unflatten(self, unflatten: Unflatten) -> list[str]:
        write, target = self.expressions, self.pointer(unflatten.target)
        bias = f"a.{write.fields[BIASES]}[{ROW}]" if unflatten.bias else ""
        if unflatten.flat is None:
            return self._each_step(
                unflatten.letters, f"{target}[{{}}] = {bias or '0'};", (False,)
            )  # fmt: skip
        flat = self.pointer(unflatten.flat)
        plus = f" + {bias}" if bias else ""
        line = f"{target}[{{}}] = {flat}[{{}}]{plus};"
        return self._each_step(unflatten.letters, line, (False, True))

    def _each_step(self, letters, line, flat):
        """A loop over rows and samples; flat: which of the arrays have steps side by side."""
        write = self.expressions
        B = write.size("B")
        at = {False: f"{ROW} * {B} + {SAMPLE}"}
        if True in flat:
            at[True] = f"({ROW} * {write.size('T')} + t - 1) * {B} + {SAMPLE}"
        body = loop(SAMPLE, B, [line.format(*(at[f] for f in flat))])
        return loop(ROW, write.height(letters), body)

    def _CopyRows(self, copy: CopyRows) -> list[str]:
        write, (height, width) = self.expressions, copy.letters
        count = write.times(write.size(height), write.size(width))
        source = self.pointer(copy.source)
        if copy.above:
            source += f" + {write.times(write.height(copy.above), write.size(width))}"
        target = self.pointer(copy.target)
        if copy.add:
            return loop(FLAT, count, [f"{target}[{FLAT}] += ({source})[{FLAT}];"])
        return [f"memcpy({target}, {source}, {count} * sizeof(REAL));"]

    def _Zero(self, zero: Zero) -> list[str]:
        count = self.area(zero.height, zero.columns)
        return [f"memset({self.pointer(zero.target)}, 0, {count} * sizeof(REAL));"]


def loop(index: str, end: str, body: list[str]) -> list[str]:
    """for (index ...) body."""
    head = f"for (size_t {index} = 0; {index} < {end}; {index}++)"
    if len(body) == 1:
        return [head, *indent(body)]
    return [f"{head} {{", *indent(body), "}"]


def statement(head: str, tokens: list[Token]) -> list[str]:
    """head value; on several lines if need be, broken outside of brackets where it can be."""
    lines, least = [head.rstrip()], min(depth for depth, _ in tokens)
    groups: list[list[str]] = []
    for depth, text in tokens:
        if depth == least or not groups:
            groups.append([])
        groups[-1].append(text)
    groups[-1][-1] += ";"
    for group in groups:
        together = len(" ".join(group)) <= ROOM
        for text in [" ".join(group)] if together else group:
            if len(lines[-1]) + 1 + len(text) <= ROOM:
                lines[-1] += f" {text}"
            else:
                lines.append(f"    {text}")
    return lines


def called(head: str, items: list[str]) -> list[str]:
    """A call of a function without a value."""
    line = f"{head}({', '.join(items)});"
    if len(line) <= 84:
        return [line]
    half = (len(items) + 1) // 2
    first, rest = ", ".join(items[:half]), ", ".join(items[half:])
    return [f"{head}({first},", f"    {rest});"]
