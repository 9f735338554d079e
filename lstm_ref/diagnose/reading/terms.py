"""Names of what is no parameter: states, inputs, outputs, values and error terms over time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lstm_ref.diagnose.reading import words
from lstm_ref.diagnose.reading.hint import Hints
from lstm_ref.diagnose.reading.parameters import segments

SPECIAL = {"srciter": "h", "srciterc": "c", "initialstate": "h", "state": "h", "initstate": "h"}
ORDERS = re.compile(r"(?=[^o]*o)(?=[^f]*f)[ifogcaj]{3,4}f?|[zru]{2}[hnc]?")
AROUND = re.compile(r"^(?:gamma|sigma|act|gate|g(?=.)|m)?(.+?)(?:gates?|act|activations?|ts?|s)?$")
MARK = r"(?:delta|dnet|d|grad|err|error)"


def _joined(body):
    return "".join(segments(body))


def other(body: str, states: Sequence[str]) -> Iterator[Hints]:
    """Input and states, under a name without the mark of a gradient."""
    said = _joined(body)
    if said in words.INPUTS.split():
        yield Hints("input")
    for state in states:
        own = [*words.STATES.get(state, state).split(), state]
        for kind, times in (("state", words.FIRST), ("last", words.LAST.lower())):
            names = {f"{s}{t}" for s in own for t in times.split()}
            names |= {f"{t}{s}" for s in own for t in times.split() if len(t) > 2}
            if said in names and not (said[0] == "s" and "c" in states and state == "h"):
                yield Hints(kind, name=state)
        if SPECIAL.get(said) == state:
            yield Hints("state", name=state)


def terms(key: str, gates: str, states: Sequence[str]) -> Iterator[Hints]:
    """Values, nets, error terms and errors over all steps, under the names of signals."""
    said = _joined(key)
    if m := re.fullmatch(rf"{MARK}(.+)", said):
        yield from _errors(m[1], gates, states)
    if said in words.ALL.split() and len(said) > 1:
        yield Hints("net" if "net" in said or said == "pre" else "value", gradient=False)
    nets = "|".join(words.NETS.split())
    for m in filter(None, (re.fullmatch(f"(?:{nets})(.+)", said), _after(said, nets))):
        yield from (Hints("net", g, word=w, gradient=False, odd=1) for g, w in _gates(m[1], gates))
    outputs, cells = words.OUTPUTS.split(), words.CELLS.split()
    if said in outputs and not (said in ("s", "states") and "c" in states):
        yield Hints("value", name="h", gradient=False)
    if said in cells and "c" in states:
        yield Hints("value", name="c", gradient=False)
    for g, word in _gates(said, gates):
        yield Hints("value", g, word=word, gradient=False, odd=0.5)
    if ORDERS.fullmatch(said) and len(set(said)) > 1:
        yield Hints("value", gradient=False)


def _after(said, nets):
    return re.fullmatch(f"(.+)(?:{nets})", said)


def _errors(said, gates, states):
    plain = re.sub(r"(?<=.)(?:raw|net|pre|input|in|preact|logit)$", "", said)
    for state in states:
        own = words.OUTPUTS if state == "h" else words.CELLS if state == "c" else state
        if said in own.split() and said not in ("y", "ys"):
            yield Hints("delta", name=state, odd=0.0 if said[0] == state else 0.6)
            if said in (state, f"{state}t", "a") and (said != "a" or state == "h"):
                yield Hints("state", name=state, odd=1)
    for word in dict.fromkeys([said, plain, *_inner(said)]):
        yield from (Hints("delta", g, word=w, odd=0.5) for g, w in _gates(word, gates))
    if said in words.ALL.split() or (ORDERS.fullmatch(plain) and len(set(plain)) > 1):
        yield Hints("delta")
    if said in words.ERRORS.split():
        yield Hints("error", odd=0.2)


def _inner(said):
    """f of af, zf, netf."""
    return [m[1] for m in [re.fullmatch(r"(?:a|z|net|pre)(.+)", said)] if m]


def _gates(said, gates):
    """(gate, word) pairs that a word may mean, the plain ones first."""
    stem = AROUND.match(said)
    for word in dict.fromkeys([said, stem[1] if stem else said]):
        for g in gates:
            if word in words.GATES.get(g, g).split():
                yield g, word
