"""The explanations of what is stored, group by group, least mistakes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from lstm_ref.diagnose.core import families
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.side_by_side import SideBySide
from lstm_ref.diagnose.core.trials import Changes, Group, Trial, restricted
from lstm_ref.types import Array

Edits = tuple[Edit, ...]
COMBINED = 200  # explanations of several groups, put together
MOST = 3  # groups that one mistake does not explain, in which two are looked for
VERIFIED = 60  # pairs that agree at the first step, and are then computed for all steps


@dataclass(frozen=True)
class Reason:
    """Edits that explain a group: in which ways to take the input; how many mistakes they are."""

    edits: Edits
    ways: Array
    cost: int


class Explanations:
    """Explanations of a trial."""

    def __init__(self, trial: Trial) -> None:
        self.trial, self.table, self.ways = trial, trial.table, trial.ways
        self.groups = trial.groups

    def hypotheses(self, group: Group) -> Iterator[tuple[Edits, Changes]]:
        """One mistake in a group, at one node or of one kind at several."""
        for node in group.nodes:
            yield from (
                ((edit,), {node: other}) for edit, other in self.trial.repertoire.others(node)
            )
        seen = set()
        for edits in self.trial.repertoire.together:
            mine, changes = restricted(self.table, edits, group.nodes)
            if mine not in seen and len(changes) > 0:
                seen.add(mine)
                yield mine, changes

    def checked(self, group: Group, edits: Edits, changes: Changes) -> Reason | None:
        """The edits as an explanation of a group, if they are one."""
        try:
            good = self.trial.agreeing(group, changes, self.trial.spans(group, True))
            if np.any(good) and len(self.trial.spans(group, False)) > 1:
                good &= self.trial.agreeing(group, changes, self.trial.spans(group, False))
        except (ValueError, KeyError, TypeError):
            return None
        return Reason(edits, good, families.cost(edits)) if np.any(good) else None

    def right(self, group: Group) -> Reason | None:
        """The group as it should be, where that is an explanation."""
        return self.checked(group, (), {})

    def singles(self, group: Group) -> list[Reason]:
        """All explanations by one mistake."""
        if SideBySide.able(self.trial):
            agreeing = SideBySide(self.trial, group).singles()
            return self._verified(group, ((e, c) for e, c, _ in agreeing))
        return self._verified(group, self.hypotheses(group))

    def _verified(self, group, hypotheses):
        found = (self.checked(group, *h) for h in hypotheses)
        return [reason for reason in found if reason]

    def pairs(self, group: Group) -> list[Reason]:
        """Explanations by two mistakes, the input taken in the first way."""
        old = self.trial
        if not SideBySide.able(old):
            return []
        trial = Trial(old.repertoire, old.arrays, old.mine, old.ways[:1], old.tol)
        agreeing = (
            (e, c) for e, c, _ in islice(SideBySide(trial, group, first=True).pairs(), VERIFIED)
        )
        ways = np.arange(len(self.ways)) == 0
        found = Explanations(trial)._verified(group, agreeing)
        return [Reason(r.edits, ways, max(2, r.cost)) for r in found]

    def phases(self) -> Iterator[list[Edits]]:
        """Explanations of all groups: by the input alone, by one mistake a group, by two."""
        self.reasons = reasons = [[r for r in [self.right(g)] if r] for g in self.groups]
        yield self.combined(reasons)
        for n in self.open(reasons):
            reasons[n] += self.singles(self.groups[n])
        yield self.combined(reasons)
        wrong = [n for n, each in enumerate(reasons) if not each]
        if len(wrong) > MOST:
            wrong = []
        for n in wrong or ([0] if len(self.groups) == 1 else []):
            reasons[n] += self.pairs(self.groups[n])
        yield self.combined(reasons)

    def partly(self) -> tuple[Edits, tuple[str, ...]]:
        """(edits, nodes that nothing explains), in the way that leaves fewest of them."""
        left = np.array([[not any(r.ways[w] for r in each) for w in range(len(self.ways))]
                         for each in self.reasons])  # fmt: skip
        way = int(np.argmin(left.sum(axis=0) + 0.1 * np.array([len(w) for w in self.ways])))
        edits: list[Edit] = []
        for each, missing in zip(self.reasons, left[:, way], strict=True):
            if not missing:
                fitting = [r for r in each if r.ways[way]]
                edits += min(fitting, key=lambda r: r.cost).edits
        nodes = (g.target for g, missing in zip(self.groups, left[:, way], strict=True) if missing)
        return (*self.ways[way], *merged(edits)), tuple(nodes)

    def open(self, reasons: list[list[Reason]]) -> list[int]:
        """Groups that are not right in the way to take the input that leaves fewest of them."""
        wrong = np.array([[not r or not r[0].ways[w] for w in range(len(self.ways))]
                          for r in reasons])  # fmt: skip
        cost = wrong.sum(axis=0) + np.array([len(way) for way in self.ways])
        best = wrong[:, cost == cost.min()]
        return [int(n) for n in np.flatnonzero(np.any(best, axis=1))]

    def combined(self, reasons: list[list[Reason]]) -> list[Edits]:
        """One explanation for each group, that go with the same way to take the input."""
        found = []
        for way, edits in enumerate(self.ways):
            fitting = [[r for r in each if r.ways[way]] for each in reasons]
            if not all(fitting):
                continue
            least = [min(r.cost for r in each) for each in fitting]
            fitting = [[r for r in each if r.cost == m] for each, m in zip(fitting, least,
                                                                         strict=True)]  # fmt: skip
            for n, chosen in enumerate(product(*fitting)):
                if n >= COMBINED:
                    break
                joined = merged(e for r in chosen for e in r.edits)
                found.append((families.cost((*edits, *joined)), way, n, (*edits, *joined)))
        found.sort(key=lambda f: f[:3])
        return list(dict.fromkeys(f[3] for f in found))


def merged(edits: Iterable[Edit]) -> Edits:
    """Edits with what is said of gates in one of them."""
    edits = tuple(edits)
    gates = [e for e in edits if e.place == ("given", "gates")]
    rest = tuple(e for e in edits if e.place != ("given", "gates"))
    if not gates:
        return rest
    pairs = dict.fromkeys(pair for e in gates for pair in e.other.split(", "))
    return (*rest, Edit(("given", "gates"), "permuted", other=", ".join(pairs)))
