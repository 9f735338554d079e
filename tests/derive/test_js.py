"""JavaScript of every cell, run in Node, against the NumPy module."""

import functools

import kinds
import node
import numpy as np
import pytest

from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import js_code, numpy_code

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)

OTHERS = {**kinds.KINDS, **kinds.HARD, "LONG_NAMES": kinds.LONG_NAMES}
NAMES = [*catalogue.CELLS, *OTHERS]
SIZES = {"T": 4, "B": 3, "D": 4, "H": 4}
every = pytest.mark.parametrize("name", NAMES)


def declared(name):
    return OTHERS[name] if name in OTHERS else catalogue.CELLS[name]


@functools.cache
def problem(name):
    """(NumPy module, tensors, errors from outside, sizes by their letters)."""
    cell = declared(name)
    module = numpy_code.compiled(cell)
    tensors, outside = witnesses.problem(module, np.random.default_rng(1), **SIZES)
    letters = {*"".join([*cell.INPUTS.values(), *cell.letters.values()])} - {"1"}
    sizes = {k: n for k, n in witnesses.widths(**SIZES).items() if k in letters}
    return module, tensors, outside, sizes


def job(name, source=None):
    module, tensors, outside, sizes = problem(name)
    source = source or js_code.source(declared(name))
    return node.job(source, constant(source), module, tensors, outside, sizes)


def constant(source):
    """The name that a script defines."""
    line = next(line for line in source.splitlines() if line.endswith(" = (() => {"))
    return line.split()[1]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What every cell gives, from one process."""
    results = node.run(tmp_path_factory.mktemp("node"), [job(name) for name in NAMES])
    return dict(zip(NAMES, results, strict=True))


def distance(got, want):
    """The largest difference, relative to the largest number of the array or to 1."""
    return np.abs(got - want).max() / max(1, np.abs(want).max())


@functools.cache
def wanted(name):
    """(outputs, last states, gradients) of the NumPy module."""
    module, tensors, outside, _ = problem(name)
    y, state_T, _ = module.forward(*witnesses.split(module, tensors))
    return y, state_T, witnesses.by_hand(module, tensors, outside)


def differences(name, result):
    """name of an array -> how far it is from NumPy's."""
    assert "error" not in result, result
    module, tensors, *_ = problem(name)
    y, state_T, want = wanted(name)
    outputs, states, gradients = node.gathered(module, result, tensors, y)
    assert gradients.keys() == want.keys()
    found = {n: distance(gradients[n], want[n]) for n in want} | {"y": distance(outputs, y)}
    pairs = zip(states, state_T, strict=True)
    return found | {f"last {k}": distance(*pair) for k, pair in enumerate(pairs)}


@every
def test_it_equals_the_numpy_module(name, found):
    assert max(differences(name, found[name]).values()) < 1e-12


def test_it_is_an_es_module_too(tmp_path):
    jobs = []
    for name in ("LSTM", "GRU_D"):
        path = tmp_path / f"{name}.mjs"
        path.write_text(js_code.module(catalogue.CELLS[name]), encoding="utf-8")
        jobs.append({**job(name), "module": str(path)})
    for name, result in zip(("LSTM", "GRU_D"), node.run(tmp_path, jobs), strict=True):
        assert max(differences(name, result).values()) < 1e-12


def test_what_is_left_out_is_zeros(tmp_path):
    whole = job("LSTM")
    zeros = {k: [0.0] * len(v) for k, v in whole["state0"].items()}
    given = {**whole, "state0": zeros, "dstate": zeros, "dy": [0.0] * len(whole["dy"])}
    some = {**given, "state0": {"h": zeros["h"]}, "dstate": None}
    none = {**given, "state0": None, "dy": None, "dstate": None}
    full, part, left = node.run(tmp_path, [given, some, none])
    assert full == part == left and any(full["y"])


def test_no_steps(tmp_path):
    whole = job("LSTM")
    sizes = {**whole["sizes"], "T": 0}
    (result,) = node.run(tmp_path, [{**whole, "sizes": sizes, "x": [], "dy": []}])
    assert result["y"] == result["dx"] == [] and not any(result["dparams"]["W_fh"])
    assert result["state"] == whole["state0"] and result["dstate0"] == whole["dstate"]


REFUSED = [
    (
        {"sizes": {"T": 4, "D": 4, "H": 0, "B": 3}},
        "RangeError: sizes.H: expected a whole number >= 1",
    ),
    ({"x": [1.0]}, "RangeError: inputs.x: expected (T, D, B), 48 numbers, got 1"),
    ({"state0": {"h": [1.0]}}, "RangeError: state0.h: expected (H, B), 12 numbers, got 1"),
    ({"state0": {"H": [1.0]}}, "TypeError: state0.H: unknown, expected h, c"),
    ({"params": {}}, "TypeError: params.W_fh: expected a Float64Array"),
    ({"params": None}, "TypeError: params: expected an object of arrays, got undefined"),
    ({"dy": [1.0]}, "RangeError: backward.dy: expected (T, H, B), 48 numbers, got 1"),
    ({"dstate": {"c": {}}}, "TypeError: dstate.c: expected a Float64Array"),
]


def test_bad_arguments_are_named(tmp_path):
    results = node.run(tmp_path, [{**job("LSTM"), **changed} for changed, _ in REFUSED])
    for result, (_, text) in zip(results, REFUSED, strict=True):
        assert result["error"].startswith(text)


def test_blocks_that_do_not_divide_the_units_are_named(tmp_path):
    whole = job("BLOCK")
    sizes = {**whole["sizes"], "G": 3}
    (result,) = node.run(tmp_path, [{**whole, "sizes": sizes}])
    assert result["error"] == "RangeError: sizes.G: expected a divisor of H = 4, got 3"


# ---- faults planted in both passes are seen

FAULTS = {"* 4 * H * B": "* 3 * H * B", "(t - 1)": "t", " - ": " + ", " + ": " - "}
FAULTS |= {"leftTurned(": "plain(", "rightTurned(": "leftTurned(", "+= ": "= ", "sigmoid(": "("}
FAULTS |= {"Math.tanh(": "(", "row * B": "row", "_t, true)": "_t, false)", "_last[": "_t["}


@pytest.mark.parametrize("name", ["LSTM", "DECAYS", "LAYER_NORM", "INPUTS"])
def test_every_fault_planted_is_seen(name, tmp_path):
    source = js_code.source(declared(name))
    front, passes = source.split("  function forward(")
    faulty = []
    for right, wrong in FAULTS.items():
        pieces = passes.split(right)
        for k in range(1, len(pieces)):
            before, behind = right.join(pieces[:k]), right.join(pieces[k:])
            if right == " + " and ".subarray(" in before.rpartition("\n")[2]:
                continue  # where a part of an array ends, behind what is read of it
            changed = f"{before}{wrong}{behind}"
            faulty.append((f"{right} {k}", f"{front}  function forward({changed}"))
    results = node.run(tmp_path, [job(name, text) for _, text in faulty])
    pairs = zip(faulty, results, strict=True)
    assert len(faulty) > 20
    assert [fault for (fault, _), result in pairs if not seen(name, result)] == []


def seen(name, result):
    try:
        return not max(differences(name, result).values()) < 1e-9
    except (AssertionError, ValueError, TypeError):
        return True
