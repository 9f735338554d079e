"""`lstm-ref study`, as far as it needs neither Optuna nor Dask."""

import json

import pytest

from lstm_ref import __main__ as program
from lstm_ref.study import space, trial

SHORT = ["--epochs=1", "--sequences=4", "--numpy"]


def test_a_trial_by_its_number(capsys):
    assert program.main(["study", "trial", "speech", "np", "3", "--seed=5", *SHORT]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["settings"] == space.settings(5, "speech", "NP", 3)
    rules = trial.RULES | {"seed": 5, "epochs": 1, "sequences": 4}
    found = trial.run("speech", "NP", 3, rules, compiled=False)
    assert {**printed, "seconds": 0} == {**found, "seconds": 0}


@pytest.mark.parametrize(
    "wrong, message",
    [
        (["songs", "NP", "0"], "task: expected some of chorales, digits, speech, got 'songs'\n"),
        (["speech", "LSTM", "0"], f"cell: expected some of {', '.join(space.CELLS)}, got 'LSTM'\n"),
        (["speech", "NP", "0", "--epochs=0"], "--epochs: expected at least 1, got 0\n"),
        (["speech", "NP", "0", "--sequences=-1"], "--sequences: expected at least 0, got -1\n"),
    ],
)
def test_what_is_refused(wrong, message, capsys):
    assert program.main(["study", "trial", *wrong]) == 2
    assert capsys.readouterr() == ("", message)


def test_the_help_of_each_action(capsys):
    for action in ("run", "status", "trial"):
        with pytest.raises(SystemExit, match="0"):
            program.main(["study", action, "--help"])
        assert "--patience" in capsys.readouterr().out
