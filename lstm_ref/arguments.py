"""What a cell accepts: every argument is checked once, at the door.

NumPy broadcasts: a vector (D,) where a column (D, B) is meant would give an (H, H) matrix and no
error. So nothing enters a cell whose shape, dtype or values are not what the equations say.
The letters of the shapes are those of the book: T steps, D inputs, H units, B samples; a cell
whose parts differ in width has more of them (P projected units, G gates of a block).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from lstm_ref.types import Array, Arrays, Params, Sizes, State, Tape

# complex128 is let through for the complex step, which differentiates with imaginary numbers.
DTYPES = tuple(map(np.dtype, ("float32", "float64", "complex128")))

F = TypeVar("F", bound=Callable[..., Any])


def array(
    name: str, value: Any, letters: Sequence[str], sizes: Sizes, dtype: np.dtype | None = None
) -> None:
    """Refuse `value` unless it is a finite float array of the shape that `letters` spells.

    letters: one letter per axis, "TDB" or "H1"; sizes: known letters and their numbers. A letter
    that is not in `sizes` is free: it is taken from `value`, written to `sizes` and fixed from
    then on. Only T may be 0. Raises TypeError (not an array, wrong dtype) or ValueError (shape,
    NaN, infinity).
    """
    if not _is_plainly(value, letters, sizes, dtype):
        _examine(name, value, letters, sizes, dtype)
    finite(name, value)


def _is_plainly(value, letters, sizes, dtype):
    """Is this an array of known sizes? Most are, and then nothing needs to be put in words."""
    return (
        type(value) is np.ndarray
        and value.size > 0
        and value.dtype == dtype
        and value.shape == tuple([1 if k == "1" else sizes.get(k) for k in letters])
    )


def _examine(name, value, letters, sizes, dtype):
    """Say what is wrong with an array, or take the sizes from it that are free."""
    spelled = "(" + ", ".join(letters) + ")"
    plain(name, value, f"an array {spelled}")
    _dtype(name, value, dtype)
    if len(value.shape) != len(letters):
        hint = _hint(value, letters)
        raise ValueError(f"{name}: expected shape {spelled}, got {tuple(value.shape)}{hint}")
    for letter, size in zip(letters, value.shape, strict=True):
        if letter != "1" and size == 0 and letter != "T":
            raise ValueError(f"{name}: {letter} must be at least 1, got shape {value.shape}")
        if letter != "1":
            sizes.setdefault(letter, size)
    want = tuple(shape(letters, sizes))
    if tuple(value.shape) != want:
        raise ValueError(f"{name}: expected shape {spelled} = {want}, got {tuple(value.shape)}")


def shape(letters: Sequence[str], sizes: Sizes) -> list[int]:
    """The numbers that letters stand for; "1" is 1."""
    return [1 if letter == "1" else sizes[letter] for letter in letters]


def inputs(x: Any, letters: Mapping[str, str], sizes: Sizes, dtype: np.dtype) -> None:
    """Refuse what is no sequence of the inputs with these letters: an array of one, else a dict.

    sizes: as for `array`. Raises TypeError or ValueError.
    """
    if len(letters) == 1:
        array("x", x, next(iter(letters.values())), sizes, dtype)
        return
    spelled = ", ".join(f"{name} ({', '.join(word)})" for name, word in letters.items())
    if not isinstance(x, Mapping):
        raise TypeError(f"x: expected a dict with {spelled}, got {type(x).__name__}")
    if set(x) != set(letters):
        raise ValueError(f"x: expected a dict with {spelled}, got {listed(list(x)) or 'nothing'}")
    for name, word in letters.items():
        array(f'x["{name}"]', x[name], word, sizes, dtype)


def plain(name: str, value: Any, what: str = "an array") -> None:
    """Refuse what is no plain array: a subclass means something else by * or by an index.

    A matrix multiplies, a masked array leaves entries out, an array with names for its axes goes by
    them. np.memmap only says where the numbers are and is let through; so is a box of autograd.
    Raises TypeError. what: the words for what was expected.
    """
    kind = type(value)
    if kind in (np.ndarray, np.memmap) or kind.__module__.partition(".")[0] == "autograd":
        return
    hint = ""
    if isinstance(value, np.ma.MaskedArray):
        hint = "; .filled(number) gives an array without a mask"
    elif isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        hint = "; np.asarray makes a plain array"
    raise TypeError(f"{name}: expected {what}, got {kind.__name__}{hint}")


def own(value: Array) -> Array:
    """A copy of an array in C order, which nobody else can change; autograd can follow it.

    The order of the axes in memory can alter the last bit of a product, so it is always the same.
    """
    return np.array(value, order="C") if isinstance(value, np.ndarray) else value * 1


def kept(params: Params, names: Iterable[str]) -> Arrays:
    """A copy of the parameters, for the tape: `backward` needs those of its `forward`."""
    return {name: own(params[name]) for name in names}


def same(params: Params, before: Params) -> bool:
    """Are these the arrays of `before`, which has been checked, by their values?"""
    if not hasattr(params, "keys") or {*params.keys()} != {*before}:
        return False
    pairs = [(params[name], value) for name, value in before.items()]
    if any(type(now) is not np.ndarray or type(old) is not np.ndarray for now, old in pairs):
        return False
    # Small arrays are compared faster by their bytes. Where these differ in the sign of a zero, the
    # long way finds that nothing has changed.
    return all(
        now.dtype == old.dtype and now.shape == old.shape and now.tobytes() == old.tobytes()
        for now, old in pairs
    )


def unchanged(params: Params, tape: Tape) -> None:
    """Refuse other parameters than those that made the tape, by their values. Raises ValueError."""
    for name, before in tape.get("params", {}).items():
        if isinstance(before, np.ndarray) and not np.array_equal(before, params[name]):
            raise ValueError(
                f'params["{name}"]: changed since `forward` made the tape; '
                "change parameters after `backward`, or run `forward` again"
            )


def _dtype(name, value, dtype):
    got = value.dtype
    if got not in DTYPES:
        raise TypeError(f"{name}: expected float32 or float64, got {got}")
    if dtype is not None and got != dtype:
        raise TypeError(f"{name}: expected {dtype} like the parameters, got {got}; mixed precision")


def _hint(value, letters):
    """What is probably meant by an array that lacks the axis of the samples."""
    if letters.endswith("1B") and len(value.shape) == len(letters) - 1:
        index = "[:, None, :]" if letters == "T1B" else "[None, :]"
        return f"; it is one number a sample: add the axis of the units with {index}"
    if letters.endswith("B") and len(value.shape) == len(letters) - 1:
        return "; one sample is one column: add the last axis with [..., None]"
    if letters.endswith("1") and len(value.shape) == len(letters) - 1:
        return "; a bias is a column: add the last axis with [:, None]"
    return ""


def finite(name: str, value: Any, error: type[Exception] = ValueError) -> None:
    """Refuse NaN and infinity and say where the first one stands."""
    ok = np.isfinite(value)
    if b"\0" in ok.tobytes():  # which is faster than `all` for small arrays
        where = tuple(int(k) for k in np.argwhere(~ok)[0])
        raise error(f"{name}: expected finite numbers, got {value[where]} at {list(where)}")


def listed(names: Sequence[Any], most: int = 8, longest: int = 40) -> str:
    """Names for a message, which stays short however many there are, and whatever they are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"{name!s:.{longest}}" for name in names[:most]) + more


def parameters(params: Params, shapes: Mapping[str, str]) -> tuple[Sizes, np.dtype]:
    """Check a dict of parameters against `shapes` (name -> letters).

    Returns (sizes, dtype): sizes is {"H": .., "D": ..}. Raises TypeError or ValueError.
    """
    if not hasattr(params, "keys"):
        raise TypeError(f"params: expected a dict of arrays, got {type(params).__name__}")
    names = list(params)
    missing = [name for name in shapes if name not in names]
    unknown = [name for name in names if name not in shapes]
    if missing or unknown:
        wrong = [
            f"{word} {listed(which)}"
            for word, which in (("missing", missing), ("unknown", unknown))
            if which
        ]
        raise ValueError(f"params: {'; '.join(wrong)}; expected {', '.join(shapes)}")
    # A bias is met first: it tells H, and a transposed matrix is then named as what it is.
    sizes: Sizes = {}
    dtype: Any = None
    for name in sorted(shapes, key=lambda name: not shapes[name].endswith("1")):
        array(f'params["{name}"]', params[name], shapes[name], sizes, dtype)
        dtype = params[name].dtype
    return sizes, dtype


def state(
    name: str, value: Any, states: Mapping[str, str], sizes: Sizes, dtype: np.dtype | None
) -> State:
    """Check a state: one array for each name in `states` (name -> letters); None means zeros.

    Returns copies. Raises TypeError or ValueError.
    """
    if value is None:
        return tuple(np.zeros(shape(letters, sizes), dtype) for letters in states.values())
    spelled = "(" + ", ".join(states) + ("," if len(states) == 1 else "") + ")"
    if not isinstance(value, tuple | list) or len(value) != len(states):
        got = f"{len(value)} of them" if isinstance(value, tuple | list) else type(value).__name__
        shapes = ", ".join(f"({', '.join(letters)})" for letters in dict.fromkeys(states.values()))
        raise TypeError(f"{name}: expected a tuple {spelled} of arrays {shapes}, got {got}")
    for (symbol, letters), entry in zip(states.items(), value, strict=True):
        array(f"{name}: {symbol}", entry, letters, sizes, dtype)
    return tuple(map(own, value))


def step(shapes: Mapping[str, str], states: Mapping[str, str]) -> Callable[[F], F]:
    """Decorate `step(params, x, state)` or `step_backward(params, tape, dstate)` with the check.

    The record of a step belongs to nobody else: it holds copies of what `step_backward` reads.
    The loop over time checks and copies once and calls the bare function behind ``__wrapped__``.
    """

    def decorate(bare):
        @functools.wraps(bare)
        def checked(params, second, third):
            sizes, dtype = parameters(params, shapes)
            backward = isinstance(second, dict)
            x = second.get("x") if backward else second
            array("tape: x" if backward else "x", x, "DB", sizes, dtype)
            third = state("dstate" if backward else "state", third, states, sizes, dtype)
            if backward:
                unchanged(params, second)
                return bare(second.get("params", params), second, third)
            mine = kept(params, shapes)
            last, record = bare(mine, own(x), third)
            return tuple(map(own, last)), {**record, "params": mine}

        return checked

    return decorate
