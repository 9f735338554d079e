"""Exercises of chapter 7, "Your own cell"."""

from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.book.exercises.verdict import cell_fault
from lstm_ref.derive import catalogue, proof, terms
from lstm_ref.derive.declare.declaration import Cell, without
from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import at, sigma, t, tanh
from lstm_ref.learn.dial import DIAL

ERROR, CANDIDATE, BEFORE = 0.5, 0.8, -0.6  # δ_c, c̃ and the old c of ex-own-angle


@exercise(
    "ex-own-angle",
    wrong={
        (0.4, 0.18, 0.3, 0.18): "How much of the candidate is written where the angle is 0?",
        (0.4, 0, -0.3, 0.18): "Mind the signs: the old state is negative.",
        (0.4, 0, 0.3, 0.5): "The candidate has a tanh, so its slope is a factor.",
        (0, 0, 0.3, 0.18): "There is no σ around the angle: no factor a(1 − a) makes it vanish.",
        (0.8, 0, 0.6, 0.36): "Everything is multiplied with δ_c.",
    },
)
def angle():
    """δ_a and δ_c̃ of the dial at the angles 0 and π/2, by its derived terms."""
    found = []
    for value in (0, sympy.pi / 2):
        numbers = {at("a"): value, at("c_tilde"): CANDIDATE, at("c", 1): BEFORE}
        for name in ("a", "c_tilde"):
            (term,) = terms.of(DIAL, name)
            slope = terms.slope(DIAL, name) or 1
            found.append(float(ERROR * (term.inner * slope).subs(numbers)))
    return tuple(found)


@exercise(
    "ex-own-mgu",
    wrong=lambda: [
        (catalogue.MGU.but("A", h_tilde=sigma), "The candidate has a tanh, not a σ."),
        (catalogue.MGU.but("B", h_tilde=without(tanh)), "The candidate has lost its tanh."),
        (_mgu(swapped=True), "Here f_t = 1 forgets: which of the two states does it multiply?"),
        (_mgu(reset=False), "The gate resets, too: what does W_hh multiply?"),
    ],
)
def mgu():
    """The minimal gated unit."""
    return catalogue.MGU


def _mgu(reset=True, swapped=False):
    """The minimal gated unit with a mistake."""

    @cell
    def Mistaken(x, h, f, g, h_tilde, *, W, b):
        f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
        g[t] = f[t] * h[t - 1] if reset else 1 * h[t - 1]
        h_tilde[t] = tanh(W.hh @ g[t] + W.hx @ x[t] + b.h)
        keep = f[t] if swapped else 1 - f[t]
        h[t] = keep * h[t - 1] + (1 - keep) * h_tilde[t]

    return Mistaken


@exercise(
    "ex-own-repair",
    wrong=lambda: [
        (
            _keep(late=True),
            "The gate of this step is meant: its equation belongs first.",
        ),
        (_keep(swapped=True), "Which of the two does z keep?"),
        (_keep().but("Tanh", z=tanh), "The gate has a σ."),
    ],
)
def repair():
    """The cell Keep without its three mistakes."""
    return _keep()


def _keep(late=False, swapped=False):
    """A cell that keeps its state by a gate, mistaken if any is true."""

    @cell
    def Keep(x, h, z, *, W, b):
        if late:
            h[t] = z[t - 1] * h[t - 1] + (1 - z[t - 1]) * tanh(W.hx @ x[t] + b.h)
        z[t] = sigma(W.zx @ x[t] + W.zh @ h[t - 1] + b.z)
        keep = 1 - z[t] if swapped else z[t]
        if not late:
            h[t] = keep * h[t - 1] + (1 - keep) * tanh(W.hx @ x[t] + b.h)

    return Keep


@exercise(
    "ex-own-lag",
    wrong=lambda: [
        (catalogue.LSTM, "That is the LSTM: it keeps what it had one step ago."),
        (_delayed(3), "That is three steps ago: one delay too many."),
        (_delayed(2, of="h"), "The cell state is to be kept, not the output."),
    ],
)
def lag():
    """An LSTM that keeps the cell state of two steps ago."""
    return _delayed(2)


def _delayed(steps: int, of: str = "c") -> Cell:
    """An LSTM that keeps what its cell state, or its output, was some steps ago."""

    @cell
    def Delayed(x, h, c, g, k, f, i, c_tilde, o, *, W, b):
        f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
        i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
        c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
        g[t] = 1 * (c if of == "c" else h)[t - 1]
        k[t] = g[t - 1] if steps == 3 else g[t]
        c[t] = f[t] * (k[t - 1]) + i[t] * c_tilde[t]
        o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
        h[t] = o[t] * tanh(c[t])

    return Delayed


def two_memories(answer: Any) -> str:
    """Which of the demands of ex-own-two a declaration does not meet, "right" if it meets all."""
    if fault := cell_fault(answer):
        return fault
    direct = {
        name: {(u.by, u.lag) for u in terms.of(answer, name) if u.via is None}
        for name in answer.equations
    }
    carried = [name for name in answer.states if (name, 1) in direct[name]]
    if len(carried) < 2:
        known = ", ".join(carried) or "no state"
        return f"not right: carried on without a matrix: {known}; it should be two states"
    pairs = [(a, b) for a in carried for b in carried if a != b and {(b, 0), (b, 1)} & direct[a]]
    read = [name for name in carried if (answer.output, 0) in direct[name]]
    if not pairs:
        return f"not right: neither of {', '.join(carried)} is fed from the other"
    if not any({*pair} <= {*read} for pair in pairs):
        return f"not right: the output reads {', '.join(read) or 'none of them'} alone"
    return "not right: its error terms are not proved" if proof.failures(answer) else "right"


@exercise(
    "ex-own-two",
    check=two_memories,
    wrong=lambda: [
        (catalogue.LSTM, "An LSTM has one memory; its output goes through matrices."),
        (_two(fed=False), "The slow one sees the candidate, and not the fast one."),
        (_two(both=False), "The output reads the slow one alone."),
    ],
)
def two():
    """An LSTM with a second memory that averages the first."""
    return _two()


def _two(fed=True, both=True):
    @cell
    def Two(x, h, c, m, f, i, c_tilde, o, *, W, w, b):
        f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
        i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
        c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
        c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
        m[t] = sigma(w.m) * m[t - 1] + (1 - sigma(w.m)) * (c[t] if fed else c_tilde[t])
        o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
        h[t] = o[t] * tanh(c[t] + m[t] if both else m[t])

    return Two
