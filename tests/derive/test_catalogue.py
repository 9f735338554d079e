"""Every cell of the catalogue: its generated code against witnesses that know nothing of it."""

import cProfile
import importlib
import json
import os
import pstats
import re
import subprocess
import sys

import forwards
import numpy as np
import pytest
import write_generated
from autograd import grad
from sympy.core.cache import clear_cache

from lstm_ref.cells import elman, gru_after, gru_before, irnn, lstm
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue, expressions, proof, terms
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.declare.declaration import Cell

every = pytest.mark.parametrize("name", catalogue.CELLS)
POSITIVE = {"tau_v", "n_0", "d"}  # time constants, normalisers at the start, gaps
TWINS = {"ELMAN": elman, "IRNN": irnn, "LSTM": lstm}
TWINS |= {"GRU_BEFORE": gru_before, "GRU_AFTER": gru_after}


def generated(name):
    return importlib.import_module(f"lstm_ref.generated.{name.lower()}")


def problem(module, T, H=4, B=3, seed=0):
    """Random tensors and errors; what a cell divides by, or takes the logarithm of, is positive."""
    D = H if module.INPUT == "THB" else 3
    tensors, errors = witnesses.problem(module, np.random.default_rng(seed), T=T, B=B, D=D, H=H)
    for name in POSITIVE & tensors.keys():
        tensors[name] = 0.5 + np.abs(tensors[name])
    if "A_bar" in tensors:  # of the LMU: a linear state, which must not grow from step to step
        tensors["A_bar"] /= 4
    return tensors, errors


def independent(name, module, errors):
    """E of `witnesses.functional`, computed by the forward in tests/helpers/forwards.py."""

    def E(tensors):
        start = {s: tensors[f"{s}_0"] for s in module.STATES}
        _, x, _ = witnesses.split(module, tensors)
        outputs, last = forwards.run(name, tensors, x, start)
        total = sum(np.sum(e * h) for e, h in zip(errors["dh"], outputs, strict=True))
        ends = zip(errors["dstate_T"], module.STATES, strict=True)
        return total + sum(np.sum(e * last[s]) for e, s in ends)

    return E


@every
@pytest.mark.parametrize("T", [1, 5, 20])
def test_backward_equals_autograd_through_an_independent_forward(name, T):
    module = generated(name)
    tensors, errors = problem(module, T, seed=T)
    E = independent(name, module, errors)
    mine = witnesses.functional(module, errors)(tensors)
    np.testing.assert_allclose(mine, E(tensors), rtol=1e-12)
    want = grad(E)(dict(tensors))
    want = {learned: want[learned] for learned in witnesses.learned(module)}
    witnesses.compare(witnesses.by_hand(module, tensors, errors), want, "autograd", name, 1e-12)


# Cells of the chapters at all lengths; of the others, which autograd has seen at all, at one.
@pytest.mark.parametrize(
    ("name", "T"),
    [(name, T) for name in catalogue.CELLS for T in (1, 5, 20) if T == 5 or name in catalogue.BOOK],
)
def test_backward_equals_the_complex_step(name, T):
    module = generated(name)
    tensors, errors = problem(module, T, H=4 if T < 20 else 2, B=2, seed=T + 1)
    want = witnesses.by_complex_step(module, tensors, errors)
    got = witnesses.by_hand(module, tensors, errors)
    witnesses.compare(got, want, "the complex step", name, 1e-12)


@pytest.mark.parametrize("name", TWINS)
def test_generated_equals_hand_written(name):
    module, twin = generated(name), TWINS[name]
    assert module.SHAPES == dict(
        sorted(twin.SHAPES.items(), key=lambda kv: list(module.SHAPES).index(kv[0]))
    )
    tensors, errors = problem(module, 7)
    params, x, state0 = witnesses.split(twin, tensors)
    mine, theirs = module.forward(params, x, state0), twin.forward(params, x, state0)
    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-12)
    want = witnesses.by_hand(twin, tensors, errors)
    got = witnesses.by_hand(module, tensors, errors)
    witnesses.compare(got, want, "the hand-written cell", name, 1e-12)


@every
def test_every_step_of_the_error_is_proved_for_any_size(name):
    assert proof.failures(catalogue.CELLS[name]) == []


def test_files_are_what_the_catalogue_derives():
    assert write_generated.stored() == write_generated.files(), "run `make generate`"


def test_the_same_bytes_whatever_the_hash_seed():
    """The other seed is that of this process, in the test before."""
    names = [*catalogue.CELLS][::5]
    code = f"import json, write_generated as w; print(json.dumps(w.files({names})))"
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    env = {"PYTHONHASHSEED": seed, "PYTHONPATH": f"tools:{':'.join(sys.path)}"}
    run = [sys.executable, "-c", code]
    out = subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout
    wanted = json.loads(out)
    assert wanted == {name: write_generated.stored()[name] for name in wanted}


@pytest.mark.parametrize("name", ["FGR", "BLOCK", "VANILLA"])
def test_deriving_and_compiling_is_little_work(name):
    """From the declaration to the compiled module, nothing known before: calls, not seconds.

    A million of them take about a second. The first of these cells has by far the most terms.
    """
    clear_cache()
    for function in (*vars(terms).values(), *vars(expressions).values()):
        getattr(function, "cache_clear", int)()
    profile = cProfile.Profile()
    profile.runcall(numpy_code.compiled, catalogue.CELLS[name])
    assert 10_000 < pstats.Stats(profile).total_calls < 1_000_000


def each(function, x):
    """The function of an input, or of each of several."""
    return {k: function(v) for k, v in x.items()} if isinstance(x, dict) else function(x)


@every
def test_float32_empty_sequences_and_shared_buffers(name):
    module = generated(name)
    tensors, errors = problem(module, 6)
    params, x, state0 = witnesses.split(module, tensors)
    h, last, tape = module.forward(params, x, state0)
    # no step at all: the state passes through, and so does its error
    _, same, short = module.forward(params, each(lambda v: v[:0], x), state0)
    dparams, dx, d0 = module.backward(params, short, None, errors["dstate_T"])
    for got, want in zip((*same, *d0), (*state0, *errors["dstate_T"]), strict=True):
        np.testing.assert_array_equal(got, want)
    assert each(np.shape, dx) == each(lambda v: v[:0].shape, x)
    assert not any(v.any() for v in dparams.values())
    # shared buffers change nothing, also for a shorter sequence in between
    space = {"buffers": {}, "call": 0}
    for steps in (6, 3, 6):
        part = each(lambda v, steps=steps: v[:steps], x)
        again, _, shared = module.forward(params, part, state0, workspace=space)
        np.testing.assert_array_equal(again, h[:steps])
    want = module.backward(params, tape, errors["dh"], errors["dstate_T"])
    got = module.backward(params, shared, errors["dh"], errors["dstate_T"])
    witnesses.compare(got[0], want[0], "fresh buffers", name, tol=0)
    low = {k: v.astype(np.float32) for k, v in params.items()}
    x32 = each(lambda v: v.astype(np.float32), x)
    h32, _, tape32 = module.forward(low, x32, tuple(s.astype(np.float32) for s in state0))
    assert h32.dtype == np.float32 and np.max(np.abs(h32 - h)) < 1e-4 * max(1, np.max(np.abs(h)))
    dlow, dx32, _ = module.backward(low, tape32, errors["dh"].astype(np.float32))
    assert each(lambda v: v.dtype == np.float32, dx32) == each(lambda _: True, x)
    assert all(v.dtype == np.float32 for v in dlow.values())


def test_every_public_declaration_is_listed():
    for kind, (_, names) in catalogue.KINDS.items():
        module = importlib.import_module(f"lstm_ref.derive.catalogue.{kind}")
        assert {v.name: k for k, v in vars(module).items() if isinstance(v, Cell)} == {
            name: name for name in names
        }
    assert {v.name for v in vars(catalogue).values() if isinstance(v, Cell)} == {*catalogue.BOOK}
    for name, cell in catalogue.CELLS.items():
        assert cell.title.endswith(".") and cell.name == name


def test_every_cell_has_a_forward_step_of_its_own():
    assert forwards.STEPS.keys() == catalogue.CELLS.keys()


def test_docstrings_can_be_taken_apart():
    for cell in catalogue.CELLS.values():
        found = catalogue.about(cell)
        parts = [found.title, found.source] if found.source else [found.title]
        assert "".join(f"{part}. " for part in parts).rstrip() == cell.title, cell.name
        if cell.name in catalogue.BOOK:
            continue
        kinds = ("memory", "code of ", "formulas of ", "formulas and code of ")
        assert found.read.startswith(kinds), (cell.name, found.read)
        assert re.search(r" \d{4}$", found.source) or found.source == "RecurrentLayers.jl", (
            cell.name
        )


def test_any_subset_of_peepholes():
    for gates in ("f", "i", "o", "fi", "of", "io", "fio"):
        cell = catalogue.peephole(gates)
        assert {v for v in cell.vectors if v[0] == "w"} == {f"w_{g}c" for g in gates}
    for wrong in ("", "x", "ff"):
        with pytest.raises(catalogue.DeclarationError, match="gates"):
            catalogue.peephole(wrong)


def test_dropping_a_term_fails_exactly_its_identities():
    """Drop a term, and the proof misses that one and no other: all of the LSTM, others' signals."""
    for cell in (catalogue.LSTM, catalogue.VANILLA, catalogue.GRU_BEFORE, catalogue.GRU_AFTER):
        parameters = {*cell.matrices, *cell.vectors}
        for term in terms.every(cell):
            if term.of in parameters and cell is not catalogue.LSTM:
                continue
            wrong = cell.truncated("wrong", lambda other, term=term: other == term)
            late = "0" if term.lag else "T"
            labels = [f"{term.of}[t]"] + [f"{term.of}[{late}]"] * (term.of in cell.states)
            assert proof.failures(wrong) == ([term.of] if term.of in parameters else labels), term


def test_a_dropped_term_is_missing_from_code_and_formula_too():
    from lstm_ref.derive.typeset import latex

    cut = catalogue.LSTM.truncated("cut", lambda term: term.of == "c" and term.lag == 1)
    assert "next_c = np.zeros_like(next_c)" in numpy_code.source(cut)
    assert "f_{t+1}" not in latex.results(cut, ["c"]) and "f_{t+1}" in latex.results(
        catalogue.LSTM, ["c"]
    )
    module = numpy_code.compiled(cut)
    tensors, errors = problem(module, 5)
    wrong = witnesses.by_hand(module, tensors, errors)
    right = witnesses.by_hand(generated("LSTM"), tensors, errors)
    off = {k: np.max(np.abs(wrong[k] - right[k])) / np.max(np.abs(right[k])) for k in right}
    assert off["W_fh"] > 0.05 and off["W_ix"] > 0.05


@pytest.mark.parametrize("of", ["W_fh", "W_hx", "b_f", "W_hh", "w_h", "S"])
def test_a_dropped_gradient_is_missing_everywhere_and_nothing_else_changes(of):
    """Stacked matrices, matrices alone, vectors: zeros in the code, 0 in the formula."""
    from lstm_ref.derive.declare.language import cell
    from lstm_ref.derive.expressions import sigma, t, tanh
    from lstm_ref.derive.typeset import latex

    @cell
    def Mixed(x, h, f, *, W, w, b):
        f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
        h[t] = f[t] * tanh(W.hh @ (f[t] * h[t - 1])) + w.h * (W.hx @ x[t])

    if of not in {*Mixed.matrices, *Mixed.vectors}:
        with pytest.raises(catalogue.DeclarationError, match="drop is true for no term of Mixed"):
            Mixed.truncated("cut", lambda term: term.of == of)
        return
    cut = Mixed.truncated("cut", lambda term: term.of == of)
    assert proof.failures(cut) == [of]
    assert f"∂E/∂{of} = 0" in latex.text(cut)["Weight gradients"].splitlines()
    right, wrong = numpy_code.compiled(Mixed), numpy_code.compiled(cut)
    tensors, errors = problem(right, 4)
    want = witnesses.by_hand(right, tensors, errors)
    got = witnesses.by_hand(wrong, tensors, errors)
    assert not got[of].any() and want[of].any() and got[of].shape == want[of].shape
    for name in want.keys() - {of}:
        np.testing.assert_array_equal(got[name], want[name])
    assert "terms left out on purpose" in wrong.SOURCE and "exact" not in wrong.SOURCE


def test_all_weight_gradients_may_be_dropped():
    lstm = catalogue.LSTM
    cut = lstm.truncated("cut", lambda term: term.of in {*lstm.matrices, *lstm.vectors})
    assert proof.failures(cut) == [*lstm.vectors, *lstm.matrices]
    tensors, errors = problem(generated("LSTM"), 3)
    got = witnesses.by_hand(numpy_code.compiled(cut), tensors, errors)
    want = witnesses.by_hand(generated("LSTM"), tensors, errors)
    assert not any(got[name].any() for name in lstm.matrices)
    np.testing.assert_array_equal(got["x"], want["x"])


@pytest.mark.parametrize("text", ['my "cell"', 'a """ b', "\\x", "end\\", '"""', "a\tb\x00", "{T}"])
def test_any_name_and_any_title_give_source_that_compiles(text):
    for cell in (catalogue.ELMAN.but(text), catalogue.ELMAN.but("Plain", text)):
        module = numpy_code.compiled(cell)
        assert module.NAME == cell.name
        assert module.__doc__.splitlines()[0] == f"{cell.name}: {cell.title}"
        assert module.SHAPES == generated("ELMAN").SHAPES
