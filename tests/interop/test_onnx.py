"""Outside witness of the forward passes: ONNX Runtime's RNN, GRU and LSTM operators.

It alone, with PyTorch, can catch a wrong equation: the other witnesses differentiate what is there.
Parameters go there by `lstm_ref.interop.onnx_bridge`, which is thereby tested too.
"""

import numpy as np
import onnx
import onnxruntime
import pytest
from bridged import GENERATED, cells, scale_of
from onnx import TensorProto, helper, numpy_helper

from lstm_ref.cells import gru_after, gru_before, lstm
from lstm_ref.check import witnesses
from lstm_ref.interop import carry, onnx_bridge

CARRIED = ["ELMAN", "IRNN", "LSTM", "NP", "VANILLA", "COUPLED", "CIFG", "NIAF", "NOAF"]
CARRIED += [name for name in GENERATED if name.startswith(("PEEPHOLE_", "GRU_"))]
PRECISE = dict(atol=3e-6)  # float32, some twenty steps


def model_of(cell, params):
    """A model with our parameters inside: inputs X and the initial states, outputs Y and last."""
    operator, attributes = onnx_bridge.layer(cell, params)
    weights = onnx_bridge.to_onnx(cell, params)
    states = [f"initial_{s}" for s in cell.STATES]
    inputs = ["X", "W", "R", "B", "", *states]  # "": sequence_lens
    inputs += ["P"] if "P" in weights else []
    outputs = ["Y", *(f"Y_{s}" for s in cell.STATES)]
    node = helper.make_node(operator, inputs, outputs, **attributes)
    kind = helper.np_dtype_to_tensor_dtype(weights["W"].dtype)
    graph = helper.make_graph(
        [node],
        operator,
        [helper.make_tensor_value_info(k, kind, [None] * 3) for k in ["X", *states]],
        [helper.make_tensor_value_info(k, kind, [None] * (4 if k == "Y" else 3)) for k in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def run_operator(cell, model, x, state0):
    """h (T, H, B) and the last states from ONNX Runtime."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feeds = {"X": carry.rows(x), **onnx_bridge.state_to_onnx(cell, state0)}
    y, *states = session.run(None, feeds)
    return carry.columns(y[:, 0]), onnx_bridge.state_from_onnx(cell, states)


def problem(cell, T=5, B=3, D=4, H=6):
    rng = np.random.default_rng(T)
    scale = scale_of(cell)
    tensors, _ = witnesses.problem(cell, rng, T=T, B=B, D=D, H=H, dtype=np.float32, scale=scale)
    return witnesses.split(cell, tensors)


@cells(CARRIED)
@pytest.mark.parametrize("T, B, D, H", [(1, 1, 1, 1), (5, 3, 4, 6), (20, 2, 3, 8)])
def test_forward_agrees_with_onnx_runtime(cell, T, B, D, H):
    params, x, state0 = problem(cell, T, B, D, H)
    h, state_T, _ = cell.forward(params, x, state0)
    y, states = run_operator(cell, model_of(cell, params), x, state0)
    np.testing.assert_allclose(h, y, **PRECISE)
    for got, want in zip(state_T, states, strict=True):
        np.testing.assert_allclose(got, want, **PRECISE)


@cells(CARRIED)
def test_a_model_is_read_back(cell):
    """The initializers and attributes of a stored model are the cell's parameters, to the bit."""
    params, _, _ = problem(cell)
    model = onnx.load_model_from_string(model_of(cell, params).SerializeToString())
    attributes = {a.name: helper.get_attribute_value(a) for a in model.graph.node[0].attribute}
    found = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    back = onnx_bridge.from_onnx(cell, found, attributes)
    assert {k: v.tobytes() for k, v in back.items()} == {k: v.tobytes() for k, v in params.items()}


def test_the_witness_tells_the_two_grus_apart():
    params, x, state0 = problem(gru_after)
    shared = {name: params[name] for name in gru_before.SHAPES}
    y, _ = run_operator(gru_before, model_of(gru_before, shared), x, state0)
    assert np.max(np.abs(gru_after.forward(params, x, state0)[0] - y)) > 0.05


def random_like(value):
    return np.random.default_rng(7).normal(size=value.shape).astype(value.dtype)


@pytest.mark.parametrize("name", ["LSTM", "VANILLA", "GRU_BEFORE", "GRU_AFTER", "ELMAN"])
def test_a_model_from_elsewhere_with_two_biases(name):
    cell = GENERATED[name]
    params, x, state0 = problem(cell)
    model = model_of(cell, params)
    (B,) = [tensor for tensor in model.graph.initializer if tensor.name == "B"]
    B.CopyFrom(numpy_helper.from_array(random_like(numpy_helper.to_array(B)), "B"))
    found = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    h, _, _ = cell.forward(onnx_bridge.from_onnx(cell, found), x, state0)
    np.testing.assert_allclose(h, run_operator(cell, model, x, state0)[0], **PRECISE)


@pytest.mark.parametrize("name", ["COUPLED", "CIFG"])
def test_rows_of_the_coupled_forget_gate_are_not_read(name):
    cell = GENERATED[name]
    params, x, state0 = problem(cell)
    model = model_of(cell, params)
    H, f = 6, onnx_bridge.ORDER["LSTM"].index("f")
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor).copy()
        rows = slice(2 * H, 3 * H) if tensor.name == "P" else slice(f * H, (f + 1) * H)
        value[:, rows] = random_like(value[:, rows])
        tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
    found = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    h, _, _ = cell.forward(onnx_bridge.from_onnx(cell, found), x, state0)
    np.testing.assert_allclose(h, run_operator(cell, model, x, state0)[0], **PRECISE)


def test_missing_biases_and_peepholes_are_zeros():
    cell = GENERATED["VANILLA"]
    params, x, state0 = problem(cell)
    model = model_of(cell, params)
    kept = [tensor for tensor in model.graph.initializer if tensor.name in "WR"]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    node = model.graph.node[0]
    node.input[3] = ""
    del node.input[7:]
    found = {i.name: numpy_helper.to_array(i) for i in kept}
    h, _, _ = cell.forward(onnx_bridge.from_onnx(cell, found), x, state0)
    np.testing.assert_allclose(h, run_operator(cell, model, x, state0)[0], **PRECISE)


def test_double_precision_is_kept_in_the_arrays():
    params = {k: v.astype(np.float64) for k, v in problem(lstm)[0].items()}
    (kind,) = {i.data_type for i in model_of(lstm, params).graph.initializer}
    assert kind == TensorProto.DOUBLE
