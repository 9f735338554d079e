"""What every cell must do, at awkward sizes: one list of properties run over all cells."""

import inspect

import numpy as np
import pytest
from cells import every_cell
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_ref.cells import elman, gru_after, gru_before, irnn, lstm
from lstm_ref.check import check_cell, witnesses

SIZES = [(1, 1, 1, 1), (2, 1, 3, 1), (3, 2, 1, 4), (4, 3, 5, 2), (7, 2, 2, 3)]


def run(cell, tensors, errors):
    params, x, state0 = witnesses.split(cell, tensors)
    h, state_T, tape = cell.forward(params, x, state0)
    return h, state_T, cell.backward(params, tape, **errors)


@every_cell
@pytest.mark.parametrize("T, B, D, H", SIZES)
def test_gradients_are_right(cell, T, B, D, H):
    worst = check_cell(cell, T=T, B=B, D=D, H=H, tol=1e-12)
    assert set(worst) == {"autograd", "complex step", "differences"}


@settings(max_examples=15)
@given(sizes=st.tuples(*[st.integers(1, 4)] * 4), seed=st.integers(0, 2**32))
def test_gradients_are_right_at_random_sizes(sizes, seed):
    T, B, D, H = sizes
    for cell in (elman, lstm, gru_before, gru_after):
        check_cell(cell, seed, T=T, B=B, D=D, H=H, tol=1e-11)


@every_cell
def test_no_step_at_all(cell):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(0), T=0)
    h, state_T, (dparams, dx, dstate0) = run(cell, tensors, errors)
    assert h.shape == (0, 6, 3) and dx.shape == (0, 4, 3)
    assert all(not value.any() for value in dparams.values())
    for k, name in enumerate(cell.STATES):
        np.testing.assert_array_equal(state_T[k], tensors[f"{name}_0"])
        np.testing.assert_array_equal(dstate0[k], errors["dstate_T"][k])


@every_cell
def test_columns_of_a_batch_do_not_meet(cell):
    """A batch gives what its samples give one by one; weight gradients are their sum."""
    tensors, errors = witnesses.problem(cell, np.random.default_rng(1), T=4, B=3)
    h, _, (dparams, dx, _) = run(cell, tensors, errors)
    total = {name: np.zeros_like(value) for name, value in dparams.items()}
    for b in range(3):
        one = {k: v if k in cell.SHAPES else v[..., b : b + 1] for k, v in tensors.items()}
        error = {
            "dh": errors["dh"][..., b : b + 1],
            "dstate_T": tuple(v[:, b : b + 1] for v in errors["dstate_T"]),
        }
        h_b, _, (dparams_b, dx_b, _) = run(cell, one, error)
        np.testing.assert_allclose(h_b, h[..., b : b + 1], rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(dx_b, dx[..., b : b + 1], rtol=1e-11, atol=1e-14)
        total = {name: total[name] + dparams_b[name] for name in total}
    witnesses.compare(dparams, total, "the sum over samples", tol=1e-12)


@every_cell
def test_two_halves_are_the_whole(cell):
    """State handed over, error handed back: a sequence may be cut anywhere."""
    tensors, errors = witnesses.problem(cell, np.random.default_rng(2), T=7)
    params, x, state0 = witnesses.split(cell, tensors)
    h, state_T, whole = run(cell, tensors, errors)
    h_1, middle, tape_1 = cell.forward(params, x[:3], state0)
    h_2, end, tape_2 = cell.forward(params, x[3:], middle)
    np.testing.assert_array_equal(np.concatenate([h_1, h_2]), h)
    for got, want in zip(end, state_T, strict=True):
        np.testing.assert_array_equal(got, want)
    second = cell.backward(params, tape_2, errors["dh"][3:], errors["dstate_T"])
    first = cell.backward(params, tape_1, errors["dh"][:3], second[2])
    np.testing.assert_array_equal(np.concatenate([first[1], second[1]]), whole[1])
    summed = {name: first[0][name] + second[0][name] for name in whole[0]}
    witnesses.compare(summed, whole[0], "the whole sequence", tol=1e-13)


@every_cell
def test_step_is_what_forward_does(cell):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(3), T=3)
    params, x, state = witnesses.split(cell, tensors)
    h, state_T, tape = cell.forward(params, x, state)
    records = []
    for t in range(3):
        state, record = cell.step(params, x[t], state)
        records.append(record)
        np.testing.assert_array_equal(state[0], h[t])
    dstate = (errors["dstate_T"][0] + errors["dh"][2], *errors["dstate_T"][1:])
    _, dx_3, _ = cell.step_backward(params, records[2], dstate)
    np.testing.assert_array_equal(dx_3, cell.backward(params, tape, **errors)[1][2])


@every_cell
def test_float32_stays_float32_and_is_close(cell):
    rng = np.random.default_rng(4)
    tensors, errors = witnesses.problem(cell, rng, T=4)
    h, _, (dparams, dx, dstate0) = run(cell, tensors, errors)
    low = {name: value.astype(np.float32) for name, value in tensors.items()}
    low_errors = {
        "dh": errors["dh"].astype(np.float32),
        "dstate_T": tuple(v.astype(np.float32) for v in errors["dstate_T"]),
    }
    h_32, state_32, (dparams_32, dx_32, dstate0_32) = run(cell, low, low_errors)
    for value in (h_32, *state_32, dx_32, *dstate0_32, *dparams_32.values()):
        assert value.dtype == np.float32
    np.testing.assert_allclose(h_32, h, atol=1e-5)
    witnesses.compare(dparams_32, dparams, "float64", tol=1e-4)


@every_cell
def test_nothing_given_means_zeros(cell):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(5), T=3)
    params, x, state0 = witnesses.split(cell, tensors)
    zeros = tuple(np.zeros_like(value) for value in state0)
    h, state_T, tape = cell.forward(params, x)
    h_0, _, _ = cell.forward(params, x, zeros)
    np.testing.assert_array_equal(h, h_0)
    dparams, _, _ = cell.backward(params, tape, None, errors["dstate_T"])
    also, _, _ = cell.backward(params, tape, np.zeros_like(errors["dh"]), errors["dstate_T"])
    witnesses.compare(dparams, also, "zeros", tol=0)
    dparams, _, _ = cell.backward(params, tape, errors["dh"])
    also, _, _ = cell.backward(params, tape, errors["dh"], zeros)
    witnesses.compare(dparams, also, "zeros", tol=0)


def test_gates_lie_between_zero_and_one_and_the_state_adds_up():
    tensors, _ = witnesses.problem(lstm, np.random.default_rng(6), T=5)
    _, _, tape = lstm.forward(*witnesses.split(lstm, tensors))
    for r in tape["steps"]:
        for gate in "fio":
            assert np.all((0 < r[gate]) & (r[gate] < 1))
        np.testing.assert_array_equal(r["c"], r["f"] * r["c_prev"] + r["i"] * r["c_tilde"])


def test_the_two_grus_are_different_models():
    tensors, _ = witnesses.problem(gru_after, np.random.default_rng(7))
    params, x, state0 = witnesses.split(gru_after, tensors)
    shared = {name: params[name] for name in gru_before.SHAPES}
    without_bias = {**params, "b_hh": np.zeros_like(params["b_hh"])}
    after, _, _ = gru_after.forward(without_bias, x, state0)
    before, _, _ = gru_before.forward(shared, x, state0)
    assert np.max(np.abs(after - before)) > 0.1


def test_every_public_function_says_what_it_does():
    for cell in (elman, lstm, gru_before, gru_after):
        for name in ("init", "step", "forward", "step_backward", "backward"):
            assert inspect.getdoc(getattr(cell, name)), f"{cell.__name__}.{name}"


def test_irnn_equals_autograd_and_starts_as_the_identity():
    """No complex step: its maximum has a corner."""
    rng = np.random.default_rng(5)
    params = irnn.init(rng, 3, 4)
    assert np.array_equal(params["W_hh"], np.eye(4))
    tensors, errors = witnesses.problem(irnn, rng, T=6, B=3, D=3, H=4)
    got = witnesses.by_hand(irnn, tensors, errors)
    witnesses.compare(got, witnesses.by_autograd(irnn, tensors, errors), "autograd", "irnn", 1e-12)
    h = irnn.forward(*witnesses.split(irnn, tensors))[0]
    assert 0.05 < np.mean(h == 0) < 0.95
