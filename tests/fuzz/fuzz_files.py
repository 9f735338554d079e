"""Doors that read files: weights, checkpoints, golden vectors, somebody's numbers."""

from __future__ import annotations

import io
import json
from functools import cache, partial

import fuzz_bytes
import numpy as np
from fuzz_case import Case, Door, same

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.interop import torch_bridge, vectors
from lstm_ref.learn import checkpoint, storage

RUN = {"cell": "LSTM", "seed": 1, "rates": [0.1, 0.2]}


@cache
def params(dtype="float64"):
    rng = np.random.default_rng(1)
    tensors, _ = witnesses.problem(lstm, rng, T=1, B=1, D=2, H=3, dtype=np.dtype(dtype))
    return witnesses.split(lstm, tensors)[0]


@cache
def original(folder, name):
    """The bytes of an undamaged file, written once."""
    path = folder.parent / f"right-{name}"
    kind, _, suffix = name.partition(".")
    if kind == "weights":
        storage.save(path, lstm, params(), note="of a test", numbers=[1, 2.5, None])
    elif kind == "checkpoint":
        state = {"update": 7, "m": params(), "v": (params("float32"), 0.5), "best": None}
        checkpoint.save(path, RUN, state)
    elif kind == "tensors":
        torch_bridge.write_safetensors(path, torch_bridge.to_torch(lstm, params("float32")))
    elif kind == "vectors":
        vectors.write(path, *vectors.make("ELMAN", T=2, B=2, D=2, H=3))
    else:  # somebody's numbers, without a header
        vectors.write(path, {}, {"a": np.arange(6.0).reshape(2, 3) / 7, "b": np.array([1e-300])})
    return path.read_bytes()


READERS = {
    "weights": (partial(storage.load, cell=lstm), storage.StorageError),
    "any_weights": (storage.load, storage.StorageError),
    "checkpoint": (partial(checkpoint.load, fingerprint=RUN), storage.StorageError),
    "vectors": (vectors.read, vectors.VectorsError),
    "numbers": (vectors.read_arrays, vectors.VectorsError),
    "tensors": (torch_bridge.read_safetensors, ValueError),
}


def case(name, right, damages, rng, folder):
    """A file of this name is damaged in one of these ways, and read."""
    kind, _, suffix = name.partition(".")
    read, error = READERS[kind]
    data = original(folder, name.replace("any_", ""))
    what, damaged = rng.choice(damages)(rng, data)
    path = folder / f"damaged.{suffix}"
    path.write_bytes(damaged)
    undamaged = folder.parent / f"right-{name.replace('any_', '')}"
    return Case(
        f"{name}: {what}",
        lambda: read(path),
        lambda result: right(result, lambda: read(undamaged), path),
        (error,),
        (path.name,),
    )


def unchanged(result, undamaged, path):
    return same(result, undamaged())


def as_parsed(result, undamaged, path):
    """Numbers of a JSON file without a checksum: those that Python's own reader finds in it."""
    found = json.loads(path.read_text(encoding="utf-8-sig"))
    arrays = found.get("arrays", found)
    own = {}
    for name, value in arrays.items():
        shape, data = (value["shape"], value["data"]) if isinstance(value, dict) else (None, value)
        own[name] = np.array(data, np.float64)
        own[name] = own[name] if shape is None else own[name].reshape(shape)
    return same(result[1], own)


def as_loaded(result, undamaged, path):
    """The arrays of an archive that NumPy itself reads, as float64 where they are whole numbers."""
    with np.load(path) as found:
        own = {name.removesuffix(".npy"): found[name] for name in found.files}
    floats = {n: v.dtype.newbyteorder("=") if v.dtype.kind == "f" else "f8" for n, v in own.items()}
    return same(result[1], {n: v.astype(floats[n]) for n, v in own.items() if n != "header"})


def unlike_none(result, undamaged, path):
    return result is not None and same(result, undamaged())


def as_library(result, undamaged, path):
    """Files of others have no checksum: what the package safetensors itself reads."""
    from safetensors.numpy import load

    return same(result, load(path.read_bytes()))


def text_of(content):
    return npz_array(content).tobytes().decode("utf-8", "surrogatepass")


def npz_array(content):
    return np.lib.format.read_array(io.BytesIO(content))


def npy(value):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, value, version=(1, 0))
    return stream.getvalue()


def about(rng, data):
    def write(text):
        return npy(np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8))

    return fuzz_bytes.archive_text(rng, data, "about.npy", text_of, write)


def header(rng, data):
    def read(content):
        return str(npz_array(content))

    def write(text):
        return npy(np.array(text))

    return fuzz_bytes.archive_text(rng, data, "header.npy", read, write)


def text(rng, data):
    what, new = fuzz_bytes.document(rng, data.decode())
    return what, new.encode("utf-8", "surrogatepass")


RAW, ARCHIVE, TENSORS = fuzz_bytes.raw, fuzz_bytes.archive, fuzz_bytes.tensors


def reader(name, right, *damages, share):
    return Door(partial(case, name, right, damages), share)


DOORS = {
    "weights-npz": reader("weights.npz", unchanged, RAW, ARCHIVE, about, share=1000),
    "weights-safetensors": reader("weights.safetensors", unchanged, RAW, TENSORS, share=1000),
    "any-weights-npz": reader("any_weights.npz", unchanged, RAW, RAW, ARCHIVE, share=300),
    "any-weights-safetensors": reader(
        "any_weights.safetensors", unchanged, RAW, TENSORS, share=300
    ),
    "checkpoint-npz": reader("checkpoint.npz", unlike_none, RAW, ARCHIVE, about, share=800),
    "checkpoint-safetensors": reader(
        "checkpoint.safetensors", unlike_none, RAW, TENSORS, share=800
    ),
    "vectors-npz": reader("vectors.npz", unchanged, RAW, ARCHIVE, header, share=800),
    "vectors-json": reader("vectors.json", unchanged, RAW, text, share=800),
    "numbers-npz": reader("numbers.npz", unchanged, RAW, share=300),
    "numbers-npz-members": reader("numbers.npz", as_loaded, ARCHIVE, share=200),
    "numbers-json": reader("numbers.json", as_parsed, RAW, text, share=500),
    "tensors": reader("tensors.safetensors", as_library, RAW, TENSORS, share=300),
}
