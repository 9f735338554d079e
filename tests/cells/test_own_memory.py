"""What `backward` reads belongs to the tape: nothing changed in place after `forward` alters it.

For every cell by hand, the fast one, generated ones, one with a mistake, layers, and sequences
of different lengths.
"""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from lstm_ref.cells import PLAIN, lstm, stacked
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.generated import runtime
from lstm_ref.learn import sequences
from lstm_ref.learn.layers import BothWays, Stack
from lstm_ref.mistakes import known

# The cells of the chapters, and of the others one for each kind of state and parameter.
GENERATED = [*map(str.lower, catalogue.BOOK), "mlstm", "slstm", "rwkv7", "lmu", "fastgrnn"]


def by_length(cell):
    """`sequences.run` with an array of lengths that the caller keeps, and changes."""

    def forward(params, x, state0=None):
        lengths = np.arange(x.shape[2]) % max(len(x), 1) + 1
        found = sequences.run(cell, params, x, state0, lengths)
        lengths[:] = 1
        return found

    def backward(params, tape, dh, dstate_T=None):
        return sequences.run_backward(cell, params, tape, dh, dstate_T)

    own = {"shapes": cell.shapes} if hasattr(cell, "shapes") else {}
    both = dict(forward=forward, backward=backward, SHAPES=cell.SHAPES, STATES=cell.STATES)
    return SimpleNamespace(**both, **own, __name__=f"{getattr(cell, 'NAME', cell)} by length")


CELLS = {name: importlib.import_module(f"lstm_ref.cells.{name}") for name in (*PLAIN, "stacked")}
CELLS |= {f"generated {n}": importlib.import_module(f"lstm_ref.generated.{n}") for n in GENERATED}
CELLS |= {"with a mistake": known.module_with(known.find("not-reset"))}
CELLS |= {"without a mistake": known.module_with(None, "GRU_AFTER")}
CELLS |= {"Stack": Stack(lstm, "GRU_AFTER"), "BothWays": BothWays(lstm)}
CELLS |= {"both": Stack(BothWays("LSTM"), lstm)}
CELLS |= {f"by length {n}": by_length(CELLS[n]) for n in ("lstm", "stacked", "Stack", "BothWays")}
ACCUMULATES = {"with a mistake"}
WHOLE = {n for n in CELLS if "mistake" not in n}  # they refuse T = 0 or know no lengths

every_cell = pytest.mark.parametrize("name", CELLS)


@pytest.fixture(autouse=True)
def nothing_kept():
    """The mistake that sums over runs begins anew."""
    for name in ACCUMULATES:
        CELLS[name]._kept.clear()


def problem(cell, **sizes):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(0), **sizes)
    return *witnesses.split(cell, tensors), errors


def arrays(*values):
    """Every array of nested dicts and tuples."""
    for value in values:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, dict):
            yield from arrays(*value.values())
        elif isinstance(value, tuple | list):
            yield from arrays(*value)


def same(got, want):
    for one, other in zip(arrays(got), arrays(want), strict=True):
        assert one.tobytes() == other.tobytes()


@every_cell
def test_a_change_in_place_after_forward_does_not_alter_backward(name):
    cell = CELLS[name]
    params, x, state0, errors = problem(cell)
    want = cell.backward(params, cell.forward(params, x, state0)[2], **errors)
    if name in ACCUMULATES:
        cell._kept.clear()
    h, state_T, tape = cell.forward(params, x, state0)
    for value in arrays(x, state0, h, state_T):
        value[...] = 7.0
    same(cell.backward(params, tape, **errors), want)


@every_cell
def test_other_parameters_than_those_of_forward_are_refused(name):
    cell = CELLS[name]
    params, x, state0, errors = problem(cell)
    tape = cell.forward(params, x, state0)[2]
    for which, value in params.items():
        bare = which.rpartition(".")[2]
        value[-1, -1] += 1e-9
        with pytest.raises(ValueError, match=rf'params\["{bare}"\]: changed since `forward`'):
            cell.backward(params, tape, **errors)
        value[-1, -1] -= 1e-9
        value[...] = np.round(value, 12)
        tape = cell.forward(params, x, state0)[2]


@every_cell
@pytest.mark.parametrize("T", [0, 1, 4])
def test_arguments_and_results_share_no_memory(name, T):
    cell = CELLS[name]
    if T == 0 and (name not in WHOLE or "length" in name):
        pytest.skip("at least one step")
    params, x, state0, errors = problem(cell, T=T)
    h, state_T, tape = cell.forward(params, x, state0)
    found = [cell.backward(params, tape, **errors) for _ in range(2)]
    given = list(arrays(params, x, state0, errors))
    results = list(arrays(h, state_T, *found))
    for k, one in enumerate(results):
        assert type(one) is np.ndarray and one.flags.writeable
        for other in (*given, *results[k + 1 :]):
            assert not np.may_share_memory(one, other)


@every_cell
def test_a_tape_is_read_as_often_as_one_likes(name):
    cell = CELLS[name]
    if name in ACCUMULATES:
        pytest.skip("this mistake is that of a second run")
    params, x, state0, errors = problem(cell)
    given = [value.copy() for value in arrays(params, x, state0, errors)]
    tape = cell.forward(params, x, state0)[2]
    first = cell.backward(params, tape, **errors)
    want = [value.copy() for value in arrays(first)]
    for value in arrays(first):
        value[...] = 7.0
    same(cell.backward(params, tape, **errors), want)
    same(list(arrays(params, x, state0, errors)), given)


@every_cell
def test_arguments_that_share_memory(name):
    """x and state0 in one array, dh the returned h, dstate_T the returned state, tied weights."""
    cell = CELLS[name]
    params, x, state0, _ = problem(cell, T=4)
    first = next(n for n in params if n.rpartition(".")[2].startswith("W"))
    params |= {n: params[first] for n in params if params[n].shape == params[first].shape}
    state0 = tuple(x[0] if s.shape == x[0].shape else s for s in state0)
    h, state_T, tape = cell.forward(params, x, state0)
    got = cell.backward(params, tape, h, state_T)
    if name in ACCUMULATES:
        cell._kept.clear()
    apart = {n: v.copy() for n, v in params.items()}
    again = cell.forward(apart, x.copy(), tuple(s.copy() for s in state0))
    same((h, state_T), again[:2])
    same(got, cell.backward(apart, again[2], h.copy(), tuple(s.copy() for s in state_T)))


def fortran(value):
    return np.asfortranarray(value)


def negative(value):
    return value[::-1].copy()[::-1]


def every_second(value):
    wide = np.full((*value.shape[:-1], 2 * value.shape[-1]), 9.0)
    wide[..., ::2] = value
    return wide[..., ::2]


def read_only(value):
    value = value.copy()
    value.flags.writeable = False
    return value


LAYOUTS = [fortran, negative, every_second, read_only]


@every_cell
@pytest.mark.parametrize("layout", LAYOUTS)
def test_how_arrays_lie_in_memory_does_not_alter_a_bit(name, layout):
    cell = CELLS[name]
    if "mistake" in name:
        pytest.skip("made from the derivation, for comparisons")
    params, x, state0, errors = problem(cell, D=17, H=24, B=9)
    h, state_T, tape = cell.forward(params, x, state0)
    want = h, state_T, cell.backward(params, tape, **errors)
    params = {n: layout(v) for n, v in params.items()}
    x, state0 = layout(x), tuple(map(layout, state0))
    dh, last = layout(errors["dh"]), tuple(map(layout, errors["dstate_T"]))
    h, state_T, tape = cell.forward(params, x, state0)
    same((h, state_T, cell.backward(params, tape, dh, last)), want)


@every_cell
def test_one_number_spread_over_an_array(name):
    """Arrays of stride 0, as np.broadcast_to makes them, are read and never written."""
    cell = CELLS[name]
    params, x, state0, errors = problem(cell)
    spread = [np.broadcast_to(np.float64(0.5), v.shape) for v in (x, *state0, errors["dh"])]
    results = []
    for x, *state0, dh in (spread, [v.copy() for v in spread]):
        h, state_T, tape = cell.forward(params, x, tuple(state0))
        results.append((h, state_T, cell.backward(params, tape, dh, errors["dstate_T"])))
        if name in ACCUMULATES:
            cell._kept.clear()
    same(*results)


@pytest.mark.parametrize("name", PLAIN)
def test_the_record_of_a_step_is_its_own(name):
    cell = CELLS[name]
    params, x, state0, errors = problem(cell)
    x, last = x[0].copy(), errors["dstate_T"]
    want = cell.step_backward(params, cell.step(params, x, state0)[1], last)
    state, record = cell.step(params, x, state0)
    for value in arrays(x, state0, state):
        value[...] = 7.0
    same(cell.step_backward(params, record, last), want)
    which = next(iter(params))
    params[which][0, 0] += 1
    with pytest.raises(ValueError, match=rf'params\["{which}"\]: changed since'):
        cell.step_backward(params, record, last)


def test_a_workspace_does_not_change_the_results_of_calls_before():
    for cell in (stacked, CELLS["generated vanilla"]):
        space = stacked.workspace()
        params, x, state0, errors = problem(cell)
        h, state_T, tape = cell.forward(params, x, state0, space)
        results = h, state_T, cell.backward(params, tape, **errors)
        before = [value.copy() for value in arrays(results)]
        tape = cell.forward(params, 2 * x, state0, space)[2]
        cell.backward(params, tape, **errors)
        same(results, before)


def test_from_one_has_a_layout_of_its_own():
    x = np.arange(24.0).reshape(4, 3, 2).transpose(2, 1, 0)
    found = runtime.from_one(x)
    assert found.flags.c_contiguous and np.array_equal(found[1:], x) and not found[0].any()
