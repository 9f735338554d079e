"""Lines of generated source: indented, and broken where they get too long.

What is printed comes as *tokens*, pairs (depth, text): a line may be broken before each of them,
and is broken outside of brackets first.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

LONGEST = 96
INSIDE = LONGEST - 8  # of a line that stands in a loop of a function

Token = tuple[int, str]


def indent(lines: Iterable[str], by: int = 4) -> list[str]:
    """Lines `by` spaces further in; empty ones stay empty."""
    return [" " * by + line if line else line for line in lines]


def block(head: str, lines: Iterable[str]) -> list[str]:
    """A loop or a function with its body."""
    return [head, *indent(lines)]


def call(head: str, items: Iterable[str], left: str = "(", right: str = ")") -> list[str]:
    """head(item, item, ...), on several lines if need be."""
    items = list(items)
    line = f"{head}{left}{', '.join(items)}{right}"
    if len(line) <= INSIDE:
        return [line]
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) > LONGEST - 14:
            lines.append("")
        lines[-1] += f"{item}, "
    return [f"{head}{left}", *indent([line.rstrip() for line in lines]), right]


def call_with_tuple(head: str, items: Sequence[str], last: Sequence[str], end: str) -> list[str]:
    """head(item, item, (a, b)): the last argument is a tuple, `end` what stands behind its end."""
    inside = around("(", [(1, f"{item},") for item in last[:-1]] + [(1, last[-1] + end)], ")")
    return filled(f"{head}(", [*((0, f"{item},") for item in items), *inside], ")")


def unpacked(names: Sequence[str], function: str, items: Sequence[str] = ()) -> list[str]:
    """name, name, ... = function(items), or = function of no items, on several lines if need be."""
    left = ", ".join(names) + ("," if len(names) == 1 else "")
    lines: list[str] = []
    if len(f"{left} = {function}") > LONGEST - 4:
        lines = call(" " * INSIDE, names)
        lines, left = ["(", *lines[1:-1]], ")"
    return [*lines, *(call(f"{left} = {function}", items) if items else [f"{left} = {function}"])]


def quoted(words: Sequence[str]) -> list[str]:
    """Words in a string, on several lines if need be."""
    lines = textwrap.wrap(" ".join(words), INSIDE - 6)
    return [f'"{line} "' for line in lines[:-1]] + [f'"{lines[-1]}"']


def shifted(tokens: list[Token]) -> list[Token]:
    """Tokens inside of one more bracket."""
    return [(depth + 1, text) for depth, text in tokens]


def around(left: str, tokens: list[Token], right: str) -> list[Token]:
    """Tokens with something in front and behind that no line is broken at."""
    (depth, first), *rest = tokens
    tokens = [(depth, left + first), *rest]
    depth, last = tokens[-1]
    return [*tokens[:-1], (depth, last + right)]


def outermost(tokens: list[Token]) -> list[Token]:
    """Tokens, the first of them outside of all brackets."""
    (_, first), *rest = tokens
    return [(0, first), *rest]


def joined(tokens: Iterable[Token]) -> str:
    """Tokens on one line."""
    return " ".join(text for _, text in tokens)


def filled(head: str, tokens: list[Token], tail: str = "") -> list[str]:
    """head tokens tail, on one line, else in brackets on several."""
    line = f"{head}{joined(tokens)}{tail}"
    if len(line) <= INSIDE:
        return [line]
    if tail:  # in the brackets of a call
        return [head, *indent(_broken(tokens, "", 4)), tail]
    first, *more = _broken(around("(", tokens, ")"), head, 4)
    return [first, *indent(more)]


def _broken(tokens, head, taken):
    """Lines of tokens after `head`, broken where the brackets are fewest; taken: columns in use."""
    lines, room = [head], INSIDE - taken
    while len(tokens) > 1 and len(_groups(tokens)) == 1:
        tokens = _flattened(tokens)
    for group in _groups(tokens):
        text, begun = joined(group), lines[-1]
        space = " " if begun and not begun.endswith(" ") else ""
        first = lines == [head] and bool(head)  # nothing stands alone before a bracket
        if len(begun) + len(space) + len(text) <= room or (first and len(group) == 1):
            lines[-1] += space + text
        elif not first and (len(group) == 1 or len(text) <= room):
            lines.append(text)
        else:
            inside = begun + space if first else ""
            start, *more = _broken(_flattened(group), inside, taken)
            lines = [start] if first else [*lines, start]
            lines += indent(more)
    return [line for line in lines if line.strip()]


def _groups(tokens):
    """Tokens of the least depth, each with the deeper ones behind it."""
    least = min(depth for depth, _ in tokens)
    groups: list[list[Token]] = []
    for depth, text in tokens:
        if depth == least or not groups:
            groups.append([])
        groups[-1].append((depth, text))
    return groups


def _flattened(group):
    """Its first token as deep as the next ones, so that it is broken further inside."""
    least = min(depth for depth, _ in group[1:])
    return [(max(depth, least), text) for depth, text in group]


def within(lines: Iterable[str], most: int = 100) -> list[str]:
    """Lines of C or JavaScript, broken at spaces where brackets are fewest if they are too long."""
    found = []
    for line in lines:
        own = len(line) - len(line.lstrip())
        while len(line) > most and (places := list(_spaces(line, own + 4, most))):
            _, at = min(places, key=lambda place: (place[0], -place[1]))
            found.append(line[:at])
            line = " " * (own + 4) + line[at + 1 :]
        found.append(line)
    return found


def _spaces(line, first, last):
    """(brackets around it, place) of the spaces of a line, none behind an operator of numbers."""
    depth = 0
    for at, letter in enumerate(line[: last + 1]):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == " " and at > first and line[at - 1] not in "+-*/ ":
            yield depth, at
