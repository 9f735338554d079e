"""Mistakes on the way back in words: summands, slopes, errors that enter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.wording.changes import around, inside, often, right
from lstm_ref.diagnose.wording.formulas import Formulas, letter

READS = ("lag", "signal", "net", "error", "net for error")  # kinds of which one says "reads"
VIEWS = {
    "last": "reads {s}_T where {s}_0 belongs (as a list index −1 does)",
    "new": "reads {s}_1 where {s}_0 belongs (a buffer that was written too early)",
    "zero": "takes {s}_0 as zero",
    "ones": "takes {s}_0 as ones",
}


class Backward:
    """Says what is wrong on the way back. sizes: T, B and so on."""

    def __init__(self, table: Table, sizes: Mapping[str, int]) -> None:
        self.table, self.sizes = table, sizes
        self.formulas = Formulas(table, sizes)

    # ---- summands

    def _term(self, edit):
        _, of, k = edit.place
        term = self.table.terms[of][k]
        left = f"∂E/∂{letter(of)}" if of in self.table.inputs else f"δ_{letter(of)}"
        alone = len(self.table.terms[of]) == 1 and of != self.table.output
        whole, theirs = (self.formulas.summand(term, e) for e in (None, _alone(edit)))
        said = self._summand(edit, left, whole, theirs, alone)
        return f"the carousel: {said}" if self.carousel(edit) and edit.weight == 0 else said

    def carousel(self, edit: Edit) -> bool:
        """Whether it is about the error that the cell state hands to itself one step back."""
        kind, of, *_ = edit.place
        if kind != "term" or of not in self.table.states or of == self.table.output:
            return False
        term = self.table.terms[of][edit.place[2]]
        return term.by == of and term.lag == 1 and term.via is None

    def _start(self, edit):
        _, of, k = edit.place
        terms = self.table.terms[of]
        whole, theirs = (self.formulas.summand(terms[k], e) for e in (None, _alone(edit)))
        alone = sum(term.lag for term in terms) == 1
        return self._summand(edit, f"∂E/∂{letter(of)}_0", whole, theirs, alone, True)

    def _sum(self, edit):
        _, name, k = edit.place
        items = [*self.table.products.get(name, ()), *self.table.terms.get(name, ())]
        left, alone = f"∂E/∂{name}", len(items) == 1
        if alone and edit.weight == 0:
            return f"{left} {self.lost(edit.steps)}"
        whole, theirs = (self.formulas.item(items[k], e) for e in (None, _alone(edit)))
        return self._summand(edit, left, whole, theirs, alone)

    def lost(self, steps: tuple[int, ...] | None) -> str:
        """What a sum over time lacks."""
        T = self.sizes["T"]
        if steps is None:
            return "is 0: not computed"
        kept = [t for t in range(1, T + 1) if t not in steps]
        if kept == [T]:
            return "is of the last step only, not summed over t"
        if kept == [1]:
            return "is of step 1 only: overwritten in the loop, not summed over t"
        return (
            f"lacks {self.at(steps)}" if len(kept) >= len(steps) else f"is of {self.at(kept)} only"
        )

    def at(self, steps: Iterable[int]) -> str:
        """step 1, the last step, steps 1 and 2."""
        steps, T = tuple(steps), self.sizes["T"]
        if len(steps) == 1:
            return "the last step" if steps == (T,) else f"step {steps[0]}"
        return f"steps {listed(map(str, steps))}"

    def _summand(self, edit, left, whole, theirs, alone, start=False):
        text = self.formulas.text(whole, start)
        when = self.only(edit)
        if edit.weight == 0:
            return f"{left} lacks the summand {text}{when}"
        other, weight = self._differences(edit, theirs, start), self._weight(edit.weight, alone)
        said = listed([*other, *weight])
        if views(edit) and weight and edit.steps is None:  # the one at step 1, the other at all
            said, when = f"{listed(other)}{when}, and at every step {listed(weight)}", ""
        said = said or f"is another one ({edit.kind})"
        where = f"{left} {said}" if alone else f"in {left}: {text} {said}"
        return where + when

    def only(self, edit: Edit) -> str:
        """At which steps it is so, behind a sentence."""
        when = self.formulas.when(self.formulas.steps(edit))
        words = {
            "": "",
            "at t = T": ", at the last step only",
            "at t > 1": ", at all steps but the first",
            "at t < T": ", at all steps but the last",
        }
        if when in words:
            return words[when]
        steps = self.formulas.steps(edit) or ()
        return f", at {self.at(steps)} only"

    def _differences(self, edit, theirs, start=False):
        """What stands in the place of what, a phrase each."""
        found = [VIEWS[view].format(s=letter(name)) for name, view in views(edit)]
        if found:
            return found
        if edit.flipped:
            return [f"has {self._matrix(edit)} where {self._matrix(edit)}ᵀ belongs"]
        verb = "reads" if edit.kind in READS else "has"
        return self._phrases(theirs, verb, start)

    def _phrases(self, theirs, verb, start=False):
        """A phrase for each change; of what occurs several times, where it is."""
        found: dict[str, None] = {}
        for change in inside(theirs):
            place = None
            if change.old is not None and often(right(theirs), change.old) > 1:
                place = around(theirs, change)
            where = "" if place is None else f" in {self.formulas.text(place, start)}"
            found[self._phrase(change, verb, start, where)] = None
        return list(found)

    def _phrase(self, change, verb, start, where):
        old, new = (n and self.formulas.text(n, start) for n in (change.old, change.new))
        if new is None:
            return f"lacks {old}{where}"
        return f"has {new} too much" if old is None else f"{verb} {new} where {old} belongs{where}"

    def _matrix(self, edit):
        via = self.table.terms[edit.place[1]][edit.place[2]].via
        return self.formulas.text(via.node)

    def _weight(self, weight, alone):
        if weight == 1:
            return []
        if weight == -1:
            return ["has the wrong sign"]
        if weight == 2 and not alone:
            return ["is counted twice"]
        return [self.factor(weight)]

    def factor(self, weight: float) -> str:
        """A weight as a predicate: is divided by B (a mean over the batch)."""
        number = self.formulas.number(weight)
        match number:
            case tree.Quotient(tree.Number(1), tree.Size(name)):
                mean = "the batch" if name == "B" else "the steps"
                return f"is divided by {name} (a mean over {mean})"
            case tree.Quotient(tree.Number(1), below):
                return f"is divided by {self.formulas.text(below)}"
        return f"is multiplied with {self.formulas.text(number)}"

    # ---- slopes, errors that enter

    def _slope(self, edit):
        name = edit.place[1]
        slope, left = self.table.slopes[name], f"δ_{letter(name)}"
        said = self._weight(edit.weight, True)
        if edit.inner is not None or slope is None:
            said = [self._other_slope(edit, slope), *said]
        return f"{left} {listed(said)}{self.only(edit)}"

    def _other_slope(self, edit, slope):
        theirs = tree.Number(1) if edit.inner is None else self.formulas.shown(edit.inner)
        text = self.formulas.text(theirs)
        if slope is None:
            return f"is multiplied with {text}, which does not belong there"
        belongs = self.formulas.text(slope)
        if theirs == tree.Number(1):
            return f"lacks the slope {belongs}"
        if edit.kind in ("at the activation", "at the net"):
            function = "σ" if "sigma" in repr(theirs) or edit.kind == "at the net" else "tanh"
            if edit.kind == "at the net":
                return f"has the slope at the net input, {text}, where {belongs} belongs"
            return f"has the slope of {function} at the activation, {text}, where {belongs} belongs"
        if edit.kind == "twice":
            return f"has the slope {belongs} twice"
        return f"has {text} where the slope {belongs} belongs"

    def _enter(self, edit):
        name = edit.place[1]
        if name != "e":
            what = f"the error that enters at {letter(name)}_T"
            if edit.other == "left over":
                before = f"the error at {letter(name)}_0 of the run before"
                if edit.weight == 0:
                    return f"{before} stands where {what} belongs: a buffer was not reset"
                return f"{before} is added to {what}: a buffer was not reset"
            if edit.weight == 0:
                return f"{what} is ignored"
            if edit.kind == "swapped":
                return (
                    f"the error that enters at {letter(edit.other)}_T stands where {what} belongs"
                )
            if edit.inner is not None:
                factor = self.formulas.text(edit.inner)
                return f"{what} is multiplied with {factor}, which does not belong there"
            return f"{what} {listed(self._weight(edit.weight, True) or ['is another one'])}"
        if edit.weight == 0:
            return self._ignored(edit.steps)
        said = []
        if edit.inner is not None:
            said.append(f"is multiplied with {self.formulas.text(edit.inner)}, "
                        "which does not belong there")  # fmt: skip
        said += {
            "after": ["is that of the step after: e_{t+1} where e_t belongs"],
            "before": ["is that of the step before: e_{t-1} where e_t belongs"],
            "reversed": ["is taken in the reverse order of steps"],
            "reshaped": ["is reshaped at every step, not transposed"],
        }.get(edit.other, [])
        said += self._weight(edit.weight, True)
        return f"the error that enters at every step {listed(said)}{self.only(edit)}"

    def _error(self, edit):
        kind, _, name = edit.other.rpartition(" ")
        makers: dict[str, Any] = {"net": tree.Net, "delta": tree.Delta}
        node = makers.get(kind, tree.Signal)(name)
        right = self.formulas.text(tree.Delta(edit.place[1]))
        return f"{self.formulas.text(node)} is read wherever {right} belongs"

    def _window(self, edit):
        back = int(edit.weight)
        return f"each error goes back {back} step{'s' * (back != 1)} only, in a truncated window"

    def _ignored(self, steps):
        T = self.sizes["T"]
        if steps is None:
            return "the errors that enter at every step are ignored"
        if len(steps) > 1 and steps == tuple(range(1, T)):
            return "only the error that enters at the last step is taken in"
        return f"what enters at {self.at(steps)} is ignored"


def _alone(edit):
    """The same without a weight."""
    return replace(edit, weight=1.0)


def views(edit: Edit) -> list[tuple[str, str]]:
    """(state, what is read for its initial value), see `core.values.VIEWS`."""
    nodes: tuple[Any, ...] = (edit.inner, edit.outer, edit.v)
    signals = (part for part in tree.walk(nodes) if isinstance(part, tree.Signal))
    found = (signal.name.partition("|") for signal in signals)
    return list(dict.fromkeys((name, view) for name, bar, view in found if bar))


def listed(names: Iterable[str]) -> str:
    """a, b and c."""
    names = list(names)
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
