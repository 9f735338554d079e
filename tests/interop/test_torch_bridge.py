"""The bridge to PyTorch, arrays only; against PyTorch itself: test_torch.py."""

import importlib
import os
from pathlib import Path

import numpy as np
import pytest
from bridged import (
    BY_HAND,
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
    stranger,
)
from hypothesis import given
from hypothesis import strategies as st

import lstm_ref.cells
import lstm_ref.generated
from lstm_ref.cells import elman, gru_after, irnn, lstm, stacked
from lstm_ref.cells.resolve import resolve
from lstm_ref.derive import catalogue
from lstm_ref.interop import carry, torch_bridge

CARRIED = ["ELMAN", "IRNN", "LSTM", "NP", "GRU_AFTER", "GRU_AFTER_Z_WRITES", "PROJECTION"]
layers = st.one_of(st.none(), st.integers(0, 12))


@cells(CARRIED)
@given(sizes, dtypes, layers, st.booleans(), st.sampled_from(["", "encoder.rnn."]))
def test_from_here_to_torch_and_back_every_bit_is_kept(cell, DH, dtype, layer, reverse, prefix):
    where = dict(layer=layer, reverse=reverse and layer is not None, prefix=prefix)
    params = parameters(cell, *DH, dtype)
    there = torch_bridge.to_torch(cell, params, **where)
    assert_own(there, params, dtype)
    back = torch_bridge.from_torch(cell, there, **where)
    assert_own(back, there, dtype)
    assert_same_bits(back, {name: params[name] for name in cell.SHAPES})


@cells(CARRIED)
@given(sizes, dtypes)
def test_from_torch_and_back_the_sum_of_the_biases_is_kept(cell, DH, dtype):
    there = torch_bridge.to_torch(cell, parameters(cell, *DH, dtype))
    rng = np.random.default_rng(1)
    for name in ("bias_ih_l0", "bias_hh_l0"):
        there[name] = rng.normal(size=there[name].shape).astype(dtype)
    again = torch_bridge.to_torch(cell, torch_bridge.from_torch(cell, there))
    biases = [d.pop("bias_ih_l0") + d.pop("bias_hh_l0") for d in (there, again)]
    np.testing.assert_array_equal(*biases)
    assert_same_bits(again, there)


def test_the_layout_written_out():
    """One unit, one input: where each number goes, typed by hand."""

    def one(numbers):
        return {name: np.full((1, 1), float(value)) for name, value in numbers.items()}

    params = one(dict(W_fx=1, W_ix=2, W_cx=3, W_ox=4, W_fh=5, W_ih=6, W_ch=7, W_oh=8))
    params |= one(dict(b_f=9, b_i=10, b_c=11, b_o=12))
    there = torch_bridge.to_torch(lstm, params, layer=1, reverse=True)
    assert {name: value.ravel().tolist() for name, value in there.items()} == {
        "weight_ih_l1_reverse": [2, 1, 3, 4],
        "weight_hh_l1_reverse": [6, 5, 7, 8],
        "bias_ih_l1_reverse": [10, 9, 11, 12],
        "bias_hh_l1_reverse": [0, 0, 0, 0],
    }
    params = one(dict(W_zx=1, W_rx=2, W_hx=3, W_zh=4, W_rh=5, W_hh=6))
    params |= one(dict(b_z=7, b_r=8, b_h=9, b_hh=10))
    there = torch_bridge.to_torch(gru_after, params, layer=None)
    assert {name: value.ravel().tolist() for name, value in there.items()} == {
        "weight_ih": [2, 1, 3],
        "weight_hh": [5, 4, 6],
        "bias_ih": [8, 7, 9],
        "bias_hh": [0, 0, 10],
    }


def test_the_nonlinearity_is_that_of_the_cell():
    """The weights of nn.RNN are the same with tanh and relu: relu must not be read as tanh."""
    params = parameters(elman)
    there = torch_bridge.to_torch(elman, params)
    for cell, own, other in ((elman, "tanh", "relu"), (irnn, "relu", "tanh")):
        assert_same_bits(torch_bridge.from_torch(cell, there, nonlinearity=own), params)
        means = rf"nonlinearity, as given,='{other}', and {cell.NAME} needs '{own}': another model"
        with pytest.raises(torch_bridge.NotCarried, match=means + ".*is the cell"):
            torch_bridge.from_torch(cell, there, nonlinearity=other)
        for about in ({"nonlinearity": other}, {"nonlinearity": own, "a.nonlinearity": other}):
            named = {f"a.{key}": value for key, value in there.items()}
            with pytest.raises(torch_bridge.NotCarried, match="nonlinearity, of the file,="):
                torch_bridge.from_torch(cell, torch_bridge.Tensors(named, about), prefix="a.")
        model = Module(named, {"a": Module({}, {}, nonlinearity=other)})
        with pytest.raises(torch_bridge.NotCarried, match="nonlinearity, of the module,="):
            torch_bridge.from_torch(cell, model, prefix="a.")
        assert_same_bits(torch_bridge.from_torch(cell, Module(there, {}, nonlinearity=own)), params)
    _, options = torch_bridge.layer(irnn, params)
    assert options["nonlinearity"] == "relu"
    with pytest.raises(ValueError, match="nonlinearity: nn.LSTM has none, got 'tanh'"):
        torch_bridge.from_torch(
            lstm, torch_bridge.to_torch(lstm, parameters(lstm)), nonlinearity="tanh"
        )


class Module:
    """What the bridge needs of a torch.nn.Module: its tensors, and modules inside."""

    def __init__(self, state_dict, inside, **options):
        self.state_dict = lambda: state_dict
        vars(self).update(inside | options)


def g2p_like():
    """Names and shapes of the npz that g2p-en stores, with other numbers, and smaller."""
    rng = np.random.default_rng(0)
    H, E = 4, 3
    shapes = {"emb": (6, E), "w_ih": (3 * H, E), "w_hh": (3 * H, H)}
    shapes |= {"b_ih": (3 * H,), "b_hh": (3 * H,)}
    found = {f"{p}_{n}": shape for p in ("enc", "dec") for n, shape in shapes.items()}
    found |= {"fc_w": (5, H), "fc_b": (5,)}
    return {key: rng.normal(size=shape).astype(np.float32) for key, shape in found.items()}


def g2p_step(there, prefix, x, h):
    """One step as g2p-en writes it, samples as rows."""
    rzn_ih = x @ there[f"{prefix}_w_ih"].T + there[f"{prefix}_b_ih"]
    rzn_hh = h @ there[f"{prefix}_w_hh"].T + there[f"{prefix}_b_hh"]
    (r_ih, z_ih, n_ih), (r_hh, z_hh, n_hh) = np.split(rzn_ih, 3, 1), np.split(rzn_hh, 3, 1)
    r, z = 1 / (1 + np.exp(-(r_ih + r_hh))), 1 / (1 + np.exp(-(z_ih + z_hh)))
    return (1 - z) * np.tanh(n_ih + r * n_hh) + z * h


@pytest.mark.parametrize("prefix", ["enc", "dec"])
def test_a_model_by_short_names_is_read_from_its_npz(tmp_path, prefix):
    np.savez(tmp_path / "checkpoint.npz", **g2p_like())
    with np.load(tmp_path / "checkpoint.npz") as there:
        params = torch_bridge.from_torch(gru_after, there, layer=None, prefix=f"{prefix}_")
        x = there[f"{prefix}_emb"][[[0, 3], [5, 1], [2, 2]]]  # T, B, E
        h = np.zeros((2, 4), np.float32)
        for step in x:
            h = g2p_step(there, prefix, step, h)
    ours, _, _ = gru_after.forward(params, carry.columns(x))
    np.testing.assert_allclose(ours[-1].T, h, atol=1e-6)


def test_all_layers_are_the_parameters_of_a_network():
    """Where only the first layer is read, h has the shape of all of them."""
    dicts = {(k, way): parameters(lstm, seed=2 * k + way) for k in (0, 1) for way in (0, 1)}

    def there(*chosen):
        parts = [torch_bridge.to_torch(lstm, dicts[k, way], k, bool(way)) for k, way in chosen]
        return {name: value for part in parts[::-1] for name, value in part.items()}

    words = ("forward", "reverse")
    want = {f"{k + 1}.{words[w]}.{n}": v for (k, w), d in dicts.items() for n, v in d.items()}
    assert_same_bits(torch_bridge.layers_from_torch(lstm, there(*dicts)), want)
    one = torch_bridge.layers_from_torch(lstm, there((0, 0)))
    assert_same_bits(one, dicts[0, 0])
    both = torch_bridge.layers_from_torch(lstm, there((0, 0), (0, 1)))
    want = {f"{words[w]}.{n}": v for w in (0, 1) for n, v in dicts[0, w].items()}
    assert_same_bits(both, want)
    stacked = torch_bridge.layers_from_torch(lstm, there((0, 0), (1, 0)))
    assert_same_bits(stacked, {f"{k + 1}.{n}": v for k in (0, 1) for n, v in dicts[k, 0].items()})
    with pytest.raises(ValueError, match="expected layers _l0; layers there: _l1"):
        torch_bridge.layers_from_torch(lstm, there((1, 0)))
    with pytest.raises(ValueError, match="_l0, _l0_reverse, _l1, _l1_reverse; layers there: _l0, "):
        torch_bridge.layers_from_torch(lstm, there((0, 0), (0, 1), (1, 0)))
    with pytest.raises(ValueError, match="_l0 at least; .*give its prefix: ''"):
        torch_bridge.layers_from_torch(lstm, there((0, 0)), prefix="rnn.")


HINTS = [
    (dict(prefix="rnn"), r"unknown rnn.weight_ih_l0; .*give its prefix: 'dec.', 'rnn.'"),
    (dict(), r"unknown rnn.weight_ih_l0; .*give its prefix: 'dec.', 'rnn.'"),
    (dict(prefix="run."), r"missing run.weight_hh_l0, .*give its prefix: 'dec.', 'rnn.'"),
    (dict(prefix="rnn.", bias=False), "unknown rnn.bias_ih_l0.*the layer has biases: without"),
    (dict(prefix="rnn.", layer=2), "missing .*weight_hh_l2.*layers there: _l0, _l1_reverse"),
    (dict(prefix="dec."), "missing dec.weight_hh_l0.*single cell: layer=None"),
    (dict(prefix="dec.", layer=None), "missing dec.bias_ih, dec.bias_hh;.*none: bias=False"),
]


@pytest.mark.parametrize("options, message", HINTS, ids=[message for _, message in HINTS])
def test_what_is_meant_is_said(options, message):
    params = parameters(lstm)
    there = torch_bridge.to_torch(lstm, params, prefix="rnn.")
    there |= torch_bridge.to_torch(lstm, params, 1, True, prefix="rnn.")
    there |= {"dec.w_ih": there["rnn.weight_ih_l0"], "dec.w_hh": there["rnn.weight_hh_l0"]}
    with pytest.raises(ValueError, match=message):
        torch_bridge.from_torch(lstm, there, **options)


def test_other_layers_are_named():
    projection = GENERATED["PROJECTION"]
    there = torch_bridge.to_torch(projection, parameters(projection))
    with pytest.raises(ValueError, match="unknown weight_hr_l0.*is the cell PROJECTION"):
        torch_bridge.from_torch(lstm, there)
    with pytest.raises(ValueError, match="missing weight_hr_l0.*the layer has no projection"):
        torch_bridge.from_torch(projection, torch_bridge.to_torch(lstm, parameters(lstm)))
    there = torch_bridge.to_torch(gru_after, parameters(gru_after))
    with pytest.raises(ValueError, match=r"weight_hh_l0: .*; 3 H are the gates of a GRU"):
        torch_bridge.from_torch(lstm, there)
    with pytest.raises(ValueError, match=r"weight_hh_l0: .*; 3 H are the gates of a GRU"):
        torch_bridge.from_torch(elman, there)
    twice = there | {"w_ih_l0": there["weight_ih_l0"]}
    with pytest.raises(ValueError, match="weight_ih_l0 and w_ih_l0: expected one of them"):
        torch_bridge.from_torch(gru_after, twice)
    more = {f"a.{key}": value for key, value in there.items()} | {"a.peephole": np.ones(4)}
    with pytest.raises(ValueError, match="unknown a.peephole; no tensor of a recurrent layer"):
        torch_bridge.from_torch(gru_after, more, prefix="a.")


@pytest.mark.parametrize(
    "kind", [np.ma.MaskedArray, np.matrix, np.recarray], ids=lambda kind: kind.__name__
)
def test_arrays_that_compute_otherwise_are_refused(kind):
    there = torch_bridge.to_torch(gru_after, parameters(gru_after))
    there["weight_hh_l0"] = there["weight_hh_l0"].view(kind)
    with pytest.raises(TypeError, match="weight_hh_l0: expected a NumPy array"):
        torch_bridge.from_torch(gru_after, there)


def test_two_biases_are_added_but_inside_the_reset_gate():
    there = torch_bridge.to_torch(gru_after, parameters(gru_after, H=2))
    there["bias_ih_l0"], there["bias_hh_l0"] = np.arange(6.0), 10 * np.arange(6.0)
    params = torch_bridge.from_torch(gru_after, there)
    assert {name: params[name].ravel().tolist() for name in ("b_r", "b_z", "b_h", "b_hh")} == {
        "b_r": [0, 11],
        "b_z": [22, 33],
        "b_h": [4, 5],
        "b_hh": [40, 50],
    }


def test_several_layers_are_one_dict():
    first, second = parameters(lstm, seed=1), parameters(lstm, D=8, seed=2)
    there = torch_bridge.to_torch(lstm, first) | torch_bridge.to_torch(lstm, second, layer=1)
    there |= torch_bridge.to_torch(lstm, second, reverse=True)
    assert len(there) == 12
    assert_same_bits(torch_bridge.from_torch(lstm, there), first)
    assert_same_bits(torch_bridge.from_torch(lstm, there, layer=1), second)
    assert_same_bits(torch_bridge.from_torch(lstm, there, reverse=True), second)
    with pytest.raises(ValueError, match="missing weight_hh_l2"):
        torch_bridge.from_torch(lstm, there, layer=2)


def test_without_biases():
    params = parameters(lstm)
    with pytest.raises(ValueError, match=r"bias: PyTorch's layer without a bias needs"):
        torch_bridge.to_torch(lstm, params, bias=False)
    params |= {name: np.zeros((4, 1)) for name in params if name.startswith("b_")}
    there = torch_bridge.to_torch(lstm, params, bias=False)
    assert list(there) == ["weight_ih_l0", "weight_hh_l0"]
    assert_same_bits(torch_bridge.from_torch(lstm, there, bias=False), params)
    with pytest.raises(ValueError, match="missing bias_ih_l0"):
        torch_bridge.from_torch(lstm, there)


REASONS = {
    "VANILLA": "peepholes w_fc",
    "CIFG": "peepholes w_fc.*forget gate is 1 - i",
    "COUPLED": "forget gate is 1 - i",
    "NIG": "no input gate",
    "LSTM_1997": "no forget gate",
    "NOG": "no output gate",
    "NIAF": "candidate has no tanh",
    "NOAF": "output has no tanh",
    "FGR": "gates one step back",
    "BLOCK": "share gates in blocks",
    "GRU_BEFORE": "before the recurrent product",
    "GRU_BEFORE_Z_WRITES": "before the recurrent product",
    "MGU": "one gate",
    "SRU": "no SRU layer",
}


@pytest.mark.parametrize("name", [name for name in GENERATED if name not in CARRIED])
def test_a_cell_without_a_place_is_refused_with_the_reason(name):
    cell = GENERATED[name]
    params = parameters(cell, D=4 if name == "SRU" else 3)
    for call in (torch_bridge.to_torch, torch_bridge.from_torch, torch_bridge.layer):
        with pytest.raises(torch_bridge.NotCarried, match=REASONS.get(name, "peepholes")) as info:
            call(cell, params)
        assert "PyTorch" in str(info.value) and name in str(info.value)


def test_cells_that_are_none_or_others():
    params = parameters(lstm)
    with pytest.raises(ValueError, match="PyTorch and MINE: not a cell of the book"):
        torch_bridge.to_torch(stranger(NAME="MINE"), params)
    with pytest.raises(ValueError, match="has this name, but other parameters"):
        torch_bridge.to_torch(stranger(SHAPES={"W_fx": "HD"}), params)
    with pytest.raises(TypeError, match="cell: expected a module"):
        torch_bridge.to_torch("LSTM", params)


def broken(**changes):
    """A state dict with changes; None takes the tensor out."""
    there = torch_bridge.to_torch(lstm, parameters(lstm)) | changes
    return {name: value for name, value in there.items() if value is not None}


WRONG = np.full((16, 3), np.nan)
BAD = [
    (broken(weight_ih_l0=None), ValueError, "missing weight_ih_l0"),
    (broken(weight_hr_l0=np.ones((2, 4))), ValueError, "unknown weight_hr_l0"),
    (broken(**{"fc.weight": np.ones(2)}), ValueError, "unknown fc.weight.*prefix"),
    (
        broken(weight_ih_l0=np.ones((12, 3))),
        ValueError,
        r"weight_ih_l0: expected shape \(4H, D\) = \(16, 3\), got \(12, 3\)",
    ),
    (
        broken(weight_hh_l0=np.ones((12, 4))),
        ValueError,
        r"weight_hh_l0: expected shape \(4H, H\) = \(16, 4\), got \(12, 4\)",
    ),
    (
        broken(bias_hh_l0=np.ones((16, 1))),
        ValueError,
        r"bias_hh_l0: expected shape \(4H\), got \(16, 1\)",
    ),
    (broken(weight_ih_l0=np.ones((16, 0))), ValueError, "weight_ih_l0: D must be at least 1"),
    (broken(weight_ih_l0=WRONG), ValueError, r"weight_ih_l0: .*got nan at \[0, 0\]"),
    (broken(bias_ih_l0=np.ones(16, np.float32)), TypeError, "bias_ih_l0: .*float64.*float32"),
    (broken(bias_ih_l0=np.ones(16, np.int64)), TypeError, "bias_ih_l0: .*int64"),
    (broken(weight_hh_l0=np.ones((16, 4), complex)), TypeError, "weight_hh_l0: .*complex128"),
    (broken(bias_ih_l0=[1.0] * 16), TypeError, "bias_ih_l0: expected a NumPy array.*list"),
    ([1, 2], TypeError, "state_dict: expected a dict .*list"),
]


@pytest.mark.parametrize("state_dict, error, message", BAD, ids=[message for *_, message in BAD])
def test_a_bad_state_dict_is_refused_by_the_tensors_name(state_dict, error, message):
    with pytest.raises(error, match=message):
        torch_bridge.from_torch(lstm, state_dict)


def test_bad_arguments():
    params = parameters(lstm)
    for layer in (-1, 1.0, True, "0"):
        with pytest.raises(ValueError, match="layer: expected a whole number"):
            torch_bridge.to_torch(lstm, params, layer=layer)
    with pytest.raises(ValueError, match="reverse: .*one direction"):
        torch_bridge.to_torch(lstm, params, layer=None, reverse=True)
    with pytest.raises(ValueError, match="missing b_f"):
        torch_bridge.to_torch(lstm, {k: v for k, v in params.items() if k != "b_f"})
    with pytest.raises(TypeError, match="params: .*complex128"):
        torch_bridge.to_torch(lstm, {k: v.astype(complex) for k, v in params.items()})


def test_a_sum_that_overflows_is_refused():
    there = torch_bridge.to_torch(lstm, parameters(lstm, dtype=np.float32))
    big = np.full(16, 3e38, np.float32)
    with pytest.raises(ValueError, match=r'params\["b_.*got inf'):
        torch_bridge.from_torch(lstm, there | {"bias_ih_l0": big, "bias_hh_l0": big})


def test_the_layer_to_build():
    assert torch_bridge.layer(elman, parameters(elman)) == (
        "RNN",
        {"input_size": 3, "hidden_size": 4},
    )
    cell = GENERATED["PROJECTION"]
    rng = np.random.default_rng(0)
    params = cell.init(rng, 3, 4, P=2)
    options = {"input_size": 3, "hidden_size": 4, "proj_size": 2}
    assert torch_bridge.layer(cell, params) == ("LSTM", options)
    with pytest.raises(ValueError, match="proj_size below hidden_size, got P = 4, H = 4"):
        torch_bridge.layer(cell, cell.init(rng, 3, 4, P=4))


@given(st.integers(1, 3), sizes)
def test_states_go_there_and_come_back(L, BH):
    rng = np.random.default_rng(0)
    states = [tuple(rng.normal(size=BH[::-1]) for _ in "hc") for _ in range(L)]
    h, c = torch_bridge.state_to_torch(lstm, *states)
    assert h.shape == (L, *BH)
    for k, state in enumerate(states):
        np.testing.assert_array_equal(c[k], state[1].T)
        np.testing.assert_array_equal(torch_bridge.state_from_torch(lstm, (h, c), k), state)
    only = torch_bridge.state_to_torch(elman, *[state[:1] for state in states])
    np.testing.assert_array_equal(only, h)
    np.testing.assert_array_equal(torch_bridge.state_from_torch(elman, only, 0)[0], states[0][0])


def test_bad_states():
    h = np.ones((1, 2, 3))
    with pytest.raises(ValueError, match=r"hx: h: expected shape \(L, B, H\), got \(2, 3\)"):
        torch_bridge.state_from_torch(lstm, (h[0], h[0]))
    with pytest.raises(ValueError, match="index: expected 0 to 0, got 1"):
        torch_bridge.state_from_torch(lstm, (h, h), 1)
    with pytest.raises(TypeError, match=r"hx: expected a tuple \(h, c\)"):
        torch_bridge.state_from_torch(lstm, h)
    with pytest.raises(TypeError, match=r"states\[0\]: expected a tuple \(h, c\)"):
        torch_bridge.state_to_torch(lstm, (h[0],))
    with pytest.raises(TypeError, match="states: .*got none"):
        torch_bridge.state_to_torch(lstm)


@pytest.mark.parametrize("batch_first", [False, True])
def test_sequences_turn_and_come_back(batch_first):
    x = np.random.default_rng(0).normal(size=(5, 2, 3))  # T, D, B
    there = carry.rows(x, batch_first)
    assert there.shape == ((3, 5, 2) if batch_first else (5, 3, 2))
    at = (2, 4, 1) if batch_first else (4, 2, 1)
    assert there[at] == x[4, 1, 2]
    np.testing.assert_array_equal(carry.columns(there, batch_first), x)
    with pytest.raises(ValueError, match=r"x: expected an array \(T, n, B\), got shape \(2, 3\)"):
        carry.rows(x[0])


@pytest.mark.parametrize("T, D, B", [(1, 1, 1), (1, 4, 3), (5, 1, 1), (5, 4, 3)])
def test_what_has_turned_is_a_copy(T, D, B):
    """PyTorch's from_numpy shares memory: a change there must not change ours."""
    x = np.ones((T, D, B))
    for batch_first in (False, True):
        there = carry.rows(x, batch_first)
        back = carry.columns(there, batch_first)
        assert not np.shares_memory(x, there) and not np.shares_memory(there, back)
        assert there.flags.c_contiguous and back.flags.c_contiguous
    state = (x[0], x[0])
    there = carry.state_rows(lstm, state)
    back = carry.state_columns(lstm, there)
    for ours, turned, ours_again in zip(state, there, back, strict=True):
        assert not np.shares_memory(ours, turned) and not np.shares_memory(turned, ours_again)
        assert turned.flags.c_contiguous and ours_again.flags.c_contiguous


def test_every_cell_of_the_chapters_is_known_here():
    assert set(carry.KINDS) == {*catalogue.BOOK, "IRNN"}


def test_cells_by_hand_have_the_parameters_of_their_twins():
    folder = Path(lstm_ref.cells.__file__).parent
    found = {importlib.import_module(f"lstm_ref.cells.{path.stem}") for path in folder.glob("*.py")}
    assert {cell for cell in found if hasattr(cell, "SHAPES")} == {*BY_HAND, irnn}  # no twin
    for cell in BY_HAND:
        assert GENERATED[cell.NAME].SHAPES == cell.SHAPES
    plain = {resolve(name) for name in (*GENERATED, "IRNN")} - {*GENERATED.values()}
    assert plain == {*BY_HAND, irnn} - {stacked} and len({c.NAME for c in plain}) == len(plain)


@given(st.data())
def test_whatever_comes_in_is_refused_or_right(data):
    there = torch_bridge.to_torch(gru_after, parameters(gru_after))
    refused_or_right(torch_bridge.from_torch, gru_after, data.draw(strange(there)))


def test_import_loads_numpy_only():
    assert_loads_only_numpy("torch_bridge")


def test_weights_by_file(tmp_path):
    pytest.importorskip("safetensors")
    params = parameters(lstm, dtype=np.float32)
    path = tmp_path / "lstm.safetensors"
    there = torch_bridge.to_torch(lstm, params, prefix="a.")
    torch_bridge.write_safetensors(path, there | {"b": np.ones(3, np.float16)})
    assert [p.name for p in tmp_path.iterdir()] == ["lstm.safetensors"]
    found = torch_bridge.read_safetensors(path, prefix="a.")
    assert_same_bits(torch_bridge.from_torch(lstm, found, prefix="a."), params)
    with pytest.raises(ValueError, match="lstm.safetensors: b: expected F32 or F64, got F16"):
        torch_bridge.read_safetensors(path)
    with pytest.raises(ValueError, match="bytes, more than max_bytes = 100"):
        torch_bridge.read_safetensors(path, max_bytes=100)
    for damaged in (path.read_bytes()[:-1], b"", b"\x80\x04\x95", b"\xff" * 100):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="lstm.safetensors: not a safetensors file"):
            torch_bridge.read_safetensors(path)
    with pytest.raises(FileNotFoundError):
        torch_bridge.read_safetensors(tmp_path / "none")


def test_a_file_says_its_nonlinearity(tmp_path):
    pytest.importorskip("safetensors")
    params = parameters(irnn, dtype=np.float32)
    path = tmp_path / "rnn.safetensors"
    there = torch_bridge.to_torch(irnn, params)
    torch_bridge.write_safetensors(path, there, {"nonlinearity": "relu"})
    found = torch_bridge.read_safetensors(path)
    assert found.about["nonlinearity"] == "relu"
    assert_same_bits(torch_bridge.from_torch(irnn, found), params)
    with pytest.raises(torch_bridge.NotCarried, match="of the file,='relu', and ELMAN needs"):
        torch_bridge.from_torch(elman, found)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_damaged_bytes_are_refused_or_read(tmp_path_factory, noise, place, byte):
    pytest.importorskip("safetensors")
    path = tmp_path_factory.mktemp("fuzz") / "x.safetensors"
    torch_bridge.write_safetensors(path, torch_bridge.to_torch(lstm, parameters(lstm, 1, 1)))
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    for content in (bytes(data), bytes(data) + noise, noise, bytes(data[:place])):
        path.write_bytes(content)
        try:
            found = torch_bridge.read_safetensors(path)
        except ValueError as error:
            assert "x.safetensors" in str(error)
        else:
            assert all(value.dtype in (np.float32, np.float64) for value in found.values())


def test_an_unfinished_file_is_not_left_behind(tmp_path, monkeypatch):
    pytest.importorskip("safetensors")
    path = tmp_path / "x.safetensors"
    torch_bridge.write_safetensors(path, {"a": np.ones(2)})

    def fail(*_):
        raise OSError("disk")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk"):
        torch_bridge.write_safetensors(path, {"a": np.zeros(2)})
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == ["x.safetensors"]
    assert torch_bridge.read_safetensors(path)["a"].tolist() == [1, 1]


def test_without_the_package_the_error_says_so(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    with pytest.raises(ImportError, match=r"pip install 'lstm_ref\[interop\]'"):
        torch_bridge.read_safetensors(tmp_path / "x")
