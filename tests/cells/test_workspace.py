"""A workspace belongs to one thread; a tape without one may be read by several."""

import threading

import numpy as np
import pytest
from cells import shown

from lstm_ref.cells import stacked
from lstm_ref.check import witnesses
from lstm_ref.generated import vanilla
from lstm_ref.learn import loop, network, sequences
from lstm_ref.learn.layers import BothWays, Stack

CELLS = [stacked, vanilla]
by_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
SAYS = "workspace: belongs to another thread; make one for each thread"


def problem(cell, seed=0, **sizes):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(seed), **sizes)
    return *witnesses.split(cell, tensors), errors


def in_thread(*functions):
    """Run each in a thread of its own, all alive at once; what each returned or raised."""
    start, end, found = threading.Barrier(len(functions)), threading.Barrier(len(functions)), {}

    def run(k, function):
        start.wait(30)
        try:
            found[k] = function()
        except Exception as error:
            found[k] = error
        end.wait(30)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[k] for k in range(len(functions))]


@by_cell
def test_another_thread_is_refused(cell):
    params, x, state0, errors = problem(cell)
    space = stacked.workspace()
    tape = cell.forward(params, x, state0, space)[2]
    calls = (
        lambda: cell.forward(params, 2 * x, state0, space),
        lambda: cell.backward(params, tape, **errors),
    )
    for refused in in_thread(*calls):
        assert isinstance(refused, ValueError) and str(refused) == SAYS
    want = cell.backward(params, cell.forward(params, x, state0)[2], **errors)
    got = cell.backward(params, tape, **errors)  # the tape is as it was
    assert all(np.array_equal(got[0][name], want[0][name]) for name in params)


@by_cell
def test_of_two_at_once_one_is_refused(cell):
    space = stacked.workspace()
    problems = [problem(cell, seed, T=50, H=16, B=8) for seed in (0, 1)]

    def work(params, x, state0, errors):
        def run():
            return [
                cell.backward(params, cell.forward(params, x, state0, space)[2], **errors)[1]
                for _ in range(5)
            ]

        return run

    found = in_thread(*(work(*p) for p in problems))
    assert sorted(isinstance(f, ValueError) for f in found) == [False, True]
    for (params, x, state0, errors), results in zip(problems, found, strict=True):
        if not isinstance(results, ValueError):
            want = cell.backward(params, cell.forward(params, x, state0)[2], **errors)[1]
            assert all(np.array_equal(dx, want) for dx in results)


@by_cell
def test_a_workspace_made_here_and_used_there(cell):
    params, x, state0, _ = problem(cell)
    space = stacked.workspace()
    (found,) = in_thread(lambda: cell.forward(params, x, state0, space)[0])
    assert np.array_equal(found, cell.forward(params, x, state0)[0])


@by_cell
def test_several_threads_go_back_through_one_tape(cell):
    params, x, state0, errors = problem(cell, T=60, H=16, B=8)
    tape = cell.forward(params, x, state0)[2]
    scales = (1.0, -2.0, 3.0)

    def back(scale):
        dh, last = scale * errors["dh"], tuple(scale * e for e in errors["dstate_T"])
        return lambda: [cell.backward(params, tape, dh, last)[1] for _ in range(10)]

    for scale, results in zip(scales, in_thread(*map(back, scales)), strict=True):
        want = back(scale)()[0]
        assert all(np.array_equal(dx, want) for dx in results)


@pytest.mark.parametrize("cell", [stacked, Stack("LSTM", "VANILLA"), BothWays("LSTM")], ids=shown)
def test_through_sequences_and_networks(cell):
    params = network.start(cell, np.random.default_rng(0), 4, 6, 2)
    x = np.random.default_rng(1).normal(size=(5, 4, 3))
    batch = x, np.ones((5, 3), int), None
    space: dict = {}
    network.gradients(cell, params, batch, workspace=space)
    own = {name: params[name] for name in cell.SHAPES}
    calls = (
        lambda: network.gradients(cell, params, batch, workspace=space),
        lambda: sequences.run(cell, own, x, workspace=space),
    )
    for refused in in_thread(*calls):
        assert isinstance(refused, ValueError) and str(refused) == SAYS


def test_two_trainings_at_once_are_those_of_each_alone():
    params = network.start("LSTM", np.random.default_rng(0), 4, 6, 2)

    def batch(rng):
        return rng.normal(size=(8, 4, 3)), rng.integers(0, 2, (8, 3)), None

    def fit(seed):
        rules = dict(updates=20, learning_rate=0.01, seed=seed)
        return lambda: loop.fit("LSTM", params, batch, **rules).params

    for alone, found in zip((fit(0)(), fit(1)()), in_thread(fit(0), fit(1)), strict=True):
        assert all(np.array_equal(found[name], alone[name]) for name in params)


@by_cell
@pytest.mark.parametrize("space", [3, [], "here"])
def test_what_is_no_workspace(cell, space):
    params, x, state0, _ = problem(cell)
    with pytest.raises(TypeError, match=r"workspace: expected one from workspace\(\), got "):
        cell.forward(params, x, state0, space)
    assert cell.forward(params, x, state0, {})[0].shape == (5, 6, 3)  # an empty dict will do
