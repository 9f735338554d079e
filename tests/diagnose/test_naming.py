"""Known mistakes have their names: as edits that were read from their numbers, kept in files."""

import json
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import write_generated

from lstm_ref.derive import catalogue, computed, table
from lstm_ref.diagnose import known_edits, naming, whole
from lstm_ref.diagnose.answer import answer
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.interop import vectors
from lstm_ref.mistakes import evaluate, known

SIZES = known_edits.SIZES
# Formulas with summands that the right cell has not; a right backward pass of another forward
# pass; states that are not those of the tape; what shows in a second run.
NO_EDITS = {
    "LSTM": {
        "bias-of-o-in-f-and-i", "state-is-tanh-c", "output-not-squashed-backward-is",
        "h-path-without-carousel", "dh-overwritten", "published-gate-formulas",
        "exercise-notebook", "errors-overwritten",
    },
    "GRU_BEFORE": {"errors-overwritten"},
    "ELMAN": {"errors-overwritten"},
}  # fmt: skip


@cache
def reader(name):
    return known_edits.Reader(catalogue.declared(name))


@pytest.mark.parametrize("name", NO_EDITS)
def test_files_are_fresh(name):
    stored = write_generated.FOLDER / naming.FOLDER / f"{name.lower()}.json"
    (wanted,) = write_generated.known([name]).values()
    assert stored.read_text(encoding="utf-8") == wanted, "run `make generate`"


@pytest.mark.parametrize("name", ["LSTM", "PEEPHOLE_O", "GRU_BEFORE"])
def test_what_is_kept_whole_gives_the_numbers_of_the_mistake(name):
    _, arrays = vectors.make(name, **SIZES)
    wholes = naming.wholes(table.of_catalogue(name))
    assert {one.name for one in wholes} == NO_EDITS.get(name, {one.name for one in wholes})
    numbers = evaluate.numbers_of(computed.resolved(name), arrays)
    declared = evaluate.numbers_of(catalogue.declared(name), arrays)
    for one in wholes:
        mistake = known.find(one.name, name)
        deltas, gradients = evaluate.gradients(mistake, declared)
        values = declared.values(mistake.forward)
        want = {f"d{n}": a for n, a in gradients.items()}
        want |= {f"delta_{n}": a for n, a in deltas.items()}
        want |= {n: values[n][1:] for n in catalogue.declared(name).equations}
        found = whole.computed(one.whole, numbers)
        assert found.keys() == want.keys(), one.name
        for tensor, value in want.items():
            assert np.array_equal(found[tensor], value), (one.name, tensor)


def test_every_cell_of_the_chapters_has_a_file():
    for name in catalogue.BOOK:
        assert (write_generated.FOLDER / naming.FOLDER / f"{name.lower()}.json").is_file(), name


@pytest.mark.parametrize("name", NO_EDITS)
def test_known_mistakes_are_named(name):
    cell = table.of_catalogue(name)
    unnamed = set()
    for mistake in known.of(name):
        edits = reader(name).read(mistake)
        found = answer(cell, edits or (), SIZES)
        if edits:
            assert found.names == (mistake.name,) and len(found.mistakes) == 1, mistake.name
            assert found.mistakes[0].sentence == mistake.sentence
            assert found.mistakes[0].label == mistake.label
        else:
            unnamed.add(mistake.name)
    assert unnamed == NO_EDITS[name]


def test_names_hold_in_vectors_of_other_sizes():
    cell = table.of_catalogue("LSTM")
    every = (*cell.matrices, *cell.vectors)
    for T, B in ((4, 3), (7, 5)):
        edits = [Edit(("result", f"d{n}"), "weight", 1 / B) for n in every]
        scale = Edit(("scale", tuple(f"d{n}" for n in every)), "weight", 1 / B)
        found = [answer(cell, e, {"T": T, "B": B}).names for e in (edits, [scale])]
        assert ("parameters-mean",) in found


def test_a_larger_mistake_is_named_before_its_parts():
    cell = table.of_catalogue("LSTM")
    late = Edit(("term", "c", 1), "dropped", 0.0)
    back = [Edit(("term", "h", k), "dropped", 0.0) for k in range(4)]
    assert answer(cell, [late], SIZES).names == ("no-carousel",)
    assert set(answer(cell, back, SIZES).names) == {"no-h-path"}
    both = answer(cell, [*back, late], SIZES)
    assert both.names == ("no-recurrence",) and len(both.mistakes) == 1


def test_what_is_left_is_told_in_its_own_words():
    cell = table.of_catalogue("LSTM")
    late = Edit(("term", "c", 1), "dropped", 0.0)
    odd = Edit(("term", "f", 0), "weight", 3.7)
    found = answer(cell, [odd, late], SIZES)
    assert [m.name for m in found.mistakes] == ["no-carousel", ""]
    assert found.mistakes[1].sentence == "δ_f is multiplied with 3.7"


def test_other_cells_have_no_names():
    stored = table.of_catalogue("ELMAN")
    other = table.loaded(table.dumped(stored).replace('"ELMAN"', '"MINE"'))
    assert naming.known(stored) and naming.known(other) == ()


def test_names_need_no_sympy():
    code = (
        "import sys, json; sys.modules['sympy'] = None\n"
        "from lstm_ref.derive import table\n"
        "from lstm_ref.diagnose.answer import answer\n"
        "from lstm_ref.diagnose.core.edits import Edit\n"
        "edit = Edit(('term', 'c', 1), 'dropped', 0.0)\n"
        "print(json.dumps(answer(table.of_catalogue('LSTM'), [edit], dict(T=4, B=2)).names))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout) == ["no-carousel"]


def test_factors_of_gradients_have_one_form():
    cell = table.of_catalogue("LSTM")
    every = tuple(f"d{n}" for n in (*cell.matrices, *cell.vectors))
    biases = tuple(f"d{n}" for n in cell.vectors)
    both = [Edit(("scale", every), "weight", 1 / 3), Edit(("scale", biases), "weight", 3.0)]
    (found,) = naming.normal(cell, both, 4)
    assert found.place == ("scale", tuple(f"d{n}" for n in cell.matrices))
    assert answer(cell, both, SIZES).names == ("weights-mean",)
    single = [Edit(("result", n), "weight", 2.0) for n in biases]
    summed = [Edit(("sum", n[1:], 0), "weight", 2.0) for n in biases]
    assert naming.normal(cell, single, 4) == naming.normal(cell, summed, 4)
    assert naming.normal(cell, [*single, Edit(("scale", biases), "weight", 0.5)], 4) == ()


def test_an_absence_at_all_steps_that_matter_is_one_at_all_steps():
    cell = table.of_catalogue("LSTM")
    late = Edit(("term", "c", 1), "dropped", 0.0, steps=(1, 2, 3))
    zero = Edit(("result", "dc_0"), "zero", 0.0, other="zero")
    (found,) = naming.normal(cell, [late, zero], 4)
    assert found.steps is None and found.place == late.place
    assert naming.normal(cell, [late], 4) == (late,)  # the error at c_0 may be right
    assert naming.normal(cell, [zero], 4) == (zero,)
