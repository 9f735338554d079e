"""No answer depends on the clock: the same reports under one that jumps, and whatever ran before.

Which modules may look at a clock at all: `tests/test_clock.py`.
"""

import numpy as np
import pytest
from diagnosed import asked, golden, gradients_of, planted
from jumping_clock import under_a_jumping_clock

from lstm_ref.derive import catalogue
from lstm_ref.diagnose import candidates as sets
from lstm_ref.diagnose.budget import COMPARISONS, LARGE, Budget
from lstm_ref.mistakes import evaluate, known


def noisy(name):
    rng = np.random.default_rng(0)
    return {n: v + 0.01 * rng.normal(size=v.shape) for n, v in gradients_of(name).items()}


def two_mistakes():
    """A known one and a summand left out: found after the pairs of summands."""
    found = sets.of(catalogue.find("LSTM"), *golden("LSTM"))
    pair = found.known[-1], found.drops[-1]
    return {f"d{n}": v for n, v in evaluate.gradients(pair, found.numbers)[1].items()}


def stacked(tensors):
    """Gates in an order that the numbers must tell, and do not."""
    return {"dW_x": np.concatenate([tensors[f"dW_{g}x"] for g in "cofi"])}


FILES = {
    "right": lambda: ("LSTM", gradients_of("LSTM"), {}),
    "a known mistake": lambda: ("LSTM", planted(known.find("no-carousel")), {}),
    "a pair": lambda: ("LSTM", two_mistakes(), {}),
    "unknown, all pairs": lambda: ("GRU_AFTER", noisy("GRU_AFTER"), {}),
    "unknown, some pairs": lambda: ("LSTM", noisy("LSTM"), {"evaluations": 300}),
    "unknown, many layouts": lambda: ("LSTM", stacked(noisy("LSTM")), {"evaluations": 300}),
    "single precision": lambda: (
        "LSTM",
        {n: v.astype(np.float32) for n, v in noisy("LSTM").items()},
        {"evaluations": 300},
    ),
}


def told(name, arrays, more):
    """All that a report says, and what pairs it was made from."""
    report = asked(arrays, name, **more)
    return report.text, report.searched, report.pairs, report.differs


@pytest.mark.parametrize("file", FILES)
def test_the_clock_changes_no_report(file, monkeypatch):
    given = FILES[file]()
    before = told(*given)
    with under_a_jumping_clock(monkeypatch):
        assert told(*given) == before


@pytest.mark.parametrize("file", ["a pair", "unknown, some pairs", "unknown, many layouts"])
def test_what_an_earlier_diagnosis_left_in_memory_changes_no_report(file):
    name, arrays, more = FILES[file]()
    found = sets.of(catalogue.find(name), *golden(name))
    found.forget_pairs()
    first = told(name, arrays, more)
    assert told(name, arrays, more) == first
    found.forget_pairs()
    assert told(name, arrays, more) == first


def test_a_pair_is_known_from_a_certain_number_of_evaluations_on():
    arrays = two_mistakes()
    assert asked(arrays).verdict == "known"
    few = asked(arrays, evaluations=50)
    assert few.verdict == "unknown" and not few.searched
    tried, there = few.pairs
    assert 0 < tried < there and f"Of {there} pairs of mistakes {tried} were tried." in few.text


def test_all_pairs_fit_into_the_budget():
    """Noise: nothing matches, so nothing ends the search early."""
    for name in ("GRU_AFTER", "ELMAN"):
        report = asked(noisy(name), name)
        assert report.verdict == "unknown" and report.searched
        assert report.pairs[0] == report.pairs[1] > 0 and "pairs" not in report.text


def test_what_is_counted():
    """An evaluation is ten comparisons, a kept one counts once, large vectors count more."""
    small, large = Budget(2, 1800), Budget(2, LARGE)
    for budget in (small, large):
        budget.evaluate_once("a")
    assert not small.spent and large.spent
    small.evaluate_once("a")
    small.compare(COMPARISONS - 1)
    assert not small.spent
    small.compare()
    assert small.spent
