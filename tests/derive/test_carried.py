"""Summands of a table are printed as those of the derivation, without SymPy."""

import subprocess
import sys

import pytest

from lstm_ref.derive import catalogue, table, tree
from lstm_ref.derive.typeset.alphabets import Latex, Text
from lstm_ref.derive.typeset.carried import Carrier, taken_apart
from lstm_ref.derive.typeset.summands import Writer


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_summands_of_tables_are_those_of_the_derivation(name):
    cell, stored = catalogue.CELLS[name], table.of_catalogue(name)
    writer, carrier = Writer(cell), Carrier(stored.letters)
    for of, terms in cell.terms.terms.items():
        assert [*map(writer.term, terms)] == [*map(carrier.summand, stored.terms[of])], of
    for of, products in cell.terms.products.items():
        wanted = [*map(writer.product, products)]
        assert wanted == [*map(carrier.product, stored.products[of])], of


@pytest.mark.parametrize("name", ["LSTM", "LN_LSTM", "RETNET", "LEM"])
def test_products_taken_apart_are_put_together_again(name):
    for terms in table.of_catalogue(name).terms.values():
        for term in terms:
            assert taken_apart(term.inner).node == term.inner


def test_changes_are_marked():
    f, c = tree.Signal("f"), tree.Signal("c", 1)
    changed = tree.Product((tree.Delta("c"), tree.Changed(c, tree.Signal("c"))))
    assert Text().line(changed) == "δ_c,t ⊙ [-c_{t-1}-]{+c_t+}"
    assert Latex().line(changed) == r"\delta_{c,t} \odot \cancel{c_{t-1}}\boxed{c_t}"
    gone = tree.Product((f, tree.Changed(tree.Sum(((1, tree.Number(1)), (-1, f))), None)))
    assert Text().line(gone) == "f_t ⊙ [-(1 − f_t)-]"


def test_printing_needs_no_sympy():
    code = (
        "import sys; sys.modules['sympy'] = None\n"
        "from lstm_ref.derive import table, tree\n"
        "from lstm_ref.derive.typeset.alphabets import Latex, Text\n"
        "from lstm_ref.derive.typeset.carried import Carrier\n"
        "cell = table.of_catalogue('LSTM'); carrier = Carrier(cell.letters)\n"
        "print(Text().line(carrier.summand(cell.terms['f'][0])))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "δ_c,t ⊙ c_{t-1}\n"
