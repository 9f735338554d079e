"""Compiled cells: the numbers of NumPy, and what happens where C cannot be compiled."""

import os
import subprocess
import sys

import c_library
import numpy as np
import pytest

from lstm_ref import cell, native, sigma, t, tanh
from lstm_ref.cells import loop
from lstm_ref.cells.resolve import resolve
from lstm_ref.derive import catalogue
from lstm_ref.learn import loop as training
from lstm_ref.learn import network
from lstm_ref.native import blas, compiler

SIZES = {"T": 6, "D": 3, "H": 4, "B": 3, "G": 2, "P": 5, "Q": 3, "R": 6, "U": 2, "V": 7}
SOME = [(name, "BLAS") for name in ("LSTM", "MLSTM", "SLSTM", "LMU", "GRU_D")]
SOME += [(name, "own loops") for name in ("VANILLA", "DELTANET")]
needs_compiler = pytest.mark.skipif(c_library.COMPILER is None, reason=c_library.NONE)


@cell
def MINE(x, h, g, *, W, b):
    """A cell of one's own."""
    g[t] = sigma(W.gh @ h[t - 1] + W.gx @ x[t] + b.g)
    h[t] = g[t] * h[t - 1] + (1 - g[t]) * tanh(W.hx @ x[t] + b.h)


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """A cache of its own for every test, and nothing known from the last one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(native, "_KNOWN", {})


def both(module, declared, dtype, B=3, **options):
    """Everything that both passes give, from one draw."""
    sizes, given, _ = c_library.job(declared, SIZES | {"B": B}, dtype)
    params = dict(zip([*declared.SHAPES, *declared.FIXED], given["params"], strict=True))
    inputs = dict(zip(declared.INPUTS, given["x"], strict=True))
    x = inputs if len(inputs) > 1 else given["x"][0]
    y, last, tape = module.forward(params, x, tuple(given["initial"]), **options)
    dparams, dx, first = module.backward(params, tape, given["dy"][0], tuple(given["last"]))
    dx = [*dx.values()] if isinstance(dx, dict) else [dx]
    return {
        "y": [y],
        "last": last,
        "dparams": [dparams[p] for p in declared.SHAPES],
        "dx": dx,
        "first": first,
    }


@needs_compiler
@pytest.mark.parametrize("name, products", SOME)
def test_the_numbers_of_numpy(name, products, monkeypatch):
    if products == "BLAS" and blas.pointers() is None:
        pytest.skip("this NumPy's BLAS is not found")
    if products != "BLAS":
        monkeypatch.setattr(blas, "pointers", lambda: None)
    fast, declared = native.cell(name), catalogue.CELLS[name]
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 2e-5)):
        for B in (1, 3):
            want = both(declared.module, declared, dtype, B)
            found = both(fast, declared, dtype, B)
            assert c_library.distance(found, want) < tolerance
            assert {a.dtype for each in found.values() for a in each} == {np.dtype(dtype)}


@needs_compiler
def test_a_workspace_is_shared_and_results_are_ones_own():
    fast, space = native.cell(MINE), loop.workspace()
    first = both(fast, MINE, np.float64, workspace=space)
    kept = {part: [a.copy() for a in each] for part, each in first.items()}
    both(fast, MINE, np.float64, B=1, workspace=space)
    for part, arrays in first.items():
        assert all(np.array_equal(a, b) for a, b in zip(arrays, kept[part], strict=True))
    assert native.cell(MINE) is fast


@needs_compiler
def test_arguments_are_refused_as_by_numpy():
    fast = native.cell("LSTM")
    params = fast.init(np.random.default_rng(0), 2, 3)
    for x in (np.ones((4, 3, 1)), np.ones((4, 2)), [1.0]):
        with pytest.raises((TypeError, ValueError)) as told:
            resolve("LSTM").forward(params, x)
        with pytest.raises(type(told.value)) as found:
            fast.forward(params, x)
        assert str(found.value) == str(told.value)
    turned = {name: value.astype(complex) for name, value in params.items()}
    with pytest.raises(TypeError, match="C has no complex"):
        fast.forward(turned, np.ones((4, 2, 1), complex))
    fast = native.cell("IRNN")
    params = {
        n: np.full_like(v, 1e200) for n, v in fast.init(np.random.default_rng(0), 2, 3).items()
    }
    with pytest.raises(FloatingPointError, match="expected finite numbers"):
        fast.forward(params, np.ones((4, 2, 1)))


@needs_compiler
def test_small_numbers_stay_what_they_are():
    """Some options of compilers switch them off for a whole process."""
    native.cell("LSTM")
    assert np.array([5e-324]) * np.array([1.0]) > 0


@needs_compiler
def test_training_gives_the_same_numbers():
    def batch(rng):
        x = rng.normal(size=(8, 2, 4))
        return x, np.cumsum(x, axis=0)[:, :1], np.ones((8, 4), bool)

    runs = []
    for which in (MINE, native.cell(MINE)):
        params = network.start(which, np.random.default_rng(1), 2, 5, 1)
        runs.append(training.fit(which, params, batch, updates=30, learning_rate=0.01))
    numpy, fast = runs
    np.testing.assert_allclose(fast.history["loss"], numpy.history["loss"], rtol=1e-10)
    for name, value in numpy.params.items():
        np.testing.assert_allclose(fast.params[name], value, rtol=1e-9, atol=1e-11)
    assert all(np.abs(numpy.params[name] - params[name]).max() > 0.01 for name in params)


# ---- where C cannot be compiled


def test_no_compiler_is_told_in_one_sentence_and_numpy_goes_on(monkeypatch, tmp_path):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = r"^native: no C compiler was found \(cc, gcc, clang\); NumPy goes on$"
    with pytest.warns(RuntimeWarning, match=said):
        assert native.cell("LSTM") is resolve("LSTM", fastest=True)
    with pytest.raises(native.NoCompiler):
        native.compiled(MINE)


@pytest.mark.skipif(os.name == "nt", reason="the broken compiler is a shell script")
def test_a_broken_compiler(monkeypatch, tmp_path):
    broken = tmp_path / "broken-cc"
    broken.write_text("#!/bin/sh\necho 'internal error, sorry' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    said = r"^native: .*broken-cc cannot compile: internal error, sorry; NumPy goes on$"
    with pytest.warns(RuntimeWarning, match=said):
        assert native.cell(MINE) is MINE.module
    broken.write_text("#!/nowhere/at/all\n")
    with pytest.warns(RuntimeWarning, match="broken-cc does not run: FileNotFoundError"):
        native.cell(MINE)
    assert [*(tmp_path / "cache" / "lstm_ref").iterdir()] == []


@needs_compiler
def test_an_unwritable_cache(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert both(native.cell(MINE), MINE, np.float64)
    assert compiler.folder().name.startswith("lstm_ref-")


@needs_compiler
def test_a_damaged_library_is_made_again(tmp_path):
    place = tmp_path / "cache" / "lstm_ref"
    for damage in ("garbage", ""):
        run = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True)
        (made,) = place.iterdir()
        made.write_text(damage)
        again = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True)
        assert again.stdout == run.stdout != "" and made.stat().st_size > 1000


@needs_compiler
def test_what_cannot_be_loaded_or_stored_is_told(monkeypatch):
    def forbidden(path):
        raise OSError(f"{path}: failed to map segment from shared object")

    blas.pointers()  # looked up once, and not here
    with monkeypatch.context() as patch:
        patch.setattr(compiler.ctypes, "CDLL", forbidden)
        with pytest.warns(RuntimeWarning, match="compiled cannot be loaded: .*failed to map"):
            assert native.cell(MINE) is MINE.module
    monkeypatch.setattr(compiler, "_compile", lambda *_: (compiler.folder() / "a" / "b").touch())
    with pytest.warns(RuntimeWarning, match="lstm_ref cannot be written: No such file"):
        assert native.cell(MINE) is MINE.module


@needs_compiler
def test_a_compiler_with_options(monkeypatch):
    monkeypatch.setenv("CC", f"{c_library.COMPILER} -O1")
    assert both(native.cell(MINE), MINE, np.float64)
    monkeypatch.setenv("CC", "nonesuch -O1")
    with pytest.raises(native.NoCompiler, match=r"no C compiler was found \(nonesuch\)"):
        native.compiled("LSTM")


@pytest.mark.skipif(os.name == "nt", reason="rights of a folder")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    place = tmp_path / "cache" / "lstm_ref"
    place.mkdir(parents=True)
    place.chmod(0o755)
    assert compiler.folder() == place
    place.chmod(0o777)
    assert compiler.folder() != place


PROCESS = """
import sys
from lstm_ref import native
import numpy as np
fast = native.compiled("GRU_AFTER")
params = fast.init(np.random.default_rng(0), 2, 3)
print(float(fast.forward(params, np.ones((4, 2, 1)))[0].sum()))
"""


@needs_compiler
def test_two_processes_at_once(tmp_path):
    started = [
        subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = {process.communicate(timeout=120)[0] for process in started}
    assert [process.returncode for process in started] == [0, 0] and len(said) == 1
    (made,) = (tmp_path / "cache" / "lstm_ref").iterdir()
    before = made.stat().st_mtime_ns
    again = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True)
    assert {again.stdout} == said and made.stat().st_mtime_ns == before, "compiled again"
