"""Chapter 6: variants."""

import numpy as np

from lstm_ref.book.exercises.exercise import exercise

C = np.array([1.0, 2.0, 3.0])  # c_0, c_1, c_2
DELTA_F, DELTA_O = np.array([0.1, 0.2]), np.array([0.3, 0.4])
DELTA, R = np.array([0.5, -0.2]), np.array([0.4, 0.5])


@exercise(
    "ex-variants-peephole",
    tol=1e-3,
    wrong=lambda: [
        ((DELTA_F @ C[1:], DELTA_O @ C[1:]), "Which state does the forget gate look at?"),
        ((DELTA_F @ C[:-1], DELTA_O @ C[:-1]), "Which state does the output gate look at?"),
        ((DELTA_F @ C[1:], DELTA_O @ C[:-1]), "The other way round?"),
        ((DELTA_F.sum(), DELTA_O.sum()), "With what is a peephole weight multiplied?"),
    ],
)
def peephole():
    """Gradients of w_fc and w_oc."""
    return float(DELTA_F @ C[:-1]), float(DELTA_O @ C[1:])


@exercise(
    "ex-variants-bias",
    tol=1e-3,
    wrong=lambda: [
        ((DELTA.sum(), DELTA.sum()), "One of the two stands inside the bracket."),
        ((DELTA @ R, DELTA.sum()), "Which of them stands inside the bracket?"),
        ((DELTA @ R, DELTA @ R), "One of the two stands outside the bracket."),
        ((DELTA.sum(), DELTA.sum() * R.mean()), "Each step has its own reset gate."),
    ],
)
def bias():
    """Gradients of b_h and b_hh."""
    return float(DELTA.sum()), float(DELTA @ R)


def _mine(**changed):
    from lstm_ref import t, tanh, without
    from lstm_ref.derive.catalogue import VANILLA

    parts = dict(w=0, i=1 - VANILLA["f"][t], o=1, h=without(tanh)) | changed
    return VANILLA.but("MINE", **{k: v for k, v in parts.items() if v is not None})


def _almost_mine():
    return [
        (_mine(w=None), "Are there still peepholes?"),
        (_mine(b=0), "Where are the biases?"),
        (_mine(h=None), "Is there still a tanh at the output?"),
        (_mine(i=None), "Is the input gate coupled?"),
        (_mine(o=None), "Is there still an output gate?"),
    ]


@exercise("ex-variants-forget-only", wrong=_almost_mine)
def forget_only():
    """A forget gate and nothing else."""
    return _mine()


def _wrong_circle():
    from lstm_ref.book.exercises.formula import Formula

    slope = "f[t]*(1 - f[t])"
    ahead = "c[t - 1] - c_tilde[t]*f[t]/sqrt(1 - f[t]**2)"
    return [
        (Formula(f"delta_c[t]*c[t - 1]*{slope}"), "f opens and closes the input gate, too."),
        (
            Formula(f"delta_c[t]*(c[t - 1] - c_tilde[t])*{slope}"),
            "That is CIFG: what is the slope of the root?",
        ),
        (
            Formula(f"delta_c[t]*({ahead.replace('- c_t', '+ c_t')})*{slope}"),
            "If f grows, does the input gate open or close?",
        ),
        (Formula(f"delta_c[t]*({ahead})"), "That is the error at f, not at its weighted input."),
    ]


@exercise("ex-variants-circle", wrong=_wrong_circle)
def circle():
    """The error of f where f and i are the sides of a triangle, by the derived terms."""
    from lstm_ref import sqrt, t
    from lstm_ref.book.exercises import formula
    from lstm_ref.derive.catalogue import VANILLA

    cell = VANILLA.but("CIRCLE", w=0, i=sqrt(1 - VANILLA["f"][t] ** 2))
    return formula.error_term(cell, "f")


def _count(layers, D, H, peepholes=0, recurrent=0):
    return layers * (H * D + H**2 + H) + peepholes * H + recurrent * H**2


@exercise(
    "ex-variants-count",
    wrong={
        _count(3, 100, 64): "Where are the peepholes?",
        _count(3, 100, 64, 3): "How many gates are there to look through a peephole?",
        _count(4, 100, 64, 3): "Which layer is gone?",
        _count(3, 100, 64, 2) - 3 * 64: "Where are the biases?",
    },
)
def count():
    """Parameters of CIFG with peepholes, D = 100 and H = 64."""
    return _count(3, 100, 64, 2)


@exercise(
    "ex-variants-fair",
    wrong={
        77: "Is the number of parameters nearest, or just above?",
        128: "With equal H it has two and a half times as many.",
        127: "Nine matrices are more than one unit.",
        49: "The size does not go with H alone.",
    },
)
def fair():
    """Units with which FGR is nearest to an LSTM of 128 units, D = 50."""
    target = _count(4, 50, 128)
    return min(range(1, 129), key=lambda H: abs(_count(4, 50, H, 3, 9) - target))


@exercise(
    "ex-variants-z",
    wrong=[
        ((0.5, -1.0), "There z writes, here it keeps."),
        ((0.5, 2.0), "It is the gate that becomes one minus itself, not the bias."),
        ((-0.5, -1.0), "Only the first has changed."),
    ],
)
def z():
    """b_z where z keeps."""
    return -0.5, 1.0
