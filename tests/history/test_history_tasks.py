"""The tasks of 1997, a sequence at a time."""

import numpy as np
import pytest

from lstm_ref.history import grammar, tasks
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
        assert x[0, 1] == x[-1, 1] == -1 and marked.max() < 50
        assert len(marked) == 1 or marked.min() < 10
        assert (np.delete(x[:, 1], [0, *marked, len(x) - 1]) == 0).all()
        if len(marked) == 1:  # the first step is the other one
            want = 0.5 + values[0] / 4 if task is tasks.adding else values[0]
        else:
            want = 0.5 + values.sum() / 4 if task is tasks.adding else values.prod()
        assert target[-1, 0] == pytest.approx(want) and 0 <= target[-1, 0] <= 1


def test_marks_are_two_places_as_far_as_they_may_be():
    places = [tasks.marked(np.random.default_rng(k), 100) for k in range(3000)]
    assert all(a != b for a, b in places)
    assert {a for a, _ in places} == set(range(10)) and {b for _, b in places} == set(range(50))


@pytest.mark.parametrize("marks, ranges", [(2, "10 20 50 60"), (3, "10 20 33 43 66 76")])
def test_order(marks, ranges):
    low, high = np.array(ranges.split(), int).reshape(-1, 2).T
    seen = set()
    for x, target, _ in many(tasks.order, marks=marks):
        symbols = x.argmax(axis=1)
        places = 1 + np.flatnonzero(symbols >= tasks.X)
        assert len(places) == marks and (low <= places).all() and (places <= high).all()
        digits = symbols[places - 1] - tasks.X
        seen.add(int(target[-1].argmax()))
        assert target[-1].argmax() == int("".join(map(str, digits)), 2)
        assert symbols[0] == tasks.BEGIN and symbols[-1] == tasks.END
    assert seen == set(range(2**marks))


def test_two_sequences():
    a, b = many(tasks.two_sequence, N=3), many(tasks.two_sequence, N=3, kind="b")
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


def test_noisy_targets():
    noisy = np.array([y[-1, 0] for _, y, _ in many(tasks.two_sequence, n=2000, kind="c")])
    clean = many(tasks.two_sequence_clean, N=1)
    assert {y[-1, 0] for _, y, _ in clean} == {0.2, 0.8}
    assert all((x[0, 0] == 1) == (y[-1, 0] == 0.2) for x, y, _ in clean)
    assert noisy.mean() == pytest.approx(0.5, abs=0.03)
    assert np.var(noisy) == pytest.approx(0.1 + 0.09, rel=0.1)


def test_distractors():
    sequences = many(tasks.distractors, q=20, p=7, n=3000)
    for x, target, asked in sequences:
        symbols = x.argmax(axis=1)
        assert x.shape[1] == 11 and (x.sum(axis=1) == 1).all()
        assert symbols[0] == 8 and symbols[-1] == 7 and (symbols[2:-1] < 7).all()
        assert target[-1, symbols[1] - 9] == 1 and target[-1].sum() == 1
        assert asked.sum() == 1 and asked[-1] and len(x) >= 23
    # With the answer itself q + 13 on average; the paper's sum says so, and prints q + 14.
    assert np.mean([len(x) + 1 for x, _, _ in sequences]) == pytest.approx(33, abs=0.7)


def test_a_pair_of_sets_of_strings():
    training, test = grammar.strings(0)
    assert len(training) == len(test) == 256
    assert not {*map(tuple, training)} & {*map(tuple, test)}
    assert [tuple(s) for s in training] != [tuple(s) for s in grammar.strings(1)[0]]


def test_predicted_means_legal_ones_above_all_others():
    strings = grammar.strings(2)[0][:5]
    said = [allowed * 0.1 + 0.3 for allowed in grammar.legal(strings)]
    predicted = grammar.Predicted(strings)
    assert predicted(said)
    said[3][2, grammar.legal(strings)[3][2].argmin()] = 0.4  # as large as a legal one
    assert not predicted(said)
