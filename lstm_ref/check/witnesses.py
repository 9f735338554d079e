"""Is this backward pass right? Three witnesses that know nothing of it.

- autograd differentiates the very forward function that the reader sees, by reverse mode;
- the complex step evaluates the forward at w + i·ε: the imaginary part over ε is the derivative,
  with no subtraction and so no loss of digits (Squire & Trapp 1998);
- central differences along random directions, the least exact and the least clever.

A check can be blind: with zero states, zero biases, tiny weights, one sample or two steps most of
the mistakes people make do not show (book, chapter 1 and chapter "Checking gradients"). So
`problem` draws what leaves none of them hidden, and `check_cell` looks at every parameter, at x
and at the initial states.

A *cell* here is anything with SHAPES, STATES, `forward` and `backward` as in `lstm_ref.cells`.
*Tensors* are one flat dict: the parameters, then "x", then "h_0" (and "c_0").
"""

from types import SimpleNamespace

import numpy as np

from lstm_ref import arguments
from lstm_ref.check.errors import relative

PARTS = ("SHAPES", "STATES", "forward", "backward")  # what makes a module a cell
EPSILON = 1e-30  # of the complex step: so small that ε² is below every rounding error


class GradientMismatch(AssertionError):
    """A gradient differs from a witness; the message names tensor, entry and both values."""


def interface(cell):
    """What `problem` asks of a cell, from its declaration: SHAPES, STATES, INPUT and OUTPUT."""
    parameters = {*cell.matrices, *cell.vectors}
    return SimpleNamespace(
        SHAPES={name: letters for name, letters in cell.letters.items() if name in parameters},
        STATES={name: f"{cell.letters[name]}B" for name in cell.states},
        INPUT=f"T{cell.letters[cell.input]}B",
        OUTPUT=f"T{cell.letters[cell.output]}B",
    )


def widths(T, B, D, H):
    """letter -> size. G: blocks, the largest divisor of H below H; P: H + 1 projected units; the
    further letters of `arguments.SPARE` H + 2 and so on."""
    spare = {letter: H + n for n, letter in enumerate(arguments.SPARE, 1)}
    blocks = max(n for n in range(1, max(H, 2)) if H % n == 0)
    return {"T": T, "B": B, "D": D, "H": H, "1": 1, **spare, "G": blocks}


def problem(cell, rng, *, T=5, B=3, D=4, H=6, dtype=np.float64, scale=0.8, **scales):
    """Random tensors and errors for a check that is not blind.

    Returns (tensors, errors). tensors: every parameter, biases too, the sequence x (T, D, B) and
    the initial states (H, B), all from N(0, scale²). errors: {"dh": (T, H, B), "dstate_T": tuple
    of (H, B)}, the random coefficients of the functional E. Sizes of other letters: `widths`.
    scales: another scale for bias, x, state, dh or dstate_T; the draws stay the same.
    """
    sizes = widths(T, B, D, H)

    def normal(letters, kind=None):
        size = [sizes[letter] for letter in letters]
        return (scales.get(kind, scale) * rng.normal(size=size)).astype(dtype)

    tensors = {
        name: normal(letters, "bias" if name.startswith("b_") else None)
        for name, letters in cell.SHAPES.items()
    }
    tensors["x"] = normal(getattr(cell, "INPUT", "TDB"), "x")
    tensors |= {f"{s}_0": normal(letters, "state") for s, letters in cell.STATES.items()}
    dh = normal(getattr(cell, "OUTPUT", "THB"), "dh")
    last = tuple(normal(letters, "dstate_T") for letters in cell.STATES.values())
    return tensors, {"dh": dh, "dstate_T": last}


def split(cell, tensors):
    """Tensors -> (params, x, state0), the arguments of `forward`."""
    params = {name: tensors[name] for name in cell.SHAPES}
    return params, tensors["x"], tuple(tensors[f"{s}_0"] for s in cell.STATES)


def functional(cell, errors):
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


def by_hand(cell, tensors, errors):
    """Gradients of E by the cell's own `backward`: dict like tensors."""
    params, x, state0 = split(cell, tensors)
    _, _, tape = cell.forward(params, x, state0)
    dparams, dx, dstate0 = cell.backward(params, tape, errors["dh"], errors["dstate_T"])
    states = {f"{s}_0": value for s, value in zip(cell.STATES, dstate0, strict=True)}
    return {**dparams, "x": dx, **states}


def by_autograd(cell, tensors, errors):
    """Gradients of E by HIPS autograd through the cell's own `forward`: dict like tensors."""
    from autograd import grad  # not needed to import this module

    return dict(grad(functional(cell, errors))(dict(tensors)))


def by_complex_step(cell, tensors, errors):
    """Gradients of E by the complex step, one entry after the other: dict like tensors.

    The number of forward passes is the number of entries: meant for small sizes.
    """
    E = functional(cell, errors)
    shifted = {name: np.array(value, dtype=complex) for name, value in tensors.items()}
    gradients = {}
    for name, value in shifted.items():
        gradients[name] = np.empty(value.shape)
        for entry in np.ndindex(value.shape):
            value[entry] += 1j * EPSILON
            gradients[name][entry] = E(shifted).imag / EPSILON
            value[entry] -= 1j * EPSILON
    return gradients


def by_differences(cell, tensors, errors, rng, step=1e-5):
    """Central difference of E along one random direction per tensor.

    Returns (directions, slopes): dicts like tensors, of a direction of norm 1 and of the number
    (E(w + s·v) - E(w - s·v)) / 2s. Its error is of order step² plus rounding / step: near 1e-9.
    """
    E = functional(cell, errors)
    directions, slopes = {}, {}
    for name, value in tensors.items():
        v = rng.normal(size=value.shape)
        v /= max(np.linalg.norm(v), 1e-300)
        up, down = E({**tensors, name: value + step * v}), E({**tensors, name: value - step * v})
        directions[name], slopes[name] = v, (up - down) / (2 * step)
    return directions, slopes


def compare(got, expected, witness, cell_name="", tol=1e-9):
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
                f"{cell_name}: gradient of {name} has shape {have.shape}, expected {want.shape}"
            )
        errors[name] = relative(have, want)
        if not errors[name] <= tol:  # also true for NaN
            off = np.abs(have - want)
            entry = tuple(int(k) for k in np.unravel_index(np.argmax(off), off.shape))
            step = f" (step {entry[0]})" if name == "x" else ""
            raise GradientMismatch(
                f"{cell_name}: gradient of {name} differs from {witness} at {list(entry)}{step}: "
                f"by hand {have[entry]:.12g}, {witness} {want[entry]:.12g}; "
                f"relative error {errors[name]:.1e}, allowed {tol:.0e}"
            )
    return errors


def _complete(cell):
    missing = [name for name in PARTS if not hasattr(cell, name)]
    if missing:
        name = getattr(cell, "__name__", type(cell).__name__)
        raise TypeError(
            f"cell: {name} has no {', '.join(missing)}; expected a module like lstm_ref.cells.lstm"
        )


def check_cell(cell, seed=0, *, T=5, B=3, D=4, H=6, tol=1e-9):
    """The standard check of a cell's backward pass, in float64; raises GradientMismatch.

    Every parameter, x and the initial states, by three witnesses: autograd and the complex step
    to `tol`, central differences to 1e-6 (their own error). The backward pass runs twice and must
    give the same bits, and must leave its arguments as they were.
    Returns {witness: {tensor: relative error}}. TypeError names what the cell lacks.
    """
    _complete(cell)
    rng = np.random.default_rng(seed)
    tensors, errors = problem(cell, rng, T=T, B=B, D=D, H=H)
    name = getattr(cell, "__name__", type(cell).__name__).rsplit(".", 1)[-1]
    before = {key: value.copy() for key, value in tensors.items()}
    hand = by_hand(cell, tensors, errors)
    again = by_hand(cell, tensors, errors)
    compare(tensors, before, "its value before the call", name, tol=0)
    compare(again, hand, "the first of two runs", name, tol=0)
    directions, slopes = by_differences(cell, tensors, errors, rng)
    along = {key: np.sum(hand[key] * directions[key])[None] for key in hand}
    return {
        "autograd": compare(hand, by_autograd(cell, tensors, errors), "autograd", name, tol),
        "complex step": compare(
            hand, by_complex_step(cell, tensors, errors), "the complex step", name, tol
        ),
        "differences": compare(
            along,
            {key: np.asarray(slope)[None] for key, slope in slopes.items()},
            "the central difference along a random direction",
            name,
            max(tol, 1e-6),
        ),
    }
