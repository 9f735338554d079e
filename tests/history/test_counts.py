"""The weights of every network of the published tables, and that the networks have them."""

import numpy as np
import pytest

from lstm_ref.history import experiments, net, published


@pytest.mark.parametrize("table, row", published.LSTM)
def test_weights_of_the_tables(table, row):
    kind, weights = published.LSTM[table, row]
    assert kind.weights == weights


@pytest.mark.parametrize("table, row", published.OTHERS)
def test_weights_of_the_others(table, row):
    count, weights = published.OTHERS[table, row]
    assert count == weights


BUILT = [key for key, (kind, _) in published.LSTM.items() if not kind.peepholes]


@pytest.mark.parametrize("table, row", BUILT)
def test_a_network_learns_so_many_numbers(table, row):
    kind, weights = published.LSTM[table, row]
    nets = net.start(kind, [np.random.default_rng(0)], 0.1, {})
    assert nets.free_W.sum() + nets.free_V.sum() == weights
    assert not nets.W[0][~nets.free_W].any() and not nets.V[0][~nets.free_V].any()


def test_what_the_tables_say_is_of_experiments_that_can_be_run():
    assert {*published.RESULTS} <= {*experiments.EXPERIMENTS}
    for name, result in published.RESULTS.items():
        one = experiments.EXPERIMENTS[name]
        assert tuple(result.sequences) == one.stages and result.trials == one.trials
        assert max(result.sequences.values()) < one.most
    tables = {result.table for result in published.RESULTS.values()}
    assert tables == set(range(1, 10))
