"""The report on arrays that differ: known mistakes that give the numbers, or none."""

from typing import Any

import numpy as np

from lstm_ref.check.errors import relative
from lstm_ref.diagnose import candidates as sets
from lstm_ref.diagnose.budget import Budget
from lstm_ref.diagnose.comparison import Comparison
from lstm_ref.diagnose.findings import finding
from lstm_ref.diagnose.report import Report
from lstm_ref.diagnose.search import Search

TRIED = 200  # layouts, equally good ones, that are searched for mistakes
OTHERS = 20  # layouts that are less good and searched for single mistakes


# Mistakes divide by slopes; where somebody's gates are exactly 0 or 1 that is no number, and the
# candidates leave such a mistake out, and no warning is shown.
@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def explain(comparison: Comparison, evaluations: float) -> Report:
    """The `Report` about a `Comparison` that does not agree; evaluations: see `diagnose`."""
    cell, right = comparison.cell, comparison.right
    if (numbers := sum(v.size for v in right.values())) > sets.LARGEST:
        note = (
            f"vectors of {numbers} numbers are too large to look for mistakes, "
            f"more than {sets.LARGEST}; smaller sizes show the same"
        )
        return _unknown(comparison, False, note=note)
    candidates = sets.of(cell, comparison.header, right)
    hunt = _Hunt(comparison, Budget(evaluations, len(candidates.row(()))))
    found = hunt.report(candidates) or _own_values(hunt, candidates)
    return found or _unknown(comparison, hunt.complete, pairs=(hunt.tried, hunt.pairs))


def _unknown(comparison, searched, **more):
    tol = comparison.tolerances[0]
    begins = comparison.begins(comparison.best.tensors, tol)
    return comparison.made(
        "unknown", comparison.best, tol, begins=begins, searched=searched, **more
    )


class _Hunt:
    """A search over layouts and tolerances. tried: pairs of mistakes, of so many `pairs`."""

    def __init__(self, comparison, budget):
        self.comparison, self.budget = comparison, budget
        self.tried, self.pairs = 0, 0
        ranked = comparison.ranked
        self.good = [layout for layout in ranked if layout.score == ranked[0].score][:TRIED]
        self.others = ranked[len(self.good) : len(self.good) + OTHERS]

    @property
    def complete(self):
        """Whether no pair was left out."""
        return self.tried == self.pairs

    def report(self, candidates, wanted=None):
        """The report if known mistakes give the numbers, or None. wanted: only these tensors."""
        for deep in (False, True):
            for tol in self.comparison.tolerances:
                found, layout = self._best(candidates, tol, deep, wanted)
                if found:
                    return self._named(found, layout, candidates, tol)
        return None

    def _best(self, candidates, tol, deep, wanted):
        """Explanations with the fewest mistakes over all layouts, and the layout."""
        best: list[Any] = []
        best_layout: Any = None
        for layout in (*self.good, *(() if deep else self.others)):
            found = self._explained(layout, candidates, tol, deep, wanted)
            if found and (not best or found[0].cost < best[0].cost):
                best, best_layout = found, layout
            if best and (best[0].cost < 2 or deep):
                break
        return best, best_layout

    def _explained(self, layout, candidates, tol, deep, wanted):
        names = wanted or candidates.names
        mine = {n: v for n, v in layout.tensors.items() if n in names}
        if not mine:
            return []
        search = Search(candidates, mine, tol, self.budget)
        found = search.pairs() if deep else search.singles()
        if deep:
            self.tried += search.tried
            self.pairs += sum(map(len, candidates.pairs))
        return _distinct(found, candidates)

    def _named(self, found, layout, candidates, tol):
        comparison = self.comparison
        begins = comparison.begins(layout.tensors, tol)
        if not begins and len(found) == 1 and found[0].mistakes:
            begins = comparison.begins(candidates.run(found[0].mistakes).tensors, tol)
        findings = tuple(finding(e, comparison.cell, comparison.sizes) for e in found)
        tell = _telling(found, layout, candidates) if len(found) > 1 else ""
        return comparison.made("known", layout, tol, mistakes=findings, begins=begins, tell=tell)


def _distinct(found, candidates):
    """Explanations that differ in some number, stored or not: of equal ones the first."""
    kept: list[Any] = []
    for e in found:
        if not any(e.sums == k.sums and candidates.same(e.mistakes, k.mistakes) for k in kept):
            kept.append(e)
    return kept


def _telling(found, layout, candidates):
    """The gradient that would tell the explanations apart best, of those not given, or ""."""
    rows = [candidates.row(e.mistakes) for e in found if e.mistakes]
    best, name = 1e-3, ""
    for missing in (n for n in candidates.gradient_names if n not in layout.tensors):
        parts = [row[candidates.columns[missing]] for row in rows]
        least = min((relative(a, b) for k, a in enumerate(parts) for b in parts[:k]), default=0)
        best, name = max((best, name), (least, missing))
    return name


def _own_values(hunt, candidates):
    """If the forward pass is another one, and all its values are there: the report by them."""
    comparison, signals = hunt.comparison, list(hunt.comparison.cell.equations)
    mine, off = comparison.best.tensors, comparison.off(comparison.best)
    tol = comparison.tolerances[0]
    if not set(signals) <= set(mine) or all(off[n] <= tol for n in signals):
        return None
    values = {n: v.copy() for n, v in candidates.values.items() if isinstance(v, np.ndarray)}
    for name in signals:
        values[name][1:] = mine[name]
    own = sets.Candidates(candidates.numbers, values)
    wanted = [n for n in own.names if n not in own.forward_names and n in mine]
    right = own.run(()).tensors
    if all(relative(mine[n], right[n]) <= tol for n in wanted):
        note = (
            "the backward pass follows the book's formulas on these values; "
            "whether they are the derivative depends on the forward pass"
        )
        note = note if wanted else ""
        return _unknown(comparison, True, note=note)
    report = hunt.report(own, wanted)
    note = "seen from these values, the backward pass has a mistake of its own"
    return report and report.but(note=note)
