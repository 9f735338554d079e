"""One at a time: whoever works in a folder claims it, and a second one is told so at once.

A claim is an empty file whose name says which process made it, created before the others are
looked at. So of two that come together at least one sees the other, and none takes away a claim
that is not its own, unless its process is known to be dead: no lock outlives a killed process.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from lstm_ref.io import process

PREFIX = "claim-"
ATTEMPTS = 8  # of two that come at the same moment


class Busy(OSError):
    """Another process is at work there; the message says which."""


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Work in a folder alone; it is made if it is missing. Raises Busy, OSError."""
    own = _claim(folder)
    try:
        yield
    finally:
        own.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # there is something in it
            folder.rmdir()


def _claim(folder):
    for attempt in range(ATTEMPTS):
        folder.mkdir(exist_ok=True)
        own = folder / f"{PREFIX}{process.identity()}"
        try:
            os.close(os.open(own, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except FileNotFoundError:  # the one before has just ended, and removed the folder
            continue
        other = _others(own)
        if other is None:
            return own
        own.unlink()
        if attempt + 1 < ATTEMPTS:
            time.sleep(random.uniform(0.005, 0.05))  # only to part two that came together
    if other is None:
        raise Busy(f"{folder}: cannot be claimed")
    who = process.described(other.name.removeprefix(PREFIX))
    raise Busy(f"another run is at work ({who}); if it is not, remove {other}")


def _others(own):
    """A claim of another process that may live; those of dead ones are removed."""
    found = None
    for file in sorted(own.parent.glob(f"{PREFIX}*")):
        if file == own:
            continue
        if process.dead(file.name.removeprefix(PREFIX)):
            file.unlink(missing_ok=True)
        elif process.IDENTITY.fullmatch(file.name.removeprefix(PREFIX)):
            found = file
    return found
