"""The whole program on two workers: killed with -9, a worker first and then the client, and started
again, it stores what an undisturbed run stores.
"""

import os
import signal
import subprocess
import sys
import time

import pytest

from lstm_ref.study import space, trial

WITHOUT = "Optuna or Dask is not installed: `make test-study` runs this"
storage = pytest.importorskip("lstm_ref.study.storage", reason=WITHOUT)
cluster = pytest.importorskip("lstm_ref.study.cluster", reason=WITHOUT)
psutil = pytest.importorskip("psutil", reason=WITHOUT)

pytestmark = pytest.mark.timeout(900)
RULES = {"seed": 1, "epochs": 12, "patience": 12, "sequences": 40}
TASKS, CELLS, TRIALS = ["speech"], ["NP", "CIFG"], 6
WHICH = ["--tasks", "speech", "--cells", "np,cifg", "--trials", str(TRIALS)]
OPTIONS = [f"--{name}={value}" for name, value in RULES.items()]


def command(action, *arguments):
    return [sys.executable, "-m", "lstm_ref", "study", action, *arguments, *OPTIONS]


def stored(path):
    """Every trial that is told, without what differs from run to run; each is there once."""
    studies = storage.Studies(storage.opened(str(path)), TASKS, CELLS, RULES)
    assert studies.held(TRIALS + 9) == {}
    return {
        key: {name: value for name, value in found.items() if name != "seconds"}
        for key, found in studies.told(TRIALS + 9).items()
    }


def until_told(path, n, process):
    """Wait for the n-th result."""
    if not path.exists():
        storage.Studies(storage.opened(str(path)), TASKS, CELLS, RULES)
    studies = storage.Studies(storage.opened(str(path)), TASKS, CELLS, RULES)
    while len(studies.told(TRIALS)) < n:
        assert process.poll() is None, "it ended too early"
        time.sleep(0.05)
    return len(studies.told(TRIALS))


def workers(process):
    """Those that Dask started, by their command."""
    every = psutil.Process(process.pid).children(recursive=True)
    return [each for each in every if "spawn_main" in " ".join(each.cmdline())]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A run on a cluster that is there already, to which its address leads."""
    path = tmp_path_factory.mktemp("undisturbed") / "a.db"
    with cluster.connected(None, 2) as client:
        address = client.scheduler.address
        run = command("run", "--storage", str(path), "--scheduler", address, "--numpy", *WHICH)
        done = subprocess.run(run, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("speech/NP: 6 of 6 trials, 0 diverged, best 0.")
    assert "12 of 12 trials, " in done.stderr and " left; speech/" in done.stderr
    return path


def test_it_stores_what_a_trial_alone_gives(undisturbed):
    found = stored(undisturbed)
    assert {key.number for key in found} == {*range(TRIALS)} and len(found) == 2 * TRIALS
    one = space.Key("speech", "CIFG", 4)
    alone = command("trial", *map(str, one), "--storage", str(undisturbed), "--numpy")
    done = subprocess.run(alone, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "equal, bit for bit\n")
    other = trial.run(*one, RULES | {"seed": 2}, compiled=False)
    assert other["digest"] != found[one]["digest"]


def test_a_worker_is_killed_and_then_the_client(undisturbed, tmp_path):
    path = tmp_path / "b.db"
    run = command("run", "--storage", str(path), "--workers", "2", "--numpy", *WHICH)
    with subprocess.Popen(run, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as first:
        until_told(path, 1, first)
        before = workers(first)
        assert len(before) == 2
        before[0].send_signal(signal.SIGKILL)
        n = until_told(path, 4, first)
        left = workers(first)
        first.send_signal(signal.SIGKILL)
    assert n < 2 * TRIALS, "nothing was left to do"
    _, alive = psutil.wait_procs([*before, *left], timeout=60)
    assert not alive, "workers without a client"
    held = storage.Studies(storage.opened(str(path)), TASKS, CELLS, RULES).held(TRIALS)
    assert held, "nothing was running when the client was killed"
    again = subprocess.run(run, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert stored(path) == stored(undisturbed)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c(tmp_path):
    path = tmp_path / "c.db"
    which = [*WHICH[:-1], "200"]  # not done before the signal is there
    run = command("run", "--storage", str(path), "--workers", "1", "--numpy", *which)
    with subprocess.Popen(run, stderr=subprocess.PIPE, text=True) as process:
        until_told(path, 1, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=100)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "interrupted; the same command goes on from here"
    status = subprocess.run(command("status", "--storage", str(path), *which), text=True, stdout=-1)
    assert status.returncode == 2 and " of 200 trials" in status.stdout
