"""The report on arrays that differ: what they were read to be."""

from functools import lru_cache
from typing import Any

import numpy as np

from lstm_ref.check.errors import relative
from lstm_ref.derive import table as tables
from lstm_ref.diagnose import naming, whole
from lstm_ref.diagnose.answer import Answer, known_told, report_of
from lstm_ref.diagnose.comparison import Comparison
from lstm_ref.diagnose.core.reader import Reader, cost
from lstm_ref.diagnose.report import HALF, Report
from lstm_ref.mistakes.evaluate import numbers_of

LARGEST = 200_000  # numbers in vectors that are read; smaller sizes show the same
LAYOUTS = 96  # different ones, equally good, among which the numbers decide
EXACT = 30  # tolerances of a reading are so many times narrower than those of a match


def explain(comparison: Comparison) -> Report:
    """The `Report` about a `Comparison` that does not agree."""
    right = comparison.right
    if (numbers := sum(v.size for v in right.values())) > LARGEST:
        note = (
            f"vectors of {numbers} numbers are too large to be read, more than {LARGEST}; "
            "smaller sizes show the same"
        )
        begins = comparison.begins(comparison.best.tensors, comparison.tolerances[0])
        return comparison.made("unknown", comparison.best, comparison.tolerances[0],
                               begins=begins, note=note)  # fmt: skip
    table = table_of(comparison.cell)
    reader = _reader(table, right, comparison.sizes)
    layouts = _distinct(comparison)
    best: Any = None
    tensors = [one.tensors for one in layouts]
    for tolerance in comparison.tolerances:
        n, result = reader.read(tensors, _narrow(tolerance))
        if best is None or cost(result) < cost(best[1]):
            best = n, result, tolerance
        if result.exact:
            break
    n, result, tolerance = best
    comparison.best = layouts[n]
    comparison.tolerances = (tolerance,)
    if not result.exact and (found := _by_numbers(comparison, table, layouts[n].tensors)):
        return comparison.made("known", layouts[n], tolerance, mistakes=found)
    return report_of(table, result, comparison)


def _by_numbers(comparison, table, tensors):
    """Known mistakes that are no edits of single places, by all the numbers they give."""
    if not comparison.cell.catalogued:
        return ()
    numbers = numbers_of(comparison.cell, comparison.right)
    found = []
    for mistake in naming.wholes(table):
        theirs = whole.computed(mistake.whole or {}, numbers)
        if _gives(theirs, tensors, comparison.tolerances[0]):
            found.append(Answer((known_told(mistake),)))
    return tuple(found)


def _gives(theirs, tensors, tolerance):
    mine = {n: v for n, v in tensors.items() if n in theirs}
    several = sum(bool(np.any(v)) for v in mine.values()) > 1
    return several and all(relative(v, theirs[n]) <= tolerance for n, v in mine.items())


def _narrow(tolerance):
    """The tolerance of a reading. Half precision has no digits to spare."""
    return tolerance / (EXACT if tolerance < HALF else 10)


def table_of(cell: Any) -> tables.Table:
    """The table of a cell as it is printed: stored for one of the catalogue, else derived."""
    if cell.catalogued:
        return tables.of_catalogue(cell.name)
    return cell if isinstance(cell, tables.Table) else _derived(cell)


@lru_cache(maxsize=8)
def _derived(cell):
    from lstm_ref.derive import tabulate

    return tabulate.table(cell)


_READERS: dict[Any, Reader] = {}  # the last ones: many files are read against the same vectors


def _reader(table, right, sizes):
    key = table.name, id(table), *((n, right[n].tobytes()) for n in ("x", "e", *table.matrices[:1]))
    if key not in _READERS:
        while len(_READERS) >= 4:
            del _READERS[next(iter(_READERS))]
        known = naming.edits_of(table, sizes)
        _READERS[key] = Reader(table, right, known)
    return _READERS[key]


def _distinct(comparison):
    """The layouts with most right numbers, those once that give the same tensors."""
    best = comparison.ranked[0].rank
    found: dict[Any, Any] = {}
    for layout in comparison.ranked:
        if layout.rank == best:
            key = tuple((n, v.tobytes()) for n, v in sorted(layout.tensors.items()))
            found.setdefault(key, layout)
    return list(found.values())[:LAYOUTS]
