"""The formulas typed into chapter 5 are those that the program derives."""

import json
import re

import pytest
from places import ROOT

from lstm_ref.derive.catalogue import LSTM
from lstm_ref.derive.typeset import latex

NOTEBOOK = ROOT / "notebooks" / "05_symbolic_bptt.ipynb"
BLOCK = re.compile(r"```\{math\}\n:label: (eq-delta-\w+)\n(.*?)```", re.DOTALL)
SIGNAL = {"h": "h", "o": "o", "c": "c", "f": "f", "i": "i", "ct": "c_tilde"}


def plain(formula):
    """A formula without colours, spaces, line breaks and ways of writing brackets."""
    formula = re.sub(r"\\(begin|end)\{aligned\}|\\left|\\right|\\quad|\\,|\\\\|&|\s", "", formula)
    formula = formula.replace(r"\ct", r"\tilde{c}")
    formula = re.sub(r"\\g[fico]\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", formula)
    return re.sub(r"\{(\w)\}", r"\1", formula)


def typed():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return dict(BLOCK.findall(text))


@pytest.mark.parametrize("index", SIGNAL)
def test_a_typed_error_term_is_the_derived_one(index):
    derived = plain(latex.results(LSTM, [SIGNAL[index]]))
    assert plain(typed()[f"eq-delta-{index}"]) == derived


def test_every_typed_error_term_is_looked_at():
    assert set(typed()) == {f"eq-delta-{index}" for index in SIGNAL}
    assert plain(typed()["eq-delta-f"]) != plain(typed()["eq-delta-f"].replace("c_{t-1}", "c_t"))
