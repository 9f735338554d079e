"""A trial is a function of its number; what it learns with is right; a diverged one is a result."""

import json

import numpy as np
import pytest

from lstm_ref.cells.resolve import resolve
from lstm_ref.learn.layers import BothWays
from lstm_ref.study import net, objectives, space, tasks, trial

RULES = {"seed": 3, "epochs": 2, "patience": 5, "sequences": 0}


def sequences(n, K, seed=1):
    """n pairs of 4 steps with 3 features, and a class each."""
    rng = np.random.default_rng(seed)
    return [(rng.standard_normal((4, 3, 1), np.float32), np.array([k % K])) for k in range(n)]


@pytest.fixture
def tiny(monkeypatch):
    """Twelve sequences instead of the digits."""
    pairs = sequences(12, 2)
    data = tasks.Data(pairs[:8], pairs[8:10], pairs[10:], 3, 2, "class", True)
    monkeypatch.setattr(trial, "load", lambda *task: data)


def test_the_settings_are_in_their_ranges_and_fill_them():
    drawn = [space.settings(0, "digits", "NP", number) for number in range(400)]
    for name, (low, high, logarithmic) in space.RANGES.items():
        values = np.array([each[name] for each in drawn])
        assert low <= values.min() and values.max() <= high
        shares = np.log(values / low) / np.log(high / low) if logarithmic else values
        np.testing.assert_allclose(
            np.quantile(shares, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.08
        )
    assert all(isinstance(each["size"], int) for each in drawn)


def test_every_part_of_its_name_makes_other_settings():
    names = [
        (0, "digits", "NP", 1),
        (1, "digits", "NP", 1),
        (0, "a", "NP", 1),
        (0, "digits", "V", 1),
    ]
    names.append((0, "digits", "NP", 2))
    assert len({json.dumps(space.settings(*name)) for name in names}) == len(names)


@pytest.mark.parametrize("cell", space.CELLS)
@pytest.mark.parametrize("kind", ["class", "notes"])
def test_the_gradients(cell, kind):
    """Along a random direction, by central differences; from weights that are not small."""
    rng = np.random.default_rng(5)
    chosen = BothWays(resolve(cell)) if kind == "class" else resolve(cell)
    started = net.start(chosen, rng, 3, 4, 2)
    params = {n: w + rng.normal(0, 0.3, w.shape) for n, w in started.items()}
    x = rng.standard_normal((5, 3, 2))
    target = np.array([0, 1]) if kind == "class" else (rng.random((5, 2, 2)) < 0.4).astype(float)
    objective = objectives.OBJECTIVES[kind]
    _, grads = net.gradients(chosen, objective, params, x, target)
    way = {n: rng.standard_normal(w.shape) for n, w in params.items()}

    def loss(step):
        moved = {n: w + step * way[n] for n, w in params.items()}
        return net.gradients(chosen, objective, moved, x, target)[0]

    expected = (8 * (loss(2e-4) - loss(-2e-4)) - (loss(4e-4) - loss(-4e-4))) / 24e-4
    found = sum(np.sum(grads[n] * way[n]) for n in params)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)


def test_the_loss_of_notes_by_hand():
    y, target = np.array([[[0.0], [2.0]]]), np.array([[[1.0], [0.0]]])
    loss, _, measured = objectives.notes(y, target)
    assert loss == measured == pytest.approx(np.log(2) + np.log(1 + np.exp(2)))


def test_nesterov_is_that_of_the_textbook():
    """v = m v - a g(w + m v), w = w + v, on a parabola; ours stands at w + m v."""
    w, v, m, a = 3.0, 0.0, 0.9, 0.05
    params, velocity = {"w": np.array([3.0])}, {"w": np.zeros(1)}
    for _ in range(20):
        v = m * v - a * 2 * (w + m * v)
        w = w + v
        net.nesterov(params, velocity, {"w": 2 * params["w"]}, a, m)
        assert params["w"][0] == pytest.approx(w + m * v, rel=1e-5)


@pytest.mark.parametrize("compiled", [True, False])
def test_the_same_twice_bit_for_bit_and_as_json_has_it(tiny, compiled):
    trial.run("digits", "NP", 8, RULES, compiled)  # what ran before changes nothing
    found = [trial.run("digits", "NP", 7, RULES, compiled) for _ in range(2)]
    for each in found:
        assert each.pop("seconds") > 0
        assert each["code"].startswith("NumPy" if not compiled else ("C", "NumPy: "))
    assert found[0] == found[1] == json.loads(json.dumps(found[0]))
    assert len(found[0]["curve"]) == 3 and found[0]["valid"] == min(found[0]["curve"])


def settings(**others):
    usual = {"size": 5, "learning_rate": 0.01, "one_minus_momentum": 0.5, "noise": 0.1}
    return lambda *name: usual | others


def test_a_trial_that_diverges_is_what_it_was_before(tiny, monkeypatch):
    monkeypatch.setattr(space, "settings", settings(learning_rate=1e38))
    found = trial.run("digits", "NP", 0, RULES, compiled=False)
    assert found["ended"].startswith("diverged in epoch 1: ")
    assert (found["best"], len(found["curve"])) == (0, 1)
    assert found["valid"] == found["curve"][0] and np.isfinite(found["test"])


def test_it_ends_when_nothing_improves(tiny, monkeypatch):
    monkeypatch.setattr(space, "settings", settings(learning_rate=1e-30))
    found = trial.run("digits", "NP", 0, RULES | {"epochs": 9, "patience": 3}, compiled=False)
    assert (found["best"], len(found["curve"])) == (0, 4)
    assert found["ended"] == "no better measure for 3 epochs"


def test_a_trial_learns(tiny, monkeypatch):
    """Weights of the best epoch: the measure of the training set, told as validation, goes to 0."""
    pairs = sequences(6, 2)
    data = tasks.Data(pairs, pairs, pairs, 3, 2, "class", True)
    monkeypatch.setattr(trial, "load", lambda *task: data)
    monkeypatch.setattr(space, "settings", settings(size=12, learning_rate=0.1, noise=0.0))
    found = trial.run("digits", "NP", 0, RULES | {"epochs": 60, "patience": 60}, compiled=False)
    assert found["valid"] == found["test"] == 0 < found["curve"][0]


SIZES = {"digits": [1079, 359, 359], "speech": [216, 54, 370], "chorales": [220, 73, 73]}


@pytest.mark.parametrize("name", tasks.TASKS)
def test_the_data(name):
    data = tasks.load(name)
    B = [sum(x.shape[2] for x, _ in part) for part in (data.train, data.valid, data.test)]
    assert B == {
        "digits": [1079, 359, 359],
        "speech": [216, 54, 370],
        "chorales": [220, 73, 73],
    }.get(name, B)
    for x, target in [*data.train, *data.valid, *data.test]:
        assert x.dtype == np.float32 and x.shape[1] == data.D and target.shape[-1] == x.shape[2]
    if data.objective == "class":
        steps = np.concatenate([x[:, :, 0] for x, _ in data.train])
        np.testing.assert_allclose(steps.mean(axis=0), 0, atol=1e-5)
        assert {int(t) for _, target in data.test for t in target} == {*range(data.K)}


def test_some_of_the_data_are_the_first_of_each_part():
    whole, some = tasks.load("speech"), tasks.load("speech", 7)
    assert len(some.train) == sum(x.shape[2] for x, _ in some.test) == 7
    for (x, target), (y, same) in zip(some.train, whole.train[:7], strict=True):
        assert np.array_equal(x, y) and target == same


def test_a_wrong_task():
    with pytest.raises(ValueError, match="task: expected one of chorales.*got 'nothing'"):
        tasks.load("nothing")
