"""Formulas as data: the same as the printed ones, and each summand under the name that code has."""

import pytest

from lstm_ref.derive import catalogue, tabulate
from lstm_ref.derive.codegen import js_terms
from lstm_ref.derive.typeset import lines, tokens
from lstm_ref.derive.typeset.alphabets import Text
from lstm_ref.derive.typeset.ranks import of_names

CELLS = "LSTM", "VANILLA", "GRU_BEFORE", "GRU_AFTER", "ELMAN"
DRAWERS = {"signals": Text.signal, "errors": Text.delta}


def printed(summand, style):
    """A summand as plain text prints it."""
    found = ""
    for token in summand["tokens"]:
        if isinstance(token, str):
            found += token
        else:
            kind, name, lag = token
            found += name if kind == "params" else DRAWERS[kind](style, name, lag)
    return found


@pytest.mark.parametrize("name", CELLS)
def test_letters_are_those_of_the_page(name):
    cell = catalogue.CELLS[name]
    style = Text(of_names(cell))
    found = tokens.formulas(cell)["errors"]
    for line, drawn in zip(found, lines.results(cell), strict=True):
        text = " + ".join(printed(summand, style) for summand in line["summands"])
        assert text == style.line(drawn.rights[0])


@pytest.mark.parametrize("name", CELLS)
def test_names_are_those_of_the_code(name):
    cell = catalogue.CELLS[name]
    formulas = tokens.formulas(cell)
    found = [s["name"] for part in formulas.values() for line in part for s in line["summands"]]
    known = js_terms.names(tabulate.computed(cell))
    assert {*found} - {"e"} <= {*known}
    if name == "LSTM":
        assert {*found} - {"e"} == {*known} and len(found) == len({*found})
