"""When a network of 1997 counts as trained."""

import numpy as np
import pytest

from lstm_ref.history import rules, tasks


def errors(*values):
    return np.array(values)[:, None]


class Nothing:
    def __iter__(self):
        raise AssertionError("this rule looks at no test set")


nothing = Nothing()


def test_a_row_and_a_mean():
    rule = rules.InARow(3, 0.5, mean=0.1)
    said = [
        rule.seen(errors(e), nothing) for e in (0.4, 0.4, 0.01, 0.01, 0.01, -0.9, 0.0, 0.0, 0.0)
    ]
    assert said == [0, 0, 0, 0, 1, 0, 0, 0, 1]


def test_a_row_by_the_last_step_alone():
    ends = [errors(0.9, 0.1), errors(0.9, 0.2)]
    whole, last = rules.InARow(2, 0.5), rules.InARow(2, 0.5, last=True)
    assert [whole.seen(e, nothing) for e in ends] == [0, 0]
    assert [last.seen(e, nothing) for e in ends] == [0, 1]


def test_fewer_of_the_last():
    rule = rules.Fewer(4, 0.1, below=(3, 1))
    said = [rule.seen(errors(e), nothing) for e in (0.2, 0.2, 0, 0, 0, 0, 0, 0, 0.2, 0.2, 0.2)]
    assert said == [0, 0, 0, 1, 1, 2, 2, 2, 1, 1, 0]
    assert [rules.Fewer(4, 0.1, (3,)).seen(errors(0), nothing) for _ in range(3)] == [0, 0, 0]


def test_a_test_set_is_looked_at_every_so_often():
    first, second = (lambda said: said[0] > 1), (lambda said: said[0] > 2)
    rule = rules.Tested(2, [first, second])
    assert [rule.seen(errors(0), [k]) for k in (9, 1, 9, 2, 9, 3)] == [0, 0, 0, 1, 0, 2]
    assert rules.Tested(1, [second, first]).seen(errors(0), [1.5]) == 0


@pytest.mark.parametrize(
    "off, wrong, mean, met",
    [(0.25, 0, None, False), (0.25, 1, None, True), (0.15, 0, None, True), (0.15, 0, 0.02, False)],
)
def test_classified(off, wrong, mean, met):
    rng = np.random.default_rng(0)
    sequences = [tasks.two_sequence(rng, T=10) for _ in range(5)]
    said = [target[asked] + 0.01 for _, target, asked in sequences]
    said[2] = said[2] - off
    assert rules.Classified(sequences, 0.2, wrong, mean)(iter(said)) is met
