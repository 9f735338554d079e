"""What tests of the training loop share: a small task, a start, a score, runs compared."""

import numpy as np

from lstm_ref.cells import stacked
from lstm_ref.learn import (
    network,
    tasks,
)


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


def stream(r):
    x, target, mask = tasks.continual_reber(r, 11, 3)
    return x, target, mask
