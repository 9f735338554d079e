"""Bad input: a clear error that names the argument, what was expected and what came."""

from itertools import count

import numpy as np
import pytest
from cells import every_cell

from lstm_ref.cells import elman, gru_after, gru_before, irnn, lstm, stacked
from lstm_ref.check import witnesses
from lstm_ref.generated import gru_after as generated_gru_after
from lstm_ref.generated import lstm as generated
from lstm_ref.generated import vanilla

T, B, D, H = 3, 2, 4, 5


def arguments(cell):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(0), T=T, B=B, D=D, H=H)
    return *witnesses.split(cell, tensors), errors


def nan_at(value, *where):
    value = value.copy()
    value[where] = np.nan
    return value


BAD_X = {
    "one sample without its axis": (
        lambda x: x[..., 0],
        ValueError,
        r"x: .*\(T, D, B\).*\[\.\.\., None\]",
    ),
    "batch first": (lambda x: x.transpose(2, 0, 1), ValueError, r"x: expected .*\(3, 4, 2\)|x: "),
    "wrong D": (
        lambda x: x[:, :3],
        ValueError,
        r"x: expected shape \(T, D, B\) = \(3, 4, 2\), got \(3, 3, 2\)",
    ),
    "no sample": (lambda x: x[..., :0], ValueError, "x: B must be at least 1"),
    "integers": (lambda x: x.astype(int), TypeError, "x: expected float32 or float64, got int64"),
    "half precision": (lambda x: x.astype(np.float16), TypeError, "got float16"),
    "other precision": (lambda x: x.astype(np.float32), TypeError, "mixed precision"),
    "objects": (lambda x: x.astype(object), TypeError, "got object"),
    "a list": (lambda x: x.tolist(), TypeError, "x: expected an array .* got list"),
    "NaN": (lambda x: nan_at(x, 1, 2, 0), ValueError, r"x: .*nan at \[1, 2, 0\]"),
    "the first of several": (
        lambda x: nan_at(nan_at(x, 2, 0, 1), 0, 3, 1),
        ValueError,
        r"x: .*nan at \[0, 3, 1\]$",
    ),
    "infinity": (lambda x: x / 0.0, ValueError, "x: expected finite numbers"),
}


@every_cell
@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("what", BAD_X)
def test_bad_sequence(cell, what):
    spoil, error, message = BAD_X[what]
    params, x, state0, _ = arguments(cell)
    with pytest.raises(error, match=message):
        cell.forward(params, spoil(x), state0)


def test_a_vector_does_not_broadcast_to_a_matrix():
    """(D,) + (H, 1) would be (H, H) in NumPy, without an error."""
    params, x, state0, _ = arguments(lstm)
    with pytest.raises(ValueError, match=r"x: expected shape \(D, B\), got \(4,\); one sample"):
        lstm.step(params, x[0, :, 0], state0)
    flat = {**params, "b_f": params["b_f"][:, 0]}
    with pytest.raises(ValueError, match=r'params\["b_f"\].*a bias is a column'):
        lstm.step(flat, x[0], state0)


BAD_PARAMS = {
    "missing": (lambda p: {k: v for k, v in p.items() if k != "W_hh"}, ValueError, "missing W_hh"),
    "unknown": (lambda p: {**p, "W_hq": p["W_hh"]}, ValueError, "unknown W_hq"),
    "transposed": (lambda p: {**p, "W_hx": p["W_hx"].T}, ValueError, r'"W_hx".*got \(4, 5\)'),
    "not a dict": (lambda p: list(p.values()), TypeError, "params: expected a dict .* got list"),
    "NaN": (lambda p: {**p, "b_h": nan_at(p["b_h"], 2, 0)}, ValueError, r'"b_h".*nan at \[2, 0\]'),
    "mixed": (lambda p: {**p, "W_hh": p["W_hh"].astype(np.float32)}, TypeError, "mixed precision"),
    "integers": (lambda p: {k: v.astype(int) for k, v in p.items()}, TypeError, "int64"),
}


@pytest.mark.parametrize("what", BAD_PARAMS)
@pytest.mark.parametrize("cell", [elman, gru_before, gru_after])
def test_bad_parameters(cell, what):
    spoil, error, message = BAD_PARAMS[what]
    params, x, state0, errors = arguments(cell)
    with pytest.raises(error, match=message):
        cell.forward(spoil(params), x, state0)
    _, _, tape = cell.forward(params, x, state0)
    with pytest.raises(error, match=message):
        cell.backward(spoil(params), tape, **errors)
    with pytest.raises(error, match=message):
        cell.step(spoil(params), x[0], state0)


@every_cell
def test_bad_state(cell):
    params, x, state0, errors = arguments(cell)
    with pytest.raises(TypeError, match=r"state0: expected a tuple \(h"):
        cell.forward(params, x, state0[0])
    with pytest.raises(TypeError, match="state0: expected a tuple"):
        cell.forward(params, x, (*state0, state0[0]))
    with pytest.raises(TypeError, match=r"state0: expected a tuple .*, got ndarray$"):
        cell.forward(params, x, np.stack(state0))
    h, last, _ = cell.forward(params, x, list(state0))
    np.testing.assert_array_equal(h, cell.forward(params, x, state0)[0])
    assert isinstance(last, tuple) and isinstance(cell.forward(params, x[:0], [*state0])[1], tuple)
    with pytest.raises(ValueError, match=r"state0: h: expected shape \(H, B\) = \(5, 2\), got"):
        cell.forward(params, x, tuple(value[:, :1] for value in state0))
    with pytest.raises(TypeError, match="state0: h: .*mixed precision"):
        cell.forward(params, x, tuple(value.astype(np.float32) for value in state0))
    _, _, tape = cell.forward(params, x, state0)
    with pytest.raises(TypeError, match="dstate_T: expected a tuple"):
        cell.backward(params, tape, errors["dh"], errors["dstate_T"][0])
    with pytest.raises(TypeError, match="^state: expected a tuple"):
        cell.step(params, x[0], state0[0])
    _, tape = cell.step(params, x[0], state0)
    with pytest.raises(TypeError, match="^dstate: expected a tuple"):
        cell.step_backward(params, tape, errors["dstate_T"][0])


@every_cell
def test_bad_errors_and_tape(cell):
    params, x, state0, errors = arguments(cell)
    _, _, tape = cell.forward(params, x, state0)
    with pytest.raises(ValueError, match=r"dh: expected shape \(T, H, B\) = \(3, 5, 2\), got \(2"):
        cell.backward(params, tape, errors["dh"][:2])
    with pytest.raises(ValueError, match=r"dh: .*nan at \[0, 0, 0\]"):
        cell.backward(params, tape, nan_at(errors["dh"], 0, 0, 0))
    with pytest.raises(TypeError, match="tape: expected the third result of .*forward, got list"):
        cell.backward(params, tape["steps"], errors["dh"])
    with pytest.raises(TypeError, match="tape: x"):
        cell.step_backward(params, {}, errors["dstate_T"])


def test_the_tape_of_another_cell():
    params, x, state0, errors = arguments(gru_before)
    _, _, tape = gru_before.forward(params, x, state0)
    also = gru_after.init(np.random.default_rng(0), D, H)
    with pytest.raises(TypeError, match=r"gru_after.forward, got .*gru_before"):
        gru_after.backward(also, tape, errors["dh"])


@every_cell
def test_numbers_that_overflow_are_not_returned(cell):
    params, x, state0, _ = arguments(cell)
    huge = {name: np.full_like(value, 1e308) for name, value in params.items()}
    signs = np.sign(x) * 10
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="after the last step"):
        cell.forward(huge, signs, state0)


def test_a_message_about_names_stays_short():
    params, x, _ = arguments(lstm)[:3]
    for more in [f"more_{k}" for k in range(500)], ["z" * 5000]:
        many = params | dict.fromkeys(more, params["b_f"])
        with pytest.raises(ValueError, match=r"params: unknown .*; expected W_fx") as refused:
            lstm.forward(many, x)
        assert len(str(refused.value)) < 600


@pytest.mark.parametrize("code", [lstm, stacked, generated])
def test_a_tape_that_lacks_something_is_refused(code):
    params, x, state0 = arguments(lstm)[:3]
    h, _, tape = code.forward(params, x, state0)
    for name in tape.keys() - {"cell"}:
        less = {key: value for key, value in tape.items() if key != name}
        try:  # of some entries nothing is read
            code.backward(params, less, h)
        except ValueError as error:
            assert f"tape: no {name}; expected" in str(error)


class Named(np.ndarray):
    """Somebody's subclass."""


class Elsewhere:
    """An array of another library: shape, dtype, and operators of its own."""

    def __init__(self, value):
        self.value, self.shape, self.dtype = value, value.shape, value.dtype

    def __array__(self, *_, **__):
        return self.value


def masked(value):
    return np.ma.masked_array(value, mask=value > 0)


FOREIGN = {
    "a masked array": (masked, "got MaskedArray; .filled"),
    "a subclass": (lambda v: v.view(Named), "got Named; np.asarray makes a plain array"),
    "a record array": (lambda v: v.view(np.recarray), "got recarray; np.asarray"),
    "of another library": (Elsewhere, "got Elsewhere; np.asarray makes a plain array"),
    "text": (lambda v: v.astype(str), "expected float32 or float64, got <U"),
    "objects": (lambda v: v.astype(object), "expected float32 or float64, got object"),
    "named fields": (lambda v: v.astype([("re", float)]), "expected float32 or float64, got "),
    "other bytes": (lambda v: v.astype(">f8"), "expected float32 or float64, got >f8"),
    "one number": (lambda v: 3.0, "expected an array .*, got float"),
}


def calls(cell, foreign):
    """Every way into a cell: (name of the argument, call with this argument made foreign)."""
    params, x, state0, errors = arguments(cell)
    tape, dh, last = cell.forward(params, x, state0)[2], errors["dh"], errors["dstate_T"]
    for name in params:
        bad = {**params, name: foreign(params[name])}
        yield rf'params\["{name}"\]', lambda bad=bad: cell.forward(bad, x, state0)
        yield rf'params\["{name}"\]', lambda bad=bad: cell.backward(bad, tape, dh, last)
    first = tuple(map(foreign, state0))
    yield "state0: h", lambda: cell.forward(params, x, first)
    yield "dstate_T: h", lambda: cell.backward(params, tape, dh, first)
    if foreign is not np.matrix:  # which has two axes
        yield "x", lambda: cell.forward(params, foreign(x), state0)
        yield "dh", lambda: cell.backward(params, tape, foreign(dh), last)


DOORS = [elman, irnn, lstm, gru_before, gru_after, stacked, generated_gru_after, vanilla]
at_every_door = pytest.mark.parametrize("cell", DOORS, ids=lambda cell: cell.__name__)


@at_every_door
@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_plain_array_is_refused_by_name(cell, what):
    foreign, says = FOREIGN[what]
    for name, call in calls(cell, foreign):
        with pytest.raises(TypeError, match=f"^{name}: .*{says}"):
            call()


@at_every_door
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_matrix_is_refused(cell):
    """Its * is a product of matrices: the GRU was off by 0.38 without an error."""
    for name, call in calls(cell, np.matrix):
        says = f"^{name}: expected .*, got matrix; np.asarray makes a plain array"
        with pytest.raises(TypeError, match=says):
            call()


@at_every_door
def test_an_array_in_a_file_is_let_through(cell, tmp_path):
    numbers = count()

    def mapped(value):
        path = tmp_path / f"{next(numbers)}"
        value.tofile(path)
        return np.memmap(path, value.dtype, "r", shape=value.shape)

    params, x, state0, errors = arguments(cell)
    results = []
    for change in (np.copy, mapped):
        given = {n: change(v) for n, v in params.items()}
        h, last, tape = cell.forward(given, change(x), tuple(map(change, state0)))
        back = cell.backward(given, tape, change(errors["dh"]), tuple(map(change, last)))
        results.append([h, *last, *back[0].values(), back[1], *back[2]])
    for one, other in zip(*results, strict=True):
        assert type(one) is type(other) is np.ndarray and np.array_equal(one, other)
