"""Known mistakes in error terms: in δ_c, in δ_h and in the slopes of the gates.

Each function gives the change for a cell, or None where the cell has nothing to be mistaken about.
Who registers what, see `registry`. Numbers E1, E2, ... are those of the book's list of errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lstm_ref.check.witnesses import Errors
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import at, tanh
from lstm_ref.derive.terms import Term
from lstm_ref.mistakes import edits, wording
from lstm_ref.mistakes.edits import FIRST, LAST, chain, drop, inner, key, slopes
from lstm_ref.mistakes.known.registry import Change, Parts, mistake

HANBT = "hanbt/learn_dl, lstm.py"
DTU = "nicklashansen/rnn_lstm_from_scratch, notebook; issue #1, CaptainE/RNN-LSTM-in-numpy#1"
LLSOURCELL = "llSourcell/LSTM_Networks, LSTM Demo.ipynb; issue #4"
COURSERA = "MOOC exercise 'Building a RNN step by step' v2; jinzishuai/learn2deeplearn#44"
COURSERA_OUT = (
    "MOOC exercise 'Building a RNN step by step' v2, expected output; "
    "sagarnildass/andrew_ng_deep_learning#1"
)


@mistake("no-carousel", "E1", HANBT, "nicodjimenez/lstm PR #49 (proposed, not taken)")
def no_carousel(p: Parts) -> Change | None:
    if p.carousel:
        s = p.carousel.of
        text = wording.summand(p.cell, p.carousel)
        name = "the carousel" if s == "c" else "the direct way back"
        sentence = f"∂E/∂{s}_t lacks {text} ({name})"
        # An LSTM has no direct way from h to h: nobody can have been seen to forget it there.
        return Change(sentence, drop([key(p.carousel)]), s, elsewhere=s == "c")


@mistake(
    "cell-error-assigned",
    "E2",
    "javaidnabi31/RNN-from-scratch#2",
    "apache/mxnet#4057 (asks whether it should be added)",
)
def cell_error_assigned(p: Parts) -> Change | None:
    """`dc = ` where `dc += ` belongs: all that came in is lost, at the last step too."""
    if p.squash and p.carousel and "c" in p.cell.states:
        text = wording.summand(p.cell, p.carousel)
        edit = chain(drop([key(p.carousel)]), edits.errors(no_last("c", p.cell)))
        return Change(f"∂E/∂c_t lacks {text} (the carousel), and the error at c_T", edit, "c")


def no_last(state: str, cell: Cell) -> Callable[[Errors], Errors]:
    """For `mistakes.errors`: without the error that enters at the last value of a state."""
    k = cell.states.index(state)

    def change(errors):
        last = list(errors["dstate_T"])
        last[k] = np.zeros_like(last[k])
        return {**errors, "dstate_T": tuple(last)}

    return change


@mistake("carousel-overwrites", "E2")
def carousel_overwrites(p: Parts) -> Change | None:
    """`dc = dc_next * f` where `+=` belongs: the error of this step is lost."""
    if p.carousel is None:
        return None
    s = p.carousel.of
    here = [t for t in p.right.terms[s] if t.lag == 0]
    if here:
        edit = inner(map(key, here), lambda a: a * LAST)
        text = wording.summand(p.cell, p.carousel)
        return Change(f"{text} overwrites ∂E/∂{s}_t instead of being added to it", edit, s)


@mistake(
    "no-h-path",
    "E3",
    "Hochreiter & Schmidhuber 1997, on purpose (truncation)",
)
def no_h_path(p: Parts) -> Change | None:
    """The error that comes back through the recurrent matrices is lost."""
    if p.recurrent:
        sentence = "∂E/∂h_t lacks what comes back through the recurrent matrices"
        return Change(sentence, drop(map(key, p.recurrent)), "h")


@mistake("no-recurrence", ("E1", "E3"), COURSERA_OUT, DTU)
def no_recurrence(p: Parts) -> Change | None:
    """Neither state hands its error back: every step is treated as the last one."""
    late = [t for s in p.cell.states for t in p.right.terms[s] if t.lag]
    if p.carousel and p.recurrent and len(p.cell.states) > 1:
        return Change("no error comes back from later steps, neither by h nor by c",
                      drop(map(key, late)), "h")  # fmt: skip


@mistake("h-path-without-carousel", "E4", "s-hironobu/guide2dl, LSTM_from_scratch.py")
def h_path_without_carousel(p: Parts) -> Change | None:
    """Errors of f, i and c̃ that go back to h are made with δ_h ⊙ o ⊙ tanh′ instead of δ_c."""
    squash = p.squash
    if squash is None or not (p.plain and p.gates_of_c):
        return None

    def change(found):
        new = []
        for t in found:
            if t.by in p.gates_of_c and t.via is not None:
                slope = p.right.slopes[t.by] or 1
                factors = squash.inner * p.gates_of_c[t.by].inner * slope
                t = replace(t, by=squash.by, inner=factors)
            new.append(t)
        return new

    sentence = "the way back through the recurrent matrices uses δ_h ⊙ o ⊙ (1 − tanh²(c)) for δ_c"
    return Change(sentence, edits.terms("h", change), "h")


@mistake("dh-overwritten", "E5", "numpy/numpy-tutorials, tutorial-nlp-from-scratch")
def dh_overwritten(p: Parts) -> Change | None:
    """The error of h is replaced by that of the step before, then used for the one of c."""
    if not (p.plain and p.squash and p.carousel):
        return None
    passed = p.squash.inner * p.carousel.inner
    wrong = [Term("c", p.squash.by, 1, -passed)]
    wrong += [Term("c", t.by, 1, t.inner, t.via, t.v, t.outer * passed) for t in p.recurrent]
    sentence = "what goes back by the carousel holds δ_h of step t−1 where δ_h of step t belongs"
    return Change(sentence, edits.terms("c", lambda found: (*found, *wrong)), "c")


@mistake(
    "tanh-slope-after-sum",
    "E10",
    "wiseodd/hipsternet before 2017 and copies of its text",
)
def tanh_slope_after_sum(p: Parts) -> Change | None:
    if p.plain and p.squash and p.carousel:
        slope = 1 - tanh(at("c")) ** 2
        edit = chain(inner([key(p.squash)], lambda a: a / slope), slopes({"c": lambda _: slope}))
        return Change("the error of the next step is multiplied with 1 − tanh²(c), too", edit, "c")


@mistake("forget-gate-late", "E14")
def forget_gate_late(p: Parts) -> Change | None:
    """f_t where f_{t+1} belongs."""
    if p.carousel and p.carousel.inner.has(at("f")):
        edit = inner([key(p.carousel)], lambda a: a.subs(at("f"), at("f", 1)))
        return Change("the carousel has f_t where f_t+1 belongs", edit, p.carousel.of)


@mistake("c-for-previous-c", "E13", DTU)
def c_for_previous_c(p: Parts) -> Change | None:
    found = [t for t in p.right.terms.get("f", ()) if t.by == "c" and t.inner.has(at("c", 1))]
    if p.lstm and found:
        edit = inner(map(key, found), lambda a: a.subs(at("c", 1), at("c")))
        return Change("δ_f,t has c_t where c_t−1 belongs", edit, "f")


@mistake("i-and-candidate-swapped", "E19")
def swapped(p: Parts) -> Change | None:
    of_i, of_c = ([t for t in p.right.terms.get(n, ()) if t.by == "c"] for n in ("i", "c_tilde"))
    if p.lstm and [t.inner for t in (*of_i, *of_c)] == [at("c_tilde"), at("i")]:
        a, b = of_i[0], of_c[0]
        edit = chain(inner([key(a)], lambda _: b.inner), inner([key(b)], lambda _: a.inner))
        return Change("δ_i,t and δ_c̃,t have each other's factor: i and c̃ swapped", edit, "i")


@mistake("not-transposed", "E16")
def not_transposed(p: Parts) -> Change | None:
    if p.recurrent and all(p.square(t.via) for t in p.recurrent):
        edit = edits.untransposed(map(key, p.recurrent))
        return Change("errors go back through W where the transposed Wᵀ belongs", edit, "h")


@mistake(
    "first-step-missing",
    "E24",
    "IDSIA/brainstorm, lstm_layer.py (boundary at t = 0)",
)
def first_step_missing(p: Parts) -> Change | None:
    """What step 1 sees of the initial state is not in the gradients."""
    late = 1 - FIRST
    changes = [
        edits.products(name, lambda q: replace(q, inner=q.inner * late) if _reads(q.v) else q)
        for name in p.cell.matrices
        if any(_reads(q.v) for q in p.right.products[name])
    ]
    vectors = [t for n in p.cell.vectors for t in p.right.terms[n] if _reads(t.inner)]
    changes.append(inner(map(key, vectors), lambda a: a * late))
    sentence = "gradients of recurrent weights and peepholes lack step 1, the initial state"
    return Change(sentence, chain(*changes), "")


def _reads(expr):
    """Whether an expression reads something at t-1."""
    from lstm_ref.derive.expressions import signals

    return any(lag for _, lag in signals(expr))
