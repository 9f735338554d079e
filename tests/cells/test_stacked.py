"""The fast LSTM gives the numbers of the plain one, whatever the sizes and whatever is reused."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_ref.cells import lstm, stacked
from lstm_ref.check import witnesses

SIZES = [(0, 2, 3, 2), (1, 1, 1, 1), (2, 1, 3, 6), (5, 3, 4, 6), (7, 2, 1, 3)]
TOLERANCE = {np.float64: 1e-12, np.float32: 2e-4}


def both(T, B, D, H, seed=0, dtype=np.float64, space=None):
    """Outputs and gradients of the two cells on the same random problem: two dicts."""
    tensors, errors = witnesses.problem(
        lstm, np.random.default_rng(seed), T=T, B=B, D=D, H=H, dtype=dtype
    )
    params, x, state0 = witnesses.split(lstm, tensors)
    results = []
    for cell, options in ((stacked, {"workspace": space}), (lstm, {})):
        h, state_T, tape = cell.forward(params, x, state0, **options)
        dparams, dx, dstate0 = cell.backward(params, tape, **errors)
        values = {**dparams, "x": dx, "h_0": dstate0[0], "c_0": dstate0[1]}
        results.append({**values, "h": h, "h_T": state_T[0], "c_T": state_T[1]})
    return results


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("T, B, D, H", SIZES)
def test_same_numbers_as_the_plain_cell(T, B, D, H, dtype):
    fast, plain = both(T, B, D, H, dtype=dtype)
    witnesses.compare(fast, plain, "the plain cell", "stacked", TOLERANCE[dtype])
    assert all(value.dtype == dtype for value in fast.values())


@settings(max_examples=30)
@given(st.tuples(st.integers(0, 6), *[st.integers(1, 5)] * 3), st.integers(0, 2**32))
def test_same_numbers_at_random_sizes(sizes, seed):
    fast, plain = both(*sizes, seed)
    witnesses.compare(fast, plain, "the plain cell", "stacked", 1e-11)


def test_against_autograd_through_the_plain_forward():
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(3))
    got = witnesses.by_hand(stacked, tensors, errors)
    witnesses.compare(got, witnesses.by_autograd(lstm, tensors, errors), "autograd", tol=1e-12)


def test_leftovers_in_a_workspace_do_not_matter():
    space = stacked.workspace()
    for seed, sizes in enumerate([*SIZES, *reversed(SIZES)]):
        fast, plain = both(*sizes, seed, space=space)
        witnesses.compare(fast, plain, "the plain cell", "stacked", 1e-12)
    for buffer in space["buffers"].values():
        buffer.fill(np.nan)
    fast, plain = both(*SIZES[0], space=space)
    witnesses.compare(fast, plain, "the plain cell", "stacked", 1e-12)


def test_what_is_returned_stays():
    """Results are not views of buffers that the next call overwrites; arguments stay too."""
    space = stacked.workspace()
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(0))
    params, x, state0 = witnesses.split(lstm, tensors)
    before = {k: v.copy() for k, v in tensors.items()}
    h, state_T, tape = stacked.forward(params, x, state0, workspace=space)
    dparams, dx, dstate0 = stacked.backward(params, tape, **errors)
    kept = [h, *state_T, *dparams.values(), dx, *dstate0]
    copies = [value.copy() for value in kept]
    _, _, tape = stacked.forward(params, 2 * x, state0, workspace=space)
    stacked.backward(params, tape, -errors["dh"])
    for value, copy in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(value, copy)
    for name, value in before.items():
        np.testing.assert_array_equal(tensors[name], value)


def test_backward_twice_gives_the_same_bits():
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(1))
    params, x, state0 = witnesses.split(lstm, tensors)
    _, _, tape = stacked.forward(params, x, state0)
    one, two = (stacked.backward(params, tape, **errors) for _ in range(2))
    witnesses.compare(two[0], one[0], "the first run", tol=0)
    np.testing.assert_array_equal(one[1], two[1])


def test_a_stale_tape_is_refused():
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(2))
    params, x, state0 = witnesses.split(lstm, tensors)
    space = stacked.workspace()
    _, _, tape = stacked.forward(params, x, state0, workspace=space)
    stacked.forward(params, x, state0, workspace=space)
    with pytest.raises(ValueError, match="tape: overwritten by a later forward"):
        stacked.backward(params, tape, errors["dh"])
    _, _, plain_tape = lstm.forward(params, x, state0)
    with pytest.raises(TypeError, match="tape: expected the third result of .*stacked"):
        stacked.backward(params, plain_tape, errors["dh"])


@pytest.mark.parametrize("pieces", [[7], [3, 4], [0, 1, 0, 5, 1], [1] * 7])
def test_a_stream_gives_the_numbers_of_one_call(pieces):
    tensors, _ = witnesses.problem(lstm, np.random.default_rng(4), T=7)
    params, x, state0 = witnesses.split(lstm, tensors)
    whole, end, _ = stacked.forward(params, x, state0)
    cuts = np.cumsum([0, *pieces])
    chunks = [x[a:b] for a, b in pairwise(cuts)]
    outputs = list(stacked.stream(params, chunks, state0, stacked.workspace()))
    np.testing.assert_allclose(np.concatenate([h for h, _ in outputs]), whole, rtol=1e-13)
    for got, want in zip(outputs[-1][1], end, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)


def peak(work):
    tracemalloc.start()
    work()
    _, top = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return top


def test_memory_of_a_long_sequence_is_constant_per_step():
    params = lstm.init(np.random.default_rng(0), 2, 4)

    def run(T):
        x = np.ones((T, 2, 1))
        _, _, tape = stacked.forward(params, x)
        stacked.backward(params, tape, np.ones((T, 4, 1)))

    run(10)
    per_step = peak(lambda: run(100_000)) / 100_000
    assert per_step < 1.2 * peak(lambda: run(10_000)) / 10_000
    assert per_step < 8 * 40 * 4  # float64 numbers per step and unit: about 30


def test_memory_of_a_stream_is_that_of_one_piece():
    params = lstm.init(np.random.default_rng(0), 2, 4)

    def run(n):
        for _ in stacked.stream(params, (np.ones((100, 2, 1)) for _ in range(n))):
            pass

    run(2)
    assert peak(lambda: run(300)) < 3 * peak(lambda: run(5))  # not 60 times


def test_bad_input():
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(5))
    params, x, state0 = witnesses.split(lstm, tensors)
    with pytest.raises(ValueError, match=r"x: expected shape \(T, D, B\)"):
        stacked.forward(params, x[0], state0)
    with pytest.raises(TypeError, match="use cells.lstm"):
        stacked.forward({k: v.astype(complex) for k, v in params.items()}, x.astype(complex))
    _, _, tape = stacked.forward(params, x, state0)
    with pytest.raises(ValueError, match="dh: expected shape"):
        stacked.backward(params, tape, errors["dh"][:-1])
