"""Layouts of files are found by names, shapes and relations, before any right number is used."""

import laid_out
import numpy as np
import pytest
from diagnosed import gradients_of

from lstm_ref.derive import catalogue
from lstm_ref.diagnose import diagnose
from lstm_ref.diagnose.comparison import Comparison
from lstm_ref.diagnose.reading.infer import sizes_of
from lstm_ref.diagnose.reading.layouts import best_first
from lstm_ref.diagnose.reading.pieces import fitted
from lstm_ref.diagnose.reading.proofs import Proofs, candidates
from lstm_ref.diagnose.reading.sizes import shapes
from lstm_ref.interop import vectors
from lstm_ref.sizes import FORMERLY, VECTORS

KNOWN = [VECTORS, FORMERLY]


def made(name, **sizes):
    """(cell, header, right, shapes)."""
    cell = catalogue.declared(name)
    header, right = vectors.make(cell, **sizes)
    return cell, header, right, shapes(cell, header["sizes"])


def same(found, right):
    return all(np.array_equal(found[n], right[n]) for n in found if n in right)


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_the_right_layout_is_among_the_candidates(name):
    """And the file agrees; a number that is changed is seen in whatever layout."""
    cell, header, right, known = made(name)
    for seed in range(4):
        rng = np.random.default_rng([seed, len(name)])
        arrays, wanted, kind = laid_out.random(rng, cell, right)
        found = list(candidates(arrays, cell, known, right[cell.input]))
        true = [c for c in found if set(wanted) <= set(c.tensors) and same(c.tensors, right)]
        assert true and len(found) <= 400, (kind, list(arrays))
        assert all(true[0].choices[s] == option for s, option in found[0].proved.items())
        report = Comparison(arrays, cell, header, right).verdict()
        assert report.verdict == "agrees" and set(wanted) <= set(report.agrees)
        key = list(arrays)[rng.integers(len(arrays))]
        arrays[key] = arrays[key] * np.where(rng.random(arrays[key].shape) < 0.5, 1.5, 1)
        report = Comparison(arrays, cell, header, right).verdict()
        assert report is None or not report.ok


def test_candidates_do_not_depend_on_right_results():
    """Other gradients in the same layout give the same order of candidates."""
    cell, _, right, known = made("LSTM")
    W = np.concatenate([np.hstack([right[f"dW_{g}h"], right[f"dW_{g}x"]]) for g in "ofic"])
    orders = []
    for factor in (1, -3):
        found = list(candidates({"dW": factor * W, "h": right["h"]}, cell, known))
        orders.append([c.choices for c in found])
    assert orders[0] == orders[1] and len(orders[0]) > 24


def test_columns_are_proved_by_what_is_recovered():
    """x | 1 | h beside the other joins, from numbers that are wrong in every error term."""
    cell, _, right, known = made("LSTM")
    rng = np.random.default_rng(0)
    X = right["x"].transpose(1, 0, 2).reshape(9, 8)
    for join, table in (("x1h", "x1h"), ("1hx", "1hx")):
        rows = []
        for _ in "fico":
            delta = rng.normal(size=(10, 8))
            parts = {"x": delta @ X.T, "1": delta.sum(1, keepdims=True)}
            parts["h"] = delta @ rng.normal(size=(8, 10))
            rows.append(np.hstack([parts[s] for s in table]))
        found = list(candidates({"dW": np.concatenate(rows)}, cell, known, right["x"]))
        assert found[0].proved == {("columns", "w"): join, ("blocks", "H<g"): False}
        assert len(found) == 24  # orders of the gates
    # Where the rows are no sums over these x, nothing is proved and nothing refused.
    rows = rng.normal(size=(40, 20))
    found = list(candidates({"dW": rows}, cell, known, right["x"]))
    assert found[0].proved == {} and len(found) > 100


def test_columns_are_not_proved_by_the_space_that_they_share():
    """Where dW_gx is wrong a wrong order of columns fits it better: nothing is asserted."""
    cell, _, right, known = made("ELMAN")
    rest = np.linalg.lstsq(right["dW_hh"], np.ones(10), rcond=None)[0][:, None]
    other = right["dW_hh"] @ np.hstack([rest * k for k in range(1, 10)])
    noise = np.random.default_rng(0).normal(size=other.shape)
    for of_x in (0 * other, other, noise):
        W = np.hstack([right["dW_hh"], of_x])
        found = list(candidates({"dW": W, "db": right["db_h"]}, cell, known, right["x"]))
        assert found[0].proved == {}
        assert {c.choices["columns", "w"] for c in found} == {"hx", "xh"}
    W = np.hstack([right["dW_hh"], right["dW_hx"]])
    found = list(candidates({"dW": W, "db": right["db_h"]}, cell, known, right["x"]))
    assert found[0].proved == {("columns", "w"): "hx"} and len(found) == 1


def test_square_matrices_are_proved_to_be_transposed():
    cell, _, right, known = made("LSTM", D=10)
    for turned in (False, True):
        arrays = {n: v.T if turned else v for n, v in right.items() if n.startswith("dW_")}
        first = next(iter(candidates(arrays, cell, known, right["x"])))
        assert first.proved == {("ours", "H<w"): not turned} and same(first.tensors, right)


def test_error_terms_are_recovered():
    cell, _, right, _ = made("GRU_BEFORE")
    proofs = Proofs(cell, right["x"])
    want = right["delta_z"].transpose(1, 0, 2).reshape(10, 8)
    assert np.allclose(proofs.recovered(right["dW_zx"]), want, atol=1e-10)
    assert not Proofs(cell, right["x"][:, :7]).able
    assert proofs.failed(right) == set() and len(proofs.held(right)) == 9
    bias = {**right, "db_z": 2 * right["db_z"]}
    assert proofs.failed(bias) == {("dW_zx", "db_z")}


SIZES = [(5, 3, 4, 6), (4, 2, 9, 10), (7, 2, 3, 8), (5, 3, 4, 5), (3, 2, 6, 6), (6, 1, 2, 4)]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "ELMAN", "PROJECTION", "BLOCK"])
def test_sizes_from_shapes(name, sizes):
    sizes = dict(zip("TBDH", sizes, strict=True))
    cell, header, _, known = made(name, **sizes)
    gradients = {n: np.ones(s) for n, s in known.items() if n[0] == "d" and n[1:] in known}
    assert sizes_of(gradients, cell, KNOWN)[0] == sizes
    turned = {n: v.transpose(2, 0, 1) if v.ndim == 3 else v.T for n, v in gradients.items()}
    assert sizes in sizes_of(turned, cell, KNOWN)
    weights = {n: v for n, v in gradients.items() if v.ndim == 2 and n[-2:] != "_0"}
    found = sizes_of(weights, cell, KNOWN)[0]
    assert (found["D"], found["H"]) == (sizes["D"], sizes["H"])
    assert header["sizes"]["T"] == sizes["T"]


def test_sizes_of_other_peoples_files():
    """Stacked, joined, named otherwise; steps and samples that do not show are the usual ones."""
    cell = catalogue.declared("LSTM")
    arrays = {"dWLSTM": np.ones((4 + 6 + 1, 24)), "out": np.ones((7, 6, 2))}
    assert sizes_of(arrays, cell, KNOWN)[0] == {"T": 7, "B": 2, "D": 4, "H": 6}
    found = sizes_of({"dWx": np.ones((4, 24)), "dWh": np.ones((6, 24))}, cell, KNOWN)
    assert found[0] == FORMERLY
    found = sizes_of({"dWx": np.ones((9, 40)), "dWh": np.ones((10, 40))}, cell, KNOWN)
    assert found[0] == VECTORS
    arrays = {"dW_fx": np.ones((5, 5)), "dx": np.ones((3, 5, 2))}
    assert sizes_of(arrays, cell, KNOWN, {"T": 3})[0] == {"T": 3, "B": 2, "D": 5, "H": 5}


def test_axes_in_any_order_and_grouping():
    value = np.arange(24.0).reshape(2, 3, 4)
    axes = [("g", 2), ("H", 3), ("w", 4)]
    for order in ("gHw", "Hgw", "wHg"):
        turned = value.transpose(["gHw".index(k) for k in order])
        for shape in (turned.shape, (-1, turned.shape[2]), (turned.shape[0], -1), (-1,)):
            found = dict((o, t) for t, o in fitted(turned.reshape(shape), axes))
            assert np.array_equal(found[order], value)
    assert list(fitted(value, [("g", 2), ("H", 6), ("w", 4)])) == []


def test_best_first():
    lists = [[0.0, 1.0, 5.0], [0.0, 0.5], [1.0, 2.0]]
    found = list(best_first(lists, 100))
    costs = [cost for cost, _ in found]
    assert costs == sorted(costs) and len(found) == len(set(found)) == 12
    assert best_first([[]], 5) is not None and list(best_first([[], [1.0]], 5)) == []


def test_two_biases_that_differ_are_told():
    cell, _, right, known = made("LSTM")
    b = np.concatenate([right[f"db_{g}"] for g in "ifco"])[:, 0]
    for other, twice in ((b, 0), (0 * b, 0), (2 * b, 4)):
        arrays = {"bias_ih_l0.grad": b, "bias_hh_l0.grad": other}
        found = list(candidates(arrays, cell, known))
        (true,) = [c for c in found if same(c.tensors, right)]
        assert len(true.twice) == twice and true.left == []


def test_old_vectors_are_found_without_their_sizes():
    """Steps and samples do not show in gradients of parameters, the scale of weights nowhere."""
    found = {n: v for n, v in gradients_of("LSTM").items() if n[1] in "Wb"}  # sizes of before
    report = diagnose(found)
    assert report.ok and "T = 5, B = 3, D = 4, H = 6" in report.heading
    _, right = vectors.make("LSTM", T=3, B=2, D=6, H=8, scale=0.8)  # drawn as before
    report = diagnose({n: v for n, v in right.items() if n[0] == "d" and n[1:] in right})
    assert report.ok and report.missing == () and "T = 3, B = 2, D = 6, H = 8" in report.heading
