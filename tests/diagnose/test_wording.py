"""Mistakes that were found are told: in words and as equations, without SymPy."""

import re
import subprocess
import sys
from collections import defaultdict

import pytest
from helpers import found_edits

from lstm_ref.derive import table, tree
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.wording import formulas, told

LSTM = table.of_catalogue("LSTM")
SIZES = found_edits.SIZES


def said(*edits):
    return [one.sentence for one in told(LSTM, edits, SIZES)]


@pytest.mark.parametrize("name", ["LSTM", "GRU_BEFORE", "GRU_AFTER", "ELMAN", "BLOCK", "RHN"])
def test_edits_that_differ_are_told_in_different_words(name):
    stored, edits = found_edits.backwards(name)
    edits += [*found_edits.sums(stored), *found_edits.others(stored)]
    edits += found_edits.stepwise(edits)
    met = defaultdict(set)
    for edit in edits:
        (one,) = told(stored, [edit], SIZES)
        assert one.edits == (edit,)
        assert not one.sentence.endswith((" ", ".")), one.sentence
        met[one.sentence].add(without_ones(edit))
    assert len(met) > 100
    assert {words: keys for words, keys in met.items() if len(keys) > 1} == {}


def without_ones(edit):
    """The key of an edit; a factor 1 makes no difference."""
    one = r"Product\(factors=\((.+), Number\(value=1\)\)\)"
    return re.sub(one, r"\1", str(edit.key))


@pytest.mark.parametrize("name", ["LSTM", "GRU_BEFORE", "BLOCK"])
def test_every_edit_of_an_equation_marks_a_difference(name):
    stored, edits = found_edits.backwards(name)
    shown = 0
    for edit in [*edits, *found_edits.sums(stored)]:
        for found in formulas(stored, [edit], SIZES):
            text, (_, *theirs) = found.text(), found.latex
            assert ("{+" in text) or ("[-" in text), text
            assert all(r"\cancel" in t or r"\boxed" in t for t in theirs)
            shown += 1
    assert shown > 300


def test_sentences():
    late = tree.Signal("h|ones", 1)
    dropped = [Edit(("term", "h", k), "dropped", 0.0) for k in range(4)]
    means = [Edit(("sum", n, 0), "weight", 0.5) for n in (*LSTM.matrices, *LSTM.vectors)]
    flipped = [Edit(("term", "h", k), "transpose", flipped=True) for k in range(4)]
    assert said(Edit(("term", "c", 1), "dropped", 0.0), *dropped[:2]) == [
        "the carousel: δ_c lacks the summand δ_c,t+1 ⊙ f_{t+1}",
        "δ_h lacks the summand W_fhᵀ δ_f,t+1",
        "δ_h lacks the summand W_ihᵀ δ_i,t+1",
    ]
    assert said(*dropped) == ["δ_h lacks all that comes back through the recurrent matrices"]
    assert said(*flipped) == ["W_fh, W_ih, W_ch and W_oh are not transposed on the way back"]
    assert said(*means) == [
        "the gradients of all parameters: each is divided by B (a mean over the batch)"
    ]
    assert said(Edit(("sum", "W_fh", 0), "ones", v=late)) == [
        "∂E/∂W_fh takes h_0 as ones, at step 1 only"
    ]
    assert said(Edit(("enter", "c"), "dropped", 0.0)) == ["the error that enters at c_T is ignored"]
    assert said(Edit(("term", "f", 0), "lag", inner=tree.Signal("c"))) == [
        "δ_f reads c_t where c_{t-1} belongs"
    ]


def test_steps_are_told_generically():
    def of(*steps):
        return said(Edit(("sum", "b_f", 0), "dropped", 0.0, steps=steps))[0]

    assert of(1, 2, 3) == "∂E/∂b_f is of the last step only, not summed over t"
    assert of(2, 3, 4) == "∂E/∂b_f is of step 1 only: overwritten in the loop, not summed over t"
    assert of(1) == "∂E/∂b_f lacks step 1"
    assert of(4) == "∂E/∂b_f lacks the last step"


def test_weights_are_told_as_what_they_are():
    words = {-1.0: "has the wrong sign", 2.0: "is counted twice", 0.5: "is divided by B",
             0.25: "is divided by T", 0.125: "is divided by T B", 3.7: "is multiplied with 3.7",
             1 / 3: "is multiplied with 1/3"}  # fmt: skip
    for weight, word in words.items():
        (sentence,) = said(Edit(("term", "h", 0), "weight", weight))
        assert sentence.startswith(f"in δ_h: W_fhᵀ δ_f,t+1 {word}"), sentence


def test_an_equation_is_printed_beside_the_right_one():
    (found,) = formulas(LSTM, [Edit(("term", "c", 1), "dropped", 0.0)], SIZES)
    assert found.text() == (
        "right:  δ_c,t = δ_h,t ⊙ o_t ⊙ (1 − tanh²(c_t)) + δ_c,t+1 ⊙ f_{t+1}\n"
        "theirs: δ_c,t = δ_h,t ⊙ o_t ⊙ (1 − tanh²(c_t)) + [-δ_c,t+1 ⊙ f_{t+1}-]"
    )
    last = Edit(("term", "f", 0), "last", inner=tree.Signal("c|last", 1))
    (found,) = formulas(LSTM, [last], SIZES)
    assert found.text().endswith(
        "theirs: at t = 1:  δ_f,t = δ_c,t ⊙ [-c_{t-1}-]{+c_T+} ⊙ f_t ⊙ (1 − f_t)"
    )
    assert r"\cancel{c_{t-1}}\boxed{c_T}" in found.latex[1]


def test_edits_of_one_equation_are_printed_together():
    edits = [Edit(("term", "c", 1), "dropped", 0.0),
             Edit(("term", "c", 0), "weight", 2.0, steps=(4,))]  # fmt: skip
    (found,) = formulas(LSTM, edits, SIZES)
    first, *more = [t.when for t in found.theirs]
    assert (first, more) == ("", ["at t = T"])
    assert "{+2+} δ_h,t" in found.text()


def test_words_need_no_sympy():
    code = (
        "import sys; sys.modules['sympy'] = None\n"
        "from lstm_ref.derive import table\n"
        "from lstm_ref.diagnose.core.edits import Edit\n"
        "from lstm_ref.diagnose.wording import formulas, told\n"
        "cell, edit = table.of_catalogue('ELMAN'), Edit(('slope', 'h'), 'forgotten', 0.0)\n"
        "print(told(cell, [edit], dict(T=4, B=2))[0].sentence)\n"
        "print(len(formulas(cell, [edit], dict(T=4, B=2))))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "δ_h is multiplied with 0\n1\n"


def test_finished_tensors_are_told_together():
    def results(*names, **edit):
        return said(*[Edit(("result", n), **edit) for n in names])

    every = [f"d{n}" for n in (*LSTM.matrices, *LSTM.vectors)]
    assert results(*every, kind="weight", weight=0.5) == [
        "the gradients of all parameters: each is divided by B (a mean over the batch)"
    ]
    assert results("db_i", "db_o", kind="copy", other="db_f") == [
        "∂E/∂b_i and ∂E/∂b_o are copies of ∂E/∂b_f"
    ]
    assert results("dW_fh", "dx", kind="zero", weight=0.0, other="zero") == [
        "∂E/∂W_fh and ∂E/∂x: each is 0: not computed"
    ]
    assert results("dW_fh", kind="transpose", other="transposed") == ["∂E/∂W_fh is transposed"]
    assert results("dW_fh", kind="clipped", weight=0.1, other="clipped") == [
        "∂E/∂W_fh is clipped, entry by entry, to ±0.1"
    ]
    assert results("dc_0", kind="not carried", other="step 1") == [
        "∂E/∂c_0 is the error at step 1, not carried back to step 0"
    ]


def test_habits_are_told_together():
    one = tree.Number(1)
    bare = [Edit(("slope", n), "bare", inner=one) for n in "fio"]
    assert said(*bare) == ["δ_f, δ_i and δ_o lack the slopes of their activations"]
    window = [Edit(("term", "h", k), "window", 0.0, steps=(1, 2)) for k in range(4)]
    assert said(*window) == ["errors go back 2 steps only: nothing comes back at steps 1 and 2"]
    every = [Edit(("term", "h", k), "window", 0.0) for k in range(4)]
    assert said(*every) == ["δ_h lacks all that comes back through the recurrent matrices"]


def test_a_sign_is_told_at_every_step_beside_what_holds_at_step_1():
    stored = table.of_catalogue("GRU_AFTER")
    new = tree.Sum(((1, tree.Signal("h|new", 1)), (-1, tree.Signal("h_tilde"))))
    edit = Edit(("term", "z", 0), "new", weight=-1.0, inner=new)
    (one,) = told(stored, [edit], SIZES)
    assert one.sentence.endswith(", at step 1 only, and at every step has the wrong sign")
