"""The training loop: early stop, truncation, interruption without loss, divergence."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import numpy as np
import pytest

from lstm_ref.cells import lstm, stacked
from lstm_ref.cells.resolve import resolve
from lstm_ref.generated import gru_after
from lstm_ref.learn import checkpoint as checkpoints
from lstm_ref.learn import (
    fingerprint,
    layers,
    loop,
    network,
    numerics,
    optim,
    output_layer,
    progress,
    storage,
    tasks,
    train,
)
from lstm_ref.learn.storage import StorageError


def rng(seed=0):
    return np.random.default_rng(seed)


def add(rng):
    return tasks.adding(rng, 12, 4)


def begin(cell=stacked, seed=0, D=2, K=1, H=5, **options):
    return network.start(cell, rng(seed), D, H, K, **options)


TEST = tasks.adding(rng(99), 12, 50)


def score(params, cell=stacked):
    return network.loss(cell, params, TEST)


def same(a, b):
    """Two runs with the same bits."""
    for name, value in b.history.items():
        np.testing.assert_array_equal(a.history[name], value)
        assert a.history[name].dtype == value.dtype
    assert a.params.keys() == b.params.keys() and a.solved == b.solved
    for name, value in b.params.items():
        np.testing.assert_array_equal(a.params[name], value)


def test_the_loop_is_the_plain_loop():
    """Same numbers as `train.fit` on the same batches: nothing is done besides."""
    params = network.start(lstm, rng(), 2, 4, 2)
    batches = [tasks.binary_addition(rng([3, k]), 6, 8) for k in range(30)]
    want, losses = train.fit(lstm, params, batches, 0.02)
    run = loop.fit(
        lstm,
        params,
        lambda r: tasks.binary_addition(r, 6, 8),
        updates=30,
        learning_rate=0.02,
        seed=3,
    )
    np.testing.assert_array_equal(run.history["loss"], losses)
    for name, value in want.items():
        np.testing.assert_array_equal(run.params[name], value)


def test_gradients_of_the_network_where_only_the_end_counts():
    """The long way: scores of all steps, a masked loss, errors of all steps."""
    params = network.start(lstm, rng(), len(tasks.VOCABULARY), 4, 4)
    x, target, mask = batch = tasks.country_language(rng(1), 8, 6)
    own = {name: params[name] for name in lstm.SHAPES}
    h, _, tape = lstm.forward(own, x)
    y = output_layer.scores(params, h)
    want_loss, dy = output_layer.cross_entropy(y, target, mask)
    d_output_layer, dh = output_layer.scores_backward(params, h, dy)
    want = lstm.backward(own, tape, dh)[0] | d_output_layer
    loss, grads, _ = network.gradients(lstm, params, batch)
    assert loss == pytest.approx(want_loss, rel=1e-14)
    for name, value in want.items():
        np.testing.assert_allclose(grads[name], value, rtol=1e-12, atol=1e-18)
    right = (y.argmax(axis=1) == target)[mask]
    assert network.accuracy(lstm, params, batch) == right.mean()


def test_the_history_has_the_norm_before_clipping():
    params, clip = begin(), 1e-3
    run = loop.fit(stacked, params, add, updates=1, learning_rate=0.02, clip=clip)
    _, grads, _ = network.gradients(stacked, params, add(np.random.default_rng([0, 0])))
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    assert run.history["norm"][0] == pytest.approx(norm, rel=1e-12) and norm > 10 * clip


@pytest.mark.parametrize(
    "optimiser, learning_rate", [("sgd", 0.3), ("momentum", 0.03), ("adam", 0.01)]
)
def test_every_optimiser_learns_and_arguments_stay(optimiser, learning_rate):
    params = begin()
    before = {k: v.copy() for k, v in params.items()}
    run = loop.fit(
        stacked,
        params,
        add,
        updates=150,
        learning_rate=learning_rate,
        optimiser=optimiser,
        measure=score,
        every=50,
    )
    assert run.history["loss"].shape == run.history["norm"].shape == (150,)
    np.testing.assert_array_equal(run.history["update"], [50, 100, 150])
    assert run.history["score"][-1] < 0.75 * score(before) and run.solved is None
    assert run.history["score"][-1] == score(run.params)
    assert "all 150 updates" in run.reason and run.seconds > 0
    assert all(np.array_equal(params[k], v) for k, v in before.items())


def test_early_stop_on_the_stated_criterion():
    whole = loop.fit(
        stacked, begin(), add, updates=100, learning_rate=0.02, measure=score, every=10
    )
    limit = whole.history["score"][4]
    stop = loop.fit(
        stacked,
        begin(),
        add,
        updates=100,
        learning_rate=0.02,
        measure=score,
        every=10,
        goal=("<=", limit),
    )
    first = int(np.argmax(whole.history["score"] <= limit)) * 10 + 10
    assert stop.solved == first == len(stop.history["loss"])
    np.testing.assert_array_equal(stop.history["loss"], whole.history["loss"][:first])
    assert f"<= {limit} after {first} updates" in stop.reason


def test_batches_depend_on_seed_and_number_only():
    seen = []

    def batch(r):
        seen.append(r.random())
        return add(r)

    loop.fit(stacked, begin(), batch, updates=3, learning_rate=0.01, seed=5)
    assert seen == [rng([5, k]).random() for k in range(3)]


def stream(r):
    x, target, mask = tasks.continual_reber(r, 11, 3)
    return x, target, mask


def by_hand(params, cuts, updates, carry):
    """Truncated BPTT written out: pieces of 4 steps, the state handed on, plain gradients."""
    losses, state = [], None
    for k in range(updates):
        x, target, mask = stream(rng([0, k]))
        state = state if carry else None
        for a, b in cuts:
            own = {name: params[name] for name in lstm.SHAPES}
            h, last, tape = lstm.forward(own, x[a:b], state)
            loss, grads = 0, None
            y = params["W_yh"] @ h + params["b_y"]
            from lstm_ref.learn import output_layer

            loss, dy = output_layer.cross_entropy(y, target[a:b], mask[a:b])
            d_out, dh = output_layer.scores_backward(params, h, dy)
            grads = {**lstm.backward(own, tape, dh)[0], **d_out}
            params = {n: v - 0.1 * grads[n] for n, v in params.items()}
            losses.append(loss)
            state = last
    return params, losses


@pytest.mark.parametrize("carry", [False, True])
def test_truncation_carries_the_state(carry):
    params = begin(lstm, D=7, K=7)
    want, losses = by_hand(params, [(0, 4), (4, 8), (8, 11)], 3, carry)
    run = loop.fit(
        lstm,
        params,
        stream,
        updates=9,
        learning_rate=0.1,
        optimiser="sgd",
        clip=None,
        truncate=4,
        carry=carry,
    )
    np.testing.assert_allclose(run.history["loss"], losses, rtol=1e-12)
    for name, value in want.items():
        np.testing.assert_allclose(run.params[name], value, rtol=1e-9, atol=1e-13)


def test_a_piece_without_a_target_hands_the_state_on():
    """Adding has its only target at the end: of three pieces one makes an update."""
    params = begin(lstm)
    run = loop.fit(
        lstm, params, add, updates=2, learning_rate=0.1, optimiser="sgd", clip=None, truncate=4
    )
    for k in range(2):
        x, target, mask = add(rng([0, k]))
        own = {name: params[name] for name in lstm.SHAPES}
        _, state, _ = lstm.forward(own, x[:8])
        loss, grads, _ = network.gradients(lstm, params, (x[8:], target[8:], mask[8:]), state)
        np.testing.assert_allclose(run.history["loss"][k], loss, rtol=1e-12)
        params = {n: v - 0.1 * grads[n] for n, v in params.items()}


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


def test_a_checkpoint_of_before_is_taken_up(tmp_path):
    """It says nothing of code and machine; what it says is compared."""
    path, options = tmp_path / "run.npz", dict(learning_rate=0.01)
    loop.fit(stacked, begin(), add, updates=2, checkpoint=path, **options)
    arrays, about = storage.read(path)
    for name in checkpoints.LATER:
        del about["fingerprint"][name]
    storage.write(path, arrays, about)
    want = loop.fit(stacked, begin(), add, updates=5, **options)
    same(loop.fit(stacked, begin(), add, updates=5, checkpoint=path, **options), want)


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
    with pytest.raises(StorageError, match="expected version 1, got 7"):
        checkpoints.load(path, own)
    assert checkpoints.load(tmp_path / "none.npz", own) is None


@pytest.mark.parametrize("clip, advice", [(1.0, "a smaller clip than 1.0"), (None, "a clip, 1.0")])
def test_a_diverged_run_stops_and_says_what_to_try(clip, advice):
    # In two lines.
    message = f"diverged after .*;\ntry a smaller learning rate than 1e\\+308, {advice}"
    with pytest.raises(loop.Diverged, match=message) as info:
        loop.fit(stacked, begin(), add, updates=50, learning_rate=1e308, optimiser="sgd", clip=clip)
    run = info.value.run
    assert isinstance(info.value, FloatingPointError) and run.reason == "diverged"
    assert all(np.isfinite(v).all() for v in run.params.values())
    assert len(run.history["loss"]) < 50 and np.isfinite(run.history["loss"]).all()


def test_an_infinite_loss_is_seen_at_once():
    params = begin()
    params["W_yh"] *= 1e300
    with pytest.raises(loop.Diverged, match="diverged after 0 updates .the loss is inf"):
        loop.fit(stacked, params, add, updates=5, learning_rate=0.1)


GOOD = dict(cell=stacked, params=begin(), batch=add, updates=2, learning_rate=0.1)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(updates=0), "updates: expected a whole number >= 1, got 0"),
        (dict(learning_rate=-1), "learning_rate: expected a positive number, got -1"),
        (dict(learning_rate=np.nan), "learning_rate: expected a positive number, got nan"),
        (dict(clip=0), "clip: expected a positive number or None, got 0"),
        (dict(seed=-1), "seed: expected a whole number >= 0"),
        (dict(every=0), "every: expected a whole number >= 1"),
        (dict(optimiser="sdg"), "optimiser: expected one of sgd, momentum, adam, got 'sdg'"),
        (dict(truncate=0), "truncate: expected a whole number >= 1"),
        (dict(goal=(">=", 1)), "goal: expected .* with a measure"),
        (dict(goal=("=", 1), measure=score), "goal: expected"),
        (dict(goal=0.5, measure=score), "goal: expected"),
        (dict(goal=([], 0.5), measure=score), "goal: expected"),
        (dict(goal=("<", "0.5"), measure=score), "goal: expected"),
        (dict(learning_rate="fast"), "learning_rate: expected a positive number, got 'fast'"),
        (dict(learning_rate=True), "learning_rate: expected a positive number, got True"),
        (dict(clip="1"), "clip: expected a positive number or None, got '1'"),
        (dict(optimiser=["adam"]), "optimiser: expected one of .*, got \\['adam'\\]"),
        (dict(save_seconds="2"), "save_seconds: expected a number, got '2'"),
        (dict(params={n: v for n, v in begin().items() if n != "b_y"}), "params: missing b_y"),
        (dict(params={n: v for n, v in begin().items() if n != "W_fh"}), "params: missing W_fh"),
        (dict(truncate=3, batch=lambda r: (*add(r), [12] * 4)), "lengths cannot be cut"),
        (dict(cell=layers.BothWays(lstm), truncate=3), "a cell that reads backwards"),
        (dict(batch=lambda r: (*add(r)[:2], add(r)[2] & False)), "no step of batch 0 counts"),
    ],
)
def test_bad_arguments(change, message):
    with pytest.raises(ValueError, match=message):
        loop.fit(**{**GOOD, **change})


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(params=[1.0]), "params: expected a dict of arrays, got list"),
        (dict(batch=add(rng())), "batch: expected a function of a generator, got tuple"),
        (
            dict(batch=lambda r: 5),
            r"batch: expected \(x, target, mask\) or one with lengths, got int",
        ),
        (dict(batch=lambda r: (*add(r)[:2], [True])), "mask: expected an array, got list"),
        (dict(batch=lambda r: (add(r)[0], [1.0], None)), "target: expected an array, got list"),
        (dict(measure=0.5), "measure: expected a function of params, got float"),
    ],
)
def test_arguments_of_another_kind(tmp_path, change, message):
    for more in ({}, {"checkpoint": tmp_path / "run.npz"}):
        with pytest.raises(TypeError, match=message):
            loop.fit(**{**GOOD, **change}, **more)


def test_a_network_without_its_read_out():
    params = {n: v for n, v in begin().items() if n != "b_y"}
    for function in (network.gradients, network.scores, network.loss, network.last_state):
        with pytest.raises(ValueError, match="params: missing b_y; `start` gives all"):
            function(stacked, params, TEST)


@pytest.mark.parametrize(
    "batch, error, message",
    [
        ((5.0, *TEST[1:]), ValueError, r"x: expected shape \(T, D, B\), got \(\)"),
        (5, TypeError, r"batch: expected \(x, target, mask\) or one with lengths, got int"),
        ((1, 2), TypeError, "got 2"),
        ((TEST[0], TEST[1], TEST[2].astype(int)), ValueError, "mask: expected booleans"),
        ((TEST[0], TEST[1], TEST[2][1:]), ValueError, "mask: expected booleans"),
        ((TEST[0], TEST[1][:, :, 1:], None), ValueError, "target: expected shape"),
        ((TEST[0].astype(int), *TEST[1:]), TypeError, "x: expected float32 or float64"),
    ],
)
def test_bad_batches(batch, error, message):
    with pytest.raises(error, match=message):
        network.gradients(stacked, begin(), batch)


@pytest.mark.parametrize(
    "cell, task, D, K",
    [
        (layers.Stack(stacked, gru_after), "adding", 2, 1),
        (layers.BothWays(stacked), "temporal_order", 8, 8),
    ],
)
def test_layers_train_with_lengths(cell, task, D, K):
    def batch(r):
        x, target, mask = getattr(tasks, task)(r, 14, 8, shortest=10)
        return x, target, mask, tasks.lengths(mask)

    params = network.start(cell, rng(), D, 5, K, dtype=np.float32)
    test = batch(rng(99))
    before = network.loss(cell, params, test)
    run = loop.fit(cell, params, batch, updates=60, learning_rate=0.02)
    assert network.loss(cell, run.params, test) < 0.9 * before
    assert all(v.dtype == np.float32 for v in run.params.values())


def test_the_progress_bar(capsys, monkeypatch):
    loop.fit(stacked, begin(), add, updates=3, learning_rate=0.01)
    assert capsys.readouterr().err == ""
    loop.fit(
        stacked,
        begin(),
        add,
        updates=3,
        learning_rate=0.01,
        measure=score,
        every=1,
        show=True,
        label="A",
    )
    shown = capsys.readouterr().err
    assert "A" in shown and "/3" in shown
    monkeypatch.setitem(sys.modules, "tqdm", None)
    loop.fit(stacked, begin(), add, updates=3, learning_rate=0.01, show=True)
    assert capsys.readouterr().err == ""
    assert isinstance(progress.bar(True, 3), progress.Silent)


@pytest.mark.parametrize("name", ["vanilla", "fgr", "projection", "block", "sru", "mgu"])
def test_cells_of_the_catalogue_train(name):
    cell = resolve(name)
    more = {"projection": {"P": 3}, "block": {"G": 1}}.get(name, {})
    params = network.start(cell, rng(), 7, 7, 7, **more)
    run = loop.fit(cell, params, stream, updates=80, learning_rate=0.02)
    assert np.mean(run.history["loss"][-5:]) < 0.8 * run.history["loss"][0]


KINDS = ("name", "module", "catalogue", "declaration", "layers", "both ways")


def every_kind():
    """A name, a module, a declaration of the catalogue, one of a reader's, layers of some."""
    from lstm_ref.derive import catalogue

    mine = catalogue.LSTM.but("MINE", f=1)
    kinds = {"name": "VANILLA", "module": lstm, "catalogue": catalogue.LSTM, "declaration": mine}
    return kinds | {"layers": layers.Stack("LSTM", mine), "both ways": layers.BothWays(mine)}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_for_a_cell_is_started_trained_and_stored(kind, tmp_path):
    cell, path = every_kind()[kind], tmp_path / "w.npz"
    params = network.start(cell, rng(), 2, 3, 1)
    run = loop.fit(cell, params, add, updates=2, learning_rate=0.02)
    _, losses = train.fit(cell, params, [add(np.random.default_rng([0, 0]))], 0.02)
    assert losses[0] == run.history["loss"][0] == network.loss(cell, params, add(rng([0, 0])))
    storage.save(path, cell, run.params)
    back, about = storage.load(path, cell)
    for name, value in run.params.items():
        np.testing.assert_array_equal(back[name], value)
    with pytest.raises(StorageError, match="expected weights of ELMAN, got"):
        storage.load(path, "elman")


def test_weights_go_from_one_form_of_a_cell_to_another(tmp_path):
    from lstm_ref.derive import catalogue

    path = tmp_path / "w.npz"
    storage.save(path, "LSTM", lstm.init(rng(), 3, 4))
    for cell in ("lstm", lstm, stacked, catalogue.LSTM, catalogue.LSTM.module):
        storage.load(path, cell)
    with pytest.raises(StorageError, match="its equations differ"):
        storage.load(path, catalogue.LSTM.but("LSTM", "Another one of the name.", o=lambda e: e**2))


def test_what_is_no_cell_is_refused_by_name():
    calls = [
        lambda cell: network.start(cell, rng(), 2, 3, 1),
        lambda cell: network.loss(cell, {}, None),
        lambda cell: loop.fit(cell, {}, add, updates=1, learning_rate=0.1),
        lambda cell: storage.save("w.npz", cell, {}),
        layers.Stack,
        layers.BothWays,
    ]
    for call in calls:
        with pytest.raises(TypeError, match="cell: expected a name like .*, got int"):
            call(3)
        with pytest.raises(ValueError, match="cell: no cell has the name 'LSTN'; known are .*LSTM"):
            call("LSTN")
    parts = ("SHAPES", "STATES", "forward", "backward")
    only = SimpleNamespace(**{part: getattr(lstm, part) for part in parts})
    with pytest.raises(TypeError, match="cell: SimpleNamespace has no init"):
        network.start(only, rng(), 2, 3, 1)


def test_accuracy_is_of_classes():
    with pytest.raises(TypeError, match="target: expected class numbers, got float64"):
        network.accuracy(stacked, begin(), TEST)
