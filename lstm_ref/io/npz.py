"""npz archives: written the same each time, read as untrusted: plain arrays, or a clear error.

Nothing is unpickled or executed, and no memory is taken for what a file merely claims to hold.
"""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lstm_ref.io.files import cut

MEMBERS = 2000  # of an archive
HEADER = 4096  # bytes of an array's header
ROOM = 2**25  # bytes that a small archive may declare, however well they are compressed
RATIO = 100  # beyond that: declared bytes of one byte of the archive


def arrays(data: bytes, limit: int, error: type[Exception]) -> dict[str, NDArray[Any]]:
    """The arrays of an npz archive: dict name -> array, in the archive's order.

    data: bytes of the archive; limit: most bytes of all members, as they declare them, which for a
    strongly compressed archive is less; error: the class of what is raised. Arrays of numbers,
    booleans and text come, and records of them.
    """
    found = {}
    with _opened(data, error) as archive:
        most = min(limit, max(ROOM, RATIO * len(data)))
        for member in _members(archive, most, error):
            name = member.filename.removesuffix(".npy")
            found[name] = _array(name, _content(archive, member, error), error)
    return found


def write(file: BinaryIO, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an npz archive: one member NAME.npy for each array, C order, little-endian.

    A fixed date and system, and no compression: the bytes depend on the arrays alone. Any name
    will do, also "file", which numpy.savez has for itself.
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name, value in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system, member.external_attr = 3, 0o644 << 16
            value = np.asarray(value, order="C")
            little = value.astype(value.dtype.newbyteorder("<"), copy=False)
            with archive.open(member, "w") as stream:
                np.lib.format.write_array(stream, little, version=(1, 0), allow_pickle=False)


def _word(name):
    """The name of an array in Python, for a message."""
    stem = name.removesuffix(".npy")
    return stem if stem.isidentifier() and len(stem) <= 30 else "arrays"


def _opened(data, error):
    if (entries := data.count(b"PK\x01\x02")) > MEMBERS:  # before zipfile builds an object of each
        raise error(f"{entries} members, more than {MEMBERS}, the limit")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except Exception as problem:  # zipfile raises many kinds on damaged bytes
        raise error(f"damaged, or not .npz: {cut(problem)}") from problem


def _members(archive, limit, error):
    """Entries that may be opened: named NAME.npy, each once, plainly stored or deflated."""
    members, seen = archive.infolist(), set()
    for member in members:
        name = member.filename
        if not name.endswith(".npy"):
            raise error(f"member {name!r:.80}: expected NAME.npy, as numpy.savez writes it")
        if name in seen:
            raise error(f"member {name!r:.80} occurs twice")
        if member.flag_bits & 1 or member.compress_type not in (0, zipfile.ZIP_DEFLATED):
            raise error(f"member {name!r:.80}: encrypted or of an unknown compression")
        seen.add(name)
    if (declared := sum(member.file_size for member in members)) > limit:
        raise error(f"declares {declared} bytes, more than {limit}, the limit")
    return members


def _content(archive, member, error):
    """Bytes of a member; never more of them than it declares."""
    try:
        with archive.open(member) as stream:
            data = stream.read(member.file_size + 1)
    except Exception as problem:  # zipfile and zlib raise many kinds on damaged bytes
        raise error(f"{member.filename:.80}: damaged: {cut(problem)}") from problem
    if len(data) != member.file_size:
        raise error(f"{member.filename:.80}: truncated")
    return data


def _array(name, data, error):
    """The array in an npy file, whose lengths must fit exactly."""
    stream = io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of headers from Python 2
            version = np.lib.format.read_magic(stream)[0]
            reader = getattr(np.lib.format, f"read_array_header_{version}_0")
            shape, fortran, dtype = reader(stream, max_header_size=HEADER)
    except Exception as problem:  # NumPy parses the header as Python: many kinds of errors
        raise error(f"{name:.80}: damaged, or not an array in NumPy's format") from problem
    if dtype.hasobject:
        raise error(
            f"{name:.80}: dtype {dtype!s:.80}: pickled Python objects, which are never loaded; "
            f"a dict of arrays is saved by np.savez(FILE, **{_word(name)})"
        )
    start, wanted = stream.tell(), dtype.itemsize * math.prod(shape)
    if wanted != len(data) - start or min(shape, default=0) < 0:
        raise error(
            f"{name:.80}: shape {shape!s:.80} needs {wanted} bytes, got {len(data) - start}"
        )
    try:
        return np.ndarray(shape, dtype, data, start, order="F" if fortran else "C").copy("C")
    except (ValueError, OverflowError) as problem:  # no bytes, but an axis beyond all bounds
        raise error(f"{name:.80}: bad shape {shape!s:.80}") from problem
