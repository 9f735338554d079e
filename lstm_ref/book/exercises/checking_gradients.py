"""Exercises of chapter 8, "Checking gradients"."""

from dataclasses import replace

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.cells import lstm
from lstm_ref.check import protocols
from lstm_ref.derive.catalogue import LSTM
from lstm_ref.derive.expressions import at
from lstm_ref.mistakes import edits, known, power
from lstm_ref.mistakes.edits import Mistake

SIZES = {"D": 3, "H": 4, "1": 1}
B = 2
VALUES = ("x", "h_prev", "c_prev", "f", "i", "c_tilde", "o", "c")


@exercise(
    "ex-check-step",
    wrong={
        (3.31, 2.99): "The first is the one-sided difference; the central one goes both ways.",
        (3.01, 3.0): "Multiply out (1 + 0.1 i)³: the complex step has an error of order s², too.",
        (3.01, 3.01): "Mind the sign: i³ = −i.",
        (3.0, 3.0): "Both are approximations here; what do they give with this long step?",
    },
)
def step():
    """The slope of w³ at 1 by a central difference and by the complex step, both with s = 0.1."""
    s = 0.1
    central = ((1 + s) ** 3 - (1 - s) ** 3) / (2 * s)
    return central, ((1 + 1j * s) ** 3).imag / s


def lines() -> list[Mistake]:
    """The eight mistakes of exercise ex-check-lines in their order."""
    no_o = edits.drop([edits.key(u) for u in LSTM.terms.terms["x"] if u.by == "o"])
    late = [edits.products(f"W_{g}h", lambda p: replace(p, v=at("h"))) for g in "fico"]
    below = Mistake("", LSTM, "the output gate is missing on the way down", no_o)
    seen = Mistake("", LSTM, "h_t where h_t−1 belongs", edits.chain(*late))
    first = ("c-for-previous-c", "not-transposed", "bias-mean", "i-and-candidate-swapped")
    found = [known.find(name) for name in (*first, "slope-of-raw-c")]
    return [*found, below, seen, known.find("candidate-slope-at-activation")]


@exercise(
    "ex-check-blind",
    wrong={
        (8, 8, 8, 8): "Think of line 3 and one sample.",
        (2, 3, 4, 7): "The fourth check looks at ∂E/∂x_t, too: think of line 6.",
        (2, 3, 5, 8): "One too many for the third: with one sample a mean is a sum.",
        (2, 3, 6, 8): "With tiny weights c is tiny: what are 1 − c² and 1 − tanh²(c) then?",
        (2, 4, 4, 8): "With one step no error comes back through a matrix: think of line 2.",
        (1, 3, 4, 8): "The first looks at W_fh: which two lines change its gradient there?",
    },
)
def blind():
    """How many of the eight lines each of the four checks sees."""
    four = protocols.PROTOCOLS[:4]
    return tuple(sum(power.off(one, line) > one.tol for line in lines()) for one in four)


@exercise(
    "ex-check-smallest",
    wrong={
        (2, 3): "With two steps the gradients of all parameters are exact; why?",
        (3, 3): "The wrong error terms are those of step 1. What multiplies them in ∂E/∂W_fh?",
        (2, 2): "What goes back from the last step is right: there is no carousel yet.",
        (4, 4): "A look at W_fx or at a bias does not wait for h_0.",
    },
)
def smallest():
    """Fewest steps that show mistake 2 in all parameters, and in W_fh alone, from zero states."""
    mistake = known.find("h-path-without-carousel")
    found = []
    for look in ("parameters", ("W_fh",)):
        check = protocols.Protocol("", "", zero_state=True, loss="last", look=look)
        sees = [power.off(replace(check, T=T), mistake) > check.tol for T in range(1, 7)]
        found.append(sees.index(True) + 1)
    return tuple(found)


def _broken(tanh_c=False, bracket=False, forget=False):
    """The step back of ex-check-repair; each of its three faults can be mended."""

    def step(W, v, delta_h, next_c):
        x, h_prev, c_prev, f, i, c_tilde, o, c = v.values()
        slope = 1 - np.tanh(c) ** 2
        delta_c = delta_h * o * slope + next_c if bracket else (delta_h * o + next_c) * slope
        d = {"f": delta_c * c_prev * f * (1 - f), "i": delta_c * c_tilde * i * (1 - i)}
        d["c"] = delta_c * i * (1 - c_tilde**2)
        d["o"] = delta_h * (np.tanh(c) if tanh_c else c) * o * (1 - o)
        dW = {f"W_{g}h": d[g] @ h_prev.T for g in d} | {f"W_{g}x": d[g] @ x.T for g in d}
        dW |= {f"b_{g}": d[g].sum(axis=1, keepdims=True) for g in d}
        dx, back = (sum(W[f"W_{g}{s}"].T @ d[g] for g in d) for s in "xh")
        return dW, dx, back, delta_c * f if forget else delta_c

    return step


def _drawn(rng):
    """Random parameters, values of one step, and errors, none of them zero."""
    shapes = {name: [SIZES[n] for n in word] for name, word in lstm.SHAPES.items()}
    W = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    H, D = SIZES["H"], SIZES["D"]
    h, c, delta_h, next_c = (rng.normal(size=(H, B)) for _ in range(4))
    _, values = lstm.step(W, rng.normal(size=(D, B)), (h, c))
    return W, {name: values[name] for name in VALUES}, delta_h, next_c


@exercise(
    "ex-check-repair",
    inputs=_drawn,
    wrong=[
        (_broken(), "All three lines are still wrong."),
        (_broken(tanh_c=True), "One line is right now; compare δ_c with its formula."),
        (_broken(bracket=True), "One line is right now. Which factor has o in the equation of h?"),
        (_broken(forget=True), "One line is right now; two summands of δ_c are in one bracket."),
        (_broken(tanh_c=True, bracket=True), "One is left: what is handed to step t − 1?"),
        (_broken(tanh_c=True, forget=True), "One is left: a bracket in δ_c."),
        (_broken(bracket=True, forget=True), "One is left, in δ_o."),
    ],
)
def repair():
    """The step back of the LSTM in the form of the exercise."""

    def step(W, v, delta_h, next_c):
        record = {**v, "params": W}
        dW, dx, (back_h, back_c) = lstm.step_backward(W, record, (delta_h, next_c))
        return dW, dx, back_h, back_c

    return step
