"""Vectors that are otherwise than usual: zeros, float32, lengths, layers, both directions."""

import importlib
import re

import numpy as np
import pytest

from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.interop import vectors
from lstm_ref.interop.vectors import VectorsError
from lstm_ref.learn import sequences
from lstm_ref.learn.layers import BothWays, Stack

EVERYTHING = dict(lengths=[4, 2], layers=2, both_ways=True)


def generated(name):
    return importlib.import_module(f"lstm_ref.generated.{name.lower()}")


def given_to(net, arrays):
    """Arguments of `learn.layers` from a file: params, x, state0, and the errors that enter."""
    params = {n: arrays[n] for n in (*net.SHAPES, *getattr(net, "FIXED", ()))}
    state0 = tuple(arrays[f"{s}_0"] for s in net.STATES)
    ends = (s.rpartition(".") for s in net.STATES)
    last = tuple(arrays[f"{prefix}{dot}e_{s}_T"] for prefix, dot, s in ends)
    return params, arrays["x"], state0, arrays["e"], last


def gradient(name):
    """ "1.W_fx" -> "1.dW_fx"."""
    prefix, dot, own = name.rpartition(".")
    return f"{prefix}{dot}d{own}"


def assert_equal(net, arrays, lengths=None, tol=1e-12):
    """The nets of `learn`, with generated code inside, get the same numbers."""
    params, x, state0, e, last = given_to(net, arrays)
    h, state_T, tape = sequences.run(net, params, x, state0, lengths)
    dparams, dx, dstate0 = sequences.run_backward(net, params, tape, e, last)
    want = {"h": h, "dx": dx, **{gradient(n): value for n, value in dparams.items()}}
    want |= {gradient(f"{s}_0"): v for s, v in zip(net.STATES, dstate0, strict=True)}
    if f"{next(iter(net.STATES))}_T" in arrays:
        want |= {f"{s}_T": v for s, v in zip(net.STATES, state_T, strict=True)}
    for name, value in want.items():
        off = np.max(np.abs(arrays[name] - value)) / np.max(np.abs(value))
        assert off < tol, (name, off)


NETS = {
    "lengths": (dict(lengths=[4, 2]), lambda cell: cell),
    "the other longer": (dict(lengths=[1, 4]), lambda cell: cell),
    "layers": (dict(layers=3), lambda cell: Stack(cell, cell, cell)),
    "both": (dict(both_ways=True), BothWays),
    "both, lengths": (dict(both_ways=True, lengths=[4, 3]), BothWays),
    "everything": (EVERYTHING, lambda cell: Stack(BothWays(cell), BothWays(cell))),
}


@pytest.mark.parametrize("name", ["ELMAN", "LSTM", "GRU_AFTER", "PROJECTION", "ESN"])
@pytest.mark.parametrize("which", NETS)
def test_nets_agree_with_those_of_training(which, name):
    options, made = NETS[which]
    header, arrays = vectors.make(name, seed=3, **options)
    output = catalogue.find(name).output
    assert_equal(made(generated(name)), {**arrays, "h": arrays[output]}, options.get("lengths"))
    assert header["scale"] <= 0.59 and np.all(arrays["x"] != 0)


def test_a_cell_with_several_inputs_and_one_as_wide_as_its_units():
    header, arrays = vectors.make("TLSTM", lengths=[4, 2])
    module = generated("TLSTM")
    names = witnesses.inputs(module)
    assert len(names) > 1
    tensors = {n: arrays[n][:2, :, 1:] for n in names}
    tensors |= {f"{state}_0": arrays[f"{state}_0"][..., 1:] for state in module.STATES}
    params = {n: arrays[n] for n in module.SHAPES}
    errors = tuple(arrays[f"e_{s}_T"][..., 1:] for s in module.STATES)
    problem = {**params, **tensors}, {"dh": arrays["e"][:2, :, 1:], "dstate_T": errors}
    found = witnesses.by_hand(module, *problem)  # the second sequence by itself
    for name in names:
        np.testing.assert_allclose(arrays[f"d{name}"][:2, :, 1:], found[name], rtol=1e-10)
        assert not np.any(arrays[f"d{name}"][2:, :, 1:])
    _, arrays = vectors.make("SRU", layers=2)
    assert arrays["2.W_fx"].shape == (10, 10)
    assert_equal(Stack(generated("SRU"), generated("SRU")), arrays)


def test_after_the_end_of_a_sequence():
    """As PyTorch's packed sequences: outputs are zero, the last state is that at the length."""
    header, arrays = vectors.make("LSTM", **EVERYTHING)
    assert header["lengths"] == [4, 2] and header["layers"] == header["directions"] == 2
    np.testing.assert_array_equal(arrays["mask"], [[1, 1], [1, 1], [1, 0], [1, 0]])
    over_time = [n for n, v in arrays.items() if v.ndim == 3 and n not in ("x", "e")]
    assert len(over_time) == 4 * (4 + 6 + 6) + 2  # nets, signals, error terms; h, dx
    for name in over_time:
        assert not np.any(arrays[name][2:, :, 1]), name
        assert np.all(arrays[name][:2, :, 1]) and np.all(arrays[name][:, :, 0]), name
    assert np.all(arrays["x"]) and np.all(arrays["e"])  # something is there, and counts nothing
    for s in "hc":
        last = arrays[f"2.forward.{s}"]
        np.testing.assert_array_equal(
            arrays[f"2.forward.{s}_T"], np.stack([last[3, :, 0], last[1, :, 1]], axis=1)
        )
        np.testing.assert_array_equal(arrays[f"2.reverse.{s}_T"], arrays[f"2.reverse.{s}"][0])
    both = np.concatenate([arrays["2.forward.h"], arrays["2.reverse.h"]], axis=1)
    np.testing.assert_array_equal(arrays["h"], both)


def test_the_first_layer_forwards_is_what_is_drawn_without_layers():
    _, one = vectors.make("LSTM", scale=0.3)
    _, both = vectors.make("LSTM", both_ways=True, scale=0.3)
    for name in ("W_fx", "b_o", "h_0", "c", "e_c_T", "net_i"):
        np.testing.assert_array_equal(both[f"forward.{name}"], one[name])
    np.testing.assert_array_equal(both["x"], one["x"])
    assert np.all(both["forward.W_fx"] != both["reverse.W_fx"])


def test_error_terms_of_the_reverse_direction_stand_at_their_steps():
    """∂E/∂W_fx of it, summed over steps and samples in the order of time."""
    _, a = vectors.make("LSTM", both_ways=True, lengths=[4, 3])
    for way in ("forward", "reverse"):
        delta = a[f"{way}.delta_f"]
        np.testing.assert_allclose(
            np.einsum("tib,tjb->ij", delta, a["x"]), a[f"{way}.dW_fx"], rtol=1e-11
        )
        h = a[f"{way}.h"]
        before = np.zeros_like(h)
        for b, n in enumerate([4, 3]):
            steps = range(n) if way == "forward" else range(n - 1, -1, -1)
            state = a[f"{way}.h_0"][:, b]
            for t in steps:
                before[t, :, b], state = state, h[t, :, b]
        np.testing.assert_allclose(
            np.einsum("tib,tjb->ij", delta, before), a[f"{way}.dW_fh"], rtol=1e-11
        )


# ---- zeros


@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER"])
def test_zero_states_and_biases(name):
    header, arrays = vectors.make(name, zero_states=True, zero_biases=True)
    cell = catalogue.find(name)
    assert header["zero"] == ["states", "biases"]
    zero = {*(f"{s}_0" for s in cell.states), *(v for v in cell.vectors if v.startswith("b_"))}
    assert {n for n, v in arrays.items() if not np.any(v)} == zero
    some = {n for n, v in arrays.items() if not np.all(v)} - zero
    assert len(some) == 1 and some.pop() in ("delta_f", "delta_r")  # at step 1, beside a state of 0
    assert_equal(generated(name), arrays)
    assert vectors.make(name, zero_states=True)[0]["zero"] == ["states"]
    assert "zero" not in vectors.make(name)[0]


def test_zeros_leave_the_rest_as_it_is_drawn():
    _, usual = vectors.make("VANILLA")
    _, arrays = vectors.make("VANILLA", zero_biases=True, zero_states=True)
    for name in ("W_fx", "w_fc", "x", "e", "e_c_T"):
        np.testing.assert_array_equal(arrays[name], usual[name])


# ---- float32


@pytest.mark.parametrize("name", ["ELMAN", "LSTM", "GRU_BEFORE", "MLSTM"])
def test_float32(name):
    header, arrays = vectors.make(name, float32=True)
    cell, module, tol = catalogue.find(name), generated(name), header["tolerance"]
    assert header["dtype"] == "float32" and 1e-7 < tol < 1e-3
    assert float(f"{tol:.0e}") == tol  # one digit
    fixed = [f"{s}_0" for s in cell.states] + ["e", *(f"e_{s}_T" for s in cell.states)]
    drawn = [*cell.SHAPES, *cell.FIXED, *witnesses.inputs(module), *fixed]
    for key in drawn:
        value = arrays[key]
        np.testing.assert_array_equal(value.astype(np.float32).astype(float), value)
        assert value.dtype == np.float64
    assert_equal(module, {**arrays, "h": arrays[cell.output]})  # in float64, from these inputs
    single = {n: arrays[n].astype(np.float32) for n in drawn}
    with pytest.raises(AssertionError):
        assert_equal(module, {**arrays, **single, "h": arrays[cell.output]}, tol=tol / 1000)
    assert_equal(module, {**arrays, **single, "h": arrays[cell.output]}, tol=tol)


def test_the_tolerance_is_ten_times_the_largest_error():
    header, arrays = vectors.make("LSTM", float32=True)
    from lstm_ref.interop import computed, nets

    net = nets.Net(catalogue.LSTM)
    tensors = {n: arrays[n] for n in (*catalogue.LSTM.SHAPES, "x", "h_0", "c_0")}
    errors = {"e": arrays["e"], "h": arrays["e_h_T"], "c": arrays["e_c_T"]}
    single = dict(computed._computed(net, tensors, errors, np.float32))
    assert all(value.dtype == np.float32 for value in single.values())
    worst = max(np.max(np.abs(single[n] - v)) / np.max(np.abs(v)) for n, v in arrays.items())
    assert 0.5 < 10 * worst / header["tolerance"] <= 1


# ---- header, files, arguments


@pytest.mark.parametrize(
    "options",
    [{}, dict(zero_states=True, float32=True), EVERYTHING, dict(scale=0.5, layouts=["onnx"])],
    ids=["usual", "float32", "everything", "onnx"],
)
@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_files_are_read_back_and_made_again(options, suffix, tmp_path):
    made = vectors.make("GRU_AFTER", T=4, B=2, D=3, H=4, seed=5, **options)
    path = tmp_path / f"a{suffix}"
    vectors.write(path, *made)
    header, arrays = vectors.read(path)
    assert header == made[0] and list(arrays) == list(made[1])
    again = vectors.make(**vectors.again(header))
    assert again[0] == header
    assert all(again[1][n].tobytes() == arrays[n].tobytes() for n in arrays)


def test_a_header_of_old_says_no_scale():
    header, arrays = vectors.make("ELMAN", D=9, H=10, scale=0.8)
    old = {key: value for key, value in header.items() if key not in ("scale", "checksum")}
    assert vectors.make(**vectors.again(old))[1]["h"].tobytes() == arrays["h"].tobytes()


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_the_header_of_every_cell_is_enough(name):
    header, arrays = vectors.make(name, T=2, B=1, D=3, H=4, seed=2)
    again = vectors.make(**vectors.again(header))
    assert again[0]["checksum"] == header["checksum"]


@pytest.mark.parametrize(
    "said, message",
    [
        ({"sizes": [4, 2]}, "header: sizes: expected T, B, D and H, got"),
        ({"zero": "states"}, "header: zero: expected a list, got 'states'"),
        ({"layouts": 5}, "header: layouts: expected a list, got 5"),
        ({"sizes": {"T": "4"}}, "T: expected a whole number"),
        ({"seed": None}, "seed: expected a whole number"),
    ],
)
def test_a_header_that_cannot_be_made_again(said, message):
    with pytest.raises(VectorsError, match=message):
        vectors.make(**vectors.again(said))


def test_c_names_have_no_dots(tmp_path):
    path = tmp_path / "a.h"
    vectors.write(path, *vectors.make("ELMAN", layers=2, layouts=["torch"]))
    names = re.findall(r"static const double (\S+?)\[", path.read_text(encoding="utf-8"))
    assert "elman_2_W_hx" in names and "elman_torch_weight_ih_l0_grad" in names
    assert all(re.fullmatch(r"\w+", name) for name in names) and len(set(names)) == len(names)


@pytest.mark.parametrize(
    "field, value",
    [
        *[("scale", 1), ("dtype", 32), ("tolerance", "1e-6"), ("zero", "states")],
        *[("lengths", 4), ("layers", 2.0), ("directions", True), ("layouts", "torch")],
    ],
)
def test_the_reader_is_strict_about_options_too(field, value, tmp_path):
    header, arrays = vectors.make("ELMAN", T=2, B=1, D=2, H=2)
    vectors.write(tmp_path / "a.json", {**header, field: value}, arrays)
    with pytest.raises(VectorsError, match=f"header: {field} is no "):
        vectors.read(tmp_path / "a.json")


def test_the_reader_checks_shapes_of_parts_and_layouts(tmp_path):
    header, arrays = vectors.make("ELMAN", T=2, B=1, D=2, H=2, both_ways=True, layouts=["torch"])
    for name in ("reverse.dW_hx", "torch.weight_ih_l0.grad"):
        vectors.write(tmp_path / "a.npz", header, {**arrays, name: np.ones((3, 3))})
        with pytest.raises(VectorsError, match=rf"{re.escape(name)}: shape \(3, 3\), that of"):
            vectors.read(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(lengths=[4]), "lengths: expected B = 2 of them, got 1"),
        (dict(lengths=[3, 2]), "lengths: the longest must be T = 4, got 3"),
        (dict(lengths=[4, 0]), "lengths: expected a whole number >= 1, at most 4, got 0"),
        (dict(lengths=[4, 5]), "lengths: expected a whole number >= 1, at most 4, got 5"),
        (dict(lengths=[4, 2.0]), "lengths: expected a whole number >= 1, at most 4, got 2.0"),
        (dict(lengths=4), "lengths: expected B = 2 whole numbers, got 4"),
        (dict(lengths="42"), "lengths: expected B = 2 whole numbers, got '42'"),
        (dict(layers=0), "layers: expected a whole number >= 1, at most 100, got 0"),
        (dict(layers=True), "layers: expected a whole number"),
        (dict(layers=90, H=300), "T, B, D, H: up to .* numbers, more than"),
        (dict(both_ways=1), "both_ways: expected True or False, got 1"),
        (dict(float32="yes"), "float32: expected True or False, got 'yes'"),
        (dict(zero_states=None), "zero_states: expected True or False, got None"),
        (dict(scale=11), "scale: expected a number above 0, at most 10, got 11"),
        (dict(scale=float("nan")), "scale: expected a number above 0, at most 10, got nan"),
        (
            dict(cell="SRU", layers=2, both_ways=True),
            "the input of SRU is not as wide as the layer",
        ),
        (dict(cell="TLSTM", layers=2), "layers: TLSTM has 2 inputs in each step, not 1"),
        (dict(cell="MINLSTM", zero_biases=True), None),
        (dict(cell="LINEAR_ATTENTION", zero_biases=True), "LINEAR_ATTENTION has no biases"),
    ],
)
def test_what_cannot_be_made_is_told(arguments, message):
    arguments = {"cell": "LSTM", **arguments}
    if message is None:
        vectors.make(**arguments)
        return
    with pytest.raises(VectorsError, match=message):
        vectors.make(**arguments)


def test_a_cell_whose_output_is_wider_than_its_input_cannot_be_stacked():
    wide = [n for n, c in catalogue.CELLS.items() if c.letters[c.input] not in "D" and n != "SRU"]
    refused = 0
    for name in wide:
        cell = catalogue.find(name)
        if len(cell.inputs) == 1 and cell.letters[cell.input] != cell.letters[cell.output]:
            with pytest.raises(VectorsError, match="not as wide as the layer below"):
                vectors.make(name, layers=2)
            refused += 1
    assert refused or wide
