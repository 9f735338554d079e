"""Small files that claim, or unpack to, far more than they are: refused in little memory."""

from __future__ import annotations

import io
import json
import tracemalloc

import numpy as np
from fuzz_bytes import zipped
from fuzz_case import Case, Door

from lstm_ref.cells import lstm
from lstm_ref.interop import torch_bridge, vectors
from lstm_ref.learn import checkpoint, storage

MEMORY = 100_000_000  # bytes
READERS = {
    "weights": (lambda path: storage.load(path, lstm), storage.StorageError),
    "checkpoint": (lambda path: checkpoint.load(path, {}), storage.StorageError),
    "vectors": (vectors.read, vectors.VectorsError),
    "numbers": (vectors.read_arrays, vectors.VectorsError),
    "tensors": (torch_bridge.read_safetensors, ValueError),
}


def npy(shape, bytes_there, dtype="<f8"):
    """An npy file that claims this shape and has so many bytes."""
    stream = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + bytes(bytes_there)


def archive(rng):
    """(what, an npz file)."""
    n = 10 ** rng.randrange(5, 19)
    huge = rng.choice([(n,), (n, n), (n, 0), (1,) * 60, (2,) * 62])
    members = {
        f"claims {huge!s:.40}": [("x.npy", npy(huge, 64))],
        "many members": [(f"x{k}.npy", b"") for k in range(rng.choice([2001, 9000]))],
        "a long header": [("x.npy", npy((1,) * rng.randrange(2000, 15000), 8))],
        "zeros": [("x.npy", npy((2**27,), 0) + bytes(rng.choice([1, 2, 6]) << 22))],
    }
    what = rng.choice(list(members))
    return what, zipped(members[what], 8)


def text(rng):
    """(what, a JSON file)."""
    depth, many = rng.choice([1000, 10**5, 10**6]), rng.choice([3000, 300_000])
    texts = {
        f"{depth} brackets": '{"x": ' + "[" * depth,
        f"{depth} objects": '{"x": ' * depth,
        f"{many} keys": json.dumps({f"x{k}": 1.0 for k in range(many)}),
        f"{many} empty lists": '{"x": [' + "[]," * many + "[]]}",
        "a number of digits": '{"x": [' + "9" * depth + "]}",
        "a claimed shape": '{"x": {"shape": [100000000000], "data": [1]}}',
        "a long key": json.dumps({"x" * depth: [1.0]}),
        "a long text": json.dumps({"format": "x" * depth, "arrays": {"x": [1.0]}}),
    }
    what = rng.choice(list(texts))
    return what, texts[what].encode()


def tensors(rng):
    """(what, a safetensors file)."""
    n = 10 ** rng.randrange(5, 19)
    one = {"dtype": "F64", "shape": [n], "data_offsets": [0, 8 * n]}
    headers = {
        f"claims {n}": {"x": one},
        "claims more than there is": {"x": {**one, "data_offsets": [0, 8]}},
        "many tensors": {
            f"x{k}": {**one, "shape": [0], "data_offsets": [0, 0]} for k in range(9999)
        },
        "long texts": {"__metadata__": {"about": "x" * 3_000_000}},
        "deep texts": {"__metadata__": {"about": "[" * 100_000}},
    }
    what = rng.choice(list(headers))
    header = json.dumps(headers[what]).encode()
    size = rng.choice([len(header), len(header), 2**62, 10**9])
    return f"{what}, header of {size}", size.to_bytes(8, "little") + header + bytes(64)


MAKERS = {
    "npz": (archive, ["weights", "checkpoint", "vectors", "numbers"]),
    "json": (text, ["vectors", "numbers"]),
    "safetensors": (tensors, ["weights", "checkpoint", "tensors"]),
}


def bomb(rng, folder):
    """One of the readers gets such a file."""
    suffix = rng.choice(list(MAKERS))
    make, kinds = MAKERS[suffix]
    kind = rng.choice(kinds)
    read, error = READERS[kind]
    what, data = make(rng)
    path = folder / f"bomb.{suffix}"
    path.write_bytes(data)

    def call():
        tracemalloc.start()
        try:
            return read(path)
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            if peak > MEMORY:
                raise MemoryError(f"{peak} bytes for a file of {len(data)}")

    return Case(
        f"{kind}.{suffix}: {what}",
        call,
        lambda result: suffix != "npz" and kind in ("numbers", "tensors"),  # all of it is there
        (error,),
        (path.name,),
    )


DOORS = {"bomb": Door(bomb, 200)}
