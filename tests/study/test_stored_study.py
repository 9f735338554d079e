"""The study that the book shows: complete, made of what its numbers draw, small."""

import json
import math

import pytest

from lstm_ref.study import compare, importance, space, stored, tasks, trial

LARGEST = 5_000_000  # bytes of both files
LEAST = 50  # trials of each cell and task


@pytest.fixture(scope="module")
def study():
    return stored.read()


def test_every_cell_and_task_has_the_same_numbers_from_0(study):
    assert sorted(study.tasks) == sorted(tasks.TASKS)
    for task in study.tasks:
        assert study.cells(task) == [*space.CELLS]
        for cell in study.cells(task):
            numbers = [key.number for key in study.told if key[:2] == (task, cell)]
            assert numbers == [*range(len(numbers))] and len(numbers) >= LEAST
    assert len({len(study.trials(task, "NP")) for task in study.tasks}) == 1


def test_the_settings_are_those_of_the_numbers(study):
    for key, each in study.told.items():
        assert each["settings"] == space.settings(study.rules[key.task]["seed"], *key)
        rules = study.rules[key.task]
        assert 1 <= len(each["curve"]) <= 1 + rules["epochs"]
        assert each["valid"] == min(each["curve"]) and math.isfinite(each["test"])


def test_it_is_small():
    files = [stored.FILE, importance.beside()]
    assert sum(file.stat().st_size for file in files) < LARGEST


def test_the_commands_that_made_it(study):
    assert study.commands == json.loads(stored.FILE.read_text())["commands"]
    assert all("--trials" in command for command in study.commands)


def test_one_trial_again(study):
    """The cheapest, which may have run elsewhere: then the same but for a few sequences."""
    own = (key for key in study.told if key.task == "speech")
    key = min(own, key=lambda key: study.told[key]["seconds"])
    found, there = trial.run(*key, study.rules["speech"]), study.told[key]
    assert found["weights"] == there["weights"]
    assert found["curve"] == pytest.approx(there["curve"], abs=0.06)
    if found["where"] == there["where"] and found["code"] == there["code"]:
        assert found["digest"] == there["digest"] and found["curve"] == there["curve"]


def test_the_tables_of_every_task(study):
    for task in study.tasks:
        rows = compare.table(study, task)
        assert [*rows] == [*space.CELLS]
        plain = rows.pop(compare.AGAINST)
        for row in rows.values():
            assert 0 <= row.holm <= 1 or row.deviation == plain.deviation == 0
            assert 1 <= row.against.freedom <= 2 * len(row.tenth) - 2


def test_the_fanova_is_of_these_trials(study):
    found = importance.read()
    assert found["of"] == study.digest
    for task in study.tasks:
        assert [*found["tasks"][task]] == [importance.ALL, *space.CELLS]
        for cell in found["tasks"][task].values():
            shares = [each["mean"] for each in cell["shares"].values()]
            assert sum(shares) == pytest.approx(1, abs=1e-3)


@pytest.mark.timeout(600)
def test_the_fanova_comes_out_again(study):
    reason = "scikit-learn is not installed: `make test-study` runs this"
    pytest.importorskip("lstm_ref.study.forest", reason=reason)
    found, there = importance.compute(study), importance.read()
    assert found["versions"] == there["versions"], "with these versions: study importance FILE"
    assert found == there
