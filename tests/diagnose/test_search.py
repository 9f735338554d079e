"""The search for mistakes: one cause is told once, and what is easy to get wrong is found."""

import warnings

import numpy as np
import pytest
import wrong_lstm
from diagnosed import asked, given_to, golden, gradients_of, planted

from lstm_ref.cells import gru_after, gru_before, lstm
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.diagnose import candidates as sets
from lstm_ref.diagnose import common_factor, diagnose
from lstm_ref.mistakes import edits, evaluate, known, systematic

CELLS = ("LSTM", "GRU_AFTER", "GRU_BEFORE", "ELMAN", "SRU")


def only(report):
    """The one finding of a report."""
    assert report.verdict == "known" and len(report.mistakes) == 1, report.text
    return report.mistakes[0]


# ---- one factor in everything


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(
    ("k", "says"),
    [
        (1 / 3, "0.333333 (that is 1/B) times what it should be: a mean over the samples"),
        (1 / 5, "0.2 (that is 1/T) times what it should be: a mean over the steps"),
        (1 / 15, "(that is 1/(T B)) times what it should be: a mean over the steps and samples"),
        (1 / 90, "(that is 1/(T B H)) times"),
        (2, "2 times what it should be: a factor in the errors that enter"),
        (0.5, "0.5 times what it should be: a factor in the errors that enter"),
        (-1, "-1 times what it should be: a sign"),
        (0.7, "0.7 times what it should be: a factor in the errors that enter"),
    ],
)
def test_one_factor_is_one_cause(name, k, says):
    finding = only(asked({n: k * v for n, v in gradients_of(name).items()}, name))
    assert len(finding.names) == 1 and not finding.sums
    assert f"Every gradient is {says}" in finding.text or says in finding.text
    assert "divided by B" not in finding.text and "together" not in finding.text


def test_a_mean_is_said_with_the_check_that_sees_it():
    finding = only(asked({n: v / 3 for n, v in gradients_of("LSTM").items()}))
    assert "sees it: T = 1, several samples" in finding.text
    finding = only(asked({n: v / 5 for n, v in gradients_of("LSTM").items()}))
    assert "sees it: T >= 2" in finding.text


def test_one_factor_beside_right_values():
    """With all values and error terms: these are as many times as large, the values are right."""
    right = golden("LSTM")[1]
    mine = {n: -v if n[0] == "d" else v for n, v in right.items() if n not in ("h_0", "c_0")}
    mine = {n: v for n, v in mine.items() if n[0] == "d" or n in "fico" or n.startswith("net")}
    assert "Every gradient is -1 times" in only(asked(mine)).text


def test_one_factor_in_gradients_alone():
    right = golden("LSTM")[1]
    own = gradients_of("LSTM")
    mine = {n: v / 5 if n in own else v for n, v in right.items() if n[0] == "d"}
    text = only(asked(mine)).text
    assert "is 0.2 (that is 1/T) times what it should be, and the error terms are right" in text


def test_one_factor_and_a_mistake():
    wrong = {n: v / 3 for n, v in planted(known.find("no-carousel")).items()}
    finding = only(asked(wrong))
    assert finding.names == ("no-carousel", "all-times-1/B") and not finding.sums


def test_no_factor_where_one_gradient_has_another():
    mine = {n: v / 3 for n, v in gradients_of("LSTM").items()}
    finding = only(asked({**mine, "dc_0": 3 * mine["dc_0"]}))
    assert not finding.names and len(finding.sums) == 1  # one factor, in the others
    assert "∂E/∂b_o, ∂E/∂x and ∂E/∂h_0: 0.333333" in finding.text
    assert "divided by B" not in finding.text


def test_what_a_part_of_the_gradients_cannot_tell():
    """Parameters alone: a mean over the samples, or one of theirs only."""
    mine = {n: v / 3 for n, v in gradients_of("LSTM").items() if n[1] in "Wb"}
    report = asked(mine)
    assert {f.names for f in report.mistakes} == {("all-times-1/B",), ("parameters-mean",)}
    assert report.tell in ("dx", "dh_0", "dc_0")
    assert "Every gradient that is stored is" in report.text


def test_a_factor_is_no_guess():
    rng = np.random.default_rng(0)
    mine = {n: v / 3 for n, v in gradients_of("LSTM").items()}
    mine["dW_ox"] = mine["dW_ox"] * (1 + 1e-3 * rng.normal(size=mine["dW_ox"].shape))
    assert asked(mine, evaluations=200).mistakes == ()


@pytest.mark.parametrize("other", ["delta_f", "f", "net_o"])
def test_no_factor_beside_other_numbers_that_are_wrong(other):
    right = golden("LSTM")[1]
    mine = {n: 0.7 * v for n, v in gradients_of("LSTM").items()}
    report = asked({**mine, other: right[other] ** 2}, evaluations=100)
    assert report.verdict == "unknown" and not report.mistakes


@pytest.mark.parametrize("made", [common_factor.everywhere, common_factor.of_gradients])
@pytest.mark.parametrize("k", [1 / 3, 1 / 5, -1.0, 0.7])
def test_the_mistake_computes_what_it_says(made, k):
    cell = catalogue.find("LSTM")
    numbers = evaluate.numbers_of(cell, golden("LSTM")[1])
    deltas, right = evaluate.gradients((), numbers)
    seen, wrong = evaluate.gradients(made(cell, k, numbers.errors["dh"].shape), numbers)
    witnesses.compare(wrong, {n: k * v for n, v in right.items()}, "k times", tol=1e-12)
    same = k if made is common_factor.everywhere else 1
    np.testing.assert_allclose(seen["f"], same * deltas["f"], rtol=1e-10)


def test_what_a_factor_may_be():
    assert common_factor.meanings(1 / 3, (5, 6, 3)) == ["1/B"]
    assert common_factor.meanings(1 / 3, (3, 6, 3)) == ["1/B", "1/T"]
    assert common_factor.meanings(1 / 3, (1, 6, 3)) == ["1/B"]  # and not 1/(T B)
    assert common_factor.meanings(1.0, (1, 1, 1)) == []


# ---- errors that enter


def test_the_error_at_the_last_output_is_ignored():
    """`next_h = 0` before the loop, while c_T's error is taken in."""

    def backward(params, tape, dh, dstate_T):
        return lstm.backward(params, tape, dh, (0 * dstate_T[0], dstate_T[1]))

    finding = only(asked(backward))
    assert finding.names == ("ignored:h_T",)
    assert "The error that enters at the last state h_T is ignored." in finding.text


def test_the_error_at_the_last_output_and_the_carousel():
    params, x, states, errors = given_to("LSTM")
    _, _, steps = wrong_lstm.forward(params, x, *states)
    numbers = evaluate.numbers_of(catalogue.find("LSTM"), golden("LSTM")[1])
    last = errors["dstate_T"]
    numbers.errors["dstate_T"] = (0 * last[0], last[1])
    found = evaluate.gradients(known.find("no-carousel"), numbers)[1]
    finding = only(asked({f"d{n}": v for n, v in found.items()}))
    assert set(finding.names) == {"no-carousel", "ignored:h_T"} and not finding.sums


def test_the_errors_at_every_step_are_ignored():
    finding = only(asked(lambda p, tape, dh, last: lstm.backward(p, tape, 0 * dh, last)))
    assert "∂E/∂h_t lacks the error that enters at every step." in finding.text


def test_ignored_errors_keep_their_known_names():
    candidates = sets.of(catalogue.find("LSTM"), *golden("LSTM"))
    names = {m.name for m in (*candidates.known, *candidates.drops)}
    assert "last-cell-error-ignored" in names and "ignored:c_T" not in names
    single = sets.of(catalogue.find("ELMAN"), *golden("ELMAN"))
    assert "ignored:h_T" not in {m.name for m in single.drops}


# ---- factors that are forgotten


def gru_steps(name, wrong):
    """Backward passes by hand of the GRU, one line at a time: dict of gradients."""
    params, x, (h_0,), errors = given_to(name)
    after, h, tape = name == "GRU_AFTER", h_0, []
    for x_t in x:
        nets = (params[f"W_{g}h"] @ h + params[f"W_{g}x"] @ x_t + params[f"b_{g}"] for g in "zr")
        z, r = (1 / (1 + np.exp(-net)) for net in nets)
        q = params["W_hh"] @ h + params["b_hh"] if after else r * h
        inside = r * q if after else params["W_hh"] @ q
        n = np.tanh(inside + params["W_hx"] @ x_t + params["b_h"])
        tape.append((x_t, h, z, r, q, n))
        h = z * h + (1 - z) * n
    found = {f"d{name}": np.zeros_like(v) for name, v in params.items()}
    dx, dh = [], errors["dstate_T"][0]
    for (x_t, h, z, r, q, n), e in zip(reversed(tape), reversed(errors["dh"]), strict=True):
        dh = dh + e
        dz, dn = dh * (h - n) * z * (1 - z), dh * (1 - z) * (1 - n**2)
        if after:
            dq, dr = dn * (1 if wrong == "dq" else r), dn * q * r * (1 - r)
            found["dW_hh"] += dq @ h.T
            found["db_hh"] += dq.sum(axis=1, keepdims=True)
            back = params["W_hh"].T @ dq
        else:
            dq = params["W_hh"].T @ dn
            dr = dq * h * r * (1 - r)
            found["dW_hh"] += dn @ (h if wrong == "seen" else q).T
            back = dq * r
        dh = dh * z + back
        for g, d in (("z", dz), ("r", dr), ("h", dn)):
            found[f"dW_{g}x"] += d @ x_t.T
            found[f"db_{g}"] += d.sum(axis=1, keepdims=True)
            if g != "h":
                found[f"dW_{g}h"] += d @ h.T
                dh = dh + params[f"W_{g}h"].T @ d
        dx.insert(0, sum(params[f"W_{g}x"].T @ d for g, d in (("z", dz), ("r", dr), ("h", dn))))
    return {**found, "dx": np.array(dx), "dh_0": dh}


@pytest.mark.parametrize("name", ["GRU_AFTER", "GRU_BEFORE"])
def test_the_loop_of_this_test_is_right(name):
    assert asked(gru_steps(name, ""), name).ok


def test_reset_gate_forgotten_in_what_the_weight_sees():
    report = asked(gru_steps("GRU_BEFORE", "seen"), "GRU_BEFORE")
    assert only(report).sums == ("∂E/∂W_hh lacks the factor r_t.",)
    assert list(report.differs) == ["dW_hh"]


def test_reset_gate_forgotten_wherever_it_belongs():
    """dq = dn: the matrix, its bias and the way back, in one line and so one mistake."""
    finding = only(asked(gru_steps("GRU_AFTER", "dq"), "GRU_AFTER"))
    assert len(finding.names) == 1 and not finding.sums
    assert "δ_h̃,t lacks the factor r_t wherever it meets W_hh and b_hh" in finding.text


def test_a_factor_of_dx_alone():
    """The highway of an SRU: of its two ways to x one without its gate."""
    cell, right = catalogue.find("SRU"), golden("SRU")[1]
    numbers = evaluate.numbers_of(cell, right)
    term = next(a for a in evaluate.derived(cell).terms["x"] if a.by == "h")
    edit = edits.inner([edits.key(term)], lambda a: 1)
    found = evaluate.backward((), edit(evaluate.derived(cell)), numbers, numbers.values())[1]
    report = asked({**gradients_of("SRU"), "dx": found["x"]}, "SRU")
    assert "∂E/∂x has δ_h,t ⊙ (1 − r_t) without the part −r_t" in only(report).text


@pytest.mark.parametrize(("of", "by", "says"), [("o", "h", "tanh(c_t) has c_t for tanh(c_t)")])
def test_a_function_forgotten(of, by, says):
    cell = catalogue.find("LSTM")
    (made,) = (m for m in systematic.altered(cell) if m.name.startswith(f"bare0:{of}<{by}"))
    assert says in only(asked(planted(made))).text


@pytest.mark.parametrize("name", ["GRU_AFTER", "SRU"])
def test_a_change_of_what_another_model_lacks_is_none(name):
    """The GRU with the reset gate before has no b_hh: who forgets r there forgets nothing."""
    candidates = sets.of(catalogue.find(name), *golden(name))
    shared = [m for m in candidates.altered if m.name.startswith("forgotten")]
    assert shared
    for other in (m for m in candidates.known if m.wrong == "forward"):
        assert np.isfinite(candidates.row((other, shared[0]))).all()


# ---- forward


def with_forget_bias(params):
    return {**params, "b_f": params["b_f"] + 1}


def test_a_forget_bias_that_is_added():
    """The trap of TensorFlow 1: right gradients of a cell whose forget gate has 1 more."""
    params, x, states, errors = given_to("LSTM")
    h, _, tape = lstm.forward(with_forget_bias(params), x, states)
    dparams, dx, last = lstm.backward(
        with_forget_bias(params), tape, errors["dh"], errors["dstate_T"]
    )
    mine = {f"d{n}": v for n, v in dparams.items()} | {"dx": dx, "dh_0": last[0], "dc_0": last[1]}
    for given in (mine, {**mine, "h": h}):
        finding = only(asked(given))
        assert finding.names == ("forget-bias-added",)
        assert "Forward: 1 is added to the net of f" in finding.text
    dropped = known.gradients(
        known.find("no-carousel"), with_forget_bias(params), x, states, errors
    )
    finding = only(asked({f"d{n}": v for n, v in dropped.items()}))
    assert set(finding.names) == {"no-carousel", "forget-bias-added"}


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_cells_with_a_forget_gate(name):
    cell = catalogue.find(name)
    assert bool(systematic.forward(cell)) == ("b_f" in cell.vectors)


def hard(net):
    return np.clip(0.2 * net + 0.5, 0, 1)


def test_values_of_another_sigmoid():
    """A hard sigmoid, exactly 0 and 1 in places: no claim that the derivative is right."""
    params, x, states, errors = given_to("LSTM")
    (h, c), values = states, {g: [] for g in ("f", "i", "c_tilde", "c", "o", "h")}
    for x_t in x:
        net = {
            g: 3 * (params[f"W_{g}h"] @ h + params[f"W_{g}x"] @ x_t + params[f"b_{g}"])
            for g in "fico"
        }
        f, i, o, ct = hard(net["f"]), hard(net["i"]), hard(net["o"]), np.tanh(net["c"])
        c = f * c + i * ct
        h = o * np.tanh(c)
        for name, value in zip(values, (f, i, ct, c, o, h), strict=True):
            values[name].append(value)
    mine = {name: np.array(steps) for name, steps in values.items()}
    assert (mine["f"] == 1).any() and (mine["o"] == 0).any()
    candidates = sets.of(catalogue.find("LSTM"), *golden("LSTM"))
    own = {n: v.copy() for n, v in candidates.values.items() if isinstance(v, np.ndarray)}
    for name, value in mine.items():
        own[name][1:] = value
    with np.errstate(all="ignore"):
        theirs = type(candidates)(candidates.numbers, own)
    assert {m.wrong for m in (*theirs.known, *theirs.drops)} == {"backward"}
    tensors = theirs.run(()).tensors
    mine |= {n: tensors[n] for n in candidates.gradient_names}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = asked(mine, evaluations=200)
    assert report.verdict == "unknown" and "follows the book's formulas" in report.note
    assert "whether they are the derivative depends on the forward pass" in report.note
    assert "right" not in report.note


# ---- sources


def test_a_gru_is_not_told_of_tutorials_about_lstms():
    report = diagnose(known.module_with(known.find("no-carousel", "GRU_AFTER")), "GRU_AFTER")
    assert "the direct way back" in report.text and "seen also in" not in report.text
    report = diagnose(known.module_with(known.find("first-step-missing", "ELMAN")), "ELMAN")
    assert "seen also in: an LSTM: IDSIA/brainstorm" in report.text
    assert gru_before.SHAPES != gru_after.SHAPES
