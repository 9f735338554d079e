"""Operations of `loops` as lines of a language that has the loops and brackets of C.

`c_statements` and `js_statements` say how a loop begins, where an array stands and what is copied;
which loops there are, over what and around what, is said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from lstm_ref.derive.codegen.loops import (
    SAMPLES,
    SEQUENCE,
    SINGLE,
    Each,
    Flatten,
    Fold,
    Operand,
    Operation,
    Unflatten,
)
from lstm_ref.derive.codegen.scalars import COLUMN, FLAT, ROW, SAMPLE, Index, Scalars
from lstm_ref.derive.codegen.source_lines import Token

Expressions = TypeVar("Expressions", bound=Scalars)

ROOM = 80  # for a statement, which stands in as many loops as there are


class Statements(Generic[Expressions]):
    """Prints operations. constant: what stands before a value that does not change."""

    constant: ClassVar[str] = "const "
    lowest: ClassVar[str] = "-Infinity"

    def __init__(self, expressions: Expressions) -> None:
        self.expressions, self.program = expressions, expressions.program
        self.letters = expressions.cell.letters

    def lines(self, operations: Sequence[Operation]) -> list[str]:
        """Lines of code, not indented."""
        found: list[str] = []
        for operation in operations:
            found += getattr(self, f"_{type(operation).__name__}")(operation)
        return found

    # ---- what a language says

    def loop(self, index: str, end: str, body: list[str]) -> list[str]:
        """A loop of an index from 0 to end - 1."""
        raise NotImplementedError

    def place(self, operand: Operand) -> str:
        """An array, or a part of one, that begins where the operand does."""
        raise NotImplementedError

    def bias(self) -> str:
        """The number that is added to a row."""
        raise NotImplementedError

    def larger(self, target: str) -> str:
        """The statement that raises a target to `next`, if that is larger."""
        raise NotImplementedError

    def before(self) -> list[str]:
        """What stands before a loop whose rounds do not depend on each other."""
        return []

    # ---- sizes

    def area(self, height: tuple[str, ...], columns: str) -> str:
        """How many numbers: a height times columns."""
        return self.expressions.times(self.expressions.height(height), self.columns(columns))

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
            body = [*before, *self.loop(SAMPLE, size("B"), body)]
        for axis, letter in reversed([*zip((ROW, COLUMN), letters, strict=False)]):
            if letter != "1":
                body = self.loop(axis, size(letter), body)
        return body

    def _Each(self, each: Each) -> list[str]:
        write = self.expressions
        flat = write.fits_flat(each)
        write.index = Index(self._axes(each.letters), each.letters, flat, each.samples)
        body: list[str] = []
        for item in each.sets:
            tokens, local = write.tokens(item.value), item.target.name in each.local
            if local:
                write.index = replace(write.index, local=write.index.local | {item.target.name})
            head = self.constant * local + write.element(item.target.name)
            body += statement(f"{head} {'+' * item.add}= ", tokens)
        if not flat:
            return self._over(each.letters, each.samples, body, self.before())
        count = write.times(*map(write.size, (*each.letters, "B")))
        return [*self.before(), *self.loop(FLAT, count, body)]

    def _Fold(self, fold: Fold) -> list[str]:
        write, axes = self.expressions, self._axes(fold.letters)
        write.index = Index(axes, fold.letters, samples=fold.samples)
        kept = tuple(axes[k] if isinstance(k, int) else write.block(ROW) for k in fold.kept)
        target = write.element(fold.target.name, axes=kept)
        first = write.element(fold.target.name, axes=(ROW,))
        own = write.loops.variables[fold.target.name].letters
        is_sum = fold.word == "sum"
        start = "0" if is_sum else self.lowest
        found = self._over(own, fold.samples, [f"{first} = {start};"])
        head = f"{target} += " if is_sum else f"{self.constant}next = "
        inner = statement(head, write.tokens(fold.value))
        inner += [] if is_sum else [self.larger(target)]
        return [*found, *self._over(fold.letters, fold.samples, inner)]

    # ---- between a step and all steps side by side

    def _Flatten(self, flatten: Flatten) -> list[str]:
        flat, source = self.place(flatten.flat), self.place(flatten.source)
        line = f"{flat}[{self._side_by_side()}] = {source}[{self._here()}];"
        return self._over_rows(flatten.letters, line)

    def _Unflatten(self, unflatten: Unflatten) -> list[str]:
        target, found = self.place(unflatten.target), []
        if unflatten.flat is not None:
            found.append(f"{self.place(unflatten.flat)}[{self._side_by_side()}]")
        if unflatten.bias:
            found.append(self.bias())
        line = f"{target}[{self._here()}] = {' + '.join(found) or '0'};"
        return self._over_rows(unflatten.letters, line)

    def _here(self):
        return f"{ROW} * {self.expressions.size('B')} + {SAMPLE}"

    def _side_by_side(self):
        size = self.expressions.size
        return f"({ROW} * {size('T')} + t - 1) * {size('B')} + {SAMPLE}"

    def _over_rows(self, letters, line):
        body = self.loop(SAMPLE, self.expressions.size("B"), [line])
        return self.loop(ROW, self.expressions.height(letters), body)


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
