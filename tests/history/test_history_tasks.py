"""The tasks of 1997, the rules, and many trials side by side."""

import numpy as np
import pytest

from lstm_ref.history import net, rules, run, tasks
from lstm_ref.history.topology import Topology
from lstm_ref.learn.tasks import reber


def many(task, n=300, **options):
    rng = np.random.default_rng(2)
    return [task(rng, **options) for _ in range(n)]


@pytest.mark.parametrize("task", [tasks.adding, tasks.multiplication])
def test_two_marked_values(task):
    for x, target, asked in many(task, T=100):
        assert 100 <= len(x) <= 110 and asked.tolist() == [False] * (len(x) - 1) + [True]
        marked = np.flatnonzero(x[:, 1] == 1)
        values = x[marked, 0]
        assert marked[0] < 10 and marked[-1] < 49 and x[-1, 1] == -1
        if len(marked) == 2 and marked[0] != 0:
            want = 0.5 + values.sum() / 4 if task is tasks.adding else values.prod()
            assert target[-1, 0] == pytest.approx(want)
        assert 0 <= target[-1, 0] <= 1


@pytest.mark.parametrize("marks, ranges", [(2, "10 20 50 60"), (3, "10 20 33 43 66 76")])
def test_order(marks, ranges):
    low, high = np.array(ranges.split(), int).reshape(-1, 2).T
    seen = set()
    for x, target, _ in many(tasks.order, marks=marks):
        symbols = x.argmax(axis=1)
        places = np.flatnonzero(symbols >= tasks.X)
        assert len(places) == marks and (low <= places).all() and (places <= high).all()
        digits = symbols[places] - tasks.X
        seen.add(int(target[-1].argmax()))
        assert target[-1].argmax() == int("".join(map(str, digits)), 2)
        assert symbols[0] == tasks.BEGIN and symbols[-1] == tasks.END
    assert seen == set(range(2**marks))


def test_two_sequences():
    a, b = many(tasks.two_sequence, N=3), many(tasks.two_sequence, N=3, noise="b")
    assert all(abs(x[:3, 0]).tolist() == [1, 1, 1] and (x[0, 0] > 0) == y[-1, 0] for x, y, _ in a)
    noise = np.concatenate([x[:3, 0] - (2 * y[-1, 0] - 1) for x, y, _ in b])
    assert np.var(noise) == pytest.approx(0.2, rel=0.15)


@pytest.mark.parametrize("task", [tasks.noise_free, tasks.random_fillers])
def test_lag(task):
    for x, target, asked in many(task, n=20, p=10):
        assert x.shape == target.shape == (10, 11) and asked.all()
        assert x[0].argmax() == target[-1].argmax() in (9, 10)
        assert (x[1:] == target[:-1]).all()


def test_reber_strings_are_of_the_grammar():
    rng = np.random.default_rng(3)
    for _ in range(50):
        x, target, _ = tasks.reber_sequence(tasks.reber_string(rng))
        allowed = reber.legal(x[..., None])[..., 0]
        assert allowed[np.arange(len(x)), target.argmax(axis=1)].all()


def test_the_rule_wants_a_row_and_a_mean():
    rule = rules.InARow(1, 3, 0.5, mean=0.1)
    said = [rule.seen(0, np.array([e])) for e in (0.4, 0.4, 0.01, 0.01, 0.01, 0.9, 0.0, 0.0, 0.0)]
    assert said == [False, False, False, False, True, False, False, False, True]


class Second:
    """Trial 1 is done after two sequences, the others never."""

    def __init__(self, K):
        self.names, self.counts = np.arange(K), np.zeros(K, int)

    def seen(self, k, errors):
        assert errors.shape == (1, 1)
        self.counts[k] += 1
        return self.names[k] == 1 and self.counts[k] == 2

    def keep(self, which):
        self.names, self.counts = self.names[which], self.counts[which]


def test_trials_do_not_touch_each_other():
    """A trial alone gives the bits that it gives beside others; one that is over is left out."""

    def trained(seeds, most=3):
        rngs = [np.random.default_rng([7, s]) for s in seeds]
        kind = Topology(2, 1, 2, 2, biased=("cells", "gates", "outputs"))
        trials = run.Trials(net.start(kind, rngs, 0.1, {"i": [-3, -6]}), rngs, draw, 0.5)
        weights = {}
        keep = trials.keep

        def kept(which):
            for k in np.flatnonzero(~which):
                weights[seeds[trials.numbers[k]]] = trials.nets.W[k].copy()
            keep(which)

        trials.keep = kept
        found = run.until(trials, Second(len(seeds)), most)
        return {seeds[k]: count for k, count in found.items()}, weights

    def draw(rng):
        return tasks.adding(rng, T=20)

    together, of_all = trained([0, 1, 2])
    alone, of_one = trained([2])
    assert together == {0: None, 1: 2, 2: None} and alone == {2: None}
    assert (of_all[2] == of_one[2]).all() and (of_all[0] != of_all[2]).any()
