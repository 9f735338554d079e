"""Somebody's arrays under other names and in another order are read as what they are."""

import importlib

import numpy as np
import pytest
from diagnosed import GATES, asked, given_to, golden, gradients_of, planted
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_ref.derive import catalogue, table
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.reader import Reader
from lstm_ref.diagnose.reading.names import hints
from lstm_ref.interop import carry, keras_bridge, onnx_bridge, torch_bridge
from lstm_ref.mistakes import known


def stacked(found, order=GATES, what="W_{}x"):
    return np.concatenate([found["d" + what.format(g)] for g in order])


def as_pytorch(found):
    order = "ifco"
    bias = stacked(found, order, "b_{}")[:, 0]
    return {
        "lstm.weight_ih_l0.grad": stacked(found, order),
        "lstm.weight_hh_l0.grad": stacked(found, order, "W_{}h"),
        "lstm.bias_ih_l0.grad": bias,
        "lstm.bias_hh_l0.grad": bias,
        "x.grad": found["dx"].transpose(0, 2, 1),
    }


def as_keras(found):
    order = "ifco"
    return {
        "kernel": stacked(found, order).T,
        "recurrent_kernel": stacked(found, order, "W_{}h").T,
        "bias": stacked(found, order, "b_{}")[:, 0],
        "dx": found["dx"].transpose(2, 0, 1),
    }


def as_onnx(found):
    order = "iofc"
    return {"dW": stacked(found, order)[None], "dR": stacked(found, order, "W_{}h")[None]}


def joined(found):
    pairs = {g: (found[f"dW_{g}h"], found[f"dW_{g}x"]) for g in GATES}
    weights = {f"dW{g}": np.concatenate(pair, axis=1) for g, pair in pairs.items()}
    return weights | {f"db{g}": found[f"db_{g}"][:, 0] for g in GATES} | {"da0": found["dh_0"]}


def in_one(found):
    """As in a well-known gist: bias, x and h in one matrix (1 + D + H, 4H)."""
    rows = [[found[f"db_{g}"], found[f"dW_{g}x"], found[f"dW_{g}h"]] for g in "ifoc"]
    return {"dWLSTM": np.block(rows).T}


LAYOUTS = [as_pytorch, as_keras, as_onnx, joined, in_one]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_layouts(layout):
    report = asked(layout(gradients_of("LSTM")))
    assert report.ok and report.layout and report.unknown == ()
    assert "Only the layout is another one." in report.text
    wrong = asked(layout(planted(known.find("no-carousel"))))
    assert [f.names for f in wrong.mistakes] == [("no-carousel",)] and wrong.layout


def test_layout_is_described():
    text = asked(as_pytorch(gradients_of("LSTM"))).text
    assert "gates stacked in the order i, f, c̃, o" in text and "stored as (T, B, n)" in text
    text = asked({n: v.T for n, v in gradients_of("LSTM").items() if n.startswith("dW")}).text
    assert "transposed" in text and "What is there agrees" in text


def test_gru_of_pytorch():
    found, order = gradients_of("GRU_AFTER"), "rzh"
    hidden = np.concatenate([found["db_r"], found["db_z"], found["db_hh"]])[:, 0]
    arrays = {
        "weight_ih_l0": stacked(found, order),
        "weight_hh_l0": stacked(found, order, "W_{}h"),
        "bias_ih_l0": stacked(found, order, "b_{}")[:, 0],
        "bias_hh_l0": hidden,
    }
    report = asked(arrays, "GRU_AFTER")
    assert report.ok and report.missing == ("dx", "dh_0")


BRIDGES = {
    "torch": torch_bridge.to_torch,
    "keras": keras_bridge.to_keras,
    "onnx": onnx_bridge.to_onnx,
}


def carried(bridge, name, tensors):
    """Tensors of a cell by a bridge to another library, or None."""
    try:
        return BRIDGES[bridge](
            importlib.import_module(f"lstm_ref.generated.{name.lower()}"), tensors
        )
    except carry.NotCarried:
        return None


def through(bridge, name, arrays):
    """Gradients dW_fx, ... as the library has them, under the names of its parameters."""
    parameters = {n[1:]: v for n, v in arrays.items() if n[1] in "Wwb"}
    return carried(bridge, name, parameters)


def start(name):
    """Some parameters of a cell; collecting the tests waits for no derivation."""
    module = importlib.import_module(f"lstm_ref.generated.{name.lower()}")
    further = {k: 3 for k in "GP" if k in "".join(module.SHAPES.values())}
    return module.init(np.random.default_rng(0), D=6, H=6, **further)


CARRIED = [(b, n) for n in catalogue.BOOK for b in BRIDGES if carried(b, n, start(n)) is not None]


def test_bridges_carry_most_cells():
    assert len(CARRIED) > 25 and {"LSTM", "VANILLA", "PROJECTION"} <= {n for _, n in CARRIED}


@pytest.mark.parametrize(("bridge", "name"), CARRIED)
def test_right_gradients_through_every_bridge(bridge, name):
    """Under the bare names and with a mark; nothing is left aside, and a change is seen."""
    found = through(bridge, name, gradients_of(name))
    parameters = {n for n in gradients_of(name) if n[1] in "Wwb"}
    for mark in ("", "d"):
        report = asked({f"{mark}{k}": v for k, v in found.items()}, name)
        assert report.verdict == "agrees" and set(report.agrees) == parameters, report.text
    for key in found:
        wrong = {**found, key: 1.25 * found[key]}
        if np.any(found[key]):  # the second bias is 0
            assert not asked(wrong, name).ok, key


@pytest.mark.parametrize(("bridge", "name"), CARRIED)
def test_parameters_through_every_bridge_are_the_inputs(bridge, name):
    """Beside gradients with a mark they are compared as inputs; of two biases the sum counts."""
    params, right = given_to(name)[0], gradients_of(name)
    theirs = carried(bridge, name, params)
    assert asked({**theirs, "dx": right["dx"]}, name).ok
    key = next(k for k in theirs if "bias" in k or k == "B")
    other = {**theirs, key: 1.5 * theirs[key]}
    assert asked({**other, "dx": right["dx"]}, name).verdict == "inputs"


def test_two_biases_are_added():
    """As parameters, that is; nobody says how they share the sum."""
    theirs = carried("torch", "LSTM", given_to("LSTM")[0])
    theirs["bias_ih_l0"], theirs["bias_hh_l0"] = (
        theirs["bias_ih_l0"] - 0.5,
        theirs["bias_hh_l0"] + 0.5,
    )
    dx = gradients_of("LSTM")["dx"]
    assert asked({**theirs, "dx": dx}).ok
    theirs["bias_hh_l0"] = theirs["bias_hh_l0"] + 0.5
    assert asked({**theirs, "dx": dx}).verdict == "inputs"


def test_rows_of_zeros_must_be_zeros():
    """A coupled cell has no forget gate; what stands in its place must not be left aside."""
    found = through("onnx", "COUPLED", gradients_of("COUPLED"))
    found["W"] = found["W"] + 1e-3 * (found["W"] == 0)
    report = asked(found, "COUPLED")
    assert report.verdict == "partly" and report.unknown == ("W (1, 24, 4)",)
    report = asked({**through("onnx", "LSTM", gradients_of("LSTM")), "P": np.ones((1, 18))})
    assert report.unknown == ("P (1, 18)",) and not report.ok


def test_order_of_the_gates_is_not_asserted_where_nothing_fits():
    """The names imply an order; the numbers may be nearer to another one."""
    rng = np.random.default_rng(0)
    right = gradients_of("LSTM")
    near = {n: v + 0.1 * np.max(abs(v)) * rng.normal(size=v.shape) for n, v in right.items()}
    far = {n: rng.normal(size=v.shape) for n, v in right.items()}
    for found, order, said in (
        (near, "ifco", "i, f, c̃, o"),
        (near, "fico", "f, i, c̃, o"),
        (far, "ocif", "i, f, c̃, o"),
    ):
        arrays = {
            "weight_ih_l0.grad": stacked(found, order),
            "weight_hh_l0.grad": stacked(found, order, "W_{}h"),
        }
        report = asked(arrays)
        (layout,) = report.layout
        assert layout.endswith(f"order of the gates undecided, compared as {said}")
        assert any("store the gates one by one" in hint for hint in report.hints)
    arrays["b_f.grad"] = right["db_f"]
    arrays["weight_ih_l0.grad"] = stacked(right, "ocif")
    assert "gates stacked in the order o, c̃, i, f" in asked(arrays).text


@pytest.mark.parametrize(
    "prefix", ["encoder.lstm.", "rnn.0.", "model.layers.3.", "a/b/", "lstm_1/lstm_cell/"]
)
def test_any_model_may_be_in_front(prefix):
    found = as_pytorch(gradients_of("LSTM"))
    found = {prefix + k.removeprefix("lstm."): v for k, v in found.items() if k != "x.grad"}
    report = asked(found)
    assert report.ok and len(report.agrees) == 12


def test_names_that_are_ours_but_mean_a_stack():
    """W_ih is our weight of i from h, and elsewhere the weights of all gates from the input."""
    found = as_pytorch(gradients_of("LSTM"))
    names = {"dW_ih": "weight_ih", "dW_hh": "weight_hh", "db_ih": "bias_ih", "db_hh": "bias_hh"}
    report = asked({n: found[f"lstm.{k}_l0.grad"] for n, k in names.items()})
    assert report.ok and len(report.agrees) == 12


def test_keras_names():
    found = through("keras", "LSTM", gradients_of("LSTM"))
    assert asked({f"model/lstm/lstm_cell/{k}:0": v for k, v in found.items()}).ok
    assert hints("head.bias", GATES, ["h", "c"]) == []  # of another layer
    assert hints("dense/kernel", GATES, ["h", "c"]) == []


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_layout_of_right_gradients_agrees(data):
    found, order = gradients_of("LSTM"), "".join(data.draw(st.permutations(GATES)))
    turn = data.draw(st.booleans())
    whole = {
        "dW_x": stacked(found, order),
        "dW_h": stacked(found, order, "W_{}h"),
        "db": stacked(found, order, "b_{}"),
    }
    arrays = {n: v.T if turn else v for n, v in whole.items()}
    arrays["dx"] = found["dx"].transpose(data.draw(st.permutations(range(3))))
    kept = data.draw(st.lists(st.sampled_from(list(arrays)), min_size=1, unique=True))
    report = asked({n: arrays[n] for n in kept})
    assert report.ok and set(report.unknown) == set()


# ---- names

MEANT = {
    "dWf": ("weights", "f", ""),
    "dW_fx": ("weights", "f", "x"),
    "dWxf": ("weights", "f", "x"),
    "W_hi.grad": ("weights", "i", "h"),
    "grads/W_c": ("weights", "c", ""),
    "dE_dW_ox": ("weights", "o", "x"),
    "dU_g": ("weights", "c", ""),
    "rnn.weight_hh_l0.grad": ("weights", "", "h"),
    "recurrent_kernel": ("weights", "", "h"),
    "dbc": ("bias", "c", ""),
    "bias_ih_l0": ("bias", "", ""),
    "dp_o": ("peephole", "o", ""),
    "dx": ("input", "", ""),
    "da0": ("state", "", ""),
    "dc_prev": ("state", "", ""),
    "delta_f": ("delta", "f", ""),
    "dgates": ("delta", "", ""),
    "c_tilde": ("value", "c", ""),
}


@pytest.mark.parametrize("key", MEANT)
def test_names(key):
    found = hints(key, GATES, ["h", "c"])
    assert MEANT[key] in [(h.kind, h.gate, h.source) for h in found]
    if key[0] == "d" or "grad" in key:
        assert all(h.gradient for h in found)


@pytest.mark.parametrize("key", ["hello", "", "loss", "W_y", "dWy", "d", "_", "..", "é"])
def test_unknown_names(key):
    assert hints(key, GATES, ["h", "c"]) == []


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20))
def test_any_name_is_read_or_not(key):
    assert isinstance(hints(key, GATES, ["h", "c"]), list)


def test_names_without_a_mark():
    """Parameters, unless the numbers say that they are the gradients."""
    bare = {n[1:]: v for n, v in gradients_of("LSTM").items() if n[1] in "Wb"}
    report = asked(bare)
    assert report.ok and "dW_fx" in report.agrees
    params = given_to("LSTM")[0]
    report = asked({**params, "dW_fx": gradients_of("LSTM")["dW_fx"]})
    assert report.ok and list(report.agrees) == ["dW_fx"]
    other = {n: 1.1 * v for n, v in params.items()}
    assert asked({**other, "dW_fx": gradients_of("LSTM")["dW_fx"]}).verdict == "inputs"
    wrong = {n[1:]: v for n, v in planted(known.find("no-carousel")).items() if n[1] in "Wb"}
    assert asked(wrong).mistakes[0].names == ("no-carousel",)


def test_gates_on_an_axis_of_their_own():
    """(4, H, D), as some libraries store them."""
    found = gradients_of("LSTM")
    report = asked({"dW_x": np.stack([found[f"dW_{g}x"] for g in "ifco"])})
    assert report.ok and "gates stacked in the order i, f, c̃, o" in report.text


def test_one_square_matrix_transposed():
    found = gradients_of("LSTM")
    report = asked({**found, "dW_fh": found["dW_fh"].T})
    assert not report.ok and list(report.differs) == ["dW_fh"]
    assert "∂E/∂W_fh is transposed." in report.text


def test_square_matrices_are_transposed_like_the_others():
    """Even where their numbers match nothing."""
    found = {n: v.T for n, v in gradients_of("LSTM").items() if n.startswith("dW_f")}
    rng = np.random.default_rng(0)
    report = asked({**found, "dW_fh": found["dW_fh"] + rng.normal(size=(6, 6))})
    assert report.verdict == "unknown" and report.layout == ("dW_fh, dW_fx: transposed",)


def test_other_conventions():
    right = golden("LSTM")[1]
    slope = right["f"] * (1 - right["f"])
    report = asked({"delta_f": right["delta_f"] / slope})
    assert "the slope f_t ⊙ (1 − f_t)" in report.text or "before the slope" in report.text
    report = asked({"dx": right["dx"][::-1], "dW_fx": right["dW_fx"]})
    assert "∂E/∂x runs backwards in time." in report.text


def test_values_with_the_initial_state_in_front():
    right = golden("LSTM")[1]
    with_start = np.concatenate([right["h_0"][None], right["h"]])
    report = asked({"h": with_start, "dx": right["dx"]})
    assert report.ok and "with a slot 0" in report.text


def test_two_biases_that_differ():
    """Both have the same gradient; the worse of two arrays counts."""
    arrays = as_pytorch(gradients_of("LSTM"))
    arrays["lstm.bias_hh_l0.grad"] = 2 * arrays["lstm.bias_hh_l0.grad"]
    report = asked(arrays)
    assert report.mistakes[0].names == ("bias-twice",)


def test_summed_biases():
    found = gradients_of("LSTM")
    report = asked({n: 2 * v if n.startswith("db") else v for n, v in found.items()})
    assert report.mistakes[0].names == ("bias-twice",)


def test_file_in_fortran_order():
    found = {n: np.asfortranarray(v) for n, v in gradients_of("LSTM").items()}
    assert asked(found).ok and asked(found).layout == ()


def test_explanations_with_a_copy_are_compared_on_other_numbers():
    """There a copy is one of the gradient that the explanation itself gives."""
    reader = Reader(table.of_catalogue("LSTM"), golden("LSTM")[1])
    copy, other = (Edit(("result", "db_i"), "copy", other=f"db_{g}") for g in "fo")
    assert reader.same((copy,), (copy,)) and not reader.same((copy,), (other,))
