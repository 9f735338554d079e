"""Names of known mistakes: which of the edits that were found are a mistake of the literature.

What each known mistake amounts to was read from its numbers by the same reader, once, and is kept
in `lstm_ref.generated.known`, written by `known_edits`. Needs no SymPy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from lstm_ref.derive.table import Table, parsed, written
from lstm_ref.diagnose.core.edits import Edit

FOLDER = "known"  # in lstm_ref.generated


@dataclass(frozen=True)
class Known:
    """A known mistake of a cell.

    sentence, sources, numbers, label, chapter: as in `mistakes.edits.Mistake`; least: the smallest
    check that sees it, in words; edits: what it amounts to, see `canonical`; whole: of a mistake
    that is no edits of single places, what is another in the whole pass, see `whole`.
    """

    name: str
    sentence: str
    sources: tuple[str, ...]
    numbers: tuple[str, ...]
    label: str
    chapter: int
    least: str
    edits: frozenset[str]
    whole: Mapping[str, Any] | None = None


def canonical(table: Table, edit: Edit, sizes: Mapping[str, int]) -> list[str]:
    """What an edit says in vectors of any size: "last" for step T, "1/B" for that weight.

    Two edits with a text in common are the same mistake; their word is not part of it. Several
    texts where a weight may be several things, as 0.5 is 1/2, and 1/B of two samples.
    """
    kind, name, *k = edit.place
    nodes = [*map(written, (edit.inner, edit.outer, edit.v)), edit.flipped]
    place = [kind, list(name) if isinstance(name, tuple) else name, *k]
    T = sizes["T"]
    steps = None if at_all(table, edit, T) else _steps(edit.steps, T)
    return [
        json.dumps([place, weight, *nodes, steps, edit.other], ensure_ascii=False,
                   separators=(",", ":"))
        for weight in _weights(edit.weight, sizes)
    ]  # fmt: skip


def normal(table: Table, edits: Iterable[Edit], T: int) -> tuple[Edit, ...]:
    """The same mistakes in one form, where there are several.

    No error comes back to the last step: what is missing at all others, and at the initial state,
    is missing everywhere. A factor of a gradient is one of the finished tensor, and tensors with
    one factor go together.
    """
    edits = _everywhere(table, tuple(edits), T)
    kept: list[Edit] = []
    factors: dict[str, float] = {}
    for edit in edits:
        names = _scaled(table, edit)
        for name in names:
            factors[name] = factors.get(name, 1.0) * edit.weight
        if not names:
            kept.append(edit)
    groups: dict[float, list[str]] = {}
    for name in sorted(factors, key=gradients_of(table).index):
        groups.setdefault(float(f"{factors[name]:.9g}"), []).append(name)
    scales = [Edit(("scale", tuple(names)), "weight", weight)
              for weight, names in groups.items() if weight != 1]  # fmt: skip
    return (*kept, *scales)


def gradients_of(table: Table) -> list[str]:
    """All gradients in order."""
    states = [f"{s}_0" for s in table.states]
    inputs = [*table.inputs, *({"x"} - {*table.inputs})]
    return [f"d{n}" for n in (*table.matrices, *table.vectors, *table.fixed, *inputs, *states)]


def _scaled(table, edit):
    """The tensors that an edit multiplies with its weight, and does nothing else."""
    kind, name, *_ = edit.place
    nothing = edit.inner is edit.outer is edit.v is edit.steps is None and not edit.flipped
    if edit.kind == "clipped" or edit.other or not nothing or edit.weight == 0:
        return ()
    if kind == "scale":
        return (name,) if isinstance(name, str) else name
    if kind == "result" and name in gradients_of(table):
        return (name,)
    if kind == "start":
        return (f"d{name}_0",) if sum(t.lag == 1 for t in table.terms[name]) == 1 else ()
    items = (*table.products.get(name, ()), *table.terms.get(name, ()))
    return (f"d{name}",) if kind == "sum" and len(items) == 1 else ()


def _everywhere(table, edits, T):
    """Without the edits that say that the error at an initial state is 0, where others say it."""
    for state in table.states:
        place = ("result", f"d{state}_0")
        zero = [e for e in edits if e.place == place and e.weight == 0]
        late = {("term", state, k) for k, t in enumerate(table.terms[state]) if t.lag}
        gone = [e for e in edits if e.place in late and e.weight == 0 and at_all(table, e, T)]
        if zero and {e.place for e in gone} == late:
            kept = (e for e in edits if e not in zero)
            edits = tuple(replace(e, steps=None) if e in gone else e for e in kept)
    return edits


def at_all(table: Table, edit: Edit, T: int) -> bool:
    """Whether an edit holds at all steps at which it makes a difference."""
    kind, name, *k = edit.place
    late = kind == "term" and table.terms[name][k[0]].lag == 1
    return edit.steps is None or (late and T > 1 and edit.steps == tuple(range(1, T)))


def _weights(weight, sizes):
    """1/B and the like, if it is that, then the number."""
    for letters in ("B", "T", "TB"):
        many = 1
        for letter in letters:
            many *= sizes[letter]
        for factor, word in ((many, f"1/{letters}"), (1 / many, letters)):
            if many > 1 and abs(weight * factor - 1) < 1e-6:
                yield word
    yield float(f"{weight:.6g}")


def _steps(steps, T):
    if steps is None:
        return None
    every = tuple(range(1, T + 1))
    words = {(1,): "first", (T,): "last", every[1:]: "not first", every[:-1]: "not last"}
    return words.get(steps, list(steps))


def known(table: Table) -> tuple[Known, ...]:
    """The known mistakes of a cell of the chapters that are known as edits; () of another cell."""
    return tuple(one for one in _stored(table.name) if one.whole is None)


def wholes(table: Table) -> tuple[Known, ...]:
    """The known mistakes of a cell of the chapters that are no edits; () of another cell."""
    return tuple(one for one in _stored(table.name) if one.whole is not None)


def chapters() -> list[str]:
    """Names of the cells whose known mistakes are stored, those of the chapters, sorted."""
    files = (resources.files("lstm_ref.generated") / FOLDER).iterdir()
    return sorted(f.name.removesuffix(".json").upper() for f in files if f.name.endswith(".json"))


def edits_of(table: Table, sizes: Mapping[str, int]) -> list[tuple[Edit, ...]]:
    """What the known mistakes of a cell amount to, for vectors of these sizes."""
    return [tuple(_read(text, sizes) for text in sorted(one.edits)) for one in known(table)]


def _read(text, sizes):
    """The edit of a text of `canonical`."""
    (kind, name, *k), weight, *nodes, flipped, steps, other = json.loads(text)
    place = (kind, tuple(name) if isinstance(name, list) else name, *k)
    T = sizes["T"]
    words = {"first": (1,), "last": (T,), "not first": tuple(range(2, T + 1)),
             "not last": tuple(range(1, T))}  # fmt: skip
    steps = words[steps] if isinstance(steps, str) else steps and tuple(steps)
    if isinstance(weight, str):
        weight = 1 / float(np.prod([sizes[letter] for letter in weight.removeprefix("1/")]))
    inner, outer, v = (node and parsed(node) for node in nodes)
    word = "dropped" if weight == 0 else "known"
    return Edit(place, word, float(weight), inner, outer, v, flipped, steps, other)


@cache
def _stored(name):
    file = resources.files("lstm_ref.generated") / FOLDER / f"{name.lower()}.json"
    if not name.isidentifier() or not file.is_file():
        return ()
    return tuple(map(_made, json.loads(file.read_text(encoding="utf-8"))))


def _made(row):
    edits = frozenset(row["edits"])
    lists = {key: tuple(row[key]) for key in ("sources", "numbers")}
    return Known(**{**row, **lists, "edits": edits})


def named(
    table: Table, edits: Iterable[Edit], sizes: Mapping[str, int]
) -> list[tuple[Known, tuple[Edit, ...]]]:
    """Known mistakes among edits, each with the edits that it covers; larger mistakes first.

    sizes: T, B and so on. No edit is covered twice; those that are no known mistake are left. The
    edits are those that `normal` makes of them.
    """
    left: dict[str, Edit] = {}
    for edit in normal(table, edits, sizes["T"]):
        left |= dict.fromkeys(canonical(table, edit, sizes), edit)
    found = []
    for one in sorted(known(table), key=lambda k: -len(k.edits)):
        if one.edits <= left.keys():
            covered = tuple(left[text] for text in sorted(one.edits))
            found.append((one, covered))
            left = {text: edit for text, edit in left.items() if edit not in covered}
    return found


# ---- edits as JSON


def as_json(edit: Edit) -> dict[str, Any]:
    """An edit as what JSON can hold; fields that say nothing are left out."""
    kind, name, *k = edit.place
    found: dict[str, Any] = {
        "place": [kind, list(name) if isinstance(name, tuple) else name, *k],
        "kind": edit.kind,
    }
    if edit.weight != 1:
        found["weight"] = edit.weight
    for field in ("inner", "outer", "v"):
        if (node := getattr(edit, field)) is not None:
            found[field] = written(node)
    if edit.flipped:
        found["flipped"] = True
    if edit.steps is not None:
        found["steps"] = list(edit.steps)
    return found | ({"other": edit.other} if edit.other else {})


def from_json(found: Mapping[str, Any]) -> Edit:
    """The edit that `as_json` has written."""
    kind, name, *k = found["place"]
    place = (kind, tuple(name) if isinstance(name, list) else name, *k)
    nodes = {f: parsed(found[f]) for f in ("inner", "outer", "v") if f in found}
    steps = tuple(found["steps"]) if "steps" in found else None
    return Edit(place, found["kind"], found.get("weight", 1.0), **nodes,
                flipped=found.get("flipped", False), steps=steps,
                other=found.get("other", ""))  # fmt: skip
