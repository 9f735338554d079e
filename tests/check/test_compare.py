"""How witnesses compare: the entry that is named, the measure of an error, the widths."""

import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses


def test_the_entry_that_is_farthest_off_is_named():
    want = {"x": np.array([[1.0, -8.0], [2.0, 4.0]])}
    got = {"x": want["x"] + [[0.0, 0.01], [0.5, 0.1]]}
    with pytest.raises(witnesses.GradientMismatch) as told:
        witnesses.compare(got, want, "a witness", "mine", 0.05)
    assert "gradient of x differs from a witness at [1, 0] (step 1): by hand 2.5" in str(told.value)
    assert (told.value.tensor, told.value.entry) == ("x", (1, 0))
    # 0.5 over the largest entry, 8, whatever its sign
    assert witnesses.compare(got, want, "a witness", tol=0.07) == {"x": 0.5 / 8}
    assert witnesses.compare({"x": np.ones(2)}, {"x": np.zeros(2)}, "zeros", tol=1) == {"x": 1}


def test_differences_are_central():
    """A one-sided difference would be off by about the step."""
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(0), T=3)
    hand = witnesses.by_hand(lstm, tensors, errors)
    rng = np.random.default_rng(1)
    directions, slopes = witnesses.by_differences(lstm, tensors, errors, rng, step=1e-4)
    for name, v in directions.items():
        assert np.linalg.norm(v) == pytest.approx(1)
        assert abs(slopes[name] - np.sum(hand[name] * v)) < 1e-6


@pytest.mark.parametrize("H, blocks", [(1, 1), (2, 1), (6, 3), (9, 3), (12, 6), (7, 1)])
def test_blocks_are_the_largest_divisor_below_the_units(H, blocks):
    sizes = witnesses.widths(5, 3, 4, H)
    assert sizes["G"] == blocks and sizes["P"] == H + 1 and (sizes["T"], sizes["D"]) == (5, 4)
