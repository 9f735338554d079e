"""A run in a file: stopped, killed, taken up again with the same bits; another is refused."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import numpy as np
import pytest
from training import add, begin, same, score, stream

from lstm_ref.cells import lstm, stacked
from lstm_ref.generated import gru_after
from lstm_ref.learn import checkpoint as checkpoints
from lstm_ref.learn import (
    fingerprint,
    layers,
    loop,
    numerics,
    optim,
    storage,
    tasks,
)
from lstm_ref.learn.storage import StorageError

RUNS = {
    "adam": dict(learning_rate=0.01),
    "momentum": dict(learning_rate=0.01, optimiser="momentum"),
    "no clip": dict(learning_rate=0.01, optimiser="sgd", clip=None),
    "truncated": dict(learning_rate=0.01, truncate=5, carry=True),
    "float32": dict(learning_rate=0.01),
}


def start_of(name):
    if name == "truncated":
        return begin(D=7, K=7), stream, None
    return begin(dtype=np.float32 if name == "float32" else np.float64), add, score


@pytest.mark.parametrize("name", RUNS)
def test_stopped_anywhere_and_taken_up_again_gives_the_same_bits(tmp_path, name):
    params, batch, measure = start_of(name)
    options = dict(**RUNS[name], measure=measure, every=4)
    want = loop.fit(stacked, params, batch, updates=14, **options)
    path = tmp_path / "run.npz"
    for updates in (1, 5, 6, 11, 14):
        run = loop.fit(stacked, params, batch, updates=updates, checkpoint=path, **options)
        assert len(run.history["loss"]) == updates
    same(run, want)
    again = loop.fit(stacked, params, batch, updates=14, checkpoint=path, **options)
    same(again, want)
    assert os.listdir(tmp_path) == ["run.npz"]


@pytest.mark.parametrize("at", [1, 7, 8, 13])
def test_ctrl_c_loses_nothing(tmp_path, at):
    calls = []

    def batch(r):
        calls.append(1)
        if len(calls) == at + 1:  # one call is for the fingerprint
            raise KeyboardInterrupt
        return add(r)

    options = dict(updates=12, learning_rate=0.01, measure=score, every=4)
    want = loop.fit(stacked, begin(), add, **options)
    path = tmp_path / "run.npz"
    if at < 13:
        with pytest.raises(loop.Interrupted) as caught:
            loop.fit(stacked, begin(), batch, checkpoint=path, **options)
        done = caught.value.run
        assert len(done.history["loss"]) == at - 1 and isinstance(caught.value, KeyboardInterrupt)
        np.testing.assert_array_equal(done.history["loss"], want.history["loss"][: at - 1])
        assert path.exists()
    same(loop.fit(stacked, begin(), batch, checkpoint=path, **options), want)


def test_ctrl_c_in_the_middle_of_an_update(tmp_path, monkeypatch):
    """The part of an update that was done is done again."""
    want = loop.fit(stacked, begin(), add, updates=9, learning_rate=0.01, measure=score, every=2)
    step = optim.OPTIMISERS["adam"]
    count = []

    def interrupted(*arguments):
        count.append(1)
        if len(count) == 6:
            raise KeyboardInterrupt
        return step[1](*arguments)

    def measure(params):
        if len(count) == 4 and "once" not in count:
            count.append("once")
            raise KeyboardInterrupt
        return score(params)

    monkeypatch.setitem(optim.OPTIMISERS, "adam", (step[0], interrupted))
    path = tmp_path / "run.npz"
    options = dict(updates=9, learning_rate=0.01, every=2, checkpoint=path)
    for _ in range(2):
        with pytest.raises(loop.Interrupted):
            loop.fit(stacked, begin(), add, measure=measure, **options)
    same(loop.fit(stacked, begin(), add, measure=measure, **options), want)


KILLED = """
    import sys
    import numpy as np
    from lstm_ref.cells import stacked
    from lstm_ref.learn import loop, network, tasks

    test = tasks.adding(np.random.default_rng(99), 12, 50)
    params = network.start(stacked, np.random.default_rng(0), 2, 5, 1)
    run = loop.fit(
        stacked, params, lambda rng: tasks.adding(rng, 12, 4),
        updates=int(sys.argv[2]), learning_rate=0.01,
        measure=lambda p: network.loss(stacked, p, test), every=7, checkpoint=sys.argv[1],
        save_seconds=0.0,
    )
    print(len(run.history["loss"]))
"""


def test_killed_without_warning_and_taken_up_again(tmp_path):
    """SIGKILL in the middle of the work, several times; then the numbers of one run."""
    path = tmp_path / "run.npz"
    script = [sys.executable, "-c", textwrap.dedent(KILLED), str(path)]
    reached = []
    for _ in range(3):
        process = subprocess.Popen([*script, "100000"], stdout=subprocess.DEVNULL)
        before = path.stat().st_mtime_ns if path.exists() else 0
        deadline = time.monotonic() + 60
        while not path.exists() or path.stat().st_mtime_ns == before:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        reached.append(storage.read(path)[1]["state"]["parts"]["n"]["value"])
    assert 0 < reached[0] < reached[1] < reached[2]
    updates = reached[-1] + 20
    out = subprocess.run([*script, str(updates)], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == str(updates)
    options = dict(updates=updates, learning_rate=0.01, measure=score, every=7)
    want = loop.fit(stacked, begin(), add, **options)
    same(loop.fit(stacked, begin(), add, checkpoint=path, **options), want)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(learning_rate=0.02), "learning_rate: 0.01 there, 0.02 here"),
        (dict(seed=1), "seed: 0 there, 1 here"),
        (dict(clip=None), "clip: 1.0 there, None here"),
        (dict(batch=lambda r: tasks.adding(r, 13, 4)), "first batch: "),
        (dict(params=begin(seed=1)), "parameters: "),
        (dict(cell=gru_after, params=begin(gru_after)), "cell: 'LSTM' there, 'GRU_AFTER' here"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(tmp_path, change, message):
    path = tmp_path / "run.npz"
    mine = dict(cell=stacked, params=begin(), batch=add, learning_rate=0.01)
    loop.fit(**mine, updates=2, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(StorageError, match=f"the checkpoint of another run: .*{message}"):
        loop.fit(**{**mine, **change}, updates=4, checkpoint=path)
    assert path.read_bytes() == before


def declared(function):
    """A reader's own cell, always of the same name."""
    from lstm_ref.derive import expressions
    from lstm_ref.derive.declare import language

    activation, t = getattr(expressions, function), expressions.t

    @language.cell
    def MINE(x, h, *, W, b):
        h[t] = activation(W.hx @ x[t] + W.hh @ h[t - 1] + b.h)

    return MINE.module


def test_the_checkpoint_of_another_cell_of_the_same_name_is_refused(tmp_path):
    mine, other, path = declared("tanh"), declared("sigma"), tmp_path / "run.npz"
    params, more = begin(mine), dict(learning_rate=0.01, checkpoint=path)
    loop.fit(mine, params, add, updates=2, **more)
    with pytest.raises(
        StorageError, match="another run: code: '.*' there, '.*' here\\nremove this"
    ):
        loop.fit(other, params, add, updates=4, **more)
    assert len(loop.fit(declared("tanh"), params, add, updates=4, **more).history["loss"]) == 4


def test_the_code_of_a_cell():
    class Mine:  # neither a module nor derived
        SHAPES, STATES, init = stacked.SHAPES, stacked.STATES, staticmethod(stacked.init)

        def forward(self, params, x, state0=None):
            return stacked.forward(params, x, state0)

        def backward(self, params, tape, dh, dstate_T=None):
            return stacked.backward(params, tape, dh, dstate_T)

    cells = [lstm, stacked, gru_after, Mine(), layers.Stack(lstm), layers.Stack(lstm, stacked)]
    found = [fingerprint.code(cell) for cell in cells]
    assert len({*found}) == 5 and found[0] == found[4]
    assert fingerprint.code(SimpleNamespace(forward=len, backward=len)) == fingerprint._hash(
        "unknown"
    )


@pytest.mark.parametrize(
    "variable, value", [("OPENBLAS_NUM_THREADS", "7"), ("OPENBLAS_CORETYPE", "PRESCOTT")]
)
def test_a_run_is_not_taken_up_where_other_digits_are_to_be_expected(
    tmp_path, monkeypatch, variable, value
):
    path = tmp_path / "run.npz"
    loop.fit(stacked, begin(), add, updates=2, learning_rate=0.01, checkpoint=path)
    before = path.read_bytes()
    monkeypatch.setenv(variable, value)
    message = f"another run: (threads|blas kernel): '.*' there, '{value}' here\nremove this file to"
    with pytest.raises(StorageError, match=message):
        loop.fit(stacked, begin(), add, updates=4, learning_rate=0.01, checkpoint=path)
    assert path.read_bytes() == before


def test_the_machine(monkeypatch):
    for name in numerics.THREADS:
        monkeypatch.delenv(name, raising=False)
    found = numerics.numerics()
    assert int(found["threads"]) >= 1 and all(isinstance(text, str) for text in found.values())
    assert found["blas"].split()[0] != "unknown" and found["simd"]
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert numerics.numerics()["threads"] == "3"


def test_a_checkpoint_without_a_part_of_its_fingerprint_is_refused(tmp_path):
    path, options = tmp_path / "run.npz", dict(learning_rate=0.01)
    loop.fit(stacked, begin(), add, updates=2, checkpoint=path, **options)
    arrays, about = storage.read(path)
    del about["fingerprint"]["simd"]
    storage.write(path, arrays, about)
    with pytest.raises(StorageError, match="another run: simd: None there"):
        loop.fit(stacked, begin(), add, updates=5, checkpoint=path, **options)


def test_fewer_steps_than_the_checkpoint_has_take_nothing_back(tmp_path):
    path = tmp_path / "run.npz"
    want = loop.fit(stacked, begin(), add, updates=8, learning_rate=0.01, checkpoint=path)
    same(loop.fit(stacked, begin(), add, updates=5, learning_rate=0.01, checkpoint=path), want)


def test_numbers_of_numpy_go_into_a_checkpoint(tmp_path):
    options = dict(
        updates=np.int64(6),
        learning_rate=np.float32(0.01),
        seed=np.int32(3),
        every=np.int64(2),
        clip=np.float64(1),
        goal=("<", np.float32(0)),
        measure=score,
    )
    path = tmp_path / "run.npz"
    want = loop.fit(stacked, begin(), add, **options)
    loop.fit(stacked, begin(), add, checkpoint=path, **options | {"updates": 3})
    same(loop.fit(stacked, begin(), add, checkpoint=path, **options), want)


def test_lengths_as_a_list_go_into_a_checkpoint(tmp_path):
    def batch(r):
        return (*add(r), [12] * 4)

    path = tmp_path / "run.npz"
    run = loop.fit(lstm, begin(lstm), batch, updates=2, learning_rate=0.01, checkpoint=path)
    assert len(run.history["loss"])


def test_a_checkpoint_that_could_not_be_written_is_refused_before_training():
    def trained(params):
        raise AssertionError("too late")

    options = dict(updates=2, learning_rate=0.01, measure=trained, every=1, checkpoint="run.txt")
    with pytest.raises(StorageError, match="run.txt: expected a name with .npz"):
        loop.fit(stacked, begin(), add, **options)


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    loop.fit(stacked, begin(), add, updates=2, learning_rate=0.01, checkpoint=path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StorageError, match="damaged"):
        loop.fit(stacked, begin(), add, updates=2, learning_rate=0.01, checkpoint=path)
    own = {"a": 1}
    checkpoints.save(path, own, {"n": 1, "x": np.zeros(2)})
    assert checkpoints.load(path, own)["n"] == 1
    arrays, about = storage.read(path)
    storage.write(path, {}, about)
    with pytest.raises(StorageError, match="damaged"):
        checkpoints.load(path, own)
    for state in (5, {"is": "dict"}, {"is": "array"}, []):
        storage.write(path, arrays, {**about, "state": state})
        with pytest.raises(StorageError, match="damaged"):
            checkpoints.load(path, own)
    storage.write(path, arrays, {**about, "version": 7})
    with pytest.raises(StorageError, match="expected version 2, got 7"):
        checkpoints.load(path, own)
    assert checkpoints.load(tmp_path / "none.npz", own) is None


EDITED = {
    "optimiser/1/W_fx: expected shape": ("state/optimiser/1/W_fx", lambda v: v[:, :1]),
    "optimiser/2/b_y: expected finite": ("state/optimiser/2/b_y", lambda v: v * np.nan),
    "params/W_fx: expected an array of": ("state/params/W_fx", lambda v: v.astype(np.float32)),
    "history/loss: expected shape": ("state/history/loss", lambda v: v[1:]),
    "history/norm: expected finite": ("state/history/norm", lambda v: v + np.inf),
}


@pytest.mark.parametrize("message", EDITED)
def test_an_edited_array_is_named_and_the_callers_params_are_not_blamed(tmp_path, message):
    path, (name, change) = tmp_path / "run.npz", EDITED[message]
    loop.fit(stacked, begin(), add, updates=2, learning_rate=0.01, checkpoint=path)
    arrays, about = storage.read(path)
    storage.write(path, {**arrays, name: change(arrays[name])}, about)
    with pytest.raises(StorageError, match=f"run.npz: damaged: {message}"):
        loop.fit(stacked, begin(), add, updates=4, learning_rate=0.01, checkpoint=path)


@pytest.mark.parametrize("name, value", [("m", 5.0), ("n", -1), ("n", True), ("solved", 9)])
def test_an_edited_number_is_named(tmp_path, name, value):
    path = tmp_path / "run.npz"
    loop.fit(stacked, begin(), add, updates=2, learning_rate=0.01, checkpoint=path)
    arrays, about = storage.read(path)
    about["state"]["parts"][name]["value"] = value
    storage.write(path, arrays, about)
    with pytest.raises(StorageError, match=f"run.npz: damaged: {name}: expected a whole number"):
        loop.fit(stacked, begin(), add, updates=4, learning_rate=0.01, checkpoint=path)


def test_an_edited_state_of_the_cell_is_named(tmp_path):
    path, options = tmp_path / "run.npz", dict(learning_rate=0.01, truncate=5)
    loop.fit(stacked, begin(), add, updates=2, checkpoint=path, **options)
    arrays, about = storage.read(path)
    storage.write(path, {**arrays, "state/state/1": np.zeros((7, 4))}, about)
    with pytest.raises(StorageError, match="damaged: state/1: expected shape"):
        loop.fit(stacked, begin(), add, updates=4, checkpoint=path, **options)
