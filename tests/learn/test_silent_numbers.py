"""Sequences, networks and losses refuse what would give a number without a meaning."""

import numpy as np
import pytest
from cells import shown

from lstm_ref.cells import lstm, stacked
from lstm_ref.learn import network, output_layer, sequences
from lstm_ref.learn.layers import BothWays, Stack

T, B, D, H, K = 5, 3, 4, 6, 2
LENGTHS = np.array([2, 5, 3])


def rng(seed=0):
    return np.random.default_rng(seed)


def sequence(cell=lstm):
    params = {n: v for n, v in network.start(cell, rng(), D, H, K).items() if n in cell.SHAPES}
    x = rng(1).normal(size=(T, D, B))
    h, state, tape = sequences.run(cell, params, x, None, LENGTHS)
    return params, x, h, state, tape


def masked(value):
    return np.ma.masked_array(value, mask=np.zeros_like(value, bool))


class Named(np.ndarray):
    """Somebody's subclass."""


SUBCLASSES = [masked, lambda value: value.view(Named), lambda value: value.view(np.recarray)]


@pytest.mark.parametrize("subclass", SUBCLASSES)
@pytest.mark.parametrize("cell", [lstm, stacked, Stack("LSTM"), BothWays("LSTM")], ids=shown)
def test_subclasses_are_refused_where_sequences_are_cut(cell, subclass):
    params, x, h, state, tape = sequence(cell)
    bad = subclass(x), tuple(map(subclass, state))
    with pytest.raises(TypeError, match="x: expected an array"):
        sequences.run(cell, params, bad[0], None, LENGTHS)
    with pytest.raises(TypeError, match="state0.*: expected an array"):
        sequences.run(cell, params, x, bad[1], LENGTHS)
    with pytest.raises(TypeError, match="dh: expected an array"):
        sequences.run_backward(cell, params, tape, subclass(h))
    with pytest.raises(TypeError, match="dstate_T.*: expected an array"):
        sequences.run_backward(cell, params, tape, h, bad[1])
    with pytest.raises(TypeError, match="lengths: expected an array"):
        sequences.run(cell, params, x, None, subclass(LENGTHS))


def test_errors_that_are_longer_or_wider_than_the_sequences():
    params, _, h, state, tape = sequence()
    for more in (np.concatenate([h, h[:1]]), np.concatenate([h, h[..., :1]], axis=2), h[0]):
        with pytest.raises(ValueError, match=r"dh: expected shape \(T, H, B\) with T = 5, B = 3"):
            sequences.run_backward(lstm, params, tape, more)
    wider = tuple(np.concatenate([s, s[:, :1]], axis=1) for s in state)
    for more in (wider, state[:1]):
        with pytest.raises(ValueError, match="dstate_T: expected shapes"):
            sequences.run_backward(lstm, params, tape, h, more)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64])
@pytest.mark.parametrize("cell", [lstm, BothWays("LSTM")], ids=shown)
def test_lengths_of_any_whole_type(cell, kind):
    params, x, h, _, tape = sequence(cell)
    other, _, again = sequences.run(cell, params, x, None, LENGTHS.astype(kind))
    assert np.array_equal(h, other)
    found = [sequences.run_backward(cell, params, t, h)[1] for t in (tape, again)]
    assert np.array_equal(*found)


@pytest.mark.parametrize(
    "lengths", [[0, 5, 3], [-1, 5, 3], [2, 6, 3], [2, 5], [2.0, 5.0, 3.0], [True] * 3, [[2, 5, 3]]]
)
@pytest.mark.parametrize("cell", [lstm, Stack("LSTM"), BothWays("LSTM")], ids=shown)
def test_lengths_that_are_none(cell, lengths):
    params, x, *_ = sequence(cell)
    with pytest.raises(ValueError, match="lengths: expected "):
        sequences.run(cell, params, x, None, lengths)


# ---- targets, masks, the output layer


def batch():
    params = network.start("LSTM", rng(), D, H, K)
    mask = np.zeros((T, B), bool)
    mask[2:4] = True
    return params, rng(1).normal(size=(T, D, B)), rng(2).integers(0, K, (T, B)), mask


FUNCTIONS = [network.loss, network.gradients, network.accuracy, network.scores]
every_function = pytest.mark.parametrize("function", FUNCTIONS)


@every_function
def test_a_target_of_another_length_is_refused_though_its_steps_do_not_count(function):
    params, x, target, mask = batch()
    for bad in (np.concatenate([target, target]), target[:4], target[:, :2], target[0]):
        says = r"target: expected shape \(T, B\) or \(T, K, B\) with T = 5, B = 3, got"
        with pytest.raises(ValueError, match=says):
            function("LSTM", params, (x, bad, mask))


@every_function
@pytest.mark.parametrize("subclass", SUBCLASSES[:2])
def test_subclasses_in_a_batch(function, subclass):
    params, *parts = batch()
    for k, name in enumerate(("x", "target", "mask")):
        bad = [subclass(part) if j == k else part for j, part in enumerate(parts)]
        with pytest.raises(TypeError, match=f"{name}: expected an array"):
            function("LSTM", params, bad)
    for name in ("W_yh", "b_y", "W_fx"):
        with pytest.raises(TypeError, match=rf'params\["{name}"\]: expected an array'):
            function("LSTM", {**params, name: subclass(params[name])}, parts)


@every_function
def test_an_output_layer_does_not_broadcast(function):
    """(T, K, B) + (K,) is an array where B = K, each sample with the bias of another class."""
    params, x, target, mask = batch()
    x, target, mask = x[..., :K], target[:, :K], mask[:, :K]
    bad = {
        "b_y": [params["b_y"][:, 0], params["b_y"].T, np.zeros((K, K)), np.full((K, 1), np.nan)],
        "W_yh": [params["W_yh"].T, np.stack([params["W_yh"]] * T)],
    }
    for name, values in bad.items():
        for value in values:
            with pytest.raises(ValueError, match=rf'params\["{name}"\]: expected '):
                function("LSTM", {**params, name: value}, (x, target, mask))
    for kind in (np.float32, int):
        other = {**params, "b_y": params["b_y"].astype(kind)}
        with pytest.raises(TypeError, match=r'params\["b_y"\]: expected float'):
            function("LSTM", other, (x, target, mask))


@pytest.mark.parametrize("bad", [-1, K, 99])
def test_classes_that_do_not_exist_are_no_wrong_answers(bad):
    params, x, target, mask = batch()
    target[0] = bad  # does not count
    want = network.accuracy("LSTM", params, (x, target, mask))
    assert 0 <= want <= 1
    target[2, 1] = bad
    for function in (network.accuracy, network.loss, network.gradients):
        with pytest.raises(ValueError, match="target: expected classes 0 to 1, got others"):
            function("LSTM", params, (x, target, mask))


@pytest.mark.parametrize("function", [network.accuracy, network.loss, network.gradients])
def test_a_mask_without_a_step(function):
    params, x, target, mask = batch()
    with pytest.raises(ValueError, match="mask: .*got no True"):
        function("LSTM", params, (x, target, mask & False))
    for wrong in (mask.astype(int), mask.astype(float), mask[:4], mask[..., None]):
        with pytest.raises(ValueError, match="mask: expected booleans"):
            function("LSTM", params, (x, target, wrong))


def test_numbers_that_do_not_count_may_be_nan():
    params, x, _, mask = batch()
    target = rng(3).normal(size=(T, K, B))
    want = network.gradients("LSTM", params, (x, target, mask))
    target[~mask.any(axis=1)] = np.nan
    got = network.gradients("LSTM", params, (x, target, mask))
    assert got[0] == want[0] and all(np.array_equal(got[1][n], want[1][n]) for n in params)
    target[2] = np.nan
    with pytest.raises(FloatingPointError, match="the loss is nan"):
        network.gradients("LSTM", params, (x, target, mask))


def test_losses_refuse_what_is_no_plain_target():
    y, classes = rng().normal(size=(T, K, B)), np.zeros((T, B), int)
    for loss in (output_layer.loss, output_layer.cross_entropy, output_layer.squared_error):
        for target in (classes.tolist(), masked(classes), masked(y), y.view(Named)):
            with pytest.raises(TypeError, match="target: expected an array, got "):
                loss(y, target)
        with pytest.raises(TypeError, match="target: expected (numbers|integers), got bool"):
            loss(y, y > 0)
