"""The tables of all cells, evaluated without SymPy, give the golden vectors."""

import subprocess
import sys

import numpy as np
import pytest

from lstm_ref.check import summands, witnesses
from lstm_ref.derive import catalogue, table
from lstm_ref.diagnose.core import passes, values
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit

every = pytest.mark.parametrize("name", catalogue.CELLS)


def problem(name, seed=3):
    """(table, tensors, errors by name, right values, right deltas and gradients)."""
    cell = catalogue.declared(name)
    tensors, errors = witnesses.problem(cell, np.random.default_rng(seed))
    right = summands.forward(cell, *witnesses.split(cell, tensors))
    deltas, gradients = summands.backward(summands.recipe(cell), right, errors)
    enter = {"e": errors["dh"], **dict(zip(cell.states, errors["dstate_T"], strict=True))}
    found = {f"delta_{n}": v for n, v in deltas.items()}
    found |= {f"d{n}": v for n, v in gradients.items()}
    return table.of_catalogue(name), tensors, enter, right, found


def off(a, b):
    assert a.shape == b.shape
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-300)


@every
def test_a_table_gives_the_values_and_gradients_of_the_derivation(name):
    cell, tensors, enter, right, wanted = problem(name)
    found = values.forward(cell, tensors)
    for signal in cell.equations:
        assert off(found[signal][1:], right[signal][1:]) < 1e-11
    results = passes.Pass(cell, found, enter).results()
    assert results.keys() == wanted.keys()
    for tensor, value in wanted.items():
        assert off(results[tensor], value) < 1e-10, tensor


@pytest.mark.parametrize("name", ["LSTM", "GRU_BEFORE", "VANILLA", "BLOCK"])
def test_a_dropped_summand_is_seen(name):
    cell, tensors, enter, _, wanted = problem(name)
    base = passes.Pass(cell, values.forward(cell, tensors), enter)
    for signal in cell.equations:
        for place, _ in base.terms(signal):
            wrong = edited(base, [Edit(place, "dropped", weight=0.0)]).results()
            assert max(off(wrong[n], v) for n, v in wanted.items()) > 1e-6, place
    assert off(base.results()["dx"], wanted["dx"]) < 1e-10  # and the right one is left alone


def test_tables_need_no_sympy():
    code = (
        "import sys; sys.modules['sympy'] = None\n"
        "from lstm_ref.derive import table; from lstm_ref.diagnose.core import passes, local\n"
        "print(table.of_catalogue('LSTM').states)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "('h', 'c')\n"
