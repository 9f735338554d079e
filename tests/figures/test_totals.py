"""The figure of totals, `totals`, against the cell written by hand."""

import moving_node
import node
import numpy as np
import pytest
from moving_lstm import totals

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)


def ways(lag):
    """All paths from c_1 to c_(1 + lag), and those never from h to h, one by one."""
    paths = [(("c", 1),)]
    done = []
    while paths:
        *_, (kind, t) = path = paths.pop()
        if (kind, t) == ("c", 1 + lag):
            done.append(path)
        elif t <= lag:
            after = [("c", t + 1), *([("h", t)] if kind == "c" else [("h", t + 1)])]
            paths += [(*path, one) for one in after]
    kinds = ["".join(kind for kind, _ in path) for path in done]
    return [sum("h" not in k for k in kinds), sum("hh" not in k for k in kinds), len(kinds)]


@pytest.mark.parametrize("k", (1.0, 0.0, -0.5, 1.5))
def test_numbers(k):
    (found,) = moving_node.computed("totals", dict(k=k))
    for got, want in zip(("steps", "results"), totals(k), strict=True):
        for one, other in zip(found["numbers"][got], want, strict=True):
            for name, value in other.items():
                np.testing.assert_allclose(one[name], value, rtol=1e-12, atol=1e-16)


def test_the_numbers_of_the_chapter():
    (found,) = moving_node.computed("totals")
    three = found["numbers"]["results"][2]
    assert [round(three[name], 3) for name in ("all", "totals", "line")] == [1.248, 0.321, 0.157]


def test_ways_are_counted():
    (found,) = moving_node.computed("totals")
    for lag, result in enumerate(found["numbers"]["results"], 1):
        assert result["count"] == ways(lag)


def test_the_challenge():
    start, met = moving_node.computed("totals", {}, dict(k=-0.5, lag=3))
    assert isinstance(start["met"], str) and met["met"] is True
