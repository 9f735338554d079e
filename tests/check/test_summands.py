"""The plain evaluation of terms equals the generated code, for every cell of the catalogue."""

import importlib

import numpy as np
import pytest

from lstm_ref.check import summands, witnesses
from lstm_ref.derive import catalogue


@pytest.mark.parametrize("T", [1, 4])
@pytest.mark.parametrize("name", catalogue.CELLS)
def test_recipe_equals_generated_code(name, T):
    module = importlib.import_module(f"lstm_ref.generated.{name.lower()}")
    cell = catalogue.find(name)
    D = 4 if module.INPUT == "THB" else 3
    tensors, errors = witnesses.problem(module, np.random.default_rng(T), T=T, B=2, D=D, H=4)
    params, x, state0 = witnesses.split(module, tensors)
    values = summands.forward(cell, params, x, state0)
    np.testing.assert_allclose(
        values[cell.output][1:], module.forward(params, x, state0)[0], rtol=1e-12
    )
    _, got = summands.backward(summands.recipe(cell), values, errors)
    want = witnesses.by_hand(module, tensors, errors)
    witnesses.compare(got, want, "generated code", name, 1e-12)


def test_a_dropped_term_shows():
    cell = catalogue.find("LSTM")
    right = summands.recipe(cell)
    wrong = right.but(terms={**right.terms, "c": right.terms["c"][:1]})
    module = importlib.import_module("lstm_ref.generated.lstm")
    tensors, errors = witnesses.problem(module, np.random.default_rng(0))
    params, x, state0 = witnesses.split(module, tensors)
    values = summands.forward(cell, params, x, state0)
    (_, a), (_, b) = (summands.backward(r, values, errors) for r in (right, wrong))
    with pytest.raises(witnesses.GradientMismatch):
        witnesses.compare(b, a, "right")
