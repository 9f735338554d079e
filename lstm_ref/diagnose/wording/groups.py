"""Several edits that are one mistake, told in one sentence: all gates, all gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.wording.backward import VIEWS, listed, views
from lstm_ref.diagnose.wording.formulas import letter
from lstm_ref.diagnose.wording.words import Words, function

Edits = tuple[Edit, ...]


@dataclass(frozen=True)
class Said:
    """A sentence and the edits that it tells."""

    sentence: str
    edits: Edits


def told(table: Table, edits: Iterable[Edit], sizes: Mapping[str, int]) -> list[Said]:
    """All edits in words, those that are one mistake in one sentence.

    sizes: T, B and so on. The order is that of the edits.
    """
    words, groups = Words(table, sizes), _Groups(table, sizes)
    met: dict[Any, list[Edit]] = {}
    for n, edit in enumerate(edits):
        met.setdefault(groups.key(edit) or ("alone", n), []).append(edit)
    found = []
    for key, group in met.items():
        sentence = groups.sentence(key, tuple(group)) if len(group) > 1 else ""
        if sentence:
            found.append(Said(sentence, tuple(group)))
        else:
            found += [Said(words.sentence(edit), (edit,)) for edit in group]
    return found


class _Groups:
    def __init__(self, table, sizes):
        self.table, self.sizes, self.words = table, sizes, Words(table, sizes)

    def key(self, edit):
        """What edits of one mistake have in common, None if it is one by itself."""
        kind, name, *_ = edit.place
        plain = edit.weight == 1 and not edit.other
        if views(edit) and edit.weight == 1:
            return ("view", *views(edit)[0])
        if kind == "sum" and edit.inner is edit.v is edit.outer is None and not edit.other:
            return "sum", edit.weight, edit.steps
        if edit.flipped and plain and edit.inner is None:
            return "flipped", kind, edit.steps
        if kind == "slope" and edit.kind == "at the activation" and plain:
            return "slope", self._own(edit), edit.steps
        if kind == "slope" and edit.inner == tree.Number(1) and plain:
            return "bare", edit.steps
        if kind == "result" and name not in self.table.equations and edit.kind != "clipped":
            return "result", edit.kind, edit.weight, edit.steps, edit.other
        if edit.kind == "window" and edit.steps:
            return "window", edit.steps
        if kind == "term" and edit.weight == 0 and self._recurrent(edit):
            return "recurrent", name, edit.steps
        if kind == "enter" and name != "e":
            return "enter", edit.weight
        if kind == "forward" and edit.kind in ("activation", "transposed", "bias forgotten"):
            return "forward", edit.kind, edit.other, self._activation(edit)
        if kind == "state" and edit.kind == "swapped" and " for " not in edit.other:
            return "swapped", *sorted((name, edit.other))
        return None

    def sentence(self, key, edits):
        """The sentence of a group, "" if it has none of its own."""
        many: Callable[..., str] = getattr(self, f"_all_{key[0]}")
        return many(edits)

    def _own(self, edit):
        """Whether the slope is that of the right function, at another place."""
        activation = self.table.equations[edit.place[1]].activation
        word = "sigma" if "sigma" in repr(edit.inner) else "tanh"
        return activation if word == activation else f"{word} for {activation}"

    def _recurrent(self, edit):
        term = self.table.terms[edit.place[1]][edit.place[2]]
        return bool(term.lag and term.via is not None)

    def _activation(self, edit):
        return self.table.equations[edit.place[1]].activation if edit.other else None

    def _all_view(self, edits):
        name, view = views(edits[0])[0]
        said = VIEWS[view].format(s=letter(name))
        return f"at step 1 the backward pass {said}: in {self._places(edits)}"

    def _places(self, edits):
        found = []
        for edit in edits:
            kind, name, *_ = edit.place
            error = f"∂E/∂{name}" if name in self.table.inputs else f"δ_{letter(name)}"
            found.append(f"∂E/∂{name}" if kind == "sum" else error)
        return listed(dict.fromkeys(found))

    def _all_sum(self, edits):
        weight, steps = edits[0].weight, edits[0].steps
        have = [edit.place[1] for edit in edits]
        items = {n: len(self._items(n)) for n in have}
        if any(have.count(n) != many for n, many in items.items()):
            return ""
        what = self.words.gradients(items)
        if weight == 0:
            lost = self.words.lost(steps)
            plural = {"is": "are", "lacks": "lack"} if len(items) > 1 else {}
            first, _, rest = lost.partition(" ")
            return f"{what} {plural.get(first, first)} {rest}"
        factor = self.words.factor(weight)
        return f"{what}: each {factor}{self.words.only(edits[0])}"

    def _items(self, name):
        return [*self.table.products.get(name, ()), *self.table.terms.get(name, ())]

    def _all_flipped(self, edits):
        names = (self.words._matrix(edit) for edit in edits)
        when = self.words.only(edits[0])
        return f"{listed(dict.fromkeys(names))} are not transposed on the way back{when}"

    def _all_slope(self, edits):
        names = listed(f"δ_{letter(edit.place[1])}" for edit in edits)
        word = "sigma" if "sigma" in repr(edits[0].inner) else "tanh"
        when = self.words.only(edits[0])
        return f"the slopes of {function(word)} are taken at the activations, in {names}{when}"

    def _all_bare(self, edits):
        names = listed(f"δ_{letter(edit.place[1])}" for edit in edits)
        return f"{names} lack the slopes of their activations{self.words.only(edits[0])}"

    def _all_window(self, edits):
        steps = edits[0].steps
        back = self.sizes["T"] - len(steps)
        many = f"{back} step{'s' * (back > 1)}"
        return f"errors go back {many} only: nothing comes back at {self.words.at(steps)}"

    def _all_result(self, edits):
        names, first = [edit.place[1] for edit in edits], edits[0]
        own = all(n.removeprefix("d") in self.table.letters for n in names)
        what = self.words.gradients(names) if own else listed(map(self.words.tensor, names))
        if first.kind == "copy":
            return f"{what} are copies of {self.words.tensor(first.other)}"
        one = self.words.sentence(first).removeprefix(self.words.tensor(names[0]) + " ")
        return f"{what}: each {one}"

    def _all_recurrent(self, edits):
        of = edits[0].place[1]
        lost = [self.table.terms[of][e.place[2]] for e in edits]
        every = [t for t in self.table.terms[of] if t.lag and t.via is not None]
        if len(lost) < len(every):
            return ""
        left, when = f"δ_{letter(of)}", self.words.only(edits[0])
        return f"{left} lacks all that comes back through the recurrent matrices{when}"

    def _all_enter(self, edits):
        if edits[0].weight:
            return ""
        names = listed(f"{letter(e.place[1])}_T" for e in edits)
        return f"the errors that enter at {names} are ignored"

    def _all_forward(self, edits):
        names = listed(letter(e.place[1]) for e in edits)
        first = edits[0]
        if first.kind == "activation":
            right = function(self.table.equations[first.place[1]].activation or "identity")
            return f"forward: {names} have {function(first.other)} where {right} belongs"
        if first.kind == "transposed":
            return f"forward: the square matrices of {names} are transposed"
        return f"forward: the biases of {names} are ignored"

    def _all_swapped(self, edits):
        return self.words.sentence(replace(edits[0], kind="swapped"))
