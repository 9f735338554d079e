"""The estimate says how uncertain it is, and holds what comes in most cases."""

import numpy as np
import pytest

from lstm_ref.study import estimate


def test_none_while_a_few_say_nothing():
    assert estimate.left(10.0, [(1.0, 2.0)] * (estimate.FEWEST - 1), [1.0]) is None


def test_exact_where_all_cost_the_same():
    """Two workers: ten trials of 2 s in 10 s, then six of twice the work."""
    assert estimate.left(10.0, [(1.0, 2.0)] * 10, [2.0] * 6) == pytest.approx((12.0, 12.0))


def test_nothing_left():
    assert estimate.left(10.0, [(1.0, 2.0)] * 10, []) == (0, 0)


def test_it_holds_what_comes():
    """Of 400 studies on one worker, whose trials end early at random, about 95 % are inside."""
    rng, inside = np.random.default_rng(2), 0
    for _ in range(400):
        work = rng.uniform(1, 5, 60)
        seconds = work * rng.uniform(0.25, 1, 60)
        told = list(zip(work[:20], seconds[:20], strict=True))
        least, most = estimate.left(seconds[:20].sum(), told, list(work[20:]))
        inside += least <= seconds[20:].sum() <= most
    assert 0.9 <= inside / 400 <= 0.99


@pytest.mark.parametrize(
    "seconds, words", [(40, "40 s"), (720, "12 min"), (12600, "3.5 h"), (0, "0 s")]
)
def test_words(seconds, words):
    assert estimate.words(seconds) == words
