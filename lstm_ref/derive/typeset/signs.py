"""What a printer of trees has to say: how letters, brackets, powers and fractions look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeAlias

from lstm_ref.derive import tree
from lstm_ref.derive.typeset.pieces import Piece, fold, joined, width
from lstm_ref.derive.typeset.ranks import rank

Pieces: TypeAlias = list[Piece]


@dataclass(frozen=True)
class Signs:
    """Prints trees. names: rank of what is no vector; room: letters on a line, None for no limit.

    start: times are numbers from 0, c_0 and c_1 for c_t and c_{t+1}. widest: of what cannot be
    broken, fractions and roots; wider ones are written on one line, which can be.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    room: int | None = None
    start: bool = False
    widest: int | None = None
    _seen: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    times, minus, dot, thin, quotient = "⊙", "−", "·", " ", "/"
    space = 1  # how many letters wide what stands between two pieces is

    def line(self, node: tree.Node) -> str:
        """A tree on one line."""
        return joined(self.pieces(node, 0))

    def lines(self, node: tree.Node) -> list[str]:
        """A tree on as many lines as it needs, in the room that there is."""
        return [joined(row) for row in self.rows(node)]

    def rows(self, node: tree.Node) -> list[Pieces]:
        """The same in pieces: fractions and roots give way where a line would be too long."""
        if self.room is None:
            return [self.pieces(node, 0)]
        for share in (4, 3, 2, 1, 0):
            narrower = replace(self, widest=share * self.room // 4)
            found = fold(narrower.pieces(node, 0), self.room)
            if all(width(row) - row[0].space <= self.room for row in found):
                break
        return found

    def at_start(self) -> Self:
        """The same with times that are numbers."""
        return replace(self, start=True)

    def when(self, lag: int = 0) -> str:
        """The time `lag` steps back: t, t-1, or a number."""
        if self.start:
            return str(-lag)
        return "t" if lag == 0 else f"t{-lag:+d}"

    def rank(self, node: tree.Node) -> int:
        """0 for a number, 1 for a vector, 2 for a matrix."""
        if ("rank", id(node)) not in self._seen:
            self._seen["rank", id(node)] = node, rank(node, self.names)
        found: int = self._seen["rank", id(node)][1]
        return found

    def pieces(self, node: tree.Node, depth: int) -> Pieces:
        """A tree in pieces, not to be changed; depth: how many brackets it is in."""
        if isinstance(node, tree.Atom):
            return [self.atom(node)]
        if (id(node), depth) not in self._seen:  # the node is kept, so that its id stays its own
            method = getattr(self, f"_{type(node).__name__.lower()}")
            self._seen[id(node), depth] = node, method(node, depth)
        found: Pieces = self._seen[id(node), depth][1]
        return found

    def atom(self, node: tree.Atom) -> Piece:
        """A number or a letter."""
        raise NotImplementedError

    def bracket(self, pieces: Pieces) -> Pieces:
        """Pieces in brackets."""
        raise NotImplementedError

    def function(self, word: str, power: int | None = None) -> Piece:
        """The name of a function, with a power behind it."""
        raise NotImplementedError

    def arguments(self, pieces: Pieces) -> Pieces:
        """Arguments of a function, in its brackets."""
        raise NotImplementedError

    def raised(self, base: Pieces, exponent: Pieces) -> Pieces:
        """A power; the base has its brackets already."""
        raise NotImplementedError

    def root(self, inside: Pieces) -> Pieces:
        """A square root."""
        raise NotImplementedError

    def transposed(self, inside: Pieces) -> Pieces:
        """Something transposed; it has its brackets already."""
        raise NotImplementedError

    def stacked(self, above: Pieces, below: Pieces) -> Pieces | None:
        """A fraction with a line, or None where the fraction stands on one line."""
        raise NotImplementedError

    def sum_sign(self) -> Piece:
        """Σ over the steps."""
        raise NotImplementedError

    def struck(self, piece: Piece) -> Pieces:
        """What should stand there."""
        raise NotImplementedError

    def put(self, piece: Piece) -> Pieces:
        """What stands there instead."""
        raise NotImplementedError
