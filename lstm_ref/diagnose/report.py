"""What `diagnose` answers: a `Report`, and its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lstm_ref.check import protocols
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.diagnose.single_gradient import RIGHT_AT_0
from lstm_ref.mistakes import power, wording
from lstm_ref.mistakes.edits import Mistake

DOUBLE, SINGLE, HALF = 1e-6, 1e-4, 2e-3  # tolerances of a match, relative, by precision
MANY = 8  # names in one line of the text


@dataclass(frozen=True)
class Finding:
    """One explanation of the numbers: the mistakes that together give every one of them.

    mistakes: `Mistake` records; sums: sentences on gradients that are wrong by themselves; remark:
    a sentence on one that is not.
    """

    mistakes: tuple[Mistake, ...] = ()
    sums: tuple[str, ...] = ()
    remark: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Slugs of the mistakes."""
        return tuple(m.name for m in self.mistakes)

    @property
    def text(self) -> str:
        """All of it for the reader, each mistake with equation, chapter and sources."""
        parts = [*map(mistake_text, self.mistakes), *self.sums]
        head = f"{len(parts)} mistakes together:\n" if len(parts) > 1 else ""
        return head + "\n".join([*parts, *filter(None, [self.remark])])


@dataclass(frozen=True, repr=False)
class Report:
    """What agrees, what does not, and why.

    verdict: "agrees"; "partly" (what was understood agrees, but not all arrays were); "known" (the
    numbers match known mistakes); "unknown"; "inputs" (other inputs than those of the vectors, so
    results were not compared, and agrees and differs tell of inputs). agrees: tensor -> relative
    error; differs: likewise. layout: sentences on how the arrays are stored. mistakes: `Finding`s;
    several are alternatives that the stored numbers cannot tell apart. begins: where the difference
    begins, as a sentence. missing: gradients that were not given; unknown: arrays that were not
    compared. tolerance: of a match, relative. searched: False if not all mistakes and pairs of them
    were tried; pairs: of an unknown one, how many pairs were tried and how many there are, each
    counted once for every layout and tolerance that is open. tell: the gradient that would tell
    alternatives apart. note: a further sentence. hints: what the reader can do next, sentences.
    """

    verdict: str
    cell: str
    agrees: dict[str, float] = field(default_factory=dict)
    differs: dict[str, float] = field(default_factory=dict)
    layout: tuple[str, ...] = ()
    mistakes: tuple[Finding, ...] = ()
    begins: str = ""
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    tolerance: float = DOUBLE
    searched: bool = True
    pairs: tuple[int, ...] = ()
    heading: str = ""
    tell: str = ""
    note: str = ""
    hints: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every number that was given was compared and is right."""
        return self.verdict == "agrees"

    def but(self, **changes: Any) -> Report:
        """Another report, changed as in dataclasses.replace."""
        return replace(self, **changes)

    @property
    def text(self) -> str:
        """The report for the reader."""
        return "\n".join(_lines(self))

    def __repr__(self):
        return self.text  # what a notebook shows


def _lines(report):
    yield report.heading or report.cell
    if report.agrees:
        yield f"agrees:  {_names(report.agrees)}"
    if report.differs:
        worst = sorted(report.differs.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{name} ({off:.1e})" for name, off in worst[:MANY])
        more = f" and {len(worst) - MANY} more" if len(worst) > MANY else ""
        yield f"differs: {shown}{more} (relative error)"
    for sentence in report.layout:
        yield f"layout:  {sentence}"
    if report.missing:
        yield f"missing: {_names(report.missing)}"
    if report.unknown:
        yield f"not compared: {_names(report.unknown)}"
    if report.tolerance > DOUBLE:
        what = "single" if report.tolerance == SINGLE else "half"
        yield f"compared to {report.tolerance:.0e}: the numbers look like {what} precision"
    if report.begins:
        yield f"begins:  {report.begins}"
    if report.note:
        yield f"note:    {report.note}"
    yield ""
    yield from _verdict(report)
    for sentence in report.hints:
        yield f"hint:    {sentence}"


def _verdict(report):
    if report.verdict == "agrees":
        yield "All numbers agree." + (" Only the layout is another one." if report.layout else "")
    elif report.verdict == "partly":
        left = len(report.unknown)
        arrays = "1 array was" if left == 1 else f"{left} arrays were"
        yield f"What was understood agrees; {arrays} not compared."
    elif report.verdict == "inputs":
        yield "These inputs are not those of the vectors, so the gradients cannot be compared."
    elif not report.mistakes:
        yield "No known mistake matches." + _left_out(report)
    elif len(report.mistakes) == 1:
        yield report.mistakes[0].text
    else:
        many = len(report.mistakes)
        yield f"{many} explanations give these numbers, which cannot tell them apart:"
        for n, finding in enumerate(report.mistakes[:MANY], 1):
            yield f"\n({n}) {finding.text}"
        if len(report.mistakes) > MANY:
            yield f"\nand {len(report.mistakes) - MANY} more"
        if report.tell:
            yield f"\nStore {report.tell}, too: it would tell."


def _left_out(report):
    """What was not searched, as a sentence, or ""."""
    if report.searched or not report.pairs:
        return ""
    tried, there = report.pairs
    return f" Of {there} pairs of mistakes {tried} were tried."


def _names(names):
    names = list(names)
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more


def finding(explanation: Any, cell: Cell, sizes: Mapping[str, int]) -> Finding:
    """The `Finding` of an `Explanation`."""
    said = {k: _sum_text(k, names, cell, sizes) for k, names in explanation.sums.items()}
    remark = said.pop(RIGHT_AT_0, "")
    return Finding(explanation.mistakes, tuple(said.values()), remark)


def mistake_text(mistake: Mistake) -> str:
    """One mistake for the reader: what it is, the right formula, chapter, where it was seen."""
    sentence = mistake.sentence[0].upper() + mistake.sentence[1:]
    lines = [f"{sentence if mistake.sentence[0] not in '∂δ' else mistake.sentence}."]
    if mistake.wrong == "backward" and mistake.of in mistake.cell.equations:
        lines.append(f"  right: {wording.formula(mistake.cell, mistake.of)}")
    lines.append(f"  book:  {_place(mistake)}")
    if mistake.sources:
        lines.append(f"  seen also in: {'; '.join(mistake.sources)}")
    lines.append(f"  smallest check that sees it: {protocols.words(power.least(mistake))}")
    return "\n".join(lines)


def _place(mistake):
    number = f"equation {mistake.label}, " if mistake.label else ""
    command = "" if mistake.label else f", and python -m lstm_ref derive {mistake.cell.name}"
    return f"{number}chapter {mistake.chapter}{command}"


KINDS = {
    "is 0": "is 0: not computed, or a term is lost",
    "last step": "is of the last step only, not summed over t",
    "first step": "is of step 1 only, not summed over t",
    "without step 1": "lacks step 1",
    "without step T": "lacks the last step",
    "transposed": "is transposed (a difference of layout)",
    "reversed": "has the steps in reverse order (a difference of layout)",
    "after step 1": "is the error at step 1, not carried back to step 0",
    "at the activation": "is ∂E/∂(activation), taken before the slope (another convention)",
}


def _sum_text(kind, names, cell, sizes):
    what = wording.listed(_left(name, cell) for name in names)
    if kind.startswith("times "):
        return f"{what}: {_factor(float(kind[6:]), sizes)} times what it should be."
    kinds, _, factor = kind.partition(", times ")
    said = " or ".join(_said(one) for one in kinds.split(" or "))
    also = f", and {_factor(float(factor), sizes)} times as large" if factor else ""
    return f"{what}: each {said}{also}." if len(names) > 1 else f"{what} {said}{also}."


def _said(kind):
    return f"is a {kind}" if kind.startswith("copy") else KINDS.get(kind, kind)


def _left(name, cell):
    """dW_fx -> ∂E/∂W_fx, delta_f -> δ_f,t."""
    if name.startswith("delta_"):
        return wording.delta(name.removeprefix("delta_"))
    return f"∂E/∂{name[1:]}"


def _factor(k, sizes):
    """A factor as a number, and what it may be."""
    T, B = sizes["T"], sizes["B"]
    known = {"1/B": 1 / B, "1/T": 1 / T, "1/(T B)": 1 / (T * B), "B": B, "T": T, "1/2": 0.5}
    same = [word for word, value in known.items() if np.isclose(k, value, rtol=1e-4) and value != 1]
    return wording.times(k, same)
