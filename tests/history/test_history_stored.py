"""Stored results of 2000 and 2002: of today's settings, and what they say follows from them."""

import json

import pytest

from lstm_ref.book import results
from lstm_ref.history import continual, named, spikes

NAMES = [*continual.EXPERIMENTS, *spikes.EXPERIMENTS]
STORED = [name for name in NAMES if name in results.names()]


@pytest.mark.parametrize("name", STORED)
def test_settings_are_of_today(name):
    found = results.load(name)
    assert found["settings"] == json.loads(json.dumps(named.settings(name)))
    seeds = [trial["seed"] for trial in found["trials"]]
    assert seeds == list(range(len(seeds))) and found["command"].endswith(f" {len(seeds)}")
    assert {trial["condition"] for trial in found["trials"]} == {name}


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
