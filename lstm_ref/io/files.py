"""Files that are written whole or not at all, and read only if they are files of limited size."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from lstm_ref.io import process

LONGEST = 300  # characters of a message about what is wrong with a file
SHORT = 60  # characters of a file's name in that of a temporary file


def read(path: str | Path, limit: int, error: type[Exception]) -> bytes:
    """The bytes of a regular file, or of one that a link leads to; at most `limit` of them.

    error: the class of what is raised for anything else: a folder, a device, a pipe, a larger file,
    one that may not be read. Nothing is read of those, and nothing waits for them. What is looked
    at is what is read: the opened file. Raises FileNotFoundError too.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a device can do things to it
            raise error("not a file")
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags | getattr(os, "O_CLOEXEC", 0)), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise error("not a file")
            if about.st_size > limit:
                raise error(f"{about.st_size} bytes, more than the limit of {limit}")
            data = file.read(about.st_size + 1)
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise error(problem.strerror or str(problem)) from problem
    except error:
        raise
    except ValueError as problem:  # a zero byte in the name
        raise error(str(problem)) from problem
    if len(data) != about.st_size:
        raise error("changed while it was read")
    return data


def write_whole(path: str | Path, write: Callable[[BinaryIO], object]) -> None:
    """Call write(file) on a new file beside `path`, then put it in its place in one step.

    Whoever reads `path` finds the old content or the new one, never a part, even if the process
    is killed or others write the same file: threads, processes, containers on one volume. Through
    a symbolic link the file is written that it leads to; the link stays. A file that is replaced
    hands on its permissions. What killed processes have left of this file is removed. Raises
    OSError with the name of the file; `writable` tells before the work what would be refused.
    """
    place = Path(os.path.realpath(path))
    try:
        mode = _mode(place)
        beside = place.with_name(f"{_start(place)}{process.identity()}.tmp")
        descriptor = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
        )
        try:
            with open(descriptor, "wb") as file:
                if mode is not None:
                    os.chmod(beside, mode)
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, place)
        except BaseException:  # Ctrl-C too: nothing half written is left behind
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as problem:
        if problem.errno is None:
            raise
        # By its own name, not the temporary one or, as a full disk has it, none.
        raise OSError(problem.errno, problem.strerror, os.fspath(path)) from problem
    _settle(place)


def writable(path: str | Path) -> None:
    """Raise OSError where `write_whole` could not write: for use before long work."""
    place = Path(os.path.realpath(path))
    _mode(place)
    folder = place.parent
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "the folder cannot be written to", os.fspath(folder))


def remove_left_overs(path: str | Path, *, alone: bool = False) -> None:
    """Remove what processes that were killed while writing `path` have left beside it.

    Only what is named as `write_whole` names it, and whose process is known to be dead; with
    alone=True, for whoever knows that nobody else writes this file, of any process.
    """
    place = Path(os.path.realpath(path))
    start = _start(place)
    with contextlib.suppress(OSError):
        for beside in place.parent.iterdir():
            if not (beside.name.startswith(start) and beside.name.endswith(".tmp")):
                continue
            name = beside.name[len(start) : -4]
            # Digits only: as the first files were named.
            own = process.IDENTITY.fullmatch(name) or name.isdigit()
            if process.dead(name) or (alone and own):
                beside.unlink(missing_ok=True)


def cut(what: object, longest: int = LONGEST) -> str:
    """A text of at most `longest` characters; what is left out is counted."""
    text = str(what)
    if len(text) <= longest:
        return text
    return f"{text[:longest]} ... ({len(text) - longest} more characters)"


def _start(place):
    return f".{place.name[:SHORT]}."


def _mode(place):
    """Permissions of the file that is replaced, None if there is none."""
    try:
        found = os.stat(place).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(place))
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "not a file that could be replaced", os.fspath(place))
    return stat.S_IMODE(found)


def _settle(place):
    """Let the new name reach the disk, and tidy up. The file is in its place: nothing may fail."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    remove_left_overs(place)
