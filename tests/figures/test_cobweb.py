"""The figure of paths, `cobweb`, against the package."""

import moving_node
import node
import numpy as np
import pytest

from lstm_ref.cells import elman

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
STATES = (dict(), dict(w=2.0, start=-0.1, apart=0.2), dict(w=-3.0, start=0.5, apart=-0.5))


def expected(w=0.9, start=0.8, apart=0.1):
    """(path, neighbour, slopes) by the cell written by hand."""
    params = dict(W_hh=np.array([[w]]), W_hx=np.zeros((1, 1)), b_h=np.zeros((1, 1)))
    x = np.zeros((20, 1, 2))
    h, _, tape = elman.forward(params, x, (np.array([[start, start + apart]]),))
    slopes = [1.0]
    for T in range(1, 21):
        _, _, tape = elman.forward(params, x[:T, :, :1], (np.array([[start]]),))
        slopes.append(elman.backward(params, tape, None, (np.ones((1, 1)),))[2][0].item())
    return [start, *h[:, 0, 0]], [start + apart, *h[:, 0, 1]], slopes


@pytest.mark.parametrize("state", STATES)
def test_numbers(state):
    (found,) = moving_node.computed("cobweb", state)
    names = "path", "neighbour", "slopes"
    for name, want in zip(names, expected(**state), strict=True):
        np.testing.assert_allclose(found["numbers"][name], want, rtol=1e-12, atol=1e-15)


def test_the_curve_is_one_step():
    (found,) = moving_node.computed("cobweb", dict(w=-1.5))
    h, after = np.array(found["numbers"]["curve"]).T
    np.testing.assert_allclose(after, np.tanh(-1.5 * h), rtol=1e-12)


def test_the_challenge():
    start, met = moving_node.computed("cobweb", {}, dict(w=2.0, start=-0.1, apart=0.2))
    assert isinstance(start["met"], str) and met["met"] is True
