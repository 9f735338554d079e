"""What generated cells share: checks at the door, arrays over time, sums over time.

Arrays over time have T + 1 slots; slot 0 holds the initial state, so that c[t - 1] in the code is
c_{t-1} on the page. Needs NumPy only.
"""

import math
from itertools import count

import numpy as np

from lstm_ref import arguments


def sigmoid(x, out=None):
    """Logistic function, by tanh: it cannot overflow. out: an array to write to, x itself too."""
    if out is None:
        return 0.5 * (1 + np.tanh(0.5 * x))
    np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5
    return out


def workspace():
    """Arrays that calls may share; pass it to `forward` again and again, for speed.

    Every call of `forward` with it overwrites the tape of the call before.
    """
    return {"buffers": {}, "call": 0}


def enter(cell, params, x, state0, space):
    """Check the arguments of `forward`; return (sizes, initial states, new, tape so far).

    sizes: letter -> number. new: see `_room`. Raises TypeError or ValueError that names the
    argument.
    """
    sizes, dtype = arguments.parameters(params, cell["SHAPES"])
    if "G" in sizes and sizes["H"] % sizes["G"]:
        H, G = sizes["H"], sizes["G"]
        raise ValueError(f"params: H must be a multiple of the number of blocks G, got {H}, {G}")
    arguments.array("x", x, cell["INPUT"], sizes, dtype)
    initial = arguments.state("state0", state0, cell["STATES"], sizes, dtype)
    space = workspace() if space is None else space
    space["call"] += 1
    tape = dict(cell=cell["NAME"], sizes=sizes, dtype=dtype, space=space, call=space["call"])
    return sizes, initial, _room(space, "forward", sizes, dtype), tape


def _room(space, part, sizes, dtype):
    """A function new(letters) that gives arrays (T + 1, n, B), not yet filled.

    The k-th array of one call takes the place of the k-th of the call before, where it fits.
    """
    buffers, number = space["buffers"], count()

    def new(letters):
        shape = (sizes["T"] + 1, sum(sizes[k] for k in letters), sizes["B"])
        key = part, next(number)
        old = buffers.get(key)
        if old is None or old.shape != shape or old.dtype != dtype:
            old = buffers[key] = np.empty(shape, dtype)
        return old

    return new


def from_one(x):
    """A sequence with an empty slot 0 in front: x[t] is x_t."""
    return np.concatenate([np.zeros((1, *x.shape[1:]), x.dtype), x])


def rows(array, *heights):
    """Cut axis 1 into parts of these heights: views, one for each gate."""
    ends = np.cumsum(heights)
    return [array[:, end - height : end] for end, height in zip(ends, heights, strict=True)]


def leave(cell, output, last):
    """The results of `forward` besides the tape: outputs and last states, refused if not finite."""
    for name, value in zip(cell["STATES"], last, strict=True):
        arguments.finite(f"{name} after the last step", value, FloatingPointError)
    arguments.finite("the output", output[1:], FloatingPointError)
    return output[1:].copy(), tuple(value.copy() for value in last)


def enter_backward(cell, params, tape, dh, dstate_T):
    """Check the arguments of `backward`; return (sizes, new, dh, errors at the end)."""
    if not isinstance(tape, dict) or tape.get("cell") != cell["NAME"]:
        raise TypeError(f"tape: expected the third result of forward of {cell['NAME']}")
    if tape["call"] != tape["space"]["call"]:
        raise ValueError("tape: overwritten by a later forward with the same workspace")
    sizes, dtype = arguments.parameters(params, cell["SHAPES"])
    if any(tape["sizes"][k] != n for k, n in sizes.items()) or tape["dtype"] != dtype:
        raise ValueError("tape: made with parameters of another size or dtype")
    sizes = tape["sizes"]
    if dh is None:
        dh = zeros(sizes, dtype, cell["OUTPUT"])
    arguments.array("dh", dh, cell["OUTPUT"], sizes, dtype)
    last = arguments.state("dstate_T", dstate_T, cell["STATES"], sizes, dtype)
    return sizes, _room(tape["space"], "backward", sizes, dtype), dh, last


def zeros(sizes, dtype, letters):
    """An array of zeros with the sizes of these letters."""
    return np.zeros([sizes[k] for k in letters], dtype)


def take(tape, names):
    """Several arrays from the tape."""
    return [tape[name] for name in names.split()]


def give(dparams, dx, dstate0):
    """The results of `backward`, none of them a view of a shared array."""

    def own(array):
        return array if array.base is None else array.copy()

    return {k: own(v) for k, v in dparams.items()}, own(dx), tuple(map(own, dstate0))


def flat(array):
    """(T, n, B) -> (n, T B): a sum over steps and samples becomes one matrix product."""
    return array.transpose(1, 0, 2).reshape(array.shape[1], -1)


def outer(errors, v):
    """Sum over steps and samples of error times input: (T, n, B), (T, m, B) -> (n, m)."""
    return flat(errors) @ flat(v).T


def total(array):
    """Sum over steps and samples: (T, n, B) -> (n, 1)."""
    return array.sum(axis=(0, 2))[:, None]


def spread(v, H):
    """Give each of G gates to all cells of its block: (..., G, B) -> (..., H, B)."""
    return np.repeat(v, H // v.shape[-2], axis=-2)


def gather(v, G):
    """The transpose of `spread`: sum over the cells of each block."""
    *front, H, B = v.shape
    return v.reshape(*front, G, H // G, B).sum(axis=-2)


def init(rng, cell, D, H, *, dtype=np.float64, **others):
    """Fresh parameters: matrices from U(-1/sqrt(n), 1/sqrt(n)), n their columns; vectors zero.

    others: sizes of further letters (P=5, G=2), or start values of vectors, a number or an array
    of the vector's shape (b_f=1.0). Raises TypeError or ValueError.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected np.random.default_rng(seed), got {type(rng).__name__}")
    shapes = cell["SHAPES"]
    if cell["INPUT"] == "THB" and D != H:
        raise ValueError(f"D: must be H, {cell['NAME']} adds input and units, got {D} and {H}")
    values = {k: others.pop(k) for k in list(others) if shapes.get(k, "").endswith("1")}
    sizes = {"D": D, "H": H, **others}
    letters = {k for word in shapes.values() for k in word if k != "1"} | {"D", "H"}
    for letter in sorted(letters | set(sizes)):
        n = sizes.get(letter)
        if letter not in letters:
            known = sorted(letters | {k for k, word in shapes.items() if word.endswith("1")})
            raise TypeError(f"{letter}: unknown; expected one of {', '.join(known)}")
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise ValueError(f"{letter}: expected a whole number >= 1, got {n!r}")
    params = {}
    for name, word in shapes.items():
        shape = tuple({**sizes, "1": 1}[k] for k in word)
        k = 1 / math.sqrt(shape[1])
        start = values.get(name, 0.0) if word.endswith("1") else rng.uniform(-k, k, shape)
        params[name] = np.array(np.broadcast_to(start, shape), dtype=dtype)
    return params
