"""C to a shared library, once: the machine's compiler, and a folder that keeps what it made.

Nothing is compiled but what `lstm_ref.derive` prints, and the networks of 1997 in
`lstm_ref.history`. The folder is `lstm_ref` in XDG_CACHE_HOME,
else in ~/.cache; where it cannot be written, or others could write to it, a temporary one serves
until Python ends. Libraries are put in place by renaming, so processes that compile the same at
once do not disturb each other.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SECONDS = 120  # that a compiler may take
# What is exact to rounding: sums may be added in another order, and nothing asks for errno.
FAST = (
    *("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math"),
    *("-fno-signed-zeros", "-fassociative-math", "-ffp-contract=fast"),
)
VECTOR = ("-DVECTOR_MATH", "-Wl,-z,defs", "-lmvec")  # glibc's functions of several numbers at once
# From the fastest to what any compiler has.
ATTEMPTS = ((*FAST, *VECTOR), FAST, ("-O2",))


class NoCompiler(RuntimeError):
    """There is no compiler, or it cannot compile; the message says which."""


def loaded(name: str, text: str) -> ctypes.CDLL:
    """The library of this C, compiled if it is not there yet. name: for the file.

    Raises NoCompiler.
    """
    command = found()
    # A file may be damaged, and is made again; from some folders nothing may be run.
    for place in (folder(), folder(), _temporary()):
        path = _library(command, name, text, place)
        try:
            return ctypes.CDLL(str(path))
        except OSError as error:
            told = str(error)
            path.unlink(missing_ok=True)
    raise NoCompiler(f"what {command[0]} compiled cannot be loaded: {told}")


def _library(command, name, text, place):
    """The file in this folder, compiled if it is not there yet."""
    key = hashlib.sha256("\n".join([text, *_machine(command)]).encode()).hexdigest()[:32]
    path = place / f"{name}-{key}.so"
    try:
        if not path.exists():
            _compile(command, text, path)
    except OSError as error:
        raise NoCompiler(f"{place} cannot be written: {error.strerror}") from None
    return path


def found() -> list[str]:
    """The compiler's path, and options that CC has behind it; else cc, gcc or clang.

    Raises NoCompiler.
    """
    try:
        own = shlex.split(os.environ.get("CC", ""))
    except ValueError:
        own = [os.environ["CC"]]
    commands = [own] if own else [["cc"], ["gcc"], ["clang"]]
    for name, *options in commands:
        if path := shutil.which(name):
            return [path, *options]
    raise NoCompiler(f"no C compiler was found ({', '.join(name for name, *_ in commands)})")


def _machine(command):
    """What a library depends on besides its text: a folder may be shared by several machines."""
    yield from (*command, str(os.stat(command[0]).st_mtime_ns), platform.platform(), sys.byteorder)
    yield repr(ATTEMPTS)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = [platform.processor()]
    yield from sorted({line for line in lines if line.startswith(("flags", "model name", "Feat"))})


def _compile(compiler, text, path):
    """Compile to a file beside `path`, then rename."""
    errors = ""
    with tempfile.TemporaryDirectory(prefix="build-", dir=path.parent) as place:
        source, made = Path(place, "cell.c"), Path(place, "cell.so")
        source.write_text(text, encoding="utf-8")
        for flags in ATTEMPTS:
            libraries = [flag for flag in flags if flag.startswith("-l")]
            others = [flag for flag in flags if flag not in libraries]
            command = [*compiler, "-std=c99", *others, "-shared", "-fPIC", str(source)]
            command += ["-o", str(made), *libraries, "-lm"]
            try:
                done = subprocess.run(
                    command, capture_output=True, text=True, errors="replace", timeout=SECONDS
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise NoCompiler(f"{compiler[0]} does not run: {type(error).__name__}") from None
            if done.returncode == 0 and made.exists():
                os.replace(made, path)
                return
            errors = done.stderr or f"exit code {done.returncode}"
    first = next((line for line in errors.splitlines() if line.strip()), "no message")
    raise NoCompiler(f"{compiler[0]} cannot compile: {first.strip()[:200]}")


def folder() -> Path:
    """Where libraries are kept: that of the user, or a temporary one."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    place = Path(home, "lstm_ref")
    if os.path.isabs(home):
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_safe(place):
                return place
        except OSError:
            pass
    return _temporary()


def _is_safe(place):
    """Can we write here, and nobody else? What lies here is run."""
    if not os.access(place, os.W_OK | os.X_OK):
        return False
    if not hasattr(os, "getuid"):
        return True
    told = place.stat()
    return told.st_uid == os.getuid() and not told.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def _temporary():
    place = tempfile.mkdtemp(prefix="lstm_ref-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Path(place)
