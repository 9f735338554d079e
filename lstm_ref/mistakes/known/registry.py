"""Where known mistakes are registered, and the parts of a cell that they are about."""

from dataclasses import dataclass
from functools import cached_property

from sympy import tanh

from lstm_ref.mistakes.edits import Mistake
from lstm_ref.mistakes.evaluate import derived

REGISTERED = {}  # name -> function(Parts) -> Mistake or None
A_KIND = {"LSTM": "an LSTM", "GRU": "a GRU", "RNN": "a simple RNN"}
_PARTS = {}  # id -> Parts: cells hold dicts, cannot be hashed, and never change


@dataclass(frozen=True)
class Change:
    """What a registered function answers: the sentence, the edit, the signal it is about.

    forward, second, spoil: as in `Mistake`. elsewhere: whether the sources, where they are about
    another kind of cell, made the same mistake; False if theirs is only alike.
    """

    sentence: str
    edit: object
    of: str = ""
    forward: object = None
    second: bool = False
    spoil: object = None
    elsewhere: bool = True


def mistake(name, numbers, *sources, seen_in=("LSTM",)):
    """Decorate a function of `Parts` that answers a Change, or None if it does not apply.

    sources: where it was seen; seen_in: in which kinds of cell, see `Parts.kind`.
    """
    numbers = (numbers,) if isinstance(numbers, str) else numbers

    def register(function):
        def made(parts):
            change = function(parts)
            if change is None:
                return None
            return Mistake(
                name,
                parts.cell,
                change.sentence,
                change.edit,
                change.of,
                _told(sources, seen_in, parts.kind, change.elsewhere),
                tuple(n for n in numbers if n),
                "forward" if change.forward else "backward",
                change.forward,
                change.second,
                change.spoil,
            )

        if name in REGISTERED:
            raise ValueError(f"name: {name!r} is registered twice")
        REGISTERED[name] = made
        return function

    return register


def _told(sources, seen_in, kind, elsewhere):
    """The sources as they are for a cell of this kind: never as if they were about it."""
    if not sources or kind in seen_in:
        return sources
    return (f"{' and '.join(map(A_KIND.get, seen_in))}: {'; '.join(sources)}",) * elsewhere


class Parts:
    """The parts of a cell that mistakes are about; None or empty where it has no such part."""

    def __init__(self, cell):
        self.cell, self.right = cell, derived(cell)

    @classmethod
    def of(cls, cell):
        """The parts of a cell, derived once; they keep the cell, so its id stays its own."""
        if id(cell) not in _PARTS:
            _PARTS[id(cell)] = cls(cell)
        return _PARTS[id(cell)]

    @cached_property
    def mistakes(self):
        """The registered mistakes that apply to the cell."""
        return tuple(m for make in REGISTERED.values() if (m := make(self)))

    @cached_property
    def kind(self):
        """The kind of cell, as sources are told apart: a key of A_KIND, or "" for another kind.

        Peepholes, coupled gates and a projection leave an LSTM one; blocks that share gates do not.
        """
        if self.lstm:
            return "" if any("G" in letters for letters in self.cell.letters.values()) else "LSTM"
        if list(self.cell.states) == ["h"] and {"z", "r", "h_tilde"} <= set(self.cell.equations):
            return "GRU"
        return "RNN" if list(self.cell.equations) == list(self.cell.states) else ""

    @cached_property
    def lstm(self):
        """Whether it has a cell state beside the output."""
        return "c" in self.cell.states and "c_tilde" in self.cell.equations

    @cached_property
    def carousel(self):
        """The term by which a state hands its error to itself one step back, without a matrix."""
        late = [t for s in self.cell.states for t in self.right.terms[s] if t.lag and t.by == s]
        return next((t for t in late if t.via is None), None)

    @cached_property
    def recurrent(self):
        """Terms by which the error of h comes back through matrices."""
        h = self.cell.output
        return [t for t in self.right.terms[h] if t.lag and t.via is not None]

    @cached_property
    def squash(self):
        """The term of c that passes the tanh of the output, or None."""
        local = [t for t in self.right.terms.get("c", ()) if t.lag == 0 and self.lstm]
        return next((t for t in local if t.inner.has(tanh)), None)

    @cached_property
    def plain(self):
        """Whether the error of c is made of the squashed summand and the carousel alone."""
        own = self.squash is not None and self.squash.by == self.cell.output
        return own and len(self.right.terms["c"]) == 2

    @cached_property
    def gates_of_c(self):
        """Signal -> its only term, for signals that go into c alone, unit by unit."""
        found = {n: self.right.terms[n] for n in ("f", "i", "c_tilde") if n in self.right.terms}
        return {
            n: t[0]
            for n, t in found.items()
            if len(t) == 1 and t[0].by == "c" and t[0].lag == 0 and t[0].via is None
        }

    def square(self, W):
        """Whether a matrix has as many rows as columns."""
        letters = self.cell.letters[str(W)]
        return letters[0] == letters[1]
