"""The stored results: found from any folder, and a clear word for a name that is none."""

import numpy as np
import pytest

from lstm_ref.book import results
from lstm_ref.learn import experiments


def test_a_result_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = results.load("adding-400")
    assert found["experiment"] == "adding-400" and len(found["trials"]) == 5
    assert found["command"] == "python -m lstm_ref experiments adding-400 --seeds 5"


def test_trials_by_condition():
    found = results.by_condition("gender")
    assert list(found) == list(experiments.settings("gender"))
    for condition, trials in found.items():
        assert [trial["seed"] for trial in trials] == list(np.arange(5))
        assert {trial["condition"] for trial in trials} == {condition}


def test_every_experiment_of_the_list_is_stored():
    assert set(experiments.EXPERIMENTS) <= set(results.names())


@pytest.mark.parametrize("name", ["adding", "../results/adding-400", "", None])
def test_another_name_is_refused(name):
    with pytest.raises(ValueError, match="result: expected one of adding-400, .*, got"):
        results.load(name)
