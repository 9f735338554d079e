"""Golden vectors hold the right numbers, whatever the cell."""

import functools
import hashlib
import importlib

import foreign
import numpy as np
import pytest
import sympy

from lstm_ref.check import summands, witnesses
from lstm_ref.derive import catalogue
from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import SPREAD, Dot, at, sigma, t, tanh
from lstm_ref.interop import drawn, vectors
from lstm_ref.interop.vectors import VectorsError

SMALL = dict(T=2, B=1, D=2, H=2)


def generated(name):
    return importlib.import_module(f"lstm_ref.generated.{name.lower()}")


def problem_of(header, arrays, module):
    """Tensors and errors of `witnesses` from the arrays of a vectors file."""
    fixed = getattr(module, "FIXED", {})
    names = [*module.SHAPES, *fixed, *witnesses.inputs(module), *(f"{s}_0" for s in module.STATES)]
    errors = tuple(arrays[f"e_{s}_T"] for s in module.STATES)
    return {n: arrays[n] for n in names}, {"dh": arrays["e"], "dstate_T": errors}


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_every_cell_agrees_with_generated_code_and_complex_step(name):
    header, arrays = vectors.make(name, T=3, B=2, D=2, H=2, seed=3)
    module = generated(name)
    tensors, errors = problem_of(header, arrays, module)
    params, x, state0 = witnesses.split(module, tensors)
    h, state_T, tape = module.forward(params, x, state0)
    for signal in set(tape) & set(catalogue.find(name).equations):
        np.testing.assert_allclose(arrays[signal], tape[signal][1:], rtol=1e-12, err_msg=signal)
    np.testing.assert_allclose(arrays[catalogue.find(name).output], h, rtol=1e-12)
    gradients = {n: arrays[f"d{n}"] for n in witnesses.learned(module)}
    witnesses.compare(gradients, witnesses.by_hand(module, tensors, errors), "generated", name)
    if name in catalogue.BOOK:
        by_complex = witnesses.by_complex_step(module, tensors, errors)
        witnesses.compare(gradients, by_complex, "complex step", name, 1e-12)
    assert all(a.dtype == np.float64 and a.flags.c_contiguous for a in arrays.values())
    T, B, D = (header["sizes"][k] for k in "TBD")
    assert arrays["x"].shape == (T, D, B) == (3, 2, 2)


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_a_foreign_implementation_agrees(name):
    _, arrays = vectors.make(name)
    mine = foreign.implement(name, arrays)
    assert set(mine) == {"h", *(n for n in arrays if n[0] == "d" and n[1:] in arrays)}
    for key, value in mine.items():
        scale = np.max(np.abs(arrays[key]))
        np.testing.assert_allclose(value, arrays[key], atol=1e-12 * scale, rtol=0, err_msg=key)


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_every_error_term_is_a_derivative(name):
    """δ of each equation, at each step, against a complex step put in at that place."""
    _, arrays = vectors.make(name, T=3, B=2, D=2, H=2, seed=5)
    cell = catalogue.find(name)
    for signal in cell.equations:
        delta = arrays[f"delta_{signal}"]
        assert delta.shape == arrays[signal].shape
        for k in range(3):
            where = (k, len(delta[k]) - 1, k % 2)
            want = complex_step(cell, arrays, signal, where)
            assert abs(delta[where] - want) < 1e-13 * np.max(np.abs(delta)), (signal, where)


def complex_step(cell, arrays, signal, where):
    """∂E by the net of one equation (by its value, without activation) at (step, row, column)."""
    past, E = {s: arrays[f"{s}_0"].astype(complex) for s in cell.states}, 0
    for k, x in enumerate(arrays["x"]):
        now = {"x": x}
        for name, equation in cell.equations.items():
            net = evaluate(equation.net, now, past, arrays) + np.zeros_like(arrays[name][k])
            if (name, k) == (signal, where[0]):
                net = net.astype(complex)
                net[where[1:]] += 1e-30j
            now[name] = (
                evaluate(equation.activation(U), {"U": net}, {}, {})
                if (equation.activation)
                else net
            )
        past, E = now, E + np.sum(arrays["e"][k] * now[cell.output])
    return (E + sum(np.sum(arrays[f"e_{s}_T"] * past[s]) for s in cell.states)).imag / 1e-30


U = at("U")


def evaluate(expr, now, past, params):
    """The value of an expression, with complex numbers too."""
    if isinstance(expr, sympy.Indexed):
        return (now if expr == at(expr.base.label.name) else past)[expr.base.label.name]
    if isinstance(expr, sympy.Symbol):
        return params[expr.name]
    if expr.is_number:
        return float(expr)
    if isinstance(expr, Dot) and expr.args[0] != SPREAD:
        return params[expr.args[0].name] @ evaluate(expr.args[1], now, past, params)
    parts = [evaluate(a, now, past, params) for a in expr.args if a != SPREAD]
    if isinstance(expr, Dot):  # blocks of two cells: each gate twice
        return np.repeat(parts[0], 2, axis=0)
    if isinstance(expr, sympy.Add | sympy.Mul):
        return functools.reduce(np.add if expr.is_Add else np.multiply, parts)
    return {sigma: lambda a: 1 / (1 + np.exp(-a)), tanh: np.tanh}[expr.func](*parts)


def test_the_header_says_what_it_is():
    header, arrays = vectors.make("block", T=4, B=3, D=5, H=6, seed=9)
    assert header["sizes"] == {"T": 4, "B": 3, "D": 5, "H": 6, "G": 3}
    assert (header["cell"], header["seed"], header["version"]) == ("BLOCK", 9, 1)
    assert header["equations"][0] == "f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)"
    assert vectors.make("CORNN")[0]["equations"][2:] == [
        *("dt = 0.042", "gamma = 2.7", "epsilon = 4.7")
    ]
    assert vectors.make("SRU", D=4, H=6)[0]["sizes"] == {"T": 4, "B": 2, "D": 6, "H": 6}
    assert list(arrays)[:3] == ["W_fh", "W_fx", "b_f"] and len(arrays) == 49


# Of the arrays alone, before there was a choice of sizes: files of users were made with them.
AS_EVER = {
    "LSTM": "d2459adb12104c74117fc69811e252779f8a110a51474b980371c3f241497f09",
    "GRU_BEFORE": "45758259ab2bf30a1f580e4ac3a3af7db4c0bce65f23ac4b6323f1df39b2b979",
    "ELMAN": "cc2c1514d264e094b4a0e90ae25c924ed82e4760f361cfe4377951218809e575",
    "VANILLA": "ebb9df73d7826892b444e4bc4de81d6421cb18c43c4cd91042aa9393aafb9952",
}


@pytest.mark.parametrize("name", AS_EVER)
def test_the_old_sizes_give_the_old_numbers(name):
    header, arrays = vectors.make(name, T=5, B=3, D=4, H=6, seed=1)
    digest = hashlib.sha256()
    for key in sorted(arrays):
        digest.update(key.encode() + b"\0" + str(arrays[key].shape).encode())
        digest.update(arrays[key].astype("<f8").tobytes())
    assert header["scale"] == 0.8 and digest.hexdigest() == AS_EVER[name]


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_no_gate_is_saturated(name):
    header, arrays = vectors.make(name)
    cell = catalogue.find(name)
    tensors = {n: arrays[n] for n in (*cell.SHAPES, *cell.FIXED)}
    tensors |= {n: arrays[n] for n in witnesses.inputs(cell)}
    tensors |= {f"{s}_0": arrays[f"{s}_0"] for s in cell.states}
    values = summands.forward(cell, *witnesses.split(cell, tensors))
    slopes = drawn.least_slopes(cell, values)
    assert min(slopes.values(), default=1.0) >= 1e-3, slopes
    assert max(np.max(np.abs(arrays[n])) for n in cell.equations) <= 50
    assert 0.1 <= header["scale"] <= 0.8


def test_weights_are_drawn_smaller_where_many_are_added():
    for sizes in ({}, dict(D=40, H=60), dict(D=1, H=10)):
        header, arrays = vectors.make("LSTM", **sizes)
        added = header["sizes"]["D"] + header["sizes"]["H"]
        assert 0.05 < header["scale"] <= 0.8 * np.sqrt(10 / added)
        for name, scale in ("W_fh", header["scale"]), ("x", 0.8), ("h_0", 0.8), ("e", 0.8):
            n = arrays[name].size
            assert abs(arrays[name].std() / scale - 1) < 4 / np.sqrt(2 * n), name
    large = vectors.make("LSTM", scale=0.8)
    assert large[0]["scale"] == 0.8 and vectors.make("LSTM", D=2, H=3)[0]["scale"] == 0.8
    assert min(drawn.least_slopes(catalogue.LSTM, values_of(large[1])).values()) < 1e-3
    with pytest.raises(VectorsError, match="scale: expected a number above 0, at most 10, got 0"):
        vectors.make("LSTM", scale=0)


def values_of(arrays):
    """The forward pass of the LSTM of these vectors, as `summands.forward` gives it."""
    params = {n: arrays[n] for n in catalogue.LSTM.SHAPES}
    return summands.forward(catalogue.LSTM, params, arrays["x"], (arrays["h_0"], arrays["c_0"]))


def test_a_readers_own_cell():
    @cell
    def Mine(x, h, h_0, *, W, b):
        h_0[t] = tanh(W.ah @ h[t - 1] + W.ax @ x[t] + b.a)
        h[t] = h_0[t] * h[t - 1]

    with pytest.raises(VectorsError, match="Mine: 'h_0' would name two arrays; rename the signal"):
        vectors.make(Mine)

    @cell
    def Other(x, h, a, *, W, b):
        a[t] = tanh(W.ah @ h[t - 1] + W.ax @ x[t] + b.a)
        h[t] = a[t] * h[t - 1]

    header, arrays = vectors.make(Other, **SMALL)
    assert header["cell"] == "Other" and arrays["dW_ah"].shape == (2, 2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"T": 0}, "T: expected a whole number >= 1, got 0"),
        ({"B": 2.0}, "B: expected a whole number >= 1, got 2.0"),
        ({"H": True}, "H: expected a whole number"),
        ({"seed": -1}, "seed: expected a whole number >= 0, got -1"),
        ({"T": 10**12}, "T, B, D, H: up to .* numbers, more than"),
        ({"H": 10**9}, "T, B, D, H: up to .* numbers, more than"),
        ({"cell": "LSTN"}, "no cell 'LSTN' in the catalogue"),
    ],
)
def test_unusable_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        vectors.make(**{"cell": "LSTM", **arguments})
