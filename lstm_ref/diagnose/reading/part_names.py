"""Of which layer and direction an array is, by its name: 2.dW_fx, weight_ih_l1_reverse.grad."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

LIBRARY = re.compile(r"_l(\d+)(_reverse)?(?=$|[._/])")  # PyTorch, which counts from 0
WORD = r"(?:layers?|cells?|rnns?|lstms?|grus?|stack|l)"
LAYER = (
    re.compile(rf"(?:^|[._/]){WORD}[._\[]?(\d+)\]?[._/]"),
    re.compile(r"(?:^|[./])(\d+)[./_]"),
    re.compile(rf"[._/]?{WORD}[._]?(\d+)$"),
)
WAYS: dict[str, tuple[str, ...]] = {}
WAYS["reverse"] = ("reverse", "reversed", "backward", "backwards", "bw", "bwd", "rev")
WAYS["forward"] = ("forward", "forwards", "fw", "fwd")
WAY = re.compile(
    rf"(?:^|[._/])({'|'.join(w for words in WAYS.values() for w in words)})(?=$|[._/])"
)


class Place(NamedTuple):
    """layer: its number, None where the name has none; from_0: it counts from 0 for sure.

    way: "forward", "reverse", or "" where the name does not say; rest: the name without both.
    """

    layer: int | None
    from_0: bool
    way: str
    rest: str


def place(key: str) -> Place:
    """What a name says."""
    if found := LIBRARY.search(key):
        rest = key[: found.start()] + "_l0" + key[found.end() :]
        return Place(int(found[1]), True, "reverse" if found[2] else "forward", rest)
    word, rest = _without(WAY, key)
    way = next((way for way, words in WAYS.items() if word in words), "")
    for pattern in LAYER:
        number, rest = _without(pattern, rest)
        if number:
            return Place(int(number), number == "0", way, rest)
    return Place(None, False, way, rest)


def _without(pattern, key):
    """(what the group says, the name without it); ("", name) where it is not there."""
    found = pattern.search(key)
    if not found:
        return "", key
    rest = (key[: found.start()] + "." + key[found.end() :]).strip("._/")
    return found[1], re.sub(r"\.{2,}", ".", rest)


def sorted_by_part(
    keys: Iterable[str], prefixes: list[list[str]]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """(prefix -> {key: name without its place}, keys of no part).

    prefixes: of each layer those of its parts, see `interop.nets.Net`.
    """
    every = [prefix for layer in prefixes for prefix in layer]
    found: dict[str, dict[str, str]] = {prefix: {} for prefix in every}
    rest, places = [], {}
    for key in keys:
        own = next((p for p in every if p and key.startswith(p)), None)
        if own is not None:
            found[own][key] = key.removeprefix(own)
        else:
            places[key] = place(key)
    from_0 = any(p.layer == 0 or p.from_0 for p in places.values())
    for key, said in places.items():
        prefix = _prefix(said, prefixes, from_0 or said.from_0)
        if prefix is None:
            rest.append(key)
        else:
            found[prefix][key] = said.rest
    return found, rest


def _prefix(said, prefixes, from_0):
    """The prefix of a part, None where the name does not say which."""
    if said.layer is None and len(prefixes) > 1:
        return None
    number = 0 if said.layer is None else said.layer - (not from_0)
    if not 0 <= number < len(prefixes):
        return None
    layer = prefixes[number]
    if len(layer) == 1:
        return layer[0] if said.way != "reverse" else None
    return next((p for p in layer if said.way and p.endswith(f"{said.way}.")), None)
