"""One cell for whatever stands for it: a name, a module, an object, a declaration."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from lstm_ref.cells import elman, gru_after, irnn, lstm, stacked
from lstm_ref.cells.interface import interface
from lstm_ref.cells.resolve import names, resolve
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.generated import gru_after as generated_gru
from lstm_ref.generated import gru_after_z_writes, vanilla
from lstm_ref.learn import layers


def test_a_name_is_the_cell_by_hand_where_there_is_one():
    assert resolve("LSTM") is resolve(" lstm ") is lstm
    assert resolve("gru-after") is resolve("GRU after") is gru_after
    assert resolve("VANILLA") is vanilla and resolve("IRNN") is irnn
    assert resolve("GRU_AFTER_Z_WRITES") is gru_after_z_writes


def test_the_fastest():
    assert resolve("LSTM", fastest=True) is resolve(catalogue.LSTM, fastest=True) is stacked
    assert resolve("GRU_AFTER", fastest=True) is generated_gru
    assert resolve("IRNN", fastest=True) is irnn
    assert resolve(catalogue.VANILLA, fastest=True) is vanilla
    assert resolve(lstm, fastest=True) is lstm  # who gives a module, wants this one


def test_a_declaration_is_compiled_once():
    assert resolve(catalogue.LSTM) is lstm and resolve(catalogue.VANILLA) is vanilla
    mine = catalogue.LSTM.but("LSTM", "Another one of this name.", f=1)
    found = resolve(mine)
    assert found is resolve(mine) is resolve(mine, fastest=True)
    assert "b_f" not in found.SHAPES and found.NAME == "LSTM" and found.DECLARATION is mine
    tensors, errors = witnesses.problem(found, np.random.default_rng(0))
    want = witnesses.by_complex_step(found, tensors, errors)
    witnesses.compare(witnesses.by_hand(found, tensors, errors), want, "complex step")


def test_modules_and_objects_stay_what_they_are():
    stack = layers.Stack(lstm, elman)
    own = SimpleNamespace(SHAPES={}, STATES={}, forward=print, backward=print)
    for cell in (lstm, stacked, vanilla, stack, own):
        assert resolve(cell) is cell


def test_what_is_no_cell():
    for name in ("nothing", "runtime", "runtime_alone", "..os", "", "stacked"):
        with pytest.raises(ValueError, match=f"no cell has the name '{name}'; .*lists all"):
            resolve(name)
    with pytest.raises(TypeError, match='cell: expected a name like "LSTM", a module .*, got int'):
        resolve(3)
    half = SimpleNamespace(SHAPES={}, forward=print)
    with pytest.raises(TypeError, match="cell: SimpleNamespace has no STATES, backward; expected"):
        resolve(half)


def test_names_are_the_catalogue():
    assert names() == sorted(catalogue.CELLS)


def test_a_name_loads_no_sympy():
    code = "from lstm_ref.cells.resolve import resolve; import sys; resolve('VANILLA'); "
    code += "print('sympy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_the_declaration_of_whatever_stands_for_it():
    mine = catalogue.LSTM.but("MINE", f=1)
    assert catalogue.declared(mine) is catalogue.declared(mine.module) is mine
    for cell in ("lstm", lstm, stacked, catalogue.LSTM, resolve("LSTM", fastest=True)):
        assert catalogue.declared(cell) is catalogue.LSTM
    assert catalogue.declared(irnn) is catalogue.CELLS["IRNN"]
    with pytest.raises(ValueError, match="no cell 'VANILA' in the catalogue; near are VANILLA"):
        catalogue.declared(SimpleNamespace(NAME="VANILA"))
    with pytest.raises(TypeError, match='cell: expected a name like "LSTM", .*, got int'):
        catalogue.declared(3)


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_one_interface_of_a_declaration_and_of_its_modules(name):
    one, two = interface(catalogue.CELLS[name]), interface(resolve(name, fastest=True))
    assert one._replace(module=None) == two._replace(module=None)
    assert interface(resolve(name))._replace(module=None) == one._replace(module=None)


def test_the_interface_of_something_else():
    own = SimpleNamespace(SHAPES={"W": "HD"}, STATES={"h": "HB"})
    found = interface(own)
    assert found == ("SimpleNamespace", {"W": "HD"}, {"h": "HB"}, "TDB", "THB", None, None, {}, {})
    with pytest.raises(TypeError, match="cell: int has no SHAPES, STATES"):
        interface(3)
