"""Initialisations: what each name promises, and bad arguments."""

import importlib

import numpy as np
import pytest
from cells import every_cell

from lstm_ref.cells import elman, gru_after, gru_before, lstm, params, stacked
from lstm_ref.generated import block, cifg, gru_after_z_writes, mgu, projection, sru, vanilla


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


SAME = {
    "usual": {},
    "glorot": dict(recurrent="glorot", dtype=np.float32),
    "orthogonal": dict(recurrent="orthogonal"),
    "LSTM": dict(forget_bias=-2.5, b_o=3.0),
    "LSTM chrono": dict(forget_bias="chrono", T_max=50),
    "GRU chrono": dict(update_bias="chrono", T_max=50, b_r=np.arange(5.0)[:, None]),
}


@pytest.mark.parametrize("cell", [elman, lstm, stacked, gru_before, gru_after])
@pytest.mark.parametrize("what", SAME)
def test_by_hand_and_generated_start_alike(cell, what):
    if what.split()[0] in ("LSTM", "GRU") and not cell.NAME.startswith(what.split()[0]):
        pytest.skip("of another cell")
    twin = importlib.import_module(f"lstm_ref.generated.{cell.NAME.lower()}")
    one, two = (c.init(np.random.default_rng(5), 3, 5, **SAME[what]) for c in (cell, twin))
    assert set(one) == set(two) and list(two) == list(twin.SHAPES)
    for name, value in one.items():
        np.testing.assert_array_equal(value, two[name], name)
        assert value.dtype == two[name].dtype


def test_scale_is_that_of_the_units_whatever_is_read():
    for cell, sizes in ((vanilla, {}), (projection, {"P": 400}), (block, {"G": 25})):
        drawn = cell.init(np.random.default_rng(0), 50, 100, **sizes)
        for name in ("W_fx", "W_fh"):
            assert 0.0985 < np.max(np.abs(drawn[name])) <= 0.1, (cell.NAME, name)


def test_only_a_gate_that_keeps_the_state_has_a_bias_with_a_name():
    rng = np.random.default_rng(0)
    for cell in (vanilla, block, sru):
        sizes = {"G": 2} if cell is block else {}
        assert np.all(cell.init(rng, 4, 4, **sizes)["b_f"] == 1)
        assert np.all(cell.init(rng, 4, 4, forget_bias=0.5, **sizes)["b_f"] == 0.5)
    assert not mgu.init(rng, 4, 4)["b_f"].any()  # 1 - f keeps
    assert not gru_after_z_writes.init(rng, 4, 4)["b_z"].any()
    for cell, word in ((mgu, "forget_bias"), (cifg, "forget_bias"), (elman, "forget_bias"),
                       (gru_after_z_writes, "update_bias"), (lstm, "update_bias")):  # fmt: skip
        with pytest.raises(TypeError, match=f"{word}: unknown; expected one of D, H, recurrent, "):
            cell.init(rng, 4, 4, **{word: 1.0})
    gates = block.init(rng, 3, 6, G=2, forget_bias="chrono", T_max=9)
    np.testing.assert_array_equal(gates["b_i"], -gates["b_f"])
    assert gates["b_f"].shape == (2, 1) and np.unique(gates["b_f"]).size == 2


def test_vectors_start_from_what_is_given():
    values = np.arange(5.0)[:, None]
    drawn = vanilla.init(np.random.default_rng(0), 3, 5, b_f=values, w_fc=-0.5, dtype=np.float32)
    np.testing.assert_array_equal(drawn["b_f"], values)
    assert np.all(drawn["w_fc"] == -0.5) and drawn["w_fc"].shape == (5, 1)
    assert drawn["b_f"].dtype == drawn["w_fc"].dtype == np.float32
    values[0] = 7  # it is a copy
    assert drawn["b_f"][0, 0] == 0


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
    "T_max of 2": (
        dict(forget_bias="chrono", T_max=2),  # log(u) with u from 1 to 1: no memory at all
        ValueError,
        "T_max: expected a whole number of steps >= 3, got 2",
    ),
    "T_max": (dict(T_max=5), ValueError, "T_max: is used by"),
    "twice": (dict(b_f=1.0, forget_bias=2.0), TypeError, "b_f: given twice, forget_bias sets it"),
    "vector": (dict(b_o=np.ones(3)), ValueError, r"b_o: expected .* array \(3, 1\), got \(3,\)"),
    "infinite": (dict(b_o=np.inf), ValueError, "b_o: expected finite numbers, got inf"),
    "matrix": (dict(W_fx=0.0), TypeError, "W_fx: unknown; expected one of D, H, recurrent, forget"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_arguments(what):
    change, error, message = BAD[what]
    good = dict(rng=np.random.default_rng(0), D=2, H=3)
    with pytest.raises(error, match=message):
        lstm.init(**{**good, **change})
