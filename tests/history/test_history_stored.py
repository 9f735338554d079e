"""Stored results of 1997 to 2002: of today's settings, and what they say follows from them."""

import json

import pytest

from lstm_ref.book import results
from lstm_ref.history import continual, experiments, named, published, spikes

NAMES = [*experiments.EXPERIMENTS, *continual.EXPERIMENTS, *spikes.EXPERIMENTS]
STORED = [name for name in NAMES if name in results.names()]


@pytest.mark.parametrize("name", STORED)
def test_settings_are_of_today(name):
    found = results.load(name)
    assert found["settings"] == json.loads(json.dumps(named.settings(name)))
    seeds = [trial["seed"] for trial in found["trials"]]
    assert seeds == list(range(len(seeds))) and found["command"].endswith(f" {len(seeds)}")
    assert {trial["condition"] for trial in found["trials"]} == {name}


@pytest.mark.parametrize("name", [name for name in STORED if name in experiments.EXPERIMENTS])
def test_trials_of_1997_met_their_rule_or_were_cut_off(name):
    one, trials = experiments.EXPERIMENTS[name], results.load(name)["trials"]
    for trial in trials:
        stages = [trial["stages"][stage] for stage in one.stages]
        counts = [stage["sequences"] for stage in stages]
        assert trial["sequences"] == counts[-1] and trial["solved"] == (counts[-1] is not None)
        assert trial["solved"] or trial["seen"] == one.most
        met = [n for n in counts if n is not None]
        assert met == sorted(met) and counts == met + [None] * (len(counts) - len(met))
        assert all(n <= trial["seen"] for n in met) and trial["code"] == "C"
        for stage in stages[: len(met) if one.test else 0]:
            assert stage["of"] == 2560 and 0 <= stage["wrong"] < 260
            assert stage["squared_error"] >= stage["mean_error"] ** 2 > 0


def test_every_short_experiment_of_1997_is_stored():
    short = {name for name, one in experiments.EXPERIMENTS.items() if not one.long}
    assert short <= {*STORED}
    for name in short & {*published.RESULTS}:
        assert len(results.load(name)["trials"]) == experiments.EXPERIMENTS[name].trials


@pytest.mark.parametrize("name", [name for name in STORED if name in continual.EXPERIMENTS])
def test_perfect_is_ten_whole_streams(name):
    one = continual.EXPERIMENTS[name]
    for trial in results.load(name)["trials"]:
        assert trial["solved"] == (trial["tests"] == one.tests * [one.longest])
        assert trial["solved"] == (trial["reason"] == "perfect") == (trial["sequences"] is not None)
        over = trial["learned"] + trial["tested"] - sum(trial["tests"]) * (not trial["solved"])
        assert trial["seen"] == one.streams or over >= one.most or trial["solved"]
        assert trial["longest"] >= one.promising or not trial["solved"]


@pytest.mark.parametrize("name", [name for name in STORED if name in spikes.EXPERIMENTS])
def test_stored_weights_do_as_they_are_said_to(name):
    one, trials = spikes.EXPERIMENTS[name], results.load(name)["trials"]
    x, _ = spikes.task(one.F, one.tested)
    some = [trial for trial in trials if trial["solved"]][:3] + trials[:2]
    for trial in some:
        y, _, _ = spikes.run(one, spikes.net(trial["weights"]), x)
        (wrong,) = spikes.first_wrong(one, y)
        assert (wrong is None) == trial["solved"] and wrong == trial["first_wrong"]
