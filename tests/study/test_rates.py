"""The learning rate of small networks on large ones: what is chosen, what it costs, the stored."""

import json

import numpy as np
import pytest

from lstm_ref import __main__ as program
from lstm_ref.study import rates, trial

RATES = np.array([0.001, 0.01, 0.1])


def of(valid, test=None):
    valid = np.array(valid, float)
    return rates.Measured(RATES, valid, valid if test is None else np.array(test, float), 10)


def test_the_same_best_rate_costs_nothing():
    same = of([[3, 3, 3], [1, 1, 1], [2, 2, 2]])
    cost = rates.regret(same, same)
    assert cost.small == cost.large == 0.01
    assert not cost.paired.any() and not cost.single.any()


def test_another_best_rate_costs_what_the_test_set_says():
    small = of([[3, 3, 3], [2, 2, 0], [1, 1, 2]])  # two of three would choose 0.1, the mean 0.01
    large = of([[1, 1, 1], [2, 2, 2], [3, 3, 3]], [[5, 6, 7], [8, 8, 8], [9, 9, 10]])
    cost = rates.regret(small, large)
    assert (cost.small, cost.large) == (0.01, 0.001)
    np.testing.assert_allclose(cost.paired, [3, 2, 1])
    np.testing.assert_allclose(cost.single, np.array([28 / 3, 28 / 3, 8]) - 6)


def test_nobody_is_judged_by_what_it_chose():
    """The first network alone would choose 0.1; for itself the others choose."""
    large = of([[2, 1, 1], [3, 3, 3], [0, 2, 2]], [[1, 1, 1], [9, 9, 9], [0, 5, 5]])
    cost = rates.regret(of([[1] * 3, [2] * 3, [3] * 3]), large)
    assert cost.small == 0.001 and cost.large in RATES
    np.testing.assert_allclose(cost.paired, [0, -4, -4])


def test_a_few_trials_and_their_text(monkeypatch):
    monkeypatch.setattr(rates, "SEQUENCES", {"digits": 3})
    monkeypatch.setattr(rates, "RULES", {"epochs": 1, "patience": 1})
    monkeypatch.setattr(rates, "SIZES", (2, 3))
    monkeypatch.setattr(rates, "RATES", (1e-3, 1e-2))
    said = []
    found = rates.run(2, said.append)
    assert len(found["trials"]) == len(said) == 8
    assert json.loads(rates.text(found)) == json.loads(json.dumps(found))
    last = found["trials"][-1]
    assert (last["size"], last["rate"], last["seed"]) == (3, 1e-2, 1)
    rules = {"seed": 1, "epochs": 1, "patience": 1, "sequences": 3}
    settings = {"size": 3, "learning_rate": 1e-2, **rates.FIXED}
    again = trial.run("digits", rates.CELL, 0, rules, settings=settings)
    assert again["digest"] == last["digest"] and again["settings"] == settings
    (line,) = rates.lines(found)
    assert line.startswith("digits: rate 0.0")
    assert rates.measured(found, "digits", 3).valid.shape == (2, 2)


def test_what_is_stored_is_whole():
    stored = rates.load()
    names = {(t["task"], t["size"], t["rate"], t["seed"]) for t in stored["trials"]}
    assert len(names) == len(stored["trials"])
    assert len(names) == len(rates.SEQUENCES) * len(rates.SIZES) * len(rates.RATES) * rates.SEEDS
    settings = (rates.CELL, rates.FIXED, rates.RULES, rates.SEQUENCES)
    assert (*(stored[n] for n in ("cell", "fixed", "rules", "sequences")),) == settings
    assert {each["rate"] for each in stored["trials"]} == {*rates.RATES}
    for task in rates.SEQUENCES:
        cost = rates.regret(*(rates.measured(stored, task, size) for size in rates.SIZES))
        assert cost.small in rates.RATES[1:-1]  # at an end a better one may lie beyond
        assert cost.large in (rates.RATES[:-1] if task == "speech" else rates.RATES[1:-1])


def test_the_command_refuses_one_seed(capsys):
    assert program.main(["study", "rates", "--seeds", "1"]) == 2
    assert capsys.readouterr() == ("", "--seeds: expected at least 2, got 1\n")


@pytest.mark.parametrize("task", rates.SEQUENCES)
def test_a_rate_is_chosen_by_a_measure_that_differs(task):
    small = rates.measured(rates.load(), task, rates.SIZES[0])
    assert np.ptp(small.valid.mean(axis=1)) > 0
