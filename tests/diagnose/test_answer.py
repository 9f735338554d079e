"""What was read becomes a report: in order, with equations, as text and as JSON."""

import json
from importlib import resources

import jsonschema
import numpy as np
import pytest

from lstm_ref.__main__ import main
from lstm_ref.derive import catalogue, table, tree
from lstm_ref.diagnose import diagnose, naming
from lstm_ref.diagnose.answer import answer, capital, report_of, unexplained
from lstm_ref.diagnose.comparison import Comparison
from lstm_ref.diagnose.core import passes, values
from lstm_ref.diagnose.core.edited import edited
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.result import Result
from lstm_ref.interop import vectors

LSTM = table.of_catalogue("LSTM")
SCHEMA = json.loads(resources.files("lstm_ref.diagnose").joinpath("report.schema.json").read_text())
SIZES = {"T": 4, "B": 2}
CAROUSEL = Edit(("term", "c", 1), "dropped", weight=0.0)
LATE = Edit(("term", "f", 0), "last", inner=tree.Signal("c|last", 1))
MEANS = [Edit(("sum", n, 0), "weight", 0.5) for n in (*LSTM.matrices, *LSTM.vectors)]
ZERO = Edit(("state", "all"), "zero", other="zero")
HARD = Edit(("forward", "o"), "activation", other="hard sigmoid")


@pytest.fixture(scope="module")
def compared():
    cell = catalogue.declared("LSTM")
    header, arrays = vectors.make(cell, T=4, B=2, D=9, H=10)
    enter = {"e": arrays["e"], **{s: arrays[f"e_{s}_T"] for s in LSTM.states}}
    base = passes.Pass(LSTM, values.forward(LSTM, arrays), enter)
    mine = edited(base, [CAROUSEL, LATE, *MEANS]).results()
    mine = {n: a for n, a in mine.items() if n[1:] in arrays}
    return Comparison(mine, cell, header, arrays)


def valid(report):
    jsonschema.Draft202012Validator(SCHEMA).validate(report.json)
    return json.loads(json.dumps(report.json))


def test_a_proved_answer(compared):
    report = report_of(LSTM, Result((CAROUSEL, LATE, *MEANS), True), compared)
    assert report.verdict == "known" and not report.ok
    (found,) = report.mistakes
    assert [m.part for m in found.mistakes] == ["backward", "backward", "gradients"]
    assert "3 mistakes together:\n1. " in report.text
    assert "theirs: at t = 1:  δ_f,t = δ_c,t ⊙ [-c_{t-1}-]{+c_T+}" in report.text
    assert [m.name for m in found.mistakes] == ["no-carousel", "", "parameters-mean"]
    assert report.text.endswith("This gives every stored number.")
    assert "book:   equation eq-delta-c, chapter 5" in report.text
    (explained,) = valid(report)["explanations"]
    assert explained["sure"]
    read = [naming.from_json(e) for m in explained["mistakes"] for e in m["edits"]]
    wanted = naming.normal(LSTM, (CAROUSEL, LATE, *MEANS), 4)
    assert {e.key for e in read} == {e.key for e in wanted}


def test_alternatives(compared):
    report = report_of(LSTM, Result((CAROUSEL,), True, ties=((LATE,),)), compared)
    assert "2 explanations give these numbers, which cannot tell them apart:" in report.text
    assert len(valid(report)["explanations"]) == 2


def test_what_is_not_explained(compared):
    result = Result((CAROUSEL,), unexplained=(("c", (1, 2)), ("W_fx", ())), notes=("a note",))
    report = report_of(LSTM, result, compared)
    assert report.verdict == "unknown"
    assert (
        "Found, though it does not give every stored number:\n∂E/∂c_t lacks δ_c,t+1" in report.text
    )
    assert "Not explained: δ_c has another right side at steps 1 and 2" in report.text
    assert "Not explained: ∂E/∂W_fx has another right side; right: ∂E/∂W_fx = Σ_t" in report.text
    assert "hint:    store delta_c, c, delta_h and h, too: they tell" in report.text
    assert "note:    a note" in report.text
    found = valid(report)
    assert not found["explanations"][0]["sure"] and len(found["unexplained"]) == 2


def test_tensors_that_are_not_explained_have_the_letters_of_the_book():
    said = [unexplained(LSTM, name, (), SIZES) for name in ("dW_fx", "dx", "dh_0")]
    assert said[0].endswith("right: ∂E/∂W_fx = Σ_t δ_f,t x_tᵀ")
    assert said[1].startswith("∂E/∂x has another right side; right: ∂E/∂x_t = W_fxᵀ δ_f,t")
    assert said[2] == "∂E/∂h_0 has another right side"


def test_nothing_was_read(compared):
    report = report_of(LSTM, Result(), compared)
    assert report.verdict == "unknown" and not report.mistakes
    assert "these numbers do not say which equation is another one" in report.text
    valid(report)


def test_the_order_is_inputs_forward_backward_gradients():
    found = answer(LSTM, [*MEANS, LATE, CAROUSEL, HARD, ZERO], SIZES)
    assert [m.part for m in found.mistakes] == [
        "inputs", "forward", "backward", "backward", "gradients"
    ]  # fmt: skip
    assert [m.edits[0] for m in found.mistakes[2:4]] == [CAROUSEL, LATE]  # from the output on


def test_an_equation_is_printed_once_with_all_that_is_wrong_in_it():
    other = Edit(("term", "c", 0), "weight", 2.0)
    found = answer(LSTM, [CAROUSEL, other], SIZES)
    printed = [m.formulas for m in found.mistakes]
    assert [len(f) for f in printed] == [1, 0]
    assert "[-" in printed[0][0].text() and "{+" in printed[0][0].text()


def test_of_many_equations_one_is_printed():
    last = [Edit(("sum", n, 0), "dropped", 0.0, steps=(1, 2)) for n in LSTM.matrices]
    (found,) = answer(LSTM, last, SIZES).mistakes
    assert found.sentence == "the gradients of all matrices lack steps 1 and 2"
    assert "and so in 7 more equations" in found.text and found.text.count("theirs:") == 1


@pytest.mark.parametrize("edit", [CAROUSEL, LATE, *MEANS[:1], ZERO, HARD])
def test_edits_survive_json(edit):
    text = json.dumps(naming.as_json(edit))
    assert naming.from_json(json.loads(text)) == edit


def test_canonical_edits_do_not_depend_on_sizes():
    def said(weight, steps, **sizes):
        edit = Edit(("sum", "b_f", 0), "weight", weight, steps=steps)
        return naming.canonical(LSTM, edit, sizes)[0]

    assert said(1 / 3, (4,), T=4, B=3) == said(1 / 5, (7,), T=7, B=5)
    assert said(1 / 3, (4,), T=4, B=3) != said(1 / 3, (4,), T=5, B=3)
    assert said(1 / 4, None, T=4, B=3) == said(1 / 6, None, T=6, B=3)
    half = naming.canonical(LSTM, MEANS[0], {"T": 4, "B": 2})
    assert [json.loads(text)[1] for text in half] == ["1/B", 0.5]


def test_capitals():
    assert capital("the carousel") == "The carousel"
    assert capital("in δ_c: x") == "In δ_c: x"
    for formula in ("h_0 and c_0 are swapped", "δ_f reads", "∂E/∂h is", "h runs backwards"):
        assert capital(formula) == formula


@pytest.mark.parametrize("wrong", [False, True])
def test_the_command_prints_json(tmp_path, capsys, wrong):
    _, arrays = vectors.make("ELMAN", T=3, B=2, D=4, H=3)
    mine = {n: v for n, v in arrays.items() if n.startswith("d")}
    if wrong:
        mine["db_h"] = mine["db_h"] / 2
    np.savez(tmp_path / "mine.npz", **mine)
    options = ["--cell", "ELMAN", "--T", "3", "--B", "2", "--D", "4", "--H", "3", "--json"]
    assert main(["diagnose", str(tmp_path / "mine.npz"), *options]) == wrong
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert found["ok"] is not wrong and (found["explanations"] != []) is wrong


def test_the_report_of_arrays_is_json():
    _, arrays = vectors.make("LSTM", T=2, B=2, D=3, H=3)
    mine = {"dW_fx": arrays["dW_fx"], "db_f": arrays["db_f"] + np.arange(3.0)[:, None]}
    valid(diagnose(mine, T=2, B=2, D=3, H=3))


def test_the_way_back_is_told_by_the_cell_with_its_altered_forward_pass():
    o, c = tree.Signal("o"), tree.Signal("c")
    bare = Edit(("forward", "h"), "function", inner=tree.Product((o, c)))
    back = Edit(("term", "o", 0), "function", inner=tree.Call("tanh", (c,)))
    one, two = answer(LSTM, [back, bare], SIZES).mistakes
    assert one.part == "forward" and two.sentence == "δ_o has tanh(c_t) where c_t belongs"
    assert "[-c_t-]{+tanh(c_t)+}" in two.formulas[0].text()
