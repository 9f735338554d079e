"""The updates one by one: what reaches a goal, what is clipped, what is usual."""

import numpy as np
import pytest

from lstm_ref.cells import stacked
from lstm_ref.learn import loop, network, tasks


def add(rng):
    return tasks.adding(rng, 6, 4)


def begin():
    return network.start(stacked, np.random.default_rng(0), 2, 3, 1)


@pytest.mark.parametrize("word, solved", [("<", 4), ("<=", 2), (">", 6), (">=", 2)])
def test_a_goal_is_reached_at_its_limit_or_beyond(word, solved):
    scores = iter([0.5, 0.25, 0.75])
    more = dict(updates=6, learning_rate=0.01, every=2, goal=(word, 0.5))
    run = loop.fit(stacked, begin(), add, measure=lambda _: next(scores), **more)
    assert run.solved == solved == run.history["update"][-1]


@pytest.mark.parametrize("clip", [None, 2.0])
def test_an_update_without_and_with_a_clip(clip):
    """SGD, so that the step is the gradient; it is longer than any usual clip."""

    def big(rng):
        x, target, mask = add(rng)
        return x, 30 * target, mask

    params = begin()
    _, grads, _ = network.gradients(stacked, params, big(np.random.default_rng([0, 0])))
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    factor = 0.01 * (1 if clip is None else clip / norm)
    more = dict(updates=1, learning_rate=0.01, optimiser="sgd", clip=clip)
    run = loop.fit(stacked, params, big, **more)
    assert norm > 10
    for name, value in run.params.items():
        np.testing.assert_allclose(value, params[name] - factor * grads[name], rtol=1e-12)


def test_what_is_usual():
    """Seed 0, Adam, gradients clipped at 1, a measurement every 25 updates, whole sequences."""

    def big(rng):
        x, target, mask = add(rng)
        return x, 3 * target, mask

    def score(params):
        return float(params["b_y"][0, 0])

    more = dict(updates=50, learning_rate=0.03, measure=score)
    usual = loop.fit(stacked, begin(), big, **more)
    more |= dict(seed=0, optimiser="adam", clip=1.0, every=25, truncate=None, carry=False)
    said = loop.fit(stacked, begin(), big, **more)
    assert usual.history["norm"].max() > 1
    for name, values in said.history.items():
        np.testing.assert_array_equal(usual.history[name], values)
    with pytest.raises(ValueError, match="learning_rate: expected a positive number, got 0"):
        loop.fit(stacked, begin(), big, **more | dict(learning_rate=0))
