"""Tables of a page: what a cell computes, as a table and not as a print-out."""

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any


class Table:
    """Rows below a head; a notebook renders it, `print` shows columns of plain text."""

    def __init__(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[bool]
    ) -> None:
        self.head, self.rows, self.words = head, rows, words

    def _repr_markdown_(self):
        sides = ["---" if word else "--:" for word in self.words]
        lines = [self.head, sides, *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def __repr__(self):
        columns = list(zip(self.head, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = (self.head, *self.rows)
        texts = (
            "  ".join(text.ljust(n) for text, n in zip(line, widths, strict=True)) for line in lines
        )
        return "\n".join(text.rstrip() for text in texts)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], digits: int = 3) -> Table:
    """A table with a head; columns of texts stand at the left, those with numbers at the right.

    head: n texts, Markdown; rows: n entries each, texts as they are, whole numbers with a comma
    for thousands, other numbers with `digits` behind the point.
    Raises ValueError for a row of another length.
    """
    given = [[*row] for row in rows]
    for row in given:
        if len(row) != len(head):
            raise ValueError(f"rows: expected {len(head)} entries, got {len(row)}: {row}")
    found = [[_text(entry, digits) for entry in row] for row in given]
    words = [all(isinstance(row[k], str) for row in given) for k in range(len(head))]
    return Table([*head], found, words)


def _text(entry, digits):
    if isinstance(entry, str):
        return entry
    whole = isinstance(entry, Integral)
    return f"{entry:,d}" if whole else f"{entry:,.{digits}f}".replace("-", "−")
