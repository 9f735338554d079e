"""What vectors tell apart: the usual ones everything, and what is blind in others is said."""

import json

import numpy as np
import pytest

from lstm_ref.__main__ import main
from lstm_ref.derive import catalogue
from lstm_ref.interop import vectors
from lstm_ref.interop.identifiability import FAR, tells
from lstm_ref.interop.vectors import VectorsError

OLD = dict(T=5, B=3, D=4, H=6)
# Nothing depends on q: it is subtracted in every exponent, above and below a fraction.
WITHOUT_ERROR = {"RWKV4": (("error terms of q", "zero in 10 of 10 units"),)}


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_the_usual_vectors_tell_everything_apart(name):
    found = tells(*vectors.make(name))
    assert found.untold == WITHOUT_ERROR.get(name, ()), found.text
    assert found.ok == (name not in WITHOUT_ERROR) and min(found.changes.values()) > 3 * FAR
    cell = catalogue.find(name)
    assert set(found.matrices) == set(cell.matrices)
    assert all(seen.rank == seen.columns == 8 for seen in found.matrices.values())
    assert all(s.rank == s.columns and s.condition < 6000 for s in found.equations.values())
    tried = {kind.partition(":")[0] for kind in found.changes}
    assert {"vectors", "states", "sequences", "errors"} - tried <= {"vectors"}
    assert ("vectors" in tried) == any(n[0].islower() for n in (*cell.SHAPES, *cell.FIXED))


def test_what_is_tried_with_an_lstm():
    changes = tells(*vectors.make("LSTM")).changes
    assert sum(what.startswith("orders: order ") for what in changes) == 23
    for what in (
        *("orders: order i, f, c_tilde, o", "transposes: W_fh transposed", "vectors: b_f ignored"),
        *("states: h_0 and c_0 exchanged", "states: c_0 ignored", "errors: e_c_T ignored"),
        *("sequences: x from the last step to the first", "sequences: x of other samples"),
        *("errors: e of the last step alone", "vectors: b_f and b_o exchanged"),
    ):
        assert changes[what] > 0.1, what
    changes = tells(*vectors.make("VANILLA")).changes
    assert changes["vectors: w_fc ignored"] > 0.05
    assert changes["vectors: w_fc and w_ic exchanged"] > 0.05
    changes = tells(*vectors.make("TLSTM")).changes
    assert any("d of other samples" in what for what in changes)


@pytest.mark.parametrize("matrix, sees", [("W_fx", "x"), ("W_ih", "h"), ("W_cx", "x")])
def test_error_terms_follow_from_a_gradient(matrix, sees):
    """What a full rank promises, by the pseudo-inverse."""
    _, arrays = vectors.make("LSTM")
    gate = {"f": "f", "i": "i", "c": "c_tilde"}[matrix[2]]
    late = np.concatenate([arrays["h_0"][None], arrays["h"][:-1]])
    V = np.concatenate(list(arrays["x"] if sees == "x" else late), axis=1)
    found = arrays[f"d{matrix}"] @ np.linalg.pinv(V.T)
    want = np.concatenate(list(arrays[f"delta_{gate}"]), axis=1)
    assert np.max(np.abs(found - want)) < 1e-11 * np.max(np.abs(want))
    seen = tells(*vectors.make("LSTM")).matrices[matrix]
    assert seen.condition == pytest.approx(np.linalg.cond(V), rel=1e-6)


def reasons(arrays, cell="LSTM", **header):
    found = tells({"cell": cell, **header}, arrays)
    assert not found.ok and found.line.startswith(f"{cell}: not told apart: ")
    return dict(found.untold)


def test_zero_states():
    header, arrays = vectors.make("LSTM", zero_states=True)
    found = reasons(arrays)
    assert found["h_0"] == found["c_0"] == "zero" and "states: c_0 ignored" in found
    assert "states: h_0 and c_0 exchanged" in found
    # the columns of h_0 are zero, so two of eight are lost
    assert found["what W_fh, W_ih, W_ch, W_oh is multiplied with"].startswith("rank 6 of 8")
    assert not any("error terms" in what for what in found)  # x tells them


def test_a_matrix_that_is_multiplied_with_two_things():
    """R_f with v_{t-1}, zero at first, and with a value inside the step: the worse one counts."""
    found = reasons(vectors.make("LTC", zero_states=True)[1], "LTC")
    assert found["what R_f is multiplied with"] == "rank 6 of 8 steps and samples"


def test_zero_biases():
    found = reasons(vectors.make("LSTM", zero_biases=True)[1])
    assert found["b_f"] == "zero" and "vectors: b_f and b_i exchanged" in found
    assert len(found) == 4 + 4 + 6


def test_equal_weights():
    _, arrays = vectors.make("LSTM", **OLD)
    equal = {n: np.full_like(v, 0.5) if n[0] in "Wb" else v for n, v in arrays.items()}
    found = reasons(equal)
    assert found["W_fh"] == "entries are equal" and found["W_fh and W_ih"] == "equal"
    assert sum(what.startswith("orders: ") for what in found) == 23
    assert sum(what.startswith("transposes: ") for what in found) == 5
    assert "sequences: x with its units from the last to the first" in found


def test_diagonal_weights():
    _, arrays = vectors.make("LSTM")
    diagonal = {n: np.diag(np.diag(v)) for n, v in arrays.items() if n in ("W_fh", "W_ih")}
    found = reasons({**arrays, **diagonal})
    assert found["W_fh"] == "90 of 100 are zero" and "transposes: W_ih transposed" in found
    assert "transposes: W_ch transposed" not in found


def test_the_old_sizes():
    found = reasons(vectors.make("LSTM", **OLD)[1])
    assert found["what W_fx, W_ix, W_cx, W_ox is multiplied with"].startswith("rank 4 of 15")
    (terms,) = [why for what, why in found.items() if "error terms of f, i, c_tilde, o" in what]
    assert terms.startswith("rank 10 of 15")
    assert not any(what.startswith(("orders", "states", "errors")) for what in found)


def test_one_step_too_many():
    """D = 9 units are enough for 8 columns, and not for 10."""
    assert tells(*vectors.make("ELMAN", T=3, B=3)).ok
    found = reasons(vectors.make("ELMAN", T=5, B=2)[1], "ELMAN")
    assert found["what W_hx is multiplied with"] == "rank 9 of 10 steps and samples"
    assert not any("error terms" in what for what in found)  # from both matrices together


def test_saturated_gates():
    found = reasons(vectors.make("LSTM", scale=4.0)[1])
    assert "saturated, a slope is " in found["f"] and "saturated" in found["c_tilde"]
    assert "f" not in dict(tells(*vectors.make("LSTM")).untold)


def test_equal_gates_samples_and_steps():
    _, arrays = vectors.make("LSTM")
    found = reasons({**arrays, **{n: arrays[n.replace("i", "f")] for n in ("W_ih", "W_ix", "b_i")}})
    assert "orders: order i, f, c_tilde, o" in found and found["b_f and b_i"] == "equal"
    assert "orders: order f, i, o, c_tilde" not in found
    samples = {n: arrays[n][..., [0, 0]] for n in ("x", "h_0", "c_0", "e", "e_h_T", "e_c_T")}
    found = reasons({**arrays, **samples})
    assert "sequences: x of other samples" in found and "errors: e of other samples" in found
    assert found["x"] == "entries are equal" and any("rank 4 of 8" in w for w in found.values())
    turned = np.concatenate([arrays["x"][:2], arrays["x"][1::-1]])
    assert "sequences: x from the last step to the first" in reasons({**arrays, "x": turned})


def test_errors_that_do_not_enter():
    _, arrays = vectors.make("LSTM")
    last = {**arrays, "e": np.where(np.arange(4)[:, None, None] < 3, 0, arrays["e"])}
    assert "errors: e of the last step alone" in reasons(last)
    assert "errors: e_c_T ignored" in reasons({n: v for n, v in arrays.items() if n != "e_c_T"})
    bare = {n: arrays[n] for n in ("x", *catalogue.LSTM.SHAPES)}
    found = reasons(bare)
    assert found["e"] == found["h_0"] == found["e_c_T"] == "zero"
    assert sum(what.startswith("errors: ") for what in found) == 6


def test_dead_units():
    _, arrays = vectors.make("IRNN")
    found = reasons({**arrays, "b_h": np.where(np.arange(10)[:, None] < 6, -50.0, 1)}, "IRNN")
    assert found["error terms of h"] == "zero in 6 of 10 units"


def test_steps_after_the_end():
    header, arrays = vectors.make("LSTM", lengths=[4, 2])
    found = tells(header, arrays)
    assert found.ok and found.changes["sequences: steps after the end are read"] > 0.1
    assert found.matrices["W_fx"].columns == 6


def test_layers_and_directions():
    header, arrays = vectors.make("GRU_AFTER", layers=2, both_ways=True)
    found = tells(header, arrays)
    assert found.ok and found.changes["states: h_0 ignored (2.reverse)"] > 0.1
    assert set(found.equations) == {
        f"{layer}.{way}.{g}"
        for layer in "12"
        for way in ("forward", "reverse")
        for g in ("z", "r", "h_tilde")
    }
    found = reasons(
        {**arrays, "2.reverse.h_0": 0 * arrays["2.reverse.h_0"]},
        "GRU_AFTER",
        **{k: header[k] for k in ("layers", "directions")},
    )
    assert found["2.reverse.h_0"] == "zero" and "1.reverse.h_0" not in found


def test_numbers_in_float32_must_change_more():
    header, arrays = vectors.make("ANTISYMMETRIC")
    assert tells(header, arrays).ok
    found = reasons(arrays, "ANTISYMMETRIC", tolerance=1e-4)
    assert "sequences: x from the last step to the first" in found


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": None}, "no x"),
        ({"W_fh": None}, "no W_fh, which vectors of LSTM have"),
        ({"W_fh": np.ones((10, 9))}, r"W_fh: expected shape \(10, 10\), got \(10, 9\)"),
        ({"x": np.ones((4, 2))}, r"x: expected shape \(T, D, B\), got \(4, 2\)"),
        ({"h_0": np.ones((10, 3))}, r"h_0: expected shape \(10, 2\)"),
        ({"e": np.ones((4, 9, 2))}, r"e: expected shape \(4, 10, 2\)"),
    ],
)
def test_what_cannot_be_looked_at(change, message):
    _, arrays = vectors.make("LSTM")
    arrays = {n: v for n, v in {**arrays, **change}.items() if v is not None}
    with pytest.raises(VectorsError, match=message):
        tells({"cell": "LSTM"}, arrays)


def test_numbers_that_are_too_large():
    _, arrays = vectors.make("MLSTM")
    with pytest.raises(VectorsError, match="MLSTM computes numbers .* not finite"):
        tells({"cell": "MLSTM"}, {n: 1e200 * v for n, v in arrays.items()})
    _, arrays = vectors.make("LSTM")
    assert "saturated" in reasons({n: 1e150 * v for n, v in arrays.items()})["f"]


@pytest.mark.parametrize(
    "said, message",
    [
        ({"layers": "2"}, "layers: expected 1 to 100, got '2'"),
        ({"directions": 3}, "directions: expected 1 or 2, got 3"),
        ({"lengths": [4, 2.0]}, "lengths: expected whole numbers"),
        ({"lengths": [4, 5]}, "lengths: expected 2 from 1 to 4"),
        ({"lengths": [4]}, "lengths: expected 2 from 1 to 4"),
        ({"cell": "LSTN"}, "no cell 'LSTN'"),
    ],
)
def test_headers_that_lie(said, message):
    with pytest.raises(ValueError, match=message):
        tells({"cell": "LSTM", **said}, vectors.make("LSTM")[1])


def test_the_command(tmp_path, capsys):
    path = tmp_path / "a.json"
    vectors.write(path, *vectors.make("LSTM"))
    assert main(["vectors", "--tells", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("LSTM: all is told apart; 55 ways to misread it change ")
    assert "told: order of the gates: 23 ways to misread" in out
    plain = {n: v.tolist() for n, v in vectors.make("ELMAN", zero_states=True)[1].items()}
    path.write_text(json.dumps(plain), encoding="utf-8")
    assert main(["vectors", "ELMAN", "--tells", str(path)]) == 1
    assert "not told: h_0: zero" in capsys.readouterr().out
    assert main(["vectors", "--tells", str(path)]) == 2  # taken for an LSTM
    assert "no W_fh" in capsys.readouterr().err
