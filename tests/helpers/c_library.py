"""Headers of many cells as one shared library, called by ctypes.

As a program: python c_library.py LIBRARY GIVEN.npz FOUND.npz does the calls in a process of its
own, which a sanitizer can watch.
"""

import ctypes
import shutil
import subprocess
import sys

import numpy as np

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC")
PAD = 4096  # bytes behind every array where nothing watches
COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
NONE = "no C compiler (cc, gcc, clang) on this machine"


def build(folder, text, *options):
    """Compile text; returns the path of the library."""
    source, library = folder / "cells.c", folder / "cells.so"
    source.write_text(text, encoding="utf-8")
    command = [COMPILER, *STRICT, *options, str(source), "-o", str(library), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:3000]
    return library


def job(cell, sizes, dtype=np.float64, seed=0):
    """(sizes, given, shapes of what is found) for one call of both passes; given: by part."""
    rng = np.random.default_rng(seed)

    def shaped(word):
        return tuple(1 if k == "1" else sizes[k] for k in word)

    def drawn(words):
        return [rng.normal(0, 0.6, shaped(word)).astype(dtype) for word in words]

    states = list(cell.STATES.values())
    given = {"params": drawn([*cell.SHAPES.values(), *cell.FIXED.values()])}
    given |= {"x": drawn(cell.INPUTS.values()), "initial": drawn(states), "last": drawn(states)}
    given["dy"] = drawn([cell.OUTPUT])
    found = {"y": [shaped(cell.OUTPUT)], "state_T": [shaped(word) for word in states]}
    found |= {"dparams": [shaped(word) for word in cell.SHAPES.values()]}
    found |= {"dx": [shaped(word) for word in cell.INPUTS.values()], "dstate0": found["state_T"]}
    letters = dict.fromkeys("".join([*cell.INPUTS.values(), *cell.letters.values()]))
    return [sizes[k] for k in letters if k != "1"], given, found


def call(library, name, sizes, given, shapes, pad=0):
    """What both passes of the header of this name give: part -> arrays."""
    dtype = given["dy"][0].dtype
    real = {"float64": "double", "float32": "float"}[dtype.name]
    n, extra = (ctypes.c_size_t * len(sizes))(*sizes), pad // dtype.itemsize

    def empty(shape):
        size = int(np.prod(shape))
        return np.full(size + extra, np.nan, dtype)[:size].reshape(shape)

    found = {part: [empty(shape) for shape in each] for part, each in shapes.items()}
    own = {}
    for part, arrays in given.items():  # of exactly their size, each in memory of its own
        own[part] = [empty(array.shape) for array in arrays]
        for mine, array in zip(own[part], arrays, strict=True):
            mine[...] = array

    def pointers(arrays):
        return (ctypes.c_void_p * max(len(arrays), 1))(*(a.ctypes.data for a in arrays))

    def one(array):
        return ctypes.c_void_p(array.ctypes.data)

    count = getattr(library, f"{name}_work_{real}")
    count.restype = ctypes.c_size_t
    work = empty((count(n),))
    getattr(library, f"{name}_forward_{real}")(
        n, pointers(own["params"]), pointers(own["x"]), pointers(own["initial"]),
        one(work), one(found["y"][0]), pointers(found["state_T"]),
    )  # fmt: skip
    getattr(library, f"{name}_backward_{real}")(
        n, pointers(own["params"]), pointers(own["x"]), one(work), one(own["dy"][0]),
        pointers(own["last"]), pointers(found["dparams"]), pointers(found["dx"]),
        pointers(found["dstate0"]),
    )  # fmt: skip
    return found


def wanted(cell, given):
    """The same by the NumPy module."""
    names = [*cell.SHAPES, *cell.FIXED]
    params = dict(zip(names, given["params"], strict=True))
    inputs = dict(zip(cell.INPUTS, given["x"], strict=True))
    several = len(inputs) > 1
    x = inputs if several else given["x"][0]
    module = cell.module
    y, state_T, tape = module.forward(params, x, tuple(given["initial"]))
    dparams, dx, dstate0 = module.backward(params, tape, given["dy"][0], tuple(given["last"]))
    found = {"y": [y], "state_T": state_T, "dparams": [dparams[p] for p in cell.SHAPES]}
    return found | {"dx": [dx[x] for x in cell.INPUTS] if several else [dx], "dstate0": dstate0}


def distance(found, want):
    """The largest difference, of the largest number of each array or of 1; NaN counts most."""
    worst = 0.0
    for part, arrays in want.items():
        for got, right in zip(found[part], arrays, strict=True):
            if not np.isfinite(got).all():
                return np.inf
            scale = max(1, np.abs(right).max(initial=0))
            worst = max(worst, np.abs(got - right).max(initial=0) / scale)
    return worst


def stored(jobs):
    """Jobs as arrays of an npz file."""
    found = {}
    for name, (sizes, given, shapes) in jobs.items():
        found[f"{name}|sizes"] = np.array(sizes)
        for part, arrays in given.items():
            found |= {f"{name}|given|{part}|{k}": a for k, a in enumerate(arrays)}
        for part, each in shapes.items():
            found |= {f"{name}|shapes|{part}|{k}": np.array(s) for k, s in enumerate(each)}
    return found


def loaded(archive):
    """Jobs from such a file."""
    jobs = {}
    for key in archive.files:
        name, kind, *place = key.split("|")
        sizes, given, shapes = jobs.setdefault(name, ([], {}, {}))
        if kind == "sizes":
            sizes += archive[key].tolist()
        else:
            each = (given if kind == "given" else shapes).setdefault(place[0], [])
            each.append(archive[key] if kind == "given" else tuple(archive[key].tolist()))
    return jobs


def main(library, given, found):
    """Do the calls of a file."""
    cells, results = ctypes.CDLL(library), {}
    with np.load(given) as archive:
        for name, job in loaded(archive).items():
            for part, arrays in call(cells, name, *job).items():
                results |= {f"{name}|{part}|{k}": a for k, a in enumerate(arrays)}
    np.savez(found, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
