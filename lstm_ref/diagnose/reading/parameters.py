"""Names of parameters: cut into words, each word in a role, the roles put together to a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, permutations

from lstm_ref.diagnose.reading.hint import Hints
from lstm_ref.diagnose.reading.words import GATES, LONGEST, PHRASES, ROLES

CUT = re.compile(r"[^0-9A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
LETTERS = "uvwr"
MOST = 8  # words of a name
WAYS = 40  # ways to cut a name into words that are looked at
FILL = {
    "g": 0.7,
    "cell": 0.9,
    "matrix": 0.5,
    "mat": 0.5,
}  # words that say nothing, and how unlikely it is that they do not
AGAIN = ("w", "weight", "weights", "kernel", "b", "bias", "biases")
UNKNOWN = 4.0  # how unlikely it is that an unknown word names a gate


def segments(body: str) -> list[str]:
    """Small letters between separators and at changes to capital letters; phrases are one word."""
    joined = "_".join(filter(None, CUT.split(body))).lower()
    for phrase, word in PHRASES.items():
        joined = re.sub(rf"(?<![a-z0-9]){phrase}(?![a-z])", word, joined)
    return joined.split("_")


def meanings(body: str, gates: str, wild: bool = False) -> list[Hints]:
    """All that a name without the mark of a gradient may mean as that of a parameter.

    gates: letters of the cell's gates; wild: whether an unknown word may name a gate.
    """
    found: dict[tuple, Hints] = {}
    for words in islice(_cuts(segments(body), wild), WAYS):
        for bag in _bags(words, gates, wild):
            for hint in _meant(bag, words):
                key = hint.kind, hint.gate, hint.source, hint.second, hint.order, hint.letter
                if key not in found or hint.odd < found[key].odd:
                    found[key] = hint
    return sorted(found.values(), key=lambda h: h.odd)


def _cuts(parts: list[str], wild: bool) -> Iterator[list[str]]:
    """Ways to write the segments as words, those of few words first."""
    ways: list[list[str]] = [[]]
    for part in parts:
        own = _words(part, wild)
        ways = [[*way, *more] for way in ways for more in own if len(way) + len(more) <= MOST]
    yield from sorted(ways, key=len)


def _words(part, wild):
    """Ways to write one segment as words; an order of gates is a word, too."""
    ends: list[list[list[str]]] = [[[]]]
    for end in range(1, len(part) + 1):
        ways = []
        for start in range(max(0, end - LONGEST), end):
            if _known(part[start:end], wild):
                ways += [[*way, part[start:end]] for way in ends[start]]
        ends.append(sorted(ways, key=len)[:WAYS])
    found = ends[-1]
    # A whole segment may be an unknown word, too, if it is no abbreviation.
    return [*found, [part]] if wild and len(part) > 3 and [part] not in found else found


def _known(word, wild):
    return word in ROLES or _orders(word) or (wild and len(word) == 1 and word.isalnum())


def _orders(word):
    """Orders of gates that a word like gifo spells, each as letters of gates."""
    if not 2 <= len(word) <= 4 or len(set(word)) < len(word) or not word.isalpha():
        return []
    found = []
    for gates in ("fico", "ico", "fio", "zrh", "zr", "fh"):
        if len(word) == len(gates) and (len(word) > 2 or gates == "zr"):
            found += ["".join(p) for p in permutations(gates) if _spells(word, p)]
    return found[:1]


def _spells(word, gates):
    return all(w in GATES[g].split() for w, g in zip(word, gates, strict=True))


def _bags(words, gates, wild):
    """(gate, its word, sources, kinds, order, odd) for each way to give every word a role."""
    bags = [("", "", (), (), "", 0.2 * len(words))]
    middle = next((n for n, word in enumerate(words) if n and word in ("to", "2")), None)
    for n, word in enumerate(words):
        # What stands before "to" is a source, what stands behind it is not.
        barred = "" if middle is None else "gt" if n < middle else "s"
        bags = [new for old in bags for new in _with(old, word, gates, barred, wild)][:400]
    return bags


def _with(bag, word, gates, barred, wild):
    gate, said, sources, kinds, order, odd = bag
    roles = ROLES.get(word, [])
    for role in (r for r in roles if r[0] not in barred):
        what, letter = role[0], role[1:]
        if what == "g" and not gate and not order:
            for own in gates:
                if own == letter or (own not in GATES and own == word):
                    rank = GATES[letter].split().index(word)
                    yield own, word, sources, kinds, order, odd + 0.05 * rank
        elif what == "s" and len(sources) < 2 and letter not in sources:
            yield gate, said, (*sources, letter), kinds, order, odd + _rank(word)
        elif what in "mbpt" and what not in kinds:
            extra = (what, word) if what == "m" and word in (*LETTERS, "rw") else (what,)
            late = 0.6 * (what == "m" and len(word) == 1 and bool(gate))  # R_u is no U of r
            yield gate, said, sources, (*kinds, *extra), order, odd + late + 0.3 * (what in "pt")
        elif what in "mb" and word in AGAIN:  # uf.weights, W_z/W
            yield gate, said, sources, kinds, order, odd + 0.3
        elif what == "-":
            yield gate, said, sources, kinds, order, odd + FILL.get(word, 0)
    if not gate and not order and "g" not in barred:
        for spelled in _orders(word):
            if set(spelled) <= set(gates):
                yield gate, said, sources, kinds, spelled, odd
        if word in gates and word not in GATES:  # a reader's own letter
            yield word, word, sources, kinds, order, odd
        if _may_name(word, roles, wild):
            for own in gates:
                yield own, word, sources, kinds, order, odd + UNKNOWN


def _may_name(word, roles, wild):
    """Whether an unknown word may name a gate: none that names one of another cell."""
    if not roles:
        return word != "y" and word.isalnum() and len(word) < 12
    return wild and len(word) == 1 and word not in GATES and word not in ("x", "w", "b", "y")


def _rank(word):
    return 0.0 if word in ("x", "h", "c") else 0.4 if len(word) > 1 else 0.6


def _meant(bag, words):
    gate, said, sources, kinds, order, odd = bag
    more = dict(word=said, order=order, odd=odd)
    kind = "".join(k for k in kinds if k in ("m", "b", "p"))
    if kind in ("mb", "bm"):  # the bias of the product with W: W_z/b, bW_z
        kind, more["odd"] = "b", odd + 0.3
    source = sources[0] if len(sources) == 1 else ""
    target = "t" in kinds
    if kind == "b" and "c" not in sources and len(sources) < 2:
        if not (gate and target):
            yield Hints("bias", gate, second=source == "h", **more)
    elif kind in ("p", "mp", "pm") and set(sources) <= {"c"} and not target:
        yield Hints("peephole", gate, **more)
    elif kind == "m" and source == "c" and gate and not target:
        yield Hints("peephole", gate, **more)
    elif kind == "m" and "c" not in sources and not (gate and target):
        letter = next((w for w in kinds if w in LETTERS and w != "m"), "")
        whose = source or ("h" if "rw" in kinds or "w" == "rw" else "")
        if len(sources) == 2 and not gate and not target:
            yield Hints("weights", **more)
        elif len(sources) < 2:
            yield Hints("weights", gate, whose, letter="" if whose else letter, **more)
    elif not kind and source and (gate or target) and _plain(words):
        more["odd"] += 1.5
        if source != "c":
            yield Hints("weights", gate, source, **more)
        elif gate:
            yield Hints("peephole", gate, **more)


def _plain(words):
    """Whether a name without a word for a matrix can be that of one: IX, i2h, forgetHidden."""
    lengths = set(map(len, words))
    pair = len(words) == 2 and (max(lengths) == 1 or min(lengths) >= 4)
    return "to" in words or "2" in words or pair
