"""The figure of the carry, `carry`, against the package."""

import json

import figure_data
import moving_node
import node
import numpy as np
import pytest
from places import ROOT

from lstm_ref.book import weights
from lstm_ref.cells import elman
from lstm_ref.learn import network, tasks

STORED = ROOT / "book" / "figures" / "data" / "carry.json"
SHAPES = elman.SHAPES | {"W_yh": "KH", "b_y": "K1"}
SIZES = {"H": 4, "D": 2, "K": 2, "1": 1}
needs_node = pytest.mark.skipif(node.node() is None, reason=node.NONE)


def net():
    """(parameters, direction) as the figure has them."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    shaped = {k: [SIZES[letter] for letter in word] for k, word in SHAPES.items()}
    params = {k: np.array(stored[k]).reshape(shape) for k, shape in shaped.items()}
    return params, np.array(stored["read_out"])


def test_the_stored_numbers_are_those_of_the_experiment():
    params, direction = net()
    for name, value in weights.load("addition")["RNN"][0].items():
        np.testing.assert_array_equal(params[name], value.astype(float))
    np.testing.assert_allclose(figure_data.carry()["read_out"], direction, atol=2e-4)


def test_it_adds_and_the_direction_is_that_of_the_carry():
    params, direction = net()
    sums = tasks.binary_addition(np.random.default_rng(5), 10, 4000)
    assert network.accuracy(elman, params, sums) == 1
    x, target, _ = sums
    h, _, _ = elman.forward({k: params[k] for k in elman.SHAPES}, x)
    ones = x.sum(axis=1)
    reading = np.einsum("k,tkb->tb", direction[:4], h) + direction[4]
    assert np.all((reading > 0) == (ones + (ones + target) % 2 >= 2))
    assert np.abs(reading).min() > 0.5 and np.abs(reading).max() < 1.5  # the scale of the picture


def guessed(x, width):
    """What is best said through a window: the carry by what is in it, none if it is open."""
    found = []
    for t in range(len(x)):
        carry = 0
        for ones in x[max(0, t - width + 1) : t].sum(axis=1):
            carry = carry if ones == 1 else int(ones == 2)
        found.append((x[t].sum() + carry) % 2)
    return found


def drawn(seed):
    """Two numbers of ten digits: (x, the sum by whole numbers, state of the figure)."""
    x = np.random.default_rng(seed).integers(0, 2, (10, 2))
    total = int(sum(2**t * x[t].sum() for t in range(10)))
    words = ("".join(map(str, column)) for column in x.T)
    width = 1 + seed % 10
    return x, total, dict(zip(("first", "second"), words, strict=True), width=width)


@needs_node
def test_numbers():
    cases = [drawn(seed) for seed in range(40)]
    params, direction = net()
    found = moving_node.computed("carry", *(state for _, _, state in cases))
    for (x, total, state), case in zip(cases, found, strict=True):
        numbers = case["numbers"]
        right = [total >> t & 1 for t in range(10)]
        assert numbers["sum"] == numbers["rnn"] == right
        assert numbers["window"] == guessed(x, state["width"])
        assert numbers["right"] == [np.sum(np.equal(guessed(x, k), right)) for k in range(1, 11)]
        h = elman.forward({k: params[k] for k in elman.SHAPES}, x[:, :, None].astype(float))[0]
        reading = h[:, :, 0] @ direction[:4] + direction[4]
        np.testing.assert_allclose(numbers["reading"], reading, rtol=1e-12)
        assert numbers["carry"] == [int(value > 0) for value in reading]


@needs_node
def test_the_challenge():
    passed = dict(first="0001111111", second="0001000000")
    found = moving_node.computed(
        "carry",
        dict(passed, width=6),
        dict(passed, width=7),
        dict(width=6),
        dict(passed, width=5),
        dict(width=10),
    )
    met = [case["met"] for case in found]
    assert met[0] is True
    assert "begins at digit 4" in met[1] and "begins at digit 5" in met[2]
    assert "six digits" in met[3] and "sees everything" in met[4]
