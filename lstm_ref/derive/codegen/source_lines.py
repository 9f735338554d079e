"""Lines of generated source: indented, and broken where they get too long."""

import re
from collections.abc import Iterable

LONGEST = 96


def indent(lines: Iterable[str], by: int = 4) -> list[str]:
    """Lines `by` spaces further in; empty ones stay empty."""
    return [" " * by + line if line else line for line in lines]


def block(head: str, lines: Iterable[str]) -> list[str]:
    """A loop or a function with its body."""
    return [head, *indent(lines)]


def call(head: str, items: Iterable[str], left: str = "(", right: str = ")") -> list[str]:
    """head(item, item, ...), on several lines if need be."""
    line = f"{head}{left}{', '.join(items)}{right}"
    if len(line) <= LONGEST - 8:
        return [line]
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > LONGEST - 14:
            lines.append("")
        lines[-1] += f"{item}, "
    return [f"{head}{left}", *indent([line.rstrip() for line in lines]), right]


def added(head: str, pieces: list[str]) -> list[str]:
    """head a + b - c, broken before a summand, in brackets, where the line gets too long."""
    if len(f"{head} {' '.join(pieces)}") <= LONGEST - 8:
        return [f"{head} {' '.join(pieces)}"]
    if len(pieces) == 1:
        pieces = [f"({pieces[0]})"]
    else:
        pieces = ["(" + pieces[0], *pieces[1:-1], pieces[-1] + ")"]
    lines = [f"{head} {pieces[0]}"]
    for piece in pieces[1:]:
        if len(lines[-1]) + len(piece) > LONGEST - 8:
            lines.append("    " + piece)
        else:
            lines[-1] += " " + piece
    return lines


def uses(lines: Iterable[str], name: str) -> bool:
    """Whether a name occurs in lines of code, other than as a key in quotes."""
    pattern = re.compile(rf"(?<![\w\"'.]){re.escape(name)}(?![\w\"'=]|=[^=])")
    return any(pattern.search(line) for line in lines)
