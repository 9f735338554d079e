"""Vectors in the layouts of PyTorch, Keras and ONNX: taken by these libraries, right there."""

import os

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from lstm_ref.derive import catalogue
from lstm_ref.interop import carry, keras_bridge, onnx_bridge, torch_bridge, vectors
from lstm_ref.interop.carry import NotCarried
from lstm_ref.interop.vectors import VectorsError

BRIDGES = {"torch": torch_bridge, "keras": keras_bridge, "onnx": onnx_bridge}
EVERYTHING = dict(lengths=[4, 2], layers=2, both_ways=True)


def under(library, arrays):
    """The arrays of a library, without its name in front."""
    return {n.partition(".")[2]: v for n, v in arrays.items() if n.startswith(f"{library}.")}


def carried(library):
    """Cells of the catalogue that the library knows."""
    bridge = BRIDGES[library]
    for name in carry.KINDS:
        kind, features = carry.KINDS[name]
        if kind in bridge.LAYERS and set(features) <= set(bridge.CAN):
            yield name


# ---- by the bridges, without the libraries


@pytest.mark.parametrize("library", BRIDGES)
def test_from_the_layout_back_every_bit_is_kept(library):
    names = [name for name in carried(library) if name != "PROJECTION"]
    assert {"LSTM", "ELMAN"} <= set(names) and len(names) >= 6
    read = {"torch": torch_bridge.from_torch, "keras": keras_bridge.from_keras}
    read["onnx"] = onnx_bridge.from_onnx
    for name in names:
        _, arrays = vectors.make(name, T=3, B=2, D=4, H=5, layouts=[library])
        cell, there = catalogue.find(name), under(library, arrays)
        weights = {n: there[n] for n in there if n[:3] in ("wei", "bia", "ker", "rec")}
        weights = {n: value for n, value in weights.items() if not n.endswith(".grad")}
        weights |= {n: there[n] for n in "WRBP" if n in there}
        for key, value in read[library](cell, weights).items():
            np.testing.assert_array_equal(value, arrays[key], err_msg=f"{name} {key}")
        assert {n for n in there if f"{n}.grad" not in there and not n.endswith(".grad")} == set()
        for n in there:
            assert not n.endswith(".grad") or there[n].shape == there[n.removesuffix(".grad")].shape


def test_each_of_two_biases_has_the_whole_gradient():
    _, arrays = vectors.make("LSTM", layouts=["torch", "onnx"])
    there = under("torch", arrays)
    np.testing.assert_array_equal(there["bias_ih_l0.grad"], there["bias_hh_l0.grad"])
    np.testing.assert_array_equal(there["bias_ih_l0.grad"][10:20], arrays["db_f"][:, 0])
    first, second = np.split(arrays["onnx.B.grad"][0], 2)
    np.testing.assert_array_equal(first, second)
    assert np.all(first) and not np.any(arrays["onnx.B"][0, 40:])
    _, arrays = vectors.make("GRU_AFTER", layouts=["torch", "keras", "onnx"])
    for first, second, z, r in (
        (arrays["torch.bias_ih_l0.grad"], arrays["torch.bias_hh_l0.grad"], 1, 0),
        (*arrays["keras.bias.grad"], 0, 1),
        (*np.split(arrays["onnx.B.grad"][0], 2), 0, 1),
    ):
        for k, name in ((z, "db_z"), (r, "db_r")):
            for value in (first, second):
                np.testing.assert_array_equal(value[10 * k : 10 * k + 10], arrays[name][:, 0])
        np.testing.assert_array_equal(first[20:], arrays["db_h"][:, 0])
        np.testing.assert_array_equal(second[20:], arrays["db_hh"][:, 0])


# ---- by the libraries


@pytest.mark.parametrize("options", [{}, EVERYTHING, dict(layers=2)], ids=["one", "all", "layers"])
@pytest.mark.parametrize("name", ["ELMAN", "IRNN", "LSTM", "GRU_AFTER"])
def test_torch(name, options):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch`")
    header, arrays = vectors.make(name, layouts=["torch"], **options)
    there = {n: torch.tensor(v) for n, v in under("torch", arrays).items()}
    kind, sizes = torch_bridge.layer(catalogue.find(name), own(arrays, header, name))
    layer = getattr(torch.nn, kind)(
        **sizes,
        num_layers=header.get("layers", 1),
        bidirectional=header.get("directions", 1) == 2,
        dtype=torch.float64,
    )
    layer.load_state_dict({n: there[n] for n in layer.state_dict()})
    x = there["input"].clone().requires_grad_()
    starts = [there[f"{s}_0"].clone().requires_grad_() for s in catalogue.find(name).states]
    lengths = header.get("lengths")
    pack, unpack = torch.nn.utils.rnn.pack_padded_sequence, torch.nn.utils.rnn.pad_packed_sequence
    given = x if lengths is None else pack(x, torch.tensor(lengths))
    output, last = layer(given, tuple(starts) if len(starts) > 1 else starts[0])
    output = output if lengths is None else unpack(output)[0]
    last = last if len(starts) > 1 else (last,)
    E = (output * there["output.grad"]).sum()
    for s, value in zip(catalogue.find(name).states, last, strict=True):
        E = E + (value * there[f"{s}_n.grad"]).sum()
        close(value, there[f"{s}_n"])
    E.backward()
    close(output, there["output"])
    close(x.grad, there["input.grad"])
    for s, start in zip(catalogue.find(name).states, starts, strict=True):
        close(start.grad, there[f"{s}_0.grad"])
    for n, parameter in layer.named_parameters():
        close(parameter.grad, there[f"{n}.grad"])


def own(arrays, header, name):
    """Parameters of the first part."""
    first = ("1." if "layers" in header else "") + ("forward." if "directions" in header else "")
    return {n: arrays[first + n] for n in catalogue.find(name).SHAPES}


def close(found, want, tol=1e-12):
    found, want = (np.asarray(a.detach() if hasattr(a, "detach") else a) for a in (found, want))
    assert found.shape == want.shape
    assert np.max(np.abs(found - want)) <= tol * np.max(np.abs(want))


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both"])
@pytest.mark.parametrize("name", ["ELMAN", "LSTM", "GRU_AFTER", "GRU_BEFORE"])
def test_keras(name, both):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed: `make test-torch`")
    header, arrays = vectors.make(name, layouts=["keras"], both_ways=both)
    there, cell = under("keras", arrays), catalogue.find(name)
    kind, options = keras_bridge.layer(cell, own(arrays, header, name))
    layer = getattr(keras.layers, kind)(
        **options, return_sequences=True, return_state=True, dtype="float64"
    )
    layer = keras.layers.Bidirectional(layer, dtype="float64") if both else layer
    layer.build(there["inputs"].shape)
    ways = ("forward.", "reverse.") if both else ("",)
    kinds = ("kernel", "recurrent_kernel", "bias")
    layer.set_weights([there[way + k] for way in ways for k in kinds])
    states = [there[f"{way}initial_state_{s}"] for way in ways for s in cell.states]
    outputs, *last = layer(there["inputs"], initial_state=states)
    close(outputs, there["outputs"], 3e-6)
    want = [there[f"{way}state_{s}"] for way in ways for s in cell.states]
    for value, right in zip(last, want, strict=True):
        close(value, right, 3e-6)


@pytest.mark.parametrize(
    "options", [{}, dict(both_ways=True, lengths=[4, 2])], ids=["one way", "both"]
)
@pytest.mark.parametrize("name", ["ELMAN", "LSTM", "VANILLA", "GRU_AFTER", "GRU_BEFORE", "CIFG"])
def test_onnx(name, options):
    header, arrays = vectors.make(name, layouts=["onnx"], float32=True, **options)
    there, cell = under("onnx", arrays), catalogue.find(name)
    both = "directions" in header
    params = {n: v for n, v in arrays.items() if n.rpartition(".")[2] in cell.SHAPES}
    assert not both or all(n.startswith(("forward.", "reverse.")) for n in params)
    kind, attributes = onnx_bridge.layer(cell, params)
    feeds = {n: there[n].astype(np.float32) for n in there if n in ("X", *"WRBP")}
    feeds |= {f"initial_{s}": there[f"initial_{s}"].astype(np.float32) for s in cell.states}
    if "lengths" in header:
        feeds["sequence_lens"] = there["sequence_lens"].astype(np.int32)
    outputs = run_operator(kind, attributes, feeds, ["Y", *(f"Y_{s}" for s in cell.states)])
    for name, value in zip(("Y", *(f"Y_{s}" for s in cell.states)), outputs, strict=True):
        close(value, there[name], header["tolerance"])


def run_operator(kind, attributes, feeds, outputs):
    """What ONNX Runtime makes of the inputs of one node, by their names."""
    order = ["X", "W", "R", "B", "sequence_lens", "initial_h"]
    order += ["initial_c", "P"] if kind == "LSTM" else []
    node = helper.make_node(kind, [n if n in feeds else "" for n in order], outputs, **attributes)
    infos = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for n, v in feeds.items()
    ]
    results = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, [None] * (4 if n == "Y" else 3))
        for n in outputs
    ]
    graph = helper.make_graph([node], kind, infos, results)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feeds)


# ---- what is refused


@pytest.mark.parametrize(
    "cell, options, error, message",
    [
        ("VANILLA", dict(layouts=["torch"]), NotCarried, "PyTorch's nn.LSTM cannot be VANILLA"),
        ("GRU_BEFORE", dict(layouts=["torch"]), NotCarried, "reset gate acts before"),
        ("MINGRU", dict(layouts=["onnx"]), NotCarried, "MINGRU: not a cell of the book"),
        ("PROJECTION", dict(layouts=["torch"]), NotCarried, "proj_size below hidden_size"),
        ("LSTM", dict(layouts="torch"), VectorsError, "expected a list of torch, keras, onnx"),
        ("LSTM", dict(layouts=["jax"]), VectorsError, "once at most, got 'jax'"),
        ("LSTM", dict(layouts=["onnx", "onnx"]), VectorsError, "once at most, got 'onnx'"),
        ("LSTM", dict(layouts=["onnx"], layers=2), VectorsError, "ONNX has no layer that is 2"),
        ("LSTM", dict(layouts=["keras"], lengths=[4, 2]), VectorsError, "repeats its last output"),
    ],
)
def test_what_a_library_has_no_place_for(cell, options, error, message):
    with pytest.raises(error, match=message):
        vectors.make(cell, **options)
