"""Nodes that nobody here wrote: the tests of the operators in the package onnx, and both directions
in ONNX Runtime."""

import importlib
from functools import cache

import numpy as np
import onnxruntime
import pytest
from bridged import GENERATED, parameters
from onnx import TensorProto, helper
from onnx.backend.test.case import node as cases

from lstm_ref.cells import gru_after
from lstm_ref.cells.resolve import resolve
from lstm_ref.interop import carry, onnx_bridge
from lstm_ref.learn.layers import BothWays

CELL_OF = {"RNN": "ELMAN", "LSTM": "LSTM", "GRU": "GRU_BEFORE"}


@cache
def node_tests():
    """Name -> test; the modules make them when they are imported."""
    for name in ("rnn", "lstm", "gru"):
        importlib.import_module(f"onnx.backend.test.case.node.{name}")
    found = {case.name: case for case in cases._NodeTestCases}
    return {k: case for k, case in found.items() if case.model.graph.node[0].op_type in CELL_OF}


NAMES = """lstm_defaults lstm_with_initial_bias lstm_with_peepholes lstm_batchwise lstm_reverse
lstm_bidirectional gru_defaults gru_with_initial_bias gru_seq_length gru_batchwise gru_reverse
gru_bidirectional simple_rnn_defaults simple_rnn_with_initial_bias rnn_seq_length
simple_rnn_batchwise simple_rnn_reverse simple_rnn_bidirectional""".split()


def attributes_of(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def run_ours(node, tensors):
    """Y, Y_h, Y_c by our cell, from a node and its inputs by name; as the operator gives them."""
    attributes = attributes_of(node)
    cell = resolve("VANILLA" if "P" in tensors else CELL_OF[node.op_type])
    if attributes.get("linear_before_reset"):
        cell = gru_after
    weights = {name: tensors[name] for name in "WRBP" if name in tensors}
    params = onnx_bridge.from_onnx(cell, weights, attributes)
    layout = attributes.get("layout", 0)
    x = carry.columns(tensors["X"], batch_first=bool(layout))
    state0 = None
    if "initial_h" in tensors:
        values = [tensors[f"initial_{s}"] for s in cell.STATES if f"initial_{s}" in tensors]
        state0 = onnx_bridge.state_from_onnx(cell, values, layout)
    direction = attributes.get("direction", b"forward")
    if direction == b"bidirectional":
        h, state, _ = BothWays(cell).forward(params, x, state0)
    else:
        way = slice(None, None, -1 if direction == b"reverse" else 1)
        params = onnx_bridge.from_onnx(cell, weights, attributes, direction.decode())
        h, state, _ = cell.forward(params, x[way], state0)
        h = h[way]
    last = onnx_bridge.state_to_onnx(cell, state, layout)
    return {"Y": h} | {f"Y_{s}": last[f"initial_{s}"] for s in cell.STATES}, layout


def assert_same(ours, layout, theirs, atol):
    """theirs: outputs of the operator by name."""
    for name, want in theirs.items():
        want = onnx_bridge.outputs_from_onnx(want, layout) if name == "Y" else want
        np.testing.assert_allclose(ours[name], want, atol=atol, err_msg=name)


def test_these_are_all_tests_of_the_three_operators():
    assert sorted(node_tests()) == sorted(f"test_{name}" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_node_of_onnx_is_read_and_its_results_are_ours(name):
    case = node_tests()[f"test_{name}"]
    node = case.model.graph.node[0]
    for inputs, outputs in case.data_sets:
        names = [key for key in node.input if key]
        tensors = dict(zip(names, map(np.asarray, inputs), strict=True))
        theirs = dict(zip([key for key in node.output if key], outputs, strict=True))
        steps = tensors["X"].shape[attributes_of(node).get("layout", 0)]
        assert np.all(tensors.get("sequence_lens", steps) == steps)  # none is shorter
        ours, layout = run_ours(node, tensors)
        assert_same(ours, layout, theirs, 1e-6)


CARRIED = ["ELMAN", "IRNN", "LSTM", "VANILLA", "COUPLED", "NIAF", "NOAF", "GRU_BEFORE", "GRU_AFTER"]


@pytest.mark.parametrize("name", CARRIED)
def test_both_directions_in_onnx_runtime(name):
    cell = resolve(name)
    rng = np.random.default_rng(0)
    pairs = (("forward", 1), ("reverse", 2))
    params = {
        f"{way}.{key}": value
        for way, seed in pairs
        for key, value in parameters(cell, dtype=np.float32, seed=seed).items()
    }
    x = rng.normal(size=(5, 3, 2)).astype(np.float32)
    state0 = tuple(rng.normal(size=(4, 2)).astype(np.float32) for _ in range(2 * len(cell.STATES)))
    h, state, _ = BothWays(cell).forward(params, x, state0)
    operator, attributes = onnx_bridge.layer(cell, params)
    feeds = {"X": carry.rows(x), **onnx_bridge.to_onnx(cell, params)}
    feeds |= onnx_bridge.state_to_onnx(cell, state0)
    theirs = run_runtime(operator, attributes, feeds, cell)
    np.testing.assert_allclose(onnx_bridge.outputs_from_onnx(theirs[0]), h, atol=3e-6)
    last = onnx_bridge.state_from_onnx(cell, theirs[1:])
    assert len(last) == len(state)
    for got, want in zip(last, state, strict=True):
        np.testing.assert_allclose(got, want, atol=3e-6)


def run_runtime(operator, attributes, feeds, cell):
    """Outputs of one node in ONNX Runtime."""
    names = ["X", "W", "R", "B", "", *(f"initial_{s}" for s in cell.STATES)]
    names += ["P"] if "P" in feeds else []
    outputs = ["Y", *(f"Y_{s}" for s in cell.STATES)]
    node = helper.make_node(operator, names, outputs, **attributes)
    given = [helper.make_tensor_value_info(k, TensorProto.FLOAT, v.shape) for k, v in feeds.items()]
    found = [helper.make_tensor_value_info(k, TensorProto.FLOAT, None) for k in outputs]
    graph = helper.make_graph([node], operator, given, found)
    opset = [helper.make_opsetid("", 14)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feeds)


# (activations, alpha, beta) of an LSTM node, and whether they are those of the cell LSTM or NIAF.
ACTIVATIONS = [
    (["sigmoid", "tanh", "TANH"], None, None, "LSTM"),
    (["Sigmoid", "Tanh", "Tanh"], [0.3], [0.7], "LSTM"),
    (["Sigmoid", "affine", "Tanh"], [1.0], [0.0], "NIAF"),
    (["Sigmoid", "Affine", "Tanh"], [1.0, 1.0, 5.0], [0.0, 0.0, 3.0], "NIAF"),
]


@pytest.mark.parametrize("names, alpha, beta, cell", ACTIVATIONS)
def test_activations_are_read_as_onnx_runtime_reads_them(names, alpha, beta, cell):
    cell = GENERATED[cell]
    params = parameters(cell, dtype=np.float32)
    x = np.random.default_rng(0).normal(size=(5, 3, 2)).astype(np.float32)
    state0 = tuple(np.ones((4, 2), np.float32) for _ in cell.STATES)
    feeds = {"X": carry.rows(x), **onnx_bridge.to_onnx(cell, params)}
    attributes = {"activations": names, "hidden_size": 4}
    attributes |= {"activation_alpha": alpha, "activation_beta": beta} if alpha else {}
    weights = {key: feeds[key] for key in "WRBP" if key in feeds}
    back = onnx_bridge.from_onnx(cell, weights, attributes)
    feeds |= onnx_bridge.state_to_onnx(cell, state0)
    theirs = run_runtime("LSTM", attributes, feeds, cell)
    h, _, _ = cell.forward(back, x, state0)
    np.testing.assert_allclose(onnx_bridge.outputs_from_onnx(theirs[0]), h, atol=3e-6)
