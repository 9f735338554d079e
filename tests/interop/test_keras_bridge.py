"""The bridge to Keras: arrays, its documented equations, and Keras itself where it is installed.

`make test-torch` runs this file in an environment with Keras on PyTorch.
"""

import os

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
    scale_of,
    sizes,
    strange,
)
from hypothesis import given
from hypothesis import strategies as st

from lstm_ref.cells import elman, gru_after, gru_before, irnn, lstm
from lstm_ref.check import witnesses
from lstm_ref.interop import carry, keras_bridge
from lstm_ref.learn.layers import BothWays

CARRIED = ["ELMAN", "IRNN", "LSTM", "NP", "GRU_BEFORE", "GRU_AFTER"]
CARRIED += ["GRU_BEFORE_Z_WRITES", "GRU_AFTER_Z_WRITES"]


@cells(CARRIED)
@given(sizes, dtypes)
def test_from_here_to_keras_and_back_every_bit_is_kept(cell, DH, dtype):
    params = parameters(cell, *DH, dtype)
    there = keras_bridge.to_keras(cell, params)
    assert list(there) == ["kernel", "recurrent_kernel", "bias"]
    assert_own(there, params, dtype)
    for weights in (there, list(there.values()), tuple(there.values())):
        back = keras_bridge.from_keras(cell, weights)
        assert_own(back, there, dtype)
        assert_same_bits(back, {name: params[name] for name in cell.SHAPES})


@cells(CARRIED)
@given(sizes, dtypes)
def test_from_keras_and_back_the_sum_of_the_biases_is_kept(cell, DH, dtype):
    there = keras_bridge.to_keras(cell, parameters(cell, *DH, dtype))
    there["bias"] = np.random.default_rng(1).normal(size=there["bias"].shape).astype(dtype)
    again = keras_bridge.to_keras(cell, keras_bridge.from_keras(cell, there))
    if there["bias"].ndim == 2:
        biases = [d.pop("bias").sum(axis=0) for d in (there, again)]
        np.testing.assert_array_equal(*biases)
    assert_same_bits(again, there)


def test_the_layout_written_out():
    """One unit, one input: where each number goes, typed by hand."""

    def one(numbers):
        return {name: np.full((1, 1), float(value)) for name, value in numbers.items()}

    params = one(dict(W_fx=1, W_ix=2, W_cx=3, W_ox=4, W_fh=5, W_ih=6, W_ch=7, W_oh=8))
    params |= one(dict(b_f=9, b_i=10, b_c=11, b_o=12))
    there = keras_bridge.to_keras(lstm, params)
    assert {name: value.tolist() for name, value in there.items()} == {
        "kernel": [[2, 1, 3, 4]],
        "recurrent_kernel": [[6, 5, 7, 8]],
        "bias": [10, 9, 11, 12],
    }
    params = one(dict(W_zx=1, W_rx=2, W_hx=3, W_zh=4, W_rh=5, W_hh=6, b_z=7, b_r=8, b_h=9))
    there = keras_bridge.to_keras(gru_before, params)
    assert {name: value.tolist() for name, value in there.items()} == {
        "kernel": [[1, 2, 3]],
        "recurrent_kernel": [[4, 5, 6]],
        "bias": [7, 8, 9],
    }
    there = keras_bridge.to_keras(gru_after, params | one(dict(b_hh=10)))
    assert there["bias"].tolist() == [[7, 8, 9], [0, 0, 10]]


def by_equations(kind, options, weights, x, state):
    """Keras' layers from their documentation, rows and all: x (B, T, D), states (B, H)."""
    kernel, recurrent, bias = weights
    H = options["units"]
    h, c = state[0], state[-1]
    sequence = []

    def squash(a):
        return 1 / (1 + np.exp(-a))

    for t in range(x.shape[1]):
        u, v = x[:, t] @ kernel, h @ recurrent
        if kind == "SimpleRNN":
            squashing = options.get("activation", "tanh")
            h = np.maximum(u + v + bias, 0) if squashing == "relu" else np.tanh(u + v + bias)
        elif kind == "LSTM":
            i, f, new, o = np.split(u + v + bias, 4, axis=1)
            c = squash(f) * c + squash(i) * np.tanh(new)
            h = squash(o) * np.tanh(c)
        else:
            outer, inner = bias if options["reset_after"] else (bias, 0 * bias)
            u, v = u + outer, v + inner
            z, r = squash(u + v)[:, :H], squash(u + v)[:, H : 2 * H]
            if options["reset_after"]:
                new = np.tanh(u[:, 2 * H :] + r * v[:, 2 * H :])
            else:
                new = np.tanh(u[:, 2 * H :] + (r * h) @ recurrent[:, 2 * H :])
            h = z * h + (1 - z) * new
        sequence.append(h)
    return np.stack(sequence, axis=1), [h, c][: len(state)]


def by_keras(kind, options, weights, x, state):
    """The layer itself. Outside TensorFlow it multiplies in float32, whatever its dtype."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed: see `make test-torch`")
    layer = getattr(keras.layers, kind)(
        **options, return_sequences=True, return_state=True, dtype=str(x.dtype)
    )
    layer.build(x.shape)
    layer.set_weights(list(weights))
    state = [keras.ops.convert_to_tensor(s) for s in state]
    y, *last = layer(keras.ops.convert_to_tensor(x), initial_state=state)
    return keras.ops.convert_to_numpy(y), [keras.ops.convert_to_numpy(s) for s in last]


# Of Keras' own: it hands PyTorch's tensors to NumPy 2.
keras_speaks = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@keras_speaks
@pytest.mark.parametrize(
    "witness, dtype, atol", [(by_equations, np.float64, 1e-13), (by_keras, np.float32, 3e-6)]
)
@pytest.mark.parametrize("T, B, D, H", [(1, 1, 1, 1), (5, 3, 4, 6), (20, 2, 3, 8)])
@cells(CARRIED)
def test_the_forward_agrees(witness, dtype, atol, cell, T, B, D, H):
    rng = np.random.default_rng(T)
    scale = scale_of(cell)
    tensors, _ = witnesses.problem(cell, rng, T=T, B=B, D=D, H=H, dtype=dtype, scale=scale)
    params, x, state0 = witnesses.split(cell, tensors)
    h, state_T, _ = cell.forward(params, x, state0)
    kind, options = keras_bridge.layer(cell, params)
    weights = keras_bridge.to_keras(cell, params).values()
    rows = carry.rows(x, batch_first=True)
    y, last = witness(kind, options, weights, rows, keras_bridge.state_to_keras(cell, state0))
    np.testing.assert_allclose(carry.columns(y, batch_first=True), h, atol=atol)
    for got, want in zip(keras_bridge.state_from_keras(cell, last), state_T, strict=True):
        np.testing.assert_allclose(got, want, atol=atol)


@keras_speaks
@pytest.mark.parametrize("cell", [elman, lstm, gru_before, gru_after], ids=lambda c: c.__name__)
def test_the_defaults_of_keras(cell):
    """The forget gate's bias starts at 1, every other bias at 0; both biases of the GRU exist."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed: see `make test-torch`")
    kind, options = keras_bridge.layer(cell, parameters(cell))
    layer = getattr(keras.layers, kind)(**options)
    layer.build((2, 5, 3))
    params = keras_bridge.from_keras(cell, layer.get_weights())
    for name, value in params.items():
        if name.startswith("b_"):
            assert np.all(value == (name == "b_f")), name
    assert keras.layers.GRU(4).reset_after


REASONS = {"VANILLA": "peepholes", "COUPLED": "1 - i", "PROJECTION": "W_hm", "SRU": "no SRU layer"}


@pytest.mark.parametrize("name", [name for name in GENERATED if name not in CARRIED])
def test_a_cell_without_a_place_is_refused_with_the_reason(name):
    cell = GENERATED[name]
    params = parameters(cell, D=4 if name == "SRU" else 3)
    for call in (keras_bridge.to_keras, keras_bridge.from_keras, keras_bridge.layer):
        with pytest.raises(keras_bridge.NotCarried, match=REASONS.get(name, "Keras's")) as info:
            call(cell, params)
        assert "Keras" in str(info.value) and name in str(info.value)


def test_the_two_grus_are_told_apart():
    before = keras_bridge.to_keras(gru_before, parameters(gru_before))
    after = keras_bridge.to_keras(gru_after, parameters(gru_after))
    with pytest.raises(ValueError, match=r"bias of shape \(2, 12\) .*reset_after=True.*GRU_BEFORE"):
        keras_bridge.from_keras(gru_before, after)
    with pytest.raises(ValueError, match=r"bias of shape \(12,\) .*reset_after=False.*GRU_AFTER"):
        keras_bridge.from_keras(gru_after, list(before.values()))


BOTH = ["forward", "reverse"]


def both_ways(cell):
    """Our parameters of a Bidirectional, and Keras' arrays of each of its layers."""
    dicts = {way: parameters(cell, seed=seed) for seed, way in enumerate(BOTH)}
    params = {f"{way}.{n}": dicts[way][n] for way in BOTH for n in cell.SHAPES}
    return params, {way: keras_bridge.to_keras(cell, own) for way, own in dicts.items()}


KERAS2 = "bidirectional_1/{}_lstm_1/lstm_cell_3/{}:0"
KERAS3 = "layers/bidirectional/{}_layer/cell/vars/{}"


@pytest.mark.parametrize("cell", [lstm, gru_before, gru_after], ids=lambda c: c.__name__)
def test_the_arrays_of_a_bidirectional_are_both_ways(cell):
    params, there = both_ways(cell)
    listed = [value for way in BOTH for value in there[way].values()]
    numbers = {"kernel": 0, "recurrent_kernel": 1, "bias": 2}
    named, numbered = {}, {}
    for way, word in (("reverse", "backward"), ("forward", "forward")):
        named |= {KERAS2.format(word, name): value for name, value in there[way].items()}
        numbered |= {KERAS3.format(word, numbers[n]): v for n, v in there[way].items()}
    for weights in (listed, named, numbered):
        assert_same_bits(keras_bridge.from_keras(cell, weights), params)
    only = {key: value for key, value in named.items() if "backward" in key}
    backwards = keras_bridge.from_keras(cell, only)
    assert all(name.startswith("reverse.") for name in backwards)  # no cell runs it forwards


@pytest.mark.parametrize(
    "keys",
    [
        ("0", "1", "2"),
        ("kernel:0", "recurrent_kernel:0", "bias:0"),
        ("lstm/lstm_cell/kernel:0", "lstm/lstm_cell/recurrent_kernel:0", "lstm/lstm_cell/bias:0"),
        ("layers/lstm/cell/vars/0", "layers/lstm/cell/vars/1", "layers/lstm/cell/vars/2"),
    ],
    ids=lambda keys: keys[0],
)
def test_names_of_kerases_files(keys):
    params = parameters(lstm)
    there = keras_bridge.to_keras(lstm, params)
    named = dict(zip(keys, there.values(), strict=True))
    assert_same_bits(keras_bridge.from_keras(lstm, dict(reversed(named.items()))), params)
    with pytest.raises(ValueError, match="Keras: .* are both kernel; expected those of one layer"):
        keras_bridge.from_keras(lstm, named | {"dense/kernel:0": np.ones((4, 2))})
    with pytest.raises(ValueError, match="Keras: unknown .* beside a Bidirectional's arrays"):
        keras_bridge.from_keras(lstm, named | {"forward_lstm/kernel:0": np.ones((4, 2))})


def by_cudnn(gates, kernel, recurrent, bias, x):
    """CuDNN's LSTM or GRU, outputs (B, T, H). Keras gives it the flat numbers of each block.

    CuDNN takes them for an untransposed matrix, row after row.
    """
    D, H = len(kernel), len(recurrent)
    W = [np.ravel(block).reshape(H, D) for block in np.split(kernel, gates, axis=1)]
    R = [np.ravel(block).reshape(H, H) for block in np.split(recurrent, gates, axis=1)]
    b_W, b_R = bias.reshape(2, gates, H)
    h = c = np.zeros((len(x), H))
    sequence = []
    for t in range(x.shape[1]):
        u = [x[:, t] @ w.T + b for w, b in zip(W, b_W, strict=True)]
        v = [h @ r.T + b for r, b in zip(R, b_R, strict=True)]
        if gates == 4:
            i, f, o = (1 / (1 + np.exp(-u[k] - v[k])) for k in (0, 1, 3))
            c = f * c + i * np.tanh(u[2] + v[2])
            h = o * np.tanh(c)
        else:
            z, r = (1 / (1 + np.exp(-u[k] - v[k])) for k in (0, 1))
            h = z * h + (1 - z) * np.tanh(u[2] + r * v[2])
        sequence.append(h)
    return np.stack(sequence, axis=1)


@pytest.mark.parametrize("cell, gates", [(lstm, 4), (gru_after, 3)], ids=["LSTM", "GRU"])
def test_the_layers_of_cudnn(cell, gates):
    D, H = 3, 4
    rng = np.random.default_rng(0)
    shapes = [(D, gates * H), (H, gates * H), (2 * gates * H,)]
    weights = [rng.normal(size=shape) for shape in shapes]
    x = rng.normal(size=(5, D, 2))
    h, _, _ = cell.forward(keras_bridge.from_keras(cell, weights), x)
    there = by_cudnn(gates, *weights, carry.rows(x, batch_first=True))
    np.testing.assert_allclose(h, carry.columns(there, batch_first=True), atol=1e-14)
    both = keras_bridge.from_keras(cell, weights + weights)
    assert len(both) == 2 * len(cell.SHAPES)
    if gates == 3:
        with pytest.raises(ValueError, match=r"\(24,\) is that of CuDNNGRU, .*reset_after=True"):
            keras_bridge.from_keras(gru_before, weights)


def layer_config(**changes):
    return dict(activation="tanh", recurrent_activation="sigmoid", use_bias=True) | changes


CONFIGS = [
    (lstm, dict(recurrent_activation="hard_sigmoid"), "'hard_sigmoid', and LSTM .*Keras 2 and"),
    (lstm, dict(activation="relu"), "activation='relu', and LSTM needs 'tanh': another model"),
    (gru_after, dict(reset_after=False), "reset_after=False, and GRU_AFTER needs True"),
    (gru_before, dict(reset_after=True), "reset_after=True, and GRU_BEFORE needs False"),
    (elman, dict(activation="relu"), "'relu', and ELMAN needs 'tanh': .* is the cell IRNN"),
    (irnn, dict(activation="tanh"), "'tanh', and IRNN needs 'relu': .* is the cell ELMAN"),
    (lstm, dict(go_backwards=True), r"go_backwards=True, and LSTM reads forwards: .*x\[::-1\]"),
]


@pytest.mark.parametrize("cell, changes, message", CONFIGS, ids=[m for *_, m in CONFIGS])
def test_the_config_of_another_model_is_refused(cell, changes, message):
    there = keras_bridge.to_keras(cell, parameters(cell))
    config = layer_config(**changes)
    stored = {"class_name": "LSTM", "config": config}
    both = {"layer": stored, "merge_mode": "concat"}
    layer = Layer(list(there.values()), config)
    sources = [(there, config), (there, stored), (there, both), (layer, None)]
    for weights, said in sources:
        with pytest.raises(keras_bridge.NotCarried, match=message):
            keras_bridge.from_keras(cell, weights, config=said)


class Layer:
    """What the bridge needs of a layer of Keras."""

    def __init__(self, weights, config):
        self.get_weights, self.get_config = lambda: weights, lambda: config


def test_the_config_of_the_cell_is_accepted():
    params = parameters(lstm)
    there = keras_bridge.to_keras(lstm, params)
    stored = {"class_name": "function", "config": "tanh"}
    for config in (layer_config(), layer_config(activation=stored), {}, None):
        assert_same_bits(keras_bridge.from_keras(lstm, there, config=config), params)
    del there["bias"]
    params |= {name: np.zeros((4, 1)) for name in params if name.startswith("b_")}
    config = layer_config(use_bias=False)
    assert_same_bits(keras_bridge.from_keras(lstm, there, config=config), params)
    both, there = both_ways(lstm)
    listed = [value for way in BOTH for value in there[way].values()]
    backward = layer_config(go_backwards=True)
    config = {"layer": {"config": layer_config()}, "backward_layer": {"config": backward}}
    assert_same_bits(keras_bridge.from_keras(lstm, listed, config=config), both)
    with pytest.raises(keras_bridge.NotCarried, match="merge_mode='sum', and LSTM needs 'concat'"):
        keras_bridge.from_keras(lstm, listed, config=config | {"merge_mode": "sum"})
    for key in ("use_bias", "go_backwards"):
        with pytest.raises(TypeError, match=f"config: {key}: expected True or False, got 'no'"):
            keras_bridge.from_keras(lstm, there["forward"], config=layer_config(**{key: "no"}))
    with pytest.raises(TypeError, match="config: expected a dict, as get_config gives, got str"):
        keras_bridge.from_keras(lstm, listed, config="LSTM")


def test_relu_is_the_cell_irnn():
    assert keras_bridge.layer(irnn, parameters(irnn)) == (
        "SimpleRNN",
        {"units": 4, "activation": "relu"},
    )


@keras_speaks
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_a_bidirectional_of_keras(name):
    """The layer itself, with its own start values, gives what both directions here give."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed: see `make test-torch`")
    options = {"activation": "relu"} if name == "SimpleRNN" else {}
    inside = getattr(keras.layers, name)(4, return_sequences=True, **options)
    layer = keras.layers.Bidirectional(inside)
    x = np.random.default_rng(0).normal(size=(5, 3, 2)).astype(np.float32)
    rows = carry.rows(x, batch_first=True)
    y = keras.ops.convert_to_numpy(layer(keras.ops.convert_to_tensor(rows)))
    cell = {"LSTM": lstm, "GRU": gru_after, "SimpleRNN": irnn}[name]
    h, _, _ = BothWays(cell).forward(keras_bridge.from_keras(cell, layer), x)
    np.testing.assert_allclose(carry.columns(y, batch_first=True), h, atol=3e-6)
    if name == "SimpleRNN":
        with pytest.raises(keras_bridge.NotCarried, match="'relu', and ELMAN needs 'tanh'"):
            keras_bridge.from_keras(elman, layer)


@pytest.mark.parametrize("cell", [lstm, gru_before, gru_after], ids=lambda c: c.__name__)
def test_without_biases(cell):
    params = parameters(cell)
    with pytest.raises(ValueError, match="bias: Keras's layer without a bias needs"):
        keras_bridge.to_keras(cell, params, bias=False)
    params |= {name: np.zeros((4, 1)) for name in params if name.startswith("b_")}
    there = keras_bridge.to_keras(cell, params, bias=False)
    assert list(there) == ["kernel", "recurrent_kernel"]
    for weights in (there, list(there.values())):
        assert_same_bits(keras_bridge.from_keras(cell, weights, bias=False), params)


def broken(**changes):
    there = keras_bridge.to_keras(lstm, parameters(lstm)) | changes
    return {name: value for name, value in there.items() if value is not None}


BAD = [
    (broken(bias=None), ValueError, "Keras: missing bias"),
    (broken(bias=None), ValueError, "missing bias; .*use_bias=False has none: bias=False"),
    (
        list(broken(bias=None).values()),
        ValueError,
        "expected 3 arrays, .*got 2, or 6, those of a Bidirectional; .*use_bias=False say bias=Fa",
    ),
    (
        keras_bridge.to_keras(gru_before, parameters(gru_before)),
        ValueError,
        r"recurrent_kernel: .*got \(4, 12\); 3 H are the gates of a GRU",
    ),
    (broken(gamma=np.ones(3)), ValueError, "Keras: unknown gamma"),
    (
        broken(kernel=np.ones((16, 3))),
        ValueError,
        r"kernel: expected shape \(D, 4H\) = \(16, 16\), got \(16, 3\)",
    ),
    (
        broken(recurrent_kernel=np.ones((4, 12))),
        ValueError,
        r"recurrent_kernel: expected shape \(H, 4H\) = \(4, 16\), got \(4, 12\)",
    ),
    (broken(bias=np.ones((2, 16))), ValueError, r"bias: expected shape \(4H\), got \(2, 16\)"),
    (broken(bias=np.full(16, np.inf)), ValueError, r"bias: expected finite.*\[0\]"),
    (broken(kernel=np.ones((3, 16), np.float16)), TypeError, "kernel: .*float16"),
    ([np.ones(2)], ValueError, "expected 3 arrays, kernel, recurrent_kernel, bias, got 1"),
    ("abc", TypeError, "weights: expected a dict or a list .*got str"),
]


@pytest.mark.parametrize("weights, error, message", BAD, ids=[message for *_, message in BAD])
def test_bad_arrays_are_refused_by_name(weights, error, message):
    with pytest.raises(error, match=message):
        keras_bridge.from_keras(lstm, weights)


def test_bad_states():
    with pytest.raises(TypeError, match=r"states: expected a tuple \(h, c\)"):
        keras_bridge.state_from_keras(lstm, [np.ones((2, 3))])
    with pytest.raises(ValueError, match="states: c: expected shape"):
        keras_bridge.state_from_keras(lstm, [np.ones((2, 3)), np.ones((2, 4))])


@given(st.data())
def test_whatever_comes_in_is_refused_or_right(data):
    there = keras_bridge.to_keras(gru_after, parameters(gru_after))
    refused_or_right(keras_bridge.from_keras, gru_after, data.draw(strange(there)))


def test_import_loads_numpy_only():
    assert_loads_only_numpy("keras_bridge")
