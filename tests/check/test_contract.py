"""The contract of a cell: mistakes are seen, all of them, and the place is named."""

import types

import numpy as np
import pytest

from lstm_ref import arguments
from lstm_ref.cells import elman, loop, lstm
from lstm_ref.check import ContractFailed, check_cell, witnesses


def planted(change, cell=lstm):
    """The cell with `change(record, dstate, result)` applied to each backward step's result."""

    @arguments.step(cell.SHAPES, cell.STATES)
    def step_backward(params, tape, dstate):
        return change(params, tape, dstate, cell.step_backward.__wrapped__(params, tape, dstate))

    _, backward = loop.over_time(cell.CELL, cell.step, step_backward)
    return types.SimpleNamespace(
        SHAPES=cell.SHAPES, STATES=cell.STATES, forward=cell.forward, backward=backward
    )


def without_carousel(params, tape, dstate, result):
    dparams, dx, (dh, dc) = result
    return dparams, dx, (dh, 0 * dc)


def bias_mean(params, tape, dstate, result):
    dparams, dx, state = result
    B = dx.shape[1]
    return {k: v / B if k[0] == "b" else v for k, v in dparams.items()}, dx, state


def wrong_h(params, tape, dstate, result):
    """Error times h_t where h_{t-1} belongs."""
    dparams, dx, state = result
    h = tape["o"] * np.tanh(tape["c"])
    delta_f = dparams["b_f"]
    return {**dparams, "W_fh": delta_f @ h.sum(axis=1, keepdims=True).T}, dx, state


def copied_bias(params, tape, dstate, result):
    dparams, dx, state = result
    return {**dparams, "b_o": dparams["b_f"]}, dx, state


def slope_of_the_state(params, tape, dstate, result):
    """1 - c² where 1 - tanh²(c) belongs: invisible with tiny weights."""
    dparams, dx, (dh, dc) = result
    dh_t = dstate[0]
    wrong = dh_t * tape["o"] * (np.tanh(tape["c"]) ** 2 - tape["c"] ** 2)
    return dparams, dx, (dh, dc + tape["f"] * wrong)


MISTAKES = [without_carousel, bias_mean, wrong_h, copied_bias, slope_of_the_state]


def test_the_right_cell_passes_and_its_errors_are_rounding():
    worst = check_cell(lstm, tol=1e-12)
    names = {*lstm.SHAPES, "x", "h_0", "c_0"}
    assert all(set(errors) == names for errors in worst.values())


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_a_planted_mistake_is_seen(mistake):
    with pytest.raises(ContractFailed):
        check_cell(planted(mistake))


def test_the_message_names_tensor_entry_and_both_values():
    with pytest.raises(ContractFailed) as caught:
        check_cell(planted(copied_bias))
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(0))
    right = witnesses.by_hand(lstm, tensors, errors)
    off = np.abs(right["b_f"] - right["b_o"])
    row = int(np.argmax(off))
    message = str(caught.value)
    assert f"gradient of b_o differs from autograd at [{row}, 0]" in message
    assert f"by hand {right['b_f'][row, 0]:.12g}, autograd {right['b_o'][row, 0]:.12g}" in message


def test_the_message_for_x_names_the_step():
    def late(params, tape, dstate, result):
        return result[0], result[1] * 1.1, result[2]

    with pytest.raises(ContractFailed, match=r"gradient of x .*\(step \d\)"):
        check_cell(planted(late))


def test_a_backward_that_remembers_is_seen():
    """Accumulators that are not reset: right the first time, wrong the second."""
    total = {}

    def backward(params, tape, dh, dstate_T=None):
        dparams, dx, dstate0 = elman.backward(params, tape, dh, dstate_T)
        for name, value in dparams.items():
            total[name] = total.get(name, 0) + value
        return dict(total), dx, dstate0

    cell = types.SimpleNamespace(**{**vars(elman), "backward": backward})
    with pytest.raises(ContractFailed, match="first of two runs"):
        check_cell(cell)


def test_a_backward_that_writes_into_its_arguments_is_seen():
    def backward(params, tape, dh, dstate_T=None):
        result = elman.backward(params, tape, dh, dstate_T)
        params["b_h"] += 1e-3
        return result

    cell = types.SimpleNamespace(**{**vars(elman), "backward": backward})
    with pytest.raises(ContractFailed, match="its value before the call"):
        check_cell(cell)


def test_what_a_module_lacks_is_named():
    names = ("STATES", "forward", "backward")  # a dict of shapes is easily forgotten
    cell = types.SimpleNamespace(**{name: getattr(elman, name) for name in names})
    with pytest.raises(TypeError, match="has no SHAPES; expected a module like"):
        check_cell(cell)
    with pytest.raises(TypeError, match="types has no SHAPES, STATES, forward, backward;"):
        check_cell(types)
    cell.SHAPES = elman.SHAPES  # with these four it is a cell
    assert set(check_cell(cell, T=2)) == {"autograd", "complex step", "differences"}


def test_a_blind_check_is_blind():
    """One step from zero states, error at the output only: the lost carousel does not show."""
    cell = planted(without_carousel)
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(0), T=1)
    zero = {k: 0 * v if k in ("h_0", "c_0") else v for k, v in tensors.items()}
    got, right = (witnesses.by_hand(c, zero, errors) for c in (cell, lstm))
    assert all(np.array_equal(got[name], right[name]) for name in lstm.SHAPES)
