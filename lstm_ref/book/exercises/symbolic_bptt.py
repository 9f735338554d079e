"""Chapter 5: the gradient, derived."""

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.book.exercises.forward import PENCIL, X
from lstm_ref.cells.activations import sigmoid


def _step(x, h, c):
    """(h, c, gates) of one step of the pencil example."""
    net = {g: w_h * h + w_x * x + b for g, (w_h, w_x, b) in PENCIL.items()}
    f, i, o = (sigmoid(net[g]) for g in "fio")
    c_tilde = np.tanh(net["c"])
    c = f * c + i * c_tilde
    return o * np.tanh(c), c, (f, i, c_tilde, o)


def _back(*, carousel=1.0, through_h=1.0, squashed=True):
    """(delta_c3, delta_h2, delta_c2) of the pencil example, e_3 = 1 the only error."""
    h = c = 0.0
    steps = []
    for x in X:
        before = c
        h, c, gates = _step(x, h, c)
        steps.append((before, c, gates))
    (_, c_2, (*_, o_2)), (c_old, c_3, (f, i, c_tilde, o)) = steps[1:]
    slope = 1 - np.tanh(c_3) ** 2 if squashed else 1.0
    d_c = o * slope
    errors = {"o": np.tanh(c_3) * o * (1 - o), "c": d_c * i * (1 - c_tilde**2)}
    errors |= {"i": d_c * c_tilde * i * (1 - i), "f": d_c * c_old * f * (1 - f)}
    d_h = through_h * sum(PENCIL[g][0] * d for g, d in errors.items())
    earlier = d_h * o_2 * (1 - np.tanh(c_2) ** 2 if squashed else 1.0)
    return d_c, d_h, earlier + carousel * d_c * f


def _wrong_errors():
    return [
        (_back(carousel=0), "What comes back to c_2 along the thick line?"),
        (_back(through_h=0), "Four layers of step 3 read h_2."),
        (_back(squashed=False), "Where is the slope of the tanh of the output?"),
        (
            _back(carousel=1 / _step(X[2], *_step(X[1], *_step(X[0], 0, 0)[:2])[:2])[2][0]),
            "With which factor does c_3 read c_2?",
        ),
    ]


@exercise("ex-bptt-pencil", tol=0.006, wrong=_wrong_errors)
def errors():
    """(delta_c3, delta_h2, delta_c2), to three digits."""
    return _back()


@exercise(
    "ex-bptt-steps",
    wrong=[
        ((2, 2), "What is the error term of f at step 1, from a zero state?"),
        ((3, 3), "At step 1 the error of i is multiplied with the input, not with a state."),
        ((2, 3), "The other way round?"),
        ((1, 1), "One step has no future, and nothing was left out."),
    ],
)
def steps():
    """From how many steps on W_fx and W_ix come out wrong without the ways through h."""
    return tuple(next(T for T in (1, 2, 3, 4) if _wrong_at(name, T)) for name in "fi")


def _wrong_at(gate, T):
    """Is dE/dW_x of f or i of one unit with random weights wrong without the matrix terms?"""
    rng = np.random.default_rng(T)
    W = {g: rng.normal(size=3) for g in "fico"}
    x, e = rng.normal(size=(2, T))
    right, wrong = (_gradient(W, x, e, gate, through_h) for through_h in (1, 0))
    return not np.isclose(right, wrong, rtol=1e-9)


def _gradient(W, x, e, gate, through_h):
    h, c, tape = 0.0, 0.0, []
    for x_t in x:
        net = {g: w[0] * h + w[1] * x_t + w[2] for g, w in W.items()}
        f, i, o = (sigmoid(net[g]) for g in "fio")
        c_tilde, before = np.tanh(net["c"]), c
        c = f * c + i * c_tilde
        h = o * np.tanh(c)
        tape.append((x_t, before, c, f, i, c_tilde, o))
    total, next_h, next_c = 0.0, 0.0, 0.0
    for e_t, (x_t, before, c, f, i, c_tilde, o) in zip(e[::-1], tape[::-1], strict=True):
        d_h = e_t + through_h * next_h
        d_c = d_h * o * (1 - np.tanh(c) ** 2) + next_c
        d = {"f": d_c * before * f * (1 - f), "i": d_c * c_tilde * i * (1 - i)}
        d |= {"c": d_c * i * (1 - c_tilde**2), "o": d_h * np.tanh(c) * o * (1 - o)}
        next_h, next_c = sum(W[g][0] * d[g] for g in W), d_c * f
        total += d[gate] * x_t
    return total


J_2, J_3 = np.array([[0.2, 0.5], [0.1, 0.8]]), np.array([[0.3, 0.4], [-0.2, 0.7]])


@exercise(
    "ex-bptt-jacobian",
    tol=1e-3,
    wrong=lambda: {
        J_3[1, 1] * J_2[1, 1]: "That is the thick line alone.",
        (J_2 @ J_3)[1, 1]: "In which order do the steps follow each other?",
        (J_3 @ J_2)[0, 1]: "That is the derivative of the output of step 3.",
        J_3[1, 0] * J_2[0, 1]: "That is the way through h_2 alone.",
    },
)
def jacobian():
    """The derivative of c_3 by c_1."""
    return float((J_3 @ J_2)[1, 1])


@exercise(
    "ex-bptt-stacked",
    wrong=[
        ((8, 20), "The error stands on the left of the product."),
        ((20, 7), "Is the batch still there after the product?"),
        ((5, 8), "How many layers are on top of each other?"),
        ((20, 3), "The layers read the state before, too."),
    ],
)
def stacked():
    """Shape for D = 3, H = 5."""
    D, H, B = 3, 5, 7
    return (np.zeros((4 * H, B)) @ np.zeros((H + D, B)).T).shape


def _wrong_peephole():
    from lstm_ref.book.exercises.formula import Formula

    straight = "delta_h[t]*o[t]*(1 - tanh(c[t])**2) + delta_c[t + 1]*f[t + 1]"
    return [
        (Formula(straight), "That is the LSTM of the chapter: who else reads c_t now?"),
        (Formula(f"{straight} + delta_o[t + 1]*w_oc"), "At which step does the gate look at c_t?"),
        (
            Formula(f"{straight} + delta_o[t]*w_oc*o[t]*(1 - o[t])"),
            "The error of o stands at the weighted input: its slope is in it already.",
        ),
        (
            Formula("delta_h[t]*o[t]*(1 - tanh(c[t])**2) + delta_o[t]*w_oc"),
            "Where is the thick line?",
        ),
    ]


@exercise("ex-bptt-peephole", wrong=_wrong_peephole)
def peephole():
    """The error of c where the output gate sees it, by the derived terms."""
    from lstm_ref.book.exercises import formula
    from lstm_ref.derive import catalogue

    return formula.error_term(catalogue.PEEPHOLE_O, "c")
