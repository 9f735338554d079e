"""Which check sees which mistake: the counts on record, and nothing survives the book's check."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.check import protocols, witnesses
from lstm_ref.mistakes import evaluate, known, power


@pytest.fixture(scope="module")
def matrix():
    return power.kill_matrix("LSTM")


@pytest.mark.parametrize("seed", [0, 1])
def test_counts_of_the_experiment(seed):
    """3, 6, 13 and 19 of the nineteen planted mistakes."""
    found = power.kill_matrix("LSTM", names=power.PLANTED, seed=seed)
    assert len(found["mistakes"]) == len(set(power.PLANTED)) == 19
    assert found["killed"].sum(axis=1).tolist() == [3, 6, 13, 19, 19]


def test_survivors_of_the_third_check():
    """On record: 1-c², double tanh, no dtanh, tanh after sum, candidate's tanh twice, bias mean."""
    found = power.kill_matrix("LSTM", [protocols.TWO_STEPS], power.PLANTED)
    survivors = {
        m for m, dead in zip(found["mistakes"], found["killed"][0], strict=True) if not dead
    }
    assert survivors == {
        "slope-of-raw-c",
        "double-tanh",
        "no-tanh-slope",
        "tanh-slope-after-sum",
        "candidate-slope-at-activation",
        "bias-mean",
    }


def test_what_open_eyes_do_not_see(matrix):
    """No error at the last state, one run: four mistakes pass the check that saw all nineteen."""
    row = matrix["killed"][matrix["protocols"].index("A")]
    survivors = {m for m, dead in zip(matrix["mistakes"], row, strict=True) if not dead}
    assert survivors == {
        "last-cell-error-ignored",
        "last-state-error-ignored",
        "errors-overwritten",
        "not-reset",
    }


def test_matrix(matrix):
    assert matrix["protocols"] == ["C-Wf", "B", "C-all", "A", "book"]
    assert matrix["mistakes"] == [m.name for m in known.of("LSTM")]
    assert matrix["errors"].shape == matrix["killed"].shape == (5, len(matrix["mistakes"]))
    assert (matrix["errors"][-1] > 1e-3).all()


@pytest.mark.parametrize("name", ["LSTM", "FGR", "PEEPHOLE_FI", "GRU_AFTER", "BLOCK", "ELMAN"])
def test_no_mistake_survives_the_check_of_the_book(name):
    found = power.kill_matrix(name, [protocols.BOOK])
    assert found["mistakes"] and found["killed"].all()


def test_protocol_of_the_tutorial_is_blind_for_the_carousel():
    """hanbt: W_fh at T = 2 from zero states has exactly the right gradient."""
    mistake = known.find("no-carousel")
    assert power.off(protocols.ONE_WEIGHT, mistake) == 0
    assert power.off(replace(protocols.ONE_WEIGHT, T=3), mistake) > 0.01
    assert power.off(replace(protocols.ONE_WEIGHT, look=("W_ix",)), mistake) > 0.1
    assert power.off(replace(protocols.ONE_WEIGHT, zero_state=False), mistake) > 0.1


@pytest.mark.parametrize("T", [1, 2, 3])
def test_two_tutorials_and_the_number_of_steps(T):
    """guide2dl's is exact up to T = 2, that of the NumPy tutorial at T = 1 (errors: last step)."""
    protocol = replace(protocols.OPEN_EYED, T=T, look="parameters", loss="last", zero_state=True)
    assert (power.off(protocol, known.find("h-path-without-carousel")) > 1e-6) == (T > 2)
    assert (power.off(protocol, known.find("dh-overwritten")) > 1e-6) == (T > 1)


def test_problem_has_what_the_protocol_says():
    numbers = power.numbers(protocols.ONE_WEIGHT)
    assert numbers.x.shape == (2, 3, 1) and numbers.params["W_fh"].shape == (4, 4)
    assert not numbers.errors["dh"][0].any() and numbers.errors["dh"][1].any()
    assert not any(np.any(s) for s in (*numbers.state0, *numbers.errors["dstate_T"]))
    assert not numbers.params["b_f"].any() and np.abs(numbers.params["W_fh"]).max() < 1e-3
    book = power.numbers(protocols.BOOK)
    assert all(np.all(s) for s in (*book.state0, *book.errors["dstate_T"]))


def test_what_protocols_compare_with_is_right():
    numbers = power.numbers(protocols.BOOK)
    tensors = {**numbers.params, "x": numbers.x, "h_0": numbers.state0[0], "c_0": numbers.state0[1]}
    want = witnesses.by_hand(lstm, tensors, numbers.errors)
    witnesses.compare(evaluate.gradients((), numbers)[1], want, "by hand", tol=1e-12)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tanh-for-slope", "T = 1"),
        ("slope-of-raw-c", "T = 1, weights of order 1"),
        ("bias-mean", "T = 1, several samples"),
        ("h-path-without-carousel", "T >= 3"),
        ("first-step-missing", "T = 1, non-zero initial states"),
        ("last-output-only", "T >= 2, an error at every step"),
        ("last-cell-error-ignored", "T = 1, an error at the last state"),
        ("errors-overwritten", "T = 1, two runs"),
        ("not-reset", "T = 1, two runs"),
        ("bias-of-o-in-f-and-i", "T = 1, non-zero biases"),
    ],
)
def test_smallest_check(name, says):
    mistake = known.find(name)
    protocol = power.least(mistake)
    assert protocols.needs(protocol) == says
    assert power.off(protocol, mistake) > protocol.tol
    if protocol.T > 1:
        assert power.off(replace(protocol, T=protocol.T - 1), mistake) <= protocol.tol


def test_words_say_what_is_looked_at():
    """Three steps hold for parameters, zero states and no error at c_T: one step may do else."""
    mistake = known.find("h-path-without-carousel")
    three = power.least(mistake)
    assert protocols.words(three) == (
        "T >= 3 (parameters only, zero initial states, no error at the last state)"
    )
    assert power.off(replace(three, T=2), mistake) == 0
    assert power.off(replace(three, T=2, last_state=True), mistake) > three.tol
    assert power.off(replace(three, T=2, look="all", zero_state=False), mistake) > three.tol
    assert power.off(replace(protocols.BOOK, T=1, look=("h_0",)), mistake) > 0.01


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tanh-for-slope", "T = 1"),
        ("first-step-missing", "(parameters only, no error at the last state)"),
        ("last-cell-error-ignored", "(parameters only, zero initial states)"),
    ],
)
def test_words_leave_out_what_is_needed(name, says):
    words = protocols.words(power.least(known.find(name)))
    assert words.endswith(says) and (words == "T = 1") == (says == "T = 1")
