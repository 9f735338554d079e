"""The formulas of a derivation as data: each summand by its name, each letter with what it means.

A figure shows a formula twice, in letters and in numbers, and lets a reader strike out a summand.
So it is given what a printed line no longer has: which signal, error or parameter a letter stands
for, and under which name `codegen.js_terms` computes and weighs a summand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from lstm_ref.derive import tree
from lstm_ref.derive.typeset import lines
from lstm_ref.derive.typeset.alphabets import Text
from lstm_ref.derive.typeset.ranks import of_names

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

Token: TypeAlias = "str | list[Any]"  # text, or [kind, name, lag]
MARKED = re.compile("\ue000(.*?)\ue001")


@dataclass(frozen=True)
class Tokens(Text):
    """Text in which a letter is marked with what it stands for."""

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        return mark("signals", name, lag)

    def parameter(self, name: str) -> str:
        """A parameter."""
        return mark("params", name, 0)

    def delta(self, name: str, lag: int = 0) -> str:
        """The error term of a signal."""
        return mark("errors", name, lag)

    def tokens(self, node: tree.Node) -> list[Token]:
        """A tree as text and marked letters, in order."""
        found: list[Token] = []
        for k, part in enumerate(MARKED.split(self.line(node))):
            if k % 2:
                kind, name, lag = part.split("|")
                found.append([kind, name, int(lag)])
            elif part:
                found.append(part)
        return found


def mark(kind: str, name: str, lag: int) -> str:
    """What stands in a line for a letter until the line is taken apart."""
    return f"\ue000{kind}|{name}|{lag}\ue001"


def formulas(cell: Cell) -> dict[str, list[dict[str, Any]]]:
    """errors: those of all signals, backwards; gradients: of parameters; passed: at the input.

    Each line is {of, summands}, each summand {name, by, lag, tokens}; the error that enters has the
    name "e". Raises ValueError for a cell in whose lines a bracket holds several summands.
    """
    errors = ((line.left.name, line) for line in lines.results(cell))  # type: ignore[union-attr]
    gradients = ((line.left.below.name, line) for line in lines.gradients(cell))  # type: ignore[union-attr]
    passed = [(line.left.below.name, line) for line in lines.passed_on(cell) if not line.start]  # type: ignore[union-attr]
    style = Tokens(of_names(cell))
    return {
        "errors": [_line(style, of, line) for of, line in errors],
        "gradients": [_line(style, of, line) for of, line in gradients],
        "passed": [_line(style, of, line) for of, line in passed],
    }


def _line(style, of, line):
    (right,) = line.rights
    body = right.body if isinstance(right, tree.SumOverTime) else right
    parts = body.parts if isinstance(body, tree.Sum) else ((1, body),)
    return {"of": of, "summands": [_summand(style, of, sign, part) for sign, part in parts]}


def _summand(style, of, sign, part):
    if isinstance(part, tree.Outside):
        return {"name": "e", "by": "e", "lag": 0, "tokens": style.tokens(part)}
    deltas = [node for node in tree.walk(part) if isinstance(node, tree.Delta)]
    if len(deltas) != 1 or sign < 0:
        raise ValueError(f"cell: expected one error in each summand of {of}, got {len(deltas)}")
    (delta,) = deltas
    name = f"{of} from {delta.name}"
    return {"name": name, "by": delta.name, "lag": -delta.lag, "tokens": style.tokens(part)}


def module(cell: Cell) -> str:
    """The formulas as a JavaScript module, one summand on a line."""
    head = f"/* The formulas of {cell.name}, letter by letter, as lstm_ref.derive has derived them;"
    rows = [head, "   do not edit. */", "export default {"]
    for part, found in formulas(cell).items():
        rows += [f"  {json.dumps(part)}: [", *_rows(found), "  ],"]
    return "\n".join([*rows, "};", ""])


def _rows(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    for line in found:
        yield f'    {{ "of": {json.dumps(line["of"])}, "summands": ['
        for summand in line["summands"]:
            yield f"      {json.dumps(summand, ensure_ascii=False)},"
        yield "    ] },"
