"""What the training loop refuses: arguments and batches, each named."""

import numpy as np
import pytest
from training import TEST, add, begin, rng, score

from lstm_ref.cells import lstm, stacked
from lstm_ref.learn import (
    layers,
    loop,
    network,
)

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
