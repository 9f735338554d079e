"""The output layer and the losses, against their definitions."""

import numpy as np
import pytest

from lstm_ref.learn import output_layer


def rng(seed=0):
    return np.random.default_rng(seed)


def test_cross_entropy_is_the_mean_over_what_counts():
    y, target = rng().normal(size=(4, 3, 5)), rng(1).integers(0, 3, (4, 5))
    mask = rng(2).random((4, 5)) < 0.6
    lost = [
        np.log(np.sum(np.exp(y[t, :, b]))) - y[t, target[t, b], b]
        for t, b in zip(*np.nonzero(mask), strict=True)
    ]
    assert 0 < len(lost) < mask.size
    assert output_layer.cross_entropy(y, target, mask)[0] == pytest.approx(np.mean(lost))


@pytest.mark.parametrize("bad", [-1, 3])
def test_classes_go_from_0_to_below_the_number_of_scores(bad):
    y = np.zeros((1, 3, 3))
    assert output_layer.cross_entropy(y, np.array([[0, 1, 2]]))[0] == pytest.approx(np.log(3))
    with pytest.raises(ValueError, match="target: expected classes 0 to 2"):
        output_layer.cross_entropy(y, np.array([[0, bad, 2]]))
    hidden = np.array([[True, False, True]])
    assert output_layer.cross_entropy(y, np.array([[0, bad, 2]]), hidden)[0] == pytest.approx(
        np.log(3)
    )


def test_the_range_of_the_first_weights():
    """U(-1/√H, 1/√H), H the number of columns and not of scores."""
    start = output_layer.init(rng(), 400, 7)
    assert start["W_yh"].shape == (7, 400) and not start["b_y"].any()
    assert 0.99 / 20 < np.abs(start["W_yh"]).max() <= 1 / 20
    assert abs(start["W_yh"].mean()) < 0.002
