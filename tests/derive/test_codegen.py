"""Generated code of every kind of thing that the language knows, against other ways to compute it.

The complex step goes through the generated forward; `check.summands` evaluates the equations and
the list of terms with no generated code. Biases and initial states are not zero.
"""

import cProfile
import types

import kinds
import numpy as np
import pytest
from kinds import S, W, _cell, at

from lstm_ref.check import summands, witnesses
from lstm_ref.derive import terms
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.expressions import sigma

CELLS = kinds.KINDS | kinds.HARD
every = pytest.mark.parametrize("name", CELLS)


def problem(cell, T, dtype=np.float64, scale=0.5):
    module = numpy_code.compiled(cell)
    rng = np.random.default_rng(T)
    tensors, outside = witnesses.problem(module, rng, T=T, B=3, D=4, H=5, scale=scale, dtype=dtype)
    return module, tensors, outside


@every
@pytest.mark.parametrize("T", [1, 5, 20])
def test_gradients_equal_those_of_the_complex_step(name, T):
    module, tensors, outside = problem(CELLS[name], T, scale=0.5 if T < 9 else 0.1)
    want = witnesses.by_complex_step(module, tensors, outside)
    got = witnesses.by_hand(module, tensors, outside)
    witnesses.compare(got, want, "the complex step", name, 1e-11)
    assert all(value.any() for value in want.values()) or T == 1, "a check that sees nothing"


@every
def test_code_equals_its_equations_and_terms_evaluated(name):
    cell = CELLS[name]
    module, tensors, outside = problem(cell, 5)
    params, given, state0 = witnesses.split(module, tensors)
    values = summands.forward(cell, params, given, state0)
    outputs, state_T, _ = module.forward(params, given, state0)
    np.testing.assert_allclose(outputs, values[cell.output][1:], rtol=1e-12, atol=1e-14)
    for state, last in zip(cell.states, state_T, strict=True):
        np.testing.assert_allclose(last, values[state][-1], rtol=1e-12, atol=1e-14)
    _, want = summands.backward(summands.recipe(cell), values, outside)
    got = witnesses.by_hand(module, tensors, outside)
    witnesses.compare(got, {n: want[n] for n in got}, "the list of terms", name, 1e-12)


def evaluated(cell, module, tensors, outside):
    """Gradients by the list of terms."""
    values = summands.forward(cell, *witnesses.split(module, tensors))
    return summands.backward(summands.recipe(cell), values, outside)[1]


MATRICES = [name for name, cell in CELLS.items() if 2 in map(cell.rank, cell.states)]


@pytest.mark.parametrize("name", MATRICES)
def test_code_of_matrices_of_equal_sizes_equals_terms_evaluated(name):
    """Where rows, columns, samples and steps are as many, a wrong axis is no error of shape."""
    module = numpy_code.compiled(CELLS[name])
    rng = np.random.default_rng(0)
    tensors, outside = witnesses.problem(module, rng, T=3, B=3, D=3, H=3)
    cut = (slice(3),) * 4  # of letters that are larger
    tensors = {n: value[cut[: value.ndim]] for n, value in tensors.items()}
    ends = tuple(value[cut[: value.ndim]] for value in outside["dstate_T"])
    outside = {"dh": outside["dh"][cut[:3]], "dstate_T": ends}
    want = evaluated(CELLS[name], module, tensors, outside)
    got = witnesses.by_hand(module, tensors, outside)
    witnesses.compare(got, {n: want[n] for n in got}, "the list of terms", name, 1e-12)


@every
def test_terms_left_out_are_left_out(name):
    for item in terms.every(CELLS[name]):
        cut = CELLS[name].truncated("CUT", lambda term, item=item: term == item)
        module, tensors, outside = problem(cut, 4)
        want = evaluated(cut, module, tensors, outside)
        got = witnesses.by_hand(module, tensors, outside)
        witnesses.compare(got, {n: want[n] for n in got}, "the list of terms", name, 1e-12)


@every
def test_float32_stays_float32(name):
    module, tensors, outside = problem(CELLS[name], 3, np.float32)
    outputs, state_T, tape = module.forward(*witnesses.split(module, tensors))
    found = {"outputs": outputs, **dict(zip(module.STATES, state_T, strict=True))}
    found |= witnesses.by_hand(module, tensors, outside)
    found |= {n: value for n, value in tape.items() if isinstance(value, np.ndarray)}
    assert {n: value.dtype for n, value in found.items() if value.dtype != np.float32} == {}


@every
def test_source_is_the_same_twice_and_has_no_long_lines(name):
    source = numpy_code.source(CELLS[name])
    assert source == numpy_code.source(CELLS[name])
    lines = source.splitlines()
    assert [line for line in lines if len(line) > 100] == []
    opened = [n for n, line in enumerate(lines) if line.endswith(("(", "([", "{"))]
    assert all(lines[n + 1].strip() for n in opened), "a blank line in brackets"


@every
def test_the_contract_is_kept(name):
    from lstm_ref.check import check_cell

    report = check_cell(CELLS[name], promises=True, T=3, H=5)
    assert "complex step" in report


@pytest.mark.parametrize("name", ["INPUTS", "FIXED", "MEMORY", "NUMBER"])
def test_the_equations_are_a_cell_too_and_any_two_functions(name):
    from lstm_ref.check import check_cell, pair
    from lstm_ref.mistakes.known import module_with

    by_terms = module_with(None, CELLS[name])
    assert {"autograd", "complex step"} <= set(check_cell(by_terms, T=3, H=5))
    words = {n: getattr(by_terms, n) for n in ("INPUT", "OUTPUT", "FIXED", "INPUTS")}
    functions = by_terms.forward, by_terms.backward
    report = check_cell(pair(*functions, by_terms.SHAPES, by_terms.STATES, **words), T=3, H=5)
    assert "autograd" in report


def test_what_no_step_changes_is_computed_once():
    source = numpy_code.source(CELLS["ONCE"])
    before, _, step = source.partition("for t in range(1, T + 1):")
    assert "exp_w_h = np.exp(-fn.softplus(w_h))" in before
    assert "np.exp" not in step and "np.sqrt" not in step.split("def backward")[0]
    source = numpy_code.source(CELLS["STILL"])
    before, _, step = source.partition("for t in range(1, T + 1):")
    assert "a = sigmoid(b_a)" in before and " a = new" not in source


def test_constants_keep_their_names():
    source = numpy_code.source(CELLS["NUMBERS"])
    assert "\ndt = 0.042\n" in source and "\nsteps = 3\n" in source
    assert "0.042" not in source.split("\nsteps = 3\n")[1]


def test_fixed_parameters_are_demanded_and_have_no_gradient():
    module, tensors, outside = problem(CELLS["FIXED"], 3)
    assert set(witnesses.by_hand(module, tensors, outside)) == {*module.SHAPES, "x", "h_0"}
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match=r"A_u: expected an array \(5, 5\); FIXED is given it"):
        module.init(rng, 4, 5)
    fixed = {n: tensors[n] for n in module.FIXED}
    params = module.init(rng, 4, 5, **fixed)
    np.testing.assert_array_equal(params["A_u"], tensors["A_u"])
    with pytest.raises(ValueError, match=r"A_v: expected an array \(5, 1\), got \(5,\)"):
        module.init(rng, 4, 5, **{**fixed, "A_v": np.ones(5)})


def test_several_inputs_are_a_dict():
    module, tensors, _ = problem(CELLS["INPUTS"], 3)
    params, given, state0 = witnesses.split(module, tensors)
    spelled = r"x \(T, D, B\), m \(T, H, B\), d \(T, 1, B\)"
    with pytest.raises(TypeError, match=rf"x: expected a dict with {spelled}, got ndarray"):
        module.forward(params, given["x"], state0)
    with pytest.raises(ValueError, match=rf"x: expected a dict with {spelled}, got x, m$"):
        module.forward(params, {"x": given["x"], "m": given["m"]}, state0)
    with pytest.raises(ValueError, match=r'x\["d"\]: expected shape \(T, 1, B\) = \(3, 1, 3\)'):
        module.forward(params, {**given, "d": given["m"]}, state0)


# ---- faults planted in the way back are seen, every one, wherever it stands

FAULTS = {
    "[t]": "[t - 1]",
    "[t - 1]": "[t]",
    "[1:]": "[:-1]",
    "[:-1]": "[1:]",
    ".T @": " @",
    " - ": " + ",
    " + ": " - ",
    "**2": "**3",
    "axis=-3": "axis=-2",
    "axis=-2": "axis=-3",
    "[..., None, :]": "",
    "[..., None, :, :]": "",
    "fn.apply_transposed(": "fn.apply(",
    "fn.apply(": "fn.apply_transposed(",
    "fn.total(": "fn.mean(",
    "fn.total(fn": "(fn",
    "fn.sign(": "np.abs(",
    "fn.step(": "np.abs(",
    "sigmoid(": "np.tanh(",
    "next_": "0 * next_",
    "np.broadcast_to": "(lambda value, _: value)",
}


def faulty(source):
    """(what was done, source) for every fault that has a place in the function `backward`."""
    there, back = source.split("    e = run.from_one(outside)")
    for right, wrong in FAULTS.items():
        pieces = back.split(right)
        for k in range(1, len(pieces)):
            changed = right.join(pieces[:k]) + wrong + right.join(pieces[k:])
            yield f"{right} {k}", f"{there}    e = run.from_one(outside){changed}"


def seen(source, module, tensors, outside, want):
    """Does a witness, or Python, or NumPy see what is wrong with this source?"""
    try:
        wrong = types.ModuleType("wrong")
        exec(source, wrong.__dict__)
        wrong.CELL = wrong.CELL._replace(module="wrong")
        witnesses.compare(witnesses.by_hand(wrong, tensors, outside), want, "", "", 1e-9)
    except Exception:
        return True
    return False


# Faults that change no number: which of two axes is summed first, an axis that NumPy adds itself,
# a sign that is the same at the step before.
HARMLESS = {("MEMORY", "axis=-3 1"), ("DELTA_RULE", "[t] 4")}
HARMLESS |= {("MATRIX_OF_INPUT", f"axis=-3 {k}") for k in (1, 2, 3)}
HARMLESS |= {("DECAYS", f"[..., None, :, :] {k}") for k in (1, 2)}
SUMMED = {"LEAK_ROWS": 1, "LEAK_SIGNAL": 1, "LEAK_MEAN": 1, "LEAK_WEIGHT": 1, "LEAK_EXP": 1}
SUMMED |= {"OUTER_WEIGHTS": 1, "LEAK": 2, "LEAK_OUTER": 2, "LEAK_BOTH": 2, "LEAK_ALONE": 2}
SUMMED |= {"LEAK_OF_OUTER": 2, "LEAK_SIGMA": 2, "LEAK_SIN": 2}
HARMLESS |= {(name, f"axis=-3 {k}") for name, k in SUMMED.items()}
COLUMNS = [*(name for name, k in SUMMED.items() if k == 2), "LEAK_WEIGHT", "LEAK_EACH"]
HARMLESS |= {(name, "[..., None, :, :] 1") for name in COLUMNS}
TWICE = ("LEAK_SIGNAL", "LEAK_SIN", "LEAK_MEAN", "LEAK_STEADY")
HARMLESS |= {(name, f"[..., None, :, :] {k}") for name in TWICE for k in (1, 2)}


@every
def test_every_fault_planted_in_the_way_back_is_seen(name):
    module, tensors, outside = problem(CELLS[name], 3)
    want = witnesses.by_complex_step(module, tensors, outside)
    assert not seen(module.SOURCE, module, tensors, outside, want)
    planted = list(faulty(module.SOURCE))
    unseen = [f for f, source in planted if not seen(source, module, tensors, outside, want)]
    assert len(planted) > 8 and {(name, fault) for fault in unseen} <= HARMLESS


def test_work_grows_with_the_number_of_signals_and_no_faster():
    def chain(n):
        last, equations, before = f"s{n - 1}", {}, at("x")
        for k in range(n):
            gate = sigma(W(f"{k}", before) + W(f"{k}h", at(last, 1)) + S(f"b_{k}"))
            equations[f"s{k}"] = gate * at(f"s{k}", 1) * at(last, 1)
            before = at(f"s{k}")
        return _cell("CHAIN", **equations)

    def calls(cell):
        assert cell.terms
        profile = cProfile.Profile()
        profile.runcall(numpy_code.source, cell)
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(chain(32)) < 3 * calls(chain(16))
