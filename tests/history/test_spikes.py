"""Timed spikes from one cell: the task, the gradient, and what gates see of a silent cell."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_ref.cells.resolve import resolve
from lstm_ref.history import spikes
from lstm_ref.history.spikes import EXPERIMENTS, HEIGHT

PEEPHOLES, NONE, OUTPUT = "2002-spikes-peepholes", "2002-spikes-none", "2002-output-none"
THREE = (0, 1, 2)


def test_the_task():
    x, target = spikes.task(4, 13)
    assert x[:, 0, 0].tolist() == [1] + 12 * [0]
    assert np.flatnonzero(target).tolist() == [4, 8, 12] and target.max() == HEIGHT


def test_a_spike_too_many_or_too_few():
    _, target = spikes.task(5, 21)
    y = np.repeat(target, 4, axis=1)
    y[7, 1], y[10, 2], y[3:5, 3] = HEIGHT, 0.3, 0.3
    assert spikes.first_wrong(EXPERIMENTS[PEEPHOLES], y) == [None, 7, 10, None]


@pytest.mark.parametrize("name", [PEEPHOLES, NONE, OUTPUT])
def test_gradients_of_all_nets_at_once(name):
    """By differences, where a net changes nothing but its own error."""
    experiment = EXPERIMENTS[name]
    params, (x, target) = spikes.start(experiment, THREE), spikes.task(5, 11)
    weight = np.where(target > 0, 4, 1)

    def errors(changed):
        y, _, _ = spikes.run(experiment, changed, x)
        return ((y - target) ** 2 * weight).sum(axis=(0, 2)) / 2

    found = spikes.gradients(experiment, params, x, target)
    assert set(found) == set(params)
    for part, value in params.items():
        assert (found[part] != 0).sum() <= 3  # no weights from net to net
        for k in range(3):
            move = np.zeros_like(value)
            move[k, k if value.shape == (3, 3) else 0] = 1e-6
            moved = [errors(params | {part: value + sign * move}) for sign in (1, -1)]
            want = np.zeros(3)
            want[k] = (found[part] * move).sum() / 1e-6
            np.testing.assert_allclose((moved[0] - moved[1]) / 2e-6, want, atol=1e-8)


def weights_of(name, **changes):
    params = spikes.start(EXPERIMENTS[name], THREE)
    return params | {part: np.full_like(params[part], value) for part, value in changes.items()}


@pytest.mark.parametrize("name", [PEEPHOLES, NONE])
def test_what_gates_see_of_the_state(name):
    """By differences of the weighted inputs of the step after."""
    params, module, k = weights_of(name), resolve(EXPERIMENTS[name].cell), 1
    _, _, tape = spikes.run(EXPERIMENTS[name], params, spikes.task(5, 6)[0])
    seen = spikes.sight(params, tape, k)
    x = np.zeros((1, 1, 1))

    def inputs(t, move):
        c, o = tape["c"][t].copy(), tape["o"][t].copy()
        c[k] += move
        o = 1 / (1 + (1 / o - 1) * np.exp(-move * params.get("w_oc", np.zeros((3, 1)))))
        after = module.forward(params, x, (o * np.tanh(c), c))[2]
        return [np.log(after[g][1, k, 0] / (1 - after[g][1, k, 0])) for g in "fi"]

    for t in range(1, 7):
        slope = (np.array(inputs(t, 1e-5)) - inputs(t, -1e-5)) / 2e-5
        np.testing.assert_allclose([seen[f"{g} sees"][t - 1] for g in "fi"], slope, atol=1e-8)
    differ = max(np.abs(seen[f"{g} sees"] - seen[f"{g} sees through h"]).max() for g in "fi")
    assert (differ > 0.1) == (name == PEEPHOLES)


@pytest.mark.parametrize("name", [PEEPHOLES, NONE])
def test_without_peepholes_no_gate_sees_a_silent_cell(name):
    """h = 0: two states, the same gates, unless they look into the cell."""
    params, x = weights_of(name), np.zeros((1, 1, 1))
    gates = []
    for state in (-1.5, 2.5):
        c = np.full((3, 1), state)
        tape = resolve(EXPERIMENTS[name].cell).forward(params, x, (np.zeros((3, 1)), c))[2]
        gates.append(np.stack([tape[g][1] for g in "fio"]))
    assert (gates[0] == gates[1]).all() == (name == NONE)


def test_a_closed_gate_blinds():
    params = weights_of(NONE, b_o=-40.0)
    _, _, tape = spikes.run(EXPERIMENTS[NONE], params, spikes.task(5, 20)[0])
    assert max(np.abs(values).max() for values in spikes.sight(params, tape, 0).values()) < 1e-15


@pytest.mark.parametrize("name", [PEEPHOLES, OUTPUT])
def test_a_net_does_not_depend_on_the_others(monkeypatch, name):
    monkeypatch.setitem(EXPERIMENTS, name, replace(EXPERIMENTS[name], updates=20, tested=40))
    told: list = []
    all_of_them = spikes.train(name, THREE, say=told.append)
    (alone,) = spikes.train(name, [1])
    assert told == all_of_them and [one["seed"] for one in told] == [0, 1, 2]
    assert alone["first_wrong"] == told[1]["first_wrong"] and alone["weights"] == pytest.approx(
        told[1]["weights"], rel=1e-9
    )
    params = spikes.net(alone["weights"])
    x, target = spikes.task(5, 40)
    y, h, _ = spikes.run(EXPERIMENTS[name], params, x)
    assert np.abs(y - target).max() == pytest.approx(alone["largest_error"], abs=1e-4)
    silent = np.abs(h[target == 0]).max()
    assert silent == pytest.approx(alone["quiet_h"], abs=1e-4) and not alone["solved"]


def test_training_lowers_the_error_of_each():
    experiment = replace(EXPERIMENTS[PEEPHOLES], updates=200)
    before = spikes.start(experiment, THREE)
    x, target = spikes.task(5, 16)

    def errors(params):
        y, _, _ = spikes.run(experiment, params, x)
        return ((y - target) ** 2 * np.where(target > 0, 4, 1)).sum(axis=(0, 2))

    assert (errors(spikes.learn(experiment, before)) < 0.9 * errors(before)).all()


def test_both_cells_begin_with_the_same_numbers():
    one, other = (spikes.start(EXPERIMENTS[name], THREE) for name in (PEEPHOLES, NONE))
    assert set(one) - set(other) == {"w_fc", "w_ic", "w_oc"}
    assert all((one[part] == value).all() for part, value in other.items())
