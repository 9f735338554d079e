"""Outside witness of the forward passes: ONNX Runtime's RNN, GRU and LSTM operators.

It alone, with PyTorch, can catch a wrong equation: the other witnesses differentiate what is there.
"""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from lstm_ref.cells import elman, gru_after, gru_before, lstm
from lstm_ref.check import witnesses
from lstm_ref.generated import cifg, coupled, vanilla
from lstm_ref.generated import gru_after as derived_after
from lstm_ref.generated import gru_before as derived_before
from lstm_ref.generated import lstm as derived_lstm

# Gate order of the operators (ONNX operator specification): LSTM i o f c, GRU z r h, RNN h.
LETTERS = {elman: ("RNN", "h"), gru_before: ("GRU", "zrh"), gru_after: ("GRU", "zrh")}
LETTERS |= {derived_before: ("GRU", "zrh"), derived_after: ("GRU", "zrh")}
LETTERS |= {c: ("LSTM", "iofc") for c in (lstm, derived_lstm, vanilla, coupled, cifg)}


def onnx_weights(cell, params):
    """Our parameters as the operator wants them: W (1, nH, D), R (1, nH, H), B (1, 2nH)."""
    _, letters = LETTERS[cell]
    inner = {"h": params.get("b_hh")}  # only GRU reset-after has a bias inside the product
    zero = np.zeros_like(params["b_h" if "b_h" in params else "b_i"])
    # With input_forget the operator takes no notice of what stands at f.
    names = [{"f": "i"}.get(g, g) if f"b_{g}" not in params else g for g in letters]
    W = np.concatenate([params[f"W_{g}x"] for g in names])
    R = np.concatenate([params[f"W_{g}h"] for g in names])
    b = [params[f"b_{g}"] for g in names]
    b += [zero if inner.get(g) is None else inner[g] for g in letters]
    weights = {"W": W[None], "R": R[None], "B": np.concatenate(b)[None, :, 0]}
    if "w_ic" in params:  # peepholes, in the order i o f
        weights["P"] = np.concatenate([params.get(f"w_{g}c", zero) for g in "iof"])[None, :, 0]
    return weights


def run_operator(cell, params, x, state0):
    """h (T, H, B) and the last states from ONNX Runtime, in the dtype of x."""
    operator, _ = LETTERS[cell]
    feeds = {"X": x.transpose(0, 2, 1), **onnx_weights(cell, params)}
    feeds |= {f"initial_{s}": v.T[None] for s, v in zip(cell.STATES, state0, strict=True)}
    feeds = {name: np.ascontiguousarray(value) for name, value in feeds.items()}
    inputs = ["X", "W", "R", "B", "", *(f"initial_{s}" for s in cell.STATES)]  # "": sequence_lens
    inputs += ["P"] if "P" in feeds else []
    outputs = ["Y", *(f"Y_{s}" for s in cell.STATES)]
    options = {}
    if operator == "GRU":
        options["linear_before_reset"] = int(cell in (gru_after, derived_after))
    if cell in (coupled, cifg):
        options["input_forget"] = 1
    H = len(state0[0])
    node = helper.make_node(operator, inputs, outputs, hidden_size=H, **options)
    kind = TensorProto.DOUBLE if x.dtype == np.float64 else TensorProto.FLOAT
    graph = helper.make_graph(
        [node],
        operator,
        [helper.make_tensor_value_info(k, kind, v.shape) for k, v in feeds.items()],
        [helper.make_tensor_value_info(k, kind, [None] * (4 if k == "Y" else 3)) for k in outputs],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    y, *states = session.run(None, feeds)
    return y[:, 0].transpose(0, 2, 1), tuple(s[0].T for s in states)


@pytest.mark.parametrize("cell", LETTERS, ids=lambda cell: cell.__name__.split(".")[-1])
@pytest.mark.parametrize("T, B, D, H", [(1, 1, 1, 1), (5, 3, 4, 6), (20, 2, 3, 8)])
def test_forward_agrees_with_onnx_runtime(cell, T, B, D, H):
    tensors, _ = witnesses.problem(
        cell, np.random.default_rng(T), T=T, B=B, D=D, H=H, dtype=np.float32
    )
    params, x, state0 = witnesses.split(cell, tensors)
    h, state_T, _ = cell.forward(params, x, state0)
    y, states = run_operator(cell, params, x, state0)
    np.testing.assert_allclose(h, y, atol=3e-6)
    for got, want in zip(state_T, states, strict=True):
        np.testing.assert_allclose(got, want, atol=3e-6)


def test_the_witness_tells_the_two_grus_apart():
    tensors, _ = witnesses.problem(gru_after, np.random.default_rng(0), dtype=np.float32)
    params, x, state0 = witnesses.split(gru_after, tensors)
    shared = {name: params[name] for name in gru_before.SHAPES}
    y, _ = run_operator(gru_before, shared, x, state0)
    assert np.max(np.abs(gru_after.forward(params, x, state0)[0] - y)) > 0.05
