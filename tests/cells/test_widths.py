"""A cell with a second width and an input of one number: what its user may forget, and is told."""

import numpy as np
import pytest

from lstm_ref import cell, scalar, t, tanh


@cell
def MINE(x, d: scalar, /, m, h, *, W):
    m[t] = tanh(W.mx @ x[t] + W.mm @ m[t - 1])
    h[t] = tanh(W.hm @ m[t] + d[t] * h[t - 1])


def test_init_says_whose_width_is_missing():
    with pytest.raises(ValueError, match=r"P: expected too, the width of h: init\(rng, D, H, P=5"):
        MINE.module.init(np.random.default_rng(0), D=2, H=3)


def test_a_number_a_sample_needs_the_axis_of_the_units():
    params = MINE.module.init(np.random.default_rng(0), D=2, H=3, P=4)
    x, d = np.ones((5, 2, 6)), np.ones((5, 6))
    with pytest.raises(ValueError, match=r"\(5, 6\); it is one number a sample: .* \[:, None, :\]"):
        MINE.module.forward(params, {"x": x, "d": d})
    assert MINE.module.forward(params, {"x": x, "d": d[:, None, :]})[0].shape == (5, 4, 6)
