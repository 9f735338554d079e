"""What `diagnose` answers: a `Report`, and its text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

DOUBLE, SINGLE, HALF = 1e-6, 1e-4, 2e-3  # tolerances of a match, relative, by precision
MANY = 8  # names in one line of the text
VERSION = 1  # of the JSON form


class Explanation(Protocol):
    """One explanation of the numbers: mistakes that together give them."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the known mistakes among them."""

    @property
    def text(self) -> str:
        """All of it for the reader."""

    @property
    def json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""


@dataclass(frozen=True, repr=False)
class Report:
    """What agrees, what does not, and why.

    verdict: "agrees"; "partly" (what was understood agrees, but not all arrays were); "known" (the
    numbers match known mistakes); "unknown"; "inputs" (other inputs than those of the vectors, so
    results were not compared, and agrees and differs tell of inputs). agrees: tensor -> relative
    error; differs: likewise. layout: sentences on how the arrays are stored. mistakes: what gives
    the numbers; several are alternatives that they cannot tell apart. begins: where the difference
    begins, as a sentence. missing: gradients that were not given; unknown: arrays that were not
    compared. tolerance: of a match, relative. tell: the gradient that would tell
    alternatives apart. unexplained: sentences on equations with another right side that is not
    known. note: a further sentence. hints: what the reader can do next, sentences.
    """

    verdict: str
    cell: str
    agrees: dict[str, float] = field(default_factory=dict)
    differs: dict[str, float] = field(default_factory=dict)
    layout: tuple[str, ...] = ()
    mistakes: tuple[Explanation, ...] = ()
    begins: str = ""
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    tolerance: float = DOUBLE
    heading: str = ""
    tell: str = ""
    unexplained: tuple[str, ...] = ()
    note: str = ""
    part: str = ""
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

    @property
    def json(self) -> dict[str, Any]:
        """The report as what JSON can hold, see `report.schema.json` beside this file."""
        return {
            "version": VERSION,
            "verdict": self.verdict,
            "ok": self.ok,
            "cell": self.cell,
            "heading": self.heading,
            "agrees": {name: float(off) for name, off in self.agrees.items()},
            "differs": {name: float(off) for name, off in self.differs.items()},
            "tolerance": self.tolerance,
            "layout": list(self.layout),
            "missing": list(self.missing),
            "not_compared": list(self.unknown),
            "begins": self.begins or None,
            "explanations": [one.json for one in self.mistakes],
            "unexplained": list(self.unexplained),
            "tell": self.tell or None,
            "note": self.note or None,
            "part": self.part or None,
            "hints": list(self.hints),
        }

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
        yield _agreement(report) + (" Only the layout is another one." if report.layout else "")
    elif report.verdict == "partly":
        left = len(report.unknown)
        arrays = "1 array was" if left == 1 else f"{left} arrays were"
        yield f"What was understood agrees; {arrays} not compared."
    elif report.verdict == "inputs":
        yield "These inputs are not those of the vectors, so the gradients cannot be compared."
    elif report.unexplained or (report.mistakes and report.verdict == "unknown"):
        yield from _partly_read(report)
    elif not report.mistakes:
        yield "The numbers were not read."
    elif len(report.mistakes) == 1:
        yield report.mistakes[0].text
        yield f"This gives every stored number{_of(report)}."
    else:
        many = len(report.mistakes)
        numbers = f"these numbers{_of(report)}"
        yield f"{many} explanations give {numbers}, which cannot tell them apart:"
        for n, finding in enumerate(report.mistakes[:MANY], 1):
            yield f"\n({n}) {finding.text}"
        if len(report.mistakes) > MANY:
            yield f"\nand {len(report.mistakes) - MANY} more"
        if report.tell:
            yield f"\nStore {report.tell}, too: it would tell."


def _of(report):
    return f" of {report.part}" if report.part else ""


def _partly_read(report):
    """What was read where it does not give every number."""
    if report.mistakes:
        yield f"Found, though it does not give every stored number{_of(report)}:"
        yield report.mistakes[0].text
    for sentence in report.unexplained:
        yield f"Not explained: {sentence}."


def _agreement(report):
    """That all agrees; where gradients are missing that is not said."""
    if not report.missing:
        return "All numbers agree."
    missing = len(report.missing)
    are = "1 gradient is" if missing == 1 else f"{missing} gradients are"
    return f"What is there agrees; {are} missing."


def _names(names):
    names = list(names)
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more
