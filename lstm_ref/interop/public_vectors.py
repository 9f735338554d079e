"""Public test vectors of the operator LSTM, as cases that `alterations` can be tried on.

`onnx` takes the tests out of the package onnx. `webnn` rebuilds those of the web platform tests
from their definition. `ours` is one set of golden vectors in their form, in which every alteration
shows.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from lstm_ref.interop import onnx_bridge
from lstm_ref.interop.alterations import Case
from lstm_ref.interop.carry import rows
from lstm_ref.optional import needs
from lstm_ref.types import Arrays, Params

__all__ = ["onnx", "ours", "webnn"]


def onnx() -> list[Case]:
    """The tests of the node LSTM in the installed package onnx, onnx/backend/test/case/node.

    Raises ModuleNotFoundError, with what to install, where there is no onnx.
    """
    with needs(__name__):
        from onnx import helper
        from onnx.backend.test.case import node as cases
    importlib.import_module("onnx.backend.test.case.node.lstm")  # makes the cases
    found = {case.name: case for case in cases._NodeTestCases}
    lstms = (case for case in found.values() if case.model.graph.node[0].op_type == "LSTM")
    return [_case_of_onnx(case, helper.get_attribute_value) for case in lstms]


def _case_of_onnx(case, value_of):
    node = case.model.graph.node[0]
    about = {a.name: value_of(a) for a in node.attribute}
    inputs, outputs = (list(map(np.asarray, values)) for values in case.data_sets[0])
    given = dict(zip((name for name in node.input if name), inputs, strict=True))
    steps = given["X"].shape[about.get("layout", 0)]
    if np.any(given.pop("sequence_lens", steps) != steps):
        raise ValueError(f"{case.name}: expected sequences of one length")
    return Case(
        case.name,
        given,
        dict(zip((name for name in node.output if name), outputs, strict=True)),
        about.get("direction", b"forward").decode(),
        about.get("layout", 0),
    )


# Options of a test beside the two biases and its activations, which are Relu; what it compares.
WEBNN: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (1, "", ()),
    (1, "", ("P",)),
    (1, "", ("initial_h",)),
    (1, "", ("initial_c",)),
    (1, "returnSequence=false", ()),
    (1, "returnSequence=true", ()),
    (1, "direction=forward", ()),
    (1, "layout=iofg", ()),
    (1, "layout=ifgo", ()),
    (1, "returnSequence=true", ("P", "initial_h", "initial_c")),
    (2, "direction=backward", ()),
    (2, "direction=backward returnSequence=true", ("P", "initial_h", "initial_c")),
)


def webnn() -> list[Case]:
    """The tests of lstm of WebNN: webnn/conformance_tests/lstm.https.any.js, web platform tests.

    Rebuilt as they are defined there: two samples, two inputs, two units; blocks of all gates
    alike, W_g = [[1, -1], [2, -2]], R_g = 0.1 everywhere, both biases (1, 2); peepholes and initial
    states, where they are given, zero; all activations Relu. Their outputs are computed here.
    """
    return [_case_of_webnn(*each) for each in WEBNN]


def _case_of_webnn(steps, options, zeros):
    x = np.array([1, 2, 2, 1, 3, 4, 1, 2.0])[: 4 * steps].reshape(steps, 2, 2)
    inputs = {
        "X": x,
        "W": np.tile([[1.0, -1], [2, -2]], (4, 1))[None],
        "R": np.full((1, 8, 2), 0.1),
        "B": np.tile([1.0, 2], 8)[None],
    }
    shapes = {"P": (1, 6), "initial_h": (1, 2, 2), "initial_c": (1, 2, 2)}
    inputs |= {name: np.zeros(shapes[name]) for name in zeros}
    direction = "reverse" if "backward" in options else "forward"
    compared = ("Y_h", "Y_c", "Y") if "returnSequence=true" in options else ("Y_h", "Y_c")
    # The tests allow one unit in the last place of float32.
    about: dict[str, Any] = {"rtol": 2.0**-22, "activations": ("Relu",) * 3}
    name = " ".join([f"steps={steps}", options, *zeros]).replace("  ", " ").strip()
    return _computed(name, inputs, compared, direction=direction, **about)


def _computed(name, inputs, compared, **about):
    """A case with the outputs that the right LSTM gives."""
    from lstm_ref.interop.alterations import run

    found = run(Case(name, inputs, {}, **about))
    return Case(name, inputs, {key: found[key] for key in compared}, **about)


def ours(vectors: Params, seed: int = 1) -> Case:
    """Golden vectors of VANILLA, an LSTM with peepholes, as a test of the operator, in float32.

    vectors: name -> array, float64, with h and c. The bias, one in this book, is cut in two halves
    that are drawn: seed. The outputs are those of the vectors. Raises ValueError or TypeError where
    a parameter is missing or of another shape.
    """
    from lstm_ref.generated import vanilla

    params = {name: vectors[name] for name in vanilla.SHAPES}
    inputs: Arrays = {"X": rows(vectors["x"]), **onnx_bridge.to_onnx(vanilla, params)}
    inputs |= onnx_bridge.state_to_onnx(vanilla, (vectors["h_0"], vectors["c_0"]))
    whole, _ = np.split(inputs["B"], 2, axis=1)
    second = np.random.default_rng(seed).normal(scale=0.8, size=whole.shape)
    inputs["B"] = np.concatenate([whole - second, second], axis=1)
    last = onnx_bridge.state_to_onnx(vanilla, (vectors["h"][-1], vectors["c"][-1]))
    outputs = {"Y": rows(vectors["h"])[:, None]}
    outputs |= {"Y_h": last["initial_h"], "Y_c": last["initial_c"]}
    name = "lstm-ref golden vectors of VANILLA"
    return Case(name, _single(inputs), _single(outputs), rtol=1e-4, atol=1e-6)


def _single(arrays):
    return {name: value.astype(np.float32) for name, value in arrays.items()}
