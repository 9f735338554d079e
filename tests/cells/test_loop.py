"""Into a cell and out of it: the same words for cells by hand, the fast one and generated ones."""

import inspect

import numpy as np
import pytest

from lstm_ref import cell, tanh
from lstm_ref.cells import elman, lstm, stacked
from lstm_ref.check import witnesses
from lstm_ref.derive.expressions import t
from lstm_ref.generated import lstm as generated

EVERY = pytest.mark.parametrize("code", [lstm, stacked, generated], ids=lambda c: c.__name__)


def ran(code, dtype=np.float64, **sizes):
    tensors, errors = witnesses.problem(code, np.random.default_rng(0), dtype=dtype, **sizes)
    params, x, state0 = witnesses.split(code, tensors)
    return params, code.forward(params, x, state0)[2], errors


@EVERY
def test_a_tape_belongs_to_the_code_that_made_it(code):
    params, _, errors = ran(code)
    others = {"lstm_ref.cells.elman": ran(elman)[1], "int": 3, "a dict": {}}
    for got, tape in others.items():
        says = f"tape: expected the third result of {code.__name__}.forward, got {got}"
        with pytest.raises(TypeError, match=says):
            code.backward(params, tape, errors["dh"])


@EVERY
@pytest.mark.parametrize("other", [dict(H=5), dict(D=3), dict(dtype=np.float32)], ids=str)
def test_a_tape_of_other_parameters_is_refused(code, other):
    _, tape, errors = ran(code)
    params, _, _ = ran(code, **other)
    with pytest.raises(ValueError, match="tape: made with parameters of another size or dtype"):
        code.backward(params, tape, errors["dh"])


@EVERY
def test_errors_are_checked_against_the_run(code):
    params, tape, errors = ran(code)
    with pytest.raises(ValueError, match=r"dh: expected shape \(T, H, B\) = \(5, 6, 3\), got"):
        code.backward(params, tape, errors["dh"][1:])
    with pytest.raises(TypeError, match=r"dstate_T: expected a tuple \(h, c\) of arrays"):
        code.backward(params, tape, errors["dh"], errors["dstate_T"][:1])


@EVERY
def test_a_state_that_is_not_finite(code):
    params = code.init(np.random.default_rng(0), 2, 3, forget_bias=50.0, b_i=50.0, b_c=50.0)
    x, state0 = np.zeros((2, 2, 1)), (np.zeros((3, 1)), np.full((3, 1), np.finfo(float).max))
    params |= {name: 0 * value for name, value in params.items() if name.startswith("W")}
    state0[1][1] = 1.0
    assert np.isfinite(code.forward(params, x, state0)[0]).all()  # f = 1 keeps the largest number
    params["b_c"][0], x32 = 50.0, x.astype(np.float32)
    small = {name: value.astype(np.float32) for name, value in params.items()}
    small["W_cx"] += np.float32(3e38)
    x32[1], states = 3e38, tuple(np.zeros((3, 1), np.float32) for _ in range(2))
    small["W_cx"][:, 1] *= -1  # inf - inf
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="h after the last"):
        code.forward(small, x32, states)


@cell
def READ_OUT(x, h, c, *, W):
    c[t] = tanh(W.cx @ x[t] + W.ch @ c[t - 1])
    h[t] = W.hc @ c[t]


READS = {"W_cx": "x", "W_ch": "c", "W_hc": "c"}


def test_an_output_that_is_no_state_is_looked_at_as_well():
    code, rng = READ_OUT.module, np.random.default_rng(0)
    params = {name: rng.normal(size=(3, 2 if word == "x" else 3)) for name, word in READS.items()}
    params["W_ch"][:] = 0
    x = np.zeros((4, 2, 1))
    x[1] = 100.0  # |c| is 1 at the second step, and 0 at the others
    h, _, tape = code.forward(params, x)
    assert list(code.STATES) == ["c"] and np.isfinite(h).all() and h[1].any()
    params["W_hc"][1] = np.finfo(float).max * np.sign(tape["c"][2, :, 0])
    says = r"the output: expected finite numbers, got inf at \[1, 1, 0\]"
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=says):
        code.forward(params, x)


def test_forward_and_backward_are_the_cells_own():
    for code in (elman, lstm):
        for name in ("forward", "backward"):
            function = getattr(code, name)
            assert (function.__module__, function.__qualname__) == (code.__name__, name)
            assert "(T, D, B)" in function.__doc__ or "(T, H, B)" in function.__doc__
    assert list(inspect.signature(lstm.forward).parameters) == ["params", "x", "state0"]
    assert list(inspect.signature(lstm.backward).parameters) == ["params", "tape", "dh", "dstate_T"]
