"""NumPy files that stand alone: they run where lstm_ref cannot be imported, with its numbers."""

import builtins
import dis
import functools
import importlib.util
import inspect
import re

import kinds
import numpy as np
import pytest

from lstm_ref import cell, relu, sigma, t
from lstm_ref.check import check_cell, witnesses
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import numpy_alone
from lstm_ref.derive.codegen.names import RESERVED
from lstm_ref.interop import vectors

OTHERS = {**kinds.KINDS, **kinds.HARD}
CELLS = {**catalogue.CELLS, **OTHERS}
every = pytest.mark.parametrize("name", CELLS)


def only_numpy(name, *arguments):
    """What `import` does in a folder where there is nothing but NumPy."""
    if name.partition(".")[0] != "numpy":
        raise ImportError(f"{name} is not here")
    return builtins.__import__(name, *arguments)


class Alone:
    """A file, executed where there is nothing but NumPy, as a module."""

    def __init__(self, text):
        place = {"__builtins__": {**vars(builtins), "__import__": only_numpy}, "__name__": "alone"}
        exec(compile(text, "alone", "exec"), place)
        self.__dict__.update({k: v for k, v in place.items() if k != "__builtins__"})


@functools.cache
def golden(name):
    """(tensors, errors from outside, gradients, outputs and last states) by the list of terms."""
    return golden_of(CELLS[name])


def golden_of(cell):
    wide = cell.letters[cell.input] == "H"
    _, right = vectors.make(cell, T=3, B=3, D=6 if wide else 4, H=6)
    inputs = [*cell.inputs] if len(cell.inputs) > 1 else ["x"]
    names = [*cell.SHAPES, *cell.FIXED, *inputs, *(f"{s}_0" for s in cell.states)]
    tensors = {n: right[n] for n in names}
    outside = {"dh": right["e"], "dstate_T": tuple(right[f"e_{s}_T"] for s in cell.states)}
    wanted = {f"d{n}": right[f"d{n}"] for n in names if n not in cell.FIXED}
    ends = {f"last {s}": right[s][-1] for s in cell.states}
    return tensors, outside, {**wanted, **ends, "outputs": right[cell.output]}


def found(module, tensors, outside):
    """The same by the two functions of a module."""
    params, x, state0 = witnesses.split(module, tensors)
    outputs, state_T, tape = module.forward(params, x, state0)
    back = module.backward(params, tape, outside["dh"], outside["dstate_T"])
    gradients = {f"d{n}": v for n, v in witnesses.gathered(module, *back).items()}
    ends = {f"last {s}": v for s, v in zip(module.STATES, state_T, strict=True)}
    return {**gradients, **ends, "outputs": outputs}


def equal(text, name, vectors=None):
    tensors, outside, wanted = vectors or golden(name)
    got = found(Alone(text), tensors, outside)
    witnesses.compare(got, wanted, "the golden vectors", name, 1e-12)


@every
def test_alone_it_gives_the_golden_vectors(name):
    equal(numpy_alone.source(CELLS[name]), name)


@every
def test_it_brings_what_it_calls_and_no_more(name):
    text = numpy_alone.source(CELLS[name])
    module = Alone(text)
    functions = {n: f for n, f in vars(module).items() if inspect.isfunction(f)}
    called = {n for f in functions.values() for n in globals_of(f.__code__)}
    assert called <= {*vars(module), *vars(builtins)}
    assert {*functions} - called == {"forward", "backward"}
    assert re.findall("^ *(?:from|import) .*", text, re.M) == ["import numpy as np"]


def globals_of(code):
    """Names that code looks up outside of it, functions in it as well."""
    yield from (i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL")
    for inner in code.co_consts:
        if inspect.iscode(inner):
            yield from globals_of(inner)


def test_no_name_of_a_cell_hides_one_that_is_called():
    called = {n for text in numpy_alone.helpers().values() for n in numpy_alone.named(text)}
    assert {*numpy_alone.helpers(), *(called & vars(builtins).keys())} <= RESERVED

    @cell
    def HIDING(x, rows, total, h, *, W, b, len=0.5, flat=3):
        rows[t] = sigma(W.rh @ h[t - 1] + W.rx @ x[t] + b.r)
        total[t] = relu(W.tx @ x[t] + len * b.t)
        h[t] = rows[t] * h[t - 1] + total[t] / flat

    equal(numpy_alone.source(HIDING), "HIDING", golden_of(HIDING))


def test_no_arrays_are_zeros_and_no_steps_are_steps():
    module = Alone(numpy_alone.source(CELLS["LSTM"]))
    tensors, outside, _ = golden("LSTM")
    params, x, _ = witnesses.split(module, tensors)
    zeros = tuple(np.zeros_like(v) for v in outside["dstate_T"])
    for T in (3, 0):
        given, dh = x[:T], np.zeros_like(outside["dh"][:T])
        runs = []
        for state0, error, last in ((None, None, None), (zeros, dh, zeros)):
            y, state_T, tape = module.forward(params, given, state0)
            dparams, dx, dstate0 = module.backward(params, tape, error, last)
            runs.append([y, *state_T, *dparams.values(), dx, *dstate0])
        for left, right in zip(*runs, strict=True):
            np.testing.assert_array_equal(left, right)
        assert y.shape == (T, 6, 3) and dx.shape == given.shape


@pytest.mark.parametrize("name", ["LSTM", "SLSTM", "GRU_D", "MLSTM"])
def test_single_precision_stays_and_whole_numbers_become_floats(name):
    module = Alone(numpy_alone.source(CELLS[name]))
    tensors, outside, wanted = golden(name)
    single = {n: v.astype(np.float32) for n, v in tensors.items()}
    errors = {"dh": outside["dh"].astype(np.float32)}
    errors["dstate_T"] = tuple(v.astype(np.float32) for v in outside["dstate_T"])
    got = found(module, single, errors)
    assert {v.dtype for v in got.values()} == {np.dtype(np.float32)}
    witnesses.compare(got, wanted, "the golden vectors", name, 1e-3)
    whole = {n: np.ones_like(v, dtype=int) for n, v in tensors.items()}
    floats = {n: v.astype(float) for n, v in whole.items()}
    witnesses.compare(found(module, whole, outside), found(module, floats, outside), "floats")


def test_a_wrong_shape_is_named():
    module = Alone(numpy_alone.source(CELLS["LSTM"]))
    tensors, _, _ = golden("LSTM")
    params, x, (h, c) = witnesses.split(module, tensors)
    with pytest.raises(ValueError, match=r"^x: expected a shape \(T, D, B\), T = 3, D = 4, B = 3"):
        module.forward(params, x[:, :3])
    with pytest.raises(ValueError, match=r"^b_f: expected a shape \(H, 1\), H = 6, got \(6,\)$"):
        module.forward({**params, "b_f": params["b_f"][:, 0]}, x)
    with pytest.raises(
        ValueError, match=r"^c: expected a shape \(H, B\), H = 6, B = 3, got \(6, 1"
    ):
        module.forward(params, x, (h, c[:, :1]))
    _, _, tape = module.forward(params, x)
    with pytest.raises(ValueError, match=r"^dh: expected a shape \(T, H, B\), T = 3, H = 6, B = 3"):
        module.backward(params, tape, h)


def test_a_stored_file_is_a_cell(tmp_path):
    """For the checks of the package, say, by a reader who has changed it."""
    path = tmp_path / "mine.py"
    path.write_text(numpy_alone.source(CELLS["GRU_BEFORE"]), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("mine", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert "complex step" in check_cell(module, T=3, H=4)


# ---- faults planted in both passes, and in what the printer says, are seen

FAULTS = {"[t]": "[t - 1]", "[t - 1]": "[t]", "[1:]": "[:-1]", "[:-1]": "[1:]", ".T @": " @"}
FAULTS |= {" - ": " + ", " + ": " - ", "**2": "**3", "next_": "0 * next_", "[..., None, :]": ""}
FAULTS |= {"apply(": "apply_transposed(", "total(": "mean(", "sigmoid(": "np.tanh("}
FAULTS |= {"over_steps(": "flat(", "initial[": "0 * initial[", "np.exp(": "np.cosh("}


@pytest.mark.parametrize("name", ["LSTM", "DECAYS", "LAYER_NORM", "INPUTS", "NUMBER"])
def test_every_fault_planted_is_seen(name):
    text = numpy_alone.source(CELLS[name])
    start = text.index('"""', text.index("def forward")) + 3
    end = text.index(numpy_alone.BEHIND)
    front, passes, behind = text[:start], text[start:end], text[end:]
    planted, unseen = 0, []
    for right, wrong in FAULTS.items():
        pieces = passes.split(right)
        for k in range(1, len(pieces)):
            planted += 1
            changed = right.join(pieces[:k]) + wrong + right.join(pieces[k:])
            if not seen(name, front + changed + behind):
                unseen.append(f"{right} {k}")
    # DECAYS: one slot of `net`, which is not filled, may be zero by accident.
    assert planted > 20 and {(name, fault) for fault in unseen} <= {("DECAYS", "[1:] 1")}


def seen(name, text):
    try:
        equal(text, name)
    except Exception:
        return True
    return False


PRINTED = {"over steps": "total", "product over steps": "outer", "sum": "mean", "flat": "rows"}
PRINTED |= {"sigma": "np.tanh", "sign": "step"}


@pytest.mark.parametrize("word", PRINTED)
def test_a_wrong_word_of_the_printer_is_seen(word, monkeypatch):
    names = ("LAYER_NORM", "GRU_D")
    assert not any(seen(name, numpy_alone.source(CELLS[name])) for name in names)
    monkeypatch.setitem(numpy_alone.WORDS, word, PRINTED[word])
    assert any(seen(name, numpy_alone.source(CELLS[name])) for name in names)
