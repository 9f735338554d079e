"""Explanations by known mistakes that a search has found, for a `report.Report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ref.check import protocols
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.diagnose.single_gradient import RIGHT_AT_0
from lstm_ref.mistakes import power, wording
from lstm_ref.mistakes.edits import Mistake


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

    @property
    def json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        known = [
            {
                "sentence": m.sentence,
                "part": m.wrong,
                "name": m.name,
                "equations": [],
                "book": {"equation": m.label or None, "chapter": m.chapter},
                "sources": list(m.sources),
                "numbers": list(m.numbers),
                "least": protocols.words(power.least(m)),
                "edits": [],
            }
            for m in self.mistakes
        ]
        return {"sure": True, "mistakes": [*known, *map(_plain, self.sums)]}


def _plain(sentence):
    """A sentence on a gradient that is wrong by itself, as JSON."""
    empty: dict[str, Any] = dict(name=None, equations=[], sources=[], numbers=[], edits=[])
    book = {"equation": None, "chapter": None}
    return {"sentence": sentence, "part": "gradients", **empty, "book": book, "least": None}


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
