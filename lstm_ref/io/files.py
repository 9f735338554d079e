"""Files that are written whole or not at all."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: str | Path, write: Callable[[BinaryIO], object]) -> None:
    """Call write(file) on a new file beside `path`, then put it in its place in one step.

    Whoever reads `path` finds the old content or the new one, never a part, even if the process
    is killed. Raises OSError.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:  # Ctrl-C too: nothing half written is left behind
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
