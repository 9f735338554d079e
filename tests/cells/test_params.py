"""Initialisations: what each name promises, and bad arguments."""

import numpy as np
import pytest
from cells import every_cell

from lstm_ref.cells import gru_after, lstm, params


@every_cell
@pytest.mark.parametrize("recurrent", params.RECURRENT)
def test_names_shapes_dtype_and_zero_biases(cell, recurrent):
    drawn = cell.init(np.random.default_rng(0), 3, 5, recurrent=recurrent, dtype=np.float32)
    sizes = {"H": 5, "D": 3, "1": 1}
    assert list(drawn) == list(cell.SHAPES)
    for name, letters in cell.SHAPES.items():
        assert drawn[name].shape == tuple(sizes[k] for k in letters)
        assert drawn[name].dtype == np.float32
        if letters == "H1" and name != "b_f":
            assert not drawn[name].any()


@every_cell
def test_no_two_matrices_start_equal(cell):
    """A public LSTM re-seeds inside its initialiser: its four gates start identical."""
    drawn = cell.init(np.random.default_rng(0), 4, 4)
    matrices = [v for name, v in drawn.items() if name.startswith("W")]
    for k, a in enumerate(matrices):
        assert not any(np.array_equal(a, b) for b in matrices[k + 1 :])


@every_cell
def test_same_seed_same_numbers(cell):
    one, two = (cell.init(np.random.default_rng(7), 3, 5) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_ranges():
    drawn = lstm.init(np.random.default_rng(0), 50, 100)
    assert 0.099 < np.max(np.abs(drawn["W_fx"])) <= 0.1
    drawn = lstm.init(np.random.default_rng(0), 50, 100, recurrent="glorot")
    assert 0.19 < np.max(np.abs(drawn["W_fx"])) <= np.sqrt(6 / 150)


def test_orthogonal():
    W = lstm.init(np.random.default_rng(0), 3, 40, recurrent="orthogonal")["W_ch"]
    np.testing.assert_allclose(W @ W.T, np.eye(40), atol=1e-13)


def test_orthogonal_draw_is_uniform_over_the_group():
    """Without Mezzadri's signs the trace of Q would not average to 0."""
    rng = np.random.default_rng(0)
    traces = [np.trace(params.orthogonal(rng, 3)) for _ in range(4000)]
    assert abs(np.mean(traces)) < 4 * np.std(traces) / np.sqrt(4000)


def test_forget_bias():
    assert np.all(lstm.init(np.random.default_rng(0), 2, 3)["b_f"] == 1)
    assert np.all(lstm.init(np.random.default_rng(0), 2, 3, forget_bias=-2.5)["b_f"] == -2.5)


def test_chrono():
    drawn = lstm.init(np.random.default_rng(0), 2, 5000, forget_bias="chrono", T_max=100)
    u = np.exp(drawn["b_f"])
    assert u.min() > 1 and u.max() < 99 and abs(u.mean() - 50) < 1.5
    np.testing.assert_array_equal(drawn["b_i"], -drawn["b_f"])
    z = gru_after.init(np.random.default_rng(0), 2, 8, update_bias="chrono", T_max=100)["b_z"]
    assert np.all(z > 0)


def test_count():
    assert params.count(lstm.init(np.random.default_rng(0), 3, 5)) == 4 * (5 * 3 + 5 * 5 + 5)


BAD = {
    "rng": (dict(rng=0), TypeError, r"rng: expected np.random.default_rng\(seed\), got int"),
    "D": (dict(D=0), ValueError, "D: expected a whole number >= 1, got 0"),
    "H": (dict(H=2.0), ValueError, "H: expected a whole number >= 1, got 2.0"),
    "bool": (dict(H=True), ValueError, "H: expected"),
    "recurrent": (dict(recurrent="nice"), ValueError, "recurrent: expected one of uniform"),
    "dtype": (dict(dtype=np.int32), TypeError, "dtype: expected float32 or float64, got int32"),
    "bias": (dict(forget_bias="one"), ValueError, 'forget_bias: expected a number or "chrono"'),
    "NaN": (dict(forget_bias=np.nan), ValueError, "forget_bias: expected a finite number"),
    "no T_max": (dict(forget_bias="chrono"), ValueError, "T_max: expected a whole number"),
    "T_max": (dict(T_max=5), ValueError, "T_max: is used by"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_arguments(what):
    change, error, message = BAD[what]
    good = dict(rng=np.random.default_rng(0), D=2, H=3)
    with pytest.raises(error, match=message):
        lstm.init(**{**good, **change})
