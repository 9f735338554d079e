"""The figure of three steps forwards and backwards, `scrub`, against the cell written by hand."""

import moving_node
import node
import numpy as np
import pytest
from moving_elman import scrub

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
WEIGHTS = "W_hx", "W_hh", "b_h"


@pytest.mark.parametrize("end", ("h31", "h32", "h22"))
def test_numbers(end):
    (found,) = moving_node.computed("scrub", dict(end=end))
    steps, sums = scrub(int(end[1]), int(end[2]))
    for got, want in zip(found["numbers"]["steps"], steps, strict=True):
        for name in ("h", "delta", "back"):
            np.testing.assert_allclose(got[name], want[name], rtol=1e-12)
        for name in WEIGHTS:
            np.testing.assert_allclose(got["terms"][name], want[name], rtol=1e-12)
        argument = np.sum([got["uses"][name] for name in WEIGHTS], axis=0)
        np.testing.assert_allclose(np.tanh(argument), want["h"], rtol=1e-12)
        np.testing.assert_allclose(got["slope"], 1 - want["h"] ** 2, rtol=1e-12)
    for name in WEIGHTS:
        np.testing.assert_allclose(found["numbers"]["sums"][name], sums[name], rtol=1e-12)


def test_the_numbers_of_the_chapter():
    (found,) = moving_node.computed("scrub")
    sums = found["numbers"]["sums"]
    assert [round(v, 4) for v in sums["W_hh"]] == [0, 0.4361, 0.3041, 0]
    assert [round(v, 4) for v in sums["b_h"]] == [0.8470, 0.3993]


def test_every_moment_says_something_else():
    found = moving_node.computed("scrub", *(dict(moment=k) for k in range(7)))
    assert len({one["say"] for one in found}) == 7


def test_the_challenge():
    states = {}, dict(end="h22"), dict(end="h22", moment=5), dict(end="h22", weight="b_h")
    start, met, early, other = (one["met"] for one in moving_node.computed("scrub", *states))
    assert met is True and all(isinstance(said, str) for said in (start, early, other))
