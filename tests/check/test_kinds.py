"""Every kind of term: a recipe evaluated against autograd through the equations themselves."""

import autograd.numpy as anp
import kinds
import numpy as np
import pytest
from autograd import grad

from lstm_ref.check import summands, witnesses

every = pytest.mark.parametrize("name", kinds.KINDS)
SIZES = {"D": 4, "H": 5, "P": 3, "Q": 6, "R": 2, "1": 1, "B": 3}


def problem(cell, T, seed=0, sizes=SIZES):
    """Random tensors, fixed parameters too, and errors."""
    rng = np.random.default_rng(seed)

    def draw(letters, front=()):
        return rng.normal(size=(*front, *(sizes[k] for k in letters))) * 0.7

    params = {n: draw(word) for n, word in {**cell.SHAPES, **cell.FIXED}.items()}
    x = {name: draw(word[1:], (T,)) for name, word in cell.INPUTS.items()}
    states = {f"{s}_0": draw(word) for s, word in cell.STATES.items()}
    errors = {"dh": draw(cell.OUTPUT[1:], (T,))}
    errors["dstate_T"] = tuple(draw(word) for word in cell.STATES.values())
    return params, x, states, errors


def wanted(cell, params, x, states, errors):
    """Gradients by autograd through `values.run`."""

    def E(tensors):
        given = {n: tensors[n] for n in x}
        start = tuple(tensors[n] for n in states)
        steps = summands.run(cell, {n: tensors[n] for n in params}, given, start)
        total = sum(
            anp.sum(e * y) for e, y in zip(errors["dh"], steps[cell.output][1:], strict=True)
        )
        ends = zip(errors["dstate_T"], cell.states, strict=True)
        return total + sum(anp.sum(e * steps[s][-1]) for e, s in ends)

    return grad(E)({**params, **x, **states})


@every
@pytest.mark.parametrize("T", [1, 4])
def test_a_recipe_equals_autograd(name, T):
    cell = kinds.KINDS[name]
    params, x, states, errors = problem(cell, T)
    want = wanted(cell, params, x, states, errors)
    start = tuple(states.values())
    values = summands.forward(cell, params, x, start)
    _, got = summands.backward(summands.recipe(cell), values, errors)
    if not cell.given.inputs:
        got = {**got, cell.input: got["x"]}
    assert got.keys() >= {*cell.SHAPES, *x, *states}
    want = {n: v for n, v in want.items() if n not in cell.FIXED}
    witnesses.compare({n: got[n] for n in want}, want, "autograd", name, 1e-12)
    assert all(v.any() for n, v in want.items() if T > 1), "a check that sees nothing"
