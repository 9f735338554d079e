"""Which mistakes give these numbers? The search behind `diagnose`.

Mistakes in the error terms change many gradients at once; they are tried none, one, two at a time.
Under each of them, gradients that still differ may be wrong by themselves, each in a way of its
own (`single_gradient`), which is found tensor by tensor. An explanation counts only if it gives
every number that is there, to the tolerance; the one with the fewest mistakes wins, and all of
those are told.
"""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from lstm_ref.diagnose.common_factor import everywhere, of_gradients
from lstm_ref.diagnose.single_gradient import RIGHT_AT_0

FAR = 30  # a mistake must change a tensor by this many tolerances to count as seen in it


@dataclass
class Explanation:
    """What gives the stored numbers: mistakes of error terms, then wrong sums.

    mistakes: tuple of `Mistake`, known ones first. sums: kind -> tensors that are wrong in this
    way by themselves.
    """

    mistakes: tuple = ()
    sums: dict = field(default_factory=dict)

    @property
    def cost(self) -> int:
        """Number of mistakes."""
        return len(self.mistakes) + len(self.sums.keys() - {RIGHT_AT_0})


class Search:
    """One search: stored tensors (dict name -> array) against `Candidates`.

    budget: a `Budget`, which ends the search for pairs; tried: how many of them have been tried.
    """

    def __init__(self, candidates, mine, tol, budget):
        self.candidates, self.mine, self.tol = candidates, mine, tol
        self.budget, self.tried = budget, 0
        self.names = [n for n in candidates.names if n in mine]
        self.columns = np.concatenate([np.r_[candidates.columns[n]] for n in self.names])
        self.sizes = [mine[n].size for n in self.names]
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(int)
        self.flat = np.concatenate([mine[n].ravel() for n in self.names])
        self.truth = candidates.row(())[self.columns]

    def singles(self) -> list[Explanation]:
        """Explanations with at most one mistake in the error terms; [] if there is none."""
        singles = (*self.candidates.known, *self.candidates.drops, *self.candidates.altered)
        rows = np.array([self.candidates.row((m,))[self.columns] for m in singles])
        found = self._try(())
        for n in np.flatnonzero(self._promising(rows)):
            found += self._try((singles[n],))
        return _fewest(found)

    def pairs(self) -> list[Explanation]:
        """Explanations with two mistakes in the error terms; likely pairs come first."""
        for pairs in self.candidates.pairs:
            found: list[Explanation] = []
            for pair in self._ordered(pairs):
                if self.budget.spent:
                    return _fewest(found)
                self.tried += 1
                self.budget.evaluate_once(self.candidates.key(pair))
                if self._promising(self.candidates.row(pair)[self.columns]):
                    found += self._try(pair)
            if found:
                return _fewest(found)
        return []

    def _ordered(self, pairs):
        """Pairs that leave right tensors alone come first."""
        right = self._off(self.truth)[0] <= self.tol
        known, later = {}, []
        for pair in pairs:
            for m in pair:
                if m.name not in known:
                    changed = self._changed(self.candidates.row((m,))[self.columns], self.tol)
                    known[m.name] = bool(np.any(right & changed))
            if any(known[m.name] for m in pair):
                later.append(pair)
            else:
                yield pair
        yield from later

    def _largest(self, row):
        """The largest absolute value in each tensor."""
        return np.maximum.reduceat(np.abs(row), self.starts, axis=-1)

    def _off(self, row):
        """Relative errors of each tensor: as it is, and up to the factor that fits best; factor."""
        scale, truth = self._largest(row), self._largest(self.truth)
        base = np.where(scale > 0, scale, np.where(truth > 0, truth, 1.0))
        dot = np.add.reduceat(row * self.flat, self.starts, axis=-1)
        square = np.add.reduceat(row * row, self.starts, axis=-1)
        k = np.divide(dot, square, out=np.zeros_like(dot), where=square > 0)
        rest = self._largest(np.repeat(k, self.sizes, axis=-1) * row - self.flat)
        own = self._largest(self.flat)
        scaled = np.divide(rest, own, out=np.full_like(rest, np.inf), where=own > 0)
        scaled[..., np.array(self.sizes) < 3] = np.inf  # one number fits any factor
        return self._largest(row - self.flat) / base, scaled, k

    def _changed(self, row, limit, base=None):
        """Which tensors of `row` differ from those of `base`, by default the right ones."""
        base = self.truth if base is None else base
        scale = self._largest(base)
        return self._largest(row - base) > limit * np.where(scale > 0, scale, 1.0)

    def _promising(self, row):
        """Whether these numbers give some tensor that they change, up to a factor; also of rows."""
        self.budget.compare(1 if row.ndim == 1 else len(row))
        plain, scaled, _ = self._off(row)
        fits = (plain <= self.tol) | (scaled <= self.tol)
        return np.any(fits & self._changed(row, FAR * self.tol), axis=-1)

    def _try(self, found):
        """Explanations with these mistakes of error terms, or []."""
        row = self.candidates.row(found)[self.columns]
        plain, scaled, k = self._off(row)
        wrong = np.flatnonzero(plain > self.tol)
        if not len(wrong):
            return [Explanation(found)]
        multiple = self._multiple(found, row, plain)
        run, sums = self.candidates.run(found), {}
        for n in wrong:
            kind = self._kind(run, self.names[n], scaled[n], k[n])
            if kind is None and self.names[n] not in self._coverable:
                return multiple
            sums[self.names[n]] = kind
        ways = self._ways(found, sums)
        if multiple:  # says the same of all of them
            ways = [e for e in ways if len(e.mistakes) > len(found)]
        return multiple + ways

    def _multiple(self, found, row, plain):
        """[Explanation] with one factor in everything, or in all gradients, besides; or []."""
        candidates = self.candidates
        gradients, forward = (
            np.array([n in names for n in self.names])
            for names in (candidates.gradient_names, candidates.forward_names)
        )
        shape = candidates.numbers.errors["dh"].shape
        whole = np.count_nonzero(gradients) == len(candidates.gradient_names)
        subject = "every gradient" if whole else "every gradient that is stored"
        for changed, made in ((~forward, everywhere), (gradients, of_gradients)):
            if np.all(plain[~changed] <= self.tol) and (k := self._factor(row, changed)):
                mistake = made(candidates.numbers.cell, k, shape, subject)
                return [Explanation((*found, mistake))]
        return []

    def _factor(self, row, changed):
        """The one factor between these tensors of `row` and those stored, or None."""
        where = np.repeat(changed, self.sizes)
        row, mine = row * where, self.flat * where
        k = np.vdot(row, mine) / (np.vdot(row, row) or 1)
        off = self._largest(k * row - mine) > self.tol * self._largest(mine)
        few = np.count_nonzero(mine) < 3  # one number fits any factor
        return None if few or np.any(off) or abs(k - 1) <= FAR * self.tol else k

    def _grouped(self, found, known, sums):
        grouped: dict[str, list[str]] = {}
        for name, kind in sums.items():
            grouped.setdefault(kind, []).append(name)
        return Explanation((*found, *known), grouped)

    def _kind(self, run, name, scaled, k):
        """How one tensor is wrong by itself, as a phrase, or None."""
        self.budget.evaluate()  # of all variants together
        mine = self.mine[name]
        if name in self.candidates.forward_names:
            return None
        largest = np.max(np.abs(mine))
        if not largest:
            return "is 0"
        fits, scaled_fits = [], []
        for kind, value in run.variants(name):
            factor = np.vdot(value, mine) / (np.vdot(value, value) or 1)
            if np.max(np.abs(factor * value - mine)) <= self.tol * largest:
                if abs(factor - 1) > self.tol:
                    scaled_fits.append(f"{kind}, times {factor:.9g}")
                elif kind == RIGHT_AT_0:
                    return kind
                else:
                    fits.append(kind)
        if fits:
            return " or ".join(fits)  # few steps or samples: they are the same
        if scaled <= self.tol:
            return f"times {k:.9g}"
        return scaled_fits[0] if scaled_fits and mine.size > 2 else None

    @cached_property
    def _coverable(self):
        """Tensors that known mistakes in sums change, too few numbers in them to tell how."""
        few = {n for n, size in zip(self.names, self.sizes, strict=True) if size < 3}
        return few & {f"d{n}" for n in self.candidates.numbers.params}

    def _ways(self, found, sums):
        """Explanations by known mistakes that cover wrong sums, and by what is left of these.

        The largest first; where several cover the same tensors, each of them is a way.
        """
        chosen, left = [], dict(sums)
        for names, mistakes in sorted(self._covers(found, sums).items(), key=lambda c: -len(c[0])):
            if names <= set(left):
                chosen.append(mistakes)
                left = {n: kind for n, kind in left.items() if n not in names}
        if None in left.values():
            return []
        ways = [self._grouped(found, known, left) for known in product(*chosen)]
        bare = self._grouped(found, (), sums)
        if chosen and None not in sums.values():
            # That it is a second run is not in the numbers: the bare factor may be the reason, too.
            # And a known mistake that covers only a part of what is wrong in one way is none.
            if any(m.second for e in ways for m in e.mistakes) or bare.cost < ways[0].cost:
                ways.append(bare)
        return ways

    def _covers(self, found, sums):
        """Tensors -> known mistakes in sums that make these, no others, what is stored."""
        covers: dict[Any, list[Any]] = {}
        base = self.candidates.row(found)[self.columns]
        self.budget.evaluate(len(self.candidates.local))
        for mistake in self.candidates.local:
            row = self.candidates.row((*found, mistake))[self.columns]
            changed = self._changed(row, self.tol, base)
            names = frozenset(n for n, c in zip(self.names, changed, strict=True) if c)
            if names and names <= set(sums) and np.all(self._off(row)[0][changed] <= self.tol):
                covers.setdefault(names, []).append(mistake)
        return covers


def _fewest(found):
    """Those with the fewest mistakes."""
    least = min((e.cost for e in found), default=0)
    return [e for e in found if e.cost == least]
