"""The bridge to ONNX, arrays and attributes only; against ONNX Runtime: test_onnx.py."""

import numpy as np
import pytest
from bridged import (
    GENERATED,
    assert_loads_only_numpy,
    assert_own,
    assert_same_bits,
    cells,
    dtypes,
    parameters,
    refused_or_right,
    sizes,
    strange,
)
from hypothesis import given
from hypothesis import strategies as st

from lstm_ref.cells import elman, gru_after, gru_before, irnn, lstm
from lstm_ref.interop import keras_bridge, onnx_bridge

REASONS = {
    "NIG": "no input gate",
    "NFG": "no forget gate",
    "NOG": "no output gate",
    "LSTM_1997": "no forget gate",
    "FGR": "gates one step back",
    "BLOCK": "share gates in blocks",
    "PROJECTION": "W_hm",
    "MGU": "one gate",
    "SRU": "no SRU layer",
}
CARRIED = ["IRNN", *(name for name in GENERATED if name not in REASONS)]


@cells(CARRIED)
@given(sizes, dtypes)
def test_from_here_to_onnx_and_back_every_bit_is_kept(cell, DH, dtype):
    params = parameters(cell, *DH, dtype)
    there = onnx_bridge.to_onnx(cell, params)
    assert_own(there, params, dtype)
    _, attributes = onnx_bridge.layer(cell, params)
    for given_attributes in (None, attributes):
        back = onnx_bridge.from_onnx(cell, there, given_attributes)
        assert_own(back, there, dtype)
        assert_same_bits(back, {name: params[name] for name in cell.SHAPES})


@cells(CARRIED)
@given(sizes, dtypes)
def test_from_onnx_and_back_the_sum_of_the_biases_is_kept(cell, DH, dtype):
    there = onnx_bridge.to_onnx(cell, parameters(cell, *DH, dtype))
    B = np.random.default_rng(1).normal(size=there["B"].shape).astype(dtype)
    again = onnx_bridge.to_onnx(cell, onnx_bridge.from_onnx(cell, there | {"B": B}))
    outer, inner = np.split(B[0], 2)
    got_outer, got_inner = np.split(again.pop("B")[0], 2)
    read = np.ones(len(outer), bool)
    if "b_f" not in cell.SHAPES and "b_i" in cell.SHAPES:  # coupled: rows of f are not read
        H = DH[1]
        read[2 * H : 3 * H] = False
    np.testing.assert_array_equal((got_outer + got_inner)[read], (outer + inner)[read])
    del there["B"]
    assert_same_bits(again, there)


def one(numbers):
    return {name: np.full((1, 1), float(value)) for name, value in numbers.items()}


def test_the_layout_written_out():
    """One unit, one input: where each number goes, typed by hand."""
    params = one(dict(W_fx=1, W_ix=2, W_cx=3, W_ox=4, W_fh=5, W_ih=6, W_ch=7, W_oh=8))
    params |= one(dict(b_f=9, b_i=10, b_c=11, b_o=12, w_fc=13, w_ic=14, w_oc=15))
    there = onnx_bridge.to_onnx(GENERATED["VANILLA"], params)
    assert {name: (value.shape, value.ravel().tolist()) for name, value in there.items()} == {
        "W": ((1, 4, 1), [2, 4, 1, 3]),
        "R": ((1, 4, 1), [6, 8, 5, 7]),
        "B": ((1, 8), [10, 12, 9, 11, 0, 0, 0, 0]),
        "P": ((1, 3), [14, 15, 13]),
    }
    params = one(dict(W_zx=1, W_rx=2, W_hx=3, W_zh=4, W_rh=5, W_hh=6))
    params |= one(dict(b_z=7, b_r=8, b_h=9, b_hh=10))
    there = onnx_bridge.to_onnx(gru_after, params)
    assert there["W"].ravel().tolist() == [1, 2, 3]
    assert there["B"].ravel().tolist() == [7, 8, 9, 0, 0, 10]
    turned = onnx_bridge.to_onnx(GENERATED["GRU_AFTER_Z_WRITES"], params)
    assert turned["W"].ravel().tolist() == [-1, 2, 3]
    assert turned["B"].ravel().tolist() == [-7, 8, 9, 0, 0, 10]


def test_the_operator_to_build():
    def built(name):
        return onnx_bridge.layer(GENERATED[name], parameters(GENERATED[name]))

    assert built("ELMAN") == ("RNN", {"hidden_size": 4})
    assert built("VANILLA") == ("LSTM", {"hidden_size": 4})
    assert built("CIFG") == ("LSTM", {"hidden_size": 4, "input_forget": 1})
    assert built("GRU_BEFORE") == ("GRU", {"hidden_size": 4})
    assert built("GRU_AFTER") == ("GRU", {"hidden_size": 4, "linear_before_reset": 1})
    _, attributes = built("NIAF")
    assert attributes["activations"] == ["Sigmoid", "Affine", "Tanh"]
    _, attributes = built("NOAF")
    assert attributes["activations"] == ["Sigmoid", "Tanh", "Affine"]


@pytest.mark.parametrize("name", REASONS)
def test_a_cell_without_a_place_is_refused_with_the_reason(name):
    cell = GENERATED[name]
    params = parameters(cell, D=4 if name == "SRU" else 3)
    for call in (onnx_bridge.to_onnx, onnx_bridge.from_onnx, onnx_bridge.layer):
        with pytest.raises(onnx_bridge.NotCarried, match=REASONS[name]) as info:
            call(cell, params)
        assert "ONNX" in str(info.value) and name in str(info.value)


OTHER_MODELS = [
    (gru_before, {"linear_before_reset": 1}, "linear_before_reset=1, and GRU_BEFORE needs 0"),
    (gru_after, {"linear_before_reset": 0}, "linear_before_reset=0, and GRU_AFTER needs 1"),
    (gru_after, {"hidden_size": 4}, "GRU_AFTER needs linear_before_reset=1, got none"),
    (lstm, {"input_forget": 1}, "input_forget=1, and LSTM needs 0"),
    (GENERATED["COUPLED"], {"hidden_size": 4}, "COUPLED needs input_forget=1, got none"),
    (gru_after, {}, "GRU_AFTER needs linear_before_reset=1, got none"),
    (GENERATED["COUPLED"], {}, "COUPLED needs input_forget=1, got none"),
    (GENERATED["NIAF"], {}, "NIAF needs activations=.*Affine.*got none"),
    (irnn, {}, r"IRNN needs activations=\['Relu'\], got none"),
    (elman, {"activations": [b"Relu"]}, "activations=.*Relu.*with relu is the cell IRNN"),
    (lstm, {"clip": 3.0}, "clip=3.0, and LSTM needs None"),
    (lstm, {"activations": [b"Sigmoid", b"Relu", b"Tanh"]}, "activations=.*Relu"),
    (GENERATED["NOAF"], {"hidden_size": 4}, "NOAF needs activation"),
    (
        GENERATED["NOAF"],
        {"activations": ["sigmoid", "tanh", "affine"], "activation_alpha": []},
        r"NOAF needs activation_alpha=\[1.0\], got \[\]",
    ),
    (
        GENERATED["NIAF"],  # one per function, or one for each that takes one: it is not the same
        {
            "activations": ["Sigmoid", "Affine", "Tanh"],
            "activation_alpha": [0.0, 1.0, 0.0],
            "activation_beta": [0.0],
        },
        r"activation_alpha=\[0.0, 1.0, 0.0\], and NIAF needs \[1.0\]",
    ),
    (
        GENERATED["NIAF"],
        {
            "activations": ["Sigmoid", "Affine", "Tanh"],
            "activation_alpha": [1.0, 5.0, 1.0],
            "activation_beta": [0.0],
        },
        r"activation_alpha=\[1.0, 5.0, 1.0\], and NIAF needs \[1.0\]",
    ),
    (lstm, {"hidden_size": 5}, "hidden_size=5, and LSTM needs 4"),
]


@pytest.mark.parametrize(
    "cell, attributes, message", OTHER_MODELS, ids=[message for *_, message in OTHER_MODELS]
)
def test_attributes_of_another_model_are_refused(cell, attributes, message):
    there = onnx_bridge.to_onnx(cell, parameters(cell))
    with pytest.raises(onnx_bridge.NotCarried, match=message):
        onnx_bridge.from_onnx(cell, there, attributes)


def test_attributes_that_say_the_defaults_are_accepted():
    params = parameters(lstm)
    attributes = {"direction": b"forward", "input_forget": 0, "layout": 1, "hidden_size": 4}
    attributes["activations"] = [b"Sigmoid", b"Tanh", b"Tanh"]
    there = onnx_bridge.to_onnx(lstm, params)
    assert_same_bits(onnx_bridge.from_onnx(lstm, there, attributes), params)
    assert_same_bits(onnx_bridge.from_onnx(lstm, there, {}), params)
    small = {"activations": ["sigmoid", "tanh", "TANH"], "activation_alpha": [0.3]}
    for more in ({"activation_alpha": []}, small, {"activation_beta": [0.5, 0.5]}):
        assert_same_bits(onnx_bridge.from_onnx(lstm, there, attributes | more), params)
    with pytest.raises(ValueError, match="ONNX: unknown attribute colour"):
        onnx_bridge.from_onnx(lstm, there, {"colour": 1})


BAD_ATTRIBUTES = [
    ({"direction": "both"}, ValueError, "direction: expected forward, reverse, .* got 'both'"),
    ({"layout": np.ones((2, 2))}, ValueError, r"layout: expected 0 or 1, got \[\[1.0, 1.0\]"),
    ({"layout": 2}, ValueError, "layout: expected 0 or 1, got 2"),
    ({"activations": "Tanh"}, TypeError, "activations: expected a list of names, got 'Tanh'"),
    ({"activations": ["Sigmoid"]}, ValueError, "activations: expected 3 names, got 1"),
    ({"direction": "bidirectional"}, ValueError, r"R: expected shape \(2, 4H, H\) = \(2, 16, 4\)"),
    ([1], TypeError, "attributes: expected a dict, name -> value, or None, got list"),
]


@pytest.mark.parametrize(
    "attributes, error, message", BAD_ATTRIBUTES, ids=[message for *_, message in BAD_ATTRIBUTES]
)
def test_bad_attributes_are_refused_by_name(attributes, error, message):
    there = onnx_bridge.to_onnx(lstm, parameters(lstm))
    with pytest.raises(error, match=message):
        onnx_bridge.from_onnx(lstm, there, attributes)


def test_a_layer_of_another_kind_is_named():
    there = onnx_bridge.to_onnx(gru_before, parameters(gru_before))
    with pytest.raises(ValueError, match=r"R: expected .*got \(1, 12, 4\); 3 H are .* of a GRU"):
        onnx_bridge.from_onnx(lstm, there)


def both_ways(cell):
    pairs = (("forward", 1), ("reverse", 2))
    return {f"{way}.{n}": v for way, k in pairs for n, v in parameters(cell, seed=k).items()}


@cells(CARRIED)
def test_a_bidirectional_node_is_both_ways(cell):
    params = both_ways(cell)
    there = onnx_bridge.to_onnx(cell, params)
    assert {value.shape[0] for value in there.values()} == {2}
    _, attributes = onnx_bridge.layer(cell, params)
    assert attributes["direction"] == "bidirectional"
    ordered = {f"{way}.{name}": None for way in ("forward", "reverse") for name in cell.SHAPES}
    for said in (None, attributes):
        back = onnx_bridge.from_onnx(cell, there, said)
        assert_same_bits(back, {name: params[name] for name in ordered})
        for way in ("forward", "reverse"):
            one = onnx_bridge.from_onnx(cell, there, said, direction=way)
            assert_same_bits(one, {name: params[f"{way}.{name}"] for name in cell.SHAPES})


def test_a_node_that_reads_backwards_is_not_read_as_one_that_reads_forwards():
    params = parameters(lstm)
    there = onnx_bridge.to_onnx(lstm, params)
    backwards = onnx_bridge.from_onnx(lstm, there, {"direction": b"reverse"})
    with pytest.raises(ValueError, match="params: missing"):
        lstm.forward(backwards, np.ones((2, 3, 1)))
    assert_same_bits(backwards, {f"reverse.{name}": value for name, value in params.items()})
    said = {"direction": "reverse"}
    assert_same_bits(onnx_bridge.from_onnx(lstm, there, said, direction="reverse"), params)
    with pytest.raises(ValueError, match="direction: expected reverse or None, got 'forward'"):
        onnx_bridge.from_onnx(lstm, there, said, direction="forward")
    with pytest.raises(ValueError, match=r"direction: expected reverse or None, got \{\}"):
        onnx_bridge.from_onnx(lstm, there, said, direction={})


def test_directions_of_other_widths_or_names():
    params = both_ways(lstm)
    wide = {f"reverse.{name}": value for name, value in parameters(lstm, H=5).items()}
    with pytest.raises(onnx_bridge.NotCarried, match="both directions have as many units"):
        onnx_bridge.layer(lstm, params | wide)
    with pytest.raises(ValueError, match="params: W_fx: expected names that begin with forward"):
        onnx_bridge.to_onnx(lstm, params | parameters(lstm))


def test_peepholes_must_have_a_place():
    vanilla, some = GENERATED["VANILLA"], GENERATED["PEEPHOLE_FO"]
    there = onnx_bridge.to_onnx(vanilla, parameters(vanilla))
    for cell in (lstm, some):
        with pytest.raises(onnx_bridge.NotCarried, match=r"P has weights at w_ic, and"):
            onnx_bridge.from_onnx(cell, there)
    coupled = GENERATED["COUPLED"]  # only the peephole of the gate that is not read may be there
    some = onnx_bridge.to_onnx(coupled, parameters(coupled)) | {"P": np.eye(1, 12)}
    with pytest.raises(onnx_bridge.NotCarried, match=r"P has weights at w_ic, and COUPLED"):
        onnx_bridge.from_onnx(coupled, some)
    onnx_bridge.from_onnx(coupled, some | {"P": np.eye(1, 12, 8)})
    there["P"] = np.zeros_like(there["P"])
    assert "w_ic" not in onnx_bridge.from_onnx(lstm, there)
    del there["P"]
    assert not np.any(onnx_bridge.from_onnx(vanilla, there)["w_fc"])


def broken(**changes):
    there = onnx_bridge.to_onnx(lstm, parameters(lstm)) | changes
    return {name: value for name, value in there.items() if value is not None}


BAD = [
    (broken(W=None), ValueError, "ONNX: missing W"),
    (broken(X=np.ones(3)), ValueError, "ONNX: unknown X"),
    (
        broken(W=np.ones((1, 3, 16))),
        ValueError,
        r"W: expected shape \(1, 4H, D\) = \(1, 16, 16\), got \(1, 3, 16\)",
    ),
    (
        broken(R=np.ones((2, 16, 4))),
        ValueError,
        r"R: expected shape \(1, 4H, H\) = \(1, 16, 4\), got \(2, 16, 4\)",
    ),
    (
        broken(B=np.ones((1, 16))),
        ValueError,
        r"B: expected shape \(1, 8H\) = \(1, 32\), got \(1, 16\)",
    ),
    (broken(P=np.ones(12)), ValueError, r"P: expected shape \(1, 3H\), got \(12,\)"),
    (broken(B=np.full((1, 32), np.nan)), ValueError, r"B: expected finite.*\[0, 0\]"),
    (broken(B=np.ones((1, 32), np.float32)), TypeError, "B: expected float64.*float32"),
    (3, TypeError, "ONNX: expected a dict of arrays, got int"),
]


@pytest.mark.parametrize("found, error, message", BAD, ids=[message for *_, message in BAD])
def test_bad_arrays_are_refused_by_name(found, error, message):
    with pytest.raises(error, match=message):
        onnx_bridge.from_onnx(lstm, found)


@given(sizes)
def test_states_go_there_and_come_back(BH):
    rng = np.random.default_rng(0)
    state = tuple(rng.normal(size=BH[::-1]) for _ in "hc")
    there = onnx_bridge.state_to_onnx(lstm, state)
    assert list(there) == ["initial_h", "initial_c"]
    assert there["initial_c"].shape == (1, *BH)
    np.testing.assert_array_equal(there["initial_c"][0], state[1].T)
    np.testing.assert_array_equal(onnx_bridge.state_from_onnx(lstm, there.values()), state)
    assert list(onnx_bridge.state_to_onnx(elman, state[:1])) == ["initial_h"]


def test_bad_states():
    with pytest.raises(ValueError, match=r"Y_h: expected shape \(1 or 2, B, H\), got \(2, 3\)"):
        onnx_bridge.state_from_onnx(lstm, [np.ones((2, 3))] * 2)
    with pytest.raises(TypeError, match=r"values: expected a tuple \(h, c\)"):
        onnx_bridge.state_from_onnx(lstm, [np.ones((1, 2, 3))])


@pytest.mark.parametrize("layout", [0, 1])
def test_states_and_outputs_of_both_directions(layout):
    rng = np.random.default_rng(0)
    state = tuple(rng.normal(size=(4, 3)) for _ in range(4))
    there = onnx_bridge.state_to_onnx(lstm, state, layout)
    assert there["initial_c"].shape == ((3, 2, 4) if layout else (2, 3, 4))
    np.testing.assert_array_equal(np.take(there["initial_c"], 1, layout), state[3].T)
    back = onnx_bridge.state_from_onnx(lstm, there.values(), layout)
    np.testing.assert_array_equal(back, state)
    h = rng.normal(size=(5, 8, 3))  # T, 2 H, B
    Y = np.moveaxis(h.reshape(5, 2, 4, 3), -1, 0 if layout else 2)
    np.testing.assert_array_equal(onnx_bridge.outputs_from_onnx(Y, layout), h)
    with pytest.raises(ValueError, match=r"Y: expected shape \(.*directions.*\), got \(5, 8, 3\)"):
        onnx_bridge.outputs_from_onnx(h, layout)
    one_and_two = [np.ones((1, 2, 3)), np.ones((2, 2, 3))]
    with pytest.raises(ValueError, match=r"layout: expected 0 or 1, got array\(\[\[1., 1.\]"):
        onnx_bridge.outputs_from_onnx(h, np.ones((2, 2)))
    with pytest.raises(ValueError, match="values: expected as many directions in each"):
        onnx_bridge.state_from_onnx(lstm, one_and_two)


@given(st.data())
def test_whatever_comes_in_is_refused_or_right(data):
    there = onnx_bridge.to_onnx(lstm, parameters(lstm))
    refused_or_right(onnx_bridge.from_onnx, lstm, data.draw(strange(there)))


def test_import_loads_numpy_only():
    assert_loads_only_numpy("onnx_bridge")


@pytest.mark.parametrize(
    "values",
    [[], 3.0, np.ones((1, 1, 2, 3)), [np.ma.ones((1, 2, 3))]],
    ids=["none", "a number", "an array", "a mask"],
)
def test_a_state_that_is_none_is_refused(values):
    """Of no arrays it was the state of no layer, and a mask was read through."""
    with pytest.raises(TypeError, match=r"^values: (h: )?expected a"):
        onnx_bridge.state_from_onnx(elman, values)
    with pytest.raises(TypeError, match=r"^states: (h: )?expected a"):
        keras_bridge.state_from_keras(elman, values)
