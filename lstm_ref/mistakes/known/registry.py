"""Where known mistakes are registered, and the parts of a cell that they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import tanh
from lstm_ref.derive.terms import Term
from lstm_ref.mistakes.edits import Edit, Mistake
from lstm_ref.mistakes.evaluate import derived

REGISTERED: dict[
    str, Callable[[Parts], Mistake | None]
] = {}  # name -> function(Parts) -> Mistake or None
A_KIND = {"LSTM": "an LSTM", "GRU": "a GRU", "RNN": "a simple RNN"}
_PARTS: dict[int, Parts] = {}  # id -> Parts: cells hold dicts, cannot be hashed, and never change


@dataclass(frozen=True)
class Change:
    """What a registered function answers: the sentence, the edit, the signal it is about.

    forward, second, spoil: as in `Mistake`. elsewhere: whether the sources, where they are about
    another kind of cell, made the same mistake; False if theirs is only alike.
    """

    sentence: str
    edit: Edit | None
    of: str = ""
    forward: Cell | None = None
    second: bool = False
    spoil: Callable[..., Any] | None = None
    elsewhere: bool = True


Known = Callable[["Parts"], Change | None]  # what is registered


def mistake(
    name: str, numbers: str | tuple[str, ...], *sources: str, seen_in: tuple[str, ...] = ("LSTM",)
) -> Callable[[Known], Known]:
    """Decorate a function of `Parts` that answers a Change, or None if it does not apply.

    sources: where it was seen; seen_in: in which kinds of cell, see `Parts.kind`.
    """
    numbers = (numbers,) if isinstance(numbers, str) else numbers

    def register(function):
        def made(parts):
            change = function(parts)
            if change is None:
                return None
            return Mistake(
                name,
                parts.cell,
                change.sentence,
                change.edit,
                change.of,
                _told(sources, seen_in, parts.kind, change.elsewhere),
                tuple(n for n in numbers if n),
                "forward" if change.forward else "backward",
                change.forward,
                change.second,
                change.spoil,
            )

        if name in REGISTERED:
            raise ValueError(f"name: {name!r} is registered twice")
        REGISTERED[name] = made
        return function

    return register


def _told(sources, seen_in, kind, elsewhere):
    """The sources as they are for a cell of this kind: never as if they were about it."""
    if not sources or kind in seen_in:
        return sources
    return (f"{' and '.join(A_KIND[kind] for kind in seen_in)}: {'; '.join(sources)}",) * elsewhere


class Parts:
    """The parts of a cell that mistakes are about; None or empty where it has no such part."""

    def __init__(self, cell: Cell) -> None:
        self.cell, self.right = cell, derived(cell)

    @classmethod
    def of(cls, cell: Cell) -> Parts:
        """The parts of a cell, derived once; they keep the cell, so its id stays its own."""
        if id(cell) not in _PARTS:
            _PARTS[id(cell)] = cls(cell)
        return _PARTS[id(cell)]

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The registered mistakes that apply to the cell."""
        return tuple(m for make in REGISTERED.values() if (m := make(self)))

    @cached_property
    def kind(self) -> str:
        """The kind of cell, as sources are told apart: a key of A_KIND, or "" for another kind.

        Peepholes, coupled gates and a projection leave an LSTM one; blocks that share gates do not.
        """
        if self.lstm:
            return "" if any("G" in letters for letters in self.cell.letters.values()) else "LSTM"
        if list(self.cell.states) == ["h"] and {"z", "r", "h_tilde"} <= set(self.cell.equations):
            return "GRU"
        return "RNN" if list(self.cell.equations) == list(self.cell.states) else ""

    @cached_property
    def lstm(self) -> bool:
        """Whether it has a cell state beside the output."""
        return "c" in self.cell.states and "c_tilde" in self.cell.equations

    @cached_property
    def carousel(self) -> Term | None:
        """The term by which a state hands its error to itself one step back, without a matrix."""
        late = [t for s in self.cell.states for t in self.right.terms[s] if t.lag and t.by == s]
        return next((t for t in late if t.via is None), None)

    @cached_property
    def recurrent(self) -> list[Term]:
        """Terms by which the error of h comes back through matrices."""
        h = self.cell.output
        return [t for t in self.right.terms[h] if t.lag and t.via is not None]

    @cached_property
    def squash(self) -> Term | None:
        """The term of c that passes the tanh of the output, or None."""
        local = [t for t in self.right.terms.get("c", ()) if t.lag == 0 and self.lstm]
        return next((t for t in local if t.inner.has(tanh)), None)

    @cached_property
    def plain(self) -> bool:
        """Whether the error of c is made of the squashed summand and the carousel alone."""
        own = self.squash is not None and self.squash.by == self.cell.output
        return own and len(self.right.terms["c"]) == 2

    @cached_property
    def gates_of_c(self) -> dict[str, Term]:
        """Signal -> its only term, for signals that go into c alone, unit by unit."""
        found = {n: self.right.terms[n] for n in ("f", "i", "c_tilde") if n in self.right.terms}
        return {
            n: t[0]
            for n, t in found.items()
            if len(t) == 1 and t[0].by == "c" and t[0].lag == 0 and t[0].via is None
        }

    def square(self, W: sympy.Expr) -> bool:
        """Whether it is a matrix of the cell with as many rows as columns.

        What is a transpose already, or a product with a state that is a matrix, is none.
        """
        letters = self.cell.letters.get(str(W))
        return letters is not None and letters[0] == letters[1]
