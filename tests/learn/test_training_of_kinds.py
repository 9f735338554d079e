"""Training and golden vectors of cells with matrices, numbers and fixed parameters."""

import kinds
import numpy as np
import pytest

from lstm_ref.check import check_cell, witnesses
from lstm_ref.interop import vectors
from lstm_ref.learn import network, optim
from lstm_ref.learn.layers import Stack

SIZES = {"D": 5, "H": 5, "P": 6, "Q": 7, "R": 3, "1": 1}
LENGTHS = np.array([6, 3, 2, 6])


def started(cell, rng):
    letters = {*"".join(cell.letters.values())} - {*"DH1"}
    fixed = {n: rng.normal(size=[SIZES[k] for k in word]) for n, word in cell.FIXED.items()}
    further = {letter: SIZES[letter] for letter in letters}
    return network.start(cell, rng, 5, 5, 3, **further, **fixed), fixed


@pytest.mark.parametrize("name", ["MEMORY", "DELTA_RULE", "NUMBER", "FIXED", "SCALARS"])
def test_it_learns_and_leaves_fixed_parameters_alone(name):
    cell, rng = kinds.KINDS[name], np.random.default_rng(0)
    params, fixed = started(cell, rng)
    mask = np.arange(6)[:, None] < LENGTHS
    batch = rng.normal(size=(6, 5, 4)), rng.integers(0, 3, (6, 4)), mask, LENGTHS
    before, state = network.loss(cell, params, batch), optim.adam_start(params)
    for _ in range(30):
        _, gradients, _ = network.gradients(cell, params, batch)
        params, state = optim.adam_step(params, gradients, state, 0.03)
    assert network.loss(cell, params, batch) < before / 2
    for parameter, value in fixed.items():
        np.testing.assert_array_equal(params[parameter], value)


def test_padding_changes_nothing():
    cell, rng = kinds.KINDS["MEMORY"], np.random.default_rng(1)
    params, _ = started(cell, rng)
    x, target = rng.normal(size=(6, 5, 4)), rng.integers(0, 3, (6, 4))
    mask = np.arange(6)[:, None] < LENGTHS
    batches = [(np.where(mask[:, None], x, filled), target, mask, LENGTHS) for filled in (0, 9)]
    one, two = (network.gradients(cell, params, batch) for batch in batches)
    assert one[0] == two[0]
    for parameter, value in one[1].items():
        np.testing.assert_array_equal(value, two[1][parameter])
    np.testing.assert_array_equal(one[2][0], two[2][0])


def test_a_batch_has_one_input():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="cell: INPUTS has 3 inputs, x, m, d, and a batch has one"):
        network.start(kinds.KINDS["INPUTS"], rng, 5, 5, 3)


def test_layers_of_kinds():
    report = check_cell(Stack(kinds.KINDS["FIXED"], kinds.KINDS["MEMORY"]))
    assert "complex step" in report


@pytest.mark.parametrize("name", kinds.KINDS)
def test_golden_vectors_of_every_kind(name, tmp_path):
    cell = kinds.KINDS[name]
    path = tmp_path / "vectors.npz"
    vectors.write(path, *vectors.make(cell, 3, 2, 4, 5))
    header, arrays = vectors.read(path)
    assert all(len(letter) == 1 and letter != "1" for letter in header["sizes"])
    names = [*cell.SHAPES, *cell.FIXED, *witnesses.inputs(cell), *(f"{s}_0" for s in cell.states)]
    outside = {"dh": arrays["e"], "dstate_T": [arrays[f"e_{s}_T"] for s in cell.states]}
    got = witnesses.by_hand(cell.module, {n: arrays[n] for n in names}, outside)
    witnesses.compare(got, {n: arrays[f"d{n}"] for n in got}, "the vectors", name, 1e-11)
