"""What a file says of itself: JSON with its format and the format's version, and whatever else."""

import json
import re
from typing import Any

import numpy as np

from lstm_ref.io.files import cut

MEMBERS = 10_000  # of all objects together
DEPTH = 64  # of lists and objects in one another
STRINGS = 2**20  # characters of all texts and names together
OTHERS = bytes(set(range(256)) - set(b"[]{}"))
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def parse(
    text: str,
    name: str,
    error: type[Exception],
    members: int = MEMBERS,
    strings: int = STRINGS,
    numbers: int | None = None,
) -> dict[str, Any]:
    """A JSON object; no key twice in it, and none larger than `bounded` has it.

    name, error, members, strings, numbers: as for `bounded`.
    """
    bounded(text, name, error, members, strings, numbers)

    def once(pairs):
        found = {}
        for key, value in pairs:
            if key in found:
                raise error(f"key {key!r:.80} occurs twice")
            found[key] = value
        return found

    try:
        value = json.loads(text, object_pairs_hook=once)
    except RecursionError as problem:
        raise error(f"{name}: nested too deeply") from problem
    except error:
        raise
    except ValueError as problem:  # JSONDecodeError, or an integer of thousands of digits
        raise error(f"{name}: not JSON: {cut(problem)}") from problem
    if not isinstance(value, dict):
        raise error(f"{name}: expected a JSON object, got {type(value).__name__}")
    return value


def bounded(
    text: str,
    name: str,
    error: type[Exception],
    members: int = MEMBERS,
    strings: int = STRINGS,
    numbers: int | None = None,
) -> None:
    """Refuse JSON with too many members, texts too long, or lists too deep, before it is parsed.

    Python takes many times the space of a short member. members: the most of all objects together;
    strings: characters of all texts; numbers: values in lists, None for any number of them. name:
    of the text, for messages; error: the class of what is raised.
    """
    bare = STRING.sub('"', text)
    _at_most(f"{name}: members", bare.count(":"), members, error)
    _at_most(f"{name}: characters of texts", len(text) - len(bare), strings, error)
    if numbers is not None:
        _at_most(f"{name}: numbers", sum(map(bare.count, ",[{")), numbers, error)
    _at_most(f"{name}: nested too deeply: levels", _depth(bare), DEPTH, error)


def _at_most(what, found, limit, error):
    if found > limit:
        raise error(f"{what}: {found}, more than {limit}, the limit")


def _depth(bare):
    """How deep lists and objects stand in one another, in a text without strings."""
    signs = np.frombuffer(bare.encode("ascii", "replace").translate(None, OTHERS), np.uint8)
    up = (signs == ord("[")) | (signs == ord("{"))
    steps = up.astype(np.int32) * 2 - 1
    return int(np.cumsum(steps).max(initial=0))


def check(said: dict[str, Any], format: str, version: int, error: type[Exception]) -> None:
    """Refuse what says that it is of another format, or of another version of this one."""
    if said.get("format") != format:
        raise error(f'expected format "{format}", got {said.get("format")!r:.40}')
    found = said.get("version")
    if type(found) is not int or found != version:
        newer = "; a newer lstm_ref reads it" if type(found) is int and found > version else ""
        raise error(f"expected version {version}, got {found!r:.40}{newer}")
