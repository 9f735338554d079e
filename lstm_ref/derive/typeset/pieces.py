"""Lines that are not too long: a formula in pieces, broken where it may be.

A piece knows how deep a break before it would be: 0 between the summands of the whole, 1 between
its factors, 2 and 3 the same inside a bracket or an argument, and so on. A line is broken at the
least deep places first, deeper ones only where something does not fit on a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """Something printed. width: in letters. level: how deep a break before it is, None: none.

    gap: what stands before it on the same line, `space` letters wide. side: 1 of an opening
    bracket, -1 of a closing one; across: its text where the other one is on another line. tall: it
    has a fraction in it.
    """

    text: str
    width: int
    level: int | None = None
    gap: str = ""
    space: int = 0
    side: int = 0
    across: str = ""
    tall: bool = False


def width(pieces: Iterable[Piece]) -> int:
    """How many letters wide on one line."""
    return sum(piece.width + piece.space for piece in pieces)


def joined(pieces: Iterable[Piece]) -> str:
    """Pieces on one line."""
    pieces = list(pieces)
    alone = _alone(pieces)
    text = ""
    for place, piece in enumerate(pieces):
        text += piece.gap * (text != "") + (piece.across if place in alone else piece.text)
    return text


def _alone(pieces):
    """Places of the brackets whose other one is not among these pieces."""
    opened, alone = [], set()
    for place, piece in enumerate(pieces):
        if piece.side > 0:
            opened.append(place)
        elif piece.side < 0 and opened:
            opened.pop()
        elif piece.side < 0:
            alone.add(place)
    return alone.union(opened)


def fold(pieces: Sequence[Piece], room: int) -> list[list[Piece]]:
    """Pieces on rows of at most `room` letters, as far as they can be broken."""
    return [row for row in _fold(list(pieces), room, room) if row]


def _fold(pieces, first, room):
    """Rows of pieces; `first` letters are left on the line that the first row goes to."""
    if _needed(pieces, first == room) <= first:
        return [pieces]
    levels = {piece.level for piece in pieces[1:]} - {None}
    if not levels:
        return [pieces] if first == room else [[], pieces]
    rows: list[list[Piece]] = [[]]
    left = first
    for segment in _split(pieces, min(levels)):
        needed = _needed(segment, left == room)
        if needed <= left:
            rows[-1] += segment
            left -= needed
        elif _needed(segment, True) <= room:
            rows.append(segment)
            left = room - _needed(segment, True)
        else:
            head, *more = _fold(segment, left, room)
            rows[-1] += head
            rows += more
            left = room - _needed(rows[-1], True) if more else left - _needed(head, False)
    return rows


def _needed(pieces, start):
    """Letters that pieces need; at the start of a line nothing stands before the first."""
    return width(pieces) - (pieces[0].space if start and pieces else 0)


def _split(pieces, level):
    segments: list[list[Piece]] = [[]]
    for k, piece in enumerate(pieces):
        if k and piece.level == level:
            segments.append([])
        segments[-1].append(piece)
    return segments
