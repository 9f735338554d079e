"""What was read, as a `Report`: in words, as equations, with names of known mistakes. No SymPy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lstm_ref.derive.table import Table
from lstm_ref.diagnose import naming, reasons
from lstm_ref.diagnose.core.altered import altered
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.result import Result
from lstm_ref.diagnose.report import Report
from lstm_ref.diagnose.wording import Formula, formulas, told
from lstm_ref.diagnose.wording.backward import listed
from lstm_ref.diagnose.wording.formulas import Formulas, Subject, letter, subject
from lstm_ref.diagnose.wording.words import Words
from lstm_ref.mistakes.labels import equation

# Kinds of places by what is told of them, in this order.
PARTS = {
    "inputs": ("given", "state"),
    "forward": ("forward",),
    "backward": ("enter", "term", "slope", "error", "window"),
    "gradients": ("start", "sum", "result", "scale"),
}

UNKNOWN = "these numbers do not say which equation is another one"
MANY = 4  # equations of one mistake that are all printed


@dataclass(frozen=True)
class Told:
    """One mistake for the reader.

    part: of PARTS. name: of the known mistake, or "". formulas: its equations. label, chapter: of
    the book. sources, numbers, least: of a known mistake, see `naming.Known`.
    """

    sentence: str
    part: str
    edits: tuple[Edit, ...]
    name: str = ""
    formulas: tuple[Formula, ...] = ()
    label: str = ""
    chapter: int = 0
    sources: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    least: str = ""

    @property
    def text(self) -> str:
        """All of it, the sentence first."""
        name = f" [{self.name}]" if self.name else ""
        lines = [f"{capital(self.sentence)}.{name}"]
        shown = self.formulas if len(self.formulas) <= MANY else self.formulas[:1]
        for formula in shown:
            lines += [f"  {line}" for line in formula.text(77).splitlines()]
        if len(shown) < len(self.formulas):
            lines.append(f"  and so in {len(self.formulas) - 1} more equations")
        if self.chapter:
            place = f"equation {self.label}, " if self.label else ""
            lines.append(f"  book:   {place}chapter {self.chapter}")
        if self.sources:
            lines.append(f"  seen also in: {'; '.join(self.sources)}")
        if self.least:
            lines.append(f"  smallest check that sees it: {self.least}")
        return "\n".join(lines)

    @property
    def json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return {
            "sentence": self.sentence,
            "part": self.part,
            "name": self.name or None,
            "equations": [formula.json for formula in self.formulas],
            "book": {"equation": self.label or None, "chapter": self.chapter or None},
            "sources": list(self.sources),
            "numbers": list(self.numbers),
            "least": self.least or None,
            "edits": [naming.as_json(edit) for edit in self.edits],
        }


@dataclass(frozen=True)
class Answer:
    """One explanation: mistakes that together give the numbers, or some of them if not sure."""

    mistakes: tuple[Told, ...] = ()
    sure: bool = True
    sums: tuple[str, ...] = field(default=(), repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the known mistakes among them."""
        return tuple(m.name for m in self.mistakes if m.name)

    @property
    def text(self) -> str:
        """All of it for the reader."""
        many = len(self.mistakes)
        head = f"{many} mistakes together:\n" if many > 1 else ""
        numbered = (f"{n}. {m.text}" for n, m in enumerate(self.mistakes, 1))
        return head + "\n".join(numbered if many > 1 else (m.text for m in self.mistakes))

    @property
    def json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return {"sure": self.sure, "mistakes": [m.json for m in self.mistakes]}


def answer(
    table: Table,
    edits: Iterable[Edit],
    sizes: Mapping[str, int],
    sure: bool = True,
    stored: Iterable[str] = (),
) -> Answer:
    """An `Answer` of edits: known mistakes by name, the others in words, in the order of PARTS.

    stored: the tensors that were compared, if it is known: one factor of all of them is one
    mistake, whatever it would be called if others were without it.
    """
    # Where an initial state is not taken, its gradient is 0: that is no mistake of its own.
    edits = [edit for edit in edits if edit.kind != "not read"]
    edits = tuple(sorted(naming.normal(table, edits, sizes["T"]), key=_order(table)))
    if factor := _of_all(table, edits, sizes, stored):
        return Answer((Told(factor, "gradients", edits),), sure)
    known = naming.named(table, edits, sizes)
    covered = {e.key for _, group in known for e in group}
    groups: list[tuple[str, tuple[Edit, ...], naming.Known | None]]
    groups = [(k.sentence, group, k) for k, group in known]
    rest = [e for e in edits if e.key not in covered]
    own = _own(table, edits)
    for cell, part in (
        (table, _forwards(rest)),
        (own, [e for e in rest if e not in _forwards(rest)]),
    ):
        groups += [(s.sentence, s.edits, None) for s in told(cell, part, sizes)]
    order = _order(table)
    groups.sort(key=lambda g: min(map(order, g[1])))
    found: list[Told] = []
    shown: set[Subject] = set()
    for sentence, group, name in groups:
        mine = {s: None for e in group if (s := subject(table, e)) and s not in shown}
        shown |= mine.keys()
        together = [e for e in edits if subject(table, e) in mine]
        cell = table if _forwards(group) else own
        found.append(_told(table, sentence, group, name, formulas(cell, together, sizes)))
    return Answer(tuple(found), sure)


def _of_all(table, edits, sizes, stored):
    """The sentence on a factor that all gradients have which are stored, or ""."""
    gradients = set(naming.gradients_of(table)) & set(stored)
    if len(edits) != 1 or len(gradients) < 2 or edits[0].kind in ("clipped", "limited"):
        return ""
    kind, names, *_ = edits[0].place
    if kind != "scale" or not gradients <= set(names):
        return ""
    every = set(naming.gradients_of(table)) <= set(names)
    which = "all gradients" if every else "all gradients that are stored"
    return f"{which} are {Words(table, sizes).factor(edits[0].weight).removeprefix('is ')}"


def _answers(table, edits, sizes, sure, stored):
    """The `answer`; two where all are twice as large, which is one mistake or another."""
    found = answer(table, edits, sizes, sure, stored)
    same = naming.normal(table, edits, sizes["T"])
    if not reasons.not_reset(table, same, stored):
        return [found]
    names = [n for n in same[0].place[1] if n in stored]
    factor = replace(same[0], place=("scale", tuple(names)))
    reset = next(one for one in naming.known(table) if one.name == reasons.RESET)
    sentence = _of_all(table, (factor,), sizes, stored) or Words(table, sizes).sentence(factor)
    known, plain = _told(table, reset.sentence, same, reset, []), Told(sentence, "gradients", same)
    return [Answer((known,), sure), Answer((plain,), sure)]


def _forwards(edits):
    return [e for e in edits if e.place[0] in ("given", "state", "forward")]


def _own(table, edits):
    """The cell with its altered forward pass, of which the edits of the way back are."""
    try:
        return altered(table, _forwards(edits))
    except ValueError:  # an equation that is not differentiated again
        return table


def _order(table):
    """Sorts edits: inputs, forward, backward from the output on, gradients."""
    kinds = {kind: n for n, kinds in enumerate(PARTS.values()) for kind in kinds}
    signals = [*reversed(table.equations), *table.inputs, *table.matrices, *table.vectors]

    def order(edit):
        kind, name, *_ = edit.place
        name = table.output if kind == "enter" and name == "e" else name
        place = signals.index(name) if name in signals else len(signals)
        forward = kind == "forward"
        return kinds[kind], -place if forward else place, str(edit.key)

    return order


def _told(table, sentence, group, known, found):
    part = next(p for p, kinds in PARTS.items() if group[0].place[0] in kinds)
    if known is not None:
        return Told(sentence, part, group, known.name, tuple(found), known.label, known.chapter,
                    known.sources, known.numbers, known.least)  # fmt: skip
    label, chapter = place_in_book(table, group[0])
    return Told(sentence, part, group, "", tuple(found), label, chapter)


def known_told(mistake: naming.Known) -> Told:
    """A known mistake that is no edits of single places."""
    part = "forward" if "equations" in (mistake.whole or {}) else "backward"
    return Told(mistake.sentence, part, (), mistake.name, (), mistake.label, mistake.chapter,
                mistake.sources, mistake.numbers, mistake.least)  # fmt: skip


def place_in_book(table: Table, edit: Edit) -> tuple[str, int]:
    """(label, chapter) of the book's equation that an edit violates."""
    kind, name, *_ = edit.place
    if kind in ("given", "state", "result", "scale", "window"):
        return "", 0
    if kind == "forward":
        return equation(table, name, "forward")
    about: Subject = subject(table, edit) or ("error", name if kind == "error" else table.output)
    of = about[1] if about[0] in ("error", "start") else ""
    return equation(table, "h" if of in table.inputs else of)


def report_of(table: Table, result: Result, comparison: Any) -> Report:
    """The `Report` about what was read. comparison: the arrays beside the right ones."""
    sizes = comparison.sizes
    stored = comparison.best.tensors
    every = [edits for edits in (result.edits, *result.ties) if edits]
    if result.exact and len(every) == 1:
        every += filter(None, [reasons.of_zeros(table, stored)])
    answers = []
    for edits in every:
        answers += _answers(table, edits, sizes, result.exact, stored)
    answers = list({one.text: one for one in answers}.values())
    verdict = "known" if result.exact and answers else "unknown"
    found: Report = comparison.made(
        verdict, comparison.best, comparison.tolerances[0], mistakes=tuple(answers)
    )
    if not found.begins:
        tolerance = comparison.tolerances[0]
        found = found.but(begins=comparison.begins(comparison.best.tensors, tolerance))
    if len(answers) > 1:
        found = found.but(tell=reasons.telling(table, comparison.right, every, found.missing))
    said = [unexplained(table, *one, sizes) for one in result.unexplained]
    if not result.exact and not answers and not said:
        said = [UNKNOWN]
    hints = list(found.hints)
    if said and (missing := to_learn(table, result, comparison.best.tensors)):
        hints = [missing, *(h for h in hints if not h.startswith("store "))]
    note = "; ".join(filter(None, [found.note, *result.notes]))
    return found.but(
        layout=(*found.layout, *result.layout),
        unexplained=tuple(said),
        note=note,
        hints=tuple(hints),
    )


def unexplained(table: Table, name: str, steps: tuple[int, ...], sizes: Mapping[str, int]) -> str:
    """A sentence on an equation with another right side."""
    if name.startswith("forward "):
        of = name.removeprefix("forward ")
        return f"forward: {letter(of)} has another right side, which no entry of the dictionary is"
    of = name if name in table.equations else name.removeprefix("d")  # dW_fx is a tensor's name
    what = f"δ_{letter(of)}" if of in table.equations else f"∂E/∂{of}"
    T = sizes["T"]
    when = "" if len(steps) in (0, T) else f" at step {listed(map(str, steps))}"
    when = when.replace("step", "steps") if len(steps) > 1 else when
    from_ = f" (going back, from t = {max(steps)} on)" if steps else ""
    right = f"; right: {formula_of(table, of, sizes)}" if of in table.letters else ""
    return f"{what} has another right side{when}{from_}{right}"


def formula_of(table: Table, name: str, sizes: Mapping[str, int]) -> str:
    """The right equation of an error term or a gradient on one line."""
    kind = "error" if name in (*table.equations, *table.inputs) else "gradient"
    writer = Formulas(table, sizes)
    found = writer.of((kind, name), ())
    return f"{writer.text(found.left)} = {writer.text(found.right)}"


def to_learn(table: Table, result: Result, tensors: Iterable[str]) -> str:
    """What to store so that more can be said, as a sentence, or ""."""
    stored = set(tensors)
    wanted: dict[str, None] = {}
    for name, _ in result.unexplained:
        by = [t.by for t in table.terms.get(name, ())]
        for signal in (name, *by):
            if signal in table.equations:
                wanted |= dict.fromkeys(n for n in (f"delta_{signal}", signal) if n not in stored)
    return f"store {listed(wanted)}, too: they tell what stands there" if wanted else ""


def capital(sentence: str) -> str:
    """A sentence with a capital letter, unless it begins with a formula."""
    first = sentence.partition(" ")[0]
    plain = (first.isalpha() and len(first) > 1) or first == "a" or first.endswith(":")
    return sentence[0].upper() + sentence[1:] if plain else sentence
