"""Layers, both directions, different lengths: gradients, and that padding changes nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_ref.cells import elman, gru_after, lstm, name_of, stacked
from lstm_ref.check import witnesses
from lstm_ref.generated import projection, sru, vanilla
from lstm_ref.learn import layers, network, sequences, tasks

NETS = {
    "two layers": layers.Stack(lstm, lstm),
    "mixed layers": layers.Stack(elman, gru_after, lstm),
    "both ways": layers.BothWays(lstm),
    "projection below": layers.Stack(projection, vanilla),
    "two layers, both ways": layers.Stack(layers.BothWays(lstm), layers.BothWays(elman)),
    "stack inside": layers.BothWays(layers.Stack(elman, lstm)),
}
LENGTHS = {"whole": None, "padded": np.array([2, 5, 3, 5])}
every_net = pytest.mark.parametrize("name", NETS)


def rng(seed=0):
    return np.random.default_rng(seed)


def problem(cell, T=5, D=3, H=2, B=4, seed=0):
    """Random tensors and errors, as `witnesses.problem` draws them, with the sizes of `init`."""
    more = {"P": 3} if cell is projection else {}
    if cell is NETS["projection below"]:
        first, second = projection.init(rng(), D, H, P=3), vanilla.init(rng(), 3, H)
        params = {f"1.{k}": v for k, v in first.items()} | {f"2.{k}": v for k, v in second.items()}
    else:
        params = cell.init(rng(), D, H, **more)
    draw = rng(seed)
    tensors = {k: 0.8 * draw.normal(size=v.shape) for k, v in params.items()}
    tensors["x"] = 0.8 * draw.normal(size=(T, D, B))
    h, last, _ = sequences.run(cell, {k: tensors[k] for k in cell.SHAPES}, tensors["x"])
    states = [0.8 * draw.normal(size=s.shape) for s in last]
    tensors |= {f"{s}_0": v for s, v in zip(cell.STATES, states, strict=True)}
    errors = {"dh": draw.normal(size=h.shape)}
    return tensors, errors | {"dstate_T": tuple(draw.normal(size=s.shape) for s in last)}


def with_lengths(cell, lengths):
    """The cell with the lengths of one batch, for the witnesses."""

    def forward(params, x, state0):
        return sequences.run(cell, params, x, state0, lengths)

    def backward(params, tape, dh, dstate_T):
        return sequences.run_backward(cell, params, tape, dh, dstate_T)

    return SimpleNamespace(
        SHAPES=cell.SHAPES, STATES=cell.STATES, forward=forward, backward=backward
    )


@pytest.mark.parametrize("lengths", LENGTHS)
@every_net
def test_gradients_by_the_complex_step(name, lengths):
    cell = with_lengths(NETS[name], LENGTHS[lengths])
    tensors, errors = problem(NETS[name])
    want = witnesses.by_complex_step(cell, tensors, errors)
    got = witnesses.by_hand(cell, tensors, errors)
    witnesses.compare(got, want, "the complex step", name, 1e-11)


@pytest.mark.parametrize("cell", [lstm, elman, vanilla, sru])
def test_gradients_of_plain_cells_with_lengths(cell):
    D = 2 if cell is sru else 3
    tensors, errors = problem(cell, D=D)
    padded = with_lengths(cell, LENGTHS["padded"])
    want = witnesses.by_complex_step(padded, tensors, errors)
    got = witnesses.by_hand(padded, tensors, errors)
    witnesses.compare(got, want, "the complex step", "", 1e-11)


def test_lengths_are_given_to_both_ways_as_a_list_too():
    cell = NETS["both ways"]
    params, x, state0 = witnesses.split(cell, problem(cell)[0])
    lengths = LENGTHS["padded"]
    got, want = (cell.forward(params, x, state0, these)[0] for these in (lengths.tolist(), lengths))
    assert np.array_equal(got, want)


@every_net
def test_a_padded_batch_is_each_sequence_alone(name):
    cell, lengths = NETS[name], LENGTHS["padded"]
    tensors, errors = problem(cell)
    params, x, state0 = witnesses.split(cell, tensors)
    h, last, tape = sequences.run(cell, params, x, state0, lengths)
    dparams, dx, dstate0 = sequences.run_backward(cell, params, tape, **errors)
    total = {k: np.zeros_like(v) for k, v in params.items()}
    for b, end in enumerate(lengths):
        one = (slice(0, end), slice(None), slice(b, b + 1))
        alone = [s[:, b : b + 1] for s in state0]
        h_b, last_b, tape_b = cell.forward(params, x[one], tuple(alone))
        np.testing.assert_allclose(h[one], h_b, rtol=1e-12, atol=1e-15)
        assert not h[end:, :, b].any() and not dx[end:, :, b].any()
        error = tuple(e[:, b : b + 1] for e in errors["dstate_T"])
        dparams_b, dx_b, dstate_b = cell.backward(params, tape_b, errors["dh"][one], error)
        np.testing.assert_allclose(dx[one], dx_b, rtol=1e-10, atol=1e-14)
        for got, want in zip((*last, *dstate0), (*last_b, *dstate_b), strict=True):
            np.testing.assert_allclose(got[:, b : b + 1], want, rtol=1e-10, atol=1e-14)
        total = {k: v + dparams_b[k] for k, v in total.items()}
    witnesses.compare(dparams, total, "the sum over samples", name, 1e-12)


@every_net
def test_what_stands_in_the_padding_is_never_read(name):
    cell, lengths = NETS[name], LENGTHS["padded"]
    tensors, errors = problem(cell)
    params, x, state0 = witnesses.split(cell, tensors)
    padding = np.broadcast_to(np.arange(5)[:, None, None] >= lengths, x.shape)
    results = []
    for garbage in (0.0, 7.0, np.nan, np.inf):
        spoiled = np.where(padding, garbage, x)
        dh = np.where(padding[:, :1], garbage, errors["dh"])
        h, last, tape = sequences.run(cell, params, spoiled, state0, lengths)
        dparams, dx, dstate0 = sequences.run_backward(cell, params, tape, dh)
        results.append([h, *last, *dparams.values(), dx, *dstate0])
    for other in results[1:]:
        for got, want in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("task", ["temporal_order", "adding"])
@pytest.mark.parametrize("name", ["one layer", "two layers", "both ways"])
def test_garbage_in_the_padding_changes_neither_loss_nor_gradients(name, task):
    cell = {"one layer": lstm, **NETS}[name]
    x, target, mask = getattr(tasks, task)(rng(), 16, 5, shortest=10)
    lengths = tasks.lengths(mask)
    padding = np.arange(16)[:, None] >= lengths
    params = network.start(cell, rng(1), x.shape[1], 3, 8 if task == "temporal_order" else 1)
    loss, grads, state = network.gradients(cell, params, (x, target, mask, lengths))
    spoiled_x = np.where(padding[:, None], np.nan, x)
    garbage = -99 if target.dtype == int else np.nan
    spoiled = np.where(padding if target.ndim == 2 else padding[:, None], garbage, target)
    batch = (spoiled_x, spoiled, mask | padding, lengths)  # even a mask that counts them
    loss_2, grads_2, state_2 = network.gradients(cell, params, batch)
    assert loss_2 == loss
    witnesses.compare(grads_2, grads, "clean padding", tol=0)
    for got, want in zip(state_2, state, strict=True):
        np.testing.assert_array_equal(got, want)


def test_a_mask_alone_is_enough_forwards():
    """Nothing of the padding behind a sequence reaches its loss: no lengths needed."""
    x, target, mask = tasks.embedded_reber(rng(), 20, 6)
    params = network.start(lstm, rng(1), 7, 4, 7)
    loss, grads, _ = network.gradients(lstm, params, (x, target, mask))
    padding = ~mask
    spoiled = (np.where(padding[:, None], 3.0, x), np.where(padding, 99, target), mask)
    loss_2, grads_2, _ = network.gradients(lstm, params, spoiled)
    assert loss_2 == loss
    witnesses.compare(grads_2, grads, "clean padding", tol=1e-14)
    with_lengths = network.gradients(lstm, params, (x, target, mask, tasks.lengths(mask)))
    np.testing.assert_allclose(with_lengths[0], loss, rtol=1e-13)
    witnesses.compare(with_lengths[1], grads, "the mask alone", tol=1e-12)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(0, 2**32))
def test_turn_is_its_own_inverse(lengths, seed):
    x = rng(seed).normal(size=(6, 2, len(lengths)))
    once = sequences.turn(x, np.array(lengths))
    np.testing.assert_array_equal(sequences.turn(once, np.array(lengths)), x)
    for b, end in enumerate(lengths):
        np.testing.assert_array_equal(once[:end, :, b], x[:end, :, b][::-1])
        np.testing.assert_array_equal(once[end:, :, b], x[end:, :, b])


def test_a_stack_is_one_cell_after_the_other():
    cell = NETS["two layers"]
    params, x = cell.init(rng(), 3, [4, 2]), rng(1).normal(size=(5, 3, 2))
    h, last, _ = cell.forward(params, x)
    first = {k[2:]: v for k, v in params.items() if k[0] == "1"}
    second = {k[2:]: v for k, v in params.items() if k[0] == "2"}
    middle, end_1, _ = lstm.forward(first, x)
    want, end_2, _ = lstm.forward(second, middle)
    np.testing.assert_array_equal(h, want)
    for got, expected in zip(last, (*end_1, *end_2), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_both_ways_sees_what_comes():
    """The first output of the reverse direction depends on the last input, and on no padding."""
    cell = NETS["both ways"]
    params, x = cell.init(rng(), 3, 2), rng(1).normal(size=(5, 3, 2))
    lengths = np.array([3, 5])
    h, _, _ = sequences.run(cell, params, x, None, lengths)
    changed = x.copy()
    changed[4] += 1
    other, _, _ = sequences.run(cell, params, changed, None, lengths)
    assert np.array_equal(other[:, :, 0], h[:, :, 0])
    assert np.array_equal(other[:4, :2, 1], h[:4, :2, 1])
    assert (other[:, 2:, 1] != h[:, 2:, 1]).all()


@pytest.mark.parametrize("net", [layers.Stack(stacked, vanilla), layers.BothWays(stacked)])
def test_a_workspace_changes_no_number(net):
    params = net.init(rng(), 3, 4, dtype=np.float32)
    space = {}
    for k in range(3):
        x = rng(k).normal(size=(6 + k, 3, 2)).astype(np.float32)
        h, _, tape = net.forward(params, x, workspace=space)
        dparams, dx, _ = net.backward(params, tape, np.ones_like(h))
        want_h, _, tape = net.forward(params, x)
        want, want_dx, _ = net.backward(params, tape, np.ones_like(h))
        np.testing.assert_array_equal(h, want_h)
        np.testing.assert_array_equal(dx, want_dx)
        witnesses.compare(dparams, want, "no workspace", tol=0)
    assert dx.dtype == np.float32
    assert any("buffers" in part and part["buffers"] for part in space.values())


def test_a_workspace_of_ours_is_one_of_the_cells():
    space = {}
    x = rng().normal(size=(4, 2, 3))
    sequences.run(stacked, stacked.init(rng(), 2, 3), x, workspace=space)
    own = stacked.workspace()
    stacked.forward(stacked.init(rng(), 2, 3), x, workspace=own)
    assert set(space) == set(own) > {"buffers", "call"}
    assert space["buffers"] and space["call"] == 1
    sequences.run(elman, elman.init(rng(), 2, 3), x, workspace={})  # takes none: no error


@pytest.mark.parametrize(
    "lengths, message",
    [
        ([1, 2], "lengths: expected 4 whole numbers"),
        ([1.0, 2.0, 3.0, 4.0], "lengths: expected 4 whole numbers, got float64"),
        ([0, 1, 2, 3], "lengths: expected 1 to T = 5, got 0 to 3"),
        ([6, 1, 2, 3], "lengths: expected 1 to T = 5, got 1 to 6"),
    ],
)
def test_bad_lengths(lengths, message):
    tensors, _ = problem(lstm)
    params, x, _ = witnesses.split(lstm, tensors)
    with pytest.raises(ValueError, match=message):
        sequences.run(lstm, params, x, None, lengths)
    with pytest.raises(ValueError, match=r"x: expected shape \(T, D, B\)"):
        sequences.run(lstm, params, x[0], None, [5] * 4)


def test_errors_say_which_layer():
    cell = NETS["two layers"]
    tensors, errors = problem(cell)
    params, x, state0 = witnesses.split(cell, tensors)
    with pytest.raises(ValueError, match=r"params: missing or unknown 2\.W_fx"):
        cell.forward({k: v for k, v in params.items() if k != "2.W_fx"}, x)
    with pytest.raises(TypeError, match="params: expected a dict"):
        cell.forward(list(params.values()), x)
    with pytest.raises(ValueError) as caught:
        cell.forward({**params, "2.b_f": params["2.b_f"][:, 0]}, x)
    assert caught.value.__notes__ == ["in part 2 of Stack(LSTM, LSTM)"]
    with pytest.raises(TypeError, match="state0: expected 4 arrays"):
        cell.forward(params, x, state0[:2])
    with pytest.raises(TypeError, match="dstate_T: expected 4 arrays"):
        cell.backward(params, cell.forward(params, x)[2], errors["dh"], state0[:3])
    with pytest.raises(ValueError, match=r"H: expected one number or 2, got \[1, 2, 3\]"):
        cell.init(rng(), 3, [1, 2, 3])
    with pytest.raises(ValueError, match="at least one cell"):
        layers.Stack()


def test_names():
    assert name_of(lstm) == name_of(stacked) == "LSTM"
    assert NETS["two layers, both ways"].NAME == "Stack(BothWays(LSTM), BothWays(ELMAN))"
    assert sequences.reads_backwards(NETS["two layers, both ways"])
    assert not sequences.reads_backwards(NETS["mixed layers"])
