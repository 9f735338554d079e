"""The files that stand alone, in every language: what needs no compiler."""

import kinds
import pytest

from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import c_code, js_code, numpy_alone, torch_code
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.typeset import latex

OTHERS = {**kinds.KINDS, **kinds.HARD}
SOURCES = {"numpy": numpy_alone.source, "c": c_code.source}
SOURCES |= {"javascript": js_code.source, "torch": torch_code.source}


@pytest.mark.parametrize("name", [*catalogue.CELLS, *OTHERS])
@pytest.mark.parametrize("language", SOURCES)
def test_the_same_text_twice_with_its_equations_and_no_long_lines(language, name):
    cell = OTHERS[name] if name in OTHERS else catalogue.CELLS[name]
    source = SOURCES[language](cell)
    assert source == SOURCES[language](cell)
    lines = source.splitlines()
    assert [line for line in lines if len(line) > 100 or line != line.rstrip()] == []
    head = [line.strip() for line in lines[:60]]
    assert all(line.strip() in head for line in latex.equations_as_text(cell, 96).splitlines())


@pytest.mark.parametrize("language", ["c", "javascript"])
def test_long_names_make_no_long_lines(language):
    lines = SOURCES[language](kinds.LONG_NAMES).splitlines()
    assert [line for line in lines if len(line) > 100] == []
    assert any(len(line) > 90 for line in lines), "nothing had to be broken"


def test_what_a_title_or_a_name_may_hold():
    title = 'ends a comment */ and a string """ \\ " \u2028'
    cell = Cell("my cell, 2", title, "x", {"h": kinds.KINDS["TRANSPOSED"].equations["h"]})
    compile(torch_code.source(cell), "printed", "exec")
    assert "class Cell(torch.nn.Module)" in torch_code.source(cell)
    script = js_code.source(cell)
    assert script.count("*/") == 2 and "\nconst Cell = (() => {\n" in script
    assert all(c.isprintable() or c == "\n" for c in script)
