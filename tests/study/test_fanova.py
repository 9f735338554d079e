"""Shares of variance: by hand, by adding up over a grid, and as Optuna has them."""

import itertools

import numpy as np
import pytest

from lstm_ref.study import fanova
from lstm_ref.study.fanova import Boxes

WITHOUT = "Optuna or scikit-learn is not installed: `make test-study` runs this"
D, CELLS = 3, 8  # settings, and places for a cut in each


def halves(column):
    """0 below one half of a setting, 1 above."""
    low, high = np.zeros((2, D)), np.ones((2, D))
    high[0, column] = low[1, column] = 0.5
    return Boxes(np.array([0.0, 1.0]), low, high)


def cut(rng, low, high):
    """Boxes from random cuts at multiples of 1/8."""
    wide = np.flatnonzero(high - low > 1 / CELLS)
    if not wide.size or rng.random() < 0.15:
        return [(rng.normal(), low, high)]
    column = rng.choice(wide)
    a, b = round(low[column] * CELLS), round(high[column] * CELLS)
    place = rng.integers(a + 1, b) / CELLS
    left, right = high.copy(), low.copy()
    left[column] = right[column] = place
    return cut(rng, low, left) + cut(rng, right, high)


def tree(seed):
    found = cut(np.random.default_rng(seed), np.zeros(D), np.ones(D))
    return Boxes(*map(np.array, zip(*found, strict=True)))


def table(boxes):
    """The values in the middle of each of the 8 x 8 x 8 small boxes."""
    middles = (np.arange(CELLS) + 0.5) / CELLS
    found = np.full([CELLS] * D, np.nan)
    for place in itertools.product(range(CELLS), repeat=D):
        x = middles[list(place)]
        (k,) = np.flatnonzero(((boxes.low < x) & (x < boxes.high)).all(axis=1))
        found[place] = boxes.value[k]
    return found


def test_one_setting_explains_all():
    found = fanova.shares([halves(1)])
    assert found[1,] == 1 and sum(found.values()) == 1


def test_two_settings_only_together():
    """1 where one of two is in its upper half and the other is not: nothing alone."""
    ends = [(0, 0.5), (0.5, 1)]
    boxes = [((a > 0) != (b > 0), [a, b, 0], [c, d, 1]) for (a, c) in ends for (b, d) in ends]
    value, low, high = (np.array(part, float) for part in zip(*boxes, strict=True))
    found = fanova.shares([Boxes(value, low, high)])
    assert found[0, 1] == 1 and all(v == 0 for which, v in found.items() if which != (0, 1))


@pytest.mark.parametrize("seed", range(3))
def test_as_sums_over_a_grid(seed):
    boxes = tree(seed)
    assert len(boxes.value) > 10
    values = table(boxes)
    mean, total = values.mean(), values.var()
    found = fanova.shares([boxes])
    effect = {}
    for i in range(D):
        others = tuple({*range(D)} - {i})
        effect[i] = values.mean(axis=others, keepdims=True) - mean
        assert found[i,] == pytest.approx(np.mean(effect[i] ** 2) / total, rel=1e-9)
    for i, j in itertools.combinations(range(D), 2):
        (k,) = {*range(D)} - {i, j}
        pair = values.mean(axis=k, keepdims=True) - mean - effect[i] - effect[j]
        assert found[i, j] == pytest.approx(np.mean(pair**2) / total, rel=1e-9)


def test_marginals():
    boxes = [tree(4), tree(5)]
    middles = (np.arange(CELLS) + 0.5) / CELLS
    values = [table(each) for each in boxes]
    found = fanova.marginal(boxes, 1, middles)
    np.testing.assert_allclose(found, [each.mean(axis=(0, 2)) for each in values], rtol=1e-12)
    both = fanova.marginal_of_two(boxes, (2, 0), (middles, middles[:3]))
    np.testing.assert_allclose(both, np.mean(values, axis=0).mean(axis=1).T[:, :3], rtol=1e-12)
    steps = halves(0)._replace(value=np.array([3.0, 2.0]))
    ends = fanova.marginal([steps], 0, np.array([0, 0.5, 1]))
    assert ends.tolist() == [[3, 3, 2]], "both ends of the range, and a place on a cut"


def test_trees_without_variance_say_nothing():
    constant = Boxes(np.ones(1), np.zeros((1, D)), np.ones((1, D)))
    assert fanova.shares([constant, halves(0)]) == fanova.shares([halves(0)])
    with pytest.raises(ValueError, match="trees: expected values that differ"):
        fanova.shares([constant])


def test_optuna_finds_the_same():
    optuna = pytest.importorskip("optuna", reason=WITHOUT)
    forest = pytest.importorskip("lstm_ref.study.forest", reason=WITHOUT)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    rng = np.random.default_rng(6)
    x = rng.random((40, D))
    y = np.sin(4 * x[:, 0]) + x[:, 0] * x[:, 2] + 0.2 * rng.random(40)
    ranges = dict.fromkeys("abc", optuna.distributions.FloatDistribution(0, 1))
    study = optuna.create_study()
    for row, value in zip(x, y, strict=True):
        params = dict(zip("abc", row.tolist(), strict=True))
        study.add_trial(optuna.trial.create_trial(params=params, distributions=ranges, value=value))
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=9)
    theirs = evaluator.evaluate(study)
    ours = fanova.shares(forest.fit(x, y, 9))
    for k, name in enumerate("abc"):
        assert ours[k,] == pytest.approx(theirs[name], rel=1e-9)
    trees = evaluator._evaluator._trees[:8]  # its pairs: slow, and not public
    for pair in itertools.combinations(range(D), 2):
        shares = [each.get_marginal_variance(np.array(pair)) / each.variance for each in trees]
        own = fanova.shares(forest.fit(x, y, 9)[:8])
        together = own[pair] + sum(own[k,] for k in pair)
        assert together == pytest.approx(np.mean(shares), rel=1e-9)
