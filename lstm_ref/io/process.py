"""Which process did it, and does it still live? Names for files that one process owns.

An identity is a text of letters and digits in four parts: host (name, boot and process namespace,
as far as the system tells), process number, time of its start where /proc has it, and a random
number. Two containers on one volume differ in the first part, so neither takes the other for dead.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import secrets
import zlib

IDENTITY = re.compile(r"([0-9a-f]{8})-([0-9]+)-([0-9]+)-[0-9a-f]{16}")


def identity() -> str:
    """A new name for something that this process owns; no two are alike."""
    pid = os.getpid()
    return f"{_host()}-{pid}-{_started(pid)}-{secrets.token_hex(8)}"


def dead(name: str) -> bool:
    """Whether the process of an `identity` is known to have ended; False where nobody can say."""
    parts = IDENTITY.fullmatch(name)
    if parts is None or parts[1] != _host() or os.name != "posix":
        return False  # os.kill would end a process of Windows
    pid = int(parts[2])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # it lives, and is somebody else's
        return False
    return _started(pid) != int(parts[3])  # the number was given to another one


def described(name: str) -> str:
    """The process of an `identity` in words."""
    parts = IDENTITY.fullmatch(name)
    if parts is None:
        return "of unknown origin"
    return f"process {parts[2]}" + ("" if parts[1] == _host() else " of another machine")


@functools.cache
def _host():
    facts = [platform.node(), _text("/proc/sys/kernel/random/boot_id")]
    try:
        facts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        facts.append("")
    return f"{zlib.crc32(repr(facts).encode(errors='replace')):08x}"


def _started(pid):
    """Ticks from the boot to the start of a process, 0 where the system does not say."""
    after_name = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(after_name[19]) if len(after_name) > 19 else 0


def _text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(4096)
    except OSError:
        return ""
