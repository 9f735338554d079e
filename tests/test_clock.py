"""No result depends on the clock.

What may take long has a budget that counts work, so a loaded machine gives the same numbers.
"""

import ast
from pathlib import Path

import numpy as np
from jumping_clock import under_a_jumping_clock

from lstm_ref.cells import stacked
from lstm_ref.learn import experiments, loop, network, tasks, trials

PACKAGE = Path(__file__).resolve().parents[1] / "lstm_ref"
CLOCKS = {"time", "datetime", "timeit", "sched", "signal"}
MAY = {
    "learn/loop.py": "when a checkpoint is written, not what is in it",
    "io/claims.py": "two that claim a folder at the same moment wait a little, not equally long",
    "study/trial.py": "how long a trial took, which is told with its result",
    "study/cluster.py": "how long a study will take; names of tasks that no earlier run had",
    "learn/descent.py": "how long a run took, which is told with its result",
}


def imported(path):
    """Names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


def test_only_these_modules_look_at_a_clock():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if CLOCKS & set(imported(path))
    }
    assert found == set(MAY)


def fitted(folder, updates):
    """A run with a checkpoint, which goes on where an earlier call has left it."""
    test = tasks.adding(np.random.default_rng(99), 8, 20)
    return loop.fit(
        stacked,
        network.start(stacked, np.random.default_rng(0), 2, 4, 1),
        lambda rng: tasks.adding(rng, 8, 4),
        updates=updates,
        learning_rate=0.02,
        measure=lambda params: network.loss(stacked, params, test),
        goal=("<", 0.0),
        every=5,
        checkpoint=folder / "run.npz",
    )


def test_training_is_the_same_under_a_jumping_clock(tmp_path, monkeypatch):
    """A checkpoint after every update instead of none before the end; the same numbers."""
    usual, jumping = tmp_path / "usual", tmp_path / "jumping"
    usual.mkdir(), jumping.mkdir()
    want = fitted(usual, 30)
    with under_a_jumping_clock(monkeypatch) as calls:
        fitted(jumping, 17)
        found = fitted(jumping, 30)
    assert "monotonic" in calls and found.seconds >= 3600 * 30
    assert (found.solved, found.reason) == (want.solved, want.reason)
    for name, value in want.params.items():
        np.testing.assert_array_equal(found.params[name], value)
    for name, value in want.history.items():
        np.testing.assert_array_equal(found.history[name], value)


def test_an_experiment_is_the_same_under_a_jumping_clock(tmp_path, monkeypatch):
    tiny = dict(task="adding", T=8, K=1, H=3, B=4, updates=40, every=10, test=20)
    tiny["measure"] = "squared error"
    tiny = experiments.Experiment("", "", "", {"one": tiny})
    monkeypatch.setitem(experiments.EXPERIMENTS, "tiny", tiny)
    lines = [], []
    want = trials.run("tiny", 2, tmp_path / "a.json", report=lines[0].append)
    with under_a_jumping_clock(monkeypatch):
        found = trials.run("tiny", 2, tmp_path / "b.json", report=lines[1].append)
    for result in (want, found):
        assert all(trial.pop("seconds") >= 0 for trial in result["trials"])
    assert found == want and len(lines[0]) == len(lines[1])
