"""Ways to check a gradient, as data, and which mistakes each of them sees.

A style says how many steps and samples, which state to start from, how large the weights, at which
steps the loss looks at h, which gradients are compared, and to what tolerance. `kill_matrix`
plays every known mistake against every style. What a style compares with is the right gradient,
so only the choice of the problem makes it blind.
"""

from dataclasses import dataclass, replace

import numpy as np

from lstm_ref.mistakes import evaluate, known
from lstm_ref.mistakes.evaluate import Numbers, declared


@dataclass(frozen=True)
class Style:
    """One way to check.

    T, B, D, H: sizes. zero_state: start from zeros. scale, bias: standard deviation of weights and
    data, and of biases. loss: "last" or "all", the steps with an error at h. last_state: whether
    errors enter at the last state, too. look: tensors that are compared, "all" of them, or all
    "parameters", or a tuple of names. tol: relative to a tensor's largest entry. runs: how often
    the backward pass is run.
    """

    name: str
    title: str
    T: int = 6
    B: int = 3
    D: int = 3
    H: int = 4
    zero_state: bool = False
    scale: float = 0.5
    bias: float = 0.5
    loss: str = "all"
    last_state: bool = False
    look: str | tuple = "all"
    tol: float = 1e-6
    runs: int = 1


TINY = dict(zero_state=True, scale=1e-4, bias=0.0, loss="last")
ONE_WEIGHT = Style(
    "C-Wf", "two steps, one sample, tiny weights, zero state, one matrix", T=2, B=1, look=("W_fh",),
    **TINY,
)  # fmt: skip
ONE_STEP = Style(
    "B", "one step, one sample, tiny weights, zero state, all parameters", T=1, B=1,
    look="parameters", **TINY,
)  # fmt: skip
TWO_STEPS = Style(
    "C-all", "two steps, one sample, tiny weights, zero state, all parameters", T=2, B=1,
    look="parameters", **TINY,
)  # fmt: skip
OPEN_EYED = Style("A", "six steps, three samples, weights of order 1, random states")
BOOK = Style(
    "book", "as A, with an error at the last state, run twice", T=5, D=4, H=6, scale=0.8, bias=0.8,
    last_state=True, tol=1e-9, runs=2,
)  # fmt: skip
STYLES = (ONE_WEIGHT, ONE_STEP, TWO_STEPS, OPEN_EYED, BOOK)

# Nineteen mistakes that were planted in an experiment on blind checks; which nineteen follows from
# the numbers and names that are on record, the list itself is not.
PLANTED = (
    "no-carousel",
    "no-h-path",
    "dh-overwritten",
    "tanh-for-slope",
    "slope-of-raw-c",
    "double-tanh",
    "no-tanh-slope",
    "tanh-slope-after-sum",
    "no-forget-slope",
    "no-output-slope",
    "output-slope-at-activation",
    "candidate-slope-at-activation",
    "c-for-previous-c",
    "forget-gate-late",
    "input-weights-last-step",
    "not-transposed",
    "bias-copied",
    "bias-mean",
    "i-and-candidate-swapped",
)


def problem(style, cell="LSTM", seed=0):
    """The numbers of a style for a cell: a `Numbers`, drawn from default_rng(seed)."""
    cell = declared(cell)
    rng = np.random.default_rng(seed)
    sizes = {"T": style.T, "B": style.B, "H": style.H, "1": 1, "G": max(1, style.H // 2)}
    sizes["D"] = style.H if cell.letters[cell.input] == "H" else style.D
    for word in cell.letters.values():
        for letter in word:
            sizes.setdefault(letter, style.H + 1)

    def normal(letters, scale):
        return scale * rng.normal(size=[sizes[k] for k in letters])

    params = {}
    for name in (n for n in cell.letters if n in cell.matrices or n in cell.vectors):
        scale = style.bias if name.startswith("b_") else style.scale
        params[name] = normal(cell.letters[name], scale)
    # Data are of order 1 even where weights are tiny.
    x = normal(f"T{cell.letters[cell.input]}B", max(style.scale, 0.5))
    words = [f"{cell.letters[s]}B" for s in cell.states]
    state0 = tuple(normal(word, 0.0 if style.zero_state else style.scale) for word in words)
    dh = normal(f"T{cell.letters[cell.output]}B", 1.0)
    if style.loss == "last":
        dh[:-1] = 0
    last = tuple(normal(word, 1.0 if style.last_state else 0.0) for word in words)
    return Numbers(cell, params, x, state0, {"dh": dh, "dstate_T": last})


def off(style, mutant, numbers=None, right=None):
    """Largest relative error of a mistake among the gradients that the style compares.

    numbers, right: its problem and the right gradients, if they are at hand.
    """
    numbers = numbers or problem(style, mutant.cell)
    if mutant.second and style.runs < 2:
        return 0.0
    right = right or evaluate.gradients((), numbers)[1]
    wrong = evaluate.gradients(mutant, numbers)[1]
    looked = {"all": tuple(right), "parameters": tuple(numbers.params)}
    names = style.look if isinstance(style.look, tuple) else looked[style.look]
    return max((_relative(wrong[n], right[n]) for n in names if n in right), default=0.0)


def _relative(got, want):
    scale, difference = np.max(np.abs(want), initial=0), np.max(np.abs(got - want), initial=0)
    if difference == 0:
        return 0.0
    return float(difference / scale) if scale else np.inf


def kill_matrix(cell="LSTM", styles=STYLES, names=None, seed=0):
    """Every known mistake of a cell against every style.

    names: only these mistakes. Returns {"styles": names, "mutants": names, "errors": array (styles,
    mutants) of the largest relative error that a style sees, "killed": errors above its tolerance}.
    """
    chosen = [m for m in known.of(cell) if names is None or m.name in names]
    errors = np.zeros((len(styles), len(chosen)))
    for row, style in zip(errors, styles, strict=True):
        numbers = problem(style, cell, seed)
        right = evaluate.gradients((), numbers)[1]
        row[:] = [off(style, mutant, numbers, right) for mutant in chosen]
    return {
        "styles": [s.name for s in styles],
        "mutants": [m.name for m in chosen],
        "errors": errors,
        "killed": errors > np.array([[s.tol] for s in styles]),
    }


# What a check can do without: each is tried in turn by `least`, then the fewest steps.
SAVINGS = (
    {"runs": 1},
    {"last_state": False},
    {"loss": "last"},
    {"zero_state": True},
    {"bias": 0.0},
    {"scale": 1e-4},
    {"B": 1},
)


def least(mutant, style=replace(BOOK, look="parameters", tol=1e-6)):  # noqa: B008, it is frozen
    """The smallest check that still sees a mistake: the style with all it can do without.

    From `style` one demand after the other is given up, if the mistake still shows: second run,
    error at the last state and at every step, random states, biases, weights of order 1, samples;
    then steps. What parameters do not show at all is looked for in all tensors.
    """
    found = style if off(style, mutant) > style.tol else replace(style, look="all")
    for saving in (*SAVINGS, *({"T": T} for T in range(style.T - 1, 0, -1))):
        smaller = replace(found, **saving)
        if off(smaller, mutant) > style.tol:
            found = smaller
        elif "T" in saving:
            break
    return found


def words(style):
    """What a check needs, and what it then can do without: "T >= 3 (parameters only, ...)".

    The need holds together with the rest only: who looks at more, or starts from other states, may
    see the mistake with fewer steps. With T = 1 alone nothing is left to save.
    """
    need = needs(style)
    without = ["parameters only"] if style.look == "parameters" else []
    without += ["zero initial states"] if style.zero_state else []
    without += [] if style.last_state else ["no error at the last state"]
    return need if need == "T = 1" or not without else f"{need} ({', '.join(without)})"


def needs(style):
    """What a check needs, as a phrase: "T >= 3, weights of order 1"."""
    said = [f"T >= {style.T}" if style.T > 1 else "T = 1"]
    said += ["several samples"] if style.B > 1 else []
    said += ["weights of order 1"] if style.scale > 0.01 else []
    said += ["non-zero biases"] if style.bias else []
    said += [] if style.zero_state else ["non-zero initial states"]
    said += ["an error at every step"] if style.loss == "all" and style.T > 1 else []
    said += ["an error at the last state"] if style.last_state else []
    said += ["two runs"] if style.runs > 1 else []
    said += ["a look at dx and the initial states"] if style.look == "all" else []
    return ", ".join(said)
