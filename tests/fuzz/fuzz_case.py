"""A case of the fuzzer: one damaged input at one door, and the judgement on what came of it.

A door either refuses what it is given, with the class of error that it promises and a short message
that names the argument or the file, or what it returns is provably right. All else is a fault.
Cases follow from door, seed and number alone, and what is too much work is counted, not timed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple

import numpy as np

LONGEST = 600  # characters of a message
CALLS = 30_000_000  # of functions in one case


class Case(NamedTuple):
    """what: the damage, in words; call: hands it in; right: whether a result of `call` may stand.

    errors: promised classes; named: one of these must be in the message.
    """

    what: str
    call: Callable[[], Any]
    right: Callable[[Any], bool]
    errors: tuple[type[BaseException], ...]
    named: tuple[str, ...]


class Door(NamedTuple):
    """make: (random numbers, an empty folder) -> Case; share: cases of this door in 10,000."""

    make: Callable[[Random, Any], Case]
    share: int


class TooMuchWork(BaseException):
    """A case calls more functions than it may; no handler of the package catches it."""


@contextmanager
def bounded(calls=CALLS):
    """Raise TooMuchWork once so many functions were called inside."""
    left = calls

    def count(frame, event, argument):
        nonlocal left
        left -= 1
        if left < 0:
            sys.setprofile(None)
            raise TooMuchWork(f"more than {calls} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


def judged(case: Case) -> str | None:
    """None if the door did right, else what is wrong."""
    try:
        with bounded():
            result = case.call()
    except case.errors as error:
        return _message(str(error), case.named)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"{type(error).__name__}: {' '.join(str(error).split()):.200}"
    return None if case.right(result) else f"accepted: {' '.join(repr(result).split()):.200}"


def _message(text, named):
    if not text.strip():
        return "an empty message"
    if len(text) > LONGEST:
        return f"a message of {len(text)} characters: {text:.200}"
    if "\n\n" in text:
        return f"a message of several paragraphs: {text:.200}"
    if not any(name in text for name in named):
        return f"a message that names none of {', '.join(named)}: {text}"
    return None


def same(a: Any, b: Any) -> bool:
    """Equal to the bit, dtypes, shapes, types and names too."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            type(a) is type(b)
            and (a.dtype, a.shape) == (b.dtype, b.shape)
            and np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()
        )
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, tuple | list) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or repr(a) == repr(b))
