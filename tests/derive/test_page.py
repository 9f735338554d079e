"""What the page that derives a reader's cell is told: the parts in order, or a line and a cure."""

import json

import pytest

from lstm_ref.derive import catalogue, page, report
from lstm_ref.derive.declare import files, running
from lstm_ref.derive.declare.declaration import DeclarationError
from lstm_ref.derive.typeset import latex

OWN = """@cell
def Mine(x, h, g, *, W, b, dt=0.1):
    g[t] = sigma(W.gh @ h[t - 1] + W.gx @ x[t] + b.g)
    h[t] = g[t] * h[t - 1] + dt * (1 - g[t]) * relu(W.hx @ x[t] + b.h)
"""
HEAD = "@cell\ndef A(x, h, *, W, b):\n"
GOOD = HEAD + "    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t-1] + b.h)\n"


def parts(text):
    found = list(page.answers(text))
    assert found == json.loads(json.dumps(found))
    assert [part["kind"] for part in found] == ["part"] * 4, found[-1]
    assert [part["part"] for part in found] == ["equations", "steps", "proof", "code"]
    return {part["part"]: part for part in found}


def refused(text):
    (found,) = page.answers(text)
    assert found["kind"] == "refused"
    return found


def test_the_answer_to_a_cell_is_what_the_printers_say():
    found, cell = parts(OWN), running.from_text(OWN)
    assert found["equations"]["name"] == "Mine"
    assert "dt = 0.1" in found["equations"]["words"][1]
    assert found["equations"]["remarks"] == []
    for heading, block in latex.document(cell).items():
        lines = found["equations"]["lines"] if heading == "Equations" else steps(found, heading)
        if heading in latex.PARTS:
            assert "".join(map(bare, lines)) == bare(block).replace("\\\\\n", "")
    assert found["code"]["numpy"] == report.CODE["numpy"](cell)
    assert found["code"]["javascript"] == report.CODE["javascript"](cell)


def steps(found, heading):
    return [line["latex"] for line in found["steps"]["lines"] if line["group"] == heading]


def bare(block):
    inner = block.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    return inner.replace(" \\\\\n", "\n").replace("\n", "")


def test_each_error_term_says_where_it_comes_from():
    lines = {line["title"]: line for line in parts(OWN)["steps"]["lines"]}
    assert list(lines)[:2] == ["δ_h,t", "δ_g,t"]
    assert lines["δ_g,t"]["words"] == "g[t] acts on the error through h[t]."
    through = "g[t+1] and h[t+1] and the outside, as the output"
    assert lines["δ_h,t"]["words"] == f"h[t] acts on the error through {through}."
    assert lines["∂E/∂W_gh"]["group"] == "Weight gradients"
    assert "\\delta_{h,1}" in lines["∂E/∂h_0"]["latex"]


def test_every_claim_of_the_proof_holds_and_says_what_it_is_about():
    claims = {claim["what"]: claim for claim in parts(OWN)["proof"]["claims"]}
    assert len(claims) == 11 and all(claim["holds"] for claim in claims.values())
    assert claims["the gradient of W_gh"]["latex"] == "\\frac{\\partial E}{\\partial W_{gh}}"
    assert claims["the error of h at the start"]["latex"] == "\\frac{\\partial E}{\\partial h_0}"
    assert "the slope of the activation of g" in claims


def test_a_claim_that_does_not_hold_is_told():
    wrong = running.from_text(OWN).truncated("Wrong", lambda term: term.of == "W_gh")
    claims = {claim["what"]: claim for claim in page.proved(wrong)["claims"]}
    assert [what for what in claims if not claims[what]["holds"]] == ["the gradient of W_gh"]
    assert "is claimed to be 0" in claims["the gradient of W_gh"]["why"]


@pytest.mark.parametrize("name", ["LSTM", "FGR", "MLSTM", "CLOCKWORK", "HYPERLSTM"])
def test_cells_of_the_catalogue_typed_in(name):
    text = f"from lstm_ref.derive import catalogue\nMine = catalogue.CELLS[{name!r}]"
    found = parts(text)
    assert found["equations"]["name"] == name
    assert found["code"]["c"] == report.CODE["c"](catalogue.CELLS[name])


# What is typed -> line, column, the beginning of the message, the beginning of the cure.
WRONG = {
    HEAD + "    h[t] = tanh(W.hx * x[t])": (3, 17, "W_hx is a matrix", "a weight for each unit"),
    HEAD + "    h[t] = tanh(W.hx @ x[t] +": (3, 16, "SyntaxError: '(' was never", None),
    HEAD + "    h[t] = 2 W.hx": (3, 14, "SyntaxError: invalid", "a product is written with *"),
    GOOD.replace("tanh", "sigmoid"): (3, 12, "sigmoid is not known", "it is called sigma"),
    GOOD.replace("@cell", "@cel"): (1, 2, "NameError: name 'cel'", "is it cell?"),
    GOOD.replace("@cell", "\n"): (3, 1, "there is no cell", "a cell is a function with @cell"),
    "": (None, None, "there is no cell", "a cell is a function with @cell"),
    GOOD + GOOD.replace("A(", "B("): (5, 1, "B is a second cell beside A", "leave one"),
    GOOD + "B = A.but('B', z=1)": (4, 5, "A has no 'z'", "it has h, W_hx"),
    GOOD + "B = A.but('B', b=0)": (4, 1, "B is a second cell beside A", "leave one"),
    "def f(n):\n    return f(n + 1)\nf(1)": (2, 12, "a function calls itself", "give an inner"),
    HEAD + "    def f(): return f()\n    h[t] = f()": (4, 12, "a function calls itself", "give"),
    HEAD + "    while True: pass": (3, 5, "more than 1000000 steps", "does a loop not end?"),
    HEAD + "    h[t] = x[t] ** 8**99999": (3, 20, "** 99999: the largest", "larger ones"),
    HEAD + "    h[t] = x[t]\n    h[t] = x[t]": (4, 5, "h is defined twice", "a cell has one"),
    HEAD + "    b.é, h[t] = 1, 1": (3, 5, "b.é is a parameter: it has", None),
    HEAD + "    '𝕏', x[t] * W.hx": (3, 11, "W_hx is a matrix", "a weight"),
    HEAD + "    h[t] = tanh(W.hx @ x[t])\n": (1, None, "nothing is read at t-1", "read h[t-1]"),
    "import sys\nsys.exit(3)": (2, 1, "it ends Python, with exit code 3", "put that under"),
    "x = 1 / 0": (1, 5, "ZeroDivisionError: division by zero", None),
    "raise MemoryError": (1, 1, "MemoryError", None),
    "import nowhere": (1, 1, "ModuleNotFoundError: No module", None),
    "from lstm_ref import mul": (1, 1, "ImportError: cannot import name 'mul'", "it is called *"),
    "import tf": (1, 1, "ModuleNotFoundError: No module", "a cell runs on symbols and needs no tf"),
    "a\0b": (None, None, "SyntaxError: source code", None),
    "\ud800": (None, None, "UnicodeEncodeError", None),
    "(" * 500: (1, 201, "SyntaxError: too many nested", None),
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: ascii(text[-24:]))
def test_what_is_wrong_has_its_line_and_its_cure(text):
    line, column, message, cure = WRONG[text]
    found = refused(text)
    assert (found["line"], found["column"]) == (line, column), found
    assert found["message"].startswith(message), found
    assert (found["cure"] or "").startswith(cure or "") and bool(cure) == bool(found["cure"]), found


def test_lines_are_those_of_the_text_however_they_end():
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["", "", *GOOD.replace("@ x", "* x").splitlines()])
        assert (refused(text)["line"], refused(text)["column"]) == (5, 17)


def test_one_that_is_only_built_upon_has_a_line_in_front():
    text = GOOD.replace("A(", "_A(") + "\nB = _A.but('B', b=0)"
    assert parts(text)["equations"]["name"] == "B"


def test_what_python_would_warn_of_is_refused_all_the_same():
    assert "is there a * missing" in refused(HEAD + "    h[t] = 2(x[t])")["cure"]


def test_an_error_in_the_derivation_is_told(monkeypatch):
    def broken(cell):
        raise NotImplementedError("no rule")

    monkeypatch.setitem(page.PARTS, "proof", broken)
    *_, last = page.answers(OWN)
    assert last["message"] == "no derivation: NotImplementedError: no rule"


def test_files_tell_the_same_lines(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from lstm_ref import *\n" + GOOD.replace("@cell", "@cel"))
    with pytest.raises(DeclarationError, match=r"mine.py, line 2: NameError: .*; is it cell\?$"):
        files.declared(str(path))
