"""The figure of bias and half-life, `half-life`, against the package."""

import moving_node
import node
import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.cells.activations import sigmoid

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)


@pytest.mark.parametrize("bias", [0, 1, 3.45, 7])
def test_numbers(bias):
    (found,) = moving_node.computed("half-life", dict(bias=bias))
    numbers = found["numbers"]
    params = {name: np.zeros((1, 1)) for name in lstm.SHAPES}
    params |= {"b_f": np.array([[float(bias)]]), "b_i": np.array([[-40.0]])}
    tape = lstm.forward(params, np.zeros((1000, 1, 1)), (np.zeros((1, 1)), np.ones((1, 1))))[2]
    kept = [1.0, *(record["c"].item() for record in tape["steps"])]
    np.testing.assert_allclose(numbers["left"], kept, rtol=1e-12)
    assert numbers["f"] == pytest.approx(sigmoid(float(bias)), rel=1e-12)
    assert numbers["half"] == pytest.approx(np.log(2) / np.log1p(np.exp(-bias)), rel=1e-12)


def test_the_challenge():
    found = moving_node.computed("half-life", *(dict(bias=bias) for bias in (1, 6, 6.05, 6.1, 6.3)))
    right = [case["met"] is True for case in found]
    left = [sigmoid(bias) ** 300 for bias in (1, 6, 6.05, 6.1, 6.3)]
    assert right == [0.48 <= share <= 0.52 for share in left] and any(right) and not all(right)
    assert "steps" in found[0]["met"]
