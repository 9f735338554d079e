"""The rules of 1997: absolute errors, told from squared ones, and the runs judged by them."""

import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.learn import experiments, measures, modern_1997, network, rule_1997, tasks, trials


def rng(seed=0):
    return np.random.default_rng(seed)


def params(D, K):
    start = network.start(lstm, rng(1), D, 3, K)
    return {name: rng(2).normal(size=value.shape) for name, value in start.items()}


def test_errors_of_classes_are_of_probabilities():
    batch = tasks.temporal_order(rng(), 14, 5, shortest=11)
    x, target, mask = batch
    net = params(8, 8)
    found, asked = rule_1997.errors(lstm, net, batch)
    h, _, _ = lstm.forward({name: net[name] for name in lstm.SHAPES}, x)
    steps = np.flatnonzero(mask.any(axis=1))
    assert found.shape == (len(steps), 8, 5) and (asked == mask[steps]).all()
    for n, t in enumerate(steps):
        for b in range(5):
            e = np.exp(net["W_yh"] @ h[t][:, b] + net["b_y"][:, 0])
            want = np.abs(e / e.sum() - np.eye(8)[target[t, b]]) * mask[t, b]
            np.testing.assert_allclose(found[n, :, b], want, atol=1e-12)


def test_errors_of_numbers_are_absolute():
    batch = tasks.adding_1997(rng(), 22, 6, shortest=20)
    found, mask = rule_1997.errors(lstm, params(2, 1), batch)
    y, target, _, _ = network.scores(lstm, params(2, 1), batch)
    np.testing.assert_array_equal(found[:, 0], np.where(mask, np.abs(y - target)[:, 0], 0))
    assert (found[:, 0] > 0).sum() == 6


def given(monkeypatch, errors):
    """What `errors` finds is these numbers, one for each sequence, at the last of two steps."""
    errors = np.array(errors, float)
    mask = np.array([np.zeros(len(errors), bool), np.ones(len(errors), bool)])
    found = np.stack([np.zeros_like(errors), errors])[:, None]
    monkeypatch.setattr(rule_1997, "errors", lambda *_: (found, mask))


@pytest.mark.parametrize(
    "errors, rule, far",
    [
        ([0.01, 0.02, 0.03], dict(limit=0.04), 0.75),
        ([0.01, 0.04, 0.03], dict(limit=0.04), 1.0),  # "below": the border is not met
        ([0.02, 0.02, 0.02], dict(limit=0.04, mean=0.01), 2.0),
        ([0.03, 0.0, 0.0], dict(limit=0.04, mean=0.02), 0.75),
        ([0.5, 0.5, 0.1, 0.1], dict(limit=0.2, wrong=0.5), 1.0),
        ([0.5, 0.1, 0.1, 0.1], dict(limit=0.2, wrong=0.5), 0.5),
        ([0.2, 0.1, 0.1, 0.1], dict(limit=0.2, wrong=0.5), 0.5),
        ([0.1, 0.1, 0.1, 0.1], dict(limit=0.2, wrong=0.5), 0.0),
        ([0.1, 0.1, 0.1, 0.1], dict(limit=0.2, wrong=0.5, mean=0.05), 2.0),
    ],
)
def test_how_far_from_the_rule(monkeypatch, errors, rule, far):
    given(monkeypatch, errors)
    assert rule_1997.distance(lstm, {}, None, **rule) == pytest.approx(far)


def test_a_fresh_test_tells_absolute_from_squared(monkeypatch):
    given(monkeypatch, 255 * [0.1] + [0.3])
    made = []
    monkeypatch.setattr(tasks, "adding_1997", lambda rng, T, B, **more: made.append((T, B, more)))
    condition = modern_1997.adding()["4"] | dict(rule={"limit": 0.2})
    run = type("Run", (), {"params": {}})
    found = rule_1997.tested(lstm, run, condition)
    assert made == 10 * [(110, 256, {"shortest": 100})]
    assert found["sequences"] == 2560 and found["wrong"] == 10
    assert found["mean error"] == pytest.approx((255 * 0.1 + 0.3) / 256)
    assert found["squared error"] == pytest.approx((255 * 0.01 + 0.09) / 256)


def test_the_rule_of_a_condition_is_the_one_that_is_measured():
    condition = experiments.DEFAULTS | modern_1997.adding()["4"]
    condition |= dict(updates=1, every=1, test=7, T=110)
    cell, run = trials.train(condition, 0)
    _, test = trials.batches(condition)
    want = rule_1997.distance(cell, run.params, test, **condition["rule"])
    assert run.history["score"].tolist() == [want] and run.solved is None
    assert measures.MEASURES[condition["measure"]] is rule_1997.distance


def test_the_rules_are_those_of_the_paper():
    """Limits of a single error and of the mean: sections 5.1 to 5.6 of the paper."""
    conditions = modern_1997.reber() | modern_1997.lags() | modern_1997.two_sequences()
    conditions |= modern_1997.adding() | modern_1997.orders()
    for label, condition in conditions.items():
        assert condition["goal"] == ([">=", 1.0] if label == "1" else ["<", 1.0])
    assert {label: condition.get("rule") for label, condition in conditions.items()} == {
        "1": None,
        "2a": {"limit": 0.25},
        "2a, x or y": {"limit": 0.25},
        "2b": {"limit": 0.25},
        "2b, x or y": {"limit": 0.25},
        "2c": {"limit": 0.2},
        "3a, N = 3": {"limit": 0.2, "mean": 0.01},
        "3a, N = 1": {"limit": 0.2, "mean": 0.01},
        "3b, N = 3": {"limit": 0.2, "mean": 0.04, "wrong": 6 / 256},
        "3b, N = 1": {"limit": 0.2, "mean": 0.04, "wrong": 6 / 256},
        "4": {"limit": 0.04, "mean": 0.01},
        "6a": {"limit": 0.3, "mean": 0.1},
        "6b": {"limit": 0.3, "mean": 0.1},
    }


def test_padding_that_all_strings_share_does_not_disturb():
    batch = tasks.embedded_reber(rng(), 60, 4)
    assert not batch[2][-1].any()
    share = measures.perfect_streams(lstm, params(7, 7), batch)
    longest = int(tasks.lengths(batch[2]).max())
    assert share == measures.perfect_streams(
        lstm, params(7, 7), tuple(part[:longest] for part in batch)
    )
