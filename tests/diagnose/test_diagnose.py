"""Somebody's numbers: what agrees is said to agree, and every planted mistake is named."""

import importlib
from itertools import combinations
from types import SimpleNamespace

import foreign
import numpy as np
import pytest
import wrong_lstm
from diagnosed import asked, given_to, golden, gradients_of, planted
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.diagnose import diagnose
from lstm_ref.interop import vectors
from lstm_ref.mistakes import edits, evaluate, known

# ---- it agrees


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_an_independent_implementation_agrees(name):
    module = importlib.import_module(f"lstm_ref.generated.{name.lower()}")
    report = asked(module, name)
    assert report.ok and report.verdict == "agrees" and not report.differs
    assert "All numbers agree." in report.text and report.layout == ()
    assert set(report.agrees) >= set(gradients_of(name))


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_somebody_elses_implementation_agrees(name, tmp_path):
    """Vectors to a file, forward by hand and backward by autograd, numbers to a file, diagnosis."""
    vectors.write(tmp_path / "golden.json", *vectors.make(name, T=5, B=3, D=4, H=6))
    header, arrays = vectors.read(tmp_path / "golden.json")
    np.savez(tmp_path / "mine.npz", **foreign.implement(name, arrays))
    mine = vectors.read_arrays(tmp_path / "mine.npz")[1]
    report = diagnose(mine, name, against=(header, arrays))
    assert report.verdict == "agrees" and set(report.agrees) == set(mine)


def test_the_whole_file_of_vectors_agrees_with_itself():
    report = asked(golden("LSTM")[1])
    assert report.ok and {"f", "net_f", "delta_c", "dW_fx"} <= set(report.agrees)


def test_hand_written_module_and_function():
    assert asked(lstm).ok
    assert asked(lstm.backward).ok
    wrong = asked(lambda params, tape, dh, dstate: lstm.backward(params, tape, dh, None))
    assert wrong.mistakes[0].names == ("last-state-error-ignored",)


def test_function_that_returns_a_dict():
    def backward(params, tape, dh, dstate_T):
        dparams, dx, _ = lstm.backward(params, tape, dh, dstate_T)
        return {**{f"d{n}": v for n, v in dparams.items()}, "dx": dx}

    report = asked(backward)
    assert report.ok and report.missing == ("dh_0", "dc_0")


# ---- every mistake


READ = [(n, mistake.name) for n in ("LSTM", "ELMAN", "GRU_AFTER") for mistake in known.of(n)]


@pytest.mark.parametrize(("name", "mistake"), READ)
def test_every_known_mistake_is_named(name, mistake):
    report = asked(planted(known.find(mistake, name)), name)
    found, *others = report.mistakes
    assert report.verdict == "known" and found.names == (mistake,) and len(found.mistakes) == 1
    assert len(others) == (mistake == "not-reset")  # which a factor of 2 is, too
    assert others or report.text.endswith("This gives every stored number.")


@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "BLOCK"])
def test_every_gradient_that_is_not_computed_is_told(name):
    right = gradients_of(name)
    for tensor in right:
        report = asked({**right, tensor: 0 * right[tensor]}, name)
        (found,) = report.mistakes
        assert found.names == () and len(found.mistakes) == 1
        assert f"∂E/∂{tensor[1:]} is 0: not computed" in found.text
        assert list(report.differs) == [tensor]


def test_a_term_of_dx_is_named():
    params, right = given_to("LSTM")[0], golden("LSTM")[1]
    part = np.swapaxes(params["W_ix"], 0, 1) @ right["delta_i"]
    (found,) = asked({**gradients_of("LSTM"), "dx": right["dx"] - part}).mistakes
    assert [m.sentence for m in found.mistakes] == ["∂E/∂x lacks the summand W_ixᵀ δ_i,t"]


PUBLIC = {
    "cell-error-assigned": wrong_lstm.no_carousel,
    "dh-overwritten": wrong_lstm.h_before_c,
    "published-gate-formulas": wrong_lstm.printed_formulas,
    "no-slopes-on-the-way-back": wrong_lstm.slopes_at_values,
    "tanh-slope-after-sum": wrong_lstm.carry_before_slope,
    "output-without-tanh": wrong_lstm.no_tanh,
    "slopes-with-bias-of-o": wrong_lstm.slopes_with_b_o,
    "h-path-without-carousel": wrong_lstm.h_path_without_carousel,
    "no-recurrence": wrong_lstm.cut,
    "exercise-notebook": wrong_lstm.notebook,
}


UNREAD = pytest.mark.xfail(reason="its numbers are not read")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=UNREAD) if n == "exercise-notebook" else n for n in PUBLIC]
)
def test_public_sources_written_by_somebody_else(name):
    """tests/helpers/wrong_lstm.py shares no line with the package; its numbers are recognised."""
    params, x, states, errors = given_to("LSTM")
    _, _, steps = wrong_lstm.forward(params, x, *states)
    found, _ = wrong_lstm.backward(steps, errors["dh"], errors["dstate_T"], PUBLIC[name])
    mine = {f"d{n}": v for n, v in found.items()}
    if name == "h-path-without-carousel":
        mine.pop("dx")  # the source has none
    report = asked(mine)
    (found,) = report.mistakes
    also = {  # two known mistakes together are the same numbers
        "cell-error-assigned": {"last-cell-error-ignored", "no-carousel"},
        "no-recurrence": {"no-recurrence", "last-cell-error-ignored"},
    }
    assert set(found.names) in ({name}, also.get(name)), report.text
    assert len(found.mistakes) == len(found.names)


def _sentences(report):
    """Of what has no name of its own."""
    return [m.sentence for one in report.mistakes for m in one.mistakes if not m.name]


def summands(right):
    """Everything that can be left out, one function Recipe -> Recipe for each term and product."""
    for found in right.terms.values():
        yield from (edits.drop([edits.key(term)]) for term in found)
    for name in right.products:
        yield edits.products(name, lambda product: None)


@pytest.mark.parametrize(("name", "number"), [("LSTM", 20), ("VANILLA", 8), ("GRU_AFTER", 4)])
def test_any_two_summands_left_out(name, number):
    """A seeded sample; of error terms, of dx, of sums over time alike. One explanation each."""
    cell, rng = catalogue.find(name), np.random.default_rng(0)
    right, numbers = evaluate.derived(cell), evaluate.numbers_of(cell, golden(name)[1])
    pairs, values = list(combinations(summands(right), 2)), numbers.values()
    for k in rng.choice(len(pairs), number, replace=False):
        wrong = edits.chain(*pairs[k])(right)
        found = evaluate.backward((), wrong, numbers, values)[1]
        report = asked({f"d{n}": v for n, v in found.items()}, name)
        assert len(report.mistakes) == 1 and report.verdict == "known"
        assert 1 <= len(report.mistakes[0].mistakes) <= 2, report.text
        assert all("lack" in s or "is 0" in s for s in _sentences(report)), report.text


@pytest.mark.parametrize(
    "names",
    [
        ("no-carousel", "bias-twice"),
        ("no-output-slope", "forget-gate-late"),
        ("last-cell-error-ignored", "not-transposed"),
        ("no-carousel", "bias-copied"),
    ],
)
def test_two_known_mistakes(names):
    numbers = evaluate.numbers_of(catalogue.find("LSTM"), golden("LSTM")[1])
    wrong = evaluate.gradients(tuple(map(known.find, names)), numbers)[1]
    report = asked({f"d{n}": v for n, v in wrong.items()})
    (found,) = report.mistakes
    assert set(found.names) == set(names) and "2 mistakes together" in report.text


def test_three_mistakes_of_one_tutorial():
    """No carousel, input weights of the last step only, copied biases, found at once."""
    wrong = planted(known.find("no-carousel"))
    last = planted(known.find("weights-last-step"))  # its error terms at T are right
    wrong |= {n: last[n] for n in wrong if n.startswith("dW_") and n.endswith("x")}
    wrong |= {"db_i": wrong["db_f"], "db_o": wrong["db_f"]}
    (found,) = asked(wrong).mistakes
    assert set(found.names) == {"no-carousel", "input-weights-last-step", "bias-copied"}


def test_a_factor_is_told():
    right = gradients_of("LSTM")
    report = asked({n: v / 3 for n, v in right.items()})
    assert report.verdict == "known" and "divided by B (a mean over the batch)" in report.text
    (found,) = asked({**right, "dW_fx": -right["dW_fx"]}).mistakes
    assert "∂E/∂W_fx is multiplied with −1." in found.text


@pytest.mark.parametrize("factor", [1e300, 2e7])
def test_a_large_factor_is_short(factor):
    report = asked({n: v * factor for n, v in gradients_of("LSTM").items()})
    sentence = report.mistakes[0].mistakes[0].sentence
    assert sentence.startswith("all gradients are multiplied with") and len(sentence) < 60, sentence


def test_where_it_begins():
    mistake = known.find("c-for-previous-c")
    numbers = evaluate.numbers_of(catalogue.find("LSTM"), golden("LSTM")[1])
    deltas = evaluate.gradients(mistake, numbers)[0]
    report = asked({"delta_f": deltas["f"], "delta_c": deltas["c"]})
    assert report.begins == "going back from t = 5, first at t = 5 in δ_f"


# ---- forward


def test_a_wrong_forward_pass_is_named():
    mistake = known.find("output-not-squashed")
    numbers = evaluate.numbers_of(catalogue.find("LSTM"), golden("LSTM")[1])
    values = numbers.values(mistake.forward)
    report = asked({n: values[n][1:] for n in ("f", "c", "h")})
    (found,) = report.mistakes
    assert found.names[0].startswith("output-not-squashed")
    assert report.begins == "in the forward pass at t = 1, in h"


def test_an_unknown_forward_pass_with_its_own_right_gradient():
    cell = catalogue.find("LSTM").but("STRANGE", i=lambda e: e**2)
    module = known.module_with(None, cell)
    tensors = dict(golden("LSTM")[1])
    inputs = {n: tensors[n] for n in (*module.SHAPES, "x", "h_0", "c_0")}
    mine = {f"d{n}": v for n, v in witnesses.by_hand(module, inputs, given_to("LSTM")[3]).items()}
    h = module.forward(*witnesses.split(module, inputs))[0]
    report = asked({"h": h, **mine})
    assert report.verdict == "unknown" and "in the forward pass at t = 1, in h" in report.text
    assert report.mistakes == ()


def test_right_backward_of_other_values():
    """All values given: the backward pass is judged by them."""
    numbers = evaluate.numbers_of(catalogue.find("LSTM"), golden("LSTM")[1])
    values = {n: np.array(v) for n, v in numbers.values().items()}
    signals = ("f", "i", "c_tilde", "c", "o", "h")
    for name in signals:
        values[name][1:] *= 1.01
    deltas, found = evaluate.backward((), evaluate.derived(numbers.cell), numbers, values)
    mine = {n: values[n][1:] for n in signals}
    mine |= {f"delta_{n}": v for n, v in deltas.items()}
    report = asked({**mine, **{f"d{n}": v for n, v in found.items()}})
    assert report.note.startswith("the backward pass follows the book's formulas on these values")
    assert report.begins == "in the forward pass at t = 1, in f" and report.mistakes == ()
    assert all(s.startswith("forward: ") for s in report.unexplained)


# ---- no guess


@pytest.mark.parametrize("name", ["ELMAN", "LSTM"])
def test_noise_matches_nothing(name):
    rng = np.random.default_rng(1)
    noisy = {n: v + 0.01 * rng.normal(size=v.shape) for n, v in gradients_of(name).items()}
    report = asked(noisy, name)
    assert report.verdict == "unknown" and report.mistakes == ()
    assert report.unexplained and "Not explained: " in report.text


def test_a_mistake_with_a_little_noise_is_not_named():
    rng = np.random.default_rng(2)
    wrong = planted(known.find("no-carousel"))
    noisy = {n: v * (1 + 1e-3 * rng.normal(size=v.shape)) for n, v in wrong.items()}
    assert asked(noisy).mistakes == ()


def test_what_cannot_be_told_apart_is_listed():
    wrong = planted(known.find("no-output-slope"))
    report = asked({"db_o": 0 * wrong["db_o"], "dW_ox": 0 * wrong["dW_ox"]})
    texts = [f.text for f in report.mistakes]
    assert len(texts) == 2 and "which cannot tell them apart" in report.text
    assert any("δ_o lacks" in text or "∂E/∂o_t lacks" in text for text in texts)
    assert any("is 0: not computed" in text for text in texts)
    assert report.tell in report.missing and f"Store {report.tell}, too" in report.text


def test_what_would_tell_them_apart():
    """What comes back to c_0 is 0, or was not computed: gradients of the gates tell."""
    wrong = planted(known.find("no-carousel"))
    report = asked({"dc_0": 0 * wrong["dc_0"]})
    assert {f.names for f in report.mistakes} == {("no-carousel",), ()}
    assert report.tell in report.missing and f"Store {report.tell}, too" in report.text
    told = asked({"dc_0": 0 * wrong["dc_0"], report.tell: wrong[report.tell]})
    assert [f.names for f in told.mistakes] == [("no-carousel",)]


@pytest.mark.parametrize("tensors", [None, ("dW_fx",), ("dW_fx", "db_o")])
def test_factor_two_has_two_reasons(tensors):
    """Sums that were not set back, or a loss that is twice as large: numbers cannot tell."""
    wrong = planted(known.find("not-reset"))
    report = asked({n: wrong[n] for n in tensors or wrong})
    first, second = report.mistakes
    assert first.names == ("not-reset",) and second.names == ()
    assert "multiplied with 2" in second.text and "cannot tell them apart" in report.text
    assert report.tell == ""


def rough(arrays, size, seed=3):
    """As if computed with rounding errors of this size."""
    rng = np.random.default_rng(seed)
    return {n: v * (1 + size * rng.normal(size=v.shape)) for n, v in arrays.items()}


def as_single(arrays):
    return {n: v.astype(np.float32) for n, v in arrays.items()}


def test_single_precision():
    right = gradients_of("LSTM")
    assert asked(as_single(right)).ok and asked(as_single(right)).tolerance == 1e-6
    report = asked(as_single(rough(right, 1e-5)))
    assert report.ok and report.tolerance == 1e-4 and "single precision" in report.text
    wrong = planted(known.find("no-carousel"))
    wrong = as_single(rough(wrong, 1e-5))
    assert asked(wrong).mistakes[0].names == ("no-carousel",)
    # The inputs of the vectors may stand beside them; they are in double precision.
    assert asked({**wrong, **given_to("LSTM")[0]}).mistakes[0].names == ("no-carousel",)


def test_single_precision_that_is_stored_as_text():
    """In JSON every number is float64: float32 exactly, or seven digits."""
    single = as_single(rough(gradients_of("LSTM"), 1e-5))
    for arrays in (
        {n: v.astype(np.float64) for n, v in single.items()},
        {n: np.array([[float(f"{x:.7g}") for x in row.flat] for row in v]).reshape(v.shape)
         for n, v in single.items()},
    ):  # fmt: skip
        assert asked(arrays).ok and asked(arrays).tolerance == 1e-4


def test_single_precision_on_the_way():
    """Computed in single precision, summed and stored in double: all tensors are a little off."""
    right = gradients_of("LSTM")
    mine = {**rough(right, 2e-7), "db_f": right["db_f"] * (1 + 5e-6)}
    report = asked(mine)
    assert report.ok and report.tolerance == 1e-4


def test_a_small_mistake_in_double_precision():
    """It is no rounding if the others are exact, nor if all are that far off."""
    right = gradients_of("LSTM")
    report = asked({**right, "db_f": right["db_f"] * (1 + 5e-5)})
    assert not report.ok and list(report.differs) == ["db_f"] and report.tolerance == 1e-6
    report = asked(rough(right, 1e-5))
    assert report.verdict == "unknown" and "a small mistake" in report.text


def test_half_precision():
    """Three digits: they agree at once, and a large mistake is still named."""
    right, wrong = gradients_of("LSTM"), planted(known.find("no-carousel"))
    half = [{n: v.astype(np.float16) for n, v in a.items()} for a in (right, wrong)]
    report = asked(half[0])
    assert report.ok and report.tolerance == 2e-3 and "half precision" in report.text
    assert asked(half[1]).mistakes[0].names == ("no-carousel",)
    report = asked({**right, "db_f": right["db_f"].astype(np.float16)})
    assert not report.ok and list(report.differs) == ["db_f"]


# ---- nothing is left out


def test_what_was_not_compared_does_not_agree():
    right = golden("LSTM")[1]
    odd = {"dW_fx": right["dW_fx"], "running_mean_grad": np.full((6, 6), 9.0)}
    report = asked(odd)
    assert report.verdict == "partly" and not report.ok
    assert report.unknown == ("running_mean_grad (6, 6)",)
    assert "What was understood agrees; 1 array was not compared." in report.text
    assert "All numbers agree" not in report.text and "weight_ih_l0" in report.text
    assert "2 arrays were not compared" in asked({**odd, "more": np.ones(7)}).text
    wrong = asked({**odd, "dW_fx": 0 * right["dW_fx"]})
    assert wrong.verdict == "known" and "not compared: running_mean" in wrong.text


def test_an_array_that_fits_no_layout_of_the_others_is_told():
    """One joined with its bias, the other without; as inputs they must not be left out either."""
    right = golden("LSTM")[1]
    with_bias = np.hstack([right["dW_ih"], right["dW_ix"], right["db_i"]])
    report = asked({"dWf": np.hstack([right["dW_fh"], right["dW_fx"]]), "dWi": with_bias})
    assert report.verdict == "partly" and report.unknown == ("dWf (6, 10)",)
    assert any("unlike the other arrays: dWf; one layout" in hint for hint in report.hints)
    with_bias = np.hstack([right["W_ih"], right["W_ix"], right["b_i"]])
    inputs = {"Wf": np.hstack([right["W_fh"], right["W_fx"]]) + 1, "Wi": with_bias + 1}
    assert asked({**inputs, "db_o": right["db_o"]}).verdict == "inputs"


def test_inputs_alone_are_no_results():
    with pytest.raises(ValueError, match="only inputs of the vectors"):
        asked(given_to("LSTM")[0])


# ---- what to do next


def test_what_to_store():
    report = asked(rough(gradients_of("LSTM"), 1e-2))
    said = "store f, i, c_tilde, c, o, h, delta_f, delta_i, delta_c_tilde, delta_c, delta_o and"
    assert any(said in hint for hint in report.hints)
    right = golden("LSTM")[1]
    values = {n: right[n] for n in right if n[:2] not in ("dW", "db")}
    report = asked({**rough(gradients_of("LSTM"), 1e-2), **values})
    assert report.verdict == "unknown" and "store" not in report.text


def test_gradients_of_another_seed():
    _, others = vectors.make("LSTM", T=5, B=3, D=4, H=6, seed=2)
    mine = {n: v for n, v in others.items() if n in gradients_of("LSTM")}
    report = asked(mine)
    assert report.verdict == "unknown" and "no array is even near" in report.text


def test_names_of_another_cell():
    with pytest.raises(ValueError, match="names of GRU_AFTER.*not of LSTM: say --cell GRU_AFTER"):
        asked(gradients_of("GRU_AFTER"))
    with pytest.raises(ValueError, match="names of LSTM.*not of GRU_AFTER: say --cell LSTM"):
        asked(gradients_of("LSTM"), "GRU_AFTER")
    report = asked(gradients_of("VANILLA"))  # most names are those of the LSTM, too
    assert "dw_fc, dw_ic, dw_oc are names of VANILLA" in report.text
    with pytest.raises(ValueError, match="18 is 3 times H, and LSTM has 4 gates.*--cell GRU_AFTER"):
        asked({"weight_ih_l0": np.ones((18, 4))})
    with pytest.raises(ValueError, match="names that are understood are dW_fx.*weight_ih_l0"):
        asked({"gradient": np.ones((6, 4))})


@settings(max_examples=15, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(gradients_of("LSTM"))), min_size=1),
    st.sampled_from([mistake for name, mistake in READ if name == "LSTM"]),
)
def test_part_of_the_gradients(names, mistake):
    """Whatever part is stored: what is wrong never agrees, and what is right never differs."""
    wrong = planted(known.find(mistake))
    report = asked({n: wrong[n] for n in names})
    same = all(np.allclose(wrong[n], gradients_of("LSTM")[n], rtol=0, atol=1e-9) for n in names)
    assert report.ok == same and bool(report.differs) != same


# ---- runs, inputs, sizes


def test_a_second_run_is_looked_at():
    report = asked(known.module_with(known.find("not-reset")))
    assert report.mistakes[0].names == ("not-reset",)
    assert "second run" in report.text and "in place" not in report.text


def test_a_right_backward_that_writes_into_its_arguments():
    report = asked(known.module_with(known.find("errors-overwritten")))
    says = "changes dh in place: who reads it next gets other numbers"
    assert report.ok and report.note == says and f"note:    {says}" in report.text
    assert not asked(lstm).note


def writes_into(which):
    """The book's LSTM, right, with a backward pass that spoils one of its arguments."""

    def forward(params, x, state0):
        found = lstm.forward(params, x, state0)
        x[:] = 0 if which == "x" else x
        state0[1][:] = 0 if which == "state0" else state0[1]
        return found

    def backward(params, tape, dh, dstate_T):
        found = lstm.backward(params, tape, dh, dstate_T)
        for array in {
            "params": params.values(),
            "dh": [dh],
            "dstate_T": dstate_T[1:],
            "the tape": [record["f"] for record in tape["steps"]],
        }.get(which, ()):
            array[:] = 0
        if which == "steps":
            tape["steps"].clear()
        return found

    return SimpleNamespace(forward=forward, backward=backward)


@pytest.mark.parametrize("which", ["params", "x", "state0", "dh", "dstate_T", "the tape", "steps"])
def test_what_a_right_module_changes_is_a_remark(which):
    report = asked(writes_into(which))
    name = "the tape" if which == "steps" else which
    assert report.ok and report.note.startswith(f"changes {name} in place: ")


def test_numbers_that_nobody_has_written_are_not_changed():
    """Arrays made by np.empty hold anything, NaN too, which is not equal to itself."""

    def forward(params, x, state0):
        h, state, tape = lstm.forward(params, x, state0)
        return h, state, {**tape, "spare": np.full(3, np.nan)}

    report = asked(SimpleNamespace(forward=forward, backward=lstm.backward))
    assert report.ok and not report.note


class Locked:
    """What no copy can be made of."""

    def __deepcopy__(self, memo):
        raise RuntimeError("not to be copied")


def test_a_tape_that_cannot_be_copied():
    def forward(*given):
        h, state_T, tape = lstm.forward(*given)
        return h, state_T, (tape, Locked())

    def backward(params, tape, dh, dstate_T):
        return lstm.backward(params, tape[0], dh, dstate_T)

    assert asked(SimpleNamespace(forward=forward, backward=backward)).ok


def test_other_inputs():
    right = golden("LSTM")[1]
    report = asked({"x": right["x"] + 1, "dW_fx": right["dW_fx"], "W_fx": right["W_fx"]})
    assert report.verdict == "inputs" and list(report.differs) == ["x"]
    assert list(report.agrees) == ["W_fx"] and "differs: x (" in report.text
    assert "not those of the vectors" in report.text and "--seed" in report.text


@pytest.mark.parametrize(
    ("arrays", "error", "says"),
    [
        ({}, ValueError, "got nothing"),
        ({"dW_fx": np.zeros((3, 3))}, ValueError, r"dW_fx: expected shape \(6, 4\)"),
        ({"hello": np.zeros((6, 4))}, ValueError, r"fits LSTM with T = 5.*hello"),
        ({"dW_fx": np.full((6, 4), np.nan)}, ValueError, r"dW_fx: expected finite.*\[0, 0\]"),
        ({"dW_fx": np.array(["a"])}, TypeError, "dW_fx: expected numbers"),
        ({"dW_fx": np.zeros((0, 4))}, TypeError, "dW_fx: expected numbers"),
        ({"x": golden("LSTM")[1]["x"], "W_fx": np.zeros((2, 2))}, ValueError, "no gradient"),
        (7, TypeError, "a backward function or a module, got int"),
        (lambda *a: 3, TypeError, "backward must return"),
    ],
)
def test_what_cannot_be_compared(arrays, error, says):
    with pytest.raises(error, match=says):
        asked(arrays)


@pytest.mark.parametrize("cell", [5, 1.5, True, None, ["LSTM"]])
def test_what_is_no_cell(cell):
    with pytest.raises(TypeError, match='cell: expected a name like "LSTM"'):
        diagnose(gradients_of("LSTM"), cell)


@pytest.mark.parametrize("against", [5, ({},), ({}, {}), ({"cell": "LSTM"}, {})])
def test_what_are_no_vectors(against):
    with pytest.raises((TypeError, ValueError), match="against: "):
        diagnose(gradients_of("LSTM"), against=against)


def test_large_vectors_are_compared_but_not_read():
    large = vectors.make("ELMAN", T=60, B=16, D=4, H=64)
    right = {n: v for n, v in large[1].items() if n.startswith("dW")}
    assert diagnose(right, "ELMAN", against=large).ok
    report = diagnose({**right, "dW_hx": 2 * right["dW_hx"]}, "ELMAN", against=large)
    assert report.verdict == "unknown" and "too large" in report.note and not report.mistakes


def test_another_cell_of_the_same_name():
    other = catalogue.LSTM.but("LSTM", "No forget gate, but the name of the one that has it.", f=1)
    assert diagnose(other.module.backward, other).ok
