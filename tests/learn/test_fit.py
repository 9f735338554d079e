"""The training loop: the plain loop, early stop, truncation, divergence, every cell."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from training import TEST, add, begin, rng, score, stream

from lstm_ref.cells import lstm, stacked
from lstm_ref.cells.resolve import resolve
from lstm_ref.generated import gru_after
from lstm_ref.learn import (
    layers,
    loop,
    network,
    output_layer,
    progress,
    storage,
    tasks,
    train,
)
from lstm_ref.learn.storage import StorageError


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
        with pytest.raises(ValueError, match="cell: no cell has the name 'LSTN'; near are .*LSTM"):
            call("LSTN")
    parts = ("SHAPES", "STATES", "forward", "backward")
    only = SimpleNamespace(**{part: getattr(lstm, part) for part in parts})
    with pytest.raises(TypeError, match="cell: SimpleNamespace has no init"):
        network.start(only, rng(), 2, 3, 1)


def test_accuracy_is_of_classes():
    with pytest.raises(TypeError, match="target: expected class numbers, got float64"):
        network.accuracy(stacked, begin(), TEST)
