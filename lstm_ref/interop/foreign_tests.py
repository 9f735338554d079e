"""A test of the operator LSTM in the files of others: a node test of ONNX, a WebNN test, GradBench.

    files = foreign_tests.as_onnx(case)  # "model.onnx", "test_data_set_0/input_0.pb", ...

What is written: onnx, "Backend test" (docs/OnnxBackendTest.md); the entries of `lstmTests` in
webnn/conformance_tests/lstm.https.any.js of the web platform tests; evals/lstm/README.md of
GradBench. The same case gives the same bytes.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from lstm_ref.interop import gradbench
from lstm_ref.interop.alterations import Case
from lstm_ref.optional import needs
from lstm_ref.types import Array, Arrays

__all__ = ["as_gradbench", "as_onnx", "as_webnn"]

INPUTS = ("X", "W", "R", "B", "", "initial_h", "initial_c", "P")
WEBNN_INPUTS = {
    "input": "X",
    "weight": "W",
    "recurrentWeight": "R",
    "bias": "bias",
    "recurrentBias": "recurrent bias",
    "peepholeWeight": "P",
    "initialHiddenState": "initial_h",
    "initialCellState": "initial_c",
}


def as_onnx(case: Case) -> dict[str, bytes]:
    """Path in the folder of the test -> bytes, for a forward case that has all inputs, float32.

    Raises ModuleNotFoundError where there is no onnx.
    """
    with needs(__name__):
        from onnx import TensorProto, helper, numpy_helper

    def about(arrays):
        return [helper.make_tensor_value_info(k, TensorProto.FLOAT, v.shape) for k, v in arrays]

    given = [(name, case.inputs[name]) for name in INPUTS if name]
    found = list(case.outputs.items())
    H = case.inputs["R"].shape[-1]
    node = helper.make_node("LSTM", INPUTS, [name for name, _ in found], hidden_size=H)
    graph = helper.make_graph([node], case.name, about(given), about(found))
    opset = [helper.make_opsetid("", 14)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="lstm-ref")
    files = {"model.onnx": model.SerializeToString(deterministic=True)}
    for kind, arrays in (("input", given), ("output", found)):
        for k, (name, value) in enumerate(arrays):
            tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
            path = f"test_data_set_0/{kind}_{k}.pb"
            files[path] = tensor.SerializeToString(deterministic=True)
    return files


def as_webnn(case: Case) -> str:
    """An entry of the list of WebNN's tests of lstm, as JSON, for a forward case with all inputs.

    The activations are the default, logistic and tanh, whose last bit depends on the machine: the
    tests' tolerance of one unit in the last place is for their relu and too strict here.
    """
    steps, H = case.inputs["X"].shape[0], case.inputs["R"].shape[-1]
    given = dict(case.inputs)
    given["bias"], given["recurrent bias"] = np.split(given.pop("B"), 2, axis=1)
    names = {key: f"lstm{key[0].upper()}{key[1:]}" for key in WEBNN_INPUTS}
    outputs = {f"lstmOutput{k + 1}": case.outputs[n] for k, n in enumerate(("Y_h", "Y_c", "Y"))}
    options = {key: names[key] for key in list(WEBNN_INPUTS)[3:]}
    arguments: list[dict[str, Any]] = [{key: names[key]} for key in list(WEBNN_INPUTS)[:3]]
    arguments += [{"steps": steps}, {"hiddenSize": H}]
    arguments += [{"options": {**options, "returnSequence": True, "layout": "iofg"}}]
    graph = {
        "inputs": {names[key]: _operand(given[name]) for key, name in WEBNN_INPUTS.items()},
        "operators": [{"name": "lstm", "arguments": arguments, "outputs": list(outputs)}],
        "expectedOutputs": {name: _operand(value) for name, value in outputs.items()},
    }
    return _text({"name": case.name, "graph": graph})


def _text(document):
    """JSON in which a list of numbers stands on one line."""
    text = json.dumps(document, indent=1)
    numbers = re.compile(r"\[\s+([-+.e\d,\s]+?)\s+\]")
    return numbers.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def _operand(value: Array) -> dict:
    """Numbers of float32 with the fewest digits that give them back."""
    single = np.asarray(value, dtype=np.float32)
    data = [float(str(number)) for number in single.ravel()]
    return {"data": data, "descriptor": {"shape": list(single.shape), "dataType": "float32"}}


def as_gradbench(given: Arrays) -> str:
    """Input, objective and gradient in GradBench's form, as JSON; given: of `gradbench.ours`."""
    want = gradbench.evaluate(given)
    document = {
        "input": {name: given[name].tolist() for name in sorted(given)},
        "objective": float(want["objective"][0]),
        "jacobian": want["jacobian"].tolist(),
    }
    return _text(document)
