"""Long experiments: what is run again, what is compared, what is stored."""

import json
import sys

import make_results
import pytest

from lstm_ref.history import named as history
from lstm_ref.learn import experiments, trials

NAME = "adding-400"


def result(solved, seeds=2, **changes):
    """A result of the experiment as it would be today. solved: how many seeds of each condition."""
    found = [
        {"condition": condition, "seed": seed, "solved": 7 if seed < solved else None}
        for condition in experiments.settings(NAME)
        for seed in range(seeds)
    ]
    today = {"settings": experiments.settings(NAME), "versions": trials.versions()}
    return today | {"trials": found} | changes


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """(new, stored): folders of results in the place of the real ones; one result is stored."""
    new, stored = tmp_path / "_build" / "results", tmp_path / "stored"
    stored.mkdir()
    monkeypatch.setattr(make_results, "ROOT", tmp_path)
    monkeypatch.setattr(make_results, "NEW", new)
    monkeypatch.setattr(make_results, "STORED", stored)
    (stored / f"{NAME}.json").write_text(json.dumps(result(solved=2)))
    return new, stored


def main(monkeypatch, *arguments, solved):
    """`make_results.main` with experiments that come out like this: (exit code, names run)."""
    ran = []

    def run(name):
        ran.append(name)
        make_results.NEW.mkdir(parents=True, exist_ok=True)
        (make_results.NEW / f"{name}.json").write_text(json.dumps(result(solved)))
        return int(solved is None)

    monkeypatch.setattr(make_results, "run", run)
    monkeypatch.setattr(make_results.environment, "apply", lambda: None)
    monkeypatch.setattr(sys, "argv", ["make_results.py", *arguments, NAME])
    return make_results.main(), ran


def test_the_same_counts_are_stored_and_not_run_again(folders, monkeypatch, capsys):
    assert main(monkeypatch, solved=2) == (0, [NAME])
    assert "Every solved count is as stored." in capsys.readouterr().out
    new, stored = folders
    assert (stored / f"{NAME}.json").read_text() == (new / f"{NAME}.json").read_text()
    assert main(monkeypatch, solved=2) == (0, [])


def test_other_counts_are_said_and_compared_alone_they_are_not_stored(folders, monkeypatch, capsys):
    before = (folders[1] / f"{NAME}.json").read_text()
    assert main(monkeypatch, "--compare", solved=1) == (1, [NAME])
    line = f"{NAME}, LSTM chrono: 2 of 2 solved stored, 1 of 2 solved now"
    assert line in capsys.readouterr().out
    assert (folders[1] / f"{NAME}.json").read_text() == before


@pytest.mark.parametrize(
    "changes", [{"versions": {"numpy": "1"}}, {"settings": {}}, {"trials": []}, {"seeds": 3}]
)
def test_a_result_of_other_settings_versions_or_seeds_is_not_done(folders, changes):
    folders[0].mkdir(parents=True)
    path = folders[0] / f"{NAME}.json"
    path.write_text(json.dumps(result(2)))
    assert make_results.done(NAME, 2)
    path.write_text(json.dumps(result(2, **changes)))
    assert not make_results.done(NAME, 2)


def test_seeds_are_those_of_the_stored_result(folders):
    assert make_results.wanted_seeds(NAME) == 2
    assert make_results.wanted_seeds("adding-750") == 5


def test_nothing_is_stored_where_one_failed(folders, monkeypatch, capsys):
    monkeypatch.setattr(make_results, "run_all", lambda names: names)
    before = (folders[1] / f"{NAME}.json").read_text()
    monkeypatch.setattr(make_results.environment, "apply", lambda: None)
    monkeypatch.setattr(sys, "argv", ["make_results.py", NAME])
    assert make_results.main() == 2
    assert "FAILED" in capsys.readouterr().err
    assert (folders[1] / f"{NAME}.json").read_text() == before


def test_an_unknown_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["make_results.py", "adding-401"])
    with pytest.raises(SystemExit):
        make_results.main()
    assert "adding-401" in capsys.readouterr().err


def test_weights_are_stored_with_their_result(folders, monkeypatch):
    settings = {"one": {"weights": True}}
    monkeypatch.setattr(experiments, "settings", lambda name: settings)
    new, stored = folders
    new.mkdir(parents=True)
    (new / f"{NAME}.json").write_text(json.dumps(result(2)))
    assert not make_results.done(NAME, 2)  # without the weights it is not whole
    (new / f"{NAME}.npz").write_bytes(b"the weights")
    assert make_results.done(NAME, 2)
    make_results.store(NAME)
    assert sorted(path.name for path in stored.iterdir()) == [f"{NAME}.json", f"{NAME}.npz"]
    assert (stored / f"{NAME}.npz").read_bytes() == b"the weights"


HISTORY = "1997-6a-order"


def test_an_experiment_of_1997_is_run_by_its_own_command(folders, monkeypatch):
    ran = []
    monkeypatch.setattr(
        make_results.subprocess, "run", lambda command, **how: ran.append(command) or Ended()
    )

    class Ended:
        returncode = 0

    assert make_results.run(HISTORY) == 0
    assert ran[0][2:5] == ["lstm_ref", "history", HISTORY]
    assert ran[0][ran[0].index("--trials") + 1] == "20"
    today = {"settings": history.settings(HISTORY), "versions": trials.versions()}
    found = [{"condition": HISTORY, "seed": seed, "solved": True} for seed in range(20)]
    path = folders[0] / f"{HISTORY}.json"
    path.write_text(json.dumps(today | {"trials": found}))
    assert make_results.done(HISTORY, 20)
    path.write_text(json.dumps(today | {"trials": found, "settings": {}}))
    assert not make_results.done(HISTORY, 20)


def test_what_is_long_is_run_only_if_asked(folders, monkeypatch):
    asked = []
    monkeypatch.setattr(make_results, "run_all", lambda names: asked.append(names) or names)
    monkeypatch.setattr(make_results.environment, "apply", lambda: None)
    for arguments in ([], ["--long"]):
        monkeypatch.setattr(sys, "argv", ["make_results.py", *arguments])
        make_results.main()
    short, long = map(set, asked)
    assert HISTORY in short and "adding-400" in short and "1997-4-adding-1000" not in short
    assert long == {*experiments.EXPERIMENTS, *history.EXPERIMENTS} > short
