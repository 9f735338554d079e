"""Is this backward pass right? Three witnesses that know nothing of it.

- autograd differentiates the very forward function that the reader sees, by reverse mode;
- the complex step evaluates the forward at w + i·ε: the imaginary part over ε is the derivative,
  with no subtraction and so no loss of digits (Squire & Trapp 1998);
- central differences along random directions, the least exact and the least clever.

A check can be blind: with zero states, zero biases, tiny weights, one sample or two steps most of
the mistakes people make do not show (book, chapter 1 and chapter "Checking gradients"). So
`problem` draws what leaves none of them hidden; `lstm_ref.check.contract` looks at every parameter,
at x and at the initial states.

A *cell* here is anything with SHAPES, STATES, `forward` and `backward` as in `lstm_ref.cells`.
*Tensors* are one flat dict: the parameters, then "x", then "h_0" (and "c_0"). A cell with several
inputs has each of them by its name in place of "x"; fixed parameters stand behind the learned ones,
and have no gradient.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lstm_ref.cells.interface import all_shapes, interface
from lstm_ref.check.errors import relative
from lstm_ref.optional import needs
from lstm_ref.sizes import SPARE
from lstm_ref.types import Arrays, CellLike, Params, Sizes, State

# What enters from outside: {"dh": (T, H, B) at each output, "dstate_T": tuple at the last state}.
Errors = dict[str, Any]
EPSILON = 1e-30  # of the complex step: so small that ε² is below every rounding error


class GradientMismatch(AssertionError):
    """A gradient differs from a witness; the message names tensor, entry and both values.

    So do the attributes tensor, entry (a tuple), got and want; None where they do not apply.
    """

    def __init__(
        self,
        message: str,
        tensor: str | None = None,
        entry: tuple[int, ...] | None = None,
        got: float | None = None,
        want: float | None = None,
    ) -> None:
        super().__init__(message)
        self.tensor, self.entry, self.got, self.want = tensor, entry, got, want


def widths(T: int, B: int, D: int, H: int) -> Sizes:
    """letter -> size. G: blocks, the largest divisor of H below H; P: H + 1 projected units; the
    further letters of `sizes.SPARE` H + 2 and so on."""
    spare = {letter: H + n for n, letter in enumerate(SPARE, 1)}
    blocks = max(n for n in range(1, max(H, 2)) if H % n == 0)
    return {"T": T, "B": B, "D": D, "H": H, "1": 1, **spare, "G": blocks}


def shapes(cell: Any, sizes: Sizes) -> Any:
    """(parameter -> shape, shape of x, state -> shape, shape of dh) for sizes like `widths`.

    Of several inputs a dict, input -> shape.

    By the letters of the cell, or as it says itself by a function `shapes` of its own: a stack of
    layers does, whose letters mean other sizes in each layer.
    """
    if hasattr(cell, "shapes"):
        return cell.shapes(sizes)

    def size(letters):
        return tuple(sizes[letter] for letter in letters)

    own = interface(cell)
    words = all_shapes(own), own.STATES
    params, states = ({n: size(word) for n, word in letters.items()} for letters in words)
    x = {n: size(word) for n, word in own.inputs.items()}
    return params, x if len(x) > 1 else x["x"], states, size(own.OUTPUT)


def inputs(cell: Any) -> tuple[str, ...]:
    """Names of the inputs among the tensors: "x", or each by its own where there are several."""
    several = getattr(cell, "INPUTS", {})
    return tuple(several) if len(several) > 1 else ("x",)


def learned(cell: Any) -> list[str]:
    """Names of the tensors that have a gradient: all but the fixed parameters."""
    return [*cell.SHAPES, *inputs(cell), *(f"{state}_0" for state in cell.STATES)]


def problem(
    cell: Any,
    rng: np.random.Generator,
    *,
    T: int = 5,
    B: int = 3,
    D: int = 4,
    H: int = 6,
    dtype: Any = np.float64,
    scale: float = 0.8,
    **scales: float,
) -> tuple[Arrays, Errors]:
    """Random tensors and errors for a check that is not blind.

    Returns (tensors, errors). tensors: every parameter, biases too, the sequence x (T, D, B) and
    the initial states (H, B), all from N(0, scale²). errors: {"dh": (T, H, B), "dstate_T": tuple
    of (H, B)}, the random coefficients of the functional E. Sizes of other letters: `widths`.
    scales: another scale for bias, x, state, dh or dstate_T; the draws stay the same.
    """
    params, x, states, dh = shapes(cell, widths(T, B, D, H))

    def normal(size, kind=None):
        return (scales.get(kind, scale) * rng.normal(size=size)).astype(dtype)

    tensors = {n: normal(s, "bias" if n.startswith("b_") else None) for n, s in params.items()}
    for name, size in x.items() if isinstance(x, dict) else [("x", x)]:
        tensors[name] = normal(size, "x")
    tensors |= {f"{name}_0": normal(size, "state") for name, size in states.items()}
    dh = normal(dh, "dh")
    last = tuple(normal(size, "dstate_T") for size in states.values())
    return tensors, {"dh": dh, "dstate_T": last}


def split(cell: Any, tensors: Params) -> tuple[Arrays, Any, State]:
    """Tensors -> (params, x, state0), the arguments of `forward`; x a dict of several inputs."""
    params = {name: tensors[name] for name in (*cell.SHAPES, *getattr(cell, "FIXED", ()))}
    names = inputs(cell)
    x = {name: tensors[name] for name in names} if len(names) > 1 else tensors["x"]
    return params, x, tuple(tensors[f"{s}_0"] for s in cell.STATES)


def gathered(cell: Any, dparams: Params, dx: Any, dstate0: State) -> Arrays:
    """The results of `backward` as one dict, by the names of the tensors."""
    states = {f"{s}_0": value for s, value in zip(cell.STATES, dstate0, strict=True)}
    return {**dparams, **(dx if isinstance(dx, dict) else {"x": dx}), **states}


def functional(cell: CellLike, errors: Errors) -> Callable[[Params], Any]:
    """The scalar E = Σ_t ⟨dh_t, h_t⟩ + Σ_s ⟨dstate_T, s_T⟩ as a function of the tensors.

    It is linear in every output and in the last state, so ∂E/∂h_t is dh_t: each step and the last
    state are looked at, with coefficients that are never equal by accident.
    """

    def E(tensors):
        h, state_T, _ = cell.forward(*split(cell, tensors))
        total = np.sum(errors["dh"] * h)
        for error, value in zip(errors["dstate_T"], state_T, strict=True):
            total = total + np.sum(error * value)
        return total

    return E


def by_hand(cell: CellLike, tensors: Params, errors: Errors) -> Arrays:
    """Gradients of E by the cell's own `backward`: dict like the tensors that are `learned`."""
    params, x, state0 = split(cell, tensors)
    _, _, tape = cell.forward(params, x, state0)
    return gathered(cell, *cell.backward(params, tape, errors["dh"], errors["dstate_T"]))


def by_autograd(cell: CellLike, tensors: Params, errors: Errors) -> Arrays:
    """Gradients of E by HIPS autograd through the cell's own `forward`: dict as of `by_hand`."""
    with needs(f"{__name__}.by_autograd"):
        from autograd import grad

    E, names = functional(cell, errors), learned(cell)
    moving = {name: tensors[name] for name in names}
    return dict(grad(lambda moving: E({**tensors, **moving}))(moving))


def by_complex_step(cell: CellLike, tensors: Params, errors: Errors) -> Arrays:
    """Gradients of E by the complex step, one entry after the other: dict as of `by_hand`.

    The number of forward passes is the number of entries: meant for small sizes.
    """
    E = functional(cell, errors)
    shifted = {name: np.array(value, dtype=complex) for name, value in tensors.items()}
    gradients: Arrays = {}
    for name in learned(cell):
        value = shifted[name]
        gradients[name] = np.empty(value.shape)
        for entry in np.ndindex(value.shape):
            value[entry] += 1j * EPSILON
            gradients[name][entry] = E(shifted).imag / EPSILON
            value[entry] -= 1j * EPSILON
    return gradients


def by_differences(
    cell: CellLike, tensors: Params, errors: Errors, rng: np.random.Generator, step: float = 1e-5
) -> tuple[Arrays, dict[str, float]]:
    """Central difference of E along one random direction per tensor.

    Returns (directions, slopes): dicts as of `by_hand`, of a direction of norm 1 and of the number
    (E(w + s·v) - E(w - s·v)) / 2s. Its error is of order step² plus rounding / step: near 1e-9.
    """
    E = functional(cell, errors)
    directions: Arrays = {}
    slopes: dict[str, float] = {}
    for name in learned(cell):
        value = tensors[name]
        v = rng.normal(size=value.shape)
        v /= max(float(np.linalg.norm(v)), 1e-300)
        up, down = E({**tensors, name: value + step * v}), E({**tensors, name: value - step * v})
        directions[name], slopes[name] = v, (up - down) / (2 * step)
    return directions, slopes


def by_entry_differences(
    cell: CellLike, tensors: Params, errors: Errors, step: float = 1e-5
) -> Arrays:
    """Central difference of E for every entry: dict as of `by_hand`, two forward passes each."""
    E = functional(cell, errors)
    gradients: Arrays = {}
    for name in learned(cell):
        value = tensors[name]
        gradients[name] = np.empty(value.shape)
        for entry in np.ndindex(value.shape):
            moved = np.zeros(value.shape)
            moved[entry] = step
            up, down = E({**tensors, name: value + moved}), E({**tensors, name: value - moved})
            gradients[name][entry] = (up - down) / (2 * step)
    return gradients


def compare(
    got: Mapping[str, Any],
    expected: Mapping[str, Any],
    witness: str,
    cell_name: str = "",
    tol: float = 1e-9,
) -> dict[str, float]:
    """Raise GradientMismatch unless every tensor agrees; return {tensor: relative error}.

    got, expected: dicts of arrays with the same names. The error of a tensor is its largest
    deviation divided by the largest entry expected in it (by 1 where all of them are 0).
    The message names the tensor, the entry and both values, and for x the step.
    """
    if set(got) != set(expected):
        raise GradientMismatch(f"gradients of {sorted(got)}, expected of {sorted(expected)}")
    errors = {}
    for name, want in expected.items():
        have = np.asarray(got[name])
        if have.shape != want.shape:
            raise GradientMismatch(
                f"{cell_name}: gradient of {name} has shape {have.shape}, expected {want.shape}",
                name,
            )
        errors[name] = relative(have, want)
        if not errors[name] <= tol:  # also true for NaN
            off = np.abs(have - want)
            entry = tuple(int(k) for k in np.unravel_index(np.argmax(off), off.shape))
            step = f" (step {entry[0]})" if name == "x" else ""
            raise GradientMismatch(
                f"{cell_name}: gradient of {name} differs from {witness} at {list(entry)}{step}: "
                f"by hand {have[entry]:.12g}, {witness} {want[entry]:.12g}; "
                f"relative error {errors[name]:.1e}, allowed {tol:.0e}",
                *(name, entry, have[entry], want[entry]),
            )
    return errors
