"""The known mistakes: each is what its source does, wrong on every cell it applies to, and seen."""

import types

import numpy as np
import pytest
import wrong_lstm
from places import ROOT

from lstm_ref import arguments
from lstm_ref.cells import loop, lstm
from lstm_ref.check import ContractFailed, check_cell, protocols, witnesses
from lstm_ref.derive import catalogue
from lstm_ref.mistakes import edits, evaluate, known, power

CONSISTENT = {  # wrong forward passes whose backward pass is right for them
    "output-not-squashed",
    "peephole-after-sigma",
    "peephole-o-reads-previous",
    "z-exchanged",
    "reset-elsewhere",
}


def everywhere():
    return [(name, m) for name in catalogue.BOOK for m in known.of(name)]


def given(T=5, seed=3):
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(seed), T=T)
    return *witnesses.split(lstm, tensors), errors


# ---- what the sources do, written down by somebody else in tests/helpers/wrong_lstm.py

WAYS = {
    "cell-error-assigned": wrong_lstm.no_carousel,
    "dh-overwritten": wrong_lstm.h_before_c,
    "h-path-without-carousel": wrong_lstm.h_path_without_carousel,
    "published-gate-formulas": wrong_lstm.printed_formulas,
    "no-recurrence": wrong_lstm.cut,
    "exercise-notebook": wrong_lstm.notebook,
    "no-slopes-on-the-way-back": wrong_lstm.slopes_at_values,
    "tanh-slope-after-sum": wrong_lstm.carry_before_slope,
    "output-without-tanh": wrong_lstm.no_tanh,
    "slopes-with-bias-of-o": wrong_lstm.slopes_with_b_o,
}


@pytest.mark.parametrize("name", WAYS)
def test_what_the_source_does(name):
    params, x, state0, errors = given()
    _, _, steps = wrong_lstm.forward(params, x, *state0)
    last = errors["dstate_T"]
    if name in ("no-recurrence", "exercise-notebook"):
        # There nothing comes in from behind the last step; what is handed down is not looked at.
        last = tuple(map(np.zeros_like, last))
        errors = {**errors, "dstate_T": last}
    want, _ = wrong_lstm.backward(steps, errors["dh"], last, WAYS[name])
    got = known.gradients(known.find(name), params, x, state0, errors)
    looked = {n: v for n, v in want.items() if n in params or name != "h-path-without-carousel"}
    if name == "cell-error-assigned":
        looked.pop("c_0")  # hands nothing on: there is no error at the cell state
    witnesses.compare({n: got[n] for n in looked}, looked, "the source's loop", name, 1e-12)


def test_state_that_is_squashed():
    """Forward hands tanh(c) on; backward as printed: (1 - s²) o δ_h + δ_s."""
    params, x, state0, errors = given()
    h, s, tape = *state0, []
    for x_t in x:
        _, k = lstm.step(params, x_t, (h, s))
        s = np.tanh(k["f"] * s + k["i"] * k["c_tilde"])
        h = k["o"] * s
        tape.append({**k, "s": s})
    found, (dh, ds) = 0, errors["dstate_T"]
    for t in reversed(range(len(x))):
        k = tape[t]
        dh = errors["dh"][t] + dh
        ds = dh * k["o"] * (1 - k["s"] ** 2) + ds
        d = wrong_lstm.from_cell({**k, "c": np.arctanh(k["s"])}, dh, ds)
        found = found + d["f"] @ k["x"].T
        dh, ds = sum(params[f"W_{g}h"].T @ d[g] for g in "fico"), d["carry"]
    got = known.gradients(known.find("state-is-tanh-c"), params, x, state0, errors)["W_fx"]
    np.testing.assert_allclose(got, found, rtol=1e-10)


def test_boundary_of_brainstorm():
    """Gradients of recurrent weights and peepholes without step 1; others as they are."""
    cell = catalogue.find("VANILLA")
    module = known.module_with(None, cell)
    tensors, errors = witnesses.problem(module, np.random.default_rng(0))
    mistake = known.find("first-step-missing", cell)
    got = known.gradients(mistake, *witnesses.split(module, tensors), errors)
    right = witnesses.by_hand(module, tensors, errors)
    changed = {n for n in right if not np.allclose(got[n], right[n])}
    assert changed == {"W_fh", "W_ih", "W_ch", "W_oh", "w_fc", "w_ic"}
    tensors["h_0"], tensors["c_0"] = 0 * tensors["h_0"], 0 * tensors["c_0"]
    got = known.gradients(mistake, *witnesses.split(module, tensors), errors)
    witnesses.compare(got, witnesses.by_hand(module, tensors, errors), "zero states", tol=1e-12)


# ---- all of them


@pytest.mark.parametrize("name", ["LSTM", "VANILLA", "GRU_BEFORE", "MGU", "SRU"])
def test_each_is_wrong_in_a_way_of_its_own(name):
    """Of the other cells test_diagnose says so: each is told from all others there."""
    numbers = power.numbers(protocols.BOOK, name)
    right = evaluate.gradients((), numbers)[1]
    seen = []
    for mistake in known.of(name):
        wrong = evaluate.gradients(mistake, numbers)[1]
        assert list(wrong) == list(right)
        assert all(np.isfinite(v).all() for v in wrong.values()), mistake.name
        flat = np.concatenate([v.ravel() for v in wrong.values()])
        for other, numbers_of_other in seen:
            same = np.allclose(flat, numbers_of_other, rtol=1e-9, atol=1e-12)
            assert not same, f"{mistake.name} and {other} are the same"
        seen.append((mistake.name, flat))


def test_every_cell_of_the_catalogue_has_its_mistakes():
    found = {name: [m.name for m in known.of(name)] for name in catalogue.CELLS}
    assert min(map(len, found.values())) > 5
    # Those of the book's GRUs are made from another cell of the book: GRU_D has no such pair.
    kinds = {"z-exchanged", "reset-elsewhere"}
    assert {n for n in found if kinds & set(found[n])} == {n for n in catalogue.BOOK if "GRU" in n}


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_records(name):
    for mistake in known.of(name):
        record(name, mistake)


def record(name, mistake):
    assert mistake.cell.name == name
    assert known.find(mistake.name, name) is mistake
    assert mistake.sentence and "{" not in mistake.sentence.replace("_{", "")
    assert mistake.wrong == ("forward" if mistake.forward else "backward")
    assert mistake.chapter in (1, 4, 5, 6)
    assert mistake.of == "" or mistake.of in mistake.cell.equations


def test_labels_are_in_the_book():
    text = "".join(p.read_text(encoding="utf-8") for p in sorted(notebooks_root().glob("*.ipynb")))
    labels = {m.label for _, m in everywhere()} - {""}
    assert {"eq-delta-c", "eq-delta-h", "eq-bptt-wfh", "eq-rnn-delta", "eq-hidden"} <= labels
    missing = [label for label in labels if f":label: {label}\\n" not in text]
    assert not missing


def notebooks_root():

    return ROOT / "notebooks"


def test_every_number_of_the_list_is_there():
    """E1 to E29, but: E23 (a GPU kernel), E27 (initial weights)."""
    numbers = {int(n[1:]) for _, m in everywhere() for n in m.numbers}
    assert numbers == set(range(1, 30)) - {23, 27}


def lstm_like(name):
    return {"c", "c_tilde"} <= set(catalogue.find(name).equations) and name != "BLOCK"


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_sources_are_about_this_kind_of_cell(name):
    """What was seen in an LSTM is not told of a GRU as if it had been seen in one."""
    of_lstm = {s for m in known.of("VANILLA") for s in m.sources}
    of_gru = {s for m in known.of("GRU_AFTER") for s in m.sources}
    for mistake in known.of(name):
        for source in mistake.sources:
            says = source.startswith(("an LSTM: ", "an LSTM and a GRU: "))
            if lstm_like(name):
                assert not says and (source in of_lstm or "GRU" not in source), mistake.name
            elif name.startswith("GRU"):
                assert says or source in of_gru - of_lstm or "mxnet" in source, mistake.name
            else:
                assert says, mistake.name


def test_sources_of_some():
    assert known.find("no-carousel").sources[0] == "hanbt/learn_dl, lstm.py"
    assert known.find("no-carousel", "BLOCK").sources[0].startswith("an LSTM: hanbt/learn_dl")
    for name in ("GRU_BEFORE", "GRU_AFTER", "MGU"):  # the way of h to h, which no LSTM has
        assert known.find("no-carousel", name).sources == ()
    (source,) = known.find("errors-overwritten", "GRU_AFTER").sources
    assert source.startswith("apache/mxnet#17898")
    assert "d2l" in known.find("reset-elsewhere", "GRU_AFTER").sources[0]
    assert known.find("weights-mean", "ELMAN").sources == ()


def test_find_refuses_what_is_not_there():
    with pytest.raises(ValueError, match="expected one of no-carousel|expected one of"):
        known.find("no-such-mistake")
    with pytest.raises(ValueError, match="does not apply to ELMAN"):
        known.find("no-carousel", "ELMAN")


def test_two_changes_of_one_term():
    """In either order: multiplied by W instead of its transpose, and counted twice."""
    numbers = power.numbers(protocols.BOOK)
    right = evaluate.derived(numbers.cell)
    key = ("h", "f", 1, next(t.via for t in right.terms["h"] if t.by == "f"))
    two = edits.untransposed([key]), edits.inner([key], lambda a: 2 * a)
    values = numbers.values()
    found = [
        evaluate.backward((), edits.chain(*order)(right), numbers, values)[1]
        for order in (two, two[::-1])
    ]
    witnesses.compare(found[0], found[1], "the other order", tol=1e-14)
    alone = evaluate.backward((), two[1](right), numbers, values)[1]
    with pytest.raises(witnesses.GradientMismatch):
        witnesses.compare(found[0], alone, "not transposed as well")


# ---- modules with a mistake in them


@pytest.mark.parametrize("name", ["LSTM", "GRU_BEFORE", "BLOCK"])
def test_module_without_mistake_passes_the_check(name):
    module = known.module_with(None, name)
    check_cell(module, T=3, B=2, D=2, H=2)


@pytest.mark.parametrize("name", ["LSTM", "VANILLA", "GRU_AFTER"])
def test_the_check_of_the_book_kills_every_mistake(name):
    shared = {m.name for m in known.of("LSTM")} if name == "VANILLA" else set()
    for mistake in (m for m in known.of(name) if m.name not in shared):
        module = known.module_with(mistake)
        if mistake.name in CONSISTENT:  # a gradient check cannot know which model was meant
            check_cell(module, T=3, B=2, D=2, H=2)
            continue
        with pytest.raises(ContractFailed):
            check_cell(module, T=3, B=2, D=3, H=2, stop=True)


def test_module_trains_as_the_hand_written_one():
    """Same results as lstm_ref.cells.lstm, and None for states and errors means zeros."""
    params, x, state0, errors = given()
    module = known.module_with(None, "LSTM")
    for start, last in ((state0, errors["dstate_T"]), (None, None)):
        h, state_T, tape = module.forward(params, x, start)
        want, want_T, other = lstm.forward(params, x, start)
        np.testing.assert_allclose(h, want, rtol=1e-12)
        np.testing.assert_allclose(state_T, want_T, rtol=1e-12)
        got = module.backward(params, tape, errors["dh"], last)
        right = lstm.backward(params, other, errors["dh"], last)
        witnesses.compare(got[0], right[0], "by hand", tol=1e-12)
        np.testing.assert_allclose(got[1], right[1], rtol=1e-9)
    assert module.SHAPES == lstm.SHAPES and module.STATES == lstm.STATES


def test_planted_by_hand_and_from_the_derivation():
    """The carousel dropped in the hand-written step gives the mistake's numbers."""

    @arguments.step(lstm.SHAPES, lstm.STATES)
    def step_backward(params, tape, dstate):
        dparams, dx, (dh, dc) = lstm.step_backward.__wrapped__(params, tape, dstate)
        return dparams, dx, (dh, 0 * dc)

    forward, backward = loop.over_time(lstm.CELL, lstm.step, step_backward)
    cell = types.SimpleNamespace(
        SHAPES=lstm.SHAPES, STATES=lstm.STATES, forward=forward, backward=backward
    )
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(1))
    got = known.gradients(known.find("no-carousel"), *witnesses.split(lstm, tensors), errors)
    witnesses.compare(got, witnesses.by_hand(cell, tensors, errors), "planted by hand", tol=1e-12)
