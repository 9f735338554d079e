"""What a network counts: only steps of the mask, in the precision of its parameters."""

import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.learn import network


def problem(K=3, dtype=np.float64):
    rng = np.random.default_rng(0)
    params = network.start(lstm, rng, 2, 4, K, dtype=dtype)
    return params, rng.normal(size=(6, 2, 5)), rng.integers(0, K, (6, 5)), rng.random((6, 5)) < 0.5


def test_accuracy_is_the_share_of_what_counts():
    params, x, target, mask = problem()
    y, *_ = network.scores(lstm, params, (x, target, np.ones_like(mask)))
    right = y.argmax(axis=1) == target
    assert right[mask].mean() != right.mean()
    assert network.accuracy(lstm, params, (x, target, mask)) == right[mask].mean()
    assert network.accuracy(lstm, params, (x, np.where(mask, y.argmax(axis=1), 9), mask)) == 1


def test_a_batch_may_be_a_list():
    params, x, target, mask = problem()
    want = network.loss(lstm, params, (x, target, mask))
    assert network.loss(lstm, params, [x, target, mask]) == want
    with pytest.raises(TypeError, match=r"batch: expected \(x, target, mask\) .*, got ndarray"):
        network.loss(lstm, params, np.stack([x, x, x]))


def test_numbers_of_single_precision_stay_so():
    params, x, _, mask = problem(1, np.float32)
    target = np.random.default_rng(1).normal(size=(6, 1, 5))
    _, grads, (h, c) = network.gradients(lstm, params, (x, target, mask))
    assert {value.dtype for value in (*grads.values(), h, c)} == {np.dtype(np.float32)}
