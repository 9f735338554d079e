"""`lstm-ref history`: the list, a run that goes on, wrong words."""

import json

import pytest

from lstm_ref.__main__ import main
from lstm_ref.history import experiments, rules, tasks, trials


@pytest.fixture
def short(monkeypatch):
    """An experiment that is over soon, and the numbers that are trained."""
    import dataclasses

    begin = experiments._online(tasks.order, lambda: rules.InARow(2, 2.0))
    changed = dataclasses.replace(experiments.EXPERIMENTS["1997-6a-order"], begin=begin, trials=3)
    monkeypatch.setitem(experiments.EXPERIMENTS, "1997-6a-order", changed)
    monkeypatch.setattr(trials, "TESTED", 3)
    trained, train = [], trials.train

    def noted(name, numbers, *rest):
        trained.append(numbers)
        return train(name, numbers, *rest)

    monkeypatch.setattr(trials, "train", noted)
    return trained


def run(*arguments):
    return main(["history", *map(str, arguments)])


def test_list(capsys):
    assert run() == 0
    told = capsys.readouterr().out
    assert all(f"{name} " in told for name in experiments.EXPERIMENTS)


def test_goes_on_with_what_is_there(short, tmp_path, capsys):
    file = tmp_path / "order.json"
    assert run("1997-6a-order", "--trials", 2, "-o", file) == 0
    told = capsys.readouterr()
    assert "2 of 2 trials, after 2 to 2 sequences" in told.out and "trial 1: 2" in told.err
    before = json.loads(file.read_text())
    assert run("1997-6a-order", "-o", file, "--quiet") == 0
    after = json.loads(file.read_text())
    assert short == [[0, 1], [2]] and capsys.readouterr().err == ""
    assert after["trials"][:2] == before["trials"] and len(after["trials"]) == 3
    assert after["settings"]["kind"]["weights"] == 156
    assert after["command"] == "python -m lstm_ref history 1997-6a-order --trials 3"


def test_other_settings_begin_anew(short, tmp_path):
    file = tmp_path / "order.json"
    run("1997-6a-order", "--trials", 1, "-o", file)
    there = json.loads(file.read_text())
    there["settings"]["rate"] = 0.25
    file.write_text(json.dumps(there))
    run("1997-6a-order", "--trials", 1, "-o", file)
    assert short == [[0], [0]]


def test_interrupted_keeps_what_is_over(short, tmp_path, monkeypatch, capsys):
    file, tested = tmp_path / "order.json", trials._tested

    def second(name, number, runner):
        if number == 1:
            raise KeyboardInterrupt
        return tested(name, number, runner)

    monkeypatch.setattr(trials, "_tested", second)
    assert run("1997-6a-order", "-o", file) == 130
    assert "goes on from here" in capsys.readouterr().err
    assert [trial["seed"] for trial in json.loads(file.read_text())["trials"]] == [0]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["x"], "experiment: expected one of"),
        (["1997-6a-order", "--trials", 0], "--trials: expected at least 1, got 0"),
        (["1997-6a-order", "-o", "order.txt"], "expected a .json file"),
    ],
)
def test_wrong_words(arguments, words, capsys):
    assert run(*arguments) == 2
    assert words in capsys.readouterr().err
