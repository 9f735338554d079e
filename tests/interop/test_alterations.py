"""Public test vectors that cannot fail, and one of ours in their form that does."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest

from lstm_ref.generated import vanilla
from lstm_ref.interop import alterations, foreign_tests, gradbench, public_vectors, vectors
from lstm_ref.interop.alterations import KINDS

NUMBER = {kind: len(tried) for kind, tried in KINDS.items()}


def ours(**sizes):
    return public_vectors.ours(vectors.make("VANILLA", **sizes)[1])


TINY = dict(T=3, B=2, D=2, H=3)


def counts(cases):
    return {kind: len(names) for kind, names in alterations.passing(cases).items()}


def test_the_kinds_are_those_that_the_page_names():
    assert list(NUMBER.values()) == [23, 1, 1, 2, 2, 5]


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("layout", [0, 1])
def test_without_an_alteration_it_is_the_operator_of_onnx(direction, layout):
    """On random inputs, where the tests of onnx say little; ONNX Runtime has no layout."""
    rng = np.random.default_rng(3)
    T, B, D, H, n = 4, 3, 2, 5, 1 + (direction == "bidirectional")
    shapes = {"X": (T, B, D), "W": (n, 4 * H, D), "R": (n, 4 * H, H), "B": (n, 8 * H)}
    shapes |= {"initial_h": (n, B, H), "initial_c": (n, B, H), "P": (n, 3 * H)}
    given = {k: rng.normal(size=shape).astype(np.float32) for k, shape in shapes.items()}
    theirs = runtime(given, direction=direction, hidden_size=H)
    if layout:
        given |= {k: given[k].swapaxes(0, 1) for k in ("X", "initial_h", "initial_c")}
        theirs["Y"] = theirs["Y"].transpose(2, 0, 1, 3)
        theirs |= {k: theirs[k].swapaxes(0, 1) for k in ("Y_h", "Y_c")}
    case = alterations.Case("random", given, theirs, direction, layout, rtol=1e-5, atol=1e-6)
    assert alterations.passes(case)
    assert counts([case]) == dict.fromkeys(KINDS, 0)


def runtime(given, **attributes):
    """Y, Y_h, Y_c of the operator in ONNX Runtime."""
    outputs = ["Y", "Y_h", "Y_c"]
    node = onnx.helper.make_node("LSTM", foreign_tests.INPUTS, outputs, **attributes)
    kind = onnx.TensorProto.FLOAT
    infos = [onnx.helper.make_tensor_value_info(k, kind, v.shape) for k, v in given.items()]
    found = [onnx.helper.make_tensor_value_info(k, kind, None) for k in outputs]
    graph = onnx.helper.make_graph([node], "LSTM", infos, found)
    opset = [onnx.helper.make_opsetid("", 14)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return dict(zip(outputs, session.run(None, given), strict=True))


def test_an_alteration_is_what_it_says():
    """The one that takes the gates as f, i, o, c: an implementation that reads them so."""
    case = ours(**TINY)
    H = case.inputs["R"].shape[-1]
    rows = np.arange(4 * H).reshape(4, H)[["fioc".index(g) for g in "iofc"]].ravel()
    B = case.inputs["B"].reshape(1, 2, 4 * H)[:, :, rows].reshape(1, -1)
    given = case.inputs | {name: case.inputs[name][:, rows] for name in "WR"} | {"B": B}
    by_hand = alterations.run(alterations.Case("", given, {}))
    altered = alterations.run(case, KINDS["another order of the gates"]["fioc"])
    np.testing.assert_allclose(altered["Y"], by_hand["Y"], rtol=1e-6)
    W = case.inputs["R"].copy()
    W[0] = np.concatenate([block.T for block in np.split(W[0], 4)])
    by_hand = alterations.run(alterations.Case("", case.inputs | {"R": W}, {}))
    altered = alterations.run(case, KINDS["R transposed"]["R"])
    np.testing.assert_allclose(altered["Y"], by_hand["Y"], rtol=1e-12)


def test_the_six_tests_of_onnx_pass_nearly_everything():
    cases = public_vectors.onnx()
    assert len(cases) == 6 and all(map(alterations.passes, cases))
    assert counts(cases) == NUMBER | {"a bias ignored": 1}
    assert alterations.passing(cases)["a bias ignored"] == ["second"]


def test_the_tests_of_webnn_pass_what_onnx_passes_and_see_biases_and_columns():
    cases = public_vectors.webnn()
    assert len(cases) == 12 and all(map(alterations.passes, cases))
    assert counts(cases) == NUMBER | {"columns of W reversed": 0, "a bias ignored": 0}


def test_the_tests_of_webnn_are_rebuilt_rightly():
    """Their results: these numbers stand in the file of the web platform tests."""
    cases = public_vectors.webnn()
    for case in cases[:10]:
        assert case.outputs["Y_h"].ravel().tolist() == [1, 8, 27, 216]
        assert case.outputs["Y_c"].ravel().tolist() == [1, 4, 9, 36]
    for case in cases[10:]:
        h = [10.469000816345215, 58.02900695800781, 74.52900695800781, 518.948974609375]
        np.testing.assert_allclose(case.outputs["Y_h"].ravel(), h, rtol=2.0**-22)
        c = [5.510000228881836, 20.01000213623047, 19.110000610351564, 75.20999908447266]
        np.testing.assert_allclose(case.outputs["Y_c"].ravel(), c, rtol=2.0**-22)


@pytest.mark.parametrize("sizes", [TINY, {}], ids=["tiny", "default"])
def test_one_set_of_ours_sees_everything(sizes):
    case = ours(**sizes)
    assert alterations.passes(case)
    assert counts([case]) == dict.fromkeys(KINDS, 0)


def test_zero_states_or_equal_blocks_would_hide_it():
    """What makes it see: without that it is blind, too."""
    case = ours(**TINY)
    flat = {k: np.zeros_like(v) if k[0] == "i" else v for k, v in case.inputs.items()}
    blind = alterations.Case("", flat, {})
    blind = alterations.Case("", flat, alterations.run(blind))
    assert counts([blind])["an initial state ignored"] == 2
    assert counts([blind])["another order of the gates"] == 0


def test_ours_as_a_node_test_of_onnx_runs_in_onnx_runtime():
    case = ours(**TINY)
    files = foreign_tests.as_onnx(case)
    assert len(files) == 1 + 7 + 3 and files == foreign_tests.as_onnx(case)
    onnx.checker.check_model(onnx.load_from_string(files["model.onnx"]))
    session = onnxruntime.InferenceSession(files["model.onnx"], providers=["CPUExecutionProvider"])
    inputs = [tensor(files, f"input_{k}") for k in range(7)]
    assert [name for name, _ in inputs] == [i.name for i in session.get_inputs()]
    found = session.run(None, dict(inputs))
    for k, value in enumerate(found):
        name, want = tensor(files, f"output_{k}")
        assert name == session.get_outputs()[k].name
        np.testing.assert_allclose(value, want, rtol=1e-4, atol=1e-6)


def tensor(files, name):
    proto = onnx.TensorProto.FromString(files[f"test_data_set_0/{name}.pb"])
    return proto.name, onnx.numpy_helper.to_array(proto)


def test_ours_as_a_test_of_webnn():
    """Read back as WebNN's operator is defined, it is the same case."""
    case = ours(**TINY)
    entry = json.loads(foreign_tests.as_webnn(case))
    graph = entry["graph"]
    (operator,) = graph["operators"]
    arguments = {k: v for part in operator["arguments"] for k, v in part.items()}
    options = arguments.pop("options")
    assert (arguments.pop("steps"), arguments.pop("hiddenSize")) == (3, 3)
    assert (options.pop("layout"), options.pop("returnSequence")) == ("iofg", True)
    read = {k: operand(graph["inputs"][name]) for k, name in {**arguments, **options}.items()}
    assert sorted(graph["inputs"]) == sorted({**arguments, **options}.values())
    both = np.concatenate([read["bias"], read["recurrentBias"]], axis=1)
    names = {"X": "input", "W": "weight", "R": "recurrentWeight", "P": "peepholeWeight"}
    names |= {"initial_h": "initialHiddenState", "initial_c": "initialCellState"}
    for name, theirs in names.items():
        np.testing.assert_array_equal(read[theirs], case.inputs[name])
    np.testing.assert_array_equal(both, case.inputs["B"])
    found = [operand(graph["expectedOutputs"][name]) for name in operator["outputs"]]
    for value, name in zip(found, ("Y_h", "Y_c", "Y"), strict=True):
        np.testing.assert_array_equal(value, case.outputs[name])


def operand(entry):
    about = entry["descriptor"]
    return np.array(entry["data"], dtype=about["dataType"]).reshape(about["shape"])


def passing_gradbench(given):
    want = gradbench.evaluate(given)
    return {
        kind: [name for name, alter in tried.items() if gradbench.passes(given, want, alter)]
        for kind, tried in gradbench.KINDS.items()
    }


def test_the_gradient_of_gradbench_is_that_of_differences():
    given = gradbench.ours()
    want = gradbench.evaluate(given)["jacobian"]
    step, size = 1e-6, given["main_params"].size
    for k in (0, 7, size - 1):
        ends = []
        for sign in (1, -1):
            main = given["main_params"].copy()
            main.ravel()[k] += sign * step
            ends.append(float(gradbench.objective(given | {"main_params": main})))
        assert abs((ends[0] - ends[1]) / (2 * step) - want[k]) < 1e-9


def test_ours_in_its_form_sees_what_the_form_can_say():
    found = passing_gradbench(gradbench.ours())
    assert {kind: names for kind, names in found.items() if names} == {"matrices transposed": ["W"]}


def test_ours_as_json_of_gradbench():
    text = json.loads(foreign_tests.as_gradbench(gradbench.ours()))
    given = {name: np.array(value) for name, value in text["input"].items()}
    assert gradbench.objective(given) == text["objective"]
    layers, bits = len(given["main_params"]) // 2, given["sequence"].shape[1]
    assert len(text["jacobian"]) == layers * 8 * bits + 3 * bits


def test_ours_needs_the_cell_with_peepholes():
    _, arrays = vectors.make("LSTM", **TINY)
    with pytest.raises((KeyError, ValueError), match="w_"):
        public_vectors.ours(arrays)
    assert "w_fc" in vanilla.SHAPES
