import numpy as np
import pytest

from lstm_ref.check.exercise import verdict


@pytest.mark.parametrize(
    "answer, right, says",
    [
        (None, 3, "not answered yet"),
        (3, 3.0, "right"),
        (4, 3, "not right: too large"),
        (2, 3, "not right: too small"),
        (np.nan, 3, "it contains NaN or infinity"),
        ("three", 3, "not a number or an array of numbers: str"),
        ([1, 2], [[1], [2]], "the shape is (2,), it should be (2, 1)"),
        ([1, 2, 3], [1, 5, 3], "not right: 1 of 3 entries, the first at [1]"),
        ([1, 2, 3], [1, 2, 3], "right"),
    ],
)
def test_verdict(answer, right, says):
    assert verdict(answer, right) == says
