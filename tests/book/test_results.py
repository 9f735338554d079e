"""The stored results: found from any folder, and a clear word for a name that is none."""

from pathlib import Path

import numpy as np
import pytest

from lstm_ref.book import results, weights
from lstm_ref.learn import experiments, measures, trials
from lstm_ref.learn.condition_cells import cell_of


def test_a_result_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = results.load("adding-400")
    assert found["experiment"] == "adding-400" and len(found["trials"]) == 5
    assert found["command"] == "python -m lstm_ref experiments adding-400 --seeds 5"


def test_trials_by_condition():
    found = results.by_condition("gender")
    assert list(found) == list(experiments.settings("gender"))
    for condition, five in found.items():
        assert [trial["seed"] for trial in five] == list(np.arange(5))
        assert {trial["condition"] for trial in five} == {condition}


def test_every_experiment_of_the_list_is_stored():
    assert set(experiments.EXPERIMENTS) <= set(results.names())


@pytest.mark.parametrize("name", ["adding", "../results/adding-400", "", None])
def test_another_name_is_refused(name):
    with pytest.raises(ValueError, match="result: expected one of .*, adding-400, .*, got"):
        results.load(name)


STORED = {name: results.load(name) for name in experiments.EXPERIMENTS if name in results.names()}
KEPT = [
    (name, label)
    for name, result in STORED.items()
    for label, condition in result["settings"].items()
    if condition.get("weights")
]


@pytest.mark.parametrize("name, label", KEPT)
def test_stored_weights_are_those_of_the_stored_result(name, label):
    """They give the score with which their training ended: no other file can stand in."""
    condition = STORED[name]["settings"][label]
    nets, ended = weights.load(name)[label], results.by_condition(name)[label]
    assert len(nets) == len(ended)
    cell, _ = cell_of(condition["cell"])
    _, test = trials.batches(condition)
    for params, trial in zip(nets, ended, strict=True):
        assert all(value.dtype == np.float32 for value in params.values())
        assert trial["update"][-1] == trial["updates"]
        score = measures.MEASURES[condition["measure"]](cell, params, test)
        assert score == pytest.approx(trial["score"][-1], rel=1e-4, abs=0.005)


def test_weights_are_small():
    sizes = [path.stat().st_size for path in Path(results.__file__).parent.glob("*.npz")]
    assert max(sizes) < 250_000 and sum(sizes) < 1_000_000


def test_weights_that_are_not_stored_are_refused():
    with pytest.raises(ValueError, match="gender: no weights are stored; python -m"):
        weights.load("gender")
    with pytest.raises(ValueError, match="result: expected one of"):
        weights.load("inside")


@pytest.mark.parametrize("key, value", [("command", "another"), ("settings", "H")])
def test_weights_of_another_result_are_refused(monkeypatch, key, value):
    other = results.load("inside-gender")
    if key == "command":
        other["command"] = value
    else:
        other["settings"]["LSTM"][value] += 1
    monkeypatch.setattr(results, "load", lambda name: other)
    with pytest.raises(ValueError, match="inside-gender: its weights are not those of the result"):
        weights.load("inside-gender")


def test_weights_of_another_cell_are_refused(monkeypatch):
    other = results.load("inside-gender")
    other["settings"]["LSTM"]["cell"] = "GRU_AFTER"
    monkeypatch.setattr(results, "load", lambda name: other)
    with pytest.raises(ValueError, match="expected weights of GRU_AFTER, got 'LSTM'"):
        weights.load("inside-gender")
