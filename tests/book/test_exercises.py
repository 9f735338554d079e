"""Every exercise of the chapters: a right answer passes, plausible wrong ones do not."""

import itertools
from importlib import import_module, util

import numpy as np
import pytest
import sympy as sp

from lstm_ref import tanh, without
from lstm_ref.book import judge
from lstm_ref.book.exercises import table
from lstm_ref.book.exercises.exercise import DECLARED, Exercise, exercise
from lstm_ref.derive import catalogue

ALL = table.everything()


def faults(one):
    """What is wrong about an exercise, as sentences."""
    found = []
    if one.judge(one.right) != "right":
        found.append(f"the right answer is judged {one.judge(one.right)!r}")
    if one.judge(None) != "not answered yet":
        found.append("no answer is an answer")
    if len(one.pairs) < 3:
        found.append(f"{len(one.pairs)} wrong answers, at least 3 are needed")
    for wrong, hint in one.pairs:
        if one.judge(wrong) != f"not right. {hint}":
            found.append(f"{wrong!r} is judged {one.judge(wrong)!r}, not by its hint {hint!r}")
    hints = [hint for _, hint in one.pairs]
    found += [f"given twice: {hint}" for hint in {*hints} if hints.count(hint) > 1]
    found += [f"no sentence: {hint!r}" for hint in hints if hint[-1:] not in (".", "?")]
    return found + lax(one)


def lax(one):
    """Numbers near the right one that pass all the same: each entry off by 2 % at least."""
    if one.is_formula:
        near = [f"1.02*({one.right.text})", f"{one.right.text} + 0.02*{min(one.letters)}"]
        return [f"too lax: {text} passes" for text in near if one.judge(text) == "right"]
    if isinstance(one.right, str) or not one.can_be_typed:
        return []
    right = np.asarray(one.right, float)
    scale = np.abs(right).max() or 1.0
    near = []
    for where, way in itertools.product(np.ndindex(right.shape), (-1, 1)):
        other = right.copy()
        other[where] += way * max(0.02, 3 * one.tol) * scale
        near.append(other)
    passed = [
        other.tolist()
        for other in [*near, 0 * right + 0.5 * scale]
        if (one.judge(other) == "right")
    ]
    passed += [] if one.tol <= 0.02 else [f"tol is {one.tol}, more than 2 %"]
    return [f"too lax: {other} passes" for other in passed]


@pytest.mark.parametrize("label", ALL)
def test_exercise(label):
    assert not faults(ALL[label])


@pytest.mark.parametrize("start", table.CHAPTERS)
def test_a_module_declares_its_own_labels(start):
    name = f"lstm_ref.book.exercises.{table.CHAPTERS[start]}"
    if util.find_spec(name) is None:
        pytest.skip("the chapter has no exercises in the table")
    import_module(name)
    labels = [label for label, one in DECLARED.items() if one.solve.__module__ == name]
    assert labels and {label.split("-")[1] for label in labels} == {start}


def planted(**changes):
    wrong = {1.0: "That is the slope.", 3.0: "One too many.", -2.0: "What about the sign?"}
    return Exercise(**{"label": "ex-rnn-planted", "solve": lambda: 2.0, "wrong": wrong} | changes)


def test_a_good_exercise_has_no_fault():
    assert faults(planted()) == []
    assert faults(planted(wrong=lambda: [*planted().wrong.items()])) == []


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"tol": 0.6}, "not by its hint 'That is the slope.'"),
        ({"tol": 0.6}, "too lax"),
        ({"tol": 0.05}, "too lax"),
        ({"solve": lambda: 3.0}, "not by its hint 'One too many.'"),
        ({"wrong": {1.0: "That is the slope.", 3.0: "One too many."}}, "2 wrong answers"),
        ({"wrong": {1.0: "No.", 3.0: "No.", 4.0: "Yes?"}}, "given twice"),
        ({"wrong": {1.0: "", 3.0: "No.", 4.0: "Yes?"}}, "no sentence"),
        ({"check": lambda answer: "right"}, "is judged 'right'"),
        ({"check": lambda answer: "no"}, "the right answer is judged"),
        ({"wrong": {1.0: "One.", 1.0 + 1e-9: "Two.", 3.0: "Three."}}, "not by its hint 'Two.'"),
    ],
)
def test_a_fault_is_seen(changes, says):
    assert any(says in fault for fault in faults(planted(**changes)))


def test_what_is_said():
    one = planted()
    assert one.judge(2) == "right"
    assert one.judge(3.0) == "not right. One too many."
    assert one.judge(2.5) == "not right: too large"
    assert one.judge((2, 2)) == "the shape is (2,), it should be ()"


def test_functions_get_their_hints():
    wrong = [(np.sin, "That is the sine."), (np.exp, "Exp."), (lambda a: a, "It is not linear.")]
    one = planted(solve=lambda: np.cos, wrong=wrong, inputs=[(3,)])
    assert faults(one) == [] and not one.can_be_typed
    assert one.judge(lambda a: 1 * a) == "not right. It is not linear."
    assert "not right: 3 of 3 entries" in one.judge(lambda a: -a)


def test_words_and_expressions():
    one = planted(solve=lambda: "W_oh", wrong={"W_ih": "A?", "W_fh": "B?", "W_ch": "C?"})
    assert faults(one) == [] and one.can_be_typed
    assert one.judge(" w_OH ") == "right" and one.judge("W_ih") == "not right. A?"
    assert one.judge("W_ox") == "not right" and one.judge(3) == "not a word: int"
    x = sp.Symbol("x")
    pairs = [(x, "Squared."), (x + 1, "No."), (2 * x, "Twice?")]
    one = planted(solve=lambda: x**2, wrong=pairs)
    assert faults(one) == [] and not one.can_be_typed and one.judge(x * x) == "right"


def test_cells_are_compared_with_random_parameters():
    LSTM = catalogue.LSTM
    pairs = [
        (LSTM.but("A", h=without(tanh)), "Is the tanh of the output there?"),
        (LSTM.but("B", b=0), "Where are the biases?"),
        (catalogue.VANILLA, "It has peepholes."),
    ]
    one = planted(solve=lambda: LSTM, wrong=pairs)
    assert faults(one) == []
    assert one.judge(3).startswith("not a declared cell")
    assert one.judge(catalogue.GRU_BEFORE).startswith("parameters: expected W_ch, ")


@pytest.mark.parametrize("label", ["ex-what-count", "count", None, "ex", 3])
def test_an_unknown_start_of_a_label(label):
    with pytest.raises(ValueError, match=r"label: expected ex-rnn-\.\.\., .*; got"):
        judge(label, 1)


def test_an_unknown_label_of_a_chapter(monkeypatch):
    monkeypatch.setitem(DECLARED, "ex-rnn-planted", planted())
    assert judge("ex-rnn-planted", 2) == "right"
    with pytest.raises(
        ValueError, match="label: expected one of .*ex-rnn-planted.*; got 'ex-rnn-no'"
    ):
        judge("ex-rnn-no", 1)


def test_a_label_is_given_once(monkeypatch):
    monkeypatch.setitem(DECLARED, "ex-rnn-planted", planted())
    with pytest.raises(ValueError, match="label: ex-rnn-planted is taken by"):
        exercise("ex-rnn-planted", wrong={})(lambda: 3)
