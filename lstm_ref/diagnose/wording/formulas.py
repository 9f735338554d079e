"""Somebody's equation beside the right one, with the difference marked in it.

Edits of one subject belong to one equation: ("error", s), ("start", s), ("gradient", P) or
("forward", s). Where they hold at some steps only, there is a line for these steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.letters import text_letter
from lstm_ref.derive.table import Product, Summand, Table
from lstm_ref.derive.tree import Node
from lstm_ref.derive.typeset.alphabets import Latex, Text
from lstm_ref.derive.typeset.carried import ERROR, over_time, times
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.wording.changes import changed
from lstm_ref.diagnose.wording.marks import Marker

COLUMNS = 79
Subject = tuple[str, str]


@dataclass(frozen=True)
class Theirs:
    """An equation with marks in it. when: at which steps, "" for all."""

    when: str
    right: Node


@dataclass(frozen=True)
class Formula:
    """An equation: its left and its right side, and what somebody has instead.

    names: ranks for the printers. start: times are numbers.
    """

    left: Node
    right: Node
    theirs: tuple[Theirs, ...]
    names: Mapping[str, int]
    start: bool = False

    def text(self, width: int = COLUMNS) -> str:
        """Both as plain text; [-struck out-] belongs there, {+put+} stands there."""
        rows = [("right:", "", self.right), *(("theirs:", t.when, t.right) for t in self.theirs)]
        found = []
        for word, when, node in rows:
            head = f"{word:8}" + (f"{when}:  " if when else "")
            left = Text(self.names, start=self.start).line(self.left)
            room = max(width - len(head) - len(left) - 3, 20)
            first, *more = Text(self.names, room, self.start).lines(node)
            found.append(f"{head}{left} = {first}")
            found += [f"{' ' * (len(head) + len(left))}   {part}" for part in more]
        return "\n".join(found)

    @property
    def latex(self) -> tuple[str, ...]:
        """A line of LaTeX for the right equation and one for each of theirs; needs `cancel`."""
        style = Latex(self.names, start=self.start)
        left = style.line(self.left)
        return tuple(f"{left} = {style.line(n)}" for n in (self.right, *self.lines))

    @property
    def json(self) -> dict[str, Any]:
        """The same as what JSON can hold: text and LaTeX of the right one and of theirs."""
        style = Text(self.names, start=self.start)
        left = style.line(self.left)
        first, *more = self.latex
        return {
            "right": {"text": f"{left} = {style.line(self.right)}", "latex": first},
            "theirs": [
                {"when": t.when or None, "text": f"{left} = {style.line(t.right)}", "latex": latex}
                for t, latex in zip(self.theirs, more, strict=True)
            ],
        }

    @property
    def lines(self) -> tuple[Node, ...]:
        """Their right sides."""
        return tuple(t.right for t in self.theirs)


def subject(table: Table, edit: Edit) -> Subject | None:
    """The equation that an edit is about, None if there is none to be printed."""
    kind, name, *_ = edit.place
    if kind in ("term", "slope"):
        return "error", name
    if kind == "enter":
        written = name == "e" and edit.other not in ("reversed", "reshaped")
        return ("error", table.output) if written else None
    words = {"start": "start", "sum": "gradient", "forward": "forward"}
    return (words[kind], name) if kind in words else None


class Formulas(Marker):
    """The equations of a table."""

    def of(self, about: Subject, edits: Iterable[Edit]) -> Formula:
        """The `Formula` of the edits of one subject."""
        edits = tuple(edits)
        write = getattr(self, f"_{about[0]}")
        left, right = write(about[1], ())
        found = []
        always = [e for e in edits if self.steps(e) is None]
        for steps in dict.fromkeys(map(self.steps, edits)):
            here = [e for e in edits if self.steps(e) == steps] if steps else []
            found.append(Theirs(self.when(steps), write(about[1], (*always, *here))[1]))
        return Formula(left, right, tuple(found), self.names, about[0] == "start")

    def steps(self, edit: Edit) -> tuple[int, ...] | None:
        """At which steps an edit is seen: a wrong initial state at step 1."""
        parts = (edit.inner, edit.outer, edit.v)
        if edit.steps is None and any("|" in repr(part) for part in parts):
            return (1,)
        kind, name, *k = edit.place
        before_last = tuple(range(1, self.sizes["T"]))
        if kind == "term" and self.table.terms[name][k[0]].lag and edit.steps == before_last:
            return None  # no error comes back to the last step
        return edit.steps

    def when(self, steps: tuple[int, ...] | None) -> str:
        """Steps as a short text, "" for all."""
        if steps is None:
            return ""
        every = range(1, self.sizes["T"] + 1)
        if steps == (len(every),):
            return "at t = T"
        if len(steps) > 1 and steps == tuple(every[1:]):
            return "at t > 1"
        if len(steps) > 1 and steps == tuple(every[:-1]):
            return "at t < T"
        return f"at t = {', '.join(map(str, steps))}"

    # ---- equations

    def _error(self, name, edits):
        table = self.table
        parts: list[Node] = []
        if name == table.output:
            parts.append(self.entering(_at(("enter", "e"), edits)))
        for k, term in enumerate(table.terms[name]):
            parts.append(self.summand(term, _at(("term", name, k), edits)))
        if name in table.inputs:
            return tree.Partial(ERROR, tree.Signal(name)), tree.total(parts)
        slope = self.slope(name, _at(("slope", name), edits))
        total = tree.total(parts) if slope is None else times(parts, slope)
        return tree.Delta(name), total

    def _start(self, name, edits):
        parts = [
            self.summand(term, _at(("start", name, k), edits))
            for k, term in enumerate(self.table.terms[name])
            if term.lag
        ]
        return tree.Partial(ERROR, tree.Signal(name)), tree.total(parts)

    def _gradient(self, name, edits):
        table = self.table
        items: list[Product | Summand] = [*table.products.get(name, ())]
        items += table.terms.get(name, ())
        parts = [self.item(p, _at(("sum", name, k), edits)) for k, p in enumerate(items)]
        return tree.Partial(ERROR, tree.Parameter(name)), over_time(parts)

    def _forward(self, name, edits):
        equation = self.table.equations[name]
        edit = _at(("forward", name), edits)
        right = _applied(equation.activation, equation.net)
        if edit is None:
            return tree.Signal(name), right
        net = equation.net if edit.inner is None else edit.inner
        return tree.Signal(name), changed(right, _applied(edit.other or equation.activation, net))


def formulas(table: Table, edits: Iterable[Edit], sizes: Mapping[str, int]) -> list[Formula]:
    """The equations that these edits change, in the order of the edits. sizes: T, B and so on."""
    writer = Formulas(table, sizes)
    met: dict[Subject, list[Edit]] = {}
    for edit in edits:
        if about := subject(table, edit):
            met.setdefault(about, []).append(edit)
    return [writer.of(about, group) for about, group in met.items()]


def letter(name: str) -> str:
    """c_tilde -> c̃."""
    return text_letter(name)


def _at(place, edits):
    """All edits of a place as one, None without any."""
    mine = [e for e in edits if e.place == place]
    if not mine:
        return None
    found = mine[0]
    for edit in mine[1:]:
        found = replace(
            found,
            weight=found.weight * edit.weight,
            inner=edit.inner or found.inner,
            outer=edit.outer or found.outer,
            v=edit.v or found.v,
            flipped=found.flipped != edit.flipped,
            other=edit.other or found.other,
        )
    return found


def _applied(activation, net):
    return net if activation is None else tree.Call(activation, (net,))
